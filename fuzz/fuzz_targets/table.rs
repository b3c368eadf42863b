//! The target `table`, for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ensue_fuzz::table(data));

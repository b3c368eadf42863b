//! The target `sql`, for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ensue_fuzz::sql(data));

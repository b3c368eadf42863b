//! The target `evaluate`, for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ensue_fuzz::evaluate(data));

//! The target `parquet`, for libFuzzer.

#![no_main]

use std::panic::{set_hook, take_hook};

/// libFuzzer's hook ends the process on every panic; those that reading Parquet catches are expected.
fn expect_some() {
    let ending = take_hook();
    set_hook(Box::new(move |panic| {
        if !ensue_fuzz::is_expected() {
            ending(panic);
        }
    }));
}

libfuzzer_sys::fuzz_target!(init: expect_some(), |data: &[u8]| ensue_fuzz::parquet(data));

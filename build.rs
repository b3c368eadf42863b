//! Takes the engine of offline pages into the program, where `web/build.sh` has built it. Without it
//! all builds as well, and `ensue page` says what to do.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=web/built");
    let engine = fs::read("web/built/engine.wasm.gz").unwrap_or_default();
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names a folder"));
    fs::write(folder.join("engine.wasm.gz"), engine).expect("the folder can be written into");
}

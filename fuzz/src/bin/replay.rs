//! Runs every target on its corpus, without a fuzzer: `replay [TARGET…]`.
//!
//! Fails, naming the file, where a target panics. A panic counts also where the product catches it, as the
//! editor's server does, but for those that reading Parquet is known to catch.

#![forbid(unsafe_code)]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use ensue_fuzz::{TARGETS, is_expected};

/// How many panics there were.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn main() -> ExitCode {
    let shown = take_hook();
    set_hook(Box::new(move |panic| {
        if !is_expected() {
            PANICS.fetch_add(1, Ordering::Relaxed);
            shown(panic);
        }
    }));
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = asked.iter().find(|name| TARGETS.iter().all(|(target, _)| target != name)) {
        eprintln!("error: there is no target `{unknown}`");
        return ExitCode::from(2);
    }
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|it| it == name);
    let mut is_sound = true;
    for (name, target) in TARGETS.iter().filter(|(name, _)| is_asked(name)) {
        let start = Instant::now();
        let files = match corpus(name) {
            Ok(files) if !files.is_empty() => files,
            Ok(_) => {
                eprintln!("error: the corpus of `{name}` is empty");
                is_sound = false;
                continue;
            }
            Err(error) => {
                eprintln!("error: the corpus of `{name}`: {error}");
                is_sound = false;
                continue;
            }
        };
        for (file, bytes) in &files {
            let before = PANICS.load(Ordering::Relaxed);
            let _ = catch_unwind(AssertUnwindSafe(|| target(bytes)));
            if PANICS.load(Ordering::Relaxed) > before {
                eprintln!("error: `{name}` fails on {}", file.display());
                is_sound = false;
            }
        }
        println!("{name:10}{:6} files {:6} ms", files.len(), start.elapsed().as_millis());
    }
    if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The files of a target's corpus, in the order of their names.
fn corpus(target: &str) -> std::io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let paths: std::io::Result<Vec<PathBuf>> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths?;
    paths.sort();
    paths.into_iter().map(|path| fs::read(&path).map(|bytes| (path, bytes))).collect()
}

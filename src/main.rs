//! The command `ensue`: arguments in, one command called, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    ensue::cli::main()
}

//! `ensue completions`: what a shell needs to complete commands and options.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Arguments, Failure, Found, Output};

#[derive(Args)]
pub(super) struct Completions {
    /// The shell: source what is written, or put it where the shell looks for completions
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "ensue", &mut script);
        output.result(&String::from_utf8_lossy(&script))?;
        Ok(Found::Nothing)
    }
}

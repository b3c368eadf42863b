//! `ensue lsp`: the editor's server.

use std::io;

use clap::Args;

use super::{Failure, Found, Output};
use crate::limits::Limits;
use crate::lsp;

#[derive(Args)]
pub(super) struct Lsp {
    /// What many editors pass: standard input and output are used with or without it
    #[arg(long, hide = true)]
    stdio: bool,
}

impl Lsp {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let Lsp { stdio: _ } = self;
        if output.limits != Limits::default() {
            return Err(Failure::Message("the editor's server keeps to the usual limits".to_owned()));
        }
        // What a panic of ours says goes to the editor's log: where, and no text or value.
        std::panic::set_hook(Box::new(|panic| {
            if let Some(at) = panic.location() {
                eprintln!("error: a mistake of ours in {}, line {}; please report this", at.file(), at.line());
            }
        }));
        match lsp::serve(io::stdin(), io::stdout()) {
            Ok(lsp::Ended::InOrder) => Ok(Found::Nothing),
            Ok(lsp::Ended::WithoutShutdown) => Ok(Found::Something),
            Err(broken) => Err(Failure::Message(broken.to_string())),
        }
    }
}

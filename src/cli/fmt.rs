//! `ensue fmt`: the canonical layout.
use super::{Failure, Found, Output};
use clap::Args;
#[derive(Args)]
pub(super) struct Fmt {}
impl Fmt {
    pub(super) fn run(self, _output: &Output) -> Result<Found, Failure> {
        Ok(Found::Nothing)
    }
}

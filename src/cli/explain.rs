//! `ensue explain`: the page of an error's code.

use clap::Args;

use super::{Failure, Found, Output};
use crate::diagnostic::{Code, suggest};

#[derive(Args)]
pub(super) struct Explain {
    /// The code, as it stands between brackets; without one, all codes are listed
    code: Option<String>,
}

impl Explain {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let Some(name) = self.code else {
            let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
            let line = |code: &Code| format!("{:width$}  {}\n", code.name(), code.summary());
            output.result(&Code::ALL.iter().map(line).collect::<String>())?;
            return Ok(Found::Nothing);
        };
        let code = Code::find(&name).ok_or_else(|| {
            let known: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
            let help = suggest(&name, &known).1.unwrap_or_else(|| "`ensue explain` lists all codes".to_owned());
            Failure::Message(format!("there is no code `{name}`; {help}"))
        })?;
        output.result(code.page())?;
        Ok(Found::Nothing)
    }
}

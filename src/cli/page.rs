//! `ensue page`: one offline page.

use std::path::PathBuf;

use clap::Args;

use super::files::{cannot, create, load, read, replace};
use super::view::failed;
use super::{Failure, Found, Output};
use crate::page::{self, NoEngine};
use crate::semantics::{Engine, View};

#[derive(Args)]
#[command(after_help = "The file holds all that it needs, and anyone can open it in a browser, without a network. \
                        It sends nothing, and what is entered in it is forgotten when it is closed.")]
pub(super) struct Page {
    /// A rule file
    rules: PathBuf,
    /// Write the page to a new FILE; without this, to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace FILE if it is there
    #[arg(long, requires = "out")]
    force: bool,
}

impl Page {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let policy = load(&self.rules)?;
        let engine = Engine::new(&policy, &View::default()).map_err(|report| failed(&policy, report))?;
        let page = page::page(&engine).map_err(|NoEngine| {
            Failure::Message(
                "this program was built without the engine of pages: run `web/build.sh`, which says what it needs, \
                 then build it again"
                    .to_owned(),
            )
        })?;
        match &self.out {
            None => output.result(&page)?,
            Some(file) if !file.exists() => create(file, page.as_bytes())?,
            Some(file) if self.force => {
                let old = read(file).map_err(|reason| cannot("read", file, &reason))?;
                replace(file, &old, page.as_bytes())?;
            }
            Some(file) => return Err(cannot("write", file, "it is there already: `--force` replaces it")),
        }
        Ok(Found::Nothing)
    }
}

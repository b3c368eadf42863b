//! `ensue page`: one offline page.

use std::path::PathBuf;

use clap::Args;

use super::files::load;
use super::out::OutOptions;
use super::view::{date, failed};
use super::{Failure, Found, Output};
use crate::limits::Limits;
use crate::model::Date;
use crate::page::{self, NoEngine};
use crate::semantics::{Engine, View};

#[derive(Args)]
#[command(after_help = "The file holds all that it needs, and anyone can open it in a browser, without a network. \
                        It sends nothing, and what is entered in it is forgotten when it is closed.")]
pub(super) struct Page {
    /// A rule file
    rules: PathBuf,
    /// The date with which the page begins, and on which its pictures are drawn; else the policy's `as of`
    #[arg(long, value_name = "DATE", value_parser = date)]
    on: Option<Date>,
    #[command(flatten)]
    out: OutOptions,
}

impl Page {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        self.out.refuse_place()?;
        if output.limits != Limits::default() {
            return Err(Failure::Message("a page keeps to the usual limits, where it is opened too".to_owned()));
        }
        let policy = load(&self.rules, &output.limits)?;
        self.out.refuse_inputs(&policy, None)?;
        let view = View { on: self.on, ..View::default() };
        let engine = Engine::new(&policy, &view).map_err(|report| failed(&policy, report))?;
        let page = page::page(&engine).map_err(|NoEngine| {
            Failure::Message(
                "this program was built without the engine of pages: run `web/build.sh`, which says what it needs, \
                 then build it again"
                    .to_owned(),
            )
        })?;
        self.out.write(output, &page)?;
        Ok(Found::Nothing)
    }
}

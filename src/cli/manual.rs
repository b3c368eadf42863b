//! `ensue manual`: pages for `man`.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::folder::NewFolder;
use super::{Arguments, Failure, Found, Output};

#[derive(Args)]
pub(super) struct Manual {
    /// The folder that is made for the pages: `ensue.1`, and a page for each command
    dir: PathBuf,
}

impl Manual {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let mut whole = Arguments::command().disable_help_subcommand(true);
        whole.build();
        let folder = NewFolder::at(&self.dir, "write the manual to")?;
        let mut pages = Vec::new();
        for command in std::iter::once(&whole).chain(whole.get_subcommands()) {
            let name = command.get_display_name().unwrap_or("ensue").to_owned();
            let page = Man::new(Command::clone(command))
                .title(name.clone())
                .source(concat!("ensue ", env!("CARGO_PKG_VERSION")));
            let mut text = Vec::new();
            page.render(&mut text).map_err(|error| Failure::Message(format!("cannot write the manual: {error}")))?;
            pages.push((format!("{name}.1"), String::from_utf8_lossy(&text).into_owned()));
        }
        folder.make(&pages)?;
        if !output.quiet {
            output.result(&format!("{} pages written\n", pages.len()))?;
        }
        Ok(Found::Nothing)
    }
}

//! An interview without a terminal: questions to standard error, answers from standard input, one
//! on each line.

use std::io;

use super::{Failure, Output, Reply};
use crate::report::{self, Asked};

/// Asks until there is an answer. The end of the input is `quit`.
pub(super) fn ask(
    output: &Output,
    asked: &Asked,
    words: &str,
    read: impl Fn(&str) -> Result<Reply, String>,
) -> Result<Reply, Failure> {
    output.notice(&report::question(asked, words));
    loop {
        let mut line = String::new();
        let length = io::stdin().read_line(&mut line).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => Failure::Message("standard input is not UTF-8".to_owned()),
            _ => Failure::Message(format!("cannot read standard input: {error}")),
        })?;
        if length == 0 {
            output.notice("\n");
            return Ok(Reply::Quit);
        }
        match read(&line) {
            Ok(reply) => return Ok(reply),
            Err(_) if line.trim().is_empty() => {}
            Err(message) => output.notice(&report::not_an_answer(asked, words, &message)),
        }
    }
}

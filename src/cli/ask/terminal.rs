//! An interview on a terminal: answers are picked from a list, or typed.

use std::fmt;
use std::io;

use anstream::ColorChoice;
use inquire::ui::RenderConfig;
use inquire::validator::Validation;
use inquire::{InquireError, Select, Text};

use super::{Failure, Output, Reply};
use crate::report::{self, Asked};

/// So many answers are shown at once; the others are reached by moving on or by typing.
const PAGE: usize = 14;

/// What stands where an answer is picked or typed, below its question.
const ANSWER: &str = "Answer:";

/// An answer that can be picked.
struct Entry(String, Reply);

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Asks a question. Escape goes back, and Ctrl-C ends the program.
pub(super) fn ask(
    output: &Output,
    asked: &Asked,
    words: &str,
    read: impl Fn(&str) -> Result<Reply, String> + Copy,
) -> Result<Reply, Failure> {
    let colour = output.choice(&io::stderr()) != ColorChoice::Never;
    let look = if colour { RenderConfig::default_colored() } else { RenderConfig::empty() };
    output.notice(&report::asking(asked));
    if asked.answers.is_empty() {
        let validate = move |text: &str| {
            Ok(match read(text) {
                Ok(_) => Validation::Valid,
                Err(message) => Validation::Invalid(report::plain(&message).into()),
            })
        };
        let help = format!("{}; or {words}", asked.form);
        let text = Text::new(ANSWER).with_render_config(look).with_validator(validate).with_help_message(&help);
        let reply = answered(text.prompt())?.map(|text| read(&text).expect("it was looked at before it was taken"));
        return Ok(reply.unwrap_or(Reply::Back));
    }
    let others = [
        ("I don't know", Reply::NotKnown),
        ("Skip this question", Reply::NotKnown),
        ("Back to the question before", Reply::Back),
        ("Quit, and show what follows so far", Reply::Quit),
    ];
    let known = asked.answers.iter().map(|(answer, value)| Entry(answer.clone(), Reply::Known(*value)));
    let entries = known.chain(others.map(|(text, reply)| Entry(text.to_owned(), reply))).collect();
    let select = Select::new(ANSWER, entries)
        .with_page_size(PAGE)
        .with_render_config(look)
        // They stay in the policy's order.
        .with_sorter(&|_| {})
        .with_help_message("arrows to move, letters to search, Enter to answer, Esc to go back");
    Ok(answered(select.prompt())?.map_or(Reply::Back, |Entry(_, reply)| reply))
}

/// `None` where Escape was pressed.
fn answered<T>(reply: Result<T, InquireError>) -> Result<Option<T>, Failure> {
    match reply {
        Ok(reply) => Ok(Some(reply)),
        Err(InquireError::OperationCanceled) => Ok(None),
        Err(InquireError::OperationInterrupted) => Err(Failure::Message("interrupted: nothing was kept".to_owned())),
        Err(error) => Err(Failure::Message(format!("cannot ask on this terminal: {error}"))),
    }
}

//! `ensue ask`: an interview.

mod lines;
mod terminal;

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::files::{Readers, create, load};
use super::out::refuse_place;
use super::profiles::{Named, SetOptions};
use super::view::{ViewOptions, consequence, failed};
use super::{Failure, Found, Output};
use crate::distinct::distinct;
use crate::explore::interview::Interview;
use crate::json::{self, Layout, Subject};
use crate::model::{ConsequenceId, FactId, FactType, Policy, Value};
use crate::report::{self, Asked, Detail, Form};
use crate::semantics::Engine;

#[derive(Args)]
#[command(
    after_help = "Each question can be answered with `don't know` or `skip`: the fact stays unknown, and is not \
                        asked for again. `back` takes the last answer back, `quit` ends early. Without a terminal, \
                        answers are read from standard input, one on each line."
)]
pub(super) struct Ask {
    /// A rule file
    rules: PathBuf,
    /// What is known already, a JSON file; facts that are `null` in it are not asked for
    profile: Option<PathBuf>,
    /// Ask only what matters to this consequence; may be repeated
    #[arg(long = "of", value_name = "CONSEQUENCE")]
    of: Vec<String>,
    /// At the end, also write the answers to a new FILE, as a profile; otherwise nothing is kept
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    save: Option<PathBuf>,
    #[command(flatten)]
    set: SetOptions,
    #[command(flatten)]
    view: ViewOptions,
    /// How the outcomes are written; with `json` nothing is asked: the next question is written with
    /// the outcomes, for other programs
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// The same as Markdown
    Markdown,
    /// One JSON document: the next question, and the outcomes so far
    Json,
}

/// What a person answers.
#[derive(Clone, Copy)]
enum Reply {
    /// The fact has this value.
    Known(Value),
    /// It is not known, or not told.
    NotKnown,
    /// The question before again.
    Back,
    /// No more questions.
    Quit,
}

impl Ask {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let policy = load(&self.rules, &output.limits)?;
        let view = self.view.view(&policy)?;
        let wanted = self.wanted(&policy)?;
        let from_input = self.profile.as_ref().is_some_and(|path| path.as_os_str() == "-");
        if from_input && self.format != Format::Json {
            let message = "answers are read from standard input, so the profile cannot be: name a file, or use \
                           `--format json`";
            return Err(Failure::Message(message.to_owned()));
        }
        // After the last question it would be late to find this out.
        if let Some(file) = &self.save {
            refuse_place(file, false)?;
        }
        let Named { name, profile, not_known } = self.set.profile(&policy, self.profile.as_ref())?;
        let engine = Engine::new(&policy, &view).map_err(|report| failed(&policy, report))?;
        let mut interview = Interview::new(&engine, wanted, profile, not_known);
        let of = |profile| Subject { policy: &policy, selection: &engine.selection, name: name.as_deref(), profile };
        if self.format == Format::Json {
            let profile = interview.profile();
            output.result(&(json::interview(of(&profile), &interview, Layout::Indented) + "\n"))?;
            return Ok(Found::Nothing);
        }
        converse(output, &engine, &mut interview)?;
        let (profile, outcomes) = (interview.profile(), interview.outcomes());
        // What was answered is in no file.
        let name = name.as_deref().filter(|_| !interview.has_answers());
        let subject = Subject { name, ..of(&profile) };
        let form = match self.format {
            Format::Markdown => Form::Markdown,
            Format::Text | Format::Json => Form::Text,
        };
        output.result(&report::outcomes(subject, &outcomes, Detail::Usual, form))?;
        if let Some(file) = &self.save {
            create(file, Readers::Owner, json::answers(&policy, &profile, &interview.declined()).as_bytes())?;
        }
        Ok(Found::Nothing)
    }

    fn wanted(&self, policy: &Policy) -> Result<Vec<ConsequenceId>, Failure> {
        if self.of.is_empty() {
            return Ok(policy.consequence_ids().collect());
        }
        let wanted = self.of.iter().map(|name| consequence(policy, name)).collect::<Result<Vec<_>, _>>()?;
        Ok(distinct(wanted))
    }
}

/// What can be said in place of an answer. A list may have a value of the same name: then the word
/// has a `/` before it.
const WORDS: [(&str, Reply); 5] = [
    ("don't know", Reply::NotKnown),
    ("?", Reply::NotKnown),
    ("skip", Reply::NotKnown),
    ("back", Reply::Back),
    ("quit", Reply::Quit),
];

/// Asks until nothing more can change, or nobody wants to answer. Questions go to standard error.
fn converse(output: &Output, engine: &Engine<'_>, interview: &mut Interview<'_, '_>) -> Result<(), Failure> {
    let policy = engine.policy;
    let on_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    while let Some(next) = interview.next() {
        let asked = Asked::new(policy, &next);
        let words = words(&policy[next.fact].kind);
        let read = |text: &str| reply(policy, next.fact, &asked, text);
        let reply = match on_terminal {
            true => terminal::ask(output, &asked, &words, read)?,
            false => lines::ask(output, &asked, &words, read)?,
        };
        let value = match reply {
            Reply::Known(value) => Some(value),
            Reply::NotKnown => None,
            Reply::Back => {
                if !interview.back() {
                    output.notice("  This is the first question.\n");
                }
                continue;
            }
            Reply::Quit => return Ok(()),
        };
        let settled = interview.answer(next.fact, value);
        output.notice(&report::settled(policy, &engine.selection, &settled));
    }
    output.notice("\nNo answer can change anything any more.\n\n");
    Ok(())
}

/// The words that can be said in place of an answer about a fact of some type.
fn words(kind: &FactType) -> String {
    let word = |word: &str| if kind.item(word).is_some() { format!("/{word}") } else { word.to_owned() };
    format!("don't know, {}, {}, {}", word("skip"), word("back"), word("quit"))
}

/// Reads an answer: a value as the command line has it, as it is shown, or by its number in a list;
/// or a word in place of one.
///
/// # Errors
/// Says what is wanted, without what was written.
fn reply(policy: &Policy, fact: FactId, asked: &Asked, text: &str) -> Result<Reply, String> {
    let text = text.trim().replace('\u{2019}', "'");
    let said = |text: &str| WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, reply)| *reply);
    if let Some(reply) = text.strip_prefix('/').and_then(said) {
        return Ok(reply);
    }
    let report = match json::value_from_text(policy, fact, &text) {
        Ok(value) => return Ok(value.map_or(Reply::NotKnown, Reply::Known)),
        Err(report) => report,
    };
    let lower = text.to_lowercase();
    let by_words = asked.answers.iter().find(|(answer, _)| answer.to_lowercase() == lower);
    let is_initial = |answer: &str| lower.len() == 1 && answer.starts_with(&lower);
    let by_initial =
        asked.answers.iter().find(|(answer, value)| matches!(value, Value::YesNo(_)) && is_initial(answer));
    let in_list = |number: usize| {
        let answer = asked.answers.get(number.checked_sub(1)?)?;
        matches!(answer.1, Value::Item(_)).then_some(answer)
    };
    let by_number = text.parse().ok().and_then(in_list);
    let known = by_words.or(by_initial).or(by_number).map(|(_, value)| Reply::Known(*value));
    known.or_else(|| said(&text)).ok_or(report.message)
}

//! The command line: one file for each verb. Here files, streams and the terminal are touched.

mod ask;
mod change;
mod check;
mod claims;
mod columns;
mod compare;
mod completions;
mod diff;
mod eval;
mod explain;
pub(crate) mod files;
mod fix;
mod fmt;
mod folder;
mod graph;
#[cfg(feature = "lsp")]
mod lsp;
mod manual;
mod new;
mod out;
mod page;
mod profiles;
mod report;
mod sql;
mod suggested;
mod tally;
mod test;
mod view;
mod why;

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::diagnostic::{Diagnostics, without_values};
use crate::limits::{Limit, Limits};

/// Rules about coercive policies, each tied to who reported it, and what follows from them.
///
/// "Follows" always means: according to what is reported and encoded. "Does not follow" means
/// only that no encoded report leads to it.
#[derive(Parser)]
#[command(name = "ensue", version, arg_required_else_help = true, max_term_width = 80)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// Say nothing but what was found: no line for what is in order
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Raise or lower a limit, such as `rules=200000`; may be repeated. A wrong
    /// name lists them all
    #[arg(long = "limit", global = true, value_name = "NAME=NUMBER", value_parser = limit)]
    limits: Vec<(Limit, u64)>,
    /// Say more: the facts that settle each outcome, the scenarios that reach each claim, each file
    /// that is read or laid out
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,
}

#[derive(Subcommand)]
enum Verb {
    /// Show what follows for a profile, what does not, and what depends on unknown facts
    Eval(eval::Eval),
    /// Show why a consequence follows or does not: facts, rules, claims, who reported it
    Why(why::Why),
    /// Show options, values or sources side by side: what follows in each, and only in one
    Compare(compare::Compare),
    /// Show all smallest changes of known facts after which a consequence is otherwise
    Change(change::Change),
    /// Ask for facts one by one, only those that can still matter, the most telling first
    Ask(ask::Ask),
    /// Report every mistake in rule files, and every weakness of the rules
    Check(check::Check),
    /// Run the scenarios of rule files
    Test(test::Test),
    /// Show where two versions, two dates or two sources give other answers
    Diff(diff::Diff),
    /// Show what is reported, which rules encode it, and which scenarios test it
    Claims(claims::Claims),
    /// Draw who reports what and what follows, or what decides one consequence: SVG, DOT, Mermaid
    Graph(graph::Graph),
    /// Write a document about a profile: options, reasons, claims, what is not known, sources
    Report(report::Report),
    /// Write one offline page to explore the rules in a browser
    Page(page::Page),
    /// Count a population: how many rows of a table have which outcome
    Tally(tally::Tally),
    /// Write SQL that counts a population where its rows are: DuckDB, PostgreSQL, Spark
    Sql(sql::Sql),
    /// Rewrite rule files in the canonical layout
    Fmt(fmt::Fmt),
    /// Make a folder with a small example, to be replaced line by line; or a made-up table of people
    New(new::New),
    /// Explain the code of an error or a warning
    Explain(explain::Explain),
    /// Write what a shell needs to complete commands and options
    Completions(completions::Completions),
    /// Write the manual's pages, one for each command
    Manual(manual::Manual),
    /// Serve an editor over standard input and output: mistakes while typing, names, scenarios
    #[cfg(feature = "lsp")]
    Lsp(lsp::Lsp),
}

#[derive(Clone, Copy, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What a command that ran found.
enum Found {
    /// Nothing that wants a look: exit code 0.
    Nothing,
    /// Something: exit code 1.
    Something,
}

/// Why a command could not run: exit code 2.
enum Failure {
    /// Rules or profiles with mistakes, where sound ones are needed.
    Mistakes(Diagnostics),
    /// A file that cannot be read or written, or arguments that do not fit.
    Message(String),
    /// Some of several files could not be used, as was said when each was met.
    Said,
    /// Nobody reads what is written any more.
    ClosedPipe,
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Failure::Mistakes(diagnostics)
    }
}

/// What became of a result on standard output.
fn written(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::ClosedPipe),
        Err(error) => Err(Failure::Message(format!("cannot write to standard output: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// What all verbs share: where results and diagnostics go, and how much is read and searched.
#[derive(Default)]
struct Output {
    limits: Limits,
    color: ColorChoice,
    quiet: bool,
    verbose: bool,
    /// Whether findings were shown: an empty line parts them from those that come.
    found: Cell<bool>,
}

impl Output {
    /// Writes a result to standard output.
    fn result(&self, text: &str) -> Result<(), Failure> {
        let mut stream = AutoStream::new(io::stdout().lock(), self.choice(&io::stdout()));
        written(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()))
    }

    /// Writes a result to standard output that is too long to be held, or of which nothing may be left out.
    fn stream(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        let mut stream = io::stdout().lock();
        written(write(&mut stream).and_then(|()| stream.flush()))
    }

    /// Writes a rule file's text to standard output, as it is: what looks like a colour in it is none of ours. On a
    /// terminal it is not left to act.
    fn source(&self, text: &str) -> Result<(), Failure> {
        if !io::stdout().is_terminal() {
            return Self::stream(|stdout| stdout.write_all(text.as_bytes()));
        }
        let lines = text.split_inclusive('\n');
        self.result(&lines.map(|line| crate::report::escaped(line.trim_end_matches('\n')) + "\n").collect::<String>())
    }

    /// Writes diagnostics or progress to standard error; that nobody reads them is no failure.
    fn notice(&self, text: &str) {
        let mut stream = AutoStream::new(io::stderr().lock(), self.choice(&io::stderr()));
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    }

    fn choice(&self, stream: &impl anstream::stream::RawStream) -> ColorChoice {
        match self.color {
            ColorChoice::Auto => AutoStream::choice(stream),
            choice => choice,
        }
    }

    /// Shows findings.
    fn findings(&self, diagnostics: &Diagnostics) {
        let shown = diagnostics.list.iter().map(|it| crate::report::diagnostic(&diagnostics.files, it));
        let before = if self.found.replace(true) { "\n" } else { "" };
        self.notice(&(before.to_owned() + &shown.collect::<Vec<_>>().join("\n")));
    }

    /// Says why a command could not run.
    fn failure(&self, failure: &Failure) {
        match failure {
            Failure::Mistakes(diagnostics) => self.findings(diagnostics),
            Failure::Message(message) => self.notice(&format!("error: {}\n", crate::report::one_line(message))),
            Failure::Said | Failure::ClosedPipe => {}
        }
    }

    /// Works on each of several files: one that cannot be used leaves the others to be worked on.
    fn each(&self, paths: &[PathBuf], mut work: impl FnMut(&Path) -> Result<(), Failure>) -> Result<(), Failure> {
        let mut all = Ok(());
        for path in paths {
            match work(path) {
                Ok(()) => {}
                Err(Failure::ClosedPipe) => return Err(Failure::ClosedPipe),
                Err(failure) => {
                    self.failure(&failure);
                    all = Err(Failure::Said);
                }
            }
        }
        all
    }
}

fn limit(text: &str) -> Result<(Limit, u64), String> {
    let (name, number) =
        text.split_once('=').ok_or("write the limit's name, `=` and a whole number: `rules=200000`")?;
    let Some(limit) = Limit::ALL.into_iter().find(|limit| limit.name() == name) else {
        let names: Vec<String> =
            Limit::ALL.iter().map(|limit| format!("{}={}", limit.name(), limit.default())).collect();
        return Err(format!("the limits are {}", names.join(", ")));
    };
    let number = number.parse().ok().filter(|number| *number <= limit.most());
    let number = number.ok_or_else(|| format!("`{name}` is a whole number, at most {}", limit.most()))?;
    Ok((limit, number))
}

/// The colour that is asked for, where the arguments may have mistakes.
fn asked_color(given: &[String]) -> clap::ColorChoice {
    let asked = |value: &str| {
        given.windows(2).any(|pair| pair[0] == "--color" && pair[1] == value)
            || given.contains(&format!("--color={value}"))
    };
    match (asked("always"), asked("never")) {
        (true, false) => clap::ColorChoice::Always,
        (false, true) => clap::ColorChoice::Never,
        _ => clap::ColorChoice::Auto,
    }
}

/// Reads the arguments; what is wrong with them, or the help they ask for, is shown at once, and
/// the exit code returned.
fn arguments() -> Result<Arguments, ExitCode> {
    let given: Vec<String> = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let color = asked_color(&given);
    let matches = Arguments::command().color(color).try_get_matches();
    matches.and_then(|matches| Arguments::from_arg_matches(&matches)).map_err(|error| {
        if !error.use_stderr() {
            return match written(error.print().and_then(|()| io::stdout().flush())) {
                Ok(()) | Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
                Err(failure) => {
                    Output::default().failure(&failure);
                    ExitCode::from(2)
                }
            };
        }
        let stream = AutoStream::choice(&io::stderr());
        let colour =
            color == clap::ColorChoice::Always || color == clap::ColorChoice::Auto && stream != ColorChoice::Never;
        // With the codes of colours, even where there are none: what takes these out would change what is repeated of
        // the arguments, which would then not be found.
        let mut text = error.render().ansi().to_string();
        // An argument in a wrong place may hold a profile's value, also one behind an option and `=`. What is repeated
        // of it stands on one line, and has no characters that act or that nobody sees.
        for argument in given.iter().skip(1) {
            let (option, value) = match argument.strip_prefix("--") {
                Some(option) => option.split_once('=').unwrap_or((option, "")),
                None => ("", argument.as_str()),
            };
            for (given, shown) in [(option, option.to_owned()), (value, without_values(value))] {
                if !given.trim_matches([' ', '\n']).is_empty() {
                    text = text.replace(given, &crate::report::plain(&shown));
                }
            }
        }
        let text = if colour { text } else { anstream::adapter::strip_str(&text).to_string() };
        let _ = io::stderr().write_all(seen(&text).as_bytes());
        ExitCode::from(2)
    })
}

/// A message without characters that act or that nobody sees: of an argument only a part may be repeated.
fn seen(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let mut code = rest.as_str().strip_prefix('[').unwrap_or_default().chars();
        let is_colour = c == '\u{1b}' && code.find(|c| !c.is_ascii_digit() && *c != ';') == Some('m');
        let is_hidden = crate::words::is_invisible(c) || c.is_control() && c != '\n';
        match is_hidden && !is_colour {
            true => shown.push_str(&crate::report::escaped(&c.to_string())),
            false => shown.push(c),
        }
    }
    shown
}

/// A crash leaves no memory behind in a file: a profile's values may be in it.
fn leave_no_dump() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        // None is so short. With 0, Linux would still hand the memory to a program that collects dumps. Where it
        // cannot be had, the program is no less of use.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(1), maximum: Some(1) });
    }
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    leave_no_dump();
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let color = match arguments.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    // Of an option that stands before the command and behind it, only what stands behind it would count.
    let is_limit = |given: &str| given == "--limit" || given.starts_with("--limit=");
    if std::env::args_os().filter(|given| given.to_str().is_some_and(is_limit)).count() > arguments.limits.len() {
        let where_to = "`--limit` stands before the command or behind it, and not at both places".to_owned();
        Output::default().failure(&Failure::Message(where_to));
        return ExitCode::from(2);
    }
    let limits =
        arguments.limits.iter().fold(Limits::default(), |limits, (limit, number)| limits.with(*limit, *number));
    let output = Output { limits, color, quiet: arguments.quiet, verbose: arguments.verbose, found: Cell::new(false) };
    // Conditions are followed by functions that call themselves.
    if limits.of(Limit::Nesting) <= Limit::Nesting.default() {
        return run(arguments.verb, &output);
    }
    let thread = std::thread::Builder::new().stack_size(DEEP_STACK).spawn(move || run(arguments.verb, &output));
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(error) => {
            Output::default().failure(&Failure::Message(format!("no thread could be started: {error}")));
            ExitCode::from(2)
        }
    }
}

/// Bytes of the stack where conditions are nested deeper than usual.
const DEEP_STACK: usize = 64 << 20;

/// Runs a verb.
fn run(verb: Verb, output: &Output) -> ExitCode {
    let found = match verb {
        Verb::Eval(verb) => verb.run(output),
        Verb::Why(verb) => verb.run(output),
        Verb::Compare(verb) => verb.run(output),
        Verb::Change(verb) => verb.run(output),
        Verb::Ask(verb) => verb.run(output),
        Verb::Check(verb) => verb.run(output),
        Verb::Test(verb) => verb.run(output),
        Verb::Diff(verb) => verb.run(output),
        Verb::Claims(verb) => verb.run(output),
        Verb::Graph(verb) => verb.run(output),
        Verb::Report(verb) => verb.run(output),
        Verb::Sql(verb) => verb.run(output),
        Verb::Page(verb) => verb.run(output),
        Verb::Tally(verb) => verb.run(output),
        Verb::Fmt(verb) => verb.run(output),
        Verb::New(verb) => verb.run(output),
        Verb::Explain(verb) => verb.run(output),
        Verb::Completions(verb) => verb.run(output),
        Verb::Manual(verb) => verb.run(output),
        #[cfg(feature = "lsp")]
        Verb::Lsp(verb) => verb.run(output),
    };
    match found {
        Ok(Found::Nothing) | Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Ok(Found::Something) => ExitCode::from(1),
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(2)
        }
    }
}

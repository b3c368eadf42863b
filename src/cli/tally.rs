//! `ensue tally`: a population, counted.

mod progress;
mod rejects;

use std::fs::File;
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum};

use super::columns::{fact, mapped};
use super::files::{Readers, cannot, load, quoted, shown, words};
use super::out::{OutOptions, refuse_inputs, refuse_one_place, refuse_place};
use super::view::{ViewOptions, failed, unknown};
use super::{Failure, Found, Output};
use crate::graph::bars;
use crate::json::{self, Layout, Subject};
use crate::model::{Choice, FactId, FactType, Policy};
use crate::population::coding::{BY_ITEM, Coding};
use crate::population::counted::Counted;
use crate::population::table::{self, Refused, Reject};
use crate::population::tally::{Gathered, Plan};
use crate::population::{Sink, TooMany};
use crate::report::{self, Form};
use crate::semantics::{Engine, Question};
use progress::Progress;
use rejects::Rejects;

#[derive(Args)]
#[command(group = ArgGroup::new("file").multiple(true), after_help = "A population is counted, and people are not screened: only the columns of facts (and a \
                        weight) are read, nothing is written about one row, and tables that look as if they told \
                        who somebody is are refused.")]
pub(super) struct Tally {
    /// A rule file
    rules: PathBuf,
    /// Tables, counted together: CSV with a header or lines of JSON objects, also packed by gzip or zstd;
    /// Parquet files, in builds with the feature `parquet`; `-` for standard input
    #[arg(required_unless_present = "schema")]
    tables: Vec<PathBuf>,
    /// Write the JSON Schema of what `--format json` writes, and count nothing
    #[arg(long, conflicts_with = "tables")]
    schema: bool,
    /// The table's column for a fact, where it is called otherwise; may be repeated
    #[arg(long, value_name = "FACT=COLUMN")]
    map: Vec<String>,
    /// The column that holds the weight of each row
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
    /// Count apart by the values of FACT; may be repeated
    #[arg(long, value_name = "FACT")]
    by: Vec<String>,
    /// Count for each option of CHOICE, put over what the rows say
    #[arg(long, value_name = "CHOICE")]
    compare: Option<String>,
    /// Write the combinations of values with their numbers of rows and statuses, as CSV
    #[arg(long, conflicts_with_all = ["compare", "format", "chart"])]
    profiles: bool,
    /// The tables hold combinations: their column `rows` says how many rows each stands for
    #[arg(long)]
    reduced: bool,
    /// What parts the cells of CSV: `,`, `;`, `tab` or another single character
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// Quoted cells may hold line ends; then one thread reads
    #[arg(long)]
    multiline_cells: bool,
    /// Columns that are not to be read, whatever they hold, with commas between them; facts among them are
    /// then not known; may be repeated
    #[arg(long, value_name = "COLUMN")]
    ignore_columns: Vec<String>,
    /// What stands in cells of a fact that is not known, as NA, beside nothing; may be repeated
    #[arg(long, value_name = "TEXT")]
    unknown: Vec<String>,
    /// Take facts without a column as not known
    #[arg(long)]
    missing_as_unknown: bool,
    /// Show no number of rows from 1 to N-1; 1 shows all, else N is 3 or more
    #[arg(long, value_name = "N", default_value = "5", value_parser = least)]
    min_cell: u64,
    /// Give up when more than N rows are rejected
    #[arg(long, value_name = "N", default_value = "100")]
    max_rejects: u64,
    /// Write the rejected rows to a new FILE: line, column and what is wrong, never the value
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// How many threads read; else as many as the machine has. The answer is the same
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    #[command(flatten)]
    view: ViewOptions,
    /// How the tally is written
    #[arg(long, default_value = "text")]
    format: Format,
    /// Draw the tally too, to a new FILE: bars as SVG
    #[arg(long, value_name = "FILE", group = "file")]
    chart: Option<PathBuf>,
    #[command(flatten)]
    out: OutOptions,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// The same as Markdown
    Markdown,
    /// A table: a line for each group, option and consequence
    Csv,
    /// One JSON document
    Json,
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\n\r".contains(byte) => Ok(*byte),
        _ => Err("a delimiter is one character of ASCII that is no letter, digit or quotation mark".to_owned()),
    }
}

fn least(text: &str) -> Result<u64, String> {
    let least = text.parse().ok().filter(|least: &u64| *least != 0 && *least != 2);
    least.ok_or_else(|| "a least number is 3 or more, or 1 to show all: 2 would hide nothing but 1".to_owned())
}

/// So many names of columns, or of the items of a list, are told at most.
const LISTED: usize = 20;

/// That combinations are wanted in which the items of these columns are told apart.
fn told_apart(missing: &[String]) -> String {
    let facts = || missing.iter().filter_map(|name| by_item(name));
    let names: Vec<String> = facts().map(|fact| format!("`{fact}`")).collect();
    let by: Vec<String> = facts().map(|fact| format!("--by {fact}")).collect();
    let (names, by) = (names.join(", "), by.join(" "));
    format!("its combinations do not tell the items of {names} apart: make them with `{by}`")
}

/// The option that leaves a column unread.
fn ignoring(column: &str) -> String {
    let joined = if column.starts_with('-') { "=" } else { " " };
    format!("--ignore-columns{joined}{}", quoted(column))
}

/// Columns that may tell who somebody is: each by itself, and days of birth beside places, of which either is enough.
fn identities(alone: &[String], [births, places]: &[Vec<String>; 2]) -> String {
    let ignoring = |names: &[String]| names.iter().map(|name| ignoring(name)).collect::<Vec<_>>().join(" ");
    let either = || format!("`{}` or `{}`", ignoring(births), ignoring(places));
    let beside = || format!("{} beside {}", named(births), named(places));
    let (who, how) = match (alone.is_empty(), births.is_empty()) {
        (_, true) => {
            (named(alone), format!("take such columns out, or have them left unread with `{}`", ignoring(alone)))
        }
        (true, false) => (beside(), format!("take either out, or have it left unread with {}", either())),
        (false, false) => (
            format!("{}, and {},", named(alone), beside()),
            format!(
                "take such columns out, or have them left unread with `{}`, and with {}",
                ignoring(alone),
                either()
            ),
        ),
    };
    format!(
        "{who} may tell who somebody is, and populations are counted from tables that do not: {how}; rename one that \
         holds something else"
    )
}

/// `` `name`, `phone` ``.
fn named(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The fact whose items a column tells apart, if it does.
fn by_item(column: &str) -> Option<&str> {
    column.strip_suffix(BY_ITEM)
}

/// The column of a table of combinations that says how many rows each stands for.
const ROWS: &str = "rows";

impl Tally {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        self.refuse_places()?;
        if self.schema {
            self.out.write(output, json::POPULATION_SCHEMA)?;
            return Ok(Found::Nothing);
        }
        let policy = load(&self.rules, &output.limits)?;
        for file in self.out.file().into_iter().chain(self.chart.as_deref()) {
            self.tables.iter().try_for_each(|table| refuse_inputs(file, &policy, Some(table)))?;
        }
        #[cfg(feature = "parquet")]
        quiet_where_guarded();
        let view = self.view.view(&policy)?;
        let by = self.by(&policy)?;
        let choice = self.choice(&policy)?;
        let engine = Engine::new(&policy, &view).map_err(|report| failed(&policy, report))?;
        let facts: Vec<FactId> =
            policy.consequence_ids().flat_map(|consequence| engine.support(Question::Status(consequence))).collect();
        let coding = Coding::new(&engine, &facts, &by);
        let mut reading = self.reading(&policy, &engine, &coding)?;
        reading.remembered = remembered(&coding, reading.threads);
        let kept = if self.profiles { PROFILES } else { reading.remembered };
        let plan = Plan { engine: &engine, coding: &coding, by, choice, profiles: self.profiles, remembered: kept };
        let (gathered, rows, rejected) = self.read(output, &plan, &mut reading)?;
        let tally = gathered.finish().map_err(|TooMany| too_many())?;
        let weighted = self.weight.is_some();
        let unread = self.missing_as_unknown || reading.names.iter().any(|name| reading.ignored.contains(name));
        let counted = Counted { plan: &plan, tally: &tally, rows, rejected, weighted, least: self.min_cell, unread };
        let unknown = policy.unknown();
        let subject = Subject { policy: &policy, selection: &engine.selection, name: None, profile: &unknown };
        if self.profiles || matches!(self.format, Format::Csv) {
            output.notice(&(report::rows_read(rows, rejected) + "\n"));
        }
        let text = match self.format {
            _ if self.profiles => report::profiles_csv(counted),
            Format::Text => report::population(subject, counted, Form::Text),
            Format::Markdown => report::population(subject, counted, Form::Markdown),
            Format::Csv => report::population_csv(counted),
            Format::Json => json::population(subject, counted, Layout::Indented) + "\n",
        };
        if let Some(file) = &self.chart {
            self.out.write_to(
                file,
                Readers::Usual,
                &bars(&report::population_chart(subject, counted), "ensue-chart"),
            )?;
        }
        self.out.write(output, &text)?;
        Ok(if rejected > 0 { Found::Something } else { Found::Nothing })
    }

    /// Refuses places where nothing can be written, before a row is read.
    fn refuse_places(&self) -> Result<(), Failure> {
        if self.tables.iter().filter(|table| *table == Path::new("-")).count() > 1 {
            return Err(Failure::Message("standard input can be read once: name `-` once".to_owned()));
        }
        self.out.refuse_place()?;
        if let Some(file) = &self.chart {
            if file == Path::new("-") {
                return Err(cannot("write", file, "a chart is written beside the tally, and wants a file of its own"));
            }
            self.out.refuse_place_of(file)?;
        }
        if let Some(file) = &self.rejects {
            refuse_place(file, false)?;
        }
        let files = [self.out.file(), self.chart.as_deref(), self.rejects.as_deref()];
        refuse_one_place(&files.into_iter().flatten().collect::<Vec<&Path>>())
    }

    /// Whether a column is one of facts, and not of weights or numbers of rows.
    fn is_fact(&self, name: &str) -> bool {
        self.weight.as_deref() != Some(name) && !(self.reduced && name == ROWS)
    }

    fn by(&self, policy: &Policy) -> Result<Vec<FactId>, Failure> {
        let mut by: Vec<FactId> = Vec::new();
        for name in &self.by {
            let fact = fact(policy, name)?;
            if !by.contains(&fact) {
                by.push(fact);
            }
        }
        Ok(by)
    }

    fn choice<'p>(&self, policy: &'p Policy) -> Result<Option<&'p Choice>, Failure> {
        let Some(name) = &self.compare else { return Ok(None) };
        let known: Vec<&str> = policy.choices.iter().map(|choice| choice.name.as_str()).collect();
        let choice = policy.choices.iter().find(|choice| choice.name == *name);
        choice.map(Some).ok_or_else(|| unknown(policy, "choice", name, &known))
    }

    fn reading<'a>(
        &self,
        policy: &Policy,
        engine: &'a Engine<'a>,
        coding: &'a Coding,
    ) -> Result<table::Plan<'a>, Failure> {
        let mut plan = table::Plan::new(engine, coding);
        // A name may have commas itself.
        let several = self.ignore_columns.iter().flat_map(|names| names.split(',').map(|name| name.trim().to_owned()));
        plan.ignored = self.ignore_columns.iter().cloned().chain(several).collect();
        if let Some(weight) = self.weight.as_ref().filter(|weight| plan.ignored.contains(weight)) {
            let message = format!("`{weight}` is the weight, and `--ignore-columns` would leave it unread");
            return Err(Failure::Message(message));
        }
        if let Some((_, column)) = mapped(policy, &self.map)?.iter().find(|(_, column)| plan.ignored.contains(column)) {
            let message = format!("`{column}` is mapped to a fact, and `--ignore-columns` would leave it unread");
            return Err(Failure::Message(message));
        }
        if self.reduced {
            plan.names = coding.columns.iter().map(|column| column.in_combinations(policy)).collect();
        }
        for (fact, column) in mapped(policy, &self.map)? {
            // A fact that no rule asks for here is not read, whatever it is called.
            if let Some(place) = coding.columns.iter().position(|column| column.fact == fact) {
                plan.names[place] = column;
            }
        }
        plan.weight.clone_from(&self.weight);
        plan.rows = self.reduced.then(|| ROWS.to_owned());
        plan.unknown.clone_from(&self.unknown);
        plan.missing_as_unknown = self.missing_as_unknown;
        plan.delimiter = self.delimiter;
        plan.multiline_cells = self.multiline_cells;
        plan.max_rejects = self.max_rejects;
        let threads = self.threads.map(NonZero::get);
        plan.threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, NonZero::get));
        Ok(plan)
    }

    /// Reads all tables: what was counted, how many rows there were, and how many were rejected.
    fn read<'a>(
        &self,
        output: &Output,
        plan: &'a Plan<'a>,
        reading: &mut table::Plan<'_>,
    ) -> Result<(Gathered<'a>, u64, u64), Failure> {
        let mut rejects = Rejects::new(self.rejects.as_deref())?;
        let counted = self.read_all(output, plan, reading, &mut rejects);
        // Rejected rows are told also where the reading ends early; where it did not begin there is no list.
        if counted.is_ok() || rejects.seen() > 0 {
            let of_column = |column: &str| {
                let place = reading.names.iter().position(|name| name == column)?;
                Some(takes(&plan.engine.policy[plan.coding.columns[place].fact].kind))
            };
            rejects.finish(output, of_column)?;
        }
        counted
    }

    fn read_all<'a>(
        &self,
        output: &Output,
        plan: &'a Plan<'a>,
        reading: &mut table::Plan<'_>,
        rejects: &mut Rejects<'_>,
    ) -> Result<(Gathered<'a>, u64, u64), Failure> {
        let mut gathered = Gathered::new(plan);
        let (mut rows, mut rejected, mut bytes) = (0_u64, 0, 0);
        let progress = Progress::of(&self.tables, !output.quiet);
        for path in &self.tables {
            let name = shown(path);
            let before = bytes;
            let on_reject = |reject: &Reject| rejects.take(&name, reject);
            let on_read = |read: u64| {
                bytes = before + read;
                progress.show(bytes);
            };
            let sink = || Gathered::new(plan);
            let whole = match path == Path::new("-") {
                true => table::read(io::stdin(), &*reading, sink, on_reject, on_read),
                false => File::open(path)
                    .map_err(Refused::Input)
                    .and_then(|file| table::read_file(file, &*reading, sink, on_reject, on_read)),
            };
            let whole = whole.map_err(|refused| self.refused(path, refused))?;
            reading.max_rejects = self.max_rejects.saturating_sub(rejects.seen());
            rows = rows.checked_add(whole.rows).ok_or_else(too_many)?;
            rejected += whole.rejected;
            gathered.join(whole.sink).map_err(|TooMany| too_many())?;
        }
        Ok((gathered, rows, rejected))
    }

    fn refused(&self, path: &Path, refused: Refused) -> Failure {
        let reason = match refused {
            Refused::Input(error) => words(&error),
            Refused::NoHeader(why) => why.to_string(),
            Refused::Missing { missing, .. } if missing.iter().any(|name| !self.is_fact(name)) => {
                format!("it has no column {}, without which no row can be counted", named(&missing))
            }
            Refused::Missing { missing, .. } if self.reduced && missing.iter().any(|name| by_item(name).is_some()) => {
                told_apart(&missing)
            }
            Refused::Missing { missing, found } if found.is_empty() => format!(
                "it has no column {}: name another with `--map FACT=COLUMN`, or take what is missing as not known with \
                 `--missing-as-unknown`",
                named(&missing)
            ),
            Refused::Missing { missing, found } => format!(
                "it has no column {}: its columns are {}; name another with `--map FACT=COLUMN`, or take what is \
                 missing as not known with `--missing-as-unknown`",
                named(&missing),
                named(&found[..found.len().min(LISTED)]) + if found.len() > LISTED { " and more" } else { "" }
            ),
            Refused::NoneThere(missing) => format!(
                "its first line names none of the facts that are asked for, {}: is it a header? Name columns with \
                 `--map FACT=COLUMN`",
                named(&missing)
            ),
            Refused::NoKey(missing) if self.reduced && missing.iter().any(|name| by_item(name).is_some()) => {
                told_apart(&missing)
            }
            Refused::NoKey(missing) => format!(
                "none of its objects has the key {}: name another with `--map FACT=KEY`, or take what is missing as \
                 not known with `--missing-as-unknown`",
                named(&missing)
            ),
            Refused::Shared(name) => format!(
                "the column `{name}` is wanted twice, and would be read for one purpose alone: name another with \
                 `--map FACT=COLUMN` or `--weight`"
            ),
            Refused::Twice(name) => format!("it has the column `{name}` twice"),
            Refused::Identities { alone, together } => identities(&alone, &together),
            Refused::PerhapsIdentities(columns) => {
                let columns: Vec<String> = columns.iter().map(usize::to_string).collect();
                format!(
                    "by its first line, which names few of the facts that are asked for, and may be no header, column {} \
                     may tell who somebody is, and populations are counted from tables that do not: take such columns \
                     out, or have them left unread with `--ignore-columns NAME`; rename one that holds something else",
                    columns.join(", ")
                )
            }
            Refused::Combinations => "it has the columns `rows` and `status of …`, as `--profiles` writes them: each \
                                      of its rows stands for several; count it with `--reduced`"
                .to_owned(),
            Refused::Rejects => format!(
                "more than {} rows were rejected: mend the table, or allow more with `--max-rejects`",
                self.max_rejects
            ),
            Refused::TooMany if self.profiles => {
                format!("it has more than {PROFILES} combinations: count it without `--profiles`")
            }
            Refused::TooMany => return too_many(),
            Refused::ColumnType { name, holds } => {
                format!("its column `{name}` holds {holds}, where its fact has other values")
            }
            Refused::Parquet if cfg!(feature = "parquet") => {
                "it is a Parquet file, whose contents are listed at its end: give it as a file".to_owned()
            }
            Refused::Parquet => "it is a Parquet file, and this build reads CSV and lines of JSON: build it with \
                                 `--features parquet`"
                .to_owned(),
        };
        cannot("count", path, &reason)
    }
}

/// What the cells of a fact may hold.
fn takes(kind: &FactType) -> String {
    match kind {
        FactType::OneOf(items) if items.len() <= LISTED => {
            items.keys().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ")
        }
        FactType::OneOf(_) | FactType::YesNo | FactType::Number { .. } | FactType::Date => kind.describe(),
    }
}

/// Says nothing of panics that are caught, as those are of a library that meets a damaged file.
#[cfg(feature = "parquet")]
fn quiet_where_guarded() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !table::parquet::is_guarded() {
            usual(panic);
        }
    }));
}

/// So many combinations may be written by `--profiles`.
const PROFILES: usize = 1 << 17;

/// So many bytes all threads may take for the combinations that they remember, before these are decided and
/// forgotten. Each thread remembers them twice: as it counts them, and as it hands them on.
const REMEMBERED_BYTES: usize = 24 << 20;

/// How many combinations a thread remembers in one of the two places. Beside its bins, of four bytes each,
/// one takes some two hundred bytes in a map that grows.
fn remembered(coding: &Coding, threads: usize) -> usize {
    (REMEMBERED_BYTES / 2 / threads / (200 + 4 * coding.columns.len())).clamp(1 << 10, PROFILES)
}

fn too_many() -> Failure {
    Failure::Message("the sums are more than can be kept".to_owned())
}

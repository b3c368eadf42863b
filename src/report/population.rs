//! A tally in words: how many rows have which outcome.

use super::outcomes::Notes;
use super::page::Page;
use super::{Form, HEADING, WIDTH, columns, lines, styled, values_shown};
use crate::json::Subject;
use crate::limits::Limit;
use crate::model::{ChoiceOption, ConsequenceId, FactId, RuleId};
use crate::population::Count;
use crate::population::coding::{Bin, NOT_KNOWN};
use crate::population::counted::{Counted, ShownGroup};
use crate::population::small::Shown;
use crate::population::tally::{Kind, Plan};
use crate::words::{does_not_follow, view};

/// A tally as a page.
#[must_use]
pub fn population(subject: Subject<'_>, counted: Counted<'_>, form: Form) -> String {
    let said = Said { subject, counted, form };
    let mut page = Page::new(form);
    page.title(&said.title(), &said.about());
    let mut writer = Writer { said, page, notes: Notes::default() };
    writer.write();
    let Writer { mut page, notes, .. } = writer;
    notes.finish(&mut page, subject.policy);
    page.finish()
}

/// What is said of a tally, wherever it is shown.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) subject: Subject<'a>,
    pub(super) counted: Counted<'a>,
    pub(super) form: Form,
}

impl<'a> Said<'a> {
    /// What the rules are called.
    pub(super) fn title(self) -> String {
        let policy = self.subject.policy;
        self.form.shown(policy.label.as_deref().unwrap_or(&policy.name))
    }

    /// Which rules count.
    pub(super) fn about(self) -> String {
        let limits = view(self.subject.policy, self.subject.selection, self.form);
        match limits.is_empty() {
            true if self.subject.policy.sources.is_empty() => "these rules name no source".to_owned(),
            true => "according to all sources".to_owned(),
            false => limits,
        }
    }

    /// How many rows were read, counted and rejected.
    pub(super) fn read(self) -> String {
        rows_read(self.counted.rows, self.counted.rejected)
    }

    /// What stands above a group, where there are several.
    pub(super) fn heading(self, group: &ShownGroup) -> String {
        let values = match &group.bins {
            Some(bins) => self.values(bins),
            None => format!("Groups of fewer than {} rows, and what hides them", self.counted.least),
        };
        format!("{values}: {}", of_rows(group.group.count.rows))
    }

    /// The values of the facts by which rows are grouped.
    fn values(self, bins: &[Bin]) -> String {
        let Self { counted: Counted { plan, .. }, form, .. } = self;
        let value = |(fact, bin): (&FactId, &Bin)| {
            format!("{}: {}", form.shown(&self.subject.policy[*fact].label), bin_shown(plan, *fact, *bin, form))
        };
        plan.by.iter().zip(bins).map(value).collect::<Vec<_>>().join("; ")
    }

    /// What stands above an option.
    pub(super) fn option(self, option: &ChoiceOption) -> String {
        format!("If: {}", self.form.shown(&option.label))
    }

    /// A consequence with the marks of what is assumed of it.
    pub(super) fn consequence(self, id: ConsequenceId, notes: &mut Notes<'a>) -> String {
        let policy = self.subject.policy;
        let counts = |rule: &RuleId| self.subject.selection.has(*rule);
        let rules: Vec<RuleId> = policy.concluding[id.index()].iter().copied().filter(counts).collect();
        format!("{}{}", self.form.shown(&policy[id].label), notes.marks(policy, &rules))
    }

    /// Who reports what is counted: every rule that counts may have led to it.
    pub(super) fn reporters(self, notes: &mut Notes<'a>) {
        let policy = self.subject.policy;
        for id in policy.rule_ids().filter(|rule| self.subject.selection.has(*rule)) {
            notes.reporters(self.subject, std::iter::once(&policy[id]), self.form);
        }
    }

    /// For how many rows a reported harm follows, where no options are compared.
    pub(super) fn harms(self, group: &ShownGroup, part: usize) -> Option<String> {
        let is_asked = self.has_harms(group) && self.counted.plan.choice.is_none();
        let share = || self.share(self.counted.harms(group, part)[0], group.group.count);
        is_asked.then(|| format!("At least one reported harm follows for {}.", share()))
    }

    /// For how many rows no option is without a reported harm, where options are compared.
    pub(super) fn in_every(self, group: &ShownGroup) -> Option<String> {
        let is_asked = self.has_harms(group) && self.counted.plan.choice.is_some();
        let shown = || self.share(self.counted.in_every(group), group.group.count);
        is_asked.then(|| {
            format!(
                "Every option carries at least one reported harm, one that follows or is disputed, for {}.",
                shown()
            )
        })
    }

    /// Where no row was counted nothing is said of harms.
    fn has_harms(self, group: &ShownGroup) -> bool {
        group.group.count.rows > 0 && self.subject.policy.consequences.iter().any(|consequence| consequence.harm)
    }

    /// What the marks and words mean; or that no row was counted.
    pub(super) fn explained(self) -> Vec<String> {
        let Counted { least, tally, .. } = self.counted;
        if tally.groups.values().all(|group| group.count.rows == 0) {
            return vec!["No row was counted, so nothing is said of anybody.".to_owned()];
        }
        let mut said = vec![does_not_follow(self.subject.selection).to_owned()];
        if least > 1 {
            said.push(format!(
                "Numbers of 1 to {} rows are hidden, and others with them where they could be worked out (\"<{least}\" \
                 may be nothing): a few people could be found by those who know them.",
                least - 1
            ));
        }
        let parts = tally.groups.values().flat_map(|group| &group.parts);
        if parts.map(|part| part.not_searched).sum::<u64>() > 0 {
            let raise = self.subject.policy.limits.raise(Limit::SearchSteps);
            said.push(format!(
                "Some of what is undetermined was not searched further: these rules were too large to decide it \
                 exactly; {raise}."
            ));
        }
        said
    }

    /// A number, a mark, or a line for nothing.
    pub(super) fn figure(self, shown: Shown) -> String {
        let least = self.counted.least;
        match shown {
            Shown::Exact(Count { rows: 0, .. }) => "-".to_owned(),
            Shown::Exact(count) if self.counted.weighted => format!("{} ({})", number(count.rows), count.weight),
            Shown::Exact(count) => number(count.rows),
            Shown::Few => format!("<{least}"),
            Shown::Withheld => format!("≥{least}"),
            Shown::Hidden => "hidden".to_owned(),
        }
    }

    /// `512 of 1,000 rows (51.2 %)`, or `512 of 1,000 rows, with 48.5 of the weight of 103.2`.
    fn share(self, shown: Shown, whole: Count) -> String {
        let of = of_rows(whole.rows);
        match shown {
            Shown::Exact(count) if whole.rows == 0 || count.rows == 0 => format!("none of {of}"),
            Shown::Exact(count) if count.rows == whole.rows => format!("all {of}"),
            Shown::Exact(count) if self.counted.weighted => {
                format!("{} of {of}, with {} of the weight of {}", number(count.rows), count.weight, whole.weight)
            }
            Shown::Exact(count) => format!("{} of {of} ({} %)", number(count.rows), percent(count.rows, whole.rows)),
            Shown::Few => format!("fewer than {} of {of}", self.counted.least),
            Shown::Withheld => format!("at least {} of {of}", self.counted.least),
            Shown::Hidden => format!("a hidden number of {of}"),
        }
    }
}

/// `512 rows counted.`, or how many of them were rejected.
#[must_use]
pub fn rows_read(rows: u64, rejected: u64) -> String {
    match rejected {
        0 => format!("{} counted.", of_rows(rows)),
        _ => format!("{} read: {} counted, {} rejected.", of_rows(rows), number(rows - rejected), number(rejected)),
    }
}

struct Writer<'a> {
    said: Said<'a>,
    page: Page,
    notes: Notes<'a>,
}

impl Writer<'_> {
    fn write(&mut self) {
        let Said { counted, .. } = self.said;
        self.page.remark(0, &self.said.read());
        for shown in &counted.groups() {
            if !counted.plan.by.is_empty() {
                self.page.part(&self.said.heading(shown));
            }
            self.group(shown);
        }
        for text in self.said.explained() {
            self.page.remark(2, &text);
        }
    }

    fn group(&mut self, shown: &ShownGroup) {
        let Counted { plan, .. } = self.said.counted;
        let options = plan.choice.iter().flat_map(|choice| &choice.options);
        if plan.choice.is_none() {
            self.part(shown, 0);
        }
        for (part, option) in options.enumerate() {
            let heading = self.said.option(option);
            if plan.by.is_empty() {
                self.page.part(&heading)
            } else {
                self.page.subpart(&heading)
            }
            self.part(shown, part);
        }
        if let Some(text) = self.said.in_every(shown) {
            self.page.remark(2, &text);
        }
    }

    fn part(&mut self, group: &ShownGroup, part: usize) {
        let said = self.said;
        let shown = said.counted.outcomes(group, part);
        let is_used =
            |kind: &Kind| shown.iter().any(|shown| shown[*kind as usize].exact().is_none_or(|count| count.rows > 0));
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(is_used).collect();
        let heads: Vec<&str> = kinds.iter().map(|kind| words(*kind)).collect();
        let row = |(id, shown): (ConsequenceId, &Vec<Shown>)| {
            let cells = kinds.iter().map(|kind| said.figure(shown[*kind as usize])).collect();
            (said.consequence(id, &mut self.notes), cells)
        };
        let rows: Vec<(String, Vec<String>)> = said.subject.policy.consequence_ids().zip(&shown).map(row).collect();
        self.page.figures(&heads, &rows);
        if let Some(text) = said.harms(group, part) {
            self.page.remark(2, &text);
        }
        said.reporters(&mut self.notes);
    }
}

/// What stands above a column of numbers.
pub(super) fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Follows => "follows",
        Kind::DoesNotFollow => "does not follow",
        Kind::RuledOut => "ruled out",
        Kind::Disputed => "disputed",
        Kind::Undetermined => "undetermined",
    }
}

/// The values of a bin.
fn bin_shown(plan: &Plan<'_>, fact: FactId, bin: Bin, form: Form) -> String {
    let policy = plan.engine.policy;
    let column = plan.coding.columns.iter().find(|column| column.fact == fact).expect("it is read");
    if bin == NOT_KNOWN {
        return "not known".to_owned();
    }
    values_shown(policy, fact, &column.values(plan.engine, bin), form)
}

/// `1,234 rows`.
pub(super) fn of_rows(rows: u64) -> String {
    format!("{} {}", number(rows), if rows == 1 { "row" } else { "rows" })
}

/// A number with commas between thousands.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A share with one digit after the point, rounded to the nearest, halves up; never 0.0 nor 100.0.
fn percent(part: u64, whole: u64) -> String {
    let thousandths = (u128::from(part) * 2000 + u128::from(whole)) / (u128::from(whole) * 2);
    let thousandths = thousandths.clamp(1, 999);
    format!("{}.{}", thousandths / 10, thousandths % 10)
}

impl Page {
    /// A table of numbers, whose first column names the rows.
    fn figures(&mut self, heads: &[&str], rows: &[(String, Vec<String>)]) {
        match self.form {
            Form::Text => self.put_figures(heads, rows),
            Form::Markdown | Form::Html => {
                let heads: Vec<&str> = std::iter::once("").chain(heads.iter().copied()).collect();
                let row = |(label, cells): &(String, Vec<String>)| {
                    std::iter::once(label).chain(cells).map(|text| text.as_str().into()).collect()
                };
                self.table(&heads, &rows.iter().map(row).collect::<Vec<_>>());
            }
        }
    }

    fn put_figures(&mut self, heads: &[&str], rows: &[(String, Vec<String>)]) {
        const LEAST: usize = 20;
        let longest_word = |head: &str| head.split(' ').map(columns).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = rows.iter().map(|(_, cells)| columns(&cells[column]));
            // Words of a head stand side by side where there is room for two.
            cells.chain([longest_word(heads[column]), 8]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        let taken: usize = widths.iter().map(|width| width + 2).sum();
        let first = WIDTH.saturating_sub(taken).max(LEAST);
        let heads: Vec<Vec<String>> =
            heads.iter().zip(&widths).map(|(head, width)| lines(head, *width, "", "")).collect();
        let height = heads.iter().map(Vec::len).max().unwrap_or(0);
        let mut text = String::from("\n");
        for line in 0..height {
            let cell = |(head, width): (&Vec<String>, &usize)| {
                let part = (line + head.len()).checked_sub(height).map_or("", |line| head[line].as_str());
                format!("  {part:>width$}")
            };
            let cells: String = heads.iter().zip(&widths).map(cell).collect();
            text.push_str(&format!("{}{}\n", " ".repeat(first), styled(HEADING, cells.trim_end())));
        }
        for (label, cells) in rows {
            let label = lines(label, first, "  ", "    ");
            for (index, part) in label.iter().enumerate() {
                let is_last = index + 1 == label.len();
                let pad = " ".repeat(first.saturating_sub(columns(part)));
                let cell = |(cell, width): (&String, &usize)| {
                    format!("  {}{cell}", " ".repeat(width.saturating_sub(columns(cell))))
                };
                let cells: String = cells.iter().zip(&widths).map(cell).collect();
                let line = if is_last { format!("{part}{pad}{cells}") } else { part.clone() };
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
        self.raw(&text);
    }
}

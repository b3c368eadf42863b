//! A tally in words: how many rows have which outcome.

use super::outcomes::Notes;
use super::page::Page;
use super::{Form, HEADING, WIDTH, columns, lines, styled, values_shown};
use crate::json::Subject;
use crate::model::{FactId, RuleId};
use crate::population::Count;
use crate::population::coding::{Bin, NOT_KNOWN};
use crate::population::counted::{Counted, ShownGroup};
use crate::population::small::Shown;
use crate::population::tally::{Kind, Plan};
use crate::words::{does_not_follow, view};

/// A tally as a page.
#[must_use]
pub fn population(subject: Subject<'_>, counted: Counted<'_>, form: Form) -> String {
    let title = subject.policy.label.as_deref().unwrap_or(&subject.policy.name);
    let mut page = Page::new(form);
    let limits = view(subject.policy, subject.selection, form);
    page.title(&form.shown(title), if limits.is_empty() { "according to all sources" } else { &limits });
    let mut writer = Writer { subject, counted, page, notes: Notes::default() };
    writer.write();
    let Writer { mut page, notes, .. } = writer;
    notes.finish(&mut page, subject.policy);
    page.finish()
}

struct Writer<'a> {
    subject: Subject<'a>,
    counted: Counted<'a>,
    page: Page,
    notes: Notes<'a>,
}

impl Writer<'_> {
    fn write(&mut self) {
        let Counted { rows, rejected, plan, least, .. } = self.counted;
        let counted = rows - rejected;
        let read = match rejected {
            0 => format!("{} counted.", of_rows(rows)),
            _ => format!("{} read: {} counted, {} rejected.", of_rows(rows), number(counted), number(rejected)),
        };
        self.page.remark(0, &read);
        let groups = self.counted.groups();
        for shown in &groups {
            let ShownGroup { bins, group } = shown;
            if !plan.by.is_empty() {
                let heading = match bins {
                    Some(bins) => self.heading(bins),
                    None => format!("Groups of fewer than {least} rows, and what hides them"),
                };
                self.page.part(&format!("{heading}: {}", of_rows(group.count.rows)));
            }
            self.group(shown);
        }
        if self.counted.tally.groups.values().any(|group| group.count.rows > 0) {
            self.explain();
        }
    }

    /// What the marks and words mean.
    fn explain(&mut self) {
        let Counted { least, .. } = self.counted;
        let selection = self.subject.selection;
        self.page.remark(2, does_not_follow(selection));
        if least > 1 {
            let text = format!(
                "Numbers of 1 to {} rows are hidden, and others with them where they could be worked out (\"<{least}\" \
                 may be nothing): a few people could be found by those who know them.",
                least - 1
            );
            self.page.remark(2, &text);
        }
        let unsearched: u64 =
            self.counted.tally.groups.values().flat_map(|group| &group.parts).map(|part| part.not_searched).sum();
        if unsearched > 0 {
            let text = "Some of what is undetermined was not searched further: these rules were too large to decide it exactly.";
            self.page.remark(2, text);
        }
    }

    /// The values of the facts by which rows are grouped.
    fn heading(&self, bins: &[Bin]) -> String {
        let Counted { plan, .. } = self.counted;
        let form = self.page.form;
        let value = |(fact, bin): (&FactId, &Bin)| {
            format!("{}: {}", form.shown(&self.subject.policy[*fact].label), bin_shown(plan, *fact, *bin, form))
        };
        plan.by.iter().zip(bins).map(value).collect::<Vec<_>>().join("; ")
    }

    fn group(&mut self, shown: &ShownGroup) {
        let group = &shown.group;
        let Counted { plan, .. } = self.counted;
        match plan.choice {
            None => self.part(shown, 0),
            Some(choice) => {
                for (part, option) in choice.options.iter().enumerate() {
                    let label = self.page.form.shown(&option.label);
                    let heading = format!("If: {label}");
                    if plan.by.is_empty() {
                        self.page.part(&heading)
                    } else {
                        self.page.subpart(&heading)
                    }
                    self.part(shown, part);
                }
                if self.has_harms() {
                    let all = self.share(self.counted.share(group.in_every, group.count), group.count);
                    let text = format!(
                        "Every option carries at least one reported harm, one that follows or is disputed, for {all}."
                    );
                    self.page.remark(2, &text);
                }
            }
        }
    }

    fn has_harms(&self) -> bool {
        self.subject.policy.consequences.iter().any(|consequence| consequence.harm)
    }

    fn part(&mut self, group: &ShownGroup, part: usize) {
        let policy = self.subject.policy;
        let shown = self.counted.outcomes(group, part);
        let is_used =
            |kind: &Kind| shown.iter().any(|shown| shown[*kind as usize].exact().is_none_or(|count| count.rows > 0));
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(is_used).collect();
        let heads: Vec<&str> = kinds.iter().map(|kind| words(*kind)).collect();
        let rows: Vec<(String, Vec<String>)> = policy
            .consequence_ids()
            .zip(&shown)
            .map(|(id, shown)| {
                let rules: Vec<RuleId> = policy.concluding[id.index()]
                    .iter()
                    .copied()
                    .filter(|rule| self.subject.selection.has(*rule))
                    .collect();
                let marks = self.notes.marks(policy, &rules);
                let label = format!("{}{marks}", self.page.form.shown(&policy[id].label));
                (label, kinds.iter().map(|kind| self.figure(shown[*kind as usize])).collect())
            })
            .collect();
        self.page.figures(&heads, &rows);
        if self.has_harms() && self.counted.plan.choice.is_none() {
            let [follows, ..] = self.counted.harms(group, part);
            let text = format!("At least one reported harm follows for {}.", self.share(follows, group.group.count));
            self.page.remark(2, &text);
        }
        // Who reports what is counted here: every rule that counts may have led to it.
        for id in policy.rule_ids().filter(|rule| self.subject.selection.has(*rule)) {
            self.notes.reporters(self.subject, std::iter::once(&policy[id]), self.page.form);
        }
    }

    /// A number, a mark, or a line for nothing.
    fn figure(&self, shown: Shown) -> String {
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

    /// `512 of 1,000 rows (51.2 %)`.
    fn share(&self, shown: Shown, whole: Count) -> String {
        let of = of_rows(whole.rows);
        match shown {
            Shown::Exact(count) if whole.rows == 0 || count.rows == 0 => format!("none of {of}"),
            Shown::Exact(count) if count.rows == whole.rows => format!("all {of}"),
            Shown::Exact(count) => format!("{} of {of} ({} %)", number(count.rows), percent(count.rows, whole.rows)),
            Shown::Few => format!("fewer than {} of {of}", self.counted.least),
            Shown::Withheld => format!("at least {} of {of}", self.counted.least),
            Shown::Hidden => format!("a hidden number of {of}"),
        }
    }
}

/// What stands above a column of numbers.
fn words(kind: Kind) -> &'static str {
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
fn of_rows(rows: u64) -> String {
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

//! Options, values or sources side by side, and what that comes to.

use super::outcomes::{Notes, labels};
use super::page::{Cell, Page, column_letter};
use super::{Form, values_shown};
use crate::distinct::distinct;
use crate::explore::compare::{By, Column, Comparison, Harm, Way};
use crate::json::Subject;
use crate::model::{ConsequenceId, Policy};
use crate::never::never;
use crate::semantics::{Absent, Outcome, Settled, Status};
use crate::words::{does_not_follow, says_does_not_follow};

/// Several comparisons for one profile, one below the other.
#[must_use]
pub fn comparisons(subject: Subject<'_>, compared: &[Comparison<'_>], form: Form) -> String {
    let mut page = super::page(subject, form);
    let mut notes = Notes::default();
    side_by_side(&mut page, &mut notes, subject, compared);
    let statuses = compared.iter().flat_map(|it| &it.columns).flat_map(|column| &column.outcomes);
    if statuses.clone().any(|outcome| says_does_not_follow(outcome.status)) {
        page.remark(2, does_not_follow(subject.selection));
    }
    notes.finish(&mut page, subject.policy);
    page.finish()
}

/// The comparisons themselves, without a title and footnotes.
pub(super) fn side_by_side<'a>(
    page: &mut Page,
    notes: &mut Notes<'a>,
    subject: Subject<'a>,
    compared: &'a [Comparison<'_>],
) {
    for comparison in compared {
        Side { subject, comparison, form: page.form }.write(page, notes);
    }
}

/// One comparison that is being written.
struct Side<'a> {
    subject: Subject<'a>,
    comparison: &'a Comparison<'a>,
    form: Form,
}

impl<'a> Side<'a> {
    fn write(&self, page: &mut Page, notes: &mut Notes<'a>) {
        let Comparison { by, columns } = self.comparison;
        page.part(&match by {
            By::Choice(choice) => self.form.shown(&choice.label),
            By::Fact(fact) => self.form.shown(&self.policy()[*fact].label),
            By::Sources => "According to each source".to_owned(),
        });
        let titles: Vec<String> = columns.iter().map(|column| self.title(column)).collect();
        if self.form == Form::Text {
            for (index, title) in titles.iter().enumerate() {
                page.line(&format!("{}  ", column_letter(index)), title);
            }
        }
        let (rows, nowhere): (Vec<_>, Vec<_>) = self
            .policy()
            .consequence_ids()
            .partition(|id| self.comparison.everywhere(*id) != Some(Settled::DoesNotFollow));
        let rows: Vec<(String, Vec<Cell>)> = rows.into_iter().map(|id| self.row(id, notes)).collect();
        if !rows.is_empty() {
            page.matrix(&titles, &rows);
        }
        self.list(page, self.words().nowhere, nowhere.into_iter().map(|id| self.name(id)));
        self.conclusions(page);
    }

    fn policy(&self) -> &'a Policy {
        self.subject.policy
    }

    /// What a column is, with what the profile says of it.
    fn title(&self, column: &Column<'_>) -> String {
        let way = self.way(&column.way);
        if column.is_given { format!("{way} (so it is in the profile)") } else { way }
    }

    fn way(&self, way: &Way<'_>) -> String {
        match (way, &self.comparison.by) {
            (Way::Option(option), _) => self.form.shown(&option.label),
            (Way::Values(values), By::Fact(fact)) => values_shown(self.policy(), *fact, values, self.form),
            (Way::Values(_), _) => never("values are those of a fact"),
            (Way::Source(source), _) => self.form.shown(&self.policy()[*source].label),
        }
    }

    fn row(&self, consequence: ConsequenceId, notes: &mut Notes<'a>) -> (String, Vec<Cell>) {
        let outcomes = || self.comparison.columns.iter().map(|column| &column.outcomes[consequence.index()]);
        let rules = distinct(outcomes().flat_map(|outcome| outcome.rules.iter().copied()));
        let marks = notes.marks(self.policy(), &rules);
        let cells = self.comparison.columns.iter().map(|column| {
            let outcome = &column.outcomes[consequence.index()];
            let subject = Subject { selection: &column.selection, profile: &column.profile, ..self.subject };
            let evidence = notes.evidence(subject, outcome, self.form);
            let items = evidence.into_iter().map(|(lead, text)| format!("{lead}{text}")).collect();
            Cell { head: self.cell(column, outcome).to_owned(), items }
        });
        let cells = cells.collect();
        (format!("{}{marks}", self.name(consequence)), cells)
    }

    /// What a cell says first. Where a source reports nothing that concerns a consequence, that is said; a
    /// report of which no rule is in force, or that is not confirmed as was asked, is one all the same.
    fn cell(&self, column: &Column<'_>, outcome: &Outcome) -> &'static str {
        let is_silent = || {
            let mut rules = self.policy().concluding[outcome.consequence.index()].iter();
            rules.all(|rule| column.selection.absent(*rule) == Some(Absent::NoClaim))
        };
        match (self.comparison.by, outcome.status) {
            (By::Sources, Status::DoesNotFollow) if is_silent() => "reports nothing of it",
            (By::Choice(_) | By::Fact(_) | By::Sources, settled_or_open) => status(settled_or_open),
        }
    }

    fn name(&self, consequence: ConsequenceId) -> String {
        self.form.shown(&self.policy()[consequence].label)
    }

    /// What the columns come to together.
    fn conclusions(&self, page: &mut Page) {
        let Comparison { by, columns } = self.comparison;
        let consequences = || self.policy().consequence_ids();
        let words = self.words();
        let everywhere = consequences().filter(|id| self.comparison.everywhere(*id) == Some(Settled::Follows));
        self.list(page, words.everywhere, everywhere.map(|id| format!("{}{}", self.name(id), self.origin(id))));
        for (index, column) in columns.iter().enumerate().filter(|_| columns.len() > 1) {
            let only = consequences().filter(|id| self.comparison.only_in(*id) == Some(index));
            let heading = words.only.replace("{}", &self.way(&column.way));
            self.list(page, &heading, only.map(|id| self.name(id)));
        }
        match by {
            By::Sources => {
                let contested = consequences().filter(|id| self.comparison.is_contested(*id));
                self.list(
                    page,
                    "One says that it follows, another that it is ruled out",
                    contested.map(|id| self.name(id)),
                );
            }
            By::Choice(_) | By::Fact(_) => self.harms(page, &words),
        }
    }

    /// Sources that say the same may all have it from one: then that is said.
    fn origin(&self, consequence: ConsequenceId) -> &'static str {
        let columns = &self.comparison.columns;
        let claims = columns.iter().flat_map(|column| {
            let rules = column.outcomes[consequence.index()].rules.iter();
            rules.flat_map(|rule| column.selection.claims(&self.policy()[*rule]))
        });
        match self.comparison.by {
            By::Sources if columns.len() > 1 && self.subject.selection.origins.count(claims) == 1 => {
                " (all of this goes back to one origin)"
            }
            By::Choice(_) | By::Fact(_) | By::Sources => "",
        }
    }

    fn list(&self, page: &mut Page, heading: &str, names: impl Iterator<Item = String>) {
        let mut names = names.peekable();
        if names.peek().is_some() {
            page.subpart(heading);
            names.for_each(|name| page.item(&name));
        }
    }

    /// Which of the columns carry a reported harm. Silence is said to be silence.
    fn harms(&self, page: &mut Page, words: &Words) {
        let columns = &self.comparison.columns;
        let way = |column: &Column<'_>| format!("\"{}\"", self.way(&column.way));
        if self.comparison.every_column_harms() {
            let disputed = columns.iter().filter(|column| column.harm == Harm::Disputed).map(way);
            let disputed: Vec<String> = disputed.collect();
            let only_disputed = match &disputed[..] {
                [] => String::new(),
                some => format!(" Of {}, each is denied by another report.", some.join(" and ")),
            };
            page.remark(2, &format!("{}{only_disputed}", words.every_harms));
        }
        let has_harms = self.policy().consequences.iter().any(|consequence| consequence.harm);
        for column in columns {
            let way = way(column);
            match &column.harm {
                _ if column.is_silent() => page.remark(
                    2,
                    &format!("Of {way} nothing is reported here: what happens then is not known from these reports."),
                ),
                Harm::NotReported if has_harms => page
                    .remark(2, &format!("Of {way} no harm is reported here. That does not mean that there is none.")),
                Harm::Open(facts) => {
                    let facts = labels(self.policy(), facts, self.form);
                    page.remark(2, &format!("Whether {way} carries a reported harm depends on: {facts}"));
                }
                // It was said of all of them.
                Harm::Follows | Harm::Disputed if self.comparison.every_column_harms() => {}
                // Where no single harm is certain, the table does not show that one of them is.
                Harm::Follows if !self.has_certain_harm(column) => {
                    page.remark(2, &format!("Whatever is unknown, {way} carries one reported harm or another."))
                }
                Harm::Follows => page.remark(2, &format!("With {way} at least one reported harm follows.")),
                Harm::Disputed => page.remark(
                    2,
                    &format!("With {way} at least one harm is reported, and each is denied by another report."),
                ),
                Harm::NotReported => {}
            }
        }
    }

    fn has_certain_harm(&self, column: &Column<'_>) -> bool {
        column.outcomes.iter().any(|it| self.policy()[it.consequence].harm && it.status == Status::Follows)
    }

    fn words(&self) -> Words {
        match self.comparison.by {
            By::Choice(_) => Words {
                nowhere: "Does not follow in any option",
                everywhere: "Follows in every option",
                only: "Follows in this option only: {}",
                every_harms: "Every option reported here carries at least one reported harm.",
            },
            By::Fact(_) => Words {
                nowhere: "Does not follow in any of these cases",
                everywhere: "Follows in all of these cases",
                only: "Follows in this case only: {}",
                every_harms: "Each of these cases carries at least one reported harm.",
            },
            By::Sources => Words {
                nowhere: "Follows according to none of them",
                everywhere: "All agree that it follows",
                only: "Of these, only {} says that it follows",
                every_harms: "",
            },
        }
    }
}

/// What the columns of a comparison are called.
struct Words {
    nowhere: &'static str,
    everywhere: &'static str,
    /// With `{}` where the column's title stands.
    only: &'static str,
    every_harms: &'static str,
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Follows => "follows",
        Status::DoesNotFollow => "does not follow",
        Status::RuledOut => "ruled out",
        Status::Disputed => "disputed",
        Status::Undetermined(_) => "undetermined",
    }
}

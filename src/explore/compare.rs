//! Several outcomes side by side: of a choice's options, of a fact's values, of sources.

#![expect(clippy::indexing_slicing, reason = "consequences are numbered by the policy")]

use super::values::Values;
use crate::diagnostic::Diagnostic;
use crate::model::{Choice, ChoiceOption, ConsequenceId, FactId, Policy, Profile, SourceId};
use crate::semantics::{Asserted, Engine, Outcome, Selection, Settled, Status, View};

/// Outcomes side by side.
#[derive(Clone, Debug)]
pub struct Comparison<'p> {
    /// What the columns are.
    pub by: By<'p>,
    /// The columns, in the order of declaration; sources in the order in which they were named.
    pub columns: Vec<Column<'p>>,
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub enum By<'p> {
    /// The options of a choice.
    Choice(&'p Choice),
    /// The values of a fact that rules tell apart.
    Fact(FactId),
    /// Sources: each column knows only what one of them reports.
    Sources,
}

/// One of the outcomes that stand side by side.
#[derive(Clone, Debug)]
pub struct Column<'p> {
    /// What it is the outcome of.
    pub way: Way<'p>,
    /// Whether the profile itself says that it is so.
    pub is_given: bool,
    /// The profile, with what the way sets.
    pub profile: Profile,
    /// The rules that count, and the date.
    pub selection: Selection,
    /// The outcome of each consequence, in the order of declaration.
    pub outcomes: Vec<Outcome>,
    /// Whether it carries a reported harm.
    pub harm: Harm,
}

/// What a column is the outcome of.
#[derive(Clone, Debug)]
pub enum Way<'p> {
    /// An option of a choice.
    Option(&'p ChoiceOption),
    /// The fact has one of these values, which no rule tells apart.
    Values(Values),
    /// What one source reports.
    Source(SourceId),
}

/// Whether some consequence that is a harm follows, whatever is unknown. It need not be the same
/// one in every completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Harm {
    /// In every completion a harm follows.
    Follows,
    /// In every completion a harm follows or is disputed, and in some of them none follows.
    Disputed,
    /// In no completion does a harm follow, nor is one disputed.
    NotReported,
    /// Whether one follows or is disputed depends on these unknown facts.
    Open(Vec<FactId>),
}

/// Whether what settles each outcome is sought too, which takes longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reasons {
    /// It is.
    Sought,
    /// It is not: [`Outcome::because`] is empty.
    NotSought,
}

impl<'p> Comparison<'p> {
    /// The options of a choice, each with what it sets over what the profile says.
    #[must_use]
    pub fn of_options(engine: &Engine<'p>, choice: &'p Choice, profile: &Profile, reasons: Reasons) -> Self {
        let column = |option: &'p ChoiceOption| {
            let mut with = profile.clone();
            option.sets.iter().for_each(|(fact, value)| with.set(*fact, Some(*value)));
            let is_given = option.sets.iter().all(|(fact, value)| profile.value(*fact) == Some(*value));
            Column::new(engine, Way::Option(option), is_given, with, reasons)
        };
        Self { by: By::Choice(choice), columns: choice.options.iter().map(column).collect() }
    }

    /// The values of a fact, those that no rule tells apart in one column.
    #[must_use]
    pub fn of_values(engine: &Engine<'p>, fact: FactId, profile: &Profile, reasons: Reasons) -> Self {
        let policy = engine.policy;
        let cells = engine.cells();
        let of_cell = |cell: u32| {
            let value = cells.value(policy, fact, cell)?;
            let way = Way::Values(Values::of(engine, fact, &[cell]));
            let mut with = profile.clone();
            with.set(fact, Some(value));
            let is_given = profile.value(fact).is_some_and(|value| cells.of(fact, value) == cell);
            Some(Column::new(engine, way, is_given, with, reasons))
        };
        let count = u32::try_from(cells.count(fact)).expect("cells are numbered so");
        Self { by: By::Fact(fact), columns: (0..count).filter_map(of_cell).collect() }
    }

    /// What each source reports, or a source that is quoted in it; otherwise as `view` says.
    ///
    /// # Errors
    /// When an answer depends on the date and neither the view nor the policy gives one.
    pub fn of_sources(
        policy: &'p Policy,
        view: &View,
        sources: &[SourceId],
        profile: &Profile,
        reasons: Reasons,
    ) -> Result<Self, Diagnostic> {
        let column = |source: &SourceId| {
            let engine = Engine::new(policy, &View { according_to: vec![*source], ..view.clone() })?;
            Ok(Column::new(&engine, Way::Source(*source), false, profile.clone(), reasons))
        };
        Ok(Self { by: By::Sources, columns: sources.iter().map(column).collect::<Result<_, Diagnostic>>()? })
    }

    /// The status of a consequence in each column.
    pub fn statuses(&self, consequence: ConsequenceId) -> impl Iterator<Item = Status> {
        self.columns.iter().map(move |column| column.outcomes[consequence.index()].status)
    }

    /// The status that a consequence has in every column, if it is the same, and settled.
    #[must_use]
    pub fn everywhere(&self, consequence: ConsequenceId) -> Option<Settled> {
        let mut statuses = self.statuses(consequence);
        let first = statuses.next()?.settled()?;
        statuses.all(|status| status.settled() == Some(first)).then_some(first)
    }

    /// The one column in which a consequence follows, if it certainly neither follows nor is
    /// disputed in any other.
    #[must_use]
    pub fn only_in(&self, consequence: ConsequenceId) -> Option<usize> {
        let column = self.statuses(consequence).position(|status| status == Status::Follows)?;
        let never = |status: Status| status.possible().iter().all(|status| !status.asserted());
        let mut others = self.statuses(consequence).enumerate().filter(|(index, _)| *index != column);
        others.all(|(_, status)| never(status)).then_some(column)
    }

    /// Whether a consequence certainly follows in one column and is certainly ruled out in another.
    #[must_use]
    pub fn is_contested(&self, consequence: ConsequenceId) -> bool {
        let some = |wanted: Status| self.statuses(consequence).any(|status| status == wanted);
        some(Status::Follows) && some(Status::RuledOut)
    }

    /// Whether every column carries a reported harm, whatever is unknown: one that follows or, if
    /// nothing else, one that another report denies.
    #[must_use]
    pub fn every_column_harms(&self) -> bool {
        let carries = |column: &Column<'_>| match column.harm {
            Harm::Follows | Harm::Disputed => true,
            Harm::NotReported | Harm::Open(_) => false,
        };
        !self.columns.is_empty() && self.columns.iter().all(carries)
    }
}

impl<'p> Column<'p> {
    fn new(engine: &Engine<'_>, way: Way<'p>, is_given: bool, profile: Profile, reasons: Reasons) -> Self {
        let outcomes = match reasons {
            Reasons::Sought => engine.outcomes(&profile),
            Reasons::NotSought => engine.outcomes_in_brief(&profile),
        };
        let statuses: Vec<Status> = outcomes.iter().map(|outcome| outcome.status).collect();
        let harm = Harm::of(engine, &profile, &statuses);
        Self { way, is_given, profile, selection: engine.selection.clone(), outcomes, harm }
    }

    /// Whether no rule that counts leads to anything or denies anything, whatever is unknown.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.status == Status::DoesNotFollow)
    }
}

impl Harm {
    /// Of a profile, by the status of each consequence in the order of declaration.
    #[must_use]
    pub fn of(engine: &Engine<'_>, profile: &Profile, statuses: &[Status]) -> Self {
        let is_harm = |id: &ConsequenceId| engine.policy[*id].harm;
        let consequences: Vec<ConsequenceId> = engine.policy.consequence_ids().filter(is_harm).collect();
        let has = |wanted: Status| consequences.iter().any(|id| statuses[id.index()] == wanted);
        if has(Status::Follows) {
            return Harm::Follows;
        }
        if consequences.iter().all(|id| matches!(statuses[id.index()], Status::DoesNotFollow | Status::RuledOut)) {
            return Harm::NotReported;
        }
        // One harm may follow in some completions and another in all others.
        let any = |asserted| engine.any(&consequences, asserted, profile);
        if any(Asserted::Undenied).0.settled() == Some(true) {
            return Harm::Follows;
        }
        let (asserted, depends_on) = any(Asserted::AlsoDenied);
        match asserted.settled() {
            Some(true) => Harm::Disputed,
            Some(false) => Harm::NotReported,
            None => Harm::Open(depends_on),
        }
    }
}

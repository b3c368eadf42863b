//! What all lints work with: the policy, its diagrams, and the findings so far.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use indexmap::IndexMap;

use super::edit::Written;
use crate::analysis::days::days;
use crate::analysis::parts::{Owned, Part, Role, parts, words};
use crate::analysis::space::{Answer, DayIndex, Space};
use crate::diagnostic::{Code, Diagnostic};
use crate::limits::Limits;
use crate::model::{Condition, ConsequenceId, Date, FactId, Policy, Rule, RuleId, Scenario, Value};
use crate::semantics::diagram::{FALSE, NodeId, OverBudget};
use crate::semantics::{Engine, Question, Scratch, View};
use crate::text::{FileId, Place};

/// One policy in which weaknesses are looked for.
pub(super) struct Case<'p> {
    pub policy: &'p Policy,
    pub space: Space<'p>,
    found: Vec<Diagnostic>,
    /// What was too large to be decided: where, what it is, and which lints it concerns.
    undecided: IndexMap<Place, (String, Vec<Code>)>,
    code: Code,
    /// For each rule whether it can apply on some day; `None` where that was not decided.
    can_apply: Vec<Option<bool>>,
    /// For the dates of scenarios.
    engines: HashMap<Option<Date>, Engine<'p>>,
    /// The files that were looked at.
    written: HashMap<FileId, Written<'p>>,
}

impl<'p> Case<'p> {
    pub fn new(policy: &'p Policy, limits: Limits) -> Self {
        let space = Space::new(policy, &days(policy), limits);
        let mut case = Self {
            policy,
            space,
            found: Vec::new(),
            undecided: IndexMap::new(),
            code: Code::NotDecided,
            can_apply: Vec::new(),
            engines: HashMap::new(),
            written: HashMap::new(),
        };
        case.can_apply = policy.rule_ids().map(|rule| case.applies_on_some_day(rule).ok()).collect();
        case
    }

    fn applies_on_some_day(&mut self, rule: RuleId) -> Result<bool, OverBudget> {
        let days = self.space.days_of(rule);
        self.on_some_day(&days, |space, day| Ok(space.applies(day, rule)? != FALSE))
    }

    /// From now on, findings and what is not decided belong to this lint.
    pub fn looking_for(&mut self, code: Code) {
        self.code = code;
    }

    pub fn report(&mut self, finding: Diagnostic) {
        self.found.push(finding);
    }

    /// A finding of the lint, at its main place.
    pub fn warning(&self, message: impl Into<String>, place: Place, label: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(self.code, message).at(place, label)
    }

    /// Remembers that something was too large; what was decided stays.
    pub fn decided<T>(&mut self, answer: Result<T, OverBudget>, place: Place, what: &str) -> Option<T> {
        if answer.is_err() {
            let codes = &mut self.undecided.entry(place).or_insert_with(|| (what.to_owned(), Vec::new())).1;
            if !codes.contains(&self.code) {
                codes.push(self.code);
            }
        }
        answer.ok()
    }

    /// The same for a rule.
    pub fn decided_of<T>(&mut self, answer: Result<T, OverBudget>, rule: RuleId) -> Option<T> {
        let rule = &self.policy[rule];
        self.decided(answer, rule.place, &format!("the rule `{}`", rule.name))
    }

    pub fn finish(self) -> Vec<Diagnostic> {
        let mut found = self.found;
        for (place, (what, codes)) in self.undecided {
            let names: Vec<&str> = codes.iter().map(|code| code.name()).collect();
            let message = format!("not decided for {what}: {}", names.join(", "));
            let report = Diagnostic::warning(Code::NotDecided, message)
                .at(place, "what this depends on is too large to be looked at for every profile");
            found.push(report.help(self.policy.limits.decide_more()));
        }
        found
    }

    /// Whether the rule can apply to some profile on some day; rules for which that is not decided
    /// are taken to.
    pub fn can_apply(&self, rule: RuleId) -> bool {
        self.can_apply[rule.index()] != Some(false)
    }

    /// Whether something is so on every one of these days.
    pub fn on_every_day(
        &mut self,
        days: &[DayIndex],
        mut is_so: impl FnMut(&mut Space<'p>, DayIndex) -> Result<bool, OverBudget>,
    ) -> Result<bool, OverBudget> {
        all(days, |day| is_so(&mut self.space, *day))
    }

    /// Whether something is so on one of these days.
    pub fn on_some_day(
        &mut self,
        days: &[DayIndex],
        mut is_so: impl FnMut(&mut Space<'p>, DayIndex) -> Result<bool, OverBudget>,
    ) -> Result<bool, OverBudget> {
        let none = self.on_every_day(days, |space, day| is_so(space, day).map(|so| !so));
        none.map(|none| !none)
    }

    /// The first of these days on which a set of profiles is not empty, with the set.
    pub fn first_day(
        &mut self,
        days: &[DayIndex],
        mut set: impl FnMut(&mut Space<'p>, DayIndex) -> Answer,
    ) -> Result<Option<(DayIndex, NodeId)>, OverBudget> {
        let mut undecided = None;
        for day in days {
            match set(&mut self.space, *day) {
                Ok(FALSE) => {}
                Ok(found) => return Ok(Some((*day, found))),
                Err(over) => undecided = Some(over),
            }
        }
        undecided.map_or(Ok(None), Err)
    }

    /// The place of a rule among those that conclude about a consequence.
    pub fn place(&self, consequence: ConsequenceId, rule: RuleId) -> Option<usize> {
        self.policy.concluding[consequence.index()].iter().position(|other| *other == rule)
    }

    /// Whether a rule has an effect for a consequence in a scenario, for certain. `None` where the
    /// scenario has no date and needs one.
    pub fn has_effect_in(&mut self, scenario: &Scenario, consequence: ConsequenceId, rule: RuleId) -> Option<bool> {
        let place = self.place(consequence, rule)?;
        let engine = match self.engines.entry(scenario.on) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let view = View { on: scenario.on, ..View::default() };
                entry.insert(Engine::new(self.policy, &view).ok()?)
            }
        };
        let profile = self.policy.knowing(&scenario.given);
        let question = Question::Effect(consequence, place);
        Some(engine.ask(question, &profile, &mut Scratch::default()).0.settled() == Some(true))
    }

    /// Where a rule has an effect for a consequence that it concludes about.
    pub fn effect(&self, day: DayIndex, consequence: ConsequenceId, rule: RuleId) -> Answer {
        // INVARIANT: a rule is among those that conclude about what it concludes.
        let place = self.place(consequence, rule).expect("a rule concludes about its consequences");
        self.space.effect(day, consequence, place)
    }

    /// The outermost parts of which something is so; `is_so` looks at one part on all of its days.
    pub fn parts_that_are(
        &mut self,
        owned: &Owned<'p>,
        mut is_so: impl FnMut(&mut Space<'p>, &[&Part]) -> Result<bool, OverBudget>,
    ) -> Vec<Place> {
        let by_day: Vec<Vec<Part>> = owned.days.iter().map(|day| parts(&mut self.space, *day, owned)).collect();
        let Some(first) = by_day.first() else { return Vec::new() };
        let mut found: Vec<bool> = Vec::new();
        let mut places = Vec::new();
        let what = match owned.role {
            Role::Definition(_) => format!("the definition `{}`", owned.name),
            Role::When(_) | Role::Unless(_) => format!("the rule `{}`", owned.name),
        };
        for (index, part) in first.iter().enumerate() {
            let inside_found = part.inside.is_some_and(|outer| found[outer]);
            let on_days: Vec<&Part> = by_day.iter().map(|parts| &parts[index]).collect();
            let so = is_so(&mut self.space, &on_days);
            let so = self.decided(so, owned.place, &what).unwrap_or(false);
            found.push(so || inside_found);
            if so && !inside_found {
                places.push(part.place);
            }
        }
        places
    }

    /// A file as it is written.
    pub fn written(&mut self, file: FileId) -> &Written<'p> {
        self.written.entry(file).or_insert_with(|| Written::read(self.policy, file))
    }

    /// The words of a condition as they stand in the file, between backticks.
    pub fn words(&self, place: Place) -> String {
        format!("`{}`", words(self.policy, place))
    }

    /// A scenario with these facts on a day, which expects what is so of these consequences.
    pub fn scenario(
        &mut self,
        day: DayIndex,
        given: &[(FactId, Value)],
        consequences: &[ConsequenceId],
        label: &str,
    ) -> Option<String> {
        let label = format!("{}: {label}", self.code);
        let draft = self.space.draft(day, given, consequences, label).ok()?;
        Some(self.policy.written_scenario(&draft))
    }

    /// A scenario with a profile of this set, as small as can be.
    pub fn scenario_of(
        &mut self,
        day: DayIndex,
        set: NodeId,
        consequences: &[ConsequenceId],
        label: &str,
    ) -> Option<String> {
        let given = self.space.witness(set)?;
        self.scenario(day, &given, consequences, label)
    }

    /// A scenario in which the rule applies to which a condition belongs; for a definition, the
    /// first rule that names it.
    pub fn scenario_with(&mut self, role: Role) -> Option<String> {
        match role {
            Role::When(rule) | Role::Unless(rule) => self.scenario_where_it_applies(rule),
            Role::Definition(definition) => {
                let policy = self.policy;
                let names_it = |condition: &Condition| {
                    condition.leaves().any(|leaf| matches!(leaf, Condition::Definition(id, _) if *id == definition))
                };
                let uses = |rule: &RuleId| {
                    names_it(&policy[*rule].when) || policy[*rule].unless.as_ref().is_some_and(names_it)
                };
                let rule = policy.rule_ids().filter(uses).find(|rule| self.can_apply(*rule))?;
                self.scenario_where_it_applies(rule)
            }
        }
    }

    /// A scenario in which a rule applies, on the first day on which it can.
    pub fn scenario_where_it_applies(&mut self, rule: RuleId) -> Option<String> {
        let days = self.space.days_of(rule);
        let (day, set) = self.first_day(&days, |space, day| space.applies(day, rule)).ok()??;
        let Rule { name, concludes, .. } = &self.policy[rule];
        self.scenario_of(day, set, concludes, name)
    }
}

/// Whether something is so of all: one of which it is not so settles that, whatever is not decided
/// of the others.
pub(super) fn all<T>(
    items: impl IntoIterator<Item = T>,
    mut is_so: impl FnMut(T) -> Result<bool, OverBudget>,
) -> Result<bool, OverBudget> {
    let mut undecided = None;
    for item in items {
        match is_so(item) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(over) => undecided = Some(over),
        }
    }
    undecided.map_or(Ok(true), Err)
}

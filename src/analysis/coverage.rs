//! What the scenarios of a policy show of it, and scenarios that would show the rest.
//!
//! A scenario shows something where that is so for every completion of its facts, on its own date:
//! what is left open is not shown. A test is seen to decide as in masking MC/DC (J. J. Chilenski,
//! *An Investigation of Three Forms of the Modified Condition Decision Coverage Criterion*, 2001):
//! with the facts that are given, the rule would apply or not otherwise were the test otherwise.

#![expect(clippy::indexing_slicing, reason = "goals, options and definitions are numbered by what was collected")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of goals and scenarios")]

use std::collections::HashSet;

use super::days::days;
use super::parts::{Owned, Part, Role, conditions, parts, used_definitions, words};
use super::space::{Answer, DayIndex, Look, Space};
use crate::distinct::distinct;
use crate::limits::Limits;
use crate::model::{Condition, ConsequenceId, Date, DefinitionId, Draft, FactId, Policy, RuleId, SourceId, Value};
use crate::semantics::diagram::NodeId;
use crate::text::Place;

/// What the scenarios show.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// All that can be shown, rule by rule in the order of declaration; then definitions, options
    /// and sources.
    pub goals: Vec<Goal>,
    /// Scenarios that would show what is missing, each more than those before it.
    pub suggestions: Vec<Suggestion>,
}

/// One thing to be seen in a scenario.
#[derive(Clone, Debug)]
pub struct Goal {
    /// Of what.
    pub subject: Subject,
    /// What of it.
    pub sight: Sight,
    /// In how many scenarios it is seen.
    pub scenarios: usize,
    /// Whether it is seen, and if not, what follows.
    pub state: State,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A rule.
    Rule(RuleId),
    /// A test in a rule's condition, by its place.
    RuleTest(RuleId, Place),
    /// A test in a definition, by its place.
    DefinitionTest(DefinitionId, Place),
    /// An option, by the places of its choice and of itself.
    Option(usize, usize),
    /// A source on whose claims rules rest.
    Source(SourceId),
}

/// What is to be seen of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// A rule applies; for a source, a rule that rests on one of its claims.
    Applied,
    /// A rule is stopped: the known facts see to it that it does not apply.
    Stopped,
    /// Whether a rule applies is open.
    Undetermined,
    /// A test holds.
    True,
    /// A test does not hold.
    False,
    /// A test is settled and decides, whatever is unknown.
    Deciding,
    /// An option is taken: all that it sets is given.
    Taken,
}

/// What became of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A scenario shows it.
    Seen,
    /// No scenario shows it; the suggestion at this place would.
    Missing(usize),
    /// No profile can show it.
    Impossible,
    /// Too large to be decided within the limits.
    NotDecided,
}

/// A scenario that shows what no scenario did.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// It expects what is so by the rules.
    pub draft: Draft,
    /// The places of the goals that it reaches, and that no scenario before it does.
    pub goals: Vec<usize>,
}

impl Coverage {
    /// Looks at the scenarios of a policy.
    ///
    /// Every scenario has a date where one is needed: see [`crate::scenarios::undated`].
    #[must_use]
    pub fn of(policy: &Policy, limits: Limits) -> Self {
        let mut survey = Survey::new(policy, limits);
        survey.look_at_scenarios();
        survey.suggest();
        Self { goals: survey.goals, suggestions: survey.suggestions }
    }

    /// How many goals are seen, and how many can be: those that no profile shows are not counted.
    #[must_use]
    pub fn tally(&self, counts: impl Fn(&Goal) -> bool) -> Tally {
        let mut tally = Tally::default();
        for goal in self.goals.iter().filter(|goal| counts(goal)) {
            match goal.state {
                State::Seen => tally.seen += 1,
                State::Missing(_) => tally.missing += 1,
                State::NotDecided => tally.not_decided += 1,
                State::Impossible => tally.impossible += 1,
            }
        }
        tally
    }
}

/// How many goals are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Some scenario shows them.
    pub seen: usize,
    /// None does, and one could.
    pub missing: usize,
    /// Too large to be decided.
    pub not_decided: usize,
    /// No profile can show them.
    pub impossible: usize,
}

impl Tally {
    /// How many can be seen, as far as is known.
    #[must_use]
    pub fn all(self) -> usize {
        self.seen + self.missing + self.not_decided
    }

    /// How much of it is seen, in whole percent, rounded down; 100 where there is nothing to see.
    #[must_use]
    pub fn percent(self) -> usize {
        (self.seen * 100).checked_div(self.all()).unwrap_or(100)
    }
}

/// The profiles that show a goal on one day.
#[derive(Clone)]
enum Shows {
    /// Those all completions of which are in the set.
    In(NodeId),
    /// Those that leave open whether they are in the set.
    Open(NodeId),
    /// Those that give these facts these values.
    Given(Vec<(FactId, Value)>),
    NotDecided,
}

struct Survey<'p> {
    space: Space<'p>,
    goals: Vec<Goal>,
    /// For each goal, on each day on which it can be looked for, the profiles that show it.
    shows: Vec<Vec<(DayIndex, Shows)>>,
    suggestions: Vec<Suggestion>,
    look: Look,
}

impl<'p> Survey<'p> {
    fn new(policy: &'p Policy, limits: Limits) -> Self {
        // A scenario is looked at on its own date: on another day, a birth date is another age.
        let mut on_days = days(policy);
        let mut met: HashSet<Option<Date>> = on_days.iter().copied().collect();
        if on_days != [None] {
            let dates = policy.scenarios.iter().map(|scenario| scenario.on.or(policy.as_of));
            on_days.extend(dates.filter(|on| met.insert(*on)));
        }
        let space = Space::new(policy, &on_days, limits);
        let mut survey =
            Self { space, goals: Vec::new(), shows: Vec::new(), suggestions: Vec::new(), look: Look::default() };
        survey.conditions();
        survey.options();
        survey.sources();
        survey
    }

    fn add(&mut self, subject: Subject, sight: Sight, shows: Vec<(DayIndex, Shows)>) {
        self.goals.push(Goal { subject, sight, scenarios: 0, state: State::NotDecided });
        self.shows.push(shows);
    }

    fn conditions(&mut self) {
        let used = used_definitions(self.space.policy);
        let (definitions, of_rules): (Vec<_>, Vec<_>) =
            conditions(&self.space).into_iter().partition(|owned| matches!(owned.role, Role::Definition(_)));
        for owned in of_rules.iter().chain(&definitions) {
            match owned.role {
                Role::When(rule) => {
                    self.rule(rule, &owned.days);
                    self.tests(owned, |place| Subject::RuleTest(rule, place));
                }
                Role::Unless(rule) => self.tests(owned, |place| Subject::RuleTest(rule, place)),
                Role::Definition(id) if used[id.index()] => {
                    self.tests(owned, |place| Subject::DefinitionTest(id, place));
                }
                Role::Definition(_) => {}
            }
        }
    }

    fn rule(&mut self, rule: RuleId, on_days: &[DayIndex]) {
        let (mut applied, mut stopped, mut undetermined) = (Vec::new(), Vec::new(), Vec::new());
        for &day in on_days {
            let applies = self.space.applies(day, rule);
            applied.push((day, within(applies)));
            stopped.push((day, within(self.space.not(applies))));
            undetermined.push((day, applies.map_or(Shows::NotDecided, Shows::Open)));
        }
        self.add(Subject::Rule(rule), Sight::Applied, applied);
        self.add(Subject::Rule(rule), Sight::Stopped, stopped);
        self.add(Subject::Rule(rule), Sight::Undetermined, undetermined);
    }

    fn tests(&mut self, owned: &Owned<'p>, subject: impl Fn(Place) -> Subject) {
        let by_day: Vec<Vec<Part>> = owned.days.iter().map(|day| parts(&mut self.space, *day, owned)).collect();
        let count = by_day.first().map_or(0, Vec::len);
        for index in 0..count {
            let Part { is_test, place, .. } = by_day[0][index];
            if !is_test {
                continue;
            }
            let (mut holding, mut not_holding, mut deciding) = (Vec::new(), Vec::new(), Vec::new());
            for (day, parts) in owned.days.iter().zip(&by_day) {
                let Part { holds, decides, .. } = parts[index];
                holding.push((*day, within(holds)));
                not_holding.push((*day, within(self.space.not(holds))));
                deciding.push((*day, within(self.space.and(decides, holds))));
                deciding.push((*day, within(self.space.and_not(decides, holds))));
            }
            self.add(subject(place), Sight::True, holding);
            self.add(subject(place), Sight::False, not_holding);
            self.add(subject(place), Sight::Deciding, deciding);
        }
    }

    fn options(&mut self) {
        let policy = self.space.policy;
        for (index, choice) in policy.choices.iter().enumerate() {
            for (place, option) in choice.options.iter().enumerate() {
                let given = Shows::Given(option.sets.clone());
                let shows = self.space.all_days().map(|day| (day, given.clone())).collect();
                self.add(Subject::Option(index, place), Sight::Taken, shows);
            }
        }
    }

    fn sources(&mut self) {
        let policy = self.space.policy;
        for source in (0..policy.sources.len()).map(SourceId::new) {
            let rests_on = |rule: &RuleId| policy[*rule].claims.iter().any(|claim| policy[*claim].by == source);
            let rules: Vec<RuleId> = policy.rule_ids().filter(rests_on).collect();
            if rules.is_empty() {
                continue;
            }
            let mut shows = Vec::new();
            for rule in rules {
                for day in self.space.days_of(rule) {
                    shows.push((day, within(self.space.applies(day, rule))));
                }
            }
            self.add(Subject::Source(source), Sight::Applied, shows);
        }
    }

    fn look_at_scenarios(&mut self) {
        for scenario in &self.space.policy.scenarios {
            let on = scenario.on.or(self.space.policy.as_of);
            // INVARIANT: where there are days, the dates of all scenarios are among them.
            let on_day = |day: &DayIndex| self.space.days[*day].on.is_none() || self.space.days[*day].on == on;
            let day = self.space.all_days().find(on_day).expect("the day of a scenario is looked at");
            self.space.look(&scenario.given, &mut self.look);
            for goal in 0..self.goals.len() {
                if self.is_shown(goal, day, &scenario.given) {
                    self.goals[goal].scenarios += 1;
                    self.goals[goal].state = State::Seen;
                }
            }
        }
    }

    /// Whether the profile that was put before the space shows a goal.
    fn is_shown(&mut self, goal: usize, day: DayIndex, given: &[(FactId, Value)]) -> bool {
        let Self { space, shows, look, .. } = self;
        shows[goal].iter().filter(|(on, _)| *on == day).any(|(_, shows)| match shows {
            Shows::In(set) => space.in_for_certain(*set, look),
            Shows::Open(set) => space.is_open(*set, look),
            Shows::Given(settings) => settings.iter().all(|setting| given.contains(setting)),
            Shows::NotDecided => false,
        })
    }

    /// For each goal that no scenario shows one that would, unless one before it does too.
    fn suggest(&mut self) {
        // What a test decides shows most of the rest too, so few scenarios are needed.
        let rank = |sight: Sight| match sight {
            Sight::Deciding => 0,
            Sight::Undetermined => 1,
            Sight::Applied | Sight::Stopped | Sight::True | Sight::False | Sight::Taken => 2,
        };
        let mut order: Vec<usize> = (0..self.goals.len()).collect();
        order.sort_by_key(|goal| (group(self.goals[*goal].subject), rank(self.goals[*goal].sight)));
        for goal in order {
            if self.goals[goal].state != State::NotDecided {
                continue;
            }
            match self.example(goal) {
                None if self.shows[goal].iter().any(|(_, shows)| matches!(shows, Shows::NotDecided)) => {}
                None => self.goals[goal].state = State::Impossible,
                Some((day, given)) => self.suggest_this(goal, day, &given),
            }
        }
    }

    fn suggest_this(&mut self, goal: usize, day: DayIndex, given: &[(FactId, Value)]) {
        let label = format!("generated: {}", self.goals[goal].words(self.space.policy));
        let consequences = self.consequences(self.goals[goal].subject);
        let Ok(draft) = self.space.draft(day, given, &consequences, label) else { return };
        self.space.look(given, &mut self.look);
        let mut reached = Vec::new();
        for other in 0..self.goals.len() {
            if self.goals[other].state == State::NotDecided && self.is_shown(other, day, given) {
                self.goals[other].state = State::Missing(self.suggestions.len());
                reached.push(other);
            }
        }
        self.suggestions.push(Suggestion { draft, goals: reached });
    }

    /// A profile that shows a goal, with the day, if there is one.
    fn example(&mut self, goal: usize) -> Option<(DayIndex, Vec<(FactId, Value)>)> {
        for (day, shows) in self.shows[goal].clone() {
            let candidates = match shows {
                Shows::In(set) => Vec::from_iter(self.space.witness(set)),
                Shows::Given(settings) => vec![settings],
                Shows::NotDecided => Vec::new(),
                Shows::Open(set) => {
                    // Somebody to whom the rule applies, were one fact known; else somebody of whom nothing is.
                    let applies = self.space.witness(set).unwrap_or_default();
                    let without = |left_out: usize| [&applies[..left_out], &applies[left_out + 1..]].concat();
                    (0..applies.len()).map(without).chain([Vec::new()]).collect()
                }
            };
            for given in candidates {
                self.space.look(&given, &mut self.look);
                if self.is_shown(goal, day, &given) {
                    return Some((day, given));
                }
            }
        }
        None
    }

    /// The consequences that a scenario about a subject tells of.
    fn consequences(&mut self, subject: Subject) -> Vec<ConsequenceId> {
        let policy = self.space.policy;
        let of_rules = |rules: &dyn Fn(&RuleId) -> bool| -> Vec<ConsequenceId> {
            let concluded = policy.rule_ids().filter(rules).flat_map(|rule| policy[rule].concludes.iter().copied());
            distinct(concluded)
        };
        let found = match subject {
            Subject::Rule(rule) | Subject::RuleTest(rule, _) => policy[rule].concludes.clone(),
            Subject::DefinitionTest(id, _) => of_rules(&|rule| names(policy, *rule, id)),
            Subject::Source(source) => {
                of_rules(&|rule| policy[*rule].claims.iter().any(|claim| policy[*claim].by == source))
            }
            Subject::Option(choice, option) => {
                let sets = &policy.choices[choice].options[option].sets;
                let mut concerned = Vec::new();
                for consequence in policy.consequence_ids() {
                    let Ok((asserted, denied)) = self.space.sides(0, consequence) else { continue };
                    let facts = [self.space.support(asserted), self.space.support(denied)].concat();
                    if sets.iter().any(|(fact, _)| facts.contains(fact)) {
                        concerned.push(consequence);
                    }
                }
                concerned
            }
        };
        // A scenario expects something.
        if found.is_empty() { policy.consequence_ids().collect() } else { found }
    }
}

/// Whether a rule names a definition, itself or through others.
fn names(policy: &Policy, rule: RuleId, definition: DefinitionId) -> bool {
    let rule = &policy[rule];
    let mut open: Vec<&Condition> = std::iter::once(&rule.when).chain(&rule.unless).collect();
    let mut met: HashSet<DefinitionId> = HashSet::new();
    while let Some(condition) = open.pop() {
        for leaf in condition.leaves() {
            if let Condition::Definition(id, _) = leaf
                && met.insert(*id)
            {
                open.push(&policy[*id].condition);
            }
        }
    }
    met.contains(&definition)
}

/// The profiles in a set.
fn within(set: Answer) -> Shows {
    set.map_or(Shows::NotDecided, Shows::In)
}

/// Subjects that belong together have the same group: a rule and the tests in it.
fn group(subject: Subject) -> (u8, usize) {
    match subject {
        Subject::Rule(rule) | Subject::RuleTest(rule, _) => (0, rule.index()),
        Subject::DefinitionTest(definition, _) => (1, definition.index()),
        Subject::Option(choice, _) => (2, choice),
        Subject::Source(source) => (3, source.index()),
    }
}

impl Goal {
    /// What it is, in a few words: `` `age < 18` decides in the rule `children` ``.
    #[must_use]
    pub fn words(&self, policy: &Policy) -> String {
        let subject = self.subject.words(policy);
        match (self.sight, self.subject) {
            (Sight::Applied, Subject::Source(_)) => format!("a rule applies that rests on {subject}"),
            (Sight::Applied, _) => format!("{subject} applies"),
            (Sight::Stopped, _) => format!("{subject} is stopped"),
            (Sight::Undetermined, _) => format!("whether {subject} applies is open"),
            (Sight::True, _) => format!("{subject} holds"),
            (Sight::False, _) => format!("{subject} does not hold"),
            (Sight::Deciding, _) => format!("{subject} decides"),
            (Sight::Taken, _) => format!("{subject} is taken"),
        }
    }
}

impl Sight {
    /// The word for it in tables and formats.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Sight::Applied => "applied",
            Sight::Stopped => "stopped",
            Sight::Undetermined => "undetermined",
            Sight::True => "true",
            Sight::False => "false",
            Sight::Deciding => "deciding",
            Sight::Taken => "taken",
        }
    }
}

impl Subject {
    /// What it is, with its name.
    #[must_use]
    pub fn words(self, policy: &Policy) -> String {
        match self {
            Subject::Rule(rule) => format!("the rule `{}`", policy[rule].name),
            Subject::RuleTest(rule, place) => {
                format!("`{}` in the rule `{}`", words(policy, place), policy[rule].name)
            }
            Subject::DefinitionTest(id, place) => {
                format!("`{}` in the definition `{}`", words(policy, place), policy[id].name)
            }
            Subject::Option(choice, option) => {
                let choice = &policy.choices[choice];
                format!("the option `{}` of `{}`", choice.options[option].name, choice.name)
            }
            Subject::Source(source) => format!("the source `{}`", policy[source].name),
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn place(self, policy: &Policy) -> Place {
        match self {
            Subject::Rule(rule) => policy[rule].place,
            Subject::RuleTest(_, place) | Subject::DefinitionTest(_, place) => place,
            Subject::Option(choice, option) => policy.choices[choice].options[option].place,
            Subject::Source(source) => policy[source].place,
        }
    }
}

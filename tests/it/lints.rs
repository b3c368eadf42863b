//! Findings of the lints against brute force: every completion of the profile in which nothing is
//! known, on every day that has to be looked at, put to conditions one by one.

use std::collections::{BTreeMap, BTreeSet};

use ensue::analysis::days::days;
use ensue::diagnostic::{Code, Diagnostic};
use ensue::lint::{self, Chosen};
use ensue::model::{Condition, ConsequenceId, Date, FactId, RuleId};
use ensue::semantics::{Question, Scratch, Selection, Settled, View, evaluate};
use ensue::text::Place;
use ensue::{Engine, Limits, Policy, Profile, scenarios, syntax};
use proptest::prelude::*;

use crate::generate::{self, ON, Tape, profile_json, tapes};

pub fn load(text: &str) -> Policy {
    Policy::load("generated.ensue", |_| Ok(text.into())).unwrap_or_else(|found| panic!("{found}\n\n{text}"))
}

/// One complete profile on one day, with what the specification says of it.
pub struct Case {
    pub day: usize,
    pub profile: Profile,
    pub statuses: Vec<Settled>,
}

/// Every complete profile on every day.
pub struct Brute<'p> {
    pub policy: &'p Policy,
    pub days: Vec<Selection>,
    pub cases: Vec<Case>,
}

/// Dates around those from which so much time has passed on a day that a test changes its answer.
fn birth_dates(days: &[Option<Date>]) -> Vec<String> {
    let mut dates: BTreeSet<Date> = BTreeSet::new();
    let mut around = |date: Option<Date>| {
        let number = date.expect("no leap day is used").number();
        dates.extend([number - 1, number, number + 1].map(Date::from_number));
    };
    for date in ["2000-02-29", "2000-03-01"] {
        around(Date::parse(date));
    }
    for day in days.iter().flatten() {
        let (year, month, of_month) = day.parts();
        let narrow = |number: i64| u8::try_from(number).expect("a day of the calendar");
        // 18 years and 216 months are the same; a 29 February is a 1 March elsewhere.
        let year = i16::try_from(year - 18).expect("a year of this time");
        around(Date::new(year, narrow(month), narrow(of_month)).or(Date::new(year, 3, 1)));
        around(Some(Date::from_number(day.number() - 6575)));
    }
    dates.into_iter().map(|date| format!("\"{date}\"")).collect()
}

impl<'p> Brute<'p> {
    pub fn new(policy: &'p Policy, on: &[Option<Date>]) -> Self {
        let births = birth_dates(on);
        let mut profiles = Vec::new();
        let others: Vec<Vec<Option<usize>>> = generate::completions()
            .into_iter()
            .filter(|case| case[5] == 0)
            .map(|case| case[..5].iter().copied().map(Some).chain([None]).collect())
            .collect();
        for values in others {
            let partial = profile_json(&values);
            for birth in &births {
                let json = format!("{}, \"d0\": {birth}}}", partial.trim_end_matches('}'));
                profiles.push(policy.profile(&json).expect("a sound profile"));
            }
        }
        Self::of_profiles(policy, on, &profiles)
    }

    /// These complete profiles on some days.
    pub fn of_profiles(policy: &'p Policy, on: &[Option<Date>], profiles: &[Profile]) -> Self {
        let select = |on: &Option<Date>| View { on: *on, ..View::default() }.select(policy).expect("there is a date");
        let days: Vec<Selection> = on.iter().map(select).collect();
        let mut cases = Vec::new();
        for profile in profiles {
            for (day, selection) in days.iter().enumerate() {
                let statuses = evaluate(policy, selection, profile);
                cases.push(Case { day, profile: profile.clone(), statuses });
            }
        }
        Self { policy, days, cases }
    }

    pub fn holds(&self, condition: &Condition, case: &Case, changed: Option<(Place, bool)>) -> bool {
        if let Some((_, holds)) = changed.filter(|(place, _)| *place == condition.place()) {
            return holds;
        }
        match condition {
            Condition::All(parts, _) => parts.iter().all(|part| self.holds(part, case, changed)),
            Condition::Any(parts, _) => parts.iter().any(|part| self.holds(part, case, changed)),
            Condition::Not(inner, _) => !self.holds(inner, case, changed),
            Condition::Definition(id, _) => self.holds(&self.policy[*id].condition, case, None),
            Condition::Consequence(id, _) => case.statuses[id.index()].holds(),
            Condition::Test(test) => {
                test.holds(case.profile.value(test.fact).expect("it is complete"), self.days[case.day].on)
            }
        }
    }

    pub fn applies(&self, rule: RuleId, case: &Case, changed: Option<(Place, bool)>) -> bool {
        let subject = &self.policy[rule];
        let excepted = subject.unless.as_ref().is_some_and(|unless| self.holds(unless, case, changed));
        self.days[case.day].has(rule) && self.holds(&subject.when, case, changed) && !excepted
    }

    /// Whether the rule applies undefeated for a consequence, as if one `overrides` were not there.
    fn effect(&self, rule: RuleId, about: ConsequenceId, case: &Case, without: Option<(RuleId, RuleId)>) -> bool {
        let mut winners = self.policy.overridden_by[rule.index()].iter();
        self.policy[rule].concludes.contains(&about)
            && self.applies(rule, case, None)
            && !winners.any(|winner| without != Some((*winner, rule)) && self.effect(*winner, about, case, without))
    }

    fn ever(&self, is_so: impl Fn(&Case) -> bool) -> bool {
        self.cases.iter().any(is_so)
    }

    fn can_apply(&self, rule: RuleId) -> bool {
        self.ever(|case| self.applies(rule, case, None))
    }

    /// The places of a condition's parts, each with the place of the part that it stands in.
    pub fn parts(condition: &Condition) -> Vec<(&Condition, Option<Place>)> {
        let mut open: Vec<(&Condition, Option<Place>)> = vec![(condition, None)];
        let mut next = 0;
        while let Some(&(part, _)) = open.get(next) {
            next += 1;
            match part {
                Condition::All(parts, _) | Condition::Any(parts, _) => {
                    open.extend(parts.iter().map(|inner| (inner, Some(part.place()))));
                }
                Condition::Not(inner, place) if inner.place() != *place => open.push((inner, Some(*place))),
                _ => {}
            }
        }
        open
    }

    /// The outermost parts of which something is so.
    fn outermost(condition: &Condition, is_so: impl Fn(&Condition) -> bool) -> Vec<Place> {
        let parts = Self::parts(condition);
        let found: BTreeMap<Place, bool> = parts.iter().map(|(part, _)| (part.place(), is_so(part))).collect();
        let inside: BTreeMap<Place, Option<Place>> = parts.iter().map(|(part, outer)| (part.place(), *outer)).collect();
        let mut outermost = Vec::new();
        for (part, _) in parts {
            let (mut outer, mut covered) = (inside[&part.place()], false);
            while let Some(place) = outer {
                covered |= found[&place];
                outer = inside[&place];
            }
            if found[&part.place()] && !covered {
                outermost.push(part.place());
            }
        }
        outermost
    }
}

/// What is expected to be found: the code, and the places that tell of what.
type Found = BTreeSet<(Code, Vec<Place>)>;

/// What the definitions of the lints say, one by one.
fn expected(brute: &Brute<'_>) -> Found {
    let policy = brute.policy;
    let mut found = Found::new();
    let rules: Vec<RuleId> = policy.rule_ids().collect();
    let in_force = |rule: RuleId, case: &Case| brute.days[case.day].has(rule);
    for &rule in rules.iter().filter(|rule| !brute.can_apply(**rule)) {
        found.insert((Code::NeverApplies, vec![policy[rule].place]));
    }
    for definition in &policy.definitions {
        let everywhere =
            |part: &Condition, holds: bool| brute.cases.iter().all(|case| brute.holds(part, case, None) == holds);
        conditions(&mut found, &definition.condition, None, &everywhere, &|place, holding| {
            brute.cases.iter().all(|case| {
                brute.holds(&definition.condition, case, Some((place, holding)))
                    == brute.holds(&definition.condition, case, None)
            })
        });
    }
    for &rule in rules.iter().filter(|rule| brute.can_apply(**rule)) {
        let cases = || brute.cases.iter().filter(|case| in_force(rule, case));
        let everywhere = |part: &Condition, holds: bool| cases().all(|case| brute.holds(part, case, None) == holds);
        let same = |place: Place, holding: bool| {
            cases().all(|case| brute.applies(rule, case, Some((place, holding))) == brute.applies(rule, case, None))
        };
        conditions(&mut found, &policy[rule].when, None, &everywhere, &same);
        if let Some(unless) = &policy[rule].unless {
            conditions(&mut found, unless, Some(unless.place()), &everywhere, &same);
            let both = |case: &Case| {
                in_force(rule, case) && brute.holds(&policy[rule].when, case, None) && brute.holds(unless, case, None)
            };
            if !brute.ever(both) {
                found.insert((Code::IdleUnless, vec![unless.place()]));
            }
        }
    }
    effects(&mut found, brute, &rules);
    found
}

/// Parts of one condition: `exception` is the place of a whole `unless`.
fn conditions(
    found: &mut Found,
    condition: &Condition,
    exception: Option<Place>,
    everywhere: &dyn Fn(&Condition, bool) -> bool,
    same_with: &dyn Fn(Place, bool) -> bool,
) {
    for place in Brute::outermost(condition, |part| everywhere(part, true)) {
        found.insert((Code::AlwaysHolds, vec![place]));
    }
    for place in Brute::outermost(condition, |part| everywhere(part, false)) {
        if Some(place) != exception {
            found.insert((Code::NeverHolds, vec![place]));
        }
    }
    // Of what always or never holds the others speak, and so of all that stands in it.
    let constant = |part: &Condition| everywhere(part, true) || everywhere(part, false);
    let idle = |part: &Condition| same_with(part.place(), true) || same_with(part.place(), false);
    let constants = Brute::outermost(condition, constant);
    for place in Brute::outermost(condition, |part| constant(part) || idle(part)) {
        if place != condition.place() && !constants.contains(&place) {
            found.insert((Code::IdleCondition, vec![place]));
        }
    }
}

fn effects(found: &mut Found, brute: &Brute<'_>, rules: &[RuleId]) {
    let policy = brute.policy;
    let abouts = || policy.consequence_ids();
    let overrides_idly = |winner: RuleId, loser: RuleId| {
        abouts().all(|about| {
            brute.cases.iter().all(|case| {
                brute.effect(loser, about, case, None) == brute.effect(loser, about, case, Some((winner, loser)))
            })
        })
    };
    for &rule in rules.iter().filter(|rule| brute.can_apply(**rule)) {
        let never = |about: &ConsequenceId| !brute.ever(|case| brute.effect(rule, *about, case, None));
        if policy[rule].concludes.iter().any(never) {
            found.insert((Code::AlwaysDefeated, vec![policy[rule].place]));
        }
        for &loser in policy[rule].overrides.iter().filter(|loser| brute.can_apply(**loser)) {
            if overrides_idly(rule, loser) {
                found.insert((Code::IdleOverride, vec![policy[rule].place, policy[loser].place]));
            }
        }
    }
    let mut redundant: BTreeSet<RuleId> = BTreeSet::new();
    for &rule in rules.iter().rev() {
        let subject = &policy[rule];
        let others = |about: ConsequenceId| {
            rules.iter().copied().filter(move |other| {
                *other != rule
                    && policy[*other].concludes.contains(&about)
                    && policy[*other].denies == subject.denies
                    && subject.claims.iter().all(|claim| policy[*other].claims.contains(claim))
            })
        };
        let covered = |about: ConsequenceId, case: &Case| {
            let mut others = others(about).filter(|other| !redundant.contains(other));
            others.any(|other| brute.effect(other, about, case, None))
        };
        let has_effect = abouts().any(|about| brute.ever(|case| brute.effect(rule, about, case, None)));
        let adds =
            abouts().any(|about| brute.ever(|case| brute.effect(rule, about, case, None) && !covered(about, case)));
        if has_effect && !adds && subject.overrides.iter().all(|loser| overrides_idly(rule, *loser)) {
            redundant.insert(rule);
            found.insert((Code::RedundantRule, vec![subject.place]));
        }
    }
    for about in abouts() {
        if !brute.ever(|case| case.statuses[about.index()].holds()) {
            found.insert((Code::UnreachableConsequence, vec![policy[about].place]));
        }
        for &one in rules.iter().filter(|rule| !policy[**rule].denies) {
            for &other in rules.iter().filter(|rule| policy[**rule].denies) {
                if brute.ever(|case| brute.effect(one, about, case, None) && brute.effect(other, about, case, None)) {
                    found.insert((
                        Code::DisputingRules,
                        vec![policy[one].place, policy[other].place, policy[about].place],
                    ));
                }
            }
        }
    }
    overlaps(found, brute, rules);
}

fn overlaps(found: &mut Found, brute: &Brute<'_>, rules: &[RuleId]) {
    let policy = brute.policy;
    for &one in rules {
        for &other in rules {
            let (Some(first), Some(second)) = (&policy[one].in_force, &policy[other].in_force) else { continue };
            let (Some(until), Some(from)) = (first.until, second.from) else { continue };
            let before = first.from.is_none_or(|first| first < from);
            let after = second.until.is_none_or(|second| second > until);
            let shared = policy[one].concludes.iter().any(|about| policy[other].concludes.contains(about));
            let related = policy[one].overrides.contains(&other) || policy[other].overrides.contains(&one);
            let same_side = policy[one].denies == policy[other].denies;
            if from <= until && before && after && shared && !related && same_side {
                let both = |case: &Case| brute.applies(one, case, None) && brute.applies(other, case, None);
                if brute.ever(both) {
                    found.insert((Code::OverlappingPeriods, vec![policy[one].place, policy[other].place]));
                }
            }
        }
    }
}

/// The places by which a finding is told from others of its code; one that speaks of several
/// consequences is as many.
fn keys(policy: &Policy, finding: &Diagnostic) -> Vec<(Code, Vec<Place>)> {
    let places: Vec<Place> = finding.labels.iter().map(|label| label.place).collect();
    let named = |name: &str| policy[policy.consequence(name).expect("it is named")].place;
    let places = match finding.code {
        Code::DisputingRules => {
            // After the names of the two rules: what stands between backticks.
            let abouts = finding.message.split('`').skip(5).step_by(2);
            return abouts.map(|about| (finding.code, vec![places[0], places[1], named(about)])).collect();
        }
        Code::IdleOverride | Code::OverlappingPeriods => places[..2].to_vec(),
        Code::NeverApplies
        | Code::AlwaysHolds
        | Code::NeverHolds
        | Code::IdleCondition
        | Code::IdleUnless
        | Code::RedundantRule
        | Code::AlwaysDefeated
        | Code::UnreachableConsequence => places[..1].to_vec(),
        _ => return Vec::new(),
    };
    vec![(finding.code, places)]
}

/// The finding's scenario is one: in its layout, passing, and with what it is to show.
fn check_scenario(text: &str, policy: &Policy, finding: &Diagnostic) -> Result<(), TestCaseError> {
    let Some(scenario) = &finding.scenario else {
        let none = matches!(finding.code, Code::UnusedFact | Code::UnusedDefinition | Code::UnusedSource)
            || matches!(finding.code, Code::UnusedClaim | Code::UnencodedClaim)
            // Nothing shows anything of a definition that no rule uses, or only rules that never apply.
            || matches!(finding.code, Code::AlwaysHolds | Code::NeverHolds | Code::IdleCondition | Code::UnsourcedRule)
            || matches!(finding.code, Code::LaterClaims | Code::SingleOrigin);
        prop_assert!(none, "{} has a scenario", finding.code);
        return Ok(());
    };
    let formatted =
        syntax::format(ensue::text::FileId::default(), scenario, &Limits::default()).expect("it can be read");
    prop_assert_eq!(&*formatted, &**scenario);
    let with = load(&format!("{text}\n{scenario}"));
    let verdicts = scenarios::verdicts(&with).expect("there is a date");
    let verdict = &verdicts[0];
    prop_assert!(verdict.surprises.is_empty(), "{}: {}", finding.message, scenario);
    let shown = verdict.scenario;
    let engine = Engine::new(policy, &View { on: shown.on, ..View::default() }).expect("there is a date");
    let profile = with.knowing(&shown.given);
    let settled = |rule: RuleId| engine.ask(Question::Applies(rule), &profile, &mut Scratch::default()).0.settled();
    let rule = |place: Place| policy.rule_ids().find(|rule| policy[*rule].place == place);
    match finding.code {
        Code::NeverApplies => prop_assert_eq!(settled(rule(finding.labels[0].place).unwrap()), Some(false)),
        Code::DisputingRules => prop_assert!(scenario.contains("expect disputed")),
        Code::UnreachableConsequence => prop_assert!(shown.given.is_empty() && !scenario.contains("expect follows")),
        Code::RedundantRule | Code::AlwaysDefeated | Code::IdleOverride | Code::UnsourcedRule => {
            prop_assert_eq!(settled(rule(finding.labels[0].place).unwrap()), Some(true));
        }
        Code::OverlappingPeriods => {
            prop_assert!(finding.labels[..2].iter().all(|label| settled(rule(label.place).unwrap()) == Some(true)));
        }
        Code::GapInTime => prop_assert!(shown.on.is_some() || policy.as_of.is_some()),
        _ => {}
    }
    Ok(())
}

/// The parts marked cannot hold together, and any fewer can.
fn check_core(brute: &Brute<'_>, finding: &Diagnostic) -> Result<(), TestCaseError> {
    let policy = brute.policy;
    let rule = policy.rule_ids().find(|rule| policy[*rule].place == finding.labels[0].place).expect("a rule");
    let subject = &policy[rule];
    let marked: Vec<Place> = finding.labels[1..].iter().map(|label| label.place).collect();
    prop_assert!(!marked.is_empty());
    let unless = subject.unless.as_ref().filter(|unless| marked.contains(&unless.place()));
    let parts: Vec<&Condition> = Brute::parts(&subject.when)
        .into_iter()
        .map(|(part, _)| part)
        .filter(|part| marked.contains(&part.place()))
        .collect();
    prop_assert_eq!(parts.len() + usize::from(unless.is_some()), marked.len());
    // On the first day on which it is in force: on others, another part may be to blame.
    let day = (0..brute.days.len()).find(|day| brute.days[*day].has(rule)).expect("it is in force");
    let together = |left_out: usize| {
        brute.ever(|case| {
            case.day == day
                && parts.iter().enumerate().all(|(index, part)| index == left_out || brute.holds(part, case, None))
                && unless.is_none_or(|unless| left_out == parts.len() || !brute.holds(unless, case, None))
        })
    };
    prop_assert!(!together(usize::MAX), "the parts exclude one another");
    prop_assert!((0..marked.len()).all(together), "none of them can be left out");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is found is so, what is so is found, and each finding's scenario shows it.
    #[test]
    fn findings_are_exact(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let declarations = generate::policy(&mut tape);
        let text = format!("policy generated \"Generated\" as of {ON}\n{}\n", declarations.join("\n"));
        let policy = load(&text);
        let brute = Brute::new(&policy, &days(&policy));
        let findings = lint::findings(&policy, &Chosen::all());
        let found: Found = findings.iter().flat_map(|finding| keys(&policy, finding)).collect();
        prop_assert_eq!(found, expected(&brute), "{}", text);
        for finding in &findings {
            check_scenario(&text, &policy, finding)?;
            if finding.code == Code::NeverApplies {
                check_core(&brute, finding)?;
            }
        }
    }

    /// What can be so on any day can be so on one of the days that are looked at, and the other
    /// way round. (But where days are counted beside months: see `analysis::days`.)
    #[test]
    fn days_stand_for_all_days(choices in tapes(), number in 736_000_i64..738_000) {
        let mut tape = Tape::new(&choices);
        let declarations = generate::policy(&mut tape);
        if declarations.iter().any(|line| line.contains("days since")) {
            return Ok(());
        }
        let text = format!("policy generated \"Generated\" as of {ON}\n{}\n", declarations.join("\n"));
        let policy = load(&text);
        let on = Some(Date::from_number(number));
        let (days, day) = (Brute::new(&policy, &days(&policy)), Brute::new(&policy, &[on]));
        for rule in policy.rule_ids().filter(|rule| day.can_apply(*rule)) {
            prop_assert!(days.can_apply(rule), "{} on {on:?}", policy[rule].name);
        }
        for about in policy.consequence_ids() {
            for status in Settled::ALL {
                if day.ever(|case| case.statuses[about.index()] == status) {
                    prop_assert!(days.ever(|case| case.statuses[about.index()] == status));
                }
            }
        }
    }

    /// Options against every completion: whether two can be taken at once, and whether one changes
    /// anything.
    #[test]
    fn findings_about_options_are_exact(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let mut declarations = generate::policy(&mut tape);
        const SETTINGS: [&str; 8] =
            ["b0 yes", "b0 no", "b1 yes", "l0 va", "l0 vb", "w0 2", "b0 yes, b1 no", "n0 1.25, l0 vc"];
        let picked: Vec<&str> = (0..3).map(|_| SETTINGS[tape.pick(SETTINGS.len())]).collect();
        let options = (0..).zip(&picked).map(|(index, sets)| format!(" option o{index} \"O\" sets {sets}"));
        declarations.push(format!("choice ch \"C\"{}", options.collect::<String>()));
        let policy = load(&format!("policy generated \"Generated\" as of {ON}\n{}\n", declarations.join("\n")));
        let brute = Brute::new(&policy, &days(&policy));
        let options = &policy.choices[0].options;
        let has = |case: &Case, sets: &[(FactId, ensue::model::Value)]| {
            sets.iter().all(|(fact, value)| case.profile.value(*fact) == Some(*value))
        };
        let mut expected = Found::new();
        for (index, second) in options.iter().enumerate() {
            for first in &options[..index] {
                if brute.ever(|case| has(case, &first.sets) && has(case, &second.sets)) {
                    expected.insert((Code::OverlappingOptions, vec![second.place, first.place]));
                }
            }
            // Two profiles that differ in the option's facts alone have the same statuses.
            let mut by_others: BTreeMap<(usize, String), BTreeSet<Vec<Settled>>> = BTreeMap::new();
            for case in &brute.cases {
                let others = policy.fact_ids().filter(|fact| second.sets.iter().all(|(set, _)| set != fact));
                let others: Vec<String> =
                    others.map(|fact| policy.written(fact, case.profile.value(fact).expect("complete"))).collect();
                by_others.entry((case.day, others.join(","))).or_default().insert(case.statuses.clone());
            }
            if by_others.values().all(|statuses| statuses.len() == 1) {
                expected.insert((Code::IdleOption, vec![second.place]));
            }
        }
        let findings = lint::findings(&policy, &Chosen::all());
        let about = |finding: &&Diagnostic| matches!(finding.code, Code::OverlappingOptions | Code::IdleOption);
        let places = |finding: &Diagnostic| (finding.code, finding.labels.iter().map(|label| label.place).collect());
        let found: Found = findings.iter().filter(about).map(places).collect();
        prop_assert_eq!(found, expected);
    }
}

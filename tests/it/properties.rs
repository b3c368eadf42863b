//! The laws of the language, and what explanations promise, against brute force: every
//! completion of every profile is put to `semantics::evaluate`, which is the meaning.

use std::collections::{BTreeMap, BTreeSet};

use ensue::semantics::{Effect, Engine, Outcome, Scratch, Settled, View, evaluate};
use ensue::{Limit, Limits, Policy, Profile, Status};
use proptest::prelude::*;

use crate::generate::{self, FACTS, ON, Tape, completions, policy, profile_json, tapes};

fn load(text: &str) -> Policy {
    match Policy::load("generated.ensue", |_| Ok(text.into())) {
        Ok(policy) => policy,
        Err(diagnostics) => panic!("the generator wrote a policy with mistakes:\n{diagnostics}\n\n{text}"),
    }
}

fn source(declarations: &[String]) -> String {
    format!("policy generated \"Generated\" as of {ON}\n{}\n", declarations.join("\n"))
}

/// What the specification says of every completion.
struct Truth {
    cases: Vec<(Vec<usize>, Vec<Settled>)>,
}

impl Truth {
    fn of(policy: &Policy, view: &View) -> Self {
        let selection = view.select(policy).expect("the policy has a date");
        let decide = |case: Vec<usize>| {
            let values: Vec<Option<usize>> = case.iter().copied().map(Some).collect();
            let profile = policy.profile(&profile_json(&values)).expect("a sound profile");
            let statuses = evaluate(policy, &selection, &profile);
            (case, statuses)
        };
        Self { cases: completions().into_iter().map(decide).collect() }
    }

    fn matching<'a>(&'a self, values: &'a [Option<usize>]) -> impl Iterator<Item = &'a (Vec<usize>, Vec<Settled>)> {
        let fits = move |case: &[usize]| {
            case.iter().zip(values).all(|(value, known)| known.is_none_or(|known| known == *value))
        };
        self.cases.iter().filter(move |(case, _)| fits(case))
    }

    fn possible(&self, values: &[Option<usize>], consequence: usize) -> BTreeSet<Settled> {
        self.matching(values).map(|(_, statuses)| statuses[consequence]).collect()
    }

    /// The unknown facts for which two completions differ in that fact alone and in the status.
    fn matter(&self, values: &[Option<usize>], consequence: usize) -> Vec<usize> {
        let matters = |fact: &usize| {
            let mut by_others: BTreeMap<Vec<usize>, BTreeSet<Settled>> = BTreeMap::new();
            for (case, statuses) in self.matching(values) {
                let mut others = case.clone();
                others.remove(*fact);
                by_others.entry(others).or_default().insert(statuses[consequence]);
            }
            by_others.values().any(|statuses| statuses.len() > 1)
        };
        (0..FACTS.len()).filter(|fact| values[*fact].is_none()).filter(matters).collect()
    }
}

fn values(tape: &mut Tape<'_>) -> Vec<Option<usize>> {
    let value = |tape: &mut Tape<'_>, count| (tape.pick(3) > 0).then(|| tape.pick(count));
    FACTS.iter().map(|(_, _, all)| value(tape, all.len())).collect()
}

fn indices(facts: &[ensue::model::FactId]) -> Vec<usize> {
    facts.iter().map(|fact| fact.index()).collect()
}

fn keep(values: &[Option<usize>], kept: &[usize]) -> Vec<Option<usize>> {
    let part = |(index, value): (usize, &Option<usize>)| value.filter(|_| kept.contains(&index));
    values.iter().enumerate().map(part).collect()
}

fn check_outcome(truth: &Truth, values: &[Option<usize>], outcome: &Outcome) -> Result<(), TestCaseError> {
    let consequence = outcome.consequence.index();
    let possible = truth.possible(values, consequence);
    let found: BTreeSet<Settled> = outcome.status.possible().iter().collect();
    prop_assert_eq!(&found, &possible, "possible statuses");
    prop_assert!(outcome.searched);
    prop_assert_eq!(indices(&outcome.depends_on), truth.matter(values, consequence), "the facts that matter");
    if possible.len() > 1 {
        prop_assert!(outcome.because.is_empty());
        return Ok(());
    }
    check_because(truth, values, outcome)?;
    let because = indices(&outcome.because);
    let known: Vec<usize> = (0..FACTS.len()).filter(|fact| values[*fact].is_some()).collect();
    for subset in 0..1_u32 << known.len() {
        if (subset.count_ones() as usize) < because.len() {
            let fewer: Vec<usize> =
                known.iter().enumerate().filter(|(bit, _)| subset >> bit & 1 == 1).map(|(_, fact)| *fact).collect();
            prop_assert!(truth.possible(&keep(values, &fewer), consequence).len() > 1, "no smaller set settles it");
        }
    }
    Ok(())
}

/// Known facts that settle the status; none can be dropped, unless the outcome says that this was not searched.
fn check_because(truth: &Truth, values: &[Option<usize>], outcome: &Outcome) -> Result<(), TestCaseError> {
    let possible: BTreeSet<Settled> = outcome.status.possible().iter().collect();
    let consequence = outcome.consequence.index();
    let because = indices(&outcome.because);
    prop_assert!(because.iter().all(|fact| values[*fact].is_some()), "a reason is known");
    prop_assert_eq!(truth.possible(&keep(values, &because), consequence), possible, "the reasons settle it");
    for dropped in because.iter().filter(|_| outcome.searched) {
        let fewer: Vec<usize> = because.iter().copied().filter(|fact| fact != dropped).collect();
        prop_assert!(truth.possible(&keep(values, &fewer), consequence).len() > 1, "no reason can be dropped");
    }
    Ok(())
}

/// A status, what it depends on, how many facts settle it, its rules, and their origins.
type Evidence = (Status, BTreeSet<String>, usize, BTreeSet<String>, usize);

/// Compared by name, since ids follow the order of declaration.
fn by_name(policy: &Policy, outcomes: &[Outcome]) -> BTreeMap<String, Evidence> {
    let facts = |facts: &[ensue::model::FactId]| facts.iter().map(|fact| policy[*fact].name.clone()).collect();
    let rules = |outcome: &Outcome| outcome.rules.iter().map(|rule| policy[*rule].name.clone()).collect();
    let entry = |outcome: &Outcome| {
        let evidence =
            (outcome.status, facts(&outcome.depends_on), outcome.because.len(), rules(outcome), outcome.origins);
        (policy[outcome.consequence].name.clone(), evidence)
    };
    outcomes.iter().map(entry).collect()
}

fn profile(policy: &Policy, values: &[Option<usize>]) -> Profile {
    policy.profile(&profile_json(values)).expect("a sound profile")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Possible statuses, the facts that matter, and reasons, for random profiles.
    #[test]
    fn outcomes_are_exact(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&source(&policy(&mut tape)));
        let truth = Truth::of(&policy, &View::default());
        let engine = Engine::new(&policy, &View::default()).expect("the policy has a date");
        let (mut scratch, mut statuses) = (Scratch::default(), Vec::new());
        for _ in 0..4 {
            let values = values(&mut tape);
            let profile = profile(&policy, &values);
            let outcomes = engine.outcomes(&profile);
            for outcome in &outcomes {
                check_outcome(&truth, &values, outcome)?;
            }
            engine.statuses(&profile, &mut scratch, &mut statuses);
            prop_assert_eq!(&statuses, &outcomes.iter().map(|outcome| outcome.status).collect::<Vec<_>>());
            let unexplained = |outcome: Outcome| Outcome { because: Vec::new(), ..outcome };
            let expected: Vec<Outcome> = outcomes.into_iter().map(unexplained).collect();
            prop_assert_eq!(engine.outcomes_in_brief(&profile), expected);
        }
    }

    /// What each rule did, and the facts that settle it, for random profiles.
    #[test]
    fn reasons_of_rules_are_exact(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let declarations = generate::policy(&mut tape);
        let rules = rule_lines(&declarations);
        let subject = &rules[tape.pick(rules.len())];
        let consequence = subject.concludes[0].clone();
        // `applies` follows where the subject applies; `effect_r0` where r0 applies undefeated.
        let mut probed = declarations.clone();
        probed.push(format!("consequence applies \"A\" rule probe \"P\" {} then applies", subject.condition));
        let concluding: Vec<&RuleLine> = rules.iter().filter(|rule| rule.concludes.contains(&consequence)).collect();
        for one in &concluding {
            probed.push(format!("consequence effect_{} \"E\"", one.name));
            for other in &concluding {
                let not = if other.name == one.name { "" } else { "not " };
                let overrides = match &other.overrides {
                    Some(loser) if concluding.iter().any(|rule| rule.name == *loser) => {
                        format!(" overrides copy_{}_{loser}", one.name)
                    }
                    _ => String::new(),
                };
                probed.push(format!(
                    "rule copy_{0}_{1} \"C\" {2} then {not}effect_{0}{overrides}",
                    one.name, other.name, other.condition
                ));
            }
        }
        let probed = load(&source(&probed));
        let truth = Truth::of(&probed, &View::default());
        let place = |name: &str| probed.consequence(name).expect("it is declared").index();
        let policy = load(&source(&declarations));
        let engine = Engine::new(&policy, &View::default()).expect("the policy has a date");
        let values = values(&mut tape);
        let id = policy.consequence(&consequence).expect("it is declared");
        let explanation = engine.explain(id, &profile(&policy, &values));
        let reason = explanation.rules.iter().find(|reason| policy[reason.rule].name == subject.name).expect("it concludes");
        let holds = |consequence: &str, values: &[Option<usize>]| -> BTreeSet<bool> {
            truth.possible(values, place(consequence)).into_iter().map(Settled::holds).collect()
        };
        let subject_effect = format!("effect_{}", subject.name);
        let (applies, effect) = (holds("applies", &values), holds(&subject_effect, &values));
        let (yes, no, both) = (BTreeSet::from([true]), BTreeSet::from([false]), BTreeSet::from([false, true]));
        // What each rule that overrides the subject does.
        let effect_of = |winner: &ensue::model::RuleId| holds(&format!("effect_{}", policy[*winner].name), &values);
        let overriding = |winner: &ensue::model::RuleId| {
            concluding.iter().any(|rule| rule.name == policy[*winner].name && rule.overrides.as_ref() == Some(&subject.name))
        };
        let count = |effect: &BTreeSet<bool>| policy.rule_ids().filter(|id| overriding(id) && effect_of(id) == *effect).count();
        let settles: &[&str] = match &reason.effect {
            Effect::Absent(_) => {
                prop_assert_eq!(applies, no, "a rule that is not in force does not apply");
                return Ok(());
            }
            Effect::Open(facts) | Effect::PerhapsDefeated(facts) => {
                prop_assert_eq!(effect.len(), 2);
                // Two completions of the probe differ in the same facts as those of the subject.
                let differs: Vec<usize> = (0..FACTS.len()).filter(|fact| values[*fact].is_none()).filter(|fact| {
                    let pairs = truth.matching(&values).filter(|(case, _)| case[*fact] == 0);
                    pairs.into_iter().any(|(case, statuses)| {
                        let same = |other: &Vec<usize>| (0..FACTS.len()).all(|at| at == *fact || other[at] == case[at]);
                        let mut others = truth.cases.iter().filter(|(other, _)| same(other));
                        let at = place(&subject_effect);
                        others.any(|(_, others)| others[at].holds() != statuses[at].holds())
                    })
                }).collect();
                prop_assert_eq!(indices(facts), differs);
                if matches!(reason.effect, Effect::Open(_)) {
                    prop_assert_eq!(applies.len(), 2, "it is open whether it applies");
                    return Ok(());
                }
                prop_assert_eq!(&applies, &yes);
                &["applies"]
            }
            Effect::Applies => {
                prop_assert_eq!((&applies, &effect), (&yes, &yes));
                &[&subject_effect]
            }
            Effect::DoesNotApply => {
                prop_assert_eq!(&applies, &no);
                &["applies"]
            }
            Effect::Defeated(winners) => {
                prop_assert_eq!((&applies, &effect), (&yes, &no));
                prop_assert!(winners.iter().all(|winner| overriding(winner) && effect_of(winner) == yes));
                prop_assert!(!winners.is_empty() && winners.len() == count(&yes), "all that certainly defeat it");
                &["applies", &subject_effect]
            }
            Effect::DefeatedByOneOf(winners) => {
                prop_assert_eq!((&applies, &effect), (&yes, &no));
                prop_assert!(winners.iter().all(|winner| overriding(winner) && effect_of(winner).len() == 2));
                prop_assert_eq!((count(&yes), count(&both)), (0, winners.len()), "all that may defeat it, none that does");
                &["applies", &subject_effect]
            }
            Effect::NoEffect => {
                prop_assert_eq!((applies.len(), &effect), (2, &no));
                &[&subject_effect]
            }
        };
        let settled = |values: &[Option<usize>]| settles.iter().all(|what| holds(what, values).len() == 1);
        let because = indices(&reason.because);
        prop_assert!(because.iter().all(|fact| values[*fact].is_some()), "a reason is known");
        prop_assert!(settled(&keep(&values, &because)), "the reasons settle it");
        let known: Vec<usize> = (0..FACTS.len()).filter(|fact| values[*fact].is_some()).collect();
        for subset in (0..1_u32 << known.len()).filter(|subset| (subset.count_ones() as usize) < because.len()) {
            let fewer: Vec<usize> =
                known.iter().enumerate().filter(|(bit, _)| subset >> bit & 1 == 1).map(|(_, fact)| *fact).collect();
            prop_assert!(!settled(&keep(&values, &fewer)), "no smaller set settles it");
        }
    }

    /// Law 1: learning a fact never changes a settled status, and never widens what is possible.
    #[test]
    fn learning_only_narrows(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&source(&policy(&mut tape)));
        let engine = Engine::new(&policy, &View::default()).expect("the policy has a date");
        let mut values: Vec<Option<usize>> = vec![None; FACTS.len()];
        let mut before = engine.outcomes(&profile(&policy, &values));
        let mut order: Vec<usize> = (0..FACTS.len()).collect();
        order.rotate_left(tape.pick(FACTS.len()));
        for fact in order {
            values[fact] = Some(tape.pick(FACTS[fact].2.len()));
            let after = engine.outcomes(&profile(&policy, &values));
            for (before, after) in before.iter().zip(&after) {
                prop_assert!(after.status.possible().is_within(before.status.possible()));
            }
            before = after;
        }
        prop_assert!(before.iter().all(|outcome| outcome.status.settled().is_some()), "a complete profile is settled");
    }

    /// Law 2: the order of declarations, and in which file they stand, changes no answer.
    #[test]
    fn order_changes_nothing(choices in tapes(), seed in any::<u16>()) {
        let mut tape = Tape::new(&choices);
        let declarations = policy(&mut tape);
        let values = values(&mut tape);
        let mut shuffled = declarations.clone();
        let mut at = usize::from(seed);
        for index in (1..shuffled.len()).rev() {
            at = at.wrapping_mul(31).wrapping_add(7);
            shuffled.swap(index, at % (index + 1));
        }
        let one = load(&source(&declarations));
        let cut = usize::from(seed) % shuffled.len();
        let root = format!("policy p \"P\" as of {ON} import \"sub/a.ensue\" import \"sub/b.ensue\" {}", shuffled[cut..].join("\n"));
        let half = cut / 2;
        let parts = [shuffled[..half].join("\n"), shuffled[half..cut].join("\n")];
        let other = Policy::load("root.ensue", |path| Ok(match path {
            "root.ensue" => root.clone(),
            "sub/a.ensue" => format!("import \"b.ensue\" {}", parts[0]),
            _ => format!("source here \"So that the file is not empty\" {}", parts[1]),
        }.into()));
        let other = other.unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
        let outcomes = |policy: &Policy| by_name(policy, &policy.evaluate(&profile(policy, &values)).expect("it has a date"));
        prop_assert_eq!(outcomes(&one), outcomes(&other));
    }

    /// Without diagrams the answers are the same; without any search they are still sound.
    #[test]
    fn limits_never_make_an_answer_wrong(choices in tapes(), steps in 0_u64..40) {
        let mut tape = Tape::new(&choices);
        let policy = load(&source(&policy(&mut tape)));
        let values = values(&mut tape);
        let profile = profile(&policy, &values);
        let engine = |limits| Engine::with_limits(&policy, &View::default(), limits).expect("it has a date");
        let truth = Truth::of(&policy, &View::default());
        let exact = engine(Limits::default()).outcomes(&profile);
        let residual = engine(Limits::default().with(Limit::CompileSteps, steps)).outcomes(&profile);
        prop_assert_eq!(&exact, &residual);
        let cut_short = engine(Limits::default().with(Limit::CompileSteps, steps).with(Limit::SearchSteps, steps)).outcomes(&profile);
        for (exact, found) in exact.iter().zip(&cut_short) {
            prop_assert!(exact.status.possible().is_within(found.status.possible()));
            if found.status.settled().is_some() {
                check_because(&truth, &values, found)?;
            }
            prop_assert!(exact.depends_on.iter().all(|fact| found.depends_on.contains(fact)) || found.status.settled().is_some());
            if found.searched {
                prop_assert_eq!(exact.status, found.status);
                prop_assert_eq!(&exact.depends_on, &found.depends_on);
            }
        }
    }

    /// Where nothing is compiled, a flat program answers: the same of every profile, with the same reasons.
    /// A program that was cut short leaves open what it does not know.
    #[test]
    fn flat_programs_are_exact(choices in tapes(), operations in 0_usize..30) {
        let mut tape = Tape::new(&choices);
        let policy = load(&source(&policy(&mut tape)));
        let truth = Truth::of(&policy, &View::default());
        let engine = |limits| Engine::with_limits(&policy, &View::default(), limits).expect("it has a date");
        let uncompiled = Limits::default().with(Limit::CompileSteps, 0);
        let (compiled, flat) = (engine(Limits::default()), engine(uncompiled));
        let cut_short = engine(uncompiled.with(Limit::Operations, operations as u64));
        let (mut scratch, mut statuses) = (Scratch::default(), Vec::new());
        let complete = |values: Vec<Option<usize>>| values.into_iter().map(|value| value.or(Some(0))).collect();
        for profile_at in 0..6 {
            let values = values(&mut tape);
            let values: Vec<Option<usize>> = if profile_at < 2 { complete(values) } else { values };
            let profile = profile(&policy, &values);
            flat.statuses(&profile, &mut scratch, &mut statuses);
            let mut others = Vec::new();
            cut_short.statuses(&profile, &mut scratch, &mut others);
            for consequence in policy.consequence_ids() {
                let possible = truth.possible(&values, consequence.index());
                let found = |statuses: &[Status]| statuses[consequence.index()].possible().iter().collect::<BTreeSet<_>>();
                prop_assert_eq!(&found(&statuses), &possible);
                prop_assert!(possible.is_subset(&found(&others)));
                let (flat, compiled) = (flat.explain(consequence, &profile), compiled.explain(consequence, &profile));
                prop_assert_eq!((flat.outcome, flat.rules), (compiled.outcome, compiled.rules));
            }
        }
    }

    /// The same with as many rules as need operations of operations, and as many facts as need words.
    #[test]
    fn flat_programs_hold_many_rules(choices in tapes(), rules in 1..200_usize) {
        let mut tape = Tape::new(&choices);
        let policy = load(&conjunctions(&mut tape, rules));
        let engine = |limits| Engine::with_limits(&policy, &View::default(), limits).expect("it has a date");
        let (compiled, flat) = (engine(Limits::default()), engine(Limits::default().with(Limit::CompileSteps, 0)));
        let selection = View::default().select(&policy).expect("it has a date");
        let (mut scratch, mut found, mut expected) = (Scratch::default(), Vec::new(), Vec::new());
        for unknown in [0, 2, 20] {
            let value = |tape: &mut Tape<'_>, fact: usize| match fact % 3 {
                _ if tape.pick(20) < unknown => "null".to_owned(),
                0 => (tape.pick(2) == 1).to_string(),
                1 => format!("\"v{}\"", tape.pick(4)),
                _ => tape.pick(9).to_string(),
            };
            let entries: Vec<String> = (0..30).map(|fact| format!("\"f{fact}\": {}", value(&mut tape, fact))).collect();
            let profile = policy.profile(&format!("{{{}}}", entries.join(","))).expect("a sound profile");
            flat.statuses(&profile, &mut scratch, &mut found);
            compiled.statuses(&profile, &mut scratch, &mut expected);
            prop_assert_eq!(&found, &expected);
            if unknown == 0 {
                let settled: Vec<Settled> = found.iter().filter_map(|status| status.settled()).collect();
                prop_assert_eq!(settled, evaluate(&policy, &selection, &profile));
            }
        }
    }

    /// The same where facts are so many that only those on the path to the answer are looked at, unless one of them is
    /// not known.
    #[test]
    fn many_facts_change_no_answer(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let mut declarations = policy(&mut tape);
        let truth = Truth::of(&load(&source(&declarations)), &View::default());
        let names: Vec<String> = (0..100).map(|more| format!("more{more}")).collect();
        declarations.extend(names.iter().map(|name| format!("fact {name} \"More\" : yes or no")));
        declarations.push("consequence all \"All\"".to_owned());
        declarations.push(format!("rule all_rule \"All\" when {} then all", names.join(" and ")));
        let policy = load(&source(&declarations));
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let (mut scratch, mut found) = (Scratch::default(), Vec::new());
        for profile_at in 0..6 {
            let values = values(&mut tape);
            let values = if profile_at < 3 { values.iter().map(|value| value.or(Some(0))).collect() } else { values };
            let value = if profile_at % 3 < 2 { "false" } else { "null" };
            let more: Vec<String> = names.iter().map(|name| format!("\"{name}\": {value}")).collect();
            let given = profile_json(&values);
            let given = given.trim_start_matches('{').trim_end_matches('}');
            let all: Vec<&str> = more.iter().map(String::as_str).chain([given]).filter(|it| !it.trim().is_empty()).collect();
            let profile = policy.profile(&format!("{{{}}}", all.join(","))).expect("a sound profile");
            engine.statuses(&profile, &mut scratch, &mut found);
            prop_assert_eq!(found.len(), policy.consequences.len());
            let last = found.pop().expect("there are consequences");
            prop_assert_eq!(last.settled(), (value == "false").then_some(Settled::DoesNotFollow));
            for (consequence, status) in found.iter().enumerate() {
                prop_assert_eq!(status.possible().iter().collect::<BTreeSet<_>>(), truth.possible(&values, consequence));
            }
        }
    }

    /// A table of statuses holds what the engine finds, for profiles with and without unknown facts.
    #[test]
    fn tables_hold_what_engines_find(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&source(&policy(&mut tape)));
        let truth = Truth::of(&policy, &View::default());
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let tabulated = Engine::new(&policy, &View::default()).expect("it has a date").tabulated();
        let (mut scratch, mut found, mut expected) = (Scratch::default(), Vec::new(), Vec::new());
        for _ in 0..40 {
            let values = values(&mut tape);
            let profile = profile(&policy, &values);
            engine.statuses(&profile, &mut scratch, &mut expected);
            tabulated.statuses(&profile, &mut scratch, &mut found);
            prop_assert_eq!(&found, &expected);
            for (consequence, status) in found.iter().enumerate() {
                prop_assert_eq!(status.possible().iter().collect::<BTreeSet<_>>(), truth.possible(&values, consequence));
            }
        }
    }

    /// A view gives the answers of the policy without the claims and rules that it leaves out,
    /// which are found here from the words of the reference, by another way than the engine's.
    #[test]
    fn views_keep_the_rules_they_say(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let declarations = policy(&mut tape);
        let full = load(&source(&declarations));
        let source_id = |name: &str| full.source(name).expect("the generator declares it");
        // One filter or several at once.
        let filters = 1 + tape.pick(15);
        let asked = |filter: u32| filters >> filter & 1 == 1;
        let (by, not_by) = (format!("s{}", tape.pick(3)), format!("s{}", tape.pick(3)));
        let date = ["2018-01-01", "2018-02-01"][tape.pick(2)];
        let view = View {
            according_to: if asked(0) { vec![source_id(&by)] } else { Vec::new() },
            without: if asked(1) { vec![source_id(&not_by)] } else { Vec::new() },
            known_by: if asked(2) { ensue::model::Date::parse(date) } else { None },
            require: asked(3).then_some(2),
            ..View::default()
        };
        let published = |source: &String| {
            let line = declarations.iter().find(|line| line.starts_with(&format!("source {source} "))).expect("declared");
            line.split("published ").nth(1).is_some_and(|rest| &rest[..10] <= date)
        };
        let quoting_sources = |source: &str| quoting(source, &declarations);
        let counts = |claim: &ClaimLine| {
            let quoting = quoting_sources(&claim.by);
            let known = |source: &str| !asked(2) || quoting_sources(source).iter().any(published);
            let reported = if asked(0) { quoting.contains(&by) && known(&by) } else { known(&claim.by) };
            reported && (!asked(1) || claim.by != not_by)
        };
        let viewed_rule = |rule: &String| {
            let claims = claims_of(rule, &declarations);
            let counting: Vec<ClaimLine> = claims.iter().filter(|claim| counts(claim)).cloned().collect();
            let unsourced = claims.is_empty() && !asked(0) && !asked(2);
            let kept = (unsourced || !counting.is_empty()) && (!asked(3) || origins(&counting, &declarations) >= 2);
            let names = |claims: &[ClaimLine]| claims.iter().map(|claim| claim.name.clone()).collect::<Vec<_>>().join(", ");
            let (all, some) = (format!(" per {}", names(&claims)), format!(" per {}", names(&counting)));
            kept.then(|| if claims.is_empty() { rule.clone() } else { rule.replacen(&all, &some, 1) })
        };
        let viewed = |line: &String| if line.starts_with("rule ") { viewed_rule(line) } else { Some(line.clone()) };
        let mut fewer: Vec<String> = declarations.iter().filter_map(viewed).collect();
        let names: BTreeSet<String> = fewer.iter().filter_map(|line| line.strip_prefix("rule ")).map(|line| line[..2].to_owned()).collect();
        for line in fewer.iter_mut().filter(|line| line.starts_with("rule ")) {
            if let Some((head, loser)) = line.clone().split_once(" overrides ") && !names.contains(loser) {
                *line = head.to_owned();
            }
        }
        let fewer = load(&source(&fewer));
        let values = values(&mut tape);
        let answers = |policy: &Policy, view: &View| {
            let engine = Engine::new(policy, view).expect("it has a date");
            let outcomes = engine.outcomes(&profile(policy, &values));
            let claims = outcomes.iter().map(|outcome| {
                let rules = outcome.rules.iter();
                let claims = rules.flat_map(|rule| engine.selection.claims(&policy[*rule])).map(|claim| policy[claim].name.clone());
                claims.collect::<Vec<String>>()
            });
            (by_name(policy, &outcomes), claims.collect::<Vec<_>>())
        };
        prop_assert_eq!(answers(&full, &view), answers(&fewer, &View::default()));
    }
}

/// A policy of rules with up to nine tests of thirty facts, about three consequences.
fn conjunctions(tape: &mut Tape<'_>, rules: usize) -> String {
    let mut lines = Vec::new();
    for fact in 0..30 {
        let kind = ["yes or no", "one of v0, v1, v2, v3", "whole number from 0 to 8"][fact % 3];
        lines.push(format!("fact f{fact} \"F\" : {kind}"));
    }
    lines.extend((0..3).map(|index| format!("consequence c{index} \"C\"")));
    for index in 0..rules {
        let test = |tape: &mut Tape<'_>| {
            let fact = tape.pick(30);
            let (not, value) = (["", "not "][tape.pick(2)], tape.pick(9));
            match fact % 3 {
                0 => format!("{not}f{fact}"),
                1 => format!("f{fact} is {not}one of v{}, v{}", value % 2, 2 + value % 2),
                _ => format!("{not}f{fact} is from {} to {value}", value / 2),
            }
        };
        let tests: Vec<String> = (0..=tape.pick(9)).map(|_| test(tape)).collect();
        let then = ["", "", "not "][tape.pick(3)];
        let joined = tests.join([" and ", " and ", " or "][tape.pick(3)]);
        lines.push(format!("rule r{index} \"R\" when {joined} then {then}c{}", tape.pick(3)));
    }
    source(&lines)
}

/// What one source had reported by a date is asked of that source, not of another that quotes the same.
#[test]
fn a_source_is_known_by_its_own_dates() {
    let policy = load(
        r#"source late "L" published 2024-01-01  source early "E" published 2020-01-01
        source witness "W" quoted in late quoted in early  source undated "U" quoted in late
        claim k by witness "C"  claim u by undated "C"  fact f "F" : yes or no  consequence c "C"  consequence d "D"
        rule r "R" per k when f then c  rule s "S" per u when f then d"#,
    );
    let follows = |by: &[&str], known_by: &str| {
        let according_to = by.iter().map(|name| policy.source(name).expect("declared")).collect();
        let view = View { according_to, known_by: ensue::model::Date::parse(known_by), ..View::default() };
        let engine = Engine::new(&policy, &view).expect("no date is needed");
        let outcomes = engine.outcomes(&policy.profile(r#"{"f": true}"#).expect("sound"));
        [0, 1].map(|index| outcomes[index].status == Status::Follows)
    };
    for (by, known_by, wanted) in [
        (&[][..], "2021-01-01", [true, false]),
        (&["early"], "2021-01-01", [true, false]),
        (&["late"], "2021-01-01", [false, false]),
        (&["late"], "2024-01-01", [true, true]),
        (&["late", "early"], "2021-01-01", [true, false]),
        (&["witness"], "2021-01-01", [true, false]), // known from `early`, which quotes it
        (&["undated"], "2021-01-01", [false, false]),
        (&["undated"], "2024-01-01", [false, true]),
        (&["witness"], "2019-12-31", [false, false]),
    ] {
        assert_eq!(follows(by, known_by), wanted, "{by:?} by {known_by}");
    }
}

/// A date leaves no claim out, and every filter may.
#[test]
fn a_view_is_whole_where_nothing_is_filtered() {
    let policy = load(&source(&["source s \"S\" published 2020-01-01 claim k by s \"K\"".to_owned()]));
    let (on, s) = (ensue::model::Date::parse("2024-01-01"), policy.source("s").expect("it is there"));
    let is_whole = |view: View| view.select(&policy).expect("no date is needed").is_whole();
    assert!(is_whole(View::default()) && is_whole(View { on, ..View::default() }));
    for filter in [
        View { according_to: vec![s], ..View::default() },
        View { without: vec![s], ..View::default() },
        View { known_by: on, ..View::default() },
        View { require: Some(1), ..View::default() },
    ] {
        assert!(!is_whole(View { on, ..filter.clone() }) && !is_whole(filter));
    }
}

/// Which claims are independent, case by case.
#[test]
fn origins_are_those_of_the_claims_counted() {
    let claims = [
        "xa by x",
        "ya by y repeats xa",
        "xb by x",
        "yb by y",
        "za by z repeats ya",
        "wa by w repeats xa",
        "p by x repeats q",
        "q by y repeats p",
        "u by u",
        "v by v",
        "both by w repeats u repeats v",
    ];
    let cases = [
        ("xa", 1),
        ("xa, ya", 1), // one repeats the other
        ("ya, wa", 1), // both repeat a third, which is not counted
        ("xa, za", 1), // repeated in two steps
        ("xa, xb", 1), // by one source
        ("xb, yb", 2), // that other claims of the two are one statement does not matter
        ("xa, yb", 2),
        ("xb, ya", 1), // x made both statements first
        ("xb, za", 1),
        ("yb, za", 2),     // z relays what x said first; y only passed it on
        ("ya, yb", 1),     // by one source
        ("xb, yb, wa", 2), // wa comes from x, as xb does
        ("p, q", 1),       // a circle is one statement, first made by both
        ("p, xb", 1),
        ("p, yb", 1),
        ("p, u", 2),
        ("u, v", 1), // they say the same: another claim repeats both
        ("u, xb, yb", 3),
    ];
    let sources = ["x", "y", "z", "w", "u", "v"].map(|name| format!("source {name} \"S\""));
    let claims = claims.map(|claim| format!("claim {claim} \"C\""));
    for (per, count) in cases {
        let rule = format!("fact f \"F\" : yes or no consequence k \"K\" rule r \"R\" per {per} when f then k");
        let mut declarations = [&sources[..], &claims[..], &[rule]].concat();
        for _ in 0..2 {
            let policy = load(&source(&declarations));
            let outcomes = policy.evaluate(&policy.unknown()).expect("it has a date");
            assert_eq!(outcomes[0].origins, count, "per {per}");
            declarations.reverse();
        }
    }
}

#[derive(Clone)]
struct ClaimLine {
    name: String,
    by: String,
}

/// A rule taken apart by its words alone.
struct RuleLine {
    name: String,
    /// From `in force` or `when` up to `then`.
    condition: String,
    concludes: Vec<String>,
    overrides: Option<String>,
}

fn rule_lines(declarations: &[String]) -> Vec<RuleLine> {
    let line = |text: &String| {
        let (head, tail) = text.strip_prefix("rule ")?.split_once(" then ")?;
        let from = head.find(" in force").or_else(|| head.find(" when "))?;
        let (concludes, overrides) = tail.split_once(" overrides ").unwrap_or((tail, ""));
        Some(RuleLine {
            name: head.split(' ').next()?.to_owned(),
            condition: head[from..].to_owned(),
            concludes: concludes.trim_start_matches("not ").split(", ").map(str::to_owned).collect(),
            overrides: Some(overrides.to_owned()).filter(|name| !name.is_empty()),
        })
    };
    declarations.iter().filter_map(line).collect()
}

fn claims_of(rule: &str, declarations: &[String]) -> Vec<ClaimLine> {
    let Some((_, rest)) = rule.split_once(" per ") else { return Vec::new() };
    let end = rest.find(" in force").or_else(|| rest.find(" when")).expect("a rule has `when`");
    let names = rest[..end].split(", ").map(str::trim);
    names.map(|name| ClaimLine { name: name.to_owned(), by: word_after(name, "by", declarations) }).collect()
}

/// The word after `key` in the line that declares the claim `name`; empty if there is none.
fn word_after(name: &str, key: &str, declarations: &[String]) -> String {
    let line = declarations.iter().find(|line| line.starts_with(&format!("claim {name} "))).expect("declared");
    let words: Vec<&str> = line.split(' ').collect();
    words.iter().position(|word| *word == key).map_or(String::new(), |at| words[at + 1].to_owned())
}

/// A source and all that quote it, directly or not.
fn quoting(source: &str, declarations: &[String]) -> Vec<String> {
    let line = declarations.iter().find(|line| line.starts_with(&format!("source {source} "))).expect("declared");
    let mut all = vec![source.to_owned()];
    if let Some((_, outer)) = line.split_once("quoted in ") {
        all.extend(quoting(outer, declarations));
    }
    all
}

/// How many groups the claims of a rule fall into: those of one statement, and those that come
/// from one source, are in one group, and so are those in one group with the same claim.
fn origins(claims: &[ClaimLine], declarations: &[String]) -> usize {
    let all = ["k0", "k1", "k2", "k3"];
    let repeats = |claim: &str| word_after(claim, "repeats", declarations);
    let same = coloured(&all, |a, b| repeats(a) == *b || repeats(b) == *a);
    let statement = |claim: &str| same[all.iter().position(|name| *name == claim).expect("declared")];
    let sources = |claim: &ClaimLine| -> BTreeSet<String> {
        let first = all.iter().filter(|other| statement(other) == statement(&claim.name) && repeats(other).is_empty());
        first.map(|claim| word_after(claim, "by", declarations)).chain([claim.by.clone()]).collect()
    };
    let linked =
        |a: &ClaimLine, b: &ClaimLine| statement(&a.name) == statement(&b.name) || !sources(a).is_disjoint(&sources(b));
    coloured(claims, linked).into_iter().collect::<BTreeSet<_>>().len()
}

/// A colour for each item; those that are linked, in any number of steps, have the same.
fn coloured<T>(items: &[T], linked: impl Fn(&T, &T) -> bool) -> Vec<usize> {
    let mut colours: Vec<usize> = (0..items.len()).collect();
    for _ in 0..items.len() {
        for a in 0..items.len() {
            for b in 0..items.len() {
                if linked(&items[a], &items[b]) {
                    colours[a] = colours[a].min(colours[b]);
                }
            }
        }
    }
    colours
}

/// An engine that was laid by is that of its view still, and answers as before.
#[test]
fn engines_that_were_laid_by_answer_as_before() {
    let policy = load(
        "policy p \"P\" as of 2025-01-01\nsource s \"S\"\nfact a \"A\" : yes or no\nconsequence c \"C\"\n\
         rule r \"R\" in force from 2025-06-01 when a then c\n",
    );
    let profile = policy.profile(r#"{"a": true}"#).expect("a sound profile");
    let date = |text| ensue::model::Date::parse(text);
    for (on, follows) in [(None, false), (date("2025-06-01"), true)] {
        let view =
            View { on, require: Some(0), without: vec![policy.source("s").expect("it is there")], ..View::default() };
        let engine = Engine::new(&policy, &view).expect("it has a date");
        let before = engine.outcomes(&profile);
        assert_eq!(before[0].status == Status::Follows, follows);
        let laid_by = engine.lay_by();
        assert_eq!(*laid_by.view(), view);
        assert_eq!(laid_by.take_up(&policy).outcomes(&profile), before);
    }
}

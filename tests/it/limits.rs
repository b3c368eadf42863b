//! Files too large or too deep to be kept as cases.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use ensue::analysis::coverage::{Coverage, Goal, State};
use ensue::diagnostic::Code;
use ensue::explore::change::{Changes, Wanted};
use ensue::lint::{self, Chosen};
use ensue::semantics::{Held, Question, Scratch, What};
use ensue::syntax;
use ensue::text::FileId;
use ensue::{Diagnostics, Engine, Limit, Limits, Policy, Status, View};

const HEAD: &str = "fact a \"A\" : yes or no\nfact b \"B\" : yes or no\nconsequence c \"C\"\n";

fn load(text: impl Into<Vec<u8>>) -> Result<Policy, Diagnostics> {
    let text = text.into();
    Policy::load("rules.ensue", |_| Ok(text.clone().into()))
}

fn codes(found: Result<Policy, Diagnostics>) -> Vec<Code> {
    found.err().map(|found| found.list.iter().map(|it| it.code).collect()).unwrap_or_default()
}

#[test]
fn a_million_parentheses_are_one_mistake() {
    for part in ["(\n", "not\n", "not (\n", "(not\n"] {
        let text = format!("{HEAD}define d \"D\" as {}a\n{HEAD}", part.repeat(1_000_000));
        let found = codes(load(text));
        assert_eq!(found[0], Code::NestingTooDeep, "{part}");
        // What stands below is read again: three names are declared twice.
        assert_eq!(found[1..], [Code::DuplicateName; 3], "{part}");
    }
    assert!(codes(load(format!("{HEAD}{}", ")\n".repeat(1_000_000)))).len() == 1);
}

#[test]
fn ten_thousand_terms_are_read_and_evaluated() {
    for (word, whole) in [("and", Status::DoesNotFollow), ("or", Status::Follows)] {
        let terms: Vec<&str> = (0..10_000).map(|index| if index == 7_000 { "b" } else { "a" }).collect();
        let text = format!("{HEAD}rule r \"R\" when {} then c\n", terms.join(&format!(" {word} ")));
        let policy = load(text).expect("it is sound");
        let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
        let profile = policy.profile(r#"{"a": true, "b": false}"#).expect("a sound profile");
        assert_eq!(engine.outcomes(&profile)[0].status, whole);
        let profile = policy.profile(r#"{"a": true}"#).expect("a sound profile");
        let outcome = engine.outcomes(&profile).remove(0);
        assert_eq!(outcome.depends_on.len(), usize::from(word == "and"));
    }
}

/// Where the budget is used up, what was not decided is said, with its name, and the rest is found.
#[test]
fn what_is_too_large_to_be_looked_at_is_said() {
    let pairs: Vec<String> = (0..12).map(|index| format!("(x{index} and y{index})")).collect();
    let mut text = String::from("source s \"S\"\nclaim k by s \"K\"\n");
    for name in ["x", "y"] {
        (0..12).for_each(|index| text += &format!("fact {name}{index} \"F\" : yes or no\n"));
    }
    text += "fact a \"A\" : yes or no\nconsequence c \"C\"\nconsequence e \"E\"\n";
    text += &format!("rule large \"L\" per k when {} then c\n", pairs.join(" or "));
    text += "rule small \"S\" per k when a and not a then e\n";
    let policy = load(text).expect("it is sound");
    let all = |limits| lint::findings_within(&policy, &Chosen::all(), limits);
    let found = all(Limits::default().with(Limit::QuestionSteps, 40).with(Limit::CheckSteps, 1_000_000));
    let said: Vec<&str> = found.iter().map(|it| &*it.message).filter(|it| it.starts_with("not decided")).collect();
    assert!(said.iter().any(|it| it.contains("the rule `large`") && it.contains("never_applies")), "{said:?}");
    assert!(!said.iter().any(|it| it.contains("`small`")), "{said:?}");
    assert!(found.iter().any(|it| it.code == Code::NeverApplies && it.message.contains("`small`")));
    assert!(all(Limits::default()).iter().all(|it| it.code != Code::NotDecided));
    let coverage =
        Coverage::of(&policy, Limits::default().with(Limit::QuestionSteps, 40).with(Limit::CheckSteps, 1_000_000));
    let undecided = |goal: &&Goal| goal.state == State::NotDecided;
    // It is one of the two rules on which the source's goal rests.
    let large =
        |it: &Goal| ["the rule `large`", "rests on the source `s`"].iter().any(|of| it.words(&policy).contains(of));
    assert!(coverage.goals.iter().filter(undecided).all(large));
    assert!(coverage.tally(|_| true).not_decided > 0);
    // Also where nothing at all is granted.
    assert!(
        all(Limits::default().with(Limit::QuestionSteps, 0).with(Limit::CheckSteps, 0))
            .iter()
            .any(|it| it.code == Code::NotDecided)
    );
}

#[test]
fn long_chains_of_definitions_and_consequences_need_no_stack() {
    let mut text = String::from(HEAD);
    for index in 0..10_000 {
        let inner = if index == 0 { "a".to_owned() } else { format!("d{}", index - 1) };
        text += &format!("define d{index} \"D\" as not {inner}\n");
        let before = if index == 0 { "d9999".to_owned() } else { format!("k{}", index - 1) };
        text += &format!("consequence k{index} \"K\"\nrule r{index} \"R\" when {before} then k{index}\n");
    }
    let policy = load(text).expect("it is sound");
    let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
    let outcomes = engine.outcomes(&policy.profile(r#"{"a": true}"#).expect("a sound profile"));
    assert_eq!(outcomes.last().map(|it| it.status), Some(Status::Follows));
}

/// Loads a policy within limits, on a stack that holds the deepest conditions.
fn load_within(limits: Limits, text: String) -> Result<Policy, Diagnostics> {
    let read = move || Policy::load_within("rules.ensue", limits, |_| Ok(text.clone().into()));
    std::thread::Builder::new().stack_size(64 << 20).spawn(read).expect("a thread").join().expect("no panic")
}

/// What is read up to a limit: what `text` makes with so many is read, with one more it is refused; and the same
/// where the limit is another. The message says how much is read, and which option reads more.
fn up_to(limit: Limit, code: Code, text: impl Fn(u64) -> String) {
    let most = limit.default();
    for (limits, most) in [(Limits::default(), most), (Limits::default().with(limit, most / 2), most / 2)] {
        assert_eq!(codes(load_within(limits, text(most))), [], "{limit:?}");
        let found = load_within(limits, text(most + 1)).expect_err("it is too large");
        assert_eq!(found.list.iter().map(|it| it.code).collect::<Vec<Code>>(), [code], "{limit:?}");
        let said = format!("{found}");
        assert!(said.contains(&most.to_string()), "{said}");
        let help = &found.list[0].help;
        assert!(help.iter().any(|help| help.contains(&format!("`--limit {}={}`", limit.name(), 2 * most))), "{help:?}");
    }
    let raised = Limits::default().with(limit, most + 1);
    assert_eq!(codes(load_within(raised, text(most + 1))), [], "{limit:?}");
}

#[test]
fn a_file_is_read_up_to_its_limit_of_bytes() {
    up_to(Limit::FileBytes, Code::FileTooLarge, |bytes| {
        let length = usize::try_from(bytes).expect("a length") - HEAD.len();
        HEAD.to_owned() + &"\n".repeat(length)
    });
}

#[test]
fn a_line_is_read_up_to_its_limit_of_bytes() {
    up_to(Limit::LineBytes, Code::LineTooLong, |bytes| {
        format!("{HEAD}# {}\n", "x".repeat(usize::try_from(bytes).expect("a length") - 2))
    });
    // Also where the file ends with it.
    up_to(Limit::LineBytes, Code::LineTooLong, |bytes| {
        format!("{HEAD}# {}", "x".repeat(usize::try_from(bytes).expect("a length") - 2))
    });
}

#[test]
fn conditions_are_read_up_to_their_limit_of_levels() {
    let text = |levels: u64, open: &str, close: &str| {
        let levels = usize::try_from(levels).expect("a length");
        format!("{HEAD}rule r \"R\" when {}a{} then c", open.repeat(levels), close.repeat(levels))
    };
    for (open, close) in [("(", ")"), ("not ", "")] {
        up_to(Limit::Nesting, Code::NestingTooDeep, |levels| text(levels, open, close));
    }
    // The deepest that can be asked for is read, decided, explained and laid out.
    let deepest = Limits::default().with(Limit::Nesting, u64::MAX);
    let levels = deepest.of(Limit::Nesting);
    let look = move || {
        for (levels, read) in [(levels, true), (levels + 1, false)] {
            let text = text(levels, "not ", "");
            assert_eq!(syntax::format(FileId::default(), &text, &deepest).is_ok(), read);
            let policy = Policy::load_within("rules.ensue", deepest, |_| Ok(text.clone().into()));
            assert_eq!(policy.is_ok(), read);
            let Ok(policy) = policy else { continue };
            let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
            let outcome = engine.outcomes(&policy.profile(r#"{"a": true}"#).expect("a sound profile")).remove(0);
            assert_eq!(outcome.status, if levels % 2 == 0 { Status::Follows } else { Status::DoesNotFollow });
            assert!(lint::findings(&policy, &Chosen::all()).len() < 10);
        }
    };
    std::thread::Builder::new().stack_size(64 << 20).spawn(look).expect("a thread").join().expect("no panic");
}

#[test]
fn a_policy_is_read_up_to_its_limits_of_declarations_rules_and_terms() {
    up_to(Limit::Declarations, Code::PolicyTooLarge, |declarations| {
        // Three stand in the head.
        let more = (0..declarations - 3).map(|index| format!("consequence k{index} \"K\"\n"));
        HEAD.to_owned() + &more.collect::<String>()
    });
    up_to(Limit::Rules, Code::PolicyTooLarge, |rules| {
        let rule = |index| format!("rule r{index} \"R\" when a then c\n");
        HEAD.to_owned() + &(0..rules).map(rule).collect::<String>()
    });
    up_to(Limit::Terms, Code::PolicyTooLarge, |terms| {
        let terms = usize::try_from(terms).expect("a length");
        // What an `unless` and a definition hold counts as well.
        let line = "a or b is no or\n".repeat(terms / 2 - 2);
        let more = "a or ".repeat(terms % 2);
        format!("{HEAD}define d \"D\" as {line}{more}a\nrule r \"R\" when d unless a or b then c")
    });
}

/// Files that import one another, one after the other or side by side.
#[test]
fn a_policy_is_read_up_to_its_limit_of_files() {
    let most = Limit::Files.default();
    for is_chain in [true, false] {
        let load = |files: u64, limits: Limits| {
            let mut asked = 0;
            let found = Policy::load_within("0.ensue", limits, |path| {
                asked += 1;
                let number: u64 = path.trim_end_matches(".ensue").parse().expect("a number");
                let imports: Vec<u64> = match (is_chain, number) {
                    (true, _) => vec![number + 1],
                    (false, 0) => (1..files).collect(),
                    (false, _) => Vec::new(),
                };
                let imports = imports.into_iter().filter(|next| *next < files);
                let imports: String = imports.map(|next| format!("import \"{next}.ensue\"\n")).collect();
                Ok(format!("{imports}fact f{number} \"F\" : yes or no\n").into())
            });
            (asked, found)
        };
        for (limits, most) in [(Limits::default(), most), (Limits::default().with(Limit::Files, 3), 3)] {
            assert!(load(most, limits).1.is_ok());
            let (asked, found) = load(most + 1, limits);
            let found = found.expect_err("it has too many files");
            assert_eq!((asked, found.list.len(), found.list[0].code), (most, 1, Code::PolicyTooLarge));
            assert!(found.list[0].help.iter().any(|help| help.contains(&format!("`--limit files={}`", 2 * most))));
        }
        assert!(load(most + 1, Limits::default().with(Limit::Files, most + 1)).1.is_ok());
    }
}

/// The least of a limit with which something is found: with twenty numbers below it is not, with as many from it on it
/// is; it is with what is usual, and not with none.
pub fn least(limit: Limit, limits: Limits, found: impl Fn(Limits) -> bool) -> u64 {
    let found = |number: u64| found(limits.with(limit, number));
    let (mut less, mut enough) = (0, limit.default());
    assert!(found(enough) && !found(less), "{limit:?}");
    while enough - less > 1 {
        let middle = less.midpoint(enough);
        if found(middle) { enough = middle } else { less = middle }
    }
    assert!((0..20).all(|more| found(enough + more)), "{limit:?}: {enough}");
    assert!((1..=20.min(enough)).all(|fewer| !found(enough - fewer)), "{limit:?}: {enough}");
    enough
}

/// Without diagrams: what has to be searched.
fn searched() -> Limits {
    Limits::default().with(Limit::CompileSteps, 0)
}

/// A policy whose rules have the same condition. It never holds, but each part of it may.
fn intricate(rules: usize) -> Policy {
    let pairs: Vec<String> = (0..8).map(|index| format!("(x{index} and y{index})")).collect();
    let mut text: String = ["x", "y"]
        .iter()
        .flat_map(|name| (0..8).map(move |index| format!("fact {name}{index} \"F\" : yes or no\n")))
        .collect();
    text += "source s \"S\"\nclaim k by s \"K\"\nconsequence c \"C\"\n";
    for rule in 0..rules {
        text += &format!("rule r{rule} \"R\" per k when ({0}) and not ({0}) then c\n", pairs.join(" or "));
    }
    load(text).expect("it is sound")
}

/// A condition that asks for what no rule leads to never holds, also where nothing is compiled or searched.
#[test]
fn what_no_rule_leads_to_takes_no_room() {
    let text = format!("{HEAD}consequence d \"D\"\nrule r \"R\" when c and (a or b) then d\n");
    let policy = load(text).expect("it is sound");
    let limits = searched().with(Limit::Operations, 0).with(Limit::SearchSteps, 0);
    let engine = Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
    let outcomes = engine.outcomes(&policy.unknown());
    assert!(outcomes.iter().all(|outcome| outcome.status == Status::DoesNotFollow), "{outcomes:?}");
}

/// With the steps that are needed an outcome is exact, with one less it is not decided, and that is said; more
/// steps change nothing.
#[test]
fn an_outcome_is_searched_up_to_the_limit_of_steps() {
    let policy = intricate(1);
    let profile = policy.profile("{}").expect("a sound profile");
    least(Limit::SearchSteps, searched(), |limits| {
        let engine = Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
        let outcome = engine.outcomes(&profile).remove(0);
        assert_eq!(outcome.searched, outcome.status == Status::DoesNotFollow);
        outcome.searched
    });
}

/// Of what no rule leads to none is named, also where there are not the steps to look at each of them.
#[test]
fn where_nothing_follows_no_rule_is_named() {
    let policy = intricate(3);
    let profile = policy.profile("{}").expect("a sound profile");
    let engine = |limits| Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
    let enough = least(Limit::SearchSteps, searched(), |limits| engine(limits).outcomes(&profile)[0].searched);
    let engine = engine(searched().with(Limit::SearchSteps, enough));
    let consequence = policy.consequence("c").expect("it is declared");
    assert!(engine.effects(consequence, &profile, &mut Scratch::default()).contains(&None));
    for outcome in [engine.outcomes(&profile).remove(0), engine.outcomes_in_brief(&profile).remove(0)] {
        assert_eq!((outcome.status, outcome.rules, outcome.origins), (Status::DoesNotFollow, vec![], 0));
    }
    let said = engine.said(&profile).remove(0);
    assert_eq!((said.status, said.rules, said.claims), (Status::DoesNotFollow, vec![], vec![]));
}

/// What has no diagram for want of one step has the same outcome.
#[test]
fn diagrams_are_made_up_to_the_limit_of_steps() {
    let policy = intricate(1);
    let profile = policy.profile("{}").expect("a sound profile");
    least(Limit::CompileSteps, Limits::default(), |limits| {
        let engine = Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
        assert_eq!(engine.outcomes(&profile)[0].status, Status::DoesNotFollow);
        engine.is_compiled(Question::Status(policy.consequence("c").expect("it is declared")))
    });
}

/// Each definition or consequence has a fifth of the steps for itself, and all together have no more than there are.
#[test]
fn diagrams_share_the_limit_of_steps() {
    let alike = |index: usize| {
        let pairs: Vec<String> = (0..6).map(|pair| format!("(x{index}_{pair} and y{index}_{pair})")).collect();
        let fact = |name: &str| format!("fact {name} \"F\" : yes or no\n");
        let facts = (0..6).flat_map(|pair| ["x", "y"].map(|name| fact(&format!("{name}{index}_{pair}"))));
        let condition = pairs.join(" or ");
        format!(
            "{}consequence c{index} \"C\"\nrule r{index} \"R\" when {condition} then c{index}\n",
            facts.collect::<String>()
        )
    };
    let policy = load((0..20).map(alike).collect::<String>()).expect("it is sound");
    let compiled = |limits| {
        let engine = Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
        policy.consequence_ids().map(|id| engine.is_compiled(Question::Status(id))).collect::<Vec<bool>>()
    };
    let enough = least(Limit::CompileSteps, Limits::default(), |limits| compiled(limits)[0]);
    // A fifth is rounded up. All are alike, and each is made of steps of its own.
    let one = enough.div_ceil(5);
    assert_eq!(enough, 5 * (one - 1) + 1);
    for (steps, count) in [(enough, 4), (5 * one, 5), (6 * one, 6), (20 * one - 1, 19), (20 * one, 20)] {
        let made = compiled(Limits::default().with(Limit::CompileSteps, steps));
        let expected: Vec<bool> = (0..20).map(|index| index < count).collect();
        assert_eq!(made, expected, "{steps} steps, where one takes {one}");
    }
}

/// Each definition names the one before it several times. One that was looked at for each of its names, and they for
/// each of theirs, would be looked at several times as often at each of forty levels, without end.
#[test]
fn a_definition_is_looked_at_once_however_often_it_is_named() {
    // The first is simplified to the one definition that it names; the second is not.
    for (next, times) in [("D or not (not D or not D)", 3), ("(D and a) or (not D and b)", 2)] {
        let mut text = format!("{HEAD}define d0 \"D\" as a and b\n");
        for index in 1..40 {
            let next = next.replace('D', &format!("d{}", index - 1));
            text += &format!("define d{index} \"D\" as {next}\n");
        }
        let policy = load(text + "rule r \"R\" when d39 then c\n").expect("it is sound");
        for limits in [Limits::default(), searched(), searched().with(Limit::Operations, 0)] {
            let engine = Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
            let profile = policy.profile(r#"{"a": true}"#).expect("a sound profile");
            let outcome = engine.outcomes(&profile).remove(0);
            assert_eq!((outcome.status.settled(), outcome.depends_on.len()), (None, 1));
            // In reasons it stands wherever it is named, and what it holds is told once: all but the last are named
            // so many times, by the next.
            let reasons = engine.explain(policy.consequence("c").expect("it is declared"), &profile).rules;
            let told = |held: &&Held| matches!(held.what, What::Definition(_));
            assert_eq!(reasons[0].conditions.iter().filter(told).count(), 1 + 39 * times);
        }
    }
}

/// A program of as many operations answers of a whole profile without any search; one of them less leaves it open.
#[test]
fn programs_are_as_long_as_the_limit_of_operations() {
    let policy = intricate(1);
    let all: Vec<String> = policy.facts.iter().map(|fact| format!("\"{}\": true", fact.name)).collect();
    let profile = policy.profile(&format!("{{{}}}", all.join(","))).expect("a sound profile");
    least(Limit::Operations, searched().with(Limit::SearchSteps, 0), |limits| {
        let engine = Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
        let mut statuses = Vec::new();
        engine.statuses(&profile, &mut Scratch::default(), &mut statuses);
        let found = statuses[0] == Status::DoesNotFollow;
        assert!(found || statuses[0].settled().is_none());
        found
    });
}

/// The empty set and those of the first three facts come before that of the fourth, which settles it; with one try
/// less, facts are left out one after the other from all that are known, the last declared first.
#[test]
fn reasons_are_the_smallest_up_to_the_limit_of_sets() {
    let facts: String = ["a", "b", "c", "d"].iter().map(|name| format!("fact {name} \"F\" : yes or no\n")).collect();
    let policy = load(format!("{facts}consequence e \"E\"\nrule r \"R\" when d or (a and b and c) then e\n"))
        .expect("it is sound");
    let profile = policy.profile(r#"{"a": true, "b": true, "c": true, "d": true}"#).expect("a sound profile");
    let because = |limits| {
        let engine = Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
        let outcome = engine.outcomes(&profile).remove(0);
        assert!(outcome.searched);
        outcome.because.iter().map(|fact| policy[*fact].name.to_string()).collect::<Vec<_>>().concat()
    };
    assert_eq!(because(Limits::default().with(Limit::BecauseSets, 4)), "abc");
    // None, each of the four.
    assert_eq!(least(Limit::BecauseSets, Limits::default(), |limits| because(limits) == "d"), 5);
}

/// How a reason is found within so many steps and sets, where `cost` says what it takes to see whether known facts
/// settle it: a quarter of the steps is for facts without which it is not settled, another for the fewest that are to
/// be added to them, the rest for leaving out facts one by one, an equal share of what is left for each. The facts, and
/// whether none of them can be left out for certain.
fn reason(facts: usize, [steps, sets]: [u64; 2], cost: &dyn Fn(u32) -> (u64, bool)) -> (u32, bool) {
    let mut left = steps;
    let mut settles = |known: u32, keep: &dyn Fn(u64) -> u64| {
        let granted = left.saturating_sub(keep(left));
        let (taken, settled) = cost(known);
        left -= taken.min(granted);
        (taken <= granted).then_some(settled)
    };
    let all = (1_u32 << facts) - 1;
    let each: Vec<u32> = (0..facts).map(|fact| 1 << fact).collect();
    let needed: Vec<u32> =
        each.iter().copied().filter(|fact| settles(all - fact, &|_| steps / 4 * 3) == Some(false)).collect();
    let needed: u32 = needed.into_iter().sum();
    let mut others: Vec<u32> = (0..=all).filter(|set| set & needed == 0).collect();
    // By size, then by order of declaration: of two, that which has the first fact that is not in both.
    others.sort_by_key(|set| (set.count_ones(), Reverse(set.reverse_bits())));
    for (_, set) in (0..sets).zip(&others) {
        match settles(needed + set, &|_| steps / 2) {
            Some(true) => return (needed + set, true),
            Some(false) => {}
            None => break,
        }
    }
    let (mut kept, mut certain) = (all, true);
    for (tried, fact) in (0..).zip(each.iter().rev()) {
        match settles(kept - fact, &|left| left - left / (facts as u64 - tried)) {
            Some(true) => kept -= fact,
            Some(false) => {}
            None => certain = false,
        }
    }
    (kept, certain)
}

/// With each number of steps, and of sets.
#[test]
fn reasons_are_sought_with_shares_of_the_limit_of_steps() {
    // In the first most steps are for the facts that are needed, in the last for those that are added to them.
    for (condition, count) in [
        ("(c or (a and b)) and d and e and f and g and h and i and j and k and l", 12),
        ("(d or (a and b and c)) and e and f and g", 7),
        ("f or (a and b and c and d and e)", 6),
    ] {
        let names: Vec<String> = ('a'..='l').take(count).map(String::from).collect();
        let facts: String = names.iter().map(|name| format!("fact {name} \"F\" : yes or no\n")).collect();
        let policy =
            load(format!("{facts}consequence z \"Z\"\nrule r \"R\" when {condition} then z\n")).expect("it is sound");
        let profile = |known: u32| {
            let known = names.iter().enumerate().filter(|(fact, _)| known >> fact & 1 == 1);
            let known: Vec<String> = known.map(|(_, name)| format!("\"{name}\": true")).collect();
            policy.profile(&format!("{{{}}}", known.join(","))).expect("a sound profile")
        };
        let engine = |limits| Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
        let engines: Vec<Engine<'_>> =
            (0..200).map(|steps| engine(searched().with(Limit::SearchSteps, steps))).collect();
        let met: RefCell<HashMap<u32, (u64, bool)>> = RefCell::default();
        // What each set of known facts takes: the fewest steps with which its status is searched.
        let cost = |known: u32| {
            *met.borrow_mut().entry(known).or_insert_with(|| {
                let profile = profile(known);
                let brief = |engine: &Engine<'_>| engine.outcomes_in_brief(&profile).remove(0);
                let steps = engines.iter().position(|engine| brief(engine).searched).expect("it takes less");
                (steps as u64, brief(&engines[steps]).status == Status::Follows)
            })
        };
        let whole = profile((1 << count) - 1);
        for sets in [0, 4, 5, 1_000] {
            let mut found = BTreeSet::new();
            for steps in 0..400 {
                let limits = searched().with(Limit::SearchSteps, steps).with(Limit::BecauseSets, sets);
                let outcome = engine(limits).outcomes(&whole).remove(0);
                let because: u32 = outcome.because.iter().map(|fact| 1 << fact.index()).sum();
                let expected = reason(count, [steps, sets], &cost);
                assert_eq!((because, outcome.searched), expected, "{condition}: {steps} steps, {sets} sets");
                found.insert(expected);
            }
            assert!(found.len() > 1, "{condition}: {sets} sets");
        }
    }
}

/// A question about a policy is decided with the steps that it takes, and all questions with those of all.
#[test]
fn questions_are_decided_up_to_their_limits_of_steps() {
    let policy = intricate(1);
    for limit in [Limit::QuestionSteps, Limit::CheckSteps] {
        least(limit, Limits::default(), |limits| {
            let found = lint::findings_within(&policy, &Chosen::all(), limits);
            let has = |code: Code| found.iter().any(|it| it.code == code);
            assert!(has(Code::NeverApplies) || has(Code::NotDecided));
            !has(Code::NotDecided)
        });
    }
}

#[test]
fn ten_thousand_mistakes_are_all_reported() {
    let text: String = (0..10_000).map(|index| format!("fact f{index} : yes or no\n")).collect();
    assert_eq!(codes(load(text)), [Code::Syntax; 10_000]);
    let text: String = (0..10_000).map(|index| format!("define d{index} \"D\" as nobody{index}\n")).collect();
    assert_eq!(codes(load(text)), [Code::UnknownName; 10_000]);
    let entries: Vec<String> = (0..10_000).map(|index| format!("\"nobody{index}\": 1")).collect();
    let policy = load(HEAD).expect("it is sound");
    let found = policy.profile(&format!("{{{}}}", entries.join(","))).expect_err("no key is a fact");
    assert!(found.list.iter().all(|it| it.code == Code::UnknownFact) && found.list.len() == 10_000);
}

#[test]
fn a_name_of_a_million_letters_is_compared_with_nothing() {
    let name = "n".repeat(1_000_000);
    let text = format!("{HEAD}fact {name} \"N\" : yes or no\ndefine d \"D\" as {name}m\nor {name}\n");
    let found = load(text).expect_err("one name is unknown");
    assert_eq!((found.list.len(), found.list[0].code), (1, Code::UnknownName));
    assert!(!found.list[0].help.iter().any(|help| help.contains("did you mean")));
}

/// Eight sets of facts settle what three pairs lead to, and three changes are enough.
#[test]
fn as_many_changes_are_listed_as_may_be() {
    let facts: String = "abcdef".chars().map(|fact| format!("fact {fact} \"F\" : yes or no\n")).collect();
    let rule = "rule r \"R\" when (a or b) and (c or d) and (e or f) then k\n";
    let policy = load(format!("{facts}consequence k \"K\"\n{rule}")).expect("it is sound");
    let yes = r#"{"a": true, "b": true, "c": true, "d": true, "e": true, "f": true}"#;
    let profile = policy.profile(yes).expect("a sound profile");
    let consequence = policy.consequence("k").expect("it is declared");
    let engine = |limits| Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
    let sets = |limits| engine(limits).explain(consequence, &profile).settled_by.map(|sets| sets.len());
    assert_eq!(least(Limit::Changes, Limits::default(), |limits| sets(limits) == Some(8)), 8);
    let changes = |limits| {
        let engine = engine(limits);
        let changes = Changes::of(&engine, consequence, Wanted::Otherwise, &profile, &[]);
        changes.found.map(|found| found.len())
    };
    assert_eq!(least(Limit::Changes, Limits::default(), |limits| changes(limits) == Some(3)), 3);
}

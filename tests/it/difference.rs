//! Differences between two policies against brute force: every completion, put to both.

use std::collections::{BTreeMap, BTreeSet};

use ensue::analysis::difference::{Change, Difference, Region};
use ensue::analysis::together::Side;
use ensue::model::Date;
use ensue::semantics::{Settled, View};
use ensue::{Limit, Limits, Policy, Profile};
use proptest::prelude::*;

use crate::generate::{self, ON, Tape, tapes};
use crate::lints::{Brute, load};

fn text(declarations: &[String]) -> String {
    format!("policy generated \"Generated\" as of {ON}\n{}\n", declarations.join("\n"))
}

/// Two policies about the same facts: two of their own, or one of which a rule was changed.
fn two(tape: &mut Tape<'_>) -> [Vec<String>; 2] {
    let old = generate::policy(tape);
    let new = match tape.pick(4) {
        0 => generate::policy(tape),
        _ => {
            let mut new = old.clone();
            let rules: Vec<usize> = (0..new.len()).filter(|place| new[*place].starts_with("rule ")).collect();
            let place = rules[tape.pick(rules.len())];
            new[place] = match tape.pick(3) {
                0 => new[place].replacen("when ", "when not ", 1),
                1 => new[place].replacen("b0", "b1", 1),
                _ => new[place].replacen(" < 18", " < 19", 1),
            };
            new
        }
    };
    [old, new]
}

fn side<'p>(policy: &'p Policy, on: Option<Date>) -> Side<'p> {
    Side { policy, view: View { on, ..View::default() } }
}

/// Whether a complete profile has the values of a witness.
fn fits(policy: &Policy, profile: &Profile, witness: &[(String, String)]) -> bool {
    witness.iter().all(|(name, written)| {
        let fact = policy.fact(name).expect("it is a fact of both");
        policy.written(fact, profile.value(fact).expect("it is complete")) == *written
    })
}

/// What a region says of each complete profile, by its conditions read again as rule files are.
fn stated(facts: &[String], region: &Region, profiles: &[Profile]) -> Vec<bool> {
    let conditions = &region.stated.as_ref().expect("the policies are small").conditions;
    let whole = |text: &String| if text.is_empty() { "b0 or not b0".to_owned() } else { text.clone() };
    let defined = conditions.iter().enumerate().map(|(index, it)| format!("define p{index} \"P\" as {}", whole(it)));
    let text = facts.iter().cloned().chain(defined).collect::<Vec<_>>().join("\n");
    let policy = load(&text);
    let brute = Brute::of_profiles(&policy, &[None], profiles);
    let holds = |case| policy.definitions.iter().any(|it| brute.holds(&it.condition, case, None));
    brute.cases.iter().map(holds).collect()
}

/// Whether a set of complete profiles is one product: all that combine values of its members.
fn is_product(policy: &Policy, members: &BTreeSet<usize>, profiles: &[Profile]) -> bool {
    let values = |profile: &Profile| -> Vec<String> {
        policy.fact_ids().map(|fact| policy.written(fact, profile.value(fact).expect("it is complete"))).collect()
    };
    let mut allowed: Vec<BTreeSet<String>> = vec![BTreeSet::new(); policy.facts.len()];
    for member in members {
        allowed.iter_mut().zip(values(&profiles[*member])).for_each(|(allowed, value)| _ = allowed.insert(value));
    }
    let inside =
        |profile: &Profile| values(profile).iter().zip(&allowed).all(|(value, allowed)| allowed.contains(value));
    (0..profiles.len()).all(|place| !inside(&profiles[place]) || members.contains(&place))
}

fn check(old: &Policy, new: &Policy, on: [Option<Date>; 2], facts: &[String]) -> Result<(), TestCaseError> {
    let sides = [side(old, on[0]), side(new, on[1])];
    let found = Difference::of(&sides, Limits::default()).expect("there are dates");
    prop_assert!(found.facts.is_empty());
    // The births that matter on either date.
    let days = [on[0].or(old.as_of), on[1].or(new.as_of)];
    let all = Brute::new(old, &days);
    let profiles: Vec<Profile> =
        all.cases.iter().filter(|case| case.day == 0).map(|case| case.profile.clone()).collect();
    let brutes = [Brute::of_profiles(old, &days[..1], &profiles), Brute::of_profiles(new, &days[1..], &profiles)];
    for compared in &found.consequences {
        let ids = compared.ids.map(|id| id.expect("both have it").index());
        let mut expected: BTreeMap<[Settled; 2], BTreeSet<usize>> = BTreeMap::new();
        for place in 0..profiles.len() {
            let statuses = [0, 1].map(|side| brutes[side].cases[place].statuses[ids[side]]);
            if statuses[0] != statuses[1] {
                expected.entry(statuses).or_default().insert(place);
            }
        }
        let regions: &[Region] = match &compared.change {
            Change::Same => &[],
            Change::Differs(regions) => regions,
            Change::NotDecided => panic!("it is small"),
        };
        let pairs: BTreeSet<[Settled; 2]> = regions.iter().map(|region| region.statuses).collect();
        prop_assert_eq!(pairs.len(), regions.len());
        prop_assert_eq!(&pairs, &expected.keys().copied().collect());
        for region in regions {
            let members = &expected[&region.statuses];
            let stated = stated(facts, region, &profiles);
            let wrong = (0..profiles.len()).find(|place| stated[*place] != members.contains(place));
            prop_assert!(wrong.is_none(), "{:?}", region.stated);
            let fitting: Vec<usize> =
                (0..profiles.len()).filter(|place| fits(old, &profiles[*place], &region.witness)).collect();
            prop_assert!(fitting.iter().all(|place| members.contains(place)), "{:?}", region.witness);
            let conditions = region.stated.as_ref().map_or(0, |it| it.conditions.len());
            prop_assert!(conditions == 1 || !is_product(old, members, &profiles), "{:?}", region.stated);
            // Both sides know all values, and give a reason of what is known.
            for reason in &region.reasons {
                let reason = reason.as_ref().expect("both sides know all values");
                prop_assert!(reason.because.iter().all(|it| region.witness.contains(it)));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same is said only where brute force finds no difference, and each region is what its
    /// conditions say, and its witness is in it.
    #[test]
    fn differences_are_exact(choices in tapes()) {
        let [old, new] = two(&mut Tape::new(&choices));
        let facts: Vec<String> = old.iter().filter(|line| line.starts_with("fact ")).cloned().collect();
        check(&load(&text(&old)), &load(&text(&new)), [None, None], &facts)?;
    }

    /// The same of one policy on two dates.
    #[test]
    fn differences_between_dates_are_exact(choices in tapes(), numbers in prop::array::uniform2(736_000_i64..738_000)) {
        let policy = generate::policy(&mut Tape::new(&choices));
        let facts: Vec<String> = policy.iter().filter(|line| line.starts_with("fact ")).cloned().collect();
        let policy = load(&text(&policy));
        check(&policy, &policy, numbers.map(|number| Some(Date::from_number(number))), &facts)?;
    }
}

fn found(old: &str, new: &str) -> Difference {
    let (old, new) = (load(old), load(new));
    Difference::of(&[side(&old, None), side(&new, None)], Limits::default()).expect("no date is needed")
}

/// All functions of three facts: there are as few conditions as brute force finds.
#[test]
fn conditions_are_the_fewest() {
    let facts = "fact a \"A\" : yes or no\nfact b \"B\" : yes or no\nfact c \"C\" : yes or no\nconsequence k \"K\"\n";
    // Every product of three facts, as the set of the eight profiles in which it holds.
    let mut products: Vec<u8> = Vec::new();
    for kinds in 0..27 {
        let holds = |profile: u8| {
            (0..3).all(|fact| match kinds / 3_u32.pow(fact) % 3 {
                0 => true,
                1 => profile >> fact & 1 == 1,
                _ => profile >> fact & 1 == 0,
            })
        };
        products.push((0..8).filter(|profile| holds(*profile)).fold(0, |set, profile| set | 1 << profile));
    }
    // How few of them make each set.
    let mut fewest = [usize::MAX; 256];
    fewest[0] = 0;
    for count in 1..=8 {
        let before = fewest;
        for set in (0..256).filter(|set| before[*set] == count - 1) {
            for product in &products {
                let with = set | usize::from(*product);
                fewest[with] = fewest[with].min(count);
            }
        }
    }
    for (set, fewest) in fewest.into_iter().enumerate().skip(1) {
        let point = |profile: usize| {
            let part = |(fact, name): (usize, &str)| {
                if profile >> fact & 1 == 1 { name.into() } else { format!("not {name}") }
            };
            let parts: Vec<String> = ["a", "b", "c"].into_iter().enumerate().map(part).collect();
            format!("rule r{profile} \"R\" when {} then k\n", parts.join(" and "))
        };
        let rules: String = (0..8).filter(|profile| set >> profile & 1 == 1).map(point).collect();
        let found = found(facts, &format!("{facts}{rules}"));
        let Change::Differs(regions) = &found.consequences[0].change else { panic!("it differs") };
        let stated = regions[0].stated.as_ref().expect("it is small");
        assert!(stated.fewest);
        assert_eq!(stated.conditions.len(), fewest, "{set:08b}: {:?}", stated.conditions);
    }
}

/// What is too large for the fewest to be looked for is stated all the same.
#[test]
fn large_regions_are_stated() {
    let facts: String =
        (0..12).map(|i| format!("fact x{i} \"X\" : yes or no\nfact y{i} \"Y\" : yes or no\n")).collect();
    let facts = format!("{facts}consequence k \"K\"\n");
    let pairs: BTreeSet<String> = (0..12).map(|index| format!("x{index} and y{index}")).collect();
    let grouped: Vec<String> = pairs.iter().map(|pair| format!("({pair})")).collect();
    let found = found(&facts, &format!("{facts}rule r \"R\" when {} then k\n", grouped.join(" or ")));
    let Change::Differs(regions) = &found.consequences[0].change else { panic!("it differs") };
    let stated = regions[0].stated.as_ref().expect("it is stated");
    assert_eq!(stated.conditions.iter().cloned().collect::<BTreeSet<_>>(), pairs);
    assert!(!stated.fewest);
}

/// Where a version is too large to be decided, what is written alike is the same all the same.
#[test]
fn what_is_written_alike_is_the_same_at_any_size() {
    let facts: String =
        (0..12).map(|i| format!("fact x{i} \"X\" : yes or no\nfact y{i} \"Y\" : yes or no\n")).collect();
    let grouped: Vec<String> = (0..12).map(|index| format!("(x{index} and y{index})")).collect();
    let rule = format!("define d \"D\" as {}\nrule r \"R\" when d and not x0 then k\n", grouped.join(" or "));
    let old = load(&format!("{facts}consequence k \"K\"\nconsequence l \"L\"\n{rule}"));
    let other = "rule s \"S\" when d then l\n";
    let new = load(&format!("{facts}consequence l \"L\"\nconsequence k \"K\"\n{rule}{other}"));
    let small = Limits::default().with(Limit::QuestionSteps, 10).with(Limit::CheckSteps, 1_000);
    let found = Difference::of(&[side(&old, None), side(&new, None)], small).expect("no date is needed");
    let change = |name: &str| &found.consequences.iter().find(|it| it.name == name).expect("it is there").change;
    assert!(matches!(change("k"), Change::Same));
    assert!(matches!(change("l"), Change::NotDecided));
    assert!(!found.is_none());
}

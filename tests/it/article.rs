//! The article's rules against what the article says, written down here once more by hand, for
//! every profile: all facts known, and each of them unknown in turn and together.

use std::collections::BTreeSet;
use std::fs;

use ensue::Policy;
use ensue::semantics::Settled;

const RESIDENCES: [&str; 6] = ["crimea", "donetsk", "luhansk", "zaporizhzhia", "kherson", "elsewhere"];

/// Whether each consequence follows, in the order of the list below.
fn follows([ukrainian, residence, occupied, passport, owns]: [usize; 5]) -> [bool; 6] {
    let concerned = ukrainian == 1 && RESIDENCES[residence] != "elsewhere" && occupied == 1;
    let without = concerned && passport == 0;
    [without, without, without, without && owns == 1, without, concerned && passport == 1]
}

const CONSEQUENCES: [&str; 6] = [
    "no_social_services",
    "no_healthcare",
    "no_financial_services",
    "property_seizure",
    "foreign_national",
    "conscription_eligible",
];

const FACTS: [(&str, usize); 5] =
    [("ukrainian", 2), ("residence", 6), ("under_occupation", 2), ("russian_passport", 2), ("owns_property", 2)];

/// Every way of choosing below each of the counts.
fn all(counts: [usize; 5]) -> Vec<[usize; 5]> {
    let total: usize = counts.iter().product();
    let digits = |mut number: usize| {
        counts.map(|count| {
            let digit = number % count;
            number /= count;
            digit
        })
    };
    (0..total).map(digits).collect()
}

#[test]
fn every_profile_of_the_article() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/passports.ensue");
    let policy = Policy::load(root, |path| Ok(fs::read(path).map_err(|error| error.to_string())?.into()));
    let policy = policy.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let names: Vec<&str> = policy.consequences.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, CONSEQUENCES);
    let complete = all(FACTS.map(|(_, count)| count));
    // The count itself stands for a fact that is not known.
    let profiles = all(FACTS.map(|(_, count)| count + 1));
    assert_eq!((complete.len(), profiles.len()), (96, 567));
    for profile in profiles {
        let value = |(fact, value): (&(&str, usize), usize)| match (fact.0, value) {
            (name, value) if value == fact.1 => format!("\"{name}\": null"),
            ("residence", value) => format!("\"residence\": \"{}\"", RESIDENCES[value]),
            (name, value) => format!("\"{name}\": {}", value == 1),
        };
        let json = FACTS.iter().zip(profile).map(value).collect::<Vec<_>>().join(", ");
        let outcomes = policy.evaluate(&policy.profile(&format!("{{{json}}}")).unwrap()).unwrap();
        let fits = |case: &&[usize; 5]| {
            (0..FACTS.len()).all(|fact| profile[fact] == FACTS[fact].1 || profile[fact] == case[fact])
        };
        for (index, outcome) in outcomes.iter().enumerate() {
            let completions = complete.iter().filter(fits);
            let wanted: BTreeSet<Settled> =
                completions.map(|case| Settled::new(follows(*case)[index], false)).collect();
            let found: BTreeSet<Settled> = outcome.status.possible().iter().collect();
            assert_eq!(found, wanted, "{} for {json}", CONSEQUENCES[index]);
        }
    }
}

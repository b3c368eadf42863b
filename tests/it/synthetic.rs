//! Made-up tables: the same bytes everywhere, every cell met, every value one of its fact's.

use std::collections::{BTreeSet, HashMap};

use ensue::model::{Fact, FactType};
use ensue::population::coding::Coding;
use ensue::population::synthetic::{Share, Synthetic};
use ensue::{Engine, Policy, Profile, View};
use sha2::{Digest, Sha256};

use crate::cli::{names, run};

const ARTICLE: &str = "rules/passports.ensue";

/// Numbers with and without ends, with fractions and whole; dates that are counted and compared; lists.
const MIXED: &str = r#"
    policy mixed "Mixed" as of 2025-03-07
    source s "Somebody"
    claim k by s "Something."
    fact age "Age" : whole number from 0 to 120
    fact income "Income" : number
    fact share "A share" : number from 0 to 1
    fact debt "Debt" : whole number
    fact born "Born" : date
    fact moved "Moved" : date
    fact home "Home" : one of a, b, c, d
    fact alone "Never asked" : number
    consequence x "X" harm
    rule r "R" per k when (age >= 18 and age < 60) or age is 7 then x
    rule s2 "S" per k when (income > 12.5 and income <= 12.75) or share < 0.1 or debt < -3 then x
    rule t "T" per k when (years since born >= 18 and years since born < 27) or moved < 2014-03-18 then x
    rule u "U" per k when home is b or (home is d and born > 2024-12-31) then x
"#;

fn made(policy: &Policy, rows: u64, seed: u64, unknown: &str, weights: bool) -> String {
    let engine = Engine::new(policy, &View::default()).expect("it has a date");
    let mut bytes = Vec::new();
    let share = Share::parse(unknown).expect("a share");
    Synthetic::new(&engine, share, weights).write(rows, seed, &mut bytes).expect("memory can be written");
    String::from_utf8(bytes).expect("names and digits")
}

fn policy(text: &str) -> Policy {
    Policy::load("mixed.ensue", |_| Ok(text.to_owned().into())).expect("it is sound")
}

/// A row as profiles are read from JSON.
fn profile(policy: &Policy, line: &str) -> Profile {
    let known = policy.facts.iter().zip(line.split(',')).filter(|(_, cell)| !cell.is_empty());
    let entry = |(fact, cell): (&Fact, &str)| match fact.kind {
        FactType::YesNo => format!("\"{}\": {}", fact.name, cell == "yes"),
        FactType::Number { .. } => format!("\"{}\": {cell}", fact.name),
        FactType::OneOf(_) | FactType::Date => format!("\"{}\": \"{cell}\"", fact.name),
    };
    let entries: Vec<String> = known.map(entry).collect();
    policy.profile(&format!("{{{}}}", entries.join(","))).expect("values of the facts")
}

/// The hash comes from another program, in Python, written after the description in the module.
#[test]
fn the_bytes_are_pinned() {
    let arguments = ["new", "--population", "10000", "--seed", "7", "--unknown", "1/3", "--weights", ARTICLE];
    let (code, stdout, stderr) = run(&arguments, "");
    assert_eq!((code, stderr.as_str()), (0, ""));
    let begin = "ukrainian,residence,under_occupation,russian_passport,owns_property,weight\n\
                 no,crimea,no,no,no,3.24\nyes,donetsk,yes,yes,yes,0.85\nno,luhansk,no,no,no,3.45\n\
                 no,zaporizhzhia,no,,yes,1.67\n";
    assert!(stdout.starts_with(begin), "{}", &stdout[..begin.len()]);
    let hash: String = Sha256::digest(&stdout).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, "c82b75c4d0b46a65dc779d02b38884128841b8caebc6f9cd81603138b0d2208f");
    let other = run(&["new", "--population", "10000", "--seed", "8", "--unknown", "1/3", "--weights", ARTICLE], "").1;
    assert_ne!(stdout, other);
}

#[test]
fn every_cell_is_met_by_values_of_its_fact() {
    let policy = policy(MIXED);
    let engine = Engine::new(&policy, &View::default()).unwrap();
    let facts: Vec<_> = policy.fact_ids().collect();
    let coding = Coding::new(&engine, &facts, &facts);
    let most = coding.columns.iter().map(|column| column.count() - 1).max().unwrap();
    let text = made(&policy, most as u64, 3, "9/10", false);
    let mut met = vec![BTreeSet::new(); facts.len()];
    for line in text.lines().skip(1) {
        let profile = profile(&policy, line);
        for (column, met) in coding.columns.iter().zip(&mut met) {
            met.extend(profile.value(column.fact).map(|value| column.bin(&engine, value)));
        }
    }
    for (column, met) in coding.columns.iter().zip(met) {
        let wanted: BTreeSet<_> = (1..).take(column.count() - 1).collect();
        assert!(met.is_superset(&wanted), "{}", policy[column.fact].name);
    }
    // At the ends of cells, and between them.
    let text = made(&policy, 3_000, 3, "0", false);
    let ages: HashMap<&str, usize> = text.lines().skip(1).fold(HashMap::new(), |mut ages, line| {
        *ages.entry(line.split(',').next().unwrap()).or_default() += 1;
        ages
    });
    assert!(["0", "6", "7", "8", "17", "18", "40", "59", "60", "120"].iter().all(|age| ages.contains_key(age)));
}

#[test]
fn the_share_of_unknown_values_is_as_asked() {
    let policy = policy(MIXED);
    for (share, thousandths) in [("0", 0..1), ("1/3", 323..344), ("9/10", 890..911), ("1", 1000..1001)] {
        let text = made(&policy, 10_000, 1, share, true);
        let profiles: Vec<Profile> = text.lines().skip(1).map(|line| profile(&policy, line)).collect();
        for fact in policy.fact_ids() {
            let unknown = profiles.iter().filter(|profile| profile.value(fact).is_none()).count();
            assert!(thousandths.contains(&(unknown / 10)), "{share} {unknown}");
        }
    }
}

#[test]
fn it_is_counted_by_tally() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("table.csv");
    let path = table.to_str().unwrap();
    assert_eq!(run(&["new", "--population", "5000", "--out", path, ARTICLE], ""), (0, String::new(), String::new()));
    let (code, stdout, stderr) = run(&["tally", "-q", "--format", "json", ARTICLE, path], "");
    assert_eq!((code, stderr.as_str()), (0, ""));
    let tally: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&tally["rows"], &tally["rejected"]), (&5000.into(), &0.into()));
    // A file that is there stays.
    let (code, _, stderr) = run(&["new", "--population", "1", "--out", path, ARTICLE], "");
    assert!(code == 2 && stderr.contains("there is such a file already"), "{stderr}");
    assert_eq!(names(&folder), ["table.csv"]);
}

#[test]
fn one_column_with_nothing_in_it_is_a_row() {
    let one = "fact a \"A\" : yes or no\n";
    assert_eq!(made(&policy(one), 3, 1, "1", false), "a\n\"\"\n\"\"\n\"\"\n");
    assert_eq!(made(&policy(one), 0, 1, "1", false), "a\n");
}

#[test]
fn shares_are_fractions() {
    assert!(["0", "1", "1/3", "0/7", "7/7", "4294967295/4294967295"].iter().all(|text| Share::parse(text).is_some()));
    let wrong = ["", "2", "4/3", "0/0", "1/0", "-1/3", "+1/3", "1/-3", "0.3", "1/3/5", " 1/3", "4294967296/4294967296"];
    assert!(wrong.iter().all(|text| Share::parse(text).is_none()));
}

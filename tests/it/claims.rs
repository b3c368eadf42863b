//! `ensue claims`: origins against a second way to find them, and tables of hostile texts.

use std::collections::BTreeSet;

use ensue::analysis::traceability::Traceability;
use ensue::model::ClaimId;
use ensue::report::{Detail, Form};
use ensue::semantics::Origins;
use ensue::{Policy, report};
use proptest::prelude::*;

fn load(text: &str) -> Policy {
    Policy::load("claims.ensue", |_| Ok(text.into())).unwrap_or_else(|found| panic!("{found}\n{text}"))
}

fn trace(policy: &Policy) -> Traceability {
    Traceability::of(policy).unwrap_or_else(|report| panic!("{}", report.message))
}

/// One claim of a random policy.
#[derive(Clone, Debug)]
struct Said {
    by: usize,
    repeats: Vec<usize>,
    context: bool,
    encoded: bool,
}

const SOURCES: usize = 6;

fn all_said() -> impl Strategy<Value = Vec<Said>> {
    let said = |count: usize| {
        let repeats = prop::collection::vec(0..count, 0..3);
        (0..SOURCES, repeats, prop::bool::weighted(0.2), prop::bool::weighted(0.3))
            .prop_map(|(by, repeats, context, encoded)| Said { by, repeats, context, encoded })
    };
    (1..12_usize).prop_flat_map(move |count| prop::collection::vec(said(count), count))
}

fn text(all: &[Said]) -> String {
    let mut text = "fact f \"F\" : yes or no consequence c \"C\"\n".to_owned();
    (0..SOURCES).for_each(|source| text += &format!("source s{source} \"Source {source}\"\n"));
    for (index, said) in all.iter().enumerate() {
        let context = if said.context { " context" } else { "" };
        let repeats: String = said.repeats.iter().map(|other| format!(" repeats k{other}")).collect();
        text += &format!("claim k{index} by s{}{context}{repeats} \"Reported\"\n", said.by);
        if said.encoded {
            text += &format!("rule r{index} \"R\" per k{index} when f then c\n");
        }
    }
    text
}

/// Which of `count` things are joined, in any number of steps, by what joins two of them.
fn closure(count: usize, joined: impl Fn(usize, usize) -> bool) -> Vec<Vec<bool>> {
    let row = |a: usize| (0..count).map(|b| a == b || joined(a, b) || joined(b, a)).collect();
    let mut reached: Vec<Vec<bool>> = (0..count).map(row).collect();
    for through in 0..count {
        for a in 0..count {
            for b in 0..count {
                reached[a][b] |= reached[a][through] && reached[through][b];
            }
        }
    }
    reached
}

/// The origins of the claims in `counted`, found from the words of the language reference.
fn origins(all: &[Said], counted: &[usize]) -> BTreeSet<BTreeSet<usize>> {
    let statement = closure(all.len(), |a, b| all[a].repeats.contains(&b));
    // A claim comes from its source, and from those that first made its statement.
    let sources = |claim: usize| -> BTreeSet<usize> {
        let same = || (0..all.len()).filter(|other| statement[claim][*other]);
        let first: Vec<usize> = same().filter(|other| all[*other].repeats.is_empty()).collect();
        let first = if first.is_empty() { same().collect() } else { first };
        first.into_iter().map(|other| all[other].by).chain([all[claim].by]).collect()
    };
    let joined = closure(counted.len(), |a, b| {
        let (a, b) = (counted[a], counted[b]);
        statement[a][b] || !sources(a).is_disjoint(&sources(b))
    });
    joined
        .iter()
        .map(|row| counted.iter().zip(row).filter(|(_, same)| **same).map(|(claim, _)| *claim).collect())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn origins_are_those_of_the_reference(all in all_said(), kept in prop::collection::vec(any::<bool>(), 12)) {
        let policy = load(&text(&all));
        let found = trace(&policy);
        let every: Vec<usize> = (0..all.len()).collect();
        let expected = origins(&all, &every);
        let group = |claims: &[ClaimId]| claims.iter().map(|claim| claim.index()).collect::<BTreeSet<usize>>();
        prop_assert_eq!(found.origins.iter().map(|origin| group(&origin.claims)).collect::<BTreeSet<_>>(), expected);
        // Numbered in the order of their first claims, and each claim has the number of its own.
        let firsts: Vec<ClaimId> = found.origins.iter().map(|origin| origin.claims[0]).collect();
        prop_assert!(firsts.is_sorted());
        for trace in &found.claims {
            prop_assert!(found.origins[trace.origin].claims.contains(&trace.claim));
        }
        // Of some of the claims as many are counted as there are groups.
        let some: Vec<usize> = every.into_iter().filter(|index| kept[*index]).collect();
        let expected = origins(&all, &some);
        let joined = Origins::of(&policy);
        let claims = || some.iter().rev().map(|index| ClaimId::new(*index));
        prop_assert_eq!(joined.count(claims()), expected.len());
        prop_assert_eq!(joined.groups(claims()).iter().map(|claims| group(claims)).collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn what_is_not_encoded_is_told_apart(all in all_said()) {
        let found = trace(&load(&text(&all)));
        let statement = closure(all.len(), |a, b| all[a].repeats.contains(&b));
        for (index, said) in all.iter().enumerate() {
            let trace = &found.claims[index];
            prop_assert_eq!(trace.rules.len(), usize::from(said.encoded));
            let through = (0..all.len()).find(|other| !said.encoded && statement[index][*other] && all[*other].encoded);
            prop_assert_eq!(trace.through.map(ClaimId::index), through);
        }
        let missing = (0..all.len()).filter(|index| !all[*index].encoded && !all[*index].context);
        prop_assert_eq!(found.unencoded, missing.map(ClaimId::new).collect::<Vec<_>>());
    }
}

/// Texts that break out of a table, or that spreadsheets take for formulas, and what is shown.
const HOSTILE: [(&str, &str); 12] = [
    (r#"He said \"no\", and left; then | came back"#, "He said \"no\", and left; then | came back"),
    ("over\n      several\r\n  lines, 'so'", "over several lines, 'so'"),
    ("=HYPERLINK(\\\"x\\\")", "'=HYPERLINK(\"x\")"),
    ("+1", "'+1"),
    ("-1", "'-1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1+1", "'=1+1"),
    ("\n=1+1", "'=1+1"),
    ("'=1+1", "'=1+1"),
    ("no = formula", "no = formula"),
    ("Без паспорта нет врача, 護照, 🛂, لا", "Без паспорта нет врача, 護照, 🛂, لا"),
    ("\u{1b}[2J bell \u{7}", "\\u{1b}[2J bell \\u{7}"),
];

fn hostile() -> Policy {
    let mut text = "fact f \"F\" : yes or no consequence c \"C\" consequence d \"D\"\n".to_owned();
    for (index, (hostile, _)) in HOSTILE.iter().enumerate() {
        text += &format!(
            "source s{index} \"{hostile}\" published 2025-03-0{} quoted in s0 claim k{index} by s{index} \"{hostile}\"\n\
             rule r{index} \"{hostile}\" per k{index} when f then not c, d\n",
            1 + index % 9
        );
    }
    load(&(text + "scenario \"So\" given f yes expect ruled out c\nscenario \"Not so\" given f yes expect follows d"))
}

#[test]
fn a_csv_of_hostile_texts_is_read_back() {
    let policy = hostile();
    let text = report::traceability_csv(&policy, &trace(&policy));
    assert!(!text.contains('\r') && text.ends_with('\n'));
    assert_eq!(text.lines().count(), 1 + HOSTILE.len(), "a row is a line");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads = "claim,statement,source,source_label,published,quoted_in,context,origin,rule,rule_label,denies,\
                 consequences,scenarios,passing";
    assert_eq!(reader.headers().unwrap(), heads.split(',').collect::<Vec<_>>());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a sound row")).collect();
    assert_eq!(rows.len(), HOSTILE.len());
    for (index, (row, (_, shown))) in rows.iter().zip(HOSTILE).enumerate() {
        let [claim, source, rule] = ["k", "s", "r"].map(|letter| format!("{letter}{index}"));
        let published = format!("2025-03-0{}", 1 + index % 9);
        let quoted_in = if index == 0 { "" } else { "s0" };
        let origin = (index + 1).to_string();
        let wanted = [
            &claim, shown, &source, shown, &published, quoted_in, "no", &origin, &rule, shown, "yes", "c, d", "2", "1",
        ];
        assert_eq!(row, &wanted[..]);
    }
}

/// Each row is one line with as many cells as the head has, whatever the texts hold.
#[test]
fn a_markdown_table_of_hostile_texts_keeps_its_columns() {
    let policy = hostile();
    let page = report::traceability(&policy, &trace(&policy), Detail::Full, Form::Markdown);
    let bars = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 2 + HOSTILE.len());
    for row in rows {
        assert_eq!(bars(row), 7, "{row}");
    }
    assert!(page.chars().all(|c| c == '\n' || !c.is_control()));
}

#[test]
fn claims_without_rules_have_a_row_each() {
    let policy = load("source s \"S\" claim a by s context \"A\" claim b by s \"B\"");
    let rows = "a,A,s,S,,,yes,1,,,,,0,0\nb,B,s,S,,,no,1,,,,,0,0\n";
    let text = report::traceability_csv(&policy, &trace(&policy));
    assert_eq!(text.split_once('\n').map(|(_, rows)| rows), Some(rows));
    let none = load("fact f \"F\" : yes or no");
    assert_eq!(report::traceability_csv(&none, &trace(&none)).lines().count(), 1, "the head alone");
}

/// A rule of very many terms over many unknown facts: what is not found out is said.
#[test]
fn what_is_not_searched_is_said() {
    const FACTS: u32 = 60;
    // A sequence that only has to be irregular.
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % FACTS
    };
    let terms: Vec<String> = (0..200).map(|_| format!("(f{} and not f{} and f{})", next(), next(), next())).collect();
    let facts: String = (0..FACTS).map(|fact| format!("fact f{fact} \"F\" : yes or no\n")).collect();
    let policy = load(&format!(
        "{facts} source s \"S\" claim k by s \"Reported\" consequence c \"C\"\n\
         rule r \"R\" per k when {} then c scenario \"Nothing is known\" expect undetermined c",
        terms.join(" or ")
    ));
    let found = trace(&policy);
    assert_eq!((&found.rules[0].scenarios[..], &found.rules[0].unsearched[..]), (&[][..], &[0][..]));
    let page = report::traceability(&policy, &found, Detail::Usual, Form::Markdown);
    assert!(page.contains("Not searched further: 1 time"), "{page}");
}

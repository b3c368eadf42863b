//! `ensue claims`: tables of hostile texts, and what a page says.

use ensue::report::{Detail, Form};
use ensue::{Policy, report};

use crate::lints::load;
use crate::traceability::trace;

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

//! What documents show is what happens.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use ensue::diagnostic::Code;
use ensue::lint::{self, Chosen, LINTS};
use ensue::syntax::token::KEYWORDS;
use ensue::{Limit, Limits, Policy, report, scenarios, syntax};

use crate::examples::{Block, blocks, bytes, mistakes};

/// The codes found in the blocks below `heading`: rule files, the first one the root, and at
/// most one profile.
fn found(blocks: &[&Block]) -> BTreeSet<Code> {
    let name = |block: &Block| block.info.split_whitespace().nth(1).unwrap_or("example.ensue").to_owned();
    let rules = blocks.iter().filter(|block| block.info.starts_with("ensue"));
    let files: Vec<(String, Vec<u8>)> =
        rules.map(|block| (name(block), bytes(block.text.trim_end_matches('\n')))).collect();
    let profile = blocks.iter().find(|block| block.info == "json").map(|block| block.text.as_str());
    mistakes(&files, profile).map(|found| found.list.iter().map(|it| it.code).collect()).unwrap_or_default()
}

/// What is found in an example for the page of a warning, which has no mistakes: by all lints
/// that are looked for by default, and by this one.
fn weaknesses(blocks: &[&Block], code: Code) -> BTreeSet<Code> {
    assert_eq!(found(blocks), BTreeSet::new(), "an example of `{code}` has no mistakes");
    let text = blocks[0].text.clone();
    let policy = Policy::load("example.ensue", |_| Ok(text.clone().into())).expect("it has no mistakes");
    let chosen = lint::find(code.name()).map_or(Chosen::default(), |lint| Chosen::default().and(lint));
    lint::findings(&policy, &chosen).iter().map(|finding| finding.code).collect()
}

/// The page of what is too large shows nothing that is: the limits are made small instead.
fn not_decided(blocks: &[&Block]) -> BTreeSet<Code> {
    let text = blocks[0].text.clone();
    let policy = Policy::load("example.ensue", |_| Ok(text.clone().into())).expect("it has no mistakes");
    let limits = Limits::default().with(Limit::QuestionSteps, 0).with(Limit::CheckSteps, 0);
    lint::findings_within(&policy, &Chosen::default(), limits).iter().map(|finding| finding.code).collect()
}

/// The same for a policy that is too large: one of a single rule.
fn too_large(blocks: &[&Block]) -> BTreeSet<Code> {
    let text = blocks[0].text.clone();
    let limits = Limits::default().with(Limit::Rules, 1);
    let policy = Policy::load_within("example.ensue", limits, |_| Ok(text.clone().into()));
    policy.err().map(|found| found.list.iter().map(|it| it.code).collect()).unwrap_or_default()
}

/// Codes of warnings read as words, those of mistakes have hyphens.
fn is_warning(code: Code) -> bool {
    code >= Code::NeverApplies
}

#[test]
fn each_code_has_a_page_whose_wrong_example_gives_it_and_whose_right_one_gives_none() {
    for &code in Code::ALL {
        let page = code.page();
        assert!(page.starts_with(&format!("# {code}\n\n")), "the page of `{code}` begins with its name");
        let (wrong, right) = page.split_once("\nRight:\n").unwrap_or_else(|| panic!("`{code}` shows no right way"));
        let (wrong, right) = (blocks(wrong), blocks(right));
        assert!(!wrong.is_empty() && !right.is_empty(), "the page of `{code}` has examples");
        let (wrong, right): (Vec<&Block>, Vec<&Block>) = (wrong.iter().collect(), right.iter().collect());
        let (wrong, right) = match code {
            Code::NotDecided => (not_decided(&wrong), weaknesses(&right, code)),
            Code::PolicyTooLarge => (too_large(&wrong), too_large(&right)),
            _ if is_warning(code) => (weaknesses(&wrong, code), weaknesses(&right, code)),
            _ => (found(&wrong), found(&right)),
        };
        assert_eq!(wrong, BTreeSet::from([code]), "the wrong example of `{code}`");
        assert_eq!(right, BTreeSet::new(), "the right example of `{code}`");
    }
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rules that a document's blocks make, put below one another.
fn rules(document: &str) -> String {
    let blocks = blocks(&read(document));
    let texts: Vec<&str> =
        blocks.iter().filter(|block| block.info == "ensue").map(|block| block.text.as_str()).collect();
    assert!(!texts.is_empty(), "{document} shows rules");
    texts.join("\n")
}

/// The rules have no mistake, stand in the usual layout, and their scenarios pass.
#[track_caller]
fn check_rules(document: &str) -> Policy {
    let text = rules(document);
    let policy = Policy::load(document, |_| Ok(text.clone().into())).unwrap_or_else(|found| panic!("{found}"));
    let formatted = syntax::format(ensue::text::FileId::default(), &text, &Limits::default()).expect("it was read");
    assert_eq!(formatted, text, "the layout of {document}");
    let verdicts = scenarios::verdicts(&policy).unwrap_or_else(|report| panic!("{}", report.message));
    assert!(!verdicts.is_empty(), "{document} shows scenarios");
    for verdict in verdicts {
        assert!(verdict.surprises.is_empty(), "{}", report::scenario(&policy, &verdict));
    }
    let findings = lint::findings(&policy, &Chosen::default());
    assert!(findings.is_empty(), "{}", report::diagnostic(&policy.files, &findings[0]));
    policy
}

#[test]
fn the_reference_lists_every_limit() {
    let text = read("docs/language.md");
    let row = |limit: Limit| {
        let digits = limit.default().to_string();
        let parts: Vec<&str> =
            digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).unwrap()).collect();
        format!("| `{}` | {} | ", limit.name(), parts.join(","))
    };
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `") && line.contains("` | ")).collect();
    let listed: Vec<&&str> =
        rows.iter().filter(|line| Limit::ALL.iter().any(|it| line.starts_with(&row(*it)))).collect();
    let wanted: Vec<String> = Limit::ALL.map(row).to_vec();
    assert_eq!(listed.len(), wanted.len(), "{wanted:#?}");
    assert!(listed.iter().zip(&wanted).all(|(line, row)| line.starts_with(row)), "in their order");
}

#[test]
fn language_reference() {
    let policy = check_rules("docs/language.md");
    let blocks = blocks(&read("docs/language.md"));
    let of = |info: &str| blocks.iter().filter(|block| block.info.starts_with(info)).collect::<Vec<&Block>>();
    for profile in of("json") {
        policy.profile(&profile.text).unwrap_or_else(|found| panic!("{found}"));
    }
    for wrong in of("ensue wrong ") {
        let code = wrong.info.rsplit(' ').next().and_then(Code::find).expect("a code");
        let renamed = Block { info: "ensue".to_owned(), text: wrong.text.clone() };
        assert_eq!(found(&[&renamed]), BTreeSet::from([code]));
    }
    let reserved: Vec<&str> = of("text")[0].text.split_whitespace().collect();
    assert_eq!(reserved, KEYWORDS);
    assert_eq!(of("json").len() + of("ensue wrong ").len() + of("text").len(), 3, "nothing else is shown");
}

/// The productions of the reference, and those that stand above the functions that read them.
#[test]
fn grammar_is_the_one_that_is_read() {
    let reference =
        blocks(&read("docs/language.md")).into_iter().find(|block| block.info == "ebnf").expect("a grammar");
    let mut reference = productions(reference.text.lines());
    let source = read("src/syntax/grammar.rs") + &read("src/syntax/input.rs");
    let comments = source.lines().filter_map(|line| line.strip_prefix("// "));
    let read = productions(comments);
    // No function reads these: the loop over declarations does, and the splitting into tokens.
    for elsewhere in ["file", "comment"] {
        assert!(reference.remove(elsewhere).is_some(), "`{elsewhere}` is in the reference");
    }
    assert_eq!(reference, read);
}

/// `name = … ;` over one line or several, by name, with single spaces.
fn productions<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let text: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let mut productions = BTreeMap::new();
    for production in text.join(" ").split(" ;") {
        if let Some((name, body)) = production.split_once(" = ") {
            let name = name.rsplit(' ').next().unwrap_or_default();
            productions.insert(name.to_owned(), body.trim().to_owned());
        }
    }
    productions
}

#[test]
fn tutorial() {
    check_rules("docs/tutorial.md");
    assert_eq!(
        rules("docs/tutorial.md"),
        read("docs/tutorial.ensue"),
        "the file beside the tutorial is what it writes"
    );
}

/// The tutorial checks the file as far as it is written there: up to the scenarios.
#[test]
fn tutorial_begun() {
    let (whole, begun) = (read("docs/tutorial.ensue"), read("docs/tutorial-begun.ensue"));
    let rest = whole.strip_prefix(&begun).expect("it is the first part");
    assert!(rest.starts_with("\nscenario ") && !begun.contains("\nscenario "));
}

/// The table of weaknesses has each lint, with what it means and whether it is looked for.
#[test]
fn every_lint_is_in_the_table() {
    let document = read("docs/command-line.md");
    let rows = document.lines().skip_while(|line| !line.starts_with("| finding |")).skip(2);
    let rows: Vec<&str> = rows.take_while(|line| line.starts_with('|')).collect();
    let expected: Vec<String> = LINTS
        .iter()
        .map(|lint| {
            let looked_for = if lint.by_default { "always" } else { "`--select`" };
            format!("| `{}` | {} | {looked_for} |", lint.code, lint.code.summary())
        })
        .collect();
    assert_eq!(rows, expected);
}

/// The README's first command, run by the program itself, and the output below it.
#[test]
fn readme() {
    let blocks = blocks(&read("README.md"));
    let command = blocks[0].text.trim().strip_prefix("cargo run --release -- ").expect("the command runs the program");
    let output = Command::new(env!("CARGO_BIN_EXE_ensue"))
        .args(command.split(' '))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program runs");
    assert!(output.status.success() && output.stderr.is_empty());
    assert_eq!(String::from_utf8_lossy(&output.stdout), blocks[1].text);
    assert_eq!(blocks[2].text, "cargo test\n");
    assert!(read(".ci/run").contains("\nstep tests offline cargo test\n"), "all checks run the README's test command");
}

#[test]
fn commands() {
    trycmd::TestCases::new().case("docs/*.md");
}

/// Each crate that a manifest names has a row with its reason.
#[test]
fn each_dependency_has_its_reason() {
    let page = read("docs/dependencies.md");
    let (used, _) = page.split_once("## Looked at, and not used").expect("what is not used comes last");
    let rows = used.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let reasoned: BTreeSet<&str> = rows.flat_map(|(names, _)| names.split([',', ' '])).collect();
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml", "web/engine/Cargo.toml"] {
        let text = read(manifest);
        let sections = text.split("\n[").filter(|section| section.lines().next().unwrap().ends_with("dependencies]"));
        let names = sections.flat_map(|section| section.lines().skip(1)).filter_map(|line| line.split_once(" = "));
        let names: Vec<&str> = names.map(|(name, _)| name).collect();
        assert!(!names.is_empty(), "{manifest} has dependencies");
        for name in names {
            assert!(name == "ensue" || reasoned.contains(name), "{manifest}: no reason is given for `{name}`");
        }
    }
}

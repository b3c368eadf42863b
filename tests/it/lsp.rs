//! The editor's server, as an editor speaks to it: the real program, over its standard streams.

mod editor;
mod protocol;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use editor::{Editor, applied, at, range, uri};

const REPORT: &str = "\
source gazette \"The *Gazette*\"
  published 2025-03-01

source monitor \"The Monitor\"
  quoted in gazette

claim cards by monitor \"Clinics want a card.\"
";

const CLINICS: &str = "\
policy clinics \"Clinics in an invented country\"
  as of 2025-03-07

import \"../seeds/report.ensue\"

# Who is meant,
# and where.
fact card \"Holds a card\" : yes or no
  ask \"Does the person hold a card?\"

fact district \"Where the person lives\" : one of
    north \"North\",
    south \"South\",
    abroad

fact birth_date \"Born\" : date

define covered \"Lives in the country\"
  as district is not abroad

consequence no_clinic \"Is not treated\" harm

rule clinics_rule \"Clinics want a card\"
  per cards
  assumes \"All clinics are meant.\"
  when covered and not card
  then no_clinic

choice registering \"What about the card?\"
  option take \"Take one\" sets card yes

scenario \"Without a card\"
  given district north, card no
  expect follows no_clinic

scenario \"Abroad, and wrong\"
  given district abroad, card no
  expect follows no_clinic
";

const SCHOOL: &str = "\
import \"../seeds/report.ensue\"

fact pupil \"Is a pupil\" : yes or no

consequence no_school \"Is not taught\"

rule school \"Schools want a card too\"
  per cards
  when pupil
  then no_school
";

/// A folder with the three files, and their addresses.
struct Project {
    folder: TempDir,
    report: String,
    clinics: String,
    school: String,
}

impl Project {
    fn new() -> Project {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let root = folder.path().canonicalize().expect("it is there");
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            uri(&path)
        };
        let report = write("seeds/report.ensue", REPORT);
        let clinics = write("rules/clinics.ensue", CLINICS);
        let school = write("rules/school.ensue", SCHOOL);
        Project { folder, report, clinics, school }
    }

    fn start(&self, capabilities: Value) -> Editor {
        Editor::start(Some(&self.folder.path().canonicalize().unwrap()), capabilities)
    }

    /// A server with the file of clinics open, in which nothing is wrong.
    fn clinics(&self, capabilities: Value) -> Editor {
        let mut editor = self.start(capabilities);
        editor.open(&self.clinics, CLINICS);
        assert_eq!(editor.findings(&self.clinics, 1), [] as [Value; 0]);
        editor
    }
}

#[test]
fn mistakes_are_shown_with_advice_and_a_fix_that_mends_them() {
    let project = Project::new();
    let mut editor = project.start(json!({}));
    let text = CLINICS.replace("not card", "not crad");
    editor.open(&project.clinics, &text);
    let found = editor.findings(&project.clinics, 1);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["range"], range(&text, "crad", 0));
    assert_eq!((&found[0]["code"], &found[0]["severity"]), (&json!("unknown-name"), &json!(1)));
    assert_eq!(
        found[0]["message"],
        "unknown fact, definition or consequence `crad`\n\
         no fact, definition or consequence has this name\nhelp: did you mean `card`?"
    );
    let context = json!({"diagnostics": found});
    let params = |range: Value| json!({"textDocument": {"uri": project.clinics}, "range": range, "context": context});
    let actions = editor.ask("textDocument/codeAction", params(range(&text, "crad", 0))).unwrap();
    assert_eq!(actions.as_array().unwrap().len(), 1);
    assert_eq!(actions[0]["title"], "Replace `crad` with `card`");
    assert_eq!(actions[0]["kind"], "quickfix");
    assert_eq!(applied(&text, &actions[0]["edit"]["changes"][&project.clinics]), CLINICS);
    let elsewhere = editor.ask("textDocument/codeAction", params(range(&text, "district", 0))).unwrap();
    assert_eq!(elsewhere, json!([]));
    editor.end();
}

/// A weakness is a warning; what mends it for certain and the scenario that shows it are changes
/// to the file.
#[test]
fn weaknesses_come_with_what_mends_and_what_shows_them() {
    let project = Project::new();
    let text = CLINICS.replace("when covered and not card", "when covered and not card and (card or not card)");
    // Not what the first profile that shows something would be.
    let text = text.replacen("given district north, card no", "given district south, card no", 1);
    let again = "\nscenario \"Again\"\n  given card no, district south\n  expect follows no_clinic\n";
    let text = text + again;
    let mut editor = project.start(json!({}));
    editor.open(&project.clinics, &text);
    let found = editor.all_findings(&project.clinics, 1);
    let (unused, always, twice) = (&found[0], &found[1], &found[2]);
    assert_eq!((&unused["code"], &unused["severity"]), (&json!("unused_fact"), &json!(2)));
    assert_eq!((&unused["range"], &unused["tags"]), (&range(&text, "birth_date", 0), &json!([1])));
    assert_eq!((&always["code"], &always["severity"]), (&json!("always_holds"), &json!(2)));
    assert_eq!(always["range"], range(&text, "card or not card", 0));
    assert_eq!(twice["code"], "duplicate_scenario");
    let context = json!({"diagnostics": found});
    let params = |range: &Value| json!({"textDocument": {"uri": project.clinics}, "range": range, "context": context});
    let mut actions = |range: &Value| {
        let actions = editor.ask("textDocument/codeAction", params(range)).unwrap();
        let actions: Vec<Value> = actions.as_array().unwrap().clone();
        let one = |it: &Value| {
            let edited = applied(&text, &it["edit"]["changes"][&project.clinics]);
            (it["title"].as_str().unwrap().to_owned(), it["isPreferred"] == true, edited)
        };
        actions.iter().map(one).collect::<Vec<_>>()
    };
    let [(title, preferred, without)] = &actions(&twice["range"])[..] else { panic!("one change mends it") };
    assert!(title.starts_with("Remove `scenario \"Again\"") && *preferred, "{title}");
    assert_eq!(*without, text.strip_suffix(again).unwrap().to_owned() + "\n");
    let with = actions(&always["range"]);
    assert_eq!(with.len(), 1);
    let (title, preferred, with) = &with[0];
    assert_eq!((&**title, *preferred), ("Add a scenario that shows it", false));
    let added = with.strip_prefix(&text).expect("it stands at the end");
    assert!(added.starts_with("\nscenario \"always_holds: clinics_rule\"\n  given "), "{added}");
    // It passes: nothing is said of it but what was said before.
    editor.change(&project.clinics, 2, json!([{"text": with}]));
    assert_eq!(editor.all_findings(&project.clinics, 2).len(), found.len());
    editor.end();
}

/// An editor that paints words by itself is told of names alone.
#[test]
fn only_names_are_told_where_the_editor_paints_words() {
    let project = Project::new();
    let count = |capabilities: Value| {
        let mut editor = project.clinics(capabilities);
        let params = json!({"textDocument": {"uri": project.clinics}});
        let tokens = editor.ask("textDocument/semanticTokens/full", params).unwrap();
        editor.end();
        tokens["data"].as_array().unwrap().len() / 5
    };
    let all = count(json!({}));
    let asked =
        json!({"requests": {}, "tokenTypes": [], "tokenModifiers": [], "formats": [], "augmentsSyntaxTokens": true});
    let names = count(json!({"textDocument": {"semanticTokens": asked}}));
    assert!(0 < names && names < all, "{names} of {all}");
}

#[test]
fn a_second_place_is_related_information() {
    let project = Project::new();
    let mut editor = project.start(json!({}));
    let text = format!("{CLINICS}\nclaim cards by monitor \"Again.\"\n");
    editor.open(&project.clinics, &text);
    let found = editor.findings(&project.clinics, 1);
    assert_eq!(found[0]["code"], "duplicate-name");
    assert_eq!(found[0]["range"], range(&text, "cards", 1));
    let first = &found[0]["relatedInformation"][0]["location"];
    assert_eq!(first["uri"], project.report);
    assert_eq!(first["range"], range(REPORT, "cards", 0));
    editor.end();
}

#[test]
fn hover_tells_label_type_and_who_reported_it() {
    let project = Project::new();
    let mut editor = project.clinics(json!({}));
    let mut hover = |needle: &str, nth: usize| -> String {
        let shown = editor.ask_at("hover", &project.clinics, &at(CLINICS, needle, nth)).unwrap();
        if shown.is_null() {
            return String::new();
        }
        assert_eq!(shown["range"], range(CLINICS, needle, nth));
        shown["contents"]["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(hover("card", 1), "", "the text of a comment or label is no name");
    assert_eq!(hover("card", 5), "**fact** `card`: Holds a card\n\nyes or no\n\nasked: Does the person hold a card?");
    assert_eq!(hover("south", 0), "**value** `south`: South\n\nvalue of the fact `district`: Where the person lives");
    assert_eq!(
        hover("covered", 1),
        "**definition** `covered`: Lives in the country\n\nholds when `district is not abroad`"
    );
    assert_eq!(
        hover("cards", 0),
        "**claim** `cards`: Clinics want a card.\n\nreported by The Monitor, quoted in The \\*Gazette\\* (2025-03-01)"
    );
    assert_eq!(
        hover("no_clinic", 0),
        "**consequence** `no_clinic`: Is not treated\n\nreported as a harm\n\n\
         - concluded by `clinics_rule`, according to The Monitor, quoted in The \\*Gazette\\* (2025-03-01)"
    );
    let rule = hover("clinics_rule", 0);
    assert!(rule.contains("concludes `no_clinic`, when `covered and not card`"), "{rule}");
    assert!(rule.contains("per `cards`: Clinics want a card.\n\nreported by The Monitor"), "{rule}");
    assert!(rule.contains("assumes: All clinics are meant."), "{rule}");
    assert!(hover("take", 0).contains("sets `card yes`"));
    assert_eq!(hover("when", 0), "", "of a word of the language nothing is said");
    editor.end();
}

#[test]
fn definitions_and_references_are_found_across_files() {
    let project = Project::new();
    let mut editor = project.clinics(json!({}));
    let location =
        |uri: &str, text: &str, needle: &str, nth: usize| json!({"uri": uri, "range": range(text, needle, nth)});
    let in_clinics = |needle: &str, nth| location(&project.clinics, CLINICS, needle, nth);
    let claim = location(&project.report, REPORT, "cards", 0);
    let found = editor.ask_at("definition", &project.clinics, &at(CLINICS, "cards", 0)).unwrap();
    assert_eq!(found, json!([claim]));
    let import = editor.ask_at("definition", &project.clinics, &at(CLINICS, "seeds", 0)).unwrap();
    assert_eq!(import["uri"], project.report);
    let mut references = |needle: &str, nth: usize, declarations: bool| {
        let context = json!({"includeDeclaration": declarations});
        let params =
            json!({"textDocument": {"uri": project.clinics}, "position": at(CLINICS, needle, nth), "context": context});
        editor.ask("textDocument/references", params).unwrap()
    };
    // The claim is used in both files that import it; one of them is not open.
    let school = location(&project.school, SCHOOL, "cards", 0);
    assert_eq!(references("cards", 0, false), json!([in_clinics("cards", 0), school]));
    assert_eq!(references("cards", 0, true), json!([in_clinics("cards", 0), school, claim]));
    // A value belongs to its fact.
    assert_eq!(
        references("abroad", 0, true),
        json!([in_clinics("abroad", 0), in_clinics("abroad", 1), in_clinics("abroad", 2)])
    );
    editor.end();
}

#[test]
fn highlights_are_the_same_name_in_the_file() {
    let project = Project::new();
    let mut editor = project.clinics(json!({}));
    let found = editor.ask_at("documentHighlight", &project.clinics, &at(CLINICS, "covered", 1)).unwrap();
    assert_eq!(found, json!([{"range": range(CLINICS, "covered", 0)}, {"range": range(CLINICS, "covered", 1)}]));
    editor.end();
}

#[test]
fn renaming_changes_every_file_in_which_the_name_means_the_same() {
    let project = Project::new();
    let capabilities = json!({"workspace": {"workspaceEdit": {"documentChanges": true}}});
    let mut editor = project.clinics(capabilities);
    let ready = editor.ask_at("prepareRename", &project.clinics, &at(CLINICS, "cards", 0)).unwrap();
    assert_eq!(ready, json!({"range": range(CLINICS, "cards", 0), "placeholder": "cards"}));
    let params = json!({"textDocument": {"uri": project.clinics}, "position": at(CLINICS, "cards", 0), "newName": "cards_wanted"});
    let edit = editor.ask("textDocument/rename", params).unwrap();
    let changes: BTreeMap<String, &Value> = edit["documentChanges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["textDocument"]["uri"].as_str().unwrap().to_owned(), it))
        .collect();
    assert_eq!(changes.len(), 3);
    assert_eq!(changes[&project.clinics]["textDocument"]["version"], 1);
    assert_eq!(changes[&project.report]["textDocument"]["version"], Value::Null);
    for (uri, text) in [(&project.clinics, CLINICS), (&project.report, REPORT), (&project.school, SCHOOL)] {
        assert_eq!(applied(text, &changes[uri]["edits"]), text.replace("cards", "cards_wanted"));
    }
    editor.end();
}

#[test]
fn renaming_refuses_what_would_be_no_name_or_another_one() {
    let project = Project::new();
    let mut editor = project.clinics(json!({}));
    let mut rename = |needle: &str, nth: usize, new: &str| {
        let params =
            json!({"textDocument": {"uri": project.clinics}, "position": at(CLINICS, needle, nth), "newName": new});
        editor.ask("textDocument/rename", params)
    };
    let mut refused = |needle: &str, nth: usize, new: &str, why: &str| {
        let error = rename(needle, nth, new).unwrap_err();
        assert!(error["message"].as_str().unwrap().contains(why), "{error}");
    };
    refused("covered", 0, "when", "`when` is a word of the language");
    refused("covered", 0, "Covered", "a name begins with");
    refused("covered", 0, "", "a name begins with");
    refused("covered", 0, "no_clinic", "there is already a fact, definition or consequence `no_clinic`");
    refused("south", 0, "abroad", "there is already a value of `district` `abroad`");
    refused("when", 0, "anything", "no name stands here");
    // Other spaces have names of their own.
    assert!(rename("covered", 0, "clinics_rule").is_ok());
    let edit = rename("south", 0, "covered").unwrap();
    assert_eq!(applied(CLINICS, &edit["changes"][&project.clinics]), CLINICS.replace("south \"", "covered \""));
    editor.end();
}

/// Two policies that import one file share its names, and not those that each has for itself.
#[test]
fn renaming_leaves_other_policies_alone() {
    let project = Project::new();
    let root = project.folder.path().canonicalize().unwrap();
    let other = "import \"../seeds/report.ensue\"\nfact card \"Another card\" : yes or no\n";
    fs::write(root.join("rules/other.ensue"), other).unwrap();
    let mut editor = project.clinics(json!({}));
    let params =
        json!({"textDocument": {"uri": project.clinics}, "position": at(CLINICS, "card", 5), "newName": "permit"});
    let edit = editor.ask("textDocument/rename", params).unwrap();
    let changes = edit["changes"].as_object().unwrap();
    assert_eq!(changes.keys().collect::<Vec<_>>(), [&project.clinics]);
    let new = applied(CLINICS, &changes[&project.clinics]);
    assert_eq!(new.matches("permit").count(), 5, "declared once and used four times: {new}");
    editor.end();
}

#[test]
fn completion_offers_what_fits() {
    let project = Project::new();
    let mut editor = project.clinics(json!({}));
    let mut version = 1;
    let mut offered = |unfinished: &str| -> Vec<String> {
        let text = format!("{CLINICS}\n{unfinished}");
        version += 1;
        editor.change(&project.clinics, version, json!([{"text": text}]));
        let end = json!({"line": text.matches('\n').count(), "character": text.rsplit('\n').next().unwrap().encode_utf16().count()});
        let items = editor.ask_at("completion", &project.clinics, &end).unwrap();
        items.as_array().unwrap().iter().map(|it| it["label"].as_str().unwrap().to_owned()).collect()
    };
    let conditions =
        ["birth_date", "card", "covered", "district", "no_clinic", "not", "years since", "months since", "days since"];
    for before in ["when ", "when not ", "when card and ", "when (card or ", "when card unless ", "when ca"] {
        assert_eq!(offered(&format!("rule r \"R\" {before}")), conditions, "{before}");
    }
    assert_eq!(offered("define d \"D\" as "), conditions);
    assert_eq!(offered("rule r \"R\" when district is "), ["north", "south", "abroad", "one of", "not"]);
    assert_eq!(offered("rule r \"R\" when district is one of north, "), ["north", "south", "abroad"]);
    assert_eq!(offered("rule r \"R\" when years since "), ["birth_date"]);
    assert_eq!(offered("rule r \"R\" when birth_date is from 2000-01-01 "), ["to"]);
    assert_eq!(offered("rule r \"R\" per "), ["cards"]);
    assert_eq!(offered("rule r \"R\" when card then "), ["no_clinic", "not"]);
    assert_eq!(offered("rule r \"R\" when card then no_clinic overrides "), ["clinics_rule"]);
    assert_eq!(offered("scenario \"S\" given "), ["birth_date", "card", "district"]);
    assert_eq!(offered("scenario \"S\" given card "), ["yes", "no"]);
    assert_eq!(offered("scenario \"S\" given card yes, district "), ["north", "south", "abroad"]);
    assert_eq!(offered("choice c \"C\" option o \"O\" sets district "), ["north", "south", "abroad"]);
    assert_eq!(
        offered("scenario \"S\" expect "),
        ["follows", "does not follow", "only", "ruled out", "disputed", "undetermined"]
    );
    assert_eq!(offered("scenario \"S\" expect ruled out "), ["no_clinic"]);
    assert_eq!(offered("claim c by "), ["gazette", "monitor"]);
    assert_eq!(offered("source s \"S\" quoted in "), ["gazette", "monitor"]);
    assert_eq!(offered("claim c by monitor repeats "), ["cards"]);
    assert_eq!(offered("fact f \"F\" : "), ["yes or no", "one of", "date", "number", "whole number"]);
    // Parts in their order, and declarations at the start of a line.
    assert_eq!(offered("rule r \"R\" per cards "), ["per", "assumes", "in force", "when"]);
    assert_eq!(offered("rule r \"R\" when card "), ["is", "and", "or", "unless", "then"]);
    let openers = ["source", "claim", "fact", "consequence", "define", "rule", "choice", "scenario"];
    assert!(offered("").ends_with(&openers.map(str::to_owned)));
    // Where a name is made, and inside texts, comments and numbers, nothing can be offered.
    for silent in [
        "fact ",
        "fact a \"ca",
        "# ca",
        "rule r \"R\" when years since birth_date >= 1",
        "import \"",
        "source s \"S\" language ",
    ] {
        assert_eq!(offered(silent), [] as [&str; 0], "{silent}");
    }
    editor.end();
}

#[test]
fn completion_replaces_the_word_before_it() {
    let project = Project::new();
    let mut editor = project.start(json!({}));
    let text = format!("{CLINICS}scenario \"\u{1F600}\" given dis");
    editor.open(&project.clinics, &text);
    let start = at(&text, "dis", text.matches("dis").count() - 1);
    let end = json!({"line": start["line"], "character": start["character"].as_u64().unwrap() + 3});
    let items = editor.ask_at("completion", &project.clinics, &end).unwrap();
    let item = items.as_array().unwrap().iter().find(|it| it["label"] == "district").unwrap().clone();
    assert_eq!(item["textEdit"], json!({"range": {"start": start, "end": end}, "newText": "district"}));
    assert_eq!(item["detail"], "Where the person lives");
    // Asked by a space, the server says nothing of what may follow, only of what must.
    let params = json!({"textDocument": {"uri": project.clinics}, "position": at(&text, "\nfact district", 0),
        "context": {"triggerKind": 2, "triggerCharacter": " "}});
    assert_eq!(editor.ask("textDocument/completion", params), Ok(json!([])));
    editor.end();
}

#[test]
fn symbols_have_values_and_options_below_them() {
    let project = Project::new();
    let nested = json!({"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": true}}});
    let mut editor = project.clinics(nested);
    let symbols = editor.ask_of("documentSymbol", &project.clinics).unwrap();
    let line = |it: &Value| {
        let children: Vec<&str> =
            it["children"].as_array().into_iter().flatten().map(|it| it["name"].as_str().unwrap()).collect();
        format!("{} {}", it["name"].as_str().unwrap(), children.join(",")).trim().to_owned()
    };
    let lines: Vec<String> = symbols.as_array().unwrap().iter().map(line).collect();
    let expected = [
        "clinics",
        "card",
        "district north,south,abroad",
        "birth_date",
        "covered",
        "no_clinic",
        "clinics_rule",
        "registering take",
        "Without a card",
        "Abroad, and wrong",
    ];
    assert_eq!(lines, expected);
    assert_eq!(symbols[2]["selectionRange"], range(CLINICS, "district", 0));
    assert_eq!(symbols[2]["detail"], "Where the person lives");
    // What cannot be read to its end is listed all the same.
    editor.change(&project.clinics, 2, json!([{"text": CLINICS.replace("then no_clinic\n", "then\n")}]));
    let symbols = editor.ask_of("documentSymbol", &project.clinics).unwrap();
    assert!(symbols.as_array().unwrap().iter().any(|it| it["name"] == "clinics_rule"));
    editor.end();
}

#[test]
fn declarations_imports_and_comments_can_be_folded() {
    let project = Project::new();
    let mut editor = project.start(json!({}));
    let text = CLINICS
        .replace("import \"../seeds/report.ensue\"\n", "import \"../seeds/report.ensue\"\nimport \"school.ensue\"\n");
    editor.open(&project.clinics, &text);
    let line = |needle: &str| at(&text, needle, 0)["line"].clone();
    let folds = editor.ask_of("foldingRange", &project.clinics).unwrap();
    let folds = folds.as_array().unwrap();
    let has = |from: &str, to: &str, kind: Value| {
        folds.iter().any(|it| {
            it["startLine"] == line(from)
                && it["endLine"] == line(to)
                && it.get("kind").unwrap_or(&Value::Null) == &kind
        })
    };
    assert!(has("import \"../", "import \"school", json!("imports")));
    assert!(has("# Who", "# and", json!("comment")));
    assert!(has("rule clinics_rule", "then no_clinic", Value::Null));
    assert!(has("fact district", "abroad", Value::Null));
    assert!(!folds.iter().any(|it| it["startLine"] == line("consequence")), "one line is not folded");
    editor.end();
}

/// The words of a file with what the server says they are.
fn painted(text: &str, legend: &Value, data: &Value) -> Vec<(String, String)> {
    let numbers: Vec<u64> = data.as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).collect();
    let lines: Vec<Vec<u16>> = text.lines().map(|line| line.encode_utf16().collect()).collect();
    let (mut line, mut column) = (0, 0);
    let mut words = Vec::new();
    for token in numbers.chunks(5) {
        let [down, right, length, kind, modifiers] = token.try_into().expect("five numbers each");
        line += down as usize;
        column = right as usize + if down == 0 { column } else { 0 };
        let word = String::from_utf16(&lines[line][column..column + length as usize]).expect("whole characters");
        let kind = legend["tokenTypes"][kind as usize].as_str().unwrap();
        let modifier = if modifiers == 1 { " declaration" } else { "" };
        words.push((word, format!("{kind}{modifier}")));
    }
    words
}

#[test]
fn semantic_tokens_tell_what_each_word_is() {
    let project = Project::new();
    let mut editor = Editor::spawn(&["lsp"]);
    let folder = uri(&project.folder.path().canonicalize().unwrap());
    let hello = editor.ask("initialize", json!({"processId": null, "rootUri": folder, "capabilities": {}})).unwrap();
    let legend = &hello["capabilities"]["semanticTokensProvider"]["legend"];
    editor.tell("initialized", json!({}));
    let text = format!(
        "{CLINICS}consequence c \"Over\n  two \u{1F600} lines\" harm # \u{1F600} why\nrule r \"R\" when years since birth_date >= 18 then c"
    );
    editor.open(&project.clinics, &text);
    let tokens = editor.ask_of("semanticTokens/full", &project.clinics).unwrap();
    let words = painted(&text, legend, &tokens["data"]);
    let kinds: HashMap<(String, String), usize> = words.iter().fold(HashMap::new(), |mut counted, word| {
        *counted.entry(word.clone()).or_default() += 1;
        counted
    });
    let count = |word: &str, kind: &str| kinds.get(&(word.to_owned(), kind.to_owned())).copied().unwrap_or(0);
    for (word, kind, times) in [
        ("rule", "keyword", 2),
        ("card", "variable declaration", 1),
        ("card", "variable", 4),
        ("district", "variable declaration", 1),
        ("north", "enumMember declaration", 1),
        ("north", "enumMember", 1),
        ("covered", "function declaration", 1),
        ("covered", "function", 1),
        ("no_clinic", "event declaration", 1),
        ("no_clinic", "event", 3),
        ("cards", "interface", 1),
        ("clinics_rule", "class declaration", 1),
        ("take", "enumMember declaration", 1),
        ("2025-03-07", "number", 1),
        ("18", "number", 1),
        (">=", "operator", 1),
        ("# Who is meant,", "comment", 1),
        ("\"Over", "string", 1),
        ("  two \u{1F600} lines\"", "string", 1),
        ("# \u{1F600} why", "comment", 1),
    ] {
        assert_eq!(count(word, kind), times, "{word}, {kind}: {words:?}");
    }
    let params = json!({"textDocument": {"uri": project.clinics}, "range": range(&text, "fact district", 0)});
    let part = editor.ask("textDocument/semanticTokens/range", params).unwrap();
    let part: Vec<String> = painted(&text, legend, &part["data"]).into_iter().map(|(word, _)| word).collect();
    assert_eq!(part, ["fact", "district"]);
    editor.end();
}

#[test]
fn formatting_gives_the_canonical_layout_line_by_line() {
    let project = Project::new();
    let mut editor = project.start(json!({}));
    let options = json!({"tabSize": 4, "insertSpaces": true});
    let formatting = json!({"textDocument": {"uri": project.clinics}, "options": options});
    for (version, ugly) in [
        CLINICS.to_owned(),
        CLINICS.replace("  then no_clinic", "\tthen\n\n  no_clinic"),
        CLINICS.replace('\n', "\r\n"),
        CLINICS.trim_end().to_owned(),
        CLINICS.replace("card yes", "card\u{20}\u{20}yes # \u{1F600}"),
        CLINICS.replace('\n', "  "),
    ]
    .into_iter()
    .enumerate()
    {
        let version = version as i32 + 1;
        // A comment swallows the rest of a file on one line.
        let ugly = if ugly.contains('\n') { ugly } else { ugly.replace("# Who is meant,  # and where.", "") };
        match version {
            1 => editor.open(&project.clinics, &ugly),
            _ => editor.change(&project.clinics, version, json!([{"text": ugly}])),
        }
        let edits = editor.ask("textDocument/formatting", formatting.clone()).unwrap();
        let path = project.folder.path().join("rules/expected.ensue");
        fs::write(&path, &ugly).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_ensue")).arg("fmt").arg(&path).output().unwrap();
        assert!(output.status.success());
        assert_eq!(applied(&ugly, &edits), fs::read_to_string(&path).unwrap());
        if version == 2 {
            assert_eq!(edits.as_array().unwrap().len(), 1, "only the lines that change: {edits}");
        }
    }
    editor.change(&project.clinics, 9, json!([{"text": "fact  a"}]));
    let refused = editor.ask("textDocument/formatting", formatting).unwrap_err();
    assert_eq!(refused["code"], -32803);
    assert!(refused["message"].as_str().unwrap().contains("with mistakes is not laid out"));
    editor.end();
}

#[test]
fn lenses_show_how_scenarios_go_and_which_reach_a_rule() {
    let project = Project::new();
    let mut editor = project.clinics(json!({}));
    let lenses = editor.ask_of("codeLens", &project.clinics).unwrap();
    let lenses = lenses.as_array().unwrap();
    let titles: Vec<&str> = lenses.iter().map(|it| it["command"]["title"].as_str().unwrap()).collect();
    let expected =
        ["1 scenario reaches it", "passes", "fails: `no_clinic`: expected: it follows; found: it does not follow"];
    assert_eq!(titles, expected);
    assert_eq!(lenses[0]["range"], range(CLINICS, "clinics_rule", 0));
    assert_eq!(lenses[0]["command"]["command"], "ensue.showReferences");
    let reaching = json!({"uri": project.clinics, "range": range(CLINICS, "\"Without a card\"", 0)});
    let arguments = json!([project.clinics, at(CLINICS, "clinics_rule", 0), [reaching]]);
    assert_eq!(lenses[0]["command"]["arguments"], arguments);
    let mut run = |lens: &Value| {
        let params = json!({"command": lens["command"]["command"], "arguments": lens["command"]["arguments"]});
        let answer = editor.ask("workspace/executeCommand", params).unwrap();
        let shown = editor.wait("a message", |it| it["method"] == "window/showMessage");
        (answer, shown["params"]["type"].clone(), shown["params"]["message"].as_str().unwrap().to_owned())
    };
    assert_eq!(run(&lenses[1]), (json!("ok    Without a card\n"), json!(3), "Without a card: passes".to_owned()));
    let (answer, kind, message) = run(&lenses[2]);
    // The same as the command line says.
    let tested = Command::new(env!("CARGO_BIN_EXE_ensue"))
        .args(["test", "-q", "rules/clinics.ensue"])
        .current_dir(project.folder.path())
        .output()
        .unwrap();
    assert_eq!(answer.as_str().unwrap(), String::from_utf8(tested.stdout).unwrap());
    assert_eq!(kind, 2);
    assert!(message.starts_with("Abroad, and wrong: fails"));
    // An editor that cannot show places itself may hand the command on.
    let (_, _, message) = run(&lenses[0]);
    assert!(message.starts_with("1 scenario reaches it\n"), "{message}");
    // With mistakes nothing is said of scenarios, and none is run.
    editor.change(&project.clinics, 2, json!([{"text": CLINICS.replace("not card", "not crad")}]));
    assert_eq!(editor.ask_of("codeLens", &project.clinics), Ok(json!([])));
    let params = json!({"command": "ensue.runScenario", "arguments": [project.clinics, "Without a card"]});
    assert_eq!(editor.ask("workspace/executeCommand", params).unwrap_err()["code"], -32803);
    let params = json!({"command": "ensue.runScenario", "arguments": [5]});
    assert_eq!(editor.ask("workspace/executeCommand", params).unwrap_err()["code"], -32602);
    let params = json!({"command": "rm", "arguments": []});
    assert_eq!(editor.ask("workspace/executeCommand", params).unwrap_err()["code"], -32602);
    editor.end();
}

#[test]
fn a_broken_import_is_shown_at_the_import() {
    let project = Project::new();
    let root = project.folder.path().canonicalize().unwrap();
    let mut editor = project.start(json!({}));
    let text = CLINICS.replace("report.ensue", "nowhere.ensue");
    let path = "\"../seeds/nowhere.ensue\"";
    editor.open(&project.clinics, &text);
    let found = editor.findings(&project.clinics, 1);
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["code"], &found[0]["range"]), (&json!("import-failed"), &range(&text, path, 0)));
    assert!(
        found[0]["message"].as_str().unwrap().starts_with("cannot read `seeds/nowhere.ensue`: there is no such file")
    );
    // Out of the project, by its text and by a link.
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("o.ensue"), "fact o \"O\" : yes or no\n").unwrap();
    editor.change(&project.clinics, 2, json!([{"text": CLINICS.replace("../seeds/report", "../../report")}]));
    assert_eq!(editor.findings(&project.clinics, 2)[0]["code"], "import-outside");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(outside.path().join("o.ensue"), root.join("seeds/link.ensue")).unwrap();
        let linked = CLINICS.replace("seeds/report", "seeds/link");
        editor.change(&project.clinics, 3, json!([{"text": linked}]));
        let found = editor.findings(&project.clinics, 3);
        assert_eq!(found[0]["code"], "import-outside");
        assert_eq!(found[0]["range"], range(&linked, "\"../seeds/link.ensue\"", 0));
        let names = editor.ask_at("definition", &project.clinics, &at(&linked, "link", 0)).unwrap();
        assert_eq!(names, Value::Null, "nothing outside is shown");
    }
    // The mistakes of an imported file are shown in it, and told of at the import.
    fs::write(root.join("seeds/report.ensue"), REPORT.replace("by monitor", "by minitor")).unwrap();
    editor.change(&project.clinics, 4, json!([{"text": CLINICS}]));
    let found = editor.findings(&project.clinics, 4);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["range"], range(CLINICS, "\"../seeds/report.ensue\"", 0));
    assert_eq!(found[0]["message"], "the imported file has a mistake");
    assert_eq!(found[0]["relatedInformation"][0]["location"]["uri"], project.report);
    assert_eq!(editor.findings(&project.report, Value::Null)[0]["code"], "unknown-name");
    // One that is no text.
    fs::write(root.join("seeds/report.ensue"), b"fact a \"\xff\"").unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": project.report, "type": 2}]}));
    let found = editor.findings(&project.clinics, 4);
    assert!(
        found
            .iter()
            .any(|it| it["code"] == "not-utf8" && it["range"] == range(CLINICS, "\"../seeds/report.ensue\"", 0)),
        "{found:?}"
    );
    // Mended, nothing of it is left.
    fs::write(root.join("seeds/report.ensue"), REPORT).unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": project.report, "type": 2}]}));
    assert_eq!(editor.findings(&project.clinics, 4), [] as [Value; 0]);
    assert_eq!(editor.findings(&project.report, Value::Null).len(), 1, "not UTF-8");
    assert_eq!(editor.findings(&project.report, Value::Null), [] as [Value; 0]);
    editor.end();
}

/// What the editor has open counts, and not what is on the disk.
#[test]
fn open_files_stand_over_those_on_the_disk() {
    let project = Project::new();
    let mut editor = project.clinics(json!({}));
    editor.open(&project.report, REPORT);
    assert_eq!(editor.findings(&project.report, 1), [] as [Value; 0]);
    assert_eq!(editor.findings(&project.clinics, 1), [] as [Value; 0]);
    editor.change(&project.report, 2, json!([{"range": range(REPORT, "cards", 0), "text": "permits"}]));
    assert_eq!(editor.findings(&project.report, 2), [] as [Value; 0], "by itself it has no mistake");
    let found = editor.findings(&project.clinics, 1);
    assert_eq!((found.len(), &found[0]["code"]), (1, &json!("unknown-name")));
    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": project.report}}));
    assert_eq!(editor.findings(&project.clinics, 1), [] as [Value; 0], "what is on the disk counts again");
    editor.end();
}

/// An editor need not tell of files that others change: they are looked at again with the next change of any file.
#[test]
fn files_that_changed_on_the_disk_are_read_again() {
    let project = Project::new();
    let root = project.folder.path().canonicalize().unwrap();
    let mut editor = project.clinics(json!({}));
    let other = project.clinics.replace("clinics", "other");
    let text = "fact o \"O\" : yes or no\n";
    editor.open(&other, text);
    // Opening a file forgets what was found out: what is asked is whether a change of another does.
    assert_eq!(editor.findings(&other, 1), [] as [Value; 0]);
    assert_eq!(editor.findings(&project.clinics, 1), [] as [Value; 0]);
    fs::write(root.join("seeds/report.ensue"), REPORT.replace("by monitor", "by nobody")).unwrap();
    editor.change(&other, 2, json!([{"text": text}]));
    assert_eq!(editor.findings(&project.clinics, 1)[0]["message"], "the imported file has a mistake");
    assert_eq!(editor.findings(&project.report, Value::Null)[0]["code"], "unknown-name");
    editor.end();
}

/// A file that is written for others to import uses names that only they declare.
#[test]
fn a_part_of_a_policy_is_looked_at_as_such() {
    let project = Project::new();
    let root = project.folder.path().canonicalize().unwrap();
    let part = "rule part \"Part\" when card then no_clinic\n";
    let path = root.join("rules/part.ensue");
    fs::write(&path, part).unwrap();
    fs::write(root.join("rules/clinics.ensue"), CLINICS.replace("import \"..", "import \"part.ensue\"\nimport \".."))
        .unwrap();
    let mut editor = project.start(json!({}));
    let file = uri(&path);
    editor.open(&file, part);
    assert_eq!(editor.findings(&file, 1), [] as [Value; 0]);
    let found = editor.ask_at("definition", &file, &at(part, "card", 0)).unwrap();
    assert_eq!(found[0]["uri"], project.clinics);
    let lenses = editor.ask_of("codeLens", &file).unwrap();
    assert_eq!(lenses[0]["command"]["title"], "no scenario reaches it");
    // What is not known there either is a mistake.
    editor.change(&file, 2, json!([{"text": part.replace("card", "crad")}]));
    assert_eq!(editor.findings(&file, 2)[0]["code"], "unknown-name");
    editor.end();
}

#[test]
fn a_buffer_without_a_file_is_read_too() {
    let mut editor = Editor::start(None, json!({}));
    editor.open("untitled:Untitled-1", "import \"a.ensue\"\nfact a \"A\" : yes or no\n");
    let found = editor.findings("untitled:Untitled-1", 1);
    assert_eq!(found[0]["code"], "import-failed");
    editor.change("untitled:Untitled-1", 2, json!([{"text": "fact a \"A\" : yes or no\n"}]));
    assert_eq!(editor.findings("untitled:Untitled-1", 2), [] as [Value; 0]);
    editor.end();
}

#[test]
fn the_server_writes_no_file() {
    let project = Project::new();
    let mut editor = project.clinics(json!({}));
    editor.change(&project.clinics, 2, json!([{"text": "fact  a \"A\" : yes or no"}]));
    let options = json!({"tabSize": 4, "insertSpaces": true});
    let params = json!({"textDocument": {"uri": project.clinics}, "options": options});
    assert!(editor.ask("textDocument/formatting", params).is_ok());
    editor.end();
    let root = project.folder.path();
    for (path, text) in
        [("rules/clinics.ensue", CLINICS), ("rules/school.ensue", SCHOOL), ("seeds/report.ensue", REPORT)]
    {
        assert_eq!(fs::read_to_string(root.join(path)).unwrap(), text);
    }
}

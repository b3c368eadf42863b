//! The protocol: how it begins and ends, what is no message, places and edits, and what comes while something is done.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};

use super::editor::{Editor, at, range, uri};
use super::{CLINICS, Project};

#[test]
fn the_server_begins_and_ends_as_the_protocol_has_it() {
    let mut editor = Editor::spawn(&["lsp", "--stdio"]);
    let early = editor.ask("textDocument/hover", json!({})).unwrap_err();
    assert_eq!(early["code"], -32002, "not before it is initialized");
    let params = json!({"processId": null, "rootUri": null, "capabilities": {}});
    let hello = editor.ask("initialize", params.clone()).unwrap();
    assert_eq!(hello["serverInfo"]["name"], "ensue");
    assert_eq!(hello["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(hello["capabilities"]["textDocumentSync"]["change"], 2, "changes come one by one");
    editor.tell("initialized", json!({}));
    assert_eq!(editor.ask("initialize", params).unwrap_err()["code"], -32600);
    assert_eq!(editor.ask("no/such/method", json!({})).unwrap_err()["code"], -32601);
    let wrong = editor.ask("textDocument/hover", json!({"secret": "12345"})).unwrap_err();
    assert_eq!(wrong["code"], -32602);
    assert!(!wrong.to_string().contains("12345"), "what was sent is not repeated");
    editor.tell("no/such/notification", json!({}));
    editor.tell("textDocument/didOpen", json!({"wrong": true}));
    assert_eq!(editor.ask("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(editor.ask("textDocument/hover", json!({})).unwrap_err()["code"], -32600);
    assert_eq!(editor.exit().code(), Some(0));
}

#[test]
fn an_exit_without_a_shutdown_is_told_by_the_exit_code() {
    assert_eq!(Editor::start(None, json!({})).exit().code(), Some(1));
    let mut editor = Editor::start(None, json!({}));
    drop(editor.stdin);
    assert_eq!(editor.child.wait().unwrap().code(), Some(1), "the stream was closed");
}

#[test]
fn what_is_no_message_is_answered_and_what_has_no_head_ends_the_server() {
    let mut editor = Editor::start(None, json!({}));
    editor.write(b"Content-Length: 5\r\n\r\n{\"a\":");
    let refused = editor.wait("that it is no JSON", |it| it["error"]["code"] == -32700);
    assert_eq!(refused["id"], Value::Null);
    editor.send(&json!({"id": 77, "nonsense": true}));
    assert_eq!(editor.answer(77).unwrap_err()["code"], -32600);
    editor.write(b"nonsense\r\n\r\n");
    let mut child = editor.child;
    assert_eq!(child.wait().unwrap().code(), Some(2));
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).unwrap();
    assert_eq!(said, "error: the editor's messages cannot be read: a line of a head has no `:`\n");
}

#[test]
fn messages_may_come_in_pieces_of_any_size() {
    let project = Project::new();
    let mut editor = project.start(json!({}));
    editor.piece = 1;
    let text = CLINICS.replace("\"Is not treated\"", "\"Не лечат \u{1F3E5}\"").replace("not card", "not crad");
    editor.open(&project.clinics, &text);
    let found = editor.findings(&project.clinics, 1);
    assert_eq!(found[0]["code"], "unknown-name");
    editor.change(&project.clinics, 2, json!([{"range": range(&text, "crad", 0), "text": "card"}]));
    assert_eq!(editor.findings(&project.clinics, 2), [] as [Value; 0]);
    let hover = editor.ask_at("hover", &project.clinics, &at(&text, "no_clinic", 0)).unwrap();
    assert!(hover["contents"]["value"].as_str().unwrap().contains("Не лечат \u{1F3E5}"));
    editor.end();
}

/// What lies behind the last line is its end, also for the edits after one that was made there.
#[test]
fn edits_after_one_behind_the_end_are_made_where_they_say() {
    let mut editor = Editor::start(None, json!({}));
    let uri = "untitled:a";
    editor.open(uri, "fact a \"A\" : yes or no\n");
    let at = |line: u32, character: u32| json!({"line": line, "character": character});
    let more = "fact b \"B\" : date\nfact c \"C\" : date";
    let changes = json!([
        {"range": {"start": at(9, 0), "end": at(9, 0)}, "text": more},
        {"range": {"start": at(1, 0), "end": at(1, 99)}, "text": ""},
    ]);
    editor.change(uri, 2, changes);
    let symbols = editor.ask("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}})).unwrap();
    let names: Vec<&Value> = symbols.as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["a", "c"]);
    editor.end();
}

/// Edits that reach beyond a file, or into the middle of a character, do no harm.
#[test]
fn edits_at_places_that_are_not_there_are_taken_at_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let file = uri(&folder.path().canonicalize().unwrap().join("edges.ensue"));
    let mut editor = Editor::start(None, json!({}));
    editor.open(&file, "");
    assert_eq!(editor.findings(&file, 1)[0]["code"], "empty-file");
    let place = |line: u32, character: u32| json!({"line": line, "character": character});
    let edit = |from: Value, to: Value, text: &str| json!({"range": {"start": from, "end": to}, "text": text});
    let far = edit(place(9, 9), place(99, 0), "fact a \"\u{1F600}\" : yes or no\r\n");
    // Inside the character, after it, and from behind to before.
    let inside = edit(place(0, 9), place(0, 10), "x");
    let reversed = edit(place(1, 0), place(0, 0), "consequence c \"C\"\r\n");
    editor.change(&file, 2, json!([far, inside, reversed]));
    assert_eq!(editor.findings(&file, 2), [] as [Value; 0]);
    let names: Vec<Value> = editor
        .ask_of("documentSymbol", &file)
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].clone())
        .collect();
    assert_eq!(names, ["a", "c"]);
    let text = editor.ask_at("hover", &file, &place(0, 5)).unwrap();
    assert!(text["contents"]["value"].as_str().unwrap().contains(": x"), "{text}");
    editor.end();
}

/// Columns are units of UTF-16, or bytes where the client offers them; both before and after
/// characters that take two units, on the same line.
#[test]
fn columns_are_right_after_characters_of_every_width() {
    let text = "fact card \"\u{1F600}é\u{1F1FA}\u{1F1E6}中\" : yes or no consequence loss \"\u{1D543}\" rule r \"R\" when crad then loss\n";
    let folder = tempfile::tempdir().unwrap();
    let file = uri(&folder.path().canonicalize().unwrap().join("wide.ensue"));
    for encoding in ["utf-16", "utf-8"] {
        let mut editor = Editor::start(None, json!({"general": {"positionEncodings": [encoding, "utf-16"]}}));
        editor.open(&file, text);
        let column = |needle: &str| {
            let before = &text[..text.find(needle).unwrap()];
            if encoding == "utf-8" { before.len() } else { before.encode_utf16().count() }
        };
        let place = |column: usize| json!({"line": 0, "character": column});
        let found = editor.findings(&file, 1);
        assert_eq!(found.len(), 1);
        let wrong = column("crad");
        assert_eq!(found[0]["range"], json!({"start": place(wrong), "end": place(wrong + 4)}), "{encoding}");
        // An edit behind them, and then one inside, which moves what follows.
        let range = json!({"start": place(wrong), "end": place(wrong + 4)});
        editor.change(&file, 2, json!([{"range": range, "text": "card"}]));
        assert_eq!(editor.findings(&file, 2), [] as [Value; 0]);
        let (from, to) = (column("\u{1F1FA}"), column("中"));
        let range = json!({"start": place(from), "end": place(to)});
        editor.change(&file, 3, json!([{"range": range, "text": "\u{1F3E5}"}]));
        assert_eq!(editor.findings(&file, 3), [] as [Value; 0]);
        let new = text.replace("\u{1F1FA}\u{1F1E6}", "\u{1F3E5}").replace("crad", "card");
        let before = &new[..new.find("loss \"").unwrap()];
        let declared = if encoding == "utf-8" { before.len() } else { before.encode_utf16().count() };
        let used = &new[..new.rfind("loss").unwrap()];
        let used = if encoding == "utf-8" { used.len() } else { used.encode_utf16().count() };
        let places = editor.ask_at("definition", &file, &place(used + 4)).unwrap();
        assert_eq!(places[0]["range"], json!({"start": place(declared), "end": place(declared + 4)}), "{encoding}");
        editor.end();
    }
}

/// Someone types the article's rules letter by letter: after each the server answers, and what
/// it says in the end is of the whole file.
#[test]
fn a_file_broken_at_every_prefix_ends_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap();
    let path = folder.join("rules/passports.ensue");
    let text = fs::read_to_string(&path).unwrap();
    let file = uri(&path);
    let mut editor = Editor::start(Some(&folder.join("rules")), json!({}));
    editor.open(&file, "");
    let mut version = 1;
    let methods = ["documentSymbol", "foldingRange", "semanticTokens/full", "codeLens"];
    for (index, (end, _)) in text.char_indices().chain([(text.len(), ' ')]).enumerate() {
        let prefix = &text[..end];
        version += 1;
        editor.change(&file, version, json!([{"text": prefix}]));
        let position = json!({"line": prefix.matches('\n').count(), "character": prefix.rsplit('\n').next().unwrap().encode_utf16().count()});
        let items = editor.ask_at("completion", &file, &position).expect("an answer");
        assert!(items.is_array());
        editor.ask_of(methods[index % methods.len()], &file).expect("an answer");
        editor.ask_at("hover", &file, &position).expect("an answer");
        editor.kept.clear();
    }
    editor.change(&file, version + 1, json!([{"text": text}]));
    assert_eq!(editor.findings(&file, version + 1), [] as [Value; 0]);
    editor.end();
}

/// The same in edits of one character, without waiting: the server takes what is waiting at
/// once, and what it says last is of the last version.
#[test]
fn what_is_said_last_is_of_the_last_version() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap().join("rules/passports.ensue");
    let text = fs::read_to_string(&path).unwrap();
    let file = uri(&path);
    let mut editor = Editor::start(None, json!({}));
    editor.open(&file, "");
    let mut version = 1;
    let mut place = (0, 0);
    for c in text.chars() {
        let here = json!({"line": place.0, "character": place.1});
        version += 1;
        editor.change(&file, version, json!([{"range": {"start": here, "end": here}, "text": c.to_string()}]));
        place = if c == '\n' { (place.0 + 1, 0) } else { (place.0, place.1 + c.len_utf16()) };
    }
    assert_eq!(editor.findings(&file, version), [] as [Value; 0]);
    let sent = |it: &&Value| it["method"] == "textDocument/publishDiagnostics" && it["params"]["uri"] == file;
    let versions: Vec<i64> =
        editor.kept.iter().filter(sent).map(|it| it["params"]["version"].as_i64().unwrap()).collect();
    assert!(versions.is_sorted(), "versions come in their order");
    editor.end();
}

#[test]
fn a_request_that_is_taken_back_is_answered() {
    let project = Project::new();
    let mut editor = project.clinics(json!({}));
    // Written at once, so that both are waiting when the server looks.
    let request = json!({"jsonrpc": "2.0", "id": 500, "method": "textDocument/codeLens", "params": {"textDocument": {"uri": project.clinics}}});
    let cancel = json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 500}});
    let framed = |it: &Value| format!("Content-Length: {}\r\n\r\n{it}", it.to_string().len());
    editor.write((framed(&request) + &framed(&cancel)).as_bytes());
    match editor.answer(500) {
        // It may have been answered before the cancelling came.
        Ok(lenses) => assert!(lenses.is_array()),
        Err(error) => assert_eq!(error["code"], -32800),
    }
    // One that was answered long ago, or never asked, is none.
    editor.tell("$/cancelRequest", json!({"id": 500}));
    editor.tell("$/cancelRequest", json!({"id": {"wrong": true}}));
    assert!(editor.ask_of("foldingRange", &project.clinics).is_ok());
    editor.end();
}

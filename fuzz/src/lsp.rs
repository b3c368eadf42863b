//! Messages of an editor to the server, in process: each request has one answer, and the text that the server
//! holds is the one that the edits make.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use ensue::Limits;
use ensue::lsp::{Ended, serve};
use ensue::syntax;
use ensue::text::FileId;
use serde_json::{Value, json};

use crate::draw::Draw;

/// What the server writes: whole messages, and the bytes of one that is not whole yet.
#[derive(Default)]
struct Heard {
    messages: Vec<Value>,
    bytes: Vec<u8>,
}

/// The same, and whoever waits for it.
#[derive(Clone, Default)]
struct Written(Arc<(Mutex<Heard>, Condvar)>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (heard, changed) = &*self.0;
        let mut heard = heard.lock().expect(ALONE);
        heard.bytes.extend_from_slice(bytes);
        while let Some(message) = heard.next() {
            heard.messages.push(message);
            changed.notify_all();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const ALONE: &str = "no thread panics with it";

impl Heard {
    /// Takes the next whole message, if there is one.
    fn next(&mut self) -> Option<Value> {
        let end = self.bytes.windows(4).position(|it| it == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&self.bytes[..end]).expect("a head is text");
        let length: usize = head.strip_prefix("Content-Length: ").and_then(|it| it.parse().ok()).expect("a length");
        let body = self.bytes.get(end + 4..end + 4 + length)?;
        let message = serde_json::from_slice(body).expect("a message is JSON");
        self.bytes.drain(..end + 4 + length);
        Some(message)
    }
}

impl Written {
    /// Waits until so many requests were answered.
    fn wait_for(&self, answers: usize) {
        /// Only a server that hangs takes as long.
        const HANGS: Duration = Duration::from_secs(60);
        let (heard, changed) = &*self.0;
        let lacks = |heard: &mut Heard| heard.messages.iter().filter(|it| is_answer(it)).count() < answers;
        let waited = changed.wait_timeout_while(heard.lock().expect(ALONE), HANGS, lacks).expect(ALONE).1;
        assert!(!waited.timed_out(), "a request has no answer");
    }
}

fn is_answer(message: &Value) -> bool {
    message.get("method").is_none()
}

/// What the editor sends: all of it, and its end once all is answered.
struct Sent {
    now: Cursor<Vec<u8>>,
    end: Option<(Vec<u8>, usize)>,
    written: Written,
}

impl Read for Sent {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.now.read(buffer)?;
        match (read, self.end.take_if(|_| read == 0)) {
            (0, Some((end, answers))) => {
                self.written.wait_for(answers);
                self.now = Cursor::new(end);
                self.now.read(buffer)
            }
            _ => Ok(read),
        }
    }
}

/// The messages of one exchange.
#[derive(Default)]
struct Exchange {
    sent: Vec<u8>,
    requests: usize,
}

impl Exchange {
    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.sent.extend(format!("Content-Length: {}\r\n\r\n{body}", body.len()).bytes());
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request, and returns its number.
    fn ask(&mut self, method: &str, params: Value) -> usize {
        self.requests += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.requests, "method": method, "params": params}));
        self.requests
    }

    fn start(is_utf8: bool) -> Self {
        let mut exchange = Exchange::default();
        let encodings = if is_utf8 { json!(["utf-8"]) } else { json!(["utf-16"]) };
        exchange.ask("initialize", json!({"capabilities": {"general": {"positionEncodings": encodings}}}));
        exchange.tell("initialized", json!({}));
        exchange
    }

    fn open(&mut self, uri: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": "ensue", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Asks for all that a text alone decides; the numbers of the requests.
    fn ask_for_all(&mut self, uri: &str) -> Vec<usize> {
        let document = json!({"textDocument": {"uri": uri}, "options": {"tabSize": 2, "insertSpaces": true}});
        ["semanticTokens/full", "documentSymbol", "foldingRange", "formatting"]
            .into_iter()
            .map(|what| self.ask(&format!("textDocument/{what}"), document.clone()))
            .collect()
    }

    /// Runs the exchange to its end: the answers by their numbers, and for each address what was last found wrong.
    fn run(mut self) -> (BTreeMap<usize, Value>, BTreeMap<String, Value>) {
        let answers = self.requests;
        let sent = std::mem::take(&mut self.sent);
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        let written = Written::default();
        let input = Sent { now: Cursor::new(sent), end: Some((self.sent, answers)), written: written.clone() };
        let ended = serve(input, written.clone()).expect("every message has a head");
        assert_eq!(ended, Ended::InOrder);
        let heard = std::mem::take(&mut *written.0.0.lock().expect(ALONE));
        assert!(heard.bytes.is_empty(), "messages are whole");
        let (mut answered, mut found) = (BTreeMap::new(), BTreeMap::new());
        for message in heard.messages {
            if is_answer(&message) {
                let id =
                    message["id"].as_u64().and_then(|id| usize::try_from(id).ok()).expect("the number of a request");
                assert_ne!(message["error"]["code"], -32603, "a mistake of ours: {message}");
                let before = answered.insert(id, message);
                assert!(before.is_none(), "answered twice: {before:?}");
            } else if message["method"] == "textDocument/publishDiagnostics" {
                let uri = message["params"]["uri"].as_str().expect("an address").to_owned();
                found.insert(uri, message["params"]["diagnostics"].clone());
            }
        }
        assert!(answered.keys().copied().eq(1..=self.requests), "every request is answered");
        (answered, found)
    }
}

/// Where a place of the protocol is in a text: a line that there is not is the end, and so is a column of a line.
fn offset(text: &str, (line, column): (usize, usize), is_utf8: bool) -> usize {
    let mut start = 0;
    for _ in 0..line {
        let Some(length) = text[start..].find(['\n', '\r']) else { return text.len() };
        let is_pair = text[start + length..].starts_with("\r\n");
        start += length + if is_pair { 2 } else { 1 };
    }
    let length = text[start..].find(['\n', '\r']).unwrap_or(text.len() - start);
    let mut before = 0;
    for (index, c) in text[start..start + length].char_indices() {
        before += if is_utf8 { c.len_utf8() } else { c.len_utf16() };
        if before > column {
            return start + index;
        }
    }
    start + length
}

fn place(draw: &mut Draw<'_>) -> (usize, usize) {
    (draw.below(24), draw.below(60))
}

fn position((line, character): (usize, usize)) -> Value {
    json!({"line": line, "character": character})
}

fn range(draw: &mut Draw<'_>) -> [(usize, usize); 2] {
    let mut places = [place(draw), place(draw)];
    if draw.once_in(2) {
        places[1] = (places[0].0, places[0].1 + draw.below(12));
    }
    places.sort_unstable();
    places
}

/// What is put into texts.
fn fragment(draw: &mut Draw<'_>) -> String {
    const WORDS: &[&str] = &[
        "",
        " ",
        "\n",
        "\r\n",
        "\r",
        "\"",
        "(",
        ")",
        ",",
        " and ",
        " or not ",
        " is one of ",
        " yes ",
        "fact new \"N\" : date\n",
        "rule more \"M\" when card then no_clinic\n",
        "consequence ",
        " then not called_up",
        " overrides clinics",
        "card",
        "district",
        "north",
        "2025-03-07",
        "18",
        "years since born >= 18",
        "# ensue: allow(unused_fact) x\n",
        "\u{1F600}",
        "é",
        "import \"other.ensue\"\n",
        "scenario \"S\" given card yes expect follows no_clinic\n",
        "expect ",
        "given ",
    ];
    if draw.once_in(6) { draw.text() } else { draw.of(WORDS).to_owned() }
}

const RULES: &str = "policy p \"P\" as of 2025-03-07
source gazette \"G\" published 2025-03-01
claim wanted by gazette \"Wanted.\"
fact card \"Card\" : yes or no ask \"Card?\"
fact district \"District\" : one of north \"N\", south
fact born \"Born\" : date
define covered \"Covered\" as district is north
consequence no_clinic \"No clinic\" harm
consequence called_up \"Called up\"
rule clinics \"Clinics\" per wanted
  when covered and not card then no_clinic
rule call_up \"Call\" in force from 2025-01-01
  when card and years since born >= 18 then called_up
rule care \"Care\" when card then not no_clinic overrides clinics
choice registering \"Ä \u{1F600}?\" option take \"T\" sets card yes option refuse \"R\" sets card no
scenario \"S\" given district north, card no expect follows no_clinic
";

/// Requests about a place in a file.
const AT_PLACE: &[&str] =
    &["hover", "definition", "references", "documentHighlight", "prepareRename", "rename", "completion"];

/// An editor with two files, and what it does with them.
struct Editor<'d, 'a> {
    draw: &'d mut Draw<'a>,
    exchange: Exchange,
    is_utf8: bool,
    /// The texts of the open files, by their addresses.
    texts: BTreeMap<&'static str, String>,
    version: i32,
}

const FILES: [&str; 2] = ["untitled:a", "untitled:b"];

impl Editor<'_, '_> {
    fn act(&mut self) {
        let uri = FILES[usize::from(self.draw.once_in(4))];
        match self.draw.below(12) {
            0 => {
                let text = if self.draw.once_in(3) { fragment(self.draw) } else { RULES.to_owned() };
                self.exchange.open(uri, &text);
                self.texts.insert(uri, text);
            }
            1 => {
                self.exchange.tell("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
                self.texts.remove(uri);
            }
            2..=6 => self.change(uri),
            7 => self.ask_for_range(uri),
            8 => {
                let method = self.draw.of(&["no/such/method", "textDocument/hover", "textDocument/codeLens"]);
                self.exchange.ask(method, json!({"textDocument": {"uri": uri}}));
            }
            // The first request is the one that begins the exchange.
            9 if self.exchange.requests > 1 => {
                self.exchange.tell("$/cancelRequest", json!({"id": self.exchange.requests}));
            }
            _ => {
                let method = self.draw.of(AT_PLACE);
                let params = json!({
                    "textDocument": {"uri": uri},
                    "position": position(place(self.draw)),
                    "context": {"includeDeclaration": true, "triggerKind": 1},
                    "newName": self.draw.of(&["other", "card", "Not a name", "rule", ""]),
                });
                self.exchange.ask(&format!("textDocument/{method}"), params);
            }
        }
    }

    fn change(&mut self, uri: &'static str) {
        let mut changes = Vec::new();
        let mut text = self.texts.get(uri).cloned();
        for _ in 0..1 + self.draw.below(3) {
            let new = fragment(self.draw);
            if self.draw.once_in(12) {
                changes.push(json!({"text": new}));
                text = text.map(|_| new);
                continue;
            }
            let places = range(self.draw);
            changes.push(json!({"range": {"start": position(places[0]), "end": position(places[1])}, "text": new}));
            if let Some(text) = &mut text {
                let [start, end] = places.map(|place| offset(text, place, self.is_utf8));
                text.replace_range(start..end, &new);
            }
        }
        self.version += 1;
        let document = json!({"uri": uri, "version": self.version});
        self.exchange.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
        if let Some(text) = text {
            self.texts.insert(uri, text);
        }
    }

    fn ask_for_range(&mut self, uri: &str) {
        let [start, end] = range(self.draw).map(position);
        let method = self.draw.of(&["codeAction", "semanticTokens/range"]);
        let params = json!({
            "textDocument": {"uri": uri},
            "range": {"start": start, "end": end},
            "context": {"diagnostics": []},
        });
        self.exchange.ask(&format!("textDocument/{method}"), params);
    }
}

/// Plays an editor, and one that opens the texts which the edits have made: both are told the same.
pub fn lsp(data: &[u8]) {
    let draw = &mut Draw::new(data);
    let is_utf8 = draw.once_in(2);
    let exchange = Exchange::start(is_utf8);
    let mut editor = Editor { draw, exchange, is_utf8, texts: BTreeMap::new(), version: 1 };
    editor.exchange.open(FILES[0], RULES);
    editor.texts.insert(FILES[0], RULES.to_owned());
    let mut acts = 0;
    while editor.draw.has_more() && acts < 24 {
        editor.act();
        acts += 1;
    }
    let Editor { mut exchange, texts, .. } = editor;
    let mut again = Exchange::start(is_utf8);
    let (mut asked, mut formatting) = (Vec::new(), Vec::new());
    for (uri, text) in &texts {
        again.open(uri, text);
        asked.extend(exchange.ask_for_all(uri).into_iter().zip(again.ask_for_all(uri)));
        formatting.push((text, exchange.requests));
    }
    // What is wrong is sent before the end once something later was answered.
    for exchange in [&mut exchange, &mut again] {
        exchange.ask_for_all(FILES[0]);
    }
    let ((answers, mut found), (expected, expected_found)) = (exchange.run(), again.run());
    for (one, other) in asked {
        assert_eq!(answers[&one]["result"], expected[&other]["result"], "{texts:?}");
        assert_eq!(answers[&one]["error"], expected[&other]["error"], "{texts:?}");
    }
    // What was closed has nothing wrong any more.
    found.retain(|uri, findings| texts.contains_key(uri.as_str()) || *findings != json!([]));
    assert_eq!(found, expected_found, "{texts:?}");
    for (text, request) in formatting {
        check_formatting(text, &answers[&request]["result"], is_utf8);
    }
}

/// The edits that lay a text out make its layout of it.
fn check_formatting(text: &str, edits: &Value, is_utf8: bool) {
    let expected = syntax::format(FileId::default(), text, &Limits::default()).ok();
    let at = |place: &Value| {
        let number = |key: &str| usize::try_from(place[key].as_u64().expect("a number")).expect("a small one");
        offset(text, (number("line"), number("character")), is_utf8)
    };
    let made = edits.as_array().map(|edits| {
        let mut made = text.to_owned();
        let mut end = text.len();
        for edit in edits.iter().rev() {
            let (from, to) = (at(&edit["range"]["start"]), at(&edit["range"]["end"]));
            assert!(from <= to && to <= end, "edits follow one another and do not overlap: {edits:?}");
            made.replace_range(from..to, edit["newText"].as_str().expect("a text"));
            end = from;
        }
        made
    });
    assert_eq!(made, expected, "{text:?}");
}

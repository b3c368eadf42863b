//! A small editor: it speaks to the real program, counts places as editors do, and takes changes.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// A server, and what was read of it.
pub(super) struct Editor {
    pub(super) child: Child,
    pub(super) stdin: ChildStdin,
    messages: Receiver<Value>,
    /// Messages that were read while another was waited for.
    pub(super) kept: VecDeque<Value>,
    requests: i64,
    /// How many bytes are written at once; all of them, if 0.
    pub(super) piece: usize,
}

/// Long enough that only a server that hangs exceeds it.
const HANGS: Duration = Duration::from_secs(120);

impl Editor {
    pub(super) fn spawn(arguments: &[&str]) -> Editor {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ensue"));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = child.stdout.take().expect("a pipe");
        let (send, messages) = channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(message) = read(&mut stdout) {
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        Editor { child, stdin, messages, kept: VecDeque::new(), requests: 0, piece: 0 }
    }

    /// A server that has said hello; `capabilities` are those of the client.
    pub(super) fn start(folder: Option<&Path>, capabilities: Value) -> Editor {
        let mut editor = Editor::spawn(&["lsp"]);
        let folders = folder.map(|folder| json!([{"uri": uri(folder), "name": "project"}]));
        let params =
            json!({"processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders});
        editor.ask("initialize", params).expect("an answer");
        editor.tell("initialized", json!({}));
        editor
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        let piece = if self.piece == 0 { bytes.len().max(1) } else { self.piece };
        for (index, bytes) in bytes.chunks(piece).enumerate() {
            self.stdin.write_all(bytes).expect("the server reads");
            self.stdin.flush().expect("the server reads");
            // One to seven bytes, never the same cut twice.
            if self.piece > 0 {
                self.piece = (self.piece + index) % 7 + 1;
            }
        }
    }

    pub(super) fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.write(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub(super) fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request, and returns its number.
    pub(super) fn request(&mut self, method: &str, params: Value) -> i64 {
        self.requests += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.requests, "method": method, "params": params}));
        self.requests
    }

    /// The next message for which `wanted` holds; others are kept.
    pub(super) fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.kept.iter().position(&wanted) {
            return self.kept.remove(index).expect("it is there");
        }
        loop {
            let message = self.messages.recv_timeout(HANGS).unwrap_or_else(|_| panic!("the server sends {what}"));
            if wanted(&message) {
                return message;
            }
            self.kept.push_back(message);
        }
    }

    pub(super) fn answer(&mut self, id: i64) -> Result<Value, Value> {
        let mut answer = self.wait("an answer", |it| it["id"] == id && it.get("method").is_none());
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["result"].take()),
        }
    }

    pub(super) fn ask(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.request(method, params);
        self.answer(id)
    }

    pub(super) fn open(&mut self, uri: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": "ensue", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    pub(super) fn change(&mut self, uri: &str, version: i32, changes: Value) {
        let document = json!({"uri": uri, "version": version});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }

    /// The mistakes in a file, as they were sent for a version of it.
    pub(super) fn findings(&mut self, uri: &str, version: impl Into<Value>) -> Vec<Value> {
        let all = self.all_findings(uri, version).into_iter();
        all.filter(|finding| finding["severity"] == 1).collect()
    }

    /// The mistakes and weaknesses in a file, as they were sent for a version of it.
    pub(super) fn all_findings(&mut self, uri: &str, version: impl Into<Value>) -> Vec<Value> {
        let version = version.into();
        let is_it = |it: &Value| {
            it["method"] == "textDocument/publishDiagnostics"
                && it["params"]["uri"] == uri
                && it["params"].get("version").unwrap_or(&Value::Null) == &version
        };
        let message = self.wait(&format!("what is wrong in {uri}"), is_it);
        message["params"]["diagnostics"].as_array().expect("a list").clone()
    }

    /// Asks about a place in a file.
    pub(super) fn ask_at(&mut self, method: &str, uri: &str, position: &Value) -> Result<Value, Value> {
        self.ask(&format!("textDocument/{method}"), json!({"textDocument": {"uri": uri}, "position": position}))
    }

    pub(super) fn ask_of(&mut self, method: &str, uri: &str) -> Result<Value, Value> {
        self.ask(&format!("textDocument/{method}"), json!({"textDocument": {"uri": uri}}))
    }

    pub(super) fn exit(mut self) -> ExitStatus {
        self.tell("exit", Value::Null);
        self.child.wait().expect("the server ends")
    }

    pub(super) fn end(mut self) {
        assert_eq!(self.ask("shutdown", Value::Null), Ok(Value::Null));
        assert_eq!(self.exit().code(), Some(0));
    }
}

fn read(stream: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|count| *count > 0)?;
        match line.trim_end() {
            "" => break,
            head => {
                if let Some(value) = head.strip_prefix("Content-Length: ") {
                    length = value.parse().expect("a length");
                }
            }
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("the server writes JSON"))
}

pub(super) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// Where the nth `needle` begins in a text, in units of UTF-16.
#[track_caller]
pub(super) fn at(text: &str, needle: &str, nth: usize) -> Value {
    let (offset, _) = text.match_indices(needle).nth(nth).unwrap_or_else(|| panic!("`{needle}` is in the text"));
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
    json!({"line": line, "character": column})
}

/// The range of the nth `needle`, which stands on one line.
#[track_caller]
pub(super) fn range(text: &str, needle: &str, nth: usize) -> Value {
    let start = at(text, needle, nth);
    let character = start["character"].as_u64().unwrap() as usize + needle.encode_utf16().count();
    json!({"start": start, "end": {"line": start["line"], "character": character}})
}

/// Applies changes as an editor does, from the last to the first.
pub(super) fn applied(text: &str, edits: &Value) -> String {
    let offset = |position: &Value| {
        let line = position["line"].as_u64().unwrap() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let mut units = 0;
        let mut characters = text[start..].char_indices();
        let reached = |(_, c): &(usize, char)| {
            let here = units >= position["character"].as_u64().unwrap();
            units += c.len_utf16() as u64;
            here
        };
        characters.find(reached).map_or(text.len(), |(index, _)| start + index)
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .expect("a list of edits")
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            (offset(&range["start"]), offset(&range["end"]), edit["newText"].as_str().expect("a text"))
        })
        .collect();
    edits.sort();
    let mut new = text.to_owned();
    for (start, end, replacement) in edits.into_iter().rev() {
        new.replace_range(start..end, replacement);
    }
    new
}

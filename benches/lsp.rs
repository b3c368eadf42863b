//! How long the editor's server takes from an edit to what is wrong: through the protocol, from
//! the first byte of the message that goes in to the last of the one that comes out.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Read, Write, pipe};
use std::thread;

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};

/// A rule file of about 2,000 lines, such as a large project may have: facts, consequences,
/// claims, 250 rules of five lines and 100 scenarios of three.
fn rules() -> String {
    let mut text = String::from("policy large \"A large policy\" as of 2025-03-07\n\nsource s \"Somebody\"\n\n");
    for index in 0..100 {
        let _ = writeln!(text, "claim k{index} by s \"What is reported as number {index}.\"");
    }
    for index in 0..40 {
        let _ = writeln!(text, "fact b{index} \"Fact {index}\" : yes or no");
        let _ = writeln!(text, "consequence c{index} \"Consequence {index}\" harm");
    }
    for index in 0..250 {
        let (a, b, c) = (index % 40, (index * 7 + 3) % 40, (index * 11 + 5) % 40);
        let _ = writeln!(text, "\nrule r{index} \"Rule number {index}\"\n  per k{}", index % 100);
        let _ = writeln!(text, "  assumes \"That nothing else is meant.\"");
        let _ = writeln!(text, "  when b{a} and (b{b} or not b{c})\n  then c{}", index % 40);
    }
    for index in 0..100 {
        let _ = writeln!(text, "\nscenario \"Scenario {index}\"\n  given b{} no, b{} no", index % 40, (index + 1) % 40);
        let _ = writeln!(text, "  expect undetermined c{}", (index + 2) % 40);
    }
    text
}

/// The other end of a server that runs in this process.
struct Editor {
    to: PipeWriter,
    from: BufReader<PipeReader>,
    version: i32,
}

const URI: &str = "untitled:rules.ensue";

impl Editor {
    fn start(text: &str) -> Editor {
        let (input, to) = pipe().expect("a pipe");
        let (from, output) = pipe().expect("a pipe");
        thread::spawn(|| ensue::lsp::serve(input, output));
        let mut editor = Editor { to, from: BufReader::new(from), version: 1 };
        let hello = json!({"processId": null, "rootUri": null, "capabilities": {}});
        editor.send(&json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}));
        editor.read();
        editor.send(&json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}));
        let document = json!({"uri": URI, "languageId": "ensue", "version": 1, "text": text});
        let open = json!({"textDocument": document});
        editor.send(&json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": open}));
        assert_eq!(mistakes(&editor.read()), 0, "there is no mistake");
        editor
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.from.read_line(&mut line).expect("the server writes");
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(value) => length = value.parse().expect("a length"),
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).expect("the server writes");
        serde_json::from_slice(&body).expect("the server writes JSON")
    }

    /// Replaces one character, and waits for what is wrong then: how many mistakes.
    fn edit(&mut self, line: usize, character: usize, text: &str) -> usize {
        self.version += 1;
        let at = |character| json!({"line": line, "character": character});
        let change = json!({"range": {"start": at(character), "end": at(character + 1)}, "text": text});
        let params = json!({"textDocument": {"uri": URI, "version": self.version}, "contentChanges": [change]});
        self.send(&json!({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params}));
        let found = self.read();
        assert_eq!(found["params"]["version"], self.version);
        mistakes(&found)
    }

    fn lenses(&mut self) -> usize {
        let params = json!({"textDocument": {"uri": URI}});
        self.send(&json!({"jsonrpc": "2.0", "id": 2, "method": "textDocument/codeLens", "params": params}));
        self.read()["result"].as_array().expect("a list").len()
    }
}

/// How many of the findings that were sent are mistakes; the others are weaknesses.
fn mistakes(sent: &Value) -> usize {
    sent["params"]["diagnostics"].as_array().expect("a list").iter().filter(|it| it["severity"] == 1).count()
}

fn edits(criterion: &mut Criterion) {
    let text = rules();
    let lines = text.lines().count();
    assert!((2_000..2_200).contains(&lines), "{lines} lines");
    // The end of a condition in the middle of the file: a `)`.
    let half = |(line, written): &(usize, &str)| *line > lines / 2 && written.starts_with("  when");
    let (line, written) = text.lines().enumerate().find(half).expect("there is one");
    let (column, last) = (written.len() - 1, &written[written.len() - 1..]);
    let mut editor = Editor::start(&text);
    let mut group = criterion.benchmark_group("editor");
    group.bench_function(format!("from two edits to what is wrong, {lines} lines"), |bencher| {
        bencher.iter(|| {
            assert!(editor.edit(line, column, "~") > 0);
            assert_eq!(editor.edit(line, column, last), 0);
        });
    });
    group.bench_function(format!("an edit and then all lenses, {lines} lines"), |bencher| {
        bencher.iter(|| {
            assert_eq!(editor.edit(line, column, last), 0);
            assert_eq!(editor.lenses(), 350);
        });
    });
    group.finish();
}

criterion_group!(benches, edits);
criterion_main!(benches);

//! Rule files that the grammar allows: each production is met, names are mostly those of something.

use ensue::lint::{self, Chosen};
use ensue::text::FileId;
use ensue::{Engine, Limit, Limits, Policy, View, scenarios, syntax};

use crate::draw::Draw;
use crate::rules;

/// A kind of fact, as far as its tests differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    YesNo,
    List,
    Number,
    Date,
}

/// Writes a file word by word.
struct Writer<'d, 'a> {
    draw: &'d mut Draw<'a>,
    text: String,
    facts: Vec<Kind>,
}

const FACTS: usize = 6;

/// How many there are at most of each other kind of declaration.
const NAMED: usize = 4;

impl Writer<'_, '_> {
    /// Writes words, with something between any two that means nothing.
    fn put(&mut self, words: &str) {
        for word in words.split(' ') {
            self.text.push_str(word);
            let between = self.draw.below(24);
            self.text.push_str(match between {
                1 => "\n",
                2 => "\n\n\n  ",
                3 => "\t",
                4 => " # a comment\n",
                5 => "\n# ensue: allow(unused_fact) a reason\n",
                6 => "\r\n",
                7 => "\n#\n# \"é\" (\n",
                _ => " ",
            });
        }
    }

    fn text(&mut self) {
        let text = self.draw.text();
        self.text.push_str(&rules::quoted(&text));
        self.put("");
    }

    /// The words before a text, and the text.
    fn said(&mut self, words: &str) {
        self.put(words);
        self.text();
    }

    /// A name of the kind that begins with this letter: seldom of one that is not declared.
    fn name(&mut self, letter: &str, count: usize) {
        let index = self.draw.below(count.max(1));
        let name = format!("{letter}{index}");
        self.put(&name);
    }

    fn names(&mut self, letter: &str, count: usize) {
        self.name(letter, count);
        while self.draw.once_in(4) {
            self.put(",");
            self.name(letter, count);
        }
    }

    fn date(&mut self) {
        let date = self.draw.of(&["2025-03-07", "2024-02-29", "0001-01-01", "9999-12-31", "2000-01-01"]);
        self.put(date);
    }

    fn digits(&mut self) {
        let number = self.draw.of(&[
            "0",
            "1",
            "2",
            "10",
            "-1",
            "1.5",
            "1.50",
            "1_000",
            "-0.0",
            "0.0000000000000000000000000001",
            "9999999999999999999999999999",
            "-9999999999999999999999999999",
            "00012",
        ]);
        self.put(number);
    }

    /// A value that the kind of fact has, mostly.
    fn literal(&mut self, kind: Kind) {
        match kind {
            Kind::YesNo => {
                let word = self.draw.of(&["yes", "no"]);
                self.put(word);
            }
            Kind::List => self.name("v", 3),
            Kind::Number => self.digits(),
            Kind::Date => self.date(),
        }
    }

    fn literals(&mut self, kind: Kind) {
        self.literal(kind);
        while self.draw.once_in(3) {
            self.put(",");
            self.literal(kind);
        }
    }

    fn comparison(&mut self) {
        let sign = self.draw.of(&["<", "<=", ">", ">="]);
        self.put(sign);
    }

    fn setting(&mut self) {
        let fact = self.draw.below(self.facts.len());
        self.put(&format!("f{fact}"));
        self.literal(self.facts[fact]);
    }

    fn settings(&mut self) {
        self.setting();
        while self.draw.once_in(3) {
            self.put(",");
            self.setting();
        }
    }

    fn condition(&mut self, depth: usize) {
        let count = 1 + self.draw.below(3);
        let join = self.draw.of(&["and", "or"]);
        for index in 0..count {
            if index > 0 {
                self.put(join);
            }
            self.unit(depth);
        }
    }

    fn unit(&mut self, depth: usize) {
        match self.draw.below(if depth == 0 { 6 } else { 10 }) {
            0 => self.name("d", 2),
            1 => self.name("c", NAMED),
            2..=5 => self.test(),
            6 => {
                self.put("not");
                self.unit(depth - 1);
            }
            _ => {
                self.put("(");
                self.condition(depth - 1);
                self.put(")");
            }
        }
    }

    fn test(&mut self) {
        let fact = self.draw.below(self.facts.len());
        let kind = self.facts[fact];
        if kind == Kind::Date && self.draw.once_in(2) {
            let unit = self.draw.of(&["years", "months", "days"]);
            self.put(&format!("{unit} since f{fact}"));
            self.comparison();
            return self.digits();
        }
        self.put(&format!("f{fact}"));
        let has_order = matches!(kind, Kind::Number | Kind::Date);
        match self.draw.below(if has_order { 6 } else { 4 }) {
            0 if kind == Kind::YesNo => {}
            0 | 1 => {
                self.is();
                self.literal(kind);
            }
            2 | 3 => {
                self.is();
                self.put("one of");
                self.literals(kind);
            }
            4 => {
                self.is();
                self.put("from");
                self.literal(kind);
                self.put("to");
                self.literal(kind);
            }
            _ => {
                self.comparison();
                self.literal(kind);
            }
        }
    }

    fn is(&mut self) {
        let words = self.draw.of(&["is", "is not"]);
        self.put(words);
    }

    fn head(&mut self) {
        if self.draw.once_in(3) {
            self.said("policy p");
            self.put("as of");
            self.date();
        }
    }

    fn fact(&mut self, index: usize) {
        self.said(&format!("fact f{index}"));
        self.put(":");
        match self.facts[index] {
            Kind::YesNo => self.put("yes or no"),
            Kind::Date => self.put("date"),
            Kind::List => {
                self.put("one of");
                for item in 0..3 {
                    self.put(&format!("{}v{item}", if item > 0 { ", " } else { "" }));
                    if self.draw.once_in(3) {
                        self.text();
                    }
                }
            }
            Kind::Number => {
                let kind = self.draw.of(&[
                    "number",
                    "whole number",
                    "number from -2_000 to 10.50",
                    "whole number from 0 to 12",
                ]);
                self.put(kind);
            }
        }
        if self.draw.once_in(4) {
            self.said("ask");
        }
        if self.draw.once_in(4) {
            self.said("note");
        }
    }

    fn source(&mut self, index: usize) {
        self.said(&format!("source s{index}"));
        for _ in 0..self.draw.below(4) {
            match self.draw.below(8) {
                part @ 0..=3 => self.said(["by", "url", "archived", "note"][part]),
                4 => {
                    let words = self.draw.of(&["language en", "language no", "language is"]);
                    self.put(words);
                }
                5 => {
                    self.put("quoted in");
                    self.name("s", NAMED);
                }
                part => {
                    self.put(["published", "accessed"][part - 6]);
                    self.date();
                }
            }
        }
    }

    fn claim(&mut self, index: usize) {
        self.put(&format!("claim k{index} by"));
        self.name("s", NAMED);
        for part in ["at", "context", "certainty", "quote"] {
            match part {
                _ if !self.draw.once_in(4) => {}
                "context" => self.put(part),
                _ => self.said(part),
            }
        }
        while self.draw.once_in(3) {
            let word = self.draw.of(&["repeats", "supports", "contradicts"]);
            self.put(word);
            self.name("k", NAMED);
        }
        self.text();
    }

    fn consequence(&mut self, index: usize) {
        self.said(&format!("consequence c{index}"));
        if self.draw.once_in(2) {
            self.put("harm");
        }
        if self.draw.once_in(4) {
            self.said("law");
        }
        if self.draw.once_in(4) {
            self.said("note");
        }
    }

    fn rule(&mut self, index: usize) {
        self.said(&format!("rule r{index}"));
        if self.draw.once_in(2) {
            self.put("per");
            self.names("k", NAMED);
        }
        if self.draw.once_in(3) {
            self.said("assumes");
        }
        let force = self.draw.below(8);
        if force < 3 {
            self.put("in force");
        }
        for (word, is_there) in [("from", force < 2), ("until", (1..3).contains(&force))] {
            if is_there {
                self.put(word);
                self.date();
            }
        }
        self.put("when");
        self.condition(3);
        if self.draw.once_in(3) {
            self.put("unless");
            self.condition(2);
        }
        let then = self.draw.of(&["then", "then not"]);
        self.put(then);
        self.names("c", NAMED);
        if index > 0 && self.draw.once_in(3) {
            self.put("overrides");
            self.names("r", index);
        }
    }

    fn choice(&mut self, index: usize) {
        self.said(&format!("choice q{index}"));
        for option in 0..self.draw.below(3) {
            self.said(&format!("option o{option}"));
            self.put("sets");
            self.settings();
        }
    }

    fn scenario(&mut self) {
        self.said("scenario");
        if self.draw.once_in(3) {
            self.put("on");
            self.date();
        }
        if self.draw.once_in(2) {
            self.put("given");
            self.settings();
        }
        for _ in 0..1 + self.draw.below(2) {
            let status = self.draw.of(&["follows", "does not follow", "ruled out", "disputed", "undetermined", "only"]);
            self.put(&format!("expect {status}"));
            self.names("c", NAMED);
        }
    }

    fn file(&mut self) {
        self.head();
        for index in 0..self.facts.len() {
            self.fact(index);
        }
        for index in 0..NAMED {
            self.consequence(index);
        }
        for index in 0..2 {
            self.said(&format!("define d{index}"));
            self.put("as");
            self.condition(2);
        }
        for index in 0..NAMED {
            self.source(index);
        }
        for index in 0..NAMED {
            self.claim(index);
        }
        for index in 0..self.draw.below(6) {
            self.rule(index);
        }
        for index in 0..self.draw.below(2) {
            self.choice(index);
        }
        for _ in 0..self.draw.below(3) {
            self.scenario();
        }
    }
}

/// Writes a file that the grammar allows, and does with it what an author would.
pub fn grammar(data: &[u8]) {
    let draw = &mut Draw::new(data);
    let facts = (0..1 + draw.below(FACTS))
        .map(|_| [Kind::YesNo, Kind::List, Kind::Number, Kind::Date][draw.below(4)])
        .collect();
    let mut writer = Writer { draw, text: String::new(), facts };
    writer.file();
    let text = writer.text;
    let (_, mistakes) = syntax::parse(FileId::default(), &text, &Limits::default());
    // Two conflict marks of git may come from texts; nothing else is refused.
    assert!(mistakes.is_empty(), "{:?}\n{text}", mistakes.iter().map(|it| &it.message).collect::<Vec<_>>());
    match rules::load(text.as_bytes()) {
        Ok(policy) => {
            rules::check_layout(&text, &policy);
            check_as_author(&policy);
        }
        Err(found) => {
            rules::check_findings(&found.files, &found.list);
            // The layout looks at no names.
            let formatted = syntax::format(FileId::default(), &text, &Limits::default())
                .unwrap_or_else(|why| panic!("{why:?}\n{text}"));
            let twice = syntax::format(FileId::default(), &formatted, &Limits::default())
                .unwrap_or_else(|why| panic!("{why:?}\n{text}"));
            assert_eq!(twice, formatted, "{text}");
        }
    }
}

/// Lints, scenarios and outcomes, with few steps: found or given up, never a panic.
fn check_as_author(policy: &Policy) {
    let limits = Limits::default().with(Limit::QuestionSteps, 2_000).with(Limit::CheckSteps, 20_000);
    rules::check_findings(&policy.files, &lint::findings_within(policy, &Chosen::all(), limits));
    if let Ok(verdicts) = scenarios::verdicts(policy) {
        assert_eq!(verdicts.len(), policy.scenarios.len());
    }
    let limits = limits.with(Limit::CompileSteps, 2_000).with(Limit::SearchSteps, 2_000).with(Limit::BecauseSets, 50);
    if let Ok(engine) = Engine::with_limits(policy, &View::default(), limits) {
        assert_eq!(engine.outcomes(&policy.unknown()).len(), policy.consequences.len());
    }
}

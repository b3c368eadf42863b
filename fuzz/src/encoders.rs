//! Texts of all characters in every place of a policy, in every format that is written.
//!
//! The same policy with plain texts tells which elements and marks belong to a format: texts add none.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use ensue::analysis::traceability::Traceability;
use ensue::explore::change::{Changes, Wanted};
use ensue::explore::compare::{Comparison, Reasons};
use ensue::explore::timeline::{Look, Timeline};
use ensue::graph::{self, Given, Graph};
use ensue::json::{self, Layout, Subject};
use ensue::lint::{self, Chosen};
use ensue::model::Date;
use ensue::report::{self, Detail, Document, Form, Over, Suite};
use ensue::{Engine, Limits, Policy, Profile, View, scenarios};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};
use quick_xml::events::Event;
use serde_json::Value;

use crate::draw::Draw;
use crate::rules;

/// How many texts there are in [`policy`].
const TEXTS: usize = 33;

/// A policy with a text in every place that has one.
fn policy(texts: &[String]) -> Policy {
    let mut texts = texts.iter().map(|text| rules::quoted(text));
    let mut t = || texts.next().expect("there are enough");
    let text = [
        format!("policy p {} as of 2025-01-01", t()),
        format!("source s {} by {} published 2024-01-01 url {} archived {} note {}", t(), t(), t(), t(), t()),
        format!("source q {} quoted in s", t()),
        format!("claim k by q at {} certainty {} quote {} {}", t(), t(), t(), t()),
        format!("claim l by s context {}", t()),
        format!("fact f {} : one of a {}, b {} ask {} note {}", t(), t(), t(), t(), t()),
        format!("fact g {} : yes or no\nfact n {} : number\nfact d {} : date", t(), t(), t()),
        format!("define e {} as g or f is a", t()),
        format!("consequence x {} harm law {} note {}\nconsequence y {}", t(), t(), t(), t()),
        format!("rule r {} per k assumes {} in force from 2024-06-01 when e then x", t(), t()),
        format!("rule m {} when g and (n > 1 or years since d >= 18) then not x", t()),
        format!("rule o {} per k when not e then y", t()),
        format!("choice h {} option i {} sets f a option j {} sets f b", t(), t(), t()),
        format!("scenario {} given g yes expect disputed x", t()),
    ];
    rules::sound(&text.join("\n"))
}

/// Of whom something is written, by which rules.
struct Case {
    policy: Policy,
    /// The name of the profile.
    name: String,
    /// The profile, as JSON.
    profile: &'static str,
}

impl Case {
    /// Hands out what is written of.
    fn with<T>(&self, write: impl FnOnce(&Engine<'_>, Subject<'_>) -> T) -> T {
        let profile = &self.policy.profile(self.profile).expect("it fits");
        let engine = Engine::new(&self.policy, &View::default()).expect("it has a date");
        let subject = Subject { policy: &self.policy, selection: &engine.selection, name: Some(&self.name), profile };
        write(&engine, subject)
    }

    fn pages(&self, form: Form) -> Vec<String> {
        self.with(|engine, subject| pages(engine, subject, form))
    }

    fn document(&self, form: Form) -> String {
        self.with(|engine, subject| {
            let view = View::default();
            let look = Look { view: &view, as_known: false };
            let over = timeline(&self.policy, look, subject.profile).ok().map(|found| Over { look, found });
            let command = "ensue report".to_owned();
            let document = Document::new(engine, subject, over, command, false).expect("it has a date");
            report::document(&document, form)
        })
    }

    fn graphs(&self) -> Vec<Graph> {
        self.with(|engine, Subject { profile, .. }| {
            let given = Some(Given { name: Some(&self.name), profile });
            let decisions = self.policy.consequence_ids().filter_map(|id| graph::decision(engine, id, given));
            [graph::evidence(engine, given)].into_iter().chain(decisions).collect()
        })
    }

    fn traced(&self) -> Traceability {
        Traceability::of(&self.policy).expect("every scenario has a date")
    }

    fn junit(&self) -> String {
        let verdicts = scenarios::verdicts(&self.policy).expect("it has a date");
        report::junit(&[Suite::of(&self.name, &self.policy, &verdicts)])
    }
}

fn pages(engine: &Engine<'_>, subject: Subject<'_>, form: Form) -> Vec<String> {
    let Subject { policy, profile, .. } = subject;
    let mut pages = vec![report::outcomes(subject, &engine.outcomes(profile), Detail::Full, form)];
    for id in policy.consequence_ids() {
        pages.push(report::explanation(subject, &engine.explain(id, profile), form));
        let changes = Changes::of(engine, id, Wanted::Otherwise, profile, &[]);
        pages.push(report::changes(subject, &changes, Wanted::Otherwise, form));
    }
    let choices = policy.choices.iter().map(|choice| Comparison::of_options(engine, choice, profile, Reasons::Sought));
    let values = policy.fact_ids().map(|fact| Comparison::of_values(engine, fact, profile, Reasons::Sought));
    pages.push(report::comparisons(subject, &choices.chain(values).collect::<Vec<_>>(), form));
    let view = View::default();
    let look = Look { view: &view, as_known: false };
    if let Ok(found) = timeline(policy, look, profile) {
        pages.push(report::timeline(subject, look, &found, form));
    }
    let traced = Traceability::of(policy).expect("every scenario has a date");
    pages.push(report::traceability(policy, &traced, Detail::Full, form));
    pages
}

fn timeline(policy: &Policy, look: Look<'_>, profile: &Profile) -> Result<Timeline, impl Sized> {
    let [from, to] = ["2024-01-01", "2025-12-31"].map(|date| Date::parse(date).expect("a date"));
    Timeline::of(policy, look, profile, (from, to))
}

/// Elements of HTML as a browser's tokenizer finds them: a name with the names of its attributes.
#[derive(Default)]
struct Elements(RefCell<Vec<String>>);

impl TokenSink for Elements {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                let attributes: Vec<&str> = tag.attrs.iter().map(|it| &*it.name.local).collect();
                let mark = if tag.kind == TagKind::EndTag { "/" } else { "" };
                self.0.borrow_mut().push(format!("{mark}{} {}", tag.name, attributes.join(" ")));
            }
            Token::CommentToken(_) => self.0.borrow_mut().push("a comment".to_owned()),
            Token::ParseError(error) => panic!("{error}"),
            Token::DoctypeToken(_) | Token::CharacterTokens(_) | Token::NullCharacterToken | Token::EOFToken => {}
        }
        TokenSinkResult::Continue
    }
}

fn elements(html: &str) -> Vec<String> {
    let tokenizer = Tokenizer::new(Elements::default(), Default::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.take()
}

/// The same of XML, which must be well formed; each kind once.
fn elements_of_xml(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut found, mut open) = (BTreeSet::new(), 0);
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{error} in {xml}"));
        if let Event::Start(element) | Event::Empty(element) = &event {
            let attribute = |it: Result<quick_xml::events::attributes::Attribute<'_>, _>| {
                let it = it.unwrap_or_else(|error| panic!("{error} in {xml}"));
                assert!(!it.value.contains('<'), "{xml}");
                it.key.as_ref().to_owned()
            };
            found.extend(element.attributes().map(attribute).map(|key| format!("{:?} {key}", element.name())));
            found.insert(format!("{:?}", element.name()));
        }
        match event {
            Event::Start(_) => open += 1,
            Event::End(_) => open -= 1,
            Event::Eof => break,
            Event::Empty(_) | Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) | Event::Decl(_) => {}
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {
                found.insert("what is no element".to_owned());
            }
        }
    }
    assert_eq!(open, 0, "an element is not closed: {xml}");
    let forbidden = |c: &char| c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!xml.chars().any(|c| forbidden(&c)), "a character that XML has not: {xml:?}");
    found.into_iter().collect()
}

/// What stands outside of quoted strings of Graphviz's language; each string as `""`.
fn outside_quotes(dot: &str) -> Vec<String> {
    let (mut outside, mut is_inside, mut is_escaped) = (String::new(), false, false);
    for c in dot.chars() {
        match (is_inside, c) {
            (true, _) if is_escaped => is_escaped = false,
            (true, '\\') => is_escaped = true,
            (_, '"') => {
                is_inside = !is_inside;
                outside.push('"');
            }
            (true, _) => {}
            (false, c) => outside.push(c),
        }
    }
    assert!(!is_inside, "a string is not closed: {dot}");
    vec![outside]
}

/// How many cells each record of a table has; each cell is text to a spreadsheet.
fn records(csv: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let count = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.unwrap_or_else(|error| panic!("{error} in {csv}"));
        for cell in &record {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "a formula: {cell:?}");
            assert!(!cell.chars().any(char::is_control), "{cell:?}");
        }
        record.len().to_string()
    };
    reader.records().map(count).collect()
}

/// The lines of a text, each as what is not a text in it: marks of Mermaid.
fn mermaid_marks(mermaid: &str) -> Vec<String> {
    mermaid
        .lines()
        .map(|line| match line.trim_start().split_once(": ") {
            Some((word @ ("accTitle" | "accDescr"), _)) => word.to_owned(),
            Some(_) | None => line.split('"').step_by(2).collect::<Vec<_>>().join("\"\""),
        })
        .collect()
}

const KNOWN: [&str; 3] = ["{}", r#"{"g": true}"#, r#"{"f": "a", "g": false, "n": 1.5, "d": "2000-02-29"}"#];

/// A number at the end keeps texts apart that are otherwise alike. Line ends would be lines of the rule file, which
/// documents show.
fn numbered(index: usize, text: &str) -> String {
    format!("{} n{index}", text.replace('\n', " "))
}

/// How many ways there are to write of a case.
const WAYS: usize = 6;

/// What each output of one way is made of but for texts: elements, marks, how many lines or cells.
type Marks = Vec<Vec<String>>;

/// Those of plain texts, by the way and by what is known.
static PLAIN: [[OnceLock<Marks>; KNOWN.len()]; WAYS] = [const { [const { OnceLock::new() }; KNOWN.len()] }; WAYS];

/// Writes of a policy with odd texts, and compares the marks of the format with those for plain texts.
pub fn encoders(data: &[u8]) {
    let draw = &mut Draw::new(data);
    let (way, known) = (draw.below(WAYS), draw.below(KNOWN.len()));
    let texts: Vec<String> = (0..TEXTS).map(|index| numbered(index, &draw.text())).collect();
    let odd = Case { name: draw.text() + "name", policy: policy(&texts), profile: KNOWN[known] };
    let usual = PLAIN[way][known].get_or_init(|| {
        // Addresses that are links: a browser may be trusted with few of the others.
        let plain = |index| numbered(index, if [3, 4].contains(&index) { "https://e.org/" } else { PLAIN_TEXT });
        let texts: Vec<String> = (0..TEXTS).map(plain).collect();
        Case { name: "name".to_owned(), policy: policy(&texts), profile: KNOWN[known] }.marks(way)
    });
    let found = odd.marks(way);
    assert_eq!(found.len(), usual.len());
    for (found, usual) in found.iter().zip(usual) {
        match way {
            // How long texts are decides how many lines and boxes there are, and which of them are links.
            1 | 2 => assert!(found.iter().all(|mark| usual.contains(mark)), "{found:?} {usual:?} {texts:?}"),
            _ => assert_eq!(found, usual, "{texts:?}"),
        }
    }
}

const PLAIN_TEXT: &str = "plain words, which are enough to be broken into several lines";

impl Case {
    fn marks(&self, way: usize) -> Marks {
        match way {
            0 => self.pages(Form::Html).iter().map(|html| part_of_html(html)).collect(),
            1 => vec![elements(&self.document(Form::Html))],
            2 => self.graphs().iter().map(|graph| elements_of_xml(&svg(graph))).collect(),
            3 => self.lines(),
            4 => self
                .graphs()
                .iter()
                .flat_map(|graph| [mermaid_marks(&graph::mermaid(graph)), outside_quotes(&graph::dot(graph))])
                .collect(),
            _ => vec![
                elements_of_xml(&self.junit()),
                records(&report::traceability_csv(&self.policy, &self.traced())),
                self.json(),
            ],
        }
    }

    /// Texts for terminals, of which nothing is compared, and lines of Markdown.
    fn lines(&self) -> Marks {
        let found = lint::findings(&self.policy, &Chosen::all());
        rules::check_findings(&self.policy.files, &found);
        let verdicts = scenarios::verdicts(&self.policy).expect("it has a date");
        let told = verdicts.iter().map(|verdict| report::scenario(&self.policy, verdict));
        for page in self.pages(Form::Text).into_iter().chain([self.document(Form::Text)]).chain(told) {
            rules::check_terminal(&rules::without_colours(&page));
        }
        let count = |page: String| {
            rules::check_terminal(&page);
            vec![page.lines().count().to_string()]
        };
        self.pages(Form::Markdown).into_iter().map(count).collect()
    }

    /// What other programs read, by its kinds.
    fn json(&self) -> Vec<String> {
        let found = lint::findings(&self.policy, &Chosen::all());
        let texts = [
            self.with(|engine, subject| json::outcomes(subject, &engine.outcomes(subject.profile), Layout::Line)),
            json::declared(&self.policy, Layout::Indented),
            json::sarif(found.iter().map(|finding| (&self.policy.files, finding)), Layout::Line),
            json::bibliography(&self.policy, Layout::Line),
        ];
        let kind = |text: &String| match serde_json::from_str(text) {
            Ok(Value::Object(entries)) => format!("{:?}", entries.keys()),
            Ok(Value::Array(list)) => list.len().to_string(),
            other => panic!("{other:?} in {text}"),
        };
        texts.iter().map(kind).collect()
    }
}

/// A part of a page is XML too.
fn part_of_html(html: &str) -> Vec<String> {
    elements_of_xml(&format!("<div>{html}</div>"));
    elements(html)
}

fn svg(graph: &Graph) -> String {
    graph::svg(graph, "p", &Limits::default()).unwrap_or_else(|_| panic!("it is small"))
}

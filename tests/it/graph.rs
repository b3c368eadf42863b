//! Pictures: decision diagrams walked as a reader would, against the specification; what is marked
//! against every completion; texts of all kinds; boxes that do not overlap.

use std::collections::{BTreeMap, BTreeSet};

use ensue::graph::{Direction, Edge, Given, Graph, Kind, Node, Relation, TooLarge};
use ensue::graph::{decision, dot, evidence, mermaid, svg};
use ensue::semantics::{View, evaluate};
use ensue::words::{plain, words};
use ensue::{Engine, Limit, Limits, Policy};
use proptest::prelude::*;
use quick_xml::events::Event;

use crate::cli::run;
use crate::compare::text;
use crate::generate::{FACTS, Tape, completions, profile_json, tapes};
use crate::lints::load;

const RULES: &str = "rules/passports.ensue";
const KHERSON: &str = "tests/profiles/kherson.json";

/// Whether a reader takes an arrow with these words for a value.
fn takes(words: &str, value: &str) -> bool {
    let value = match value.trim_matches('"') {
        "true" => "yes",
        "false" => "no",
        "va" => "A",
        value => value,
    };
    words.split(" or ").any(|part| lies_within(part, value))
}

/// `from 1 to 2`, `before 2000-02-29`, `A`.
fn lies_within(part: &str, value: &str) -> bool {
    let order = |bound: &str| match (value.parse::<f64>(), bound.parse::<f64>()) {
        (Ok(value), Ok(bound)) => value.partial_cmp(&bound).expect("numbers"),
        _ => value.cmp(bound),
    };
    let part = part.strip_suffix(" on").unwrap_or(part);
    let (lower, upper) = match part.split_once(" to ") {
        Some((lower, upper)) if lower != "up" => (lower, Some(("to", upper))),
        _ => match part.split_once(", ") {
            Some((lower, upper)) => (lower, upper.split_once(' ')),
            None => (part, None),
        },
    };
    let above = match lower.split_once(' ') {
        None => return lower == "any" || order(lower).is_eq(),
        Some(("from", bound)) => order(bound).is_ge(),
        Some(("above" | "after", bound)) => order(bound).is_gt(),
        Some(("below" | "before", bound)) => order(bound).is_lt(),
        Some(("up", bound)) => order(bound.trim_start_matches("to ")).is_le(),
        Some(other) => panic!("{other:?}"),
    };
    above
        && match upper {
            None => true,
            Some(("to", bound)) => order(bound).is_le(),
            Some(("below" | "before", bound)) => order(bound).is_lt(),
            Some(other) => panic!("{other:?}"),
        }
}

/// For each question the place of its fact, and for each of the fact's values the arrow that is taken.
fn answers(graph: &Graph) -> BTreeMap<usize, (usize, Vec<usize>)> {
    let questions = graph.nodes.iter().enumerate().filter(|(_, node)| node.kind == Kind::Question);
    let answer = |(index, node): (usize, &Node)| {
        let fact = FACTS.iter().position(|(name, ..)| node.text == format!("Fact {name}")).expect("a fact's label");
        let taken = |value: &&str| {
            let takes = |edge: &Edge| match &edge.relation {
                Relation::Answer(words) => edge.from == index && takes(words, value),
                _ => false,
            };
            let taken: Vec<usize> = (0..graph.edges.len()).filter(|edge| takes(&graph.edges[*edge])).collect();
            assert_eq!(taken.len(), 1, "{node:?} for {value}");
            taken[0]
        };
        (index, (fact, FACTS[fact].2.iter().map(taken).collect()))
    };
    questions.map(answer).collect()
}

/// The nodes and the arrows on the path of a complete profile; its last node is a status.
fn walk(graph: &Graph, answers: &BTreeMap<usize, (usize, Vec<usize>)>, case: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let (mut nodes, mut edges) = (vec![0], Vec::new());
    while let Some((fact, taken)) = answers.get(&nodes[nodes.len() - 1]) {
        let edge = taken[case[*fact]];
        edges.push(edge);
        nodes.push(graph.edges[edge].to);
    }
    (nodes, edges)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_decision_diagram_leads_to_what_follows_and_marks_all_that_is_possible(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&text(&mut tape));
        let places: Vec<Option<usize>> =
            FACTS.iter().map(|(_, _, values)| (tape.pick(3) > 0).then(|| tape.pick(values.len()))).collect();
        let profile = policy.profile(&profile_json(&places)).expect("it fits");
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let complete: Vec<Vec<usize>> = completions();
        let statuses: Vec<_> = complete
            .iter()
            .map(|case| {
                let values: Vec<Option<usize>> = case.iter().copied().map(Some).collect();
                let profile = policy.profile(&profile_json(&values)).expect("it fits");
                evaluate(&policy, &engine.selection, &profile)
            })
            .collect();
        for id in policy.consequence_ids() {
            let graph = decision(&engine, id, Some(Given { name: None, profile: &profile })).expect("it is small");
            let answers = answers(&graph);
            let (mut nodes, mut edges) = (BTreeSet::new(), BTreeSet::new());
            for (case, statuses) in complete.iter().zip(&statuses) {
                let path = walk(&graph, &answers, case);
                let end = &graph.nodes[path.0[path.0.len() - 1]];
                prop_assert_eq!((end.kind, &end.text[..]), (Kind::Status, words(statuses[id.index()])));
                if places.iter().zip(case).all(|(known, value)| known.is_none_or(|known| known == *value)) {
                    nodes.extend(path.0);
                    edges.extend(path.1);
                }
            }
            let marked: BTreeSet<usize> = (0..graph.nodes.len()).filter(|it| graph.nodes[*it].marked).collect();
            prop_assert_eq!(&marked, &nodes);
            let marked: BTreeSet<usize> = (0..graph.edges.len()).filter(|it| graph.edges[*it].marked).collect();
            prop_assert_eq!(&marked, &edges);
            // Without a profile it is the same, and nothing is marked.
            let plain = decision(&engine, id, None).expect("it is small");
            prop_assert_eq!(plain.nodes.len(), graph.nodes.len());
            prop_assert!(!plain.nodes.iter().any(|node| node.marked) && !plain.edges.iter().any(|edge| edge.marked));
        }
    }

    #[test]
    fn what_gives_a_status_is_marked_and_what_does_not_count_is_faded(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&text(&mut tape));
        let view = View { without: vec![policy.source("s0").expect("it is declared")], ..View::default() };
        let engine = Engine::new(&policy, &view).expect("it has a date");
        let profile = policy.profile(&profile_json(&[Some(1), None, Some(0), None, Some(2), None])).expect("it fits");
        let graph = evidence(&engine, Some(Given { name: None, profile: &profile }));
        let node = |id: String| graph.nodes.iter().position(|node| node.id == id).expect("it is drawn");
        let outcomes = engine.outcomes(&profile);
        for rule in policy.rule_ids() {
            let it = &policy[rule];
            let index = node(format!("rule_{}", it.name));
            prop_assert_eq!(graph.nodes[index].faded, !engine.selection.has(rule));
            prop_assert_eq!(graph.nodes[index].marked, outcomes.iter().any(|outcome| outcome.rules.contains(&rule)));
            prop_assert_eq!(graph.nodes[index].kind == Kind::Denial, it.denies);
            for consequence in policy.consequence_ids() {
                let to = node(format!("consequence_{}", policy[consequence].name));
                let leads = |edge: &&Edge| {
                    matches!(edge.relation, Relation::Asserts | Relation::Denies) && (edge.from, edge.to) == (index, to)
                };
                let edge: Vec<bool> = graph.edges.iter().filter(leads).map(|edge| edge.marked).collect();
                let gives = outcomes[consequence.index()].rules.contains(&rule);
                let expected = if it.concludes.contains(&consequence) { vec![gives] } else { Vec::new() };
                prop_assert_eq!(edge, expected);
            }
            for claim in &it.claims {
                let from = node(format!("claim_{}", policy[*claim].name));
                let edge = graph.edges.iter().find(|edge| (edge.from, edge.to) == (from, index)).expect("it is drawn");
                let counts = engine.selection.counts(*claim);
                prop_assert_eq!(edge.marked, graph.nodes[index].marked && counts);
                prop_assert_eq!(graph.nodes[from].faded, !counts);
            }
        }
        // Whatever is marked has words for it.
        let says = |node: &Node| node.notes.iter().any(|note| note.contains("for this profile"));
        prop_assert!(graph.nodes.iter().filter(|node| node.marked).all(says));
    }

    #[test]
    fn boxes_do_not_overlap_and_stay_inside(choices in tapes()) {
        let policy = load(&text(&mut Tape::new(&choices)));
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let decisions = policy.consequence_ids().map(|id| decision(&engine, id, None).expect("it is small"));
        for graph in decisions.chain([evidence(&engine, None)]) {
            let drawn = svg(&graph, "p", &Limits::default()).expect("it is small");
            // The same, whatever was drawn before.
            prop_assert_eq!(&drawn, &svg(&graph, "p", &Limits::default()).expect("it is small"));
            let (width, height, boxes) = boxes(&drawn);
            prop_assert_eq!(boxes.len(), graph.nodes.len());
            for (index, a) in boxes.iter().enumerate() {
                prop_assert!(a[0] > 0 && a[1] > 0 && a[2] < width && a[3] < height);
                let apart = |b: &[i32; 4]| a[2] < b[0] || b[2] < a[0] || a[3] < b[1] || b[3] < a[1];
                prop_assert!(boxes[index + 1..].iter().all(apart));
            }
        }
    }
}

/// Every element with its attributes.
pub fn elements(xml: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().expect("it is XML") {
            Event::Start(it) | Event::Empty(it) => {
                let attributes = it.attributes().map(|attribute| {
                    let attribute = attribute.expect("it is XML");
                    (attribute.key.as_ref().to_owned(), attribute.value.into_owned())
                });
                let name = it.name().as_ref().to_owned();
                elements.push((name, attributes.collect()));
            }
            Event::Eof => return elements,
            _ => {}
        }
    }
}

/// The width and the height of a picture, and the edges of each box: left, top, right, bottom.
fn boxes(svg: &str) -> (i32, i32, Vec<[i32; 4]>) {
    let elements = elements(svg);
    let side = |name: &str| elements[0].1[name].parse().expect("a whole number");
    let is_box = |attributes: &&BTreeMap<String, String>| {
        attributes.get("class").is_some_and(|class| class.split(' ').next() == Some("box"))
    };
    let outlines = elements.iter().map(|(_, attributes)| attributes).filter(is_box);
    (side("width"), side("height"), outlines.map(|it| corners(&it["d"])).collect())
}

/// The edges of an outline.
fn corners(outline: &str) -> [i32; 4] {
    let (mut across, mut down) = (Vec::new(), Vec::new());
    let starts: Vec<usize> = outline.match_indices(|c: char| c.is_ascii_alphabetic()).map(|it| it.0).collect();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(outline.len());
        let numbers: Vec<i32> =
            outline[start + 1..end].split_whitespace().map(|it| it.parse().expect("a whole number")).collect();
        match (&outline[*start..=*start], &numbers[..]) {
            ("M" | "L", [x, y]) | ("A", [.., x, y]) => {
                across.push(*x);
                down.push(*y);
            }
            ("H", [x]) => across.push(*x),
            ("V", [y]) => down.push(*y),
            ("z", []) => {}
            other => panic!("{other:?}"),
        }
    }
    let least = |numbers: &[i32]| *numbers.iter().min().expect("an outline has corners");
    let most = |numbers: &[i32]| *numbers.iter().max().expect("an outline has corners");
    [least(&across), least(&down), most(&across), most(&down)]
}

pub const HOSTILE: &[&str] = &[
    "\"><script>evil()</script>",
    "</text></svg><evil/>",
    "]]><evil>&lt;evil&gt;",
    "\"]; evil [label=\"",
    "\\\"]; evil; \\",
    "\\",
    "\\N \\G \\l &quot;evil",
    "evil\"] --> evil[\"",
    "%%{init: {\"evil\": 1}}%%",
    "`**evil**` #quot;evil",
    "end",
    "1. evil",
    "- evil\n\n\r\nsubgraph evil",
    "\u{1b}[2Jevil\u{202e}\u{feff}\u{0}",
    "url(#evil) javascript:evil",
    "邪悪邪悪邪悪邪悪邪悪邪悪邪悪邪悪邪悪邪悪邪悪邪悪邪悪邪悪邪悪邪悪邪悪",
    "evilevilevilevilevilevilevilevilevilevilevilevilevilevilevilevilevilevilevilevilevilevilevilevil",
    "",
];

/// A graph with a text in every place.
fn graph_of(text: &str) -> Graph {
    let text = plain(text);
    let node = |index: usize, kind| Node {
        id: format!("node_{index}"),
        kind,
        head: text.clone(),
        text: text.clone(),
        notes: vec![text.clone()],
        marked: index.is_multiple_of(2),
        faded: index.is_multiple_of(3),
    };
    let kinds = [Kind::Source, Kind::Claim, Kind::Rule, Kind::Denial, Kind::Consequence, Kind::Question, Kind::Status];
    let edge = |from: usize, marked| Edge {
        from,
        to: from + 1,
        relation: Relation::Answer(text.clone()),
        marked,
        faded: !marked,
    };
    Graph {
        title: text.clone(),
        about: text.clone(),
        description: text.clone(),
        notes: vec![text.clone()],
        direction: Direction::Right,
        nodes: kinds.into_iter().enumerate().map(|(index, kind)| node(index, kind)).collect(),
        edges: (0..6).map(|from| edge(from, from % 2 == 0)).collect(),
    }
}

/// What is left of a text when everything between quotes is taken out; a backslash shields what
/// comes after it, where there is such a thing.
fn without_quoted(text: &str, shields: bool) -> String {
    let (mut out, mut inside, mut shielded) = (String::new(), false, false);
    for c in text.chars() {
        match c {
            _ if shielded => shielded = false,
            '\\' if inside && shields => shielded = true,
            '"' => inside = !inside,
            _ if inside => {}
            _ => out.push(c),
        }
    }
    assert!(!inside && !shielded, "{text}");
    out
}

#[test]
fn texts_are_only_texts() {
    let empty = graph_of("a");
    let names = |svg: &str| elements(svg).into_iter().map(|(name, _)| name).collect::<BTreeSet<String>>();
    let allowed = names(&svg(&empty, "p", &Limits::default()).expect("it is small"));
    for text in HOSTILE {
        let graph = graph_of(text);
        let drawn = svg(&graph, "p", &Limits::default()).expect("it is small");
        assert!(names(&drawn).is_subset(&allowed), "{text}");
        for (_, attributes) in elements(&drawn) {
            for (name, value) in attributes {
                assert!(!name.starts_with("on") && !name.contains("href"), "{text}: {name}");
                assert!(!value.contains("evil"), "{text}: {name}={value}");
            }
        }
        assert!(!drawn.chars().any(|c| c.is_control() && c != '\n'), "{text}");
        let written = dot(&graph);
        let rest = without_quoted(&written, true);
        assert!(!rest.contains("evil") && !rest.contains('\\') && rest.lines().count() == 19, "{text}: {written}");
        let written = mermaid(&graph);
        assert_eq!(written.lines().count(), 22, "{written}");
        assert!(!written.contains("%%") && !written.contains("**") && !written.contains("<evil"), "{text}: {written}");
        let (acc, rest): (Vec<&str>, Vec<&str>) = written.lines().partition(|line| line.starts_with("  acc"));
        assert!(acc.len() == 2 && !acc.join("").contains(['"', '<', '{', '`']), "{text}: {acc:?}");
        assert!(!without_quoted(&rest.join("\n"), false).contains("evil"), "{text}: {written}");
    }
}

/// The picture's words: what a reader hears who does not see it.
#[test]
fn every_box_says_what_it_is_and_where_it_leads() {
    let (code, drawn, said) = run(&["graph", RULES, KHERSON, "--of", "property_seizure"], "");
    assert_eq!((code, &said[..]), (0, ""));
    for words in [
        ">question 1: Is the person a citizen of Ukraine?; for this profile: yes; if no: it does not follow; if yes: \
         question 2, for this profile</title>",
        ">status: it follows; for this profile</title>",
        "<title id=\"ensue-graph-title\">What decides: Faces seizure of property by the authorities</title>",
        "It does not mean that it cannot happen.",
    ] {
        let words = words.replace("\n", " ");
        assert!(drawn.contains(&words) || drawn.replace('\n', " ").contains(&words), "{words}\n{drawn}");
    }
    // Every id that is named is there, once.
    let elements = elements(&drawn);
    let ids: Vec<&String> = elements.iter().filter_map(|(_, attributes)| attributes.get("id")).collect();
    assert!(ids.iter().all(|id| id.starts_with("ensue-graph")));
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    let named = elements.iter().flat_map(|(_, it)| [it.get("aria-labelledby"), it.get("aria-describedby")]).flatten();
    assert!(named.clone().count() > 5 && named.clone().all(|name| ids.contains(&name)));
}

/// In trycmd's documents a backslash would stand as another sign.
#[test]
fn graphviz_is_given_lines_and_styles() {
    let policy = load(
        "policy p \"P\" as of 2020-01-01\nfact a \"A \\\\ \\\"B\\\"\" : yes or no\nconsequence c \"C & D\"\n\
         source s \"S\"\nclaim k by s \"K\"\nrule r \"R\" per k when a then not c",
    );
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let profile = policy.profile("{\"a\": true}").expect("it fits");
    let given = Some(Given { name: None, profile: &profile });
    let c = policy.consequence("c").expect("it is declared");
    expect_test::expect![[r#"
        digraph ensue {
          graph [rankdir=TB, labelloc=t, fontname="sans-serif"];
          graph [label="What decides: C &amp; D\non 2020-01-01, for the facts given\nEach box asks for one fact, and each arrow is an answer: read from the top.\nThick lines and \"for this profile\" show the path of the profile; where a fact is\nnot known, every answer stays possible.\n\"Does not follow\" means only that no report encoded in these rules leads to\nit. It does not mean that it cannot happen.", tooltip="1 question, leading to: it does not follow, or it is ruled out. For this profile: it is ruled out."];
          node [shape=box, fontname="sans-serif"];
          edge [fontname="sans-serif"];
          question_1 [label="question 1\nA \\ \"B\"\nfor this profile: yes", style="rounded,bold", penwidth=3];
          status_does_not_follow [label="status\nit does not follow", shape=ellipse];
          status_ruled_out [label="status\nit is ruled out\nfor this profile", shape=ellipse, style="bold", penwidth=3];
          question_1 -> status_does_not_follow [label="no"];
          question_1 -> status_ruled_out [label="yes", penwidth=3];
        }
    "#]].assert_eq(&dot(&decision(&engine, c, given).expect("it is small")));
    expect_test::expect![[r#"
        digraph ensue {
          graph [rankdir=LR, labelloc=t, fontname="sans-serif"];
          graph [label="P\non 2020-01-01, for the facts given\nArrows lead from sources to what they report, to the rules that encode it,\nand to what these rules conclude.\nThick lines and \"for this profile\" show what gives the consequences their\nstatuses.", tooltip="From left to right: 1 source, 1 claim, 1 rule, 1 consequence. What gives the consequences their statuses for this profile is marked."];
          node [shape=box, fontname="sans-serif"];
          edge [fontname="sans-serif"];
          source_s [label="source\nS\nfor this profile", shape=cylinder, style="bold", penwidth=3];
          claim_k [label="claim\nK\nfor this profile", shape=note, style="bold", penwidth=3];
          rule_r [label="rule that denies\nR\nfor this profile", shape=octagon, style="bold", penwidth=3];
          consequence_c [label="consequence\nC &amp; D\nfor this profile: it is ruled out", style="rounded,bold", penwidth=3];
          source_s -> claim_k [penwidth=3];
          claim_k -> rule_r [penwidth=3];
          rule_r -> consequence_c [label="then not", penwidth=3];
        }
    "#]].assert_eq(&dot(&evidence(&engine, given)));
}

#[test]
fn two_runs_write_the_same() {
    for of in [&[][..], &["--of", "no_healthcare"]] {
        for format in ["svg", "dot", "mermaid"] {
            let arguments = [&["graph", RULES, KHERSON, "--format", format], of].concat();
            assert_eq!(run(&arguments, ""), run(&arguments, ""));
        }
    }
}

#[test]
fn what_is_too_large_is_refused_with_what_can_be_done() {
    let most = Limit::PictureBoxes.default() as usize;
    let drawn = |claims: usize, limits: Limits| {
        let claims: String = (0..claims).map(|index| format!("claim k{index} by s \"K\"\n")).collect();
        let policy: Policy = load(&format!("source s \"S\"\n{claims}"));
        let graph = evidence(&Engine::new(&policy, &View::default()).expect("no date is needed"), None);
        svg(&graph, "p", &limits).map(|_| dot(&graph))
    };
    // The source has a box, and each claim has one and an arrow.
    assert!(drawn(most - 1, Limits::default()).is_ok());
    assert_eq!(drawn(most, Limits::default()), Err(TooLarge { nodes: most + 1, edges: most }));
    let raised = Limits::default().with(Limit::PictureBoxes, most as u64 + 1);
    assert!(drawn(most, raised).expect("the limit was raised").contains("claim_k299"));
    assert!(drawn(most, raised.with(Limit::PictureArrows, most as u64)).is_ok());
    assert!(drawn(most, raised.with(Limit::PictureArrows, most as u64 - 1)).is_err());
    let claims: String = (0..most).map(|index| format!("claim k{index} by s \"K\"\n")).collect();
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = folder.path().join("large.ensue");
    std::fs::write(&path, format!("source s \"S\"\n{claims}")).expect("it can be written");
    let (code, out, said) = run(&["graph", path.to_str().expect("text")], "");
    assert_eq!((code, &out[..]), (2, ""));
    assert!(said.contains("301 boxes and 300 arrows") && said.contains("--format dot"), "{said}");
    let policy = load(
        "fact a \"A\" : yes or no\nfact b \"B\" : yes or no\nconsequence c \"C\"\nrule r \"R\" when a and b then c",
    );
    let limits = Limits::default().with(Limit::CompileSteps, 0);
    let engine = Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
    assert_eq!(decision(&engine, policy.consequence("c").expect("it is declared"), None), None);
}

//! Tallies as pictures: every number that is shown is there, none that is hidden can be seen, and texts
//! are only texts.

use std::collections::BTreeMap;
use std::fs;

use ensue::graph::chart::{Chart, Look, bars};
use ensue::json::Subject;
use ensue::population::coding::Coding;
use ensue::population::counted::Counted;
use ensue::population::small::Shown;
use ensue::population::tally::{Counts, Group, Harms, Part, Plan, Tally};
use ensue::population::{Count, Weight};
use ensue::report::population_chart;
use ensue::semantics::{Engine, View};
use ensue::{Policy, words};
use proptest::prelude::*;
use quick_xml::events::Event;

use crate::cli::run;
use crate::examples::blocks;
use crate::graph::{HOSTILE, elements};
use crate::lints::load;

const RULES: &str = "rules/passports.ensue";
const TABLE: &str = "tests/tables/households.csv";

/// Any row can have any status.
const ALL_STATUSES: &str = "policy p \"P\" as of 2020-01-01 fact a \"A\" : yes or no fact b \"B\" : yes or no \
                            consequence c \"C\" harm rule r \"R\" when a then c rule s \"S\" when b then not c";

/// The tally of one group with these counts, drawn; and what is shown of it.
fn drawn(policy: &Policy, counts: Counts, least: u64, weighted: bool) -> (Chart, Vec<Shown>) {
    let engine = Engine::new(policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &policy.fact_ids().collect::<Vec<_>>(), &[]);
    let plan = Plan { engine: &engine, coding: &coding, by: Vec::new(), choice: None, profiles: false, remembered: 1 };
    let mut count = Count::default();
    counts.iter().for_each(|part| count.add(*part).expect("they are small"));
    // What the sentence on harms says is hidden as the counts are.
    let harms = Harms { open: count, ..Harms::default() };
    let part = Part { outcomes: vec![counts; policy.consequences.len()], harms, not_searched: 0 };
    let group = Group { count, parts: vec![part], in_every: Count::default() };
    let tally = Tally { groups: BTreeMap::from([(Vec::new(), group)]), ..Tally::default() };
    let counted = Counted { plan: &plan, tally: &tally, rows: count.rows, rejected: 0, weighted, least, unread: false };
    let unknown = policy.unknown();
    let subject = Subject { policy, selection: &engine.selection, name: None, profile: &unknown };
    let shown = counted.outcomes(&counted.groups()[0], 0).remove(0);
    (population_chart(subject, counted), shown)
}

fn counts(rows: [u64; 5], weights: [u64; 5]) -> Counts {
    let count = |(rows, weight): (u64, u64)| Count {
        rows,
        weight: Weight::parse((if rows == 0 { 0 } else { weight }).to_string().as_bytes()).expect("a weight"),
    };
    let mut counts = rows.into_iter().zip(weights).map(count);
    [(); 5].map(|()| counts.next().expect("five"))
}

/// Every line of text in a picture.
fn texts(svg: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(svg);
    let (mut texts, mut inside) = (Vec::new(), false);
    loop {
        match reader.read_event().expect("it is XML") {
            Event::Start(it) if it.name().as_ref() == "text" => {
                texts.push(String::new());
                inside = true;
            }
            Event::End(it) if it.name().as_ref() == "text" => inside = false,
            Event::Text(it) if inside => texts.last_mut().unwrap().push_str(&it),
            Event::GeneralRef(it) if inside => {
                let c = match it.as_ref() {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    other => panic!("{other:?}"),
                };
                texts.last_mut().unwrap().push(c);
            }
            Event::Eof => return texts,
            _ => {}
        }
    }
}

/// The places of the parts of bars, with their looks. In the picture those of the legend come first.
fn parts(chart: &Chart) -> Vec<(String, i32, i32)> {
    let parts = elements(&bars(chart, "p")).into_iter().filter_map(|(_, attributes)| {
        let look = attributes.get("class")?.strip_prefix("part ")?.to_owned();
        let number = |name: &str| attributes[name].parse::<i32>().expect("a whole number");
        Some((look, number("x"), number("x") + number("width")))
    });
    parts.skip(chart.legend.len()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is shown is there, as wide as it should be; all that is not shown is one stretch, which is as
    /// wide as the rest of the rows, whatever is in it.
    #[test]
    fn numbers_that_are_shown_are_there_and_no_others(
        rows in prop::array::uniform5(prop_oneof![3 => 0_u64..9, 1 => 9_u64..3000]),
        weights in prop::array::uniform5(0_u64..1000),
        others in prop::array::uniform5(0_u64..1000),
        weighted in any::<bool>(),
        least in prop::sample::select(&[1_u64, 3, 5][..]),
    ) {
        let policy = load(ALL_STATUSES);
        let counts_here = counts(rows, weights);
        let (chart, shown) = drawn(&policy, counts_here, least, weighted);
        let svg = bars(&chart, "p");
        let texts = texts(&svg);
        let whole: u64 = rows.iter().sum();
        let exact: Vec<Count> = shown.iter().filter_map(|shown| shown.exact()).filter(|count| count.rows > 0).collect();
        let bar = &chart.panels[0].bars[0];
        prop_assert_eq!(bar.parts.len(), exact.len());
        for part in &bar.parts {
            // A line may end in the midst of what is told.
            let is_there = texts.contains(&part.figure) || texts.join(" ").contains(&part.told);
            prop_assert!(is_there, "{:?} in {:?}", part, texts);
            prop_assert!(chart.told().contains(&part.told));
            let count = exact.iter().find(|count| match weighted {
                true => part.figure == format!("{} ({})", grouped(count.rows), count.weight),
                false => part.figure == grouped(count.rows),
            });
            prop_assert!(count.is_some(), "{:?}", part);
        }
        // The hatched stretch.
        let placed = parts(&chart);
        let rest = whole - exact.iter().map(|count| count.rows).sum::<u64>();
        prop_assert_eq!(bar.hidden.is_some(), rest > 0);
        let hidden: Vec<_> = placed.iter().filter(|(look, ..)| look == "hidden").collect();
        prop_assert_eq!(hidden.len(), usize::from(rest > 0));
        for (_, from, to) in &hidden {
            let expected = i64::try_from(rest * 520 / whole).unwrap();
            prop_assert!((i64::from(to - from) - expected).abs() <= 1 && *to == 850, "{:?}", placed);
        }
        let mut x = 330;
        for (_, from, to) in placed.iter().filter(|(look, ..)| look != "hidden") {
            prop_assert!(*from == x && to > from && *to <= 850, "{:?}", placed);
            x = *to;
        }
        if !weighted {
            for (look, from, to) in placed.iter().filter(|(look, ..)| look != "hidden") {
                let size = bar.parts.iter().find(|part| class(part.look) == look).expect("it is drawn").size;
                let expected = i64::try_from(size * 520 / u128::from(whole)).unwrap();
                // Very small parts have a pixel of their own.
                prop_assert!((i64::from(to - from) - expected).abs() <= 5, "{:?}", placed);
            }
        }
        // Other tables that differ in what is hidden only.
        let marks = |shown: &[Shown]| shown.iter().map(|it| (it.written(least), it.exact())).collect::<Vec<_>>();
        let secret: Vec<usize> = (0..5).filter(|place| shown[*place].exact().is_none()).collect();
        let mut weights = weights;
        secret.iter().for_each(|place| weights[*place] = others[*place]);
        for (from, to) in secret.iter().flat_map(|from| secret.iter().map(move |to| (*from, *to))) {
            for by in [0, 1, 2, 4].into_iter().filter(|by| *by <= rows[from]) {
                let mut other = rows;
                other[from] -= by;
                other[to] += by;
                let (chart, alike) = drawn(&policy, counts(other, weights), least, weighted);
                if marks(&alike) == marks(&shown) {
                    prop_assert_eq!(bars(&chart, "p"), svg.as_str(), "{:?} and {:?}", rows, other);
                }
            }
        }
    }
}

fn class(look: Look) -> &'static str {
    match look {
        Look::Follows => "follows",
        Look::Disputed => "disputed",
        Look::Undetermined => "undetermined",
        Look::DoesNotFollow => "does-not-follow",
        Look::RuledOut => "ruled-out",
        Look::Hidden => "hidden",
    }
}

/// `1,234`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let (first, rest) = digits.split_at(digits.len().saturating_sub(3));
    if first.is_empty() { rest.to_owned() } else { format!("{first},{rest}") }
}

/// Numbers as large as can be kept, of which no product can be.
#[test]
fn the_largest_numbers_are_drawn() {
    let policy = load(ALL_STATUSES);
    let largest = || {
        let mut weight = Weight::parse(b"999999999999.999999999999999999").expect("a weight");
        while let Some(more) = weight.checked_add(weight) {
            weight = more;
        }
        weight
    };
    let mut of = counts([0; 5], [0; 5]);
    of[0] = Count { rows: u64::MAX - 5, weight: largest() };
    of[1] = Count { rows: 5, weight: Weight::parse(b"0.000000000000000001").expect("a weight") };
    for weighted in [false, true] {
        let chart = drawn(&policy, of, 5, weighted).0;
        let widths: Vec<i32> = parts(&chart).iter().map(|(_, from, to)| to - from).collect();
        assert_eq!(widths, [519, 1]);
        assert!(texts(&bars(&chart, "p")).iter().any(|text| text.contains("18,446,744,073,709,551,610")));
    }
}

#[test]
fn texts_in_charts_are_only_texts() {
    let names = |svg: &str| elements(svg).into_iter().map(|(name, _)| name).collect::<std::collections::BTreeSet<_>>();
    let of = |text: &str| {
        let quoted = text
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace(|c: char| c.is_control() || words::is_invisible(c), " ");
        let policy = load(&format!(
            "policy p \"P {quoted}\" as of 2020-01-01 source s \"S {quoted}\" claim k by s \"K\" fact a \"A {quoted}\" : \
             yes or no consequence c \"C {quoted}\" rule r \"R\" per k assumes \"X {quoted}\" when a then c"
        ));
        let chart = drawn(&policy, counts([7, 9, 0, 0, 2], [0; 5]), 5, false).0;
        bars(&chart, "p")
    };
    let allowed = names(&of("a"));
    for text in HOSTILE {
        let drawn = of(text);
        assert!(names(&drawn).is_subset(&allowed), "{text}");
        for (name, value) in elements(&drawn).into_iter().flat_map(|(_, attributes)| attributes) {
            assert!(!name.starts_with("on") && !name.contains("href"), "{text}: {name}");
            assert!(!value.contains("evil"), "{text}: {name}={value}");
        }
        assert!(!drawn.chars().any(|c| c.is_control() && c != '\n'), "{text}");
    }
}

/// The picture in the documentation, and what a reader hears who does not see it.
#[test]
fn the_chart_of_the_documentation() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let chart = folder.path().join("chart.svg");
    let path = chart.to_str().expect("its path is text");
    let document = fs::read_to_string("docs/populations.md").expect("it is there");
    let command = format!("ensue tally {RULES} {TABLE} --chart households.svg\n");
    assert!(blocks(&document).iter().any(|block| block.info == "sh" && block.text == command));
    let (code, told, said) = run(&["tally", RULES, TABLE, "--chart", path], "");
    assert_eq!((code, &said[..]), (0, ""));
    assert_eq!(told, run(&["tally", RULES, TABLE], "").1);
    let drawn = fs::read_to_string(&chart).expect("it was written");
    expect_test::expect_file!["../../docs/pictures/tally.svg"].assert_eq(&drawn);
    let first = &elements(&drawn)[0].1;
    assert_eq!((&first["role"][..], &first["aria-describedby"][..]), ("img", "ensue-chart-description"));
    let description = drawn.split_once("<desc").expect("it has one").1.split_once("</desc>").expect("it ends").0;
    for words in [
        "on 2025-03-07. 60 rows counted.",
        "Classified as a foreign national [d]: follows 7; undetermined 12; does not follow 41.",
        "authorities [a, c]: undetermined 9; hidden: follows &lt;5, does not follow ≥5.",
        "At least one reported harm follows for a hidden number of 60 rows.",
        "It does not mean that it cannot happen.",
        "[2] The Moscow Times",
    ] {
        assert!(description.contains(words), "{words}\n{description}");
    }
}

/// A group and an option stand above their bars once, in the order of the text.
#[test]
fn groups_and_options_have_headings() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let draw = |name: &str, more: &[&str]| {
        let chart = folder.path().join(name);
        let arguments = [&["tally", RULES, TABLE, "--chart", chart.to_str().expect("text")], more].concat();
        assert_eq!(run(&arguments, "").0, 0);
        fs::read_to_string(chart).expect("it was written")
    };
    let one = draw("one.svg", &["--by", "residence", "--compare", "passport", "--threads", "1"]);
    let two = draw("two.svg", &["--by", "residence", "--compare", "passport", "--threads", "2", "--format", "csv"]);
    assert_eq!(one, two, "the same rows give the same bytes");
    let texts = texts(&one);
    let headings: Vec<&str> = texts
        .iter()
        .map(String::as_str)
        .filter(|it| it.contains("rows") && it.contains(": ") || it.starts_with("If: "))
        .collect();
    assert_eq!(
        headings[..4],
        [
            "Where the person lives: Donetsk region: 9 rows",
            "If: Take a Russian passport",
            "If: Stay without one",
            "Where the person lives: Zaporizhzhia region: 14 rows",
        ]
    );
    assert_eq!(texts.iter().filter(|it| it.starts_with("Every option carries")).count(), 5);
}

/// A chart goes where other files go, whole or not at all.
#[test]
fn places_where_no_chart_is_written() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    fs::write(path("there.svg"), "theirs").expect("it can be written");
    fs::copy(TABLE, path("table.csv")).expect("it can be copied");
    let refused = |arguments: &[&str]| {
        let (code, told, said) = run(&[&["tally", RULES, &path("table.csv")], arguments].concat(), "");
        assert_eq!((code, &told[..]), (2, ""), "{arguments:?}");
        said
    };
    assert!(refused(&["--chart", &path("there.svg")]).contains("`--force` replaces it"));
    assert!(refused(&["--chart", &path("no/chart.svg")]).contains("there is no folder"));
    assert!(refused(&["--chart", &path("")]).contains("it is a directory"));
    assert!(refused(&["--chart", "-"]).contains("wants a file of its own"));
    assert!(refused(&["--chart", &path("table.csv"), "--force"]).contains("is made of this file"));
    assert!(refused(&["--chart", &path("new.svg"), "--out", &path("./new.svg")]).contains("cannot be one file"));
    assert!(refused(&["--chart", &path("new.svg"), "--rejects", &path("new.svg")]).contains("cannot be one file"));
    assert!(refused(&["--chart", &path("new.svg"), "--profiles"]).contains("cannot be used with"));
    assert_eq!(fs::read_to_string(path("there.svg")).expect("it is there"), "theirs");
    assert_eq!(crate::cli::names(&folder), ["table.csv", "there.svg"]);
    let (code, ..) = run(&["tally", RULES, &path("table.csv"), "--chart", &path("there.svg"), "--force"], "");
    assert_eq!(code, 0);
    assert!(fs::read_to_string(path("there.svg")).expect("it is there").starts_with("<svg "));
    assert_eq!(crate::cli::names(&folder), ["table.csv", "there.svg"]);
}

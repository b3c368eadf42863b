//! The conformance suite (`tests/conformance`), in each way in which a status can be found.
//!
//! Its answers come from `tests/conformance/reference.py`, which enumerates completions, and not from here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ensue::diagnostic::Diagnostic;
use ensue::model::{Date, FactId, NotRead, SourceId};
use ensue::scenarios::verdicts;
use ensue::semantics::{Scratch, Settled, evaluate};
use ensue::text::Files;
use ensue::{Diagnostics, Engine, Limit, Limits, Outcome, Policy, Profile, View};
use serde_json::{Value, json};

/// A case, and where it stands.
struct Case {
    number: u64,
    folder: PathBuf,
    request: Value,
}

fn cases() -> Vec<Case> {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let mut folders: Vec<PathBuf> = suite.read_dir().expect("the suite").map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("cases.json").exists());
    folders.sort();
    let mut cases = Vec::new();
    for folder in folders {
        let text = std::fs::read_to_string(folder.join("cases.json")).expect("its cases");
        let found: Vec<Value> = serde_json::from_str(&text).expect("an array of cases");
        for request in found {
            let number = request["number"].as_u64().expect("a number");
            cases.push(Case { number, folder: folder.clone(), request });
        }
    }
    cases
}

/// What is refused, with the line of the rule text where the mistake has one.
struct Refused(Option<u64>);

impl Refused {
    fn by(files: &Files, found: &[Diagnostic]) -> Self {
        let places = found.iter().filter_map(|it| it.labels.first()).map(|label| label.place);
        // What is said of a profile stands in no rule text.
        let in_rules = places.filter(|place| files[place.file].name.ends_with(".ensue"));
        Refused(in_rules.map(|place| files[place.file].position(place.span.start).line as u64).min())
    }
}

impl From<Diagnostics> for Refused {
    fn from(found: Diagnostics) -> Self {
        Self::by(&found.files, &found.list)
    }
}

impl Case {
    fn text(&self, key: &str) -> Option<&str> {
        self.request.get(key).map(|value| value.as_str().expect("a text"))
    }

    fn policy(&self) -> Result<Policy, Refused> {
        let bytes = std::fs::read(self.folder.join(self.text("rules").expect("a rule text"))).expect("a rule text");
        Ok(Policy::load("rules.ensue", |path| match path {
            "rules.ensue" => Ok(bytes.clone().into()),
            _ => Err(NotRead::Failed("it is not there".to_owned())),
        })?)
    }

    fn view(&self, policy: &Policy) -> Result<View, Refused> {
        let date = |key: &str| match self.text(key) {
            Some(text) => Date::parse(text).map(Some).ok_or(Refused(None)),
            None => Ok(None),
        };
        let sources = |key: &str| -> Result<Vec<SourceId>, Refused> {
            let names = self.request.get(key).and_then(Value::as_array).into_iter().flatten();
            names.map(|name| policy.source(name.as_str().expect("a name")).ok_or(Refused(None))).collect()
        };
        let require = match self.request.get("require") {
            // The command line takes no other number.
            Some(number) => Some(number.as_u64().filter(|number| *number > 0).ok_or(Refused(None))?),
            None => None,
        };
        Ok(View {
            on: date("on")?,
            according_to: sources("according_to")?,
            without: sources("without")?,
            known_by: date("known_by")?,
            require: require.map(|number| usize::try_from(number).expect("a small number")),
        })
    }

    fn profile(&self, policy: &Policy) -> Result<Profile, Refused> {
        let json = match (self.text("profile_text"), self.request.get("profile")) {
            (Some(text), _) => text.to_owned(),
            (None, Some(profile)) => profile.to_string(),
            (None, None) => "{}".to_owned(),
        };
        Ok(policy.profile(&json)?)
    }

    /// Whether each scenario passes, in the order of the rule text.
    fn scenarios(&self) -> Result<Vec<bool>, Refused> {
        let policy = self.policy()?;
        let found = verdicts(&policy).map_err(|mistake| Refused::by(&policy.files, &[mistake]))?;
        Ok(found.iter().map(|verdict| verdict.surprises.is_empty()).collect())
    }
}

/// The ways in which an engine finds a status: a table of all cells, diagrams, diagrams of a part of the policy,
/// and none, where a pass over all rules comes first and then a search for what that leaves open.
fn engines<'p>(policy: &'p Policy, view: &View) -> Result<[(&'static str, Engine<'p>); 4], Refused> {
    let refused = |mistake| Refused::by(&policy.files, &[mistake]);
    let with = |steps| {
        let limits = Limits::default().with(Limit::CompileSteps, steps);
        Engine::with_limits(policy, view, limits).map_err(refused)
    };
    let all = Limit::CompileSteps.default();
    Ok([
        ("table", with(all)?.tabulated()),
        ("diagrams", with(all)?),
        ("some diagrams", with(12)?),
        ("search", with(0)?),
    ])
}

/// An outcome as the suite writes it, its names in order.
fn written(policy: &Policy, outcome: &Outcome) -> Value {
    let names = |facts: &[FactId]| facts.iter().map(|fact| policy[*fact].name.clone()).collect::<BTreeSet<_>>();
    match outcome.status.settled() {
        Some(settled) => json!({ "status": settled.name(), "because": names(&outcome.because) }),
        None => {
            let possible: BTreeSet<&str> = outcome.status.possible().iter().map(Settled::name).collect();
            json!({ "status": "undetermined", "possible": possible, "depends_on": names(&outcome.depends_on) })
        }
    }
}

impl Case {
    /// What each way of deciding answers.
    fn answers(&self) -> Result<Vec<(&'static str, Value)>, Refused> {
        let policy = self.policy()?;
        let view = self.view(&policy)?;
        let engines = engines(&policy, &view)?;
        let profile = self.profile(&policy)?;
        let mut answers: Vec<(&'static str, Value)> = Vec::new();
        for (way, engine) in &engines {
            let mut statuses = Vec::new();
            engine.statuses(&profile, &mut Scratch::default(), &mut statuses);
            let outcomes = engine.outcomes(&profile);
            let named = statuses.iter().zip(&outcomes).map(|(status, outcome)| {
                assert!(outcome.searched, "case {}: {way} gave up", self.number);
                assert_eq!(*status, outcome.status, "case {}: {way}", self.number);
                (policy[outcome.consequence].name.clone(), written(&policy, outcome))
            });
            answers.push((*way, named.collect()));
        }
        // Where all is known, also the plain reading of complete profiles.
        if policy.fact_ids().all(|fact| profile.value(fact).is_some()) {
            let found = evaluate(&policy, &engines[0].1.selection, &profile);
            for (settled, id) in found.iter().zip(policy.consequence_ids()) {
                let told = answers[0].1[&policy[id].name]["status"].as_str();
                assert_eq!(told, Some(settled.name()), "case {}: evaluate", self.number);
            }
        }
        Ok(answers)
    }
}

#[test]
fn every_way_of_deciding_answers_as_the_reference_does() {
    let cases = cases();
    let numbers: Vec<u64> = cases.iter().map(|case| case.number).collect();
    assert_eq!(numbers, (1..=cases.len() as u64).collect::<Vec<_>>(), "numbers are consecutive");
    assert!(cases.len() >= 500);
    for case in &cases {
        let (number, expected) = (case.number, &case.request["expect"]);
        let answers = match case.request.get("scenarios") {
            Some(_) => case.scenarios().map(|passed| vec![("scenarios", json!({ "scenarios": passed }))]),
            None => case.answers(),
        };
        match answers {
            Ok(answers) => {
                for (way, answer) in answers {
                    assert_eq!(answer, sorted(expected), "case {number}, {way}: {}", case.request["says"]);
                }
            }
            Err(Refused(line)) => {
                assert_eq!(expected["refused"], true, "case {number} is refused: {}", case.request["says"]);
                if let Some(wanted) = expected.get("line") {
                    assert_eq!(line, wanted.as_u64(), "case {number}: {}", case.request["says"]);
                }
            }
        }
    }
}

/// The same with the names of each outcome in order, and without what is not compared.
fn sorted(expected: &Value) -> Value {
    let mut expected = expected.clone();
    for outcome in expected.as_object_mut().into_iter().flat_map(|outcomes| outcomes.values_mut()) {
        for names in outcome.as_object_mut().into_iter().flat_map(|outcome| outcome.values_mut()) {
            if let Some(names) = names.as_array_mut() {
                names.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
            }
        }
    }
    expected
}

/// Each case names the paragraph that it is about: by headings of the reference, or by the words in bold that begin
/// one.
#[test]
fn paragraphs_are_those_of_the_reference() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md"));
    let text = text.expect("the reference");
    let heading = |line: &str| line.strip_prefix("## ").or(line.strip_prefix("### ")).map(str::to_owned);
    let bold = |line: &str| Some(line.strip_prefix("**")?.split_once("**")?.0.trim_end_matches('.').to_owned());
    let known: BTreeSet<String> = text.lines().filter_map(|line| heading(line).or_else(|| bold(line))).collect();
    let mut named = BTreeSet::new();
    for case in cases() {
        let paragraph = case.text("paragraph").expect("each has one");
        let is_name = |part: &&str| part.starts_with(char::is_uppercase);
        for part in paragraph.split("; ").filter(is_name) {
            let names = part.split(':').next().expect("there is one");
            let whole = known.contains(names).then_some(names);
            let parts = names.split(", ").flat_map(|name| name.split(" and ")).filter(|_| whole.is_none());
            for name in whole.into_iter().chain(parts) {
                assert!(known.contains(name), "case {}: `{name}` is no heading", case.number);
                named.insert(name.to_owned());
            }
        }
    }
    assert!(named.len() > 10);
}

//! What a page asks, and the answers: JSON in, JSON out, no mistake ends in a panic.
//!
//! `eval`, findings and tests are answered by the documents that the command line writes, made by the
//! same functions of `ensue::json`; outcomes, reasons, comparisons and changes in words, as parts of a
//! page, by those of `ensue::report`. `load` and `describe` answer with all that the policy declares.
//! What cannot be answered is an object with `error`.

use std::fmt::Display;

use ensue::diagnostic::{Diagnostic, Diagnostics};
use ensue::explore::change::{Changes, Wanted};
use ensue::explore::compare::{Comparison, Reasons};
use ensue::explore::interview::Interview;
use ensue::graph::{self, Given};
use ensue::json::{self, Layout, Subject};
use ensue::lint::{self, Chosen, LINTS};
use ensue::model::{Choice, ConsequenceId, Date, FactId, NotRead, SourceId};
use ensue::report::{self, Detail, Form};
use ensue::scenarios;
use ensue::semantics::{LaidBy, Settled};
use ensue::{Engine, Policy, Profile, View};
use indexmap::{IndexMap, IndexSet};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// A request. Which of the keys are read depends on what is to be done.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request<'a> {
    #[serde(rename = "do")]
    what: What,
    /// For `load` and `check`: rule files, the root first, with their names as imports reach them.
    #[serde(default)]
    files: Vec<File>,
    /// A profile as the command line reads it from a file; nothing is known without one.
    #[serde(borrow, default, deserialize_with = "given")]
    profile: Option<&'a RawValue>,
    /// What the answer calls the profile.
    #[serde(default)]
    name: Option<String>,
    /// Values over those of the profile, written as `--set` takes them.
    #[serde(default)]
    set: IndexMap<String, String>,
    #[serde(default)]
    view: Viewed,
    /// For `why` and `change`.
    #[serde(default)]
    consequence: Option<String>,
    /// For `compare`: one of the policy's choices; all of them without any of these three.
    #[serde(default)]
    choice: Option<String>,
    /// For `compare`: a fact.
    #[serde(default)]
    vary: Option<String>,
    /// For `compare`: two sources or more.
    #[serde(default)]
    sources: Vec<String>,
    /// For `change`: the wanted status; any other than now without one.
    #[serde(default)]
    to: Option<String>,
    /// For `change`: facts that stay as they are.
    #[serde(default)]
    keep: Vec<String>,
    /// For `check`: lints that are not looked for by default; `all` for every one.
    #[serde(default)]
    select: Vec<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Load,
    Describe,
    Eval,
    Outcomes,
    Why,
    Compare,
    Change,
    Ask,
    Graph,
    Check,
    Test,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    text: String,
}

/// The view, by the names and dates of the command line's options.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Viewed {
    on: Option<String>,
    according_to: Vec<String>,
    without: Vec<String>,
    known_by: Option<String>,
    require: Option<usize>,
}

/// What is there, whatever it is: `null` is no profile, as in a file.
fn given<'de, D: Deserializer<'de>>(there: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(there).map(Some)
}

/// Why there is no answer.
enum Failure {
    /// Mistakes in rules, in the profile or in a name.
    Mistakes(&'static str, Diagnostics),
    /// The request is none that could be answered: the page's mistake.
    Request(String),
}

#[derive(Serialize)]
struct Refused {
    error: Error,
}

#[derive(Serialize)]
struct Error {
    message: String,
    /// What `check --format json` would list, each with the fact it is about and with advice.
    findings: Box<RawValue>,
    /// Whether rules are loaded that further requests are about.
    loaded: bool,
}

/// The fact whose answer tells most.
#[derive(Serialize)]
struct Next<'a> {
    next: Option<&'a String>,
}

/// The outcomes, as a page shows them.
#[derive(Serialize)]
struct Shown<'a> {
    /// The page of `ensue eval` in words.
    html: String,
    /// The status of each consequence, in the order of declaration.
    statuses: Vec<&'static str>,
    /// The rules that give them.
    rules: IndexSet<&'a String>,
}

#[derive(Serialize)]
struct Path {
    nodes: Vec<Part>,
    edges: Vec<Part>,
}

/// A box or an arrow.
#[derive(Serialize)]
struct Part {
    marked: bool,
    faded: bool,
    /// What is drawn of it whatever the profile is: a picture of the same parts is the same picture.
    drawn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<String>,
}

/// What is loaded, between one request and the next.
#[derive(Default)]
pub struct Page {
    loaded: Option<Loaded>,
}

struct Loaded {
    policy: Policy,
    /// The engine for the view that was last asked for: a click compiles nothing.
    engine: Option<LaidBy>,
}

impl Page {
    /// Answers a request. A request that cannot be answered leaves what is loaded as it is.
    pub fn answer(&mut self, request: &[u8]) -> String {
        let answer = std::str::from_utf8(request).map_err(unfit).and_then(|request| {
            let request: Request<'_> = serde_json::from_str(request).map_err(|error| no_request(&error))?;
            self.answer_to(&request)
        });
        answer.unwrap_or_else(|failure| self.refused(&failure))
    }

    fn answer_to(&mut self, request: &Request<'_>) -> Result<String, Failure> {
        let layout = Layout::Line;
        match request.what {
            What::Load => {
                let policy = load(&request.files)?;
                let answer = json::declared(&policy, layout);
                self.loaded = Some(Loaded { policy, engine: None });
                Ok(answer)
            }
            What::Check if !request.files.is_empty() => check(load(&request.files), &request.select, layout),
            What::Check => {
                // The policy is sound: only weaknesses are looked for.
                let policy = &self.loaded()?.policy;
                findings_of(policy, &request.select, layout)
            }
            What::Describe => Ok(json::declared(&self.loaded()?.policy, layout)),
            What::Test => {
                let policy = &self.loaded()?.policy;
                let verdicts = scenarios::verdicts(policy).map_err(|report| mistake(policy, report))?;
                Ok(json::all_tested(&[json::tested(policy, &verdicts, None)], layout))
            }
            What::Eval | What::Outcomes | What::Why | What::Compare | What::Change | What::Ask | What::Graph => {
                self.loaded()?.ask(request, layout)
            }
        }
    }

    fn loaded(&mut self) -> Result<&mut Loaded, Failure> {
        self.loaded.as_mut().ok_or_else(|| unfit("no rules are loaded"))
    }

    fn refused(&self, failure: &Failure) -> String {
        let policy = self.loaded.as_ref().map(|loaded| &loaded.policy);
        let none = Diagnostics::default();
        let (message, found) = match failure {
            Failure::Mistakes(what, found) => ((*what).to_owned(), found),
            Failure::Request(why) => (why.clone(), &none),
        };
        let findings = RawValue::from_string(json::mistakes(policy, found, Layout::Line)).expect("it is JSON");
        let error = Error { message, findings, loaded: policy.is_some() };
        serde_json::to_string(&Refused { error }).expect("all keys are texts")
    }
}

impl Loaded {
    fn ask(&mut self, request: &Request<'_>, layout: Layout) -> Result<String, Failure> {
        let Self { policy, engine } = self;
        let policy = &*policy;
        let view = request.view.view(policy)?;
        let profile = profile(policy, request)?;
        let compiled = match engine.take() {
            Some(laid_by) if *laid_by.view() == view => laid_by.take_up(policy),
            other => {
                *engine = other;
                Engine::new(policy, &view).map_err(|report| mistake(policy, report))?
            }
        };
        let answer = answer_about(&compiled, &profile, request, layout);
        *engine = Some(compiled.lay_by());
        answer
    }
}

fn answer_about(
    engine: &Engine<'_>,
    profile: &Profile,
    request: &Request<'_>,
    layout: Layout,
) -> Result<String, Failure> {
    let policy = engine.policy;
    let subject = Subject { policy, selection: &engine.selection, name: request.name.as_deref(), profile };
    let text = |page: String| serde_json::to_string(&page).expect("it is a text");
    match request.what {
        What::Outcomes => {
            let outcomes = engine.outcomes_in_brief(profile);
            let html = report::outcomes(subject, &outcomes, Detail::Usual, Form::Html);
            let rules = outcomes.iter().flat_map(|outcome| &outcome.rules).map(|rule| &policy[*rule].name).collect();
            let statuses = outcomes.iter().map(|outcome| outcome.status.name()).collect();
            Ok(serde_json::to_string(&Shown { html, statuses, rules }).expect("all keys are texts"))
        }
        What::Why => {
            let explanation = engine.explain(consequence(policy, request)?, profile);
            Ok(text(report::explanation(subject, &explanation, Form::Html)))
        }
        What::Compare => Ok(text(report::comparisons(subject, &compared(engine, profile, request)?, Form::Html))),
        What::Change => {
            let wanted = wanted(request)?;
            let kept: Vec<FactId> = request.keep.iter().map(|name| fact(policy, name)).collect::<Result<_, _>>()?;
            let changes = Changes::of(engine, consequence(policy, request)?, wanted, profile, &kept);
            Ok(text(report::changes(subject, &changes, wanted, Form::Html)))
        }
        What::Ask => {
            let interview = Interview::new(engine, policy.consequence_ids().collect(), profile.clone(), Vec::new());
            let next = interview.next().map(|next| &policy[next.fact].name);
            Ok(serde_json::to_string(&Next { next }).expect("all keys are texts"))
        }
        What::Graph => path(engine, profile, request),
        What::Eval | What::Load | What::Describe | What::Check | What::Test => {
            Ok(json::outcomes(subject, &engine.outcomes(profile), layout))
        }
    }
}

/// The parts of a graph that the profile takes, by their places in the graph.
fn path(engine: &Engine<'_>, profile: &Profile, request: &Request<'_>) -> Result<String, Failure> {
    let given = profile.known().next().map(|_| Given { name: None, profile });
    let graph = match request.consequence {
        None => graph::evidence(engine, given),
        Some(_) => graph::decision(engine, consequence(engine.policy, request)?, given)
            .ok_or_else(|| unfit("these rules are too large for one diagram"))?,
    };
    let nodes = graph.nodes.iter().zip(graph.told()).map(|(node, told)| Part {
        marked: node.marked,
        faded: node.faded,
        drawn: format!("{}: {}", node.head, node.text),
        told: Some(told),
    });
    let edges = graph.edges.iter().map(|edge| Part {
        marked: edge.marked,
        faded: edge.faded,
        drawn: format!("{} {} {}", edge.from, edge.relation.told(), edge.to),
        told: None,
    });
    let (nodes, edges) = (nodes.collect(), edges.collect());
    Ok(serde_json::to_string(&Path { nodes, edges }).expect("all keys are texts"))
}

/// serde's own words may hold a profile's value.
fn no_request(error: &serde_json::Error) -> Failure {
    let (line, column) = (error.line(), error.column());
    Failure::Request(format!("this is not a request: see its line {line}, column {column}"))
}

fn unfit(why: impl Display) -> Failure {
    Failure::Request(why.to_string())
}

fn mistake(policy: &Policy, report: Diagnostic) -> Failure {
    Failure::Mistakes("this cannot be answered", Diagnostics { files: policy.files.clone(), list: vec![report] })
}

fn load(files: &[File]) -> Result<Policy, Failure> {
    let root = files.first().ok_or_else(|| unfit("a rule file is wanted"))?;
    let read = |name: &str| match files.iter().find(|file| file.name == name) {
        Some(file) => Ok(file.text.as_str().into()),
        None => Err(NotRead::Failed("there is no such file".to_owned())),
    };
    Policy::load(&root.name, read).map_err(|found| Failure::Mistakes("the rules have mistakes", found))
}

fn check(loaded: Result<Policy, Failure>, select: &[String], layout: Layout) -> Result<String, Failure> {
    match loaded {
        Ok(policy) => findings_of(&policy, select, layout),
        Err(Failure::Mistakes(_, found)) => {
            Ok(json::findings(found.list.iter().map(|finding| (&found.files, finding)), layout))
        }
        Err(failure) => Err(failure),
    }
}

fn findings_of(policy: &Policy, select: &[String], layout: Layout) -> Result<String, Failure> {
    let chosen = select.iter().try_fold(Chosen::default(), |chosen, name| match name.as_str() {
        "all" => Ok(Chosen::all()),
        name => match lint::find(name) {
            Some(lint) => Ok(chosen.and(lint)),
            None => {
                let known: Vec<&str> = LINTS.iter().map(|lint| lint.code.name()).collect();
                Err(mistake(policy, Diagnostic::unknown_name("lint", name, &known)))
            }
        },
    })?;
    let found = match scenarios::undated(policy) {
        Some(report) => vec![report],
        None => lint::findings(policy, &chosen),
    };
    Ok(json::findings(found.iter().map(|finding| (&policy.files, finding)), layout))
}

/// The profile that is asked about; every mistake in it is reported.
fn profile(policy: &Policy, request: &Request<'_>) -> Result<Profile, Failure> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut profile = match request.profile {
        None => policy.unknown(),
        Some(profile) => json::read_profile(policy, "profile", profile.get(), 1).unwrap_or_else(|mistakes| {
            found = mistakes;
            policy.unknown()
        }),
    };
    for (name, text) in &request.set {
        let set = match policy.fact(name) {
            Some(fact) => json::set_from_text(policy, &mut profile, fact, text),
            None => Err(unknown_fact(policy, name)),
        };
        found.extend(set.err().map(|report| report.spot("profile", None)));
    }
    match found.is_empty() {
        true => Ok(profile),
        false => {
            let found = Diagnostics { files: policy.files.clone(), list: found };
            Err(Failure::Mistakes("the profile has mistakes", found))
        }
    }
}

fn unknown_fact(policy: &Policy, name: &str) -> Diagnostic {
    let known: Vec<&str> = policy.facts.iter().map(|fact| fact.name.as_str()).collect();
    Diagnostic::unknown_name("fact", name, &known)
}

fn fact(policy: &Policy, name: &str) -> Result<FactId, Failure> {
    policy.fact(name).ok_or_else(|| mistake(policy, unknown_fact(policy, name)))
}

fn source(policy: &Policy, name: &str) -> Result<SourceId, Failure> {
    policy.source(name).ok_or_else(|| {
        let known: Vec<&str> = policy.sources.iter().map(|source| source.name.as_str()).collect();
        mistake(policy, Diagnostic::unknown_name("source", name, &known))
    })
}

fn sources(policy: &Policy, names: &[String]) -> Result<Vec<SourceId>, Failure> {
    names.iter().map(|name| source(policy, name)).collect()
}

fn consequence(policy: &Policy, request: &Request<'_>) -> Result<ConsequenceId, Failure> {
    let name = request.consequence.as_deref().ok_or_else(|| unfit("a consequence is wanted"))?;
    policy.consequence(name).ok_or_else(|| {
        let known: Vec<&str> = policy.consequences.iter().map(|it| it.name.as_str()).collect();
        mistake(policy, Diagnostic::unknown_name("consequence", name, &known))
    })
}

fn choice<'p>(policy: &'p Policy, name: &str) -> Result<&'p Choice, Failure> {
    policy.choices.iter().find(|choice| choice.name == name).ok_or_else(|| {
        let known: Vec<&str> = policy.choices.iter().map(|it| it.name.as_str()).collect();
        mistake(policy, Diagnostic::unknown_name("choice", name, &known))
    })
}

fn compared<'p>(engine: &Engine<'p>, profile: &Profile, request: &Request<'_>) -> Result<Vec<Comparison<'p>>, Failure> {
    let (policy, reasons) = (engine.policy, Reasons::NotSought);
    match (&request.choice, &request.vary, &request.sources[..]) {
        (None, None, []) => {
            Ok(policy.choices.iter().map(|choice| Comparison::of_options(engine, choice, profile, reasons)).collect())
        }
        (Some(name), None, []) => Ok(vec![Comparison::of_options(engine, choice(policy, name)?, profile, reasons)]),
        (None, Some(name), []) => Ok(vec![Comparison::of_values(engine, fact(policy, name)?, profile, reasons)]),
        (None, None, [_, _, ..]) if engine.selection.view.according_to.is_empty() => {
            let sources = sources(policy, &request.sources)?;
            let compared = Comparison::of_sources(policy, &engine.selection.view, &sources, profile, reasons);
            Ok(vec![compared.map_err(|report| mistake(policy, report))?])
        }
        (None, None, _) => Err(unfit("two sources or more are compared, in a view without `according_to`")),
        _ => Err(unfit("one of `choice`, `vary` and `sources` is wanted")),
    }
}

fn wanted(request: &Request<'_>) -> Result<Wanted, Failure> {
    match &request.to {
        None => Ok(Wanted::Otherwise),
        Some(name) => {
            let status = Settled::ALL.into_iter().find(|status| status.name() == name);
            status.map(Wanted::To).ok_or_else(|| unfit("`to` is follows, does_not_follow, ruled_out or disputed"))
        }
    }
}

impl Viewed {
    fn view(&self, policy: &Policy) -> Result<View, Failure> {
        let date = |text: &Option<String>| match text.as_deref() {
            None => Ok(None),
            Some(text) => match Date::parse(text) {
                Some(date) => Ok(Some(date)),
                None => Err(unfit("a date is a day that exists, written 2025-03-07")),
            },
        };
        if self.require == Some(0) {
            return Err(unfit("a number of origins is a whole one, from 1"));
        }
        Ok(View {
            on: date(&self.on)?,
            according_to: sources(policy, &self.according_to)?,
            without: sources(policy, &self.without)?,
            known_by: date(&self.known_by)?,
            require: self.require,
        })
    }
}

//! A document about one profile: what is asked, what is reported, why, by whom, and what is not known.
//!
//! Its parts are those of the other pages. What holds for all of them stands in it once: the
//! sources and assumptions with their marks, and what "does not follow" means.

pub(crate) mod html;
mod ledger;
mod reasons;
mod unsaid;

use indexmap::IndexMap;
use sha2::{Digest, Sha256};

use super::outcomes::Notes;
use super::page::{Cell, Page};
use super::{Form, citation, comparison, fact_value, timeline};
use crate::analysis::traceability::Traceability;
use crate::diagnostic::Diagnostic;
use crate::explore::compare::{Comparison, Reasons};
use crate::explore::timeline::{Look, Timeline};
use crate::graph::{self, Given, Graph};
use crate::json::Subject;
use crate::model::{FactId, Policy, RuleId, SourceId};
use crate::semantics::{Engine, Explanation};
use crate::words::{circumstances, does_not_follow, status_words, view};

/// What a document is about, all of it found.
pub struct Document<'a> {
    subject: Subject<'a>,
    compared: Vec<Comparison<'a>>,
    explained: Vec<Explanation>,
    over: Option<Over<'a>>,
    graph: Graph,
    claims: Traceability,
    /// The command that writes it again.
    command: String,
    /// Whether values were given that stand in no file.
    has_settings: bool,
}

/// A time over which outcomes are shown.
pub struct Over<'a> {
    /// How its days are looked at.
    pub look: Look<'a>,
    /// What was found.
    pub found: Timeline,
}

impl<'a> Document<'a> {
    /// Finds all that the document says of `subject`, whose view is that of `engine`. `command` is
    /// what writes it again, but for values of the profile, of which none may stand in it;
    /// `has_settings` says whether some were given beside the profile.
    ///
    /// # Errors
    /// When a scenario depends on the date and neither it nor the policy gives one.
    pub fn new(
        engine: &'a Engine<'a>,
        subject: Subject<'a>,
        over: Option<Over<'a>>,
        command: String,
        has_settings: bool,
    ) -> Result<Self, Diagnostic> {
        let Subject { policy, profile, name, .. } = subject;
        let choices = policy.choices.iter();
        Ok(Self {
            subject,
            compared: choices
                .map(|choice| Comparison::of_options(engine, choice, profile, Reasons::NotSought))
                .collect(),
            explained: policy.consequence_ids().map(|id| engine.explain(id, profile)).collect(),
            over,
            graph: graph::evidence(engine, profile.known().next().map(|_| Given { name, profile })),
            claims: Traceability::of(policy)?,
            command,
            has_settings,
        })
    }

    fn policy(&self) -> &'a Policy {
        self.subject.policy
    }
}

/// The document: whole in Markdown and in HTML; as text it is only for reading on a terminal.
#[must_use]
pub fn document(document: &Document<'_>, form: Form) -> String {
    let mut page = Page::new(form);
    let policy = document.policy();
    let title = form.shown(policy.label.as_deref().unwrap_or(&policy.name));
    let about = circumstances(document.subject, form);
    match form {
        Form::Text | Form::Markdown => page.title(&title, &about),
        // They stand in its head.
        Form::Html => {}
    }
    let mut notes = Notes::all(policy, form);
    question(&mut page, document);
    options(&mut page, &mut notes, document);
    reasons::write(&mut page, &mut notes, document);
    page.section("timeline", "When it changes");
    match &document.over {
        Some(Over { look, found }) => timeline::moments(&mut page, &mut notes, document.subject, *look, found),
        None => page.item(match document.subject.selection.on {
            Some(_) => "No period was asked for (`--over FROM..TO`): outcomes are those of the date above.",
            None => "No period was asked for (`--over FROM..TO`), and there is no date: none of these rules needs one.",
        }),
    }
    let styles = picture(&mut page, document);
    ledger::write(&mut page, &mut notes, document);
    unsaid::write(&mut page, document);
    assumptions(&mut page, &mut notes, policy);
    sources(&mut page, &mut notes, policy);
    colophon(&mut page, document);
    rules(&mut page, policy);
    match form {
        Form::Text | Form::Markdown => page.finish(),
        Form::Html => {
            let contents = page.contents().to_vec();
            html::whole(&title, &about, &contents, &page.finish(), &styles)
        }
    }
}

/// What is asked, and how the answers are to be read.
fn question(page: &mut Page, document: &Document<'_>) {
    let form = page.form;
    let Subject { policy, selection, profile, .. } = document.subject;
    page.section("question", "What is asked");
    let date = match selection.on {
        Some(date) if selection.view.on.is_none() => format!("{date}, as the rule files give it"),
        Some(date) => date.to_string(),
        None => "none; nothing in these rules depends on it".to_owned(),
    };
    page.line("date: ", &date);
    let counted = match selection.is_whole() {
        true => "all in the rule files count".to_owned(),
        // The date stands in the line above.
        false => {
            let mut without_date = selection.clone();
            without_date.on = None;
            format!("counted {}", view(policy, &without_date, form))
        }
    };
    page.line("reports: ", &counted);
    page.line(
        "profile: ",
        &match document.subject.name {
            Some("-") => "from standard input".to_owned(),
            Some(name) => form.shown(name),
            None if document.has_settings => "none but the facts given".to_owned(),
            None => "none".to_owned(),
        },
    );
    page.part("What is known of the person");
    let known: Vec<FactId> = profile.known().collect();
    let value = |fact: FactId| profile.value(fact).expect("it is known");
    known.iter().for_each(|fact| page.item(&fact_value(policy, *fact, value(*fact), form)));
    if known.is_empty() {
        page.sentence("Nothing.");
    }
    let unknown: Vec<FactId> = policy.fact_ids().filter(|fact| profile.value(*fact).is_none()).collect();
    if !unknown.is_empty() {
        page.part("What is not known");
        unknown.iter().for_each(|fact| page.item(&form.shown(&policy[*fact].label)));
    }
    page.part("How to read this");
    page.item("\"Follows\" means: according to what is reported and encoded, by the sources named beside it.");
    page.item(does_not_follow(selection));
    page.item("Numbers in brackets are sources; letters are what the rules assume beyond the words of the reports.");
    page.item("Reports are not weighed against one another, and nothing here says what anybody should do.");
}

/// The options of each choice side by side; where there is none, all outcomes at a glance.
fn options<'a>(page: &mut Page, notes: &mut Notes<'a>, document: &'a Document<'_>) {
    let form = page.form;
    let policy = document.policy();
    if !document.compared.is_empty() {
        page.section("options", "Options side by side");
        comparison::side_by_side(page, notes, document.subject, &document.compared);
        return;
    }
    page.section("outcomes", "What follows");
    let row = |explained: &'a Explanation| {
        let outcome = &explained.outcome;
        let marks = notes.marks(policy, &outcome.rules);
        let evidence = notes.evidence(document.subject, outcome, form);
        let items = evidence.into_iter().map(|(lead, text)| format!("{lead}{text}")).collect();
        let name = format!("{}{marks}", form.shown(&policy[outcome.consequence].label));
        vec![Cell::from(name), Cell { head: status_words(outcome.status), items }]
    };
    let rows: Vec<Vec<Cell>> = document.explained.iter().map(row).collect();
    match rows.is_empty() {
        true => page.sentence("The policy names no consequence."),
        false => page.table(&["Consequence", "Here"], &rows),
    }
}

/// The picture; returns the styles in it.
fn picture(page: &mut Page, document: &Document<'_>) -> Vec<String> {
    page.section("graph", "Who reports what, and where it leads");
    // What stands around the picture is said already, or below it.
    let mut graph = document.graph.clone();
    let mut notes = std::mem::take(&mut graph.notes);
    notes.retain(|note| note != does_not_follow(document.subject.selection));
    graph.about.clear();
    let mut styles = Vec::new();
    let drawn = match page.form {
        Form::Text => None,
        Form::Markdown => graph::svg(&graph, "picture", &document.subject.policy.limits)
            .ok()
            .map(|_| format!("\n```mermaid\n{}```\n", graph::mermaid(&graph))),
        Form::Html => graph::svg(&graph, "picture", &document.subject.policy.limits).ok().map(|svg| {
            styles.extend(html::styles_in(&svg));
            format!("<div class=\"wide picture\">\n{svg}</div>\n")
        }),
    };
    match drawn {
        Some(drawn) => {
            page.sentence(&page.form.shown(&notes.join(" ")));
            page.written(&drawn);
        }
        None => page.sentence(&format!(
            "There are {} boxes and {} arrows, more than a legible picture holds.",
            graph.nodes.len(),
            graph.edges.len()
        )),
    }
    styles
}

/// Each assumption, and the rules that make it.
fn assumptions<'a>(page: &mut Page, notes: &mut Notes<'a>, policy: &'a Policy) {
    let form = page.form;
    page.section("assumptions", "What the rules assume, beyond the words of the reports");
    let mut all: IndexMap<&str, Vec<String>> = IndexMap::new();
    for id in policy.rule_ids() {
        policy[id].assumes.iter().for_each(|it| all.entry(it).or_default().push(rule_link(policy, id, form)));
    }
    if all.is_empty() {
        page.sentence("The rules state no assumption. That does not mean that they make none.");
    }
    for (assumption, rules) in all {
        let letter = notes.plain_letter(assumption);
        page.entry(&format!("assumption-{letter}"), &format!("[{letter}] "), &form.shown(assumption));
        page.subline("by: ", &rules.join("; "));
    }
}

/// The sources, in the order of declaration.
fn sources(page: &mut Page, notes: &mut Notes<'_>, policy: &Policy) {
    let form = page.form;
    page.section("sources", "Sources");
    if policy.sources.is_empty() {
        page.sentence("The rule files name no source.");
    }
    for (index, source) in policy.sources.iter().enumerate() {
        let number = index + 1;
        page.entry(&format!("source-{number}"), &format!("[{number}] "), &form.shown(&source.label));
        let by: Vec<String> = source.by.iter().map(|by| form.shown(by)).collect();
        let quoted: Vec<String> = source
            .quoted_in
            .iter()
            .map(|it| format!("{} {}", form.shown(&policy[*it].label), notes.number(*it)))
            .collect();
        for (lead, text) in [
            ("by ", (!by.is_empty()).then(|| by.join("; "))),
            ("published ", source.published.map(|date| date.to_string())),
            ("accessed ", source.accessed.map(|date| date.to_string())),
            ("language: ", source.language.as_ref().map(|code| form.shown(code))),
            ("quoted in ", (!quoted.is_empty()).then(|| quoted.join("; "))),
        ] {
            text.iter().for_each(|text| page.subline(lead, text));
        }
        source.urls.iter().for_each(|url| page.subline("", &address(url, form)));
        source.archived.iter().for_each(|url| page.subline("archived: ", &address(url, form)));
        source.notes.iter().for_each(|note| page.subline("note: ", &form.shown(note)));
    }
}

/// An address: a link, where a browser may be trusted with it.
fn address(url: &str, form: Form) -> String {
    let shown = form.shown(url);
    let is_web = crate::words::plain(url) == url && url.is_ascii() && !url.contains(|c: char| " <>\"'`\\".contains(c));
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match (form, scheme.as_deref()) {
        (Form::Markdown, Some("http" | "https")) if is_web => format!("<{url}>"),
        (Form::Html, Some("http" | "https")) if is_web => format!("<a href=\"{shown}\" rel=\"noreferrer\">{shown}</a>"),
        (Form::Text | Form::Markdown | Form::Html, _) => shown,
    }
}

/// What the document was made of, and how to make it again.
fn colophon(page: &mut Page, document: &Document<'_>) {
    let form = page.form;
    page.section("colophon", "How this document was made");
    page.sentence(&format!("By Ensue {}, from these files:", env!("CARGO_PKG_VERSION")));
    let row = |text: &str, name: &str| {
        let hash = Sha256::digest(text.as_bytes());
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        vec![Cell::from(form.shown(name)), Cell::from(form.name(&hash))]
    };
    let rows: Vec<Vec<Cell>> = document.policy().files.iter().map(|(_, file)| row(&file.text, &file.name)).collect();
    page.table(&["Rule file", "SHA-256"], &rows);
    page.remark(
        0,
        match document.has_settings {
            false => "This command writes the same from the same files:",
            true => {
                "This command writes the same from the same files, with the facts that were set on the command line by \
                 --set, whose values are not repeated here:"
            }
        },
    );
    page.verbatim(None, &document.command);
}

/// The rule files, line by line.
fn rules(page: &mut Page, policy: &Policy) {
    page.section("rules", "The rule files");
    for (id, file) in policy.files.iter() {
        page.part(&page.form.shown(&file.name));
        page.verbatim(Some(&format!("file{}", id.0)), &file.text);
    }
}

/// A rule's title, which leads to what is said of it.
fn rule_link(policy: &Policy, id: RuleId, form: Form) -> String {
    let rule = &policy[id];
    match form {
        Form::Text | Form::Markdown => format!("\"{}\"", form.shown(&rule.label)),
        Form::Html => format!("<a href=\"#rule-{}\">{}</a>", rule.name, form.shown(&rule.label)),
    }
}

/// `UK Ministry of Defence [2]`: a source with its mark.
fn cited(policy: &Policy, notes: &mut Notes<'_>, source: SourceId, form: Form) -> String {
    match form {
        Form::Text => citation(policy, source, form),
        Form::Markdown | Form::Html => format!("{} {}", form.shown(&policy[source].label), notes.number(source)),
    }
}

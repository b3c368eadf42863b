//! What is wrong, as the protocol has it, and the changes that mend it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use lsp_types::{DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, NumberOrString, Range};

use super::position::Encoding;
use super::source::Source;
use super::workspace::{Checked, Identity, Workspace, imports};
use crate::diagnostic::{Code, Diagnostic, Fix, Severity};
use crate::report;
use crate::text::Span;

/// How many findings of one file are sent at most.
const SHOWN: usize = 1_000;

/// One finding in one file, and what would mend it there.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// As it is sent.
    pub shown: lsp_types::Diagnostic,
    /// Changes that would mend it.
    pub fixes: Vec<Mend>,
    /// What adds a scenario that shows it.
    pub scenario: Option<Mend>,
}

/// A change that would mend a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    /// What is replaced.
    pub range: Range,
    /// With what.
    pub replacement: String,
    /// What it does, for the reader.
    pub title: String,
}

/// The findings of each file.
pub type Findings = BTreeMap<Identity, Vec<Finding>>;

/// What is wrong in the open files and in what they import.
///
/// A file that others import is looked at as a part of their policies, for names may be known
/// only there; every other file as a policy of its own.
pub fn findings(workspace: &mut Workspace, encoding: Encoding) -> Findings {
    let open: BTreeSet<Identity> = workspace.documents().map(|document| document.identity.clone()).collect();
    let mut found = Findings::new();
    // The same is found in every policy to which a file belongs.
    let mut met = HashSet::new();
    for identity in &open {
        found.entry(identity.clone()).or_default();
        let own = workspace.checked(identity);
        let shown: BTreeSet<Identity> = own.sources().map(|(identity, _)| identity.clone()).collect();
        for root in workspace.roots(identity) {
            let checked = workspace.checked(&root);
            let reporter = Reporter { workspace, checked: &checked, encoding };
            for (file, finding) in reporter.findings() {
                let is_shown = shown.contains(&file) || open.contains(&file);
                let start = finding.shown.range.start;
                let key = (file.clone(), start.line, start.character, finding.shown.message.clone());
                let known = found.entry(file).or_default();
                if is_shown && met.insert(key) {
                    known.push(finding);
                }
            }
        }
    }
    for identity in &open {
        let broken = imports_with_mistakes(workspace, identity, &found, encoding);
        found.entry(identity.clone()).or_default().extend(broken);
    }
    found.values_mut().for_each(shorten);
    found
}

/// Leaves out what an editor could not show anyway, and says so.
fn shorten(findings: &mut Vec<Finding>) {
    let Some(more) = findings.len().checked_sub(SHOWN).filter(|more| *more > 0) else { return };
    findings.truncate(SHOWN);
    let shown = lsp_types::Diagnostic {
        severity: Some(DiagnosticSeverity::INFORMATION),
        source: Some("ensue".to_owned()),
        message: format!("{more} more findings in this file are not shown; `ensue check` shows all"),
        ..lsp_types::Diagnostic::default()
    };
    findings.push(Finding { shown, fixes: Vec::new(), scenario: None });
}

/// For each import of a file whose mistakes are told where they are: that there are some.
fn imports_with_mistakes(
    workspace: &mut Workspace,
    identity: &Identity,
    found: &Findings,
    encoding: Encoding,
) -> Vec<Finding> {
    let Some(source) = workspace.documents().find(|it| it.identity == *identity).map(|it| it.source.clone()) else {
        return Vec::new();
    };
    let mut broken = Vec::new();
    for (span, imported) in imports(identity, &source) {
        let errors = found.get(&imported).into_iter().flatten();
        let errors: Vec<&Finding> =
            errors.filter(|it| it.shown.severity == Some(DiagnosticSeverity::ERROR) && imported != *identity).collect();
        let (Some(first), Some((uri, _))) = (errors.first(), workspace.address(&imported)) else { continue };
        let message = match errors.len() {
            1 => "the imported file has a mistake".to_owned(),
            count => format!("the imported file has {count} mistakes"),
        };
        let related = DiagnosticRelatedInformation {
            location: Location { uri, range: first.shown.range },
            message: first.shown.message.lines().next().unwrap_or_default().to_owned(),
        };
        let shown = lsp_types::Diagnostic {
            range: source.range(span, encoding),
            severity: Some(DiagnosticSeverity::ERROR),
            code: first.shown.code.clone(),
            source: Some("ensue".to_owned()),
            message,
            related_information: Some(vec![related]),
            ..lsp_types::Diagnostic::default()
        };
        broken.push(Finding { shown, fixes: Vec::new(), scenario: None });
    }
    broken
}

struct Reporter<'a> {
    workspace: &'a Workspace,
    checked: &'a Checked,
    encoding: Encoding,
}

impl Reporter<'_> {
    /// Every finding of one policy, with the file it is in.
    fn findings(&self) -> Vec<(Identity, Finding)> {
        self.checked.findings.iter().map(|it| self.finding(it)).collect()
    }

    fn finding(&self, it: &Diagnostic) -> (Identity, Finding) {
        let (identity, range) = self.place(it);
        let related: Vec<DiagnosticRelatedInformation> =
            it.labels.iter().skip(1).filter_map(|l| self.related(l)).collect();
        let shown = lsp_types::Diagnostic {
            range,
            severity: Some(match it.severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
            }),
            code: Some(NumberOrString::String(it.code.name().to_owned())),
            source: Some("ensue".to_owned()),
            message: message(it),
            related_information: (!related.is_empty()).then_some(related),
            tags: is_superfluous(it.code).then(|| vec![DiagnosticTag::UNNECESSARY]),
            ..lsp_types::Diagnostic::default()
        };
        let fixes = it.fixes.iter().filter_map(|fix| self.mend(it, fix)).collect();
        (identity, Finding { shown, fixes, scenario: self.scenario(it) })
    }

    /// The main place. A finding without one is about a whole file, and stands at its beginning.
    fn place(&self, it: &Diagnostic) -> (Identity, Range) {
        if let Some(label) = it.labels.first() {
            let (identity, source) = self.checked.source(label.place.file);
            return (identity.clone(), source.range(label.place.span, self.encoding));
        }
        let named = it.spot.as_ref().and_then(|spot| self.checked.named(&spot.name));
        (named.map_or(&self.checked.root, |(identity, _)| identity).clone(), Range::default())
    }

    /// What adds the scenario that shows a finding at the end of the finding's file.
    fn scenario(&self, it: &Diagnostic) -> Option<Mend> {
        let scenario = it.scenario.as_deref()?;
        let (_, source) = self.checked.source(it.labels.first()?.place.file);
        let end = Span::new(source.text.len(), source.text.len());
        Some(Mend {
            range: source.range(end, self.encoding),
            replacement: format!("{}{scenario}", gap(&source.text)),
            title: "Add a scenario that shows it".to_owned(),
        })
    }

    fn related(&self, label: &crate::diagnostic::Label) -> Option<DiagnosticRelatedInformation> {
        let (identity, source) = self.checked.source(label.place.file);
        let (uri, _) = self.workspace.address(identity)?;
        let range = source.range(label.place.span, self.encoding);
        let message = if label.text.is_empty() { "here".to_owned() } else { report::plain(&label.text) };
        Some(DiagnosticRelatedInformation { location: Location { uri, range }, message })
    }

    /// A change in the finding's file. What mends a mistake stays within one line, and that one of
    /// the finding's; what mends a weakness takes out a part or a whole declaration.
    fn mend(&self, it: &Diagnostic, fix: &Fix) -> Option<Mend> {
        let main = it.labels.first()?.place;
        let (_, source) = self.checked.source(main.file);
        let line = |offset| source.lines().line(offset);
        let lines = line(main.span.start)..=line(main.span.end);
        let is_near = fix.place.file == main.file && lines.contains(&line(fix.place.span.start));
        let is_one = line(fix.place.span.start) == line(fix.place.span.end) && !fix.replacement.contains(['\n', '\r']);
        let is_weakness = it.severity == Severity::Warning && fix.place.file == main.file;
        (is_weakness || is_near && is_one).then(|| Mend {
            range: source.range(fix.place.span, self.encoding),
            replacement: fix.replacement.clone(),
            title: title(source, fix.place.span, &fix.replacement),
        })
    }
}

/// What stands between a text and what is added at its end: it begins below an empty line.
fn gap(text: &str) -> &'static str {
    if text.ends_with('\n') { "\n" } else { "\n\n" }
}

/// Whether what is marked could as well not be there.
fn is_superfluous(code: Code) -> bool {
    matches!(
        code,
        Code::UnusedFact
            | Code::UnusedDefinition
            | Code::UnusedSource
            | Code::UnusedAllow
            | Code::RedundantRule
            | Code::IdleUnless
            | Code::DuplicateScenario
    )
}

fn title(source: &Source, span: Span, replacement: &str) -> String {
    const LONG: usize = 40;
    let mut old = report::plain(span.of(&source.text));
    if let Some((cut, _)) = old.char_indices().nth(LONG) {
        old.truncate(cut);
        old.push('…');
    }
    match (&old[..], replacement) {
        (_, "") => format!("Remove `{old}`"),
        ("", new) => format!("Write `{}`", report::escaped(new)),
        (_, new) => format!("Replace `{old}` with `{}`", report::escaped(new)),
    }
}

/// The message with all that is said besides, a line for each.
fn message(it: &Diagnostic) -> String {
    let main = it.labels.first().map(|label| report::plain(&label.text)).filter(|text| !text.is_empty());
    let notes = it.notes.iter().map(|note| format!("note: {}", report::plain(note)));
    let help = it.help.iter().map(|help| format!("help: {}", report::plain(help)));
    let lines = std::iter::once(report::plain(&it.message)).chain(main).chain(notes).chain(help);
    lines.collect::<Vec<_>>().join("\n")
}

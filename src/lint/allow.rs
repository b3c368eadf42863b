//! Comments that silence a finding in one declaration: `# ensue: allow(unsourced_rule) reason`.

use super::{Chosen, LINTS};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::model::Policy;
use crate::syntax;
use crate::syntax::token::{Kind, Token, tokenize};
use crate::text::{FileId, Place, Span};

const FORM: &str = "it has another form than `# ensue: allow(NAME) reason`";

/// A comment that allows findings of one name in one declaration.
struct Allow {
    code: Code,
    /// Where the name stands.
    place: Place,
    /// The declaration that it stands in, or above.
    declaration: Span,
    used: bool,
}

/// The findings that no comment allows, and those about the comments themselves.
pub(super) fn without_allowed(policy: &Policy, chosen: &Chosen, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let (mut allows, mut kept) = (Vec::new(), Vec::new());
    for (file, _) in policy.files.iter() {
        read(policy, file, &mut allows, &mut kept);
    }
    // What was not decided may be there, and be what a comment allows.
    let all_decided = found.iter().all(|finding| finding.code != Code::NotDecided);
    for finding in found {
        let main = finding.labels[0].place;
        let allows_it = |allow: &&mut Allow| {
            let inside = allow.declaration.start <= main.span.start && main.span.end <= allow.declaration.end;
            allow.code == finding.code && allow.place.file == main.file && inside
        };
        match allows.iter_mut().find(allows_it) {
            Some(allow) => allow.used = true,
            None => kept.push(finding),
        }
    }
    // Whether an allowed finding is there is known where it was looked for.
    for allow in allows.iter().filter(|allow| all_decided && !allow.used && chosen.has(allow.code)) {
        let report = Diagnostic::warning(Code::UnusedAllow, format!("there is no `{}` to allow here", allow.code));
        kept.push(report.at(allow.place, "").help("take the name out, or remove the comment where it has no other"));
    }
    kept
}

/// Reads the comments of one file.
fn read(policy: &Policy, file: FileId, allows: &mut Vec<Allow>, found: &mut Vec<Diagnostic>) {
    let text = &policy.files[file].text;
    let comments = tokenize(file, text).0.into_iter().filter(|token| token.kind == Kind::Comment);
    let comments: Vec<Token> = comments.filter(|comment| is_meant(comment.span.of(text))).collect();
    if comments.is_empty() {
        return;
    }
    let declarations: Vec<Span> =
        syntax::parse(file, text, &policy.limits).0.declarations.iter().map(|it| it.span).collect();
    for comment in comments {
        let start = comment.span.start as usize;
        let words = comment.span.of(text);
        let place = Place { file, span: Span::new(start, start + words.trim_end().len()) };
        let Some(rest) = words.trim_start_matches('#').trim_start().strip_prefix("ensue:") else {
            found.push(bad(FORM, place));
            continue;
        };
        let at = start + words.len() - rest.len();
        match names_and_reason(rest) {
            Err(mistake) => found.push(bad(mistake, place)),
            Ok(names) => {
                let Some(declaration) = declaration_of(text, &declarations, comment.span) else {
                    found.push(bad("it stands in no declaration and above none", place));
                    continue;
                };
                for (offset, name) in names {
                    let place = Place { file, span: Span::new(at + offset, at + offset + name.len()) };
                    match LINTS.iter().find(|lint| lint.code.name() == name) {
                        Some(lint) => {
                            allows.push(Allow { code: lint.code, place, declaration, used: false });
                        }
                        None => found.push(unknown(name, place)),
                    }
                }
            }
        }
    }
}

/// Whether a comment speaks to `ensue check`, or was probably meant to.
fn is_meant(comment: &str) -> bool {
    let words = comment.trim_start_matches('#').trim_start();
    if words.starts_with("ensue:") {
        return true;
    }
    let words = words.to_ascii_lowercase();
    let named = words.strip_prefix("ensue").map(|rest| rest.trim_start_matches([' ', ':']));
    named.and_then(|rest| rest.strip_prefix("allow")).is_some_and(|rest| rest.trim_start().starts_with('('))
}

/// The declaration that a comment speaks of: the one in which it stands or at the end of whose last
/// line, else the next.
fn declaration_of(text: &str, declarations: &[Span], comment: Span) -> Option<Span> {
    let next = declarations.partition_point(|it| it.end <= comment.start);
    let around = declarations.get(next).filter(|it| it.start < comment.start);
    let ends_here = |it: &&Span| !text[it.end as usize..comment.start as usize].contains('\n');
    let before = next.checked_sub(1).map(|before| &declarations[before]).filter(ends_here);
    around.or(before).or(declarations.get(next)).copied()
}

/// Reads ` allow(one, other) reason`: each name with its place.
fn names_and_reason(text: &str) -> Result<Vec<(usize, &str)>, &'static str> {
    let inner = text.trim_start().strip_prefix("allow").ok_or(FORM)?;
    let inner = inner.trim_start().strip_prefix('(').ok_or(FORM)?;
    let (names, reason) = inner.split_once(')').ok_or(FORM)?;
    if names.trim().is_empty() {
        return Err("it names nothing to allow");
    }
    if !reason.chars().any(char::is_alphanumeric) {
        return Err("it gives no reason");
    }
    let mut at = text.len() - inner.len();
    let named = names.split(',').map(|name| {
        let found = (at + name.len() - name.trim_start().len(), name.trim());
        at += name.len() + 1;
        found
    });
    Ok(named.collect())
}

fn bad(mistake: &str, place: Place) -> Diagnostic {
    Diagnostic::warning(Code::BadAllow, format!("this comment allows nothing: {mistake}"))
        .at(place, "")
        .help("write `# ensue: allow(NAME) reason` in the declaration, or above it")
}

fn unknown(name: &str, place: Place) -> Diagnostic {
    let known: Vec<&str> = LINTS.iter().map(|lint| lint.code.name()).collect();
    let report = Diagnostic::warning(Code::BadAllow, format!("there is no finding `{name}` that could be allowed"));
    let report = report.at(place, "");
    match suggest(name, &known).1 {
        Some(help) => report.help(help),
        None => report.help("`ensue explain` lists all of them"),
    }
}

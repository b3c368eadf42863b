//! What is said of a name: its words, its type, and who reported it.

use super::names::{Name, Sort};
use super::scope::{Declaration, Declared};
use crate::report::Form;
use crate::syntax::ast::{self, FactKind, Item, SourcePart};
use crate::syntax::token::Token;
use crate::text::Span;

/// A page about a declared name, in Markdown.
#[must_use]
pub fn hover(declared: &Declared<'_>, name: &Name) -> Option<String> {
    let it = declared.get(name)?;
    let head = format!("**{}** `{}`", it.sort.word(), name.text);
    let mut page = vec![match it.label() {
        Some(label) => format!("{head}: {}", shown(label)),
        None => head,
    }];
    match (it.sort, it.item) {
        (Sort::Value, Some(Item::Fact(fact))) => page.push(of("value of the fact", &fact.name, &fact.label)),
        (Sort::Option, Some(Item::Choice(choice))) => {
            page.push(of("option of the choice", &choice.name, &choice.label));
            let option = choice.options.iter().find(|option| option.name.text == name.text);
            page.extend(option.map(|option| format!("sets {}", settings(it, &option.sets))));
        }
        (Sort::Policy, _) => page.extend(policy(it)),
        (_, Some(item)) => about(&mut page, declared, it, item),
        (_, None) => {}
    }
    Some(page.join("\n\n"))
}

/// A text of a rule file, only as text.
fn shown(text: &str) -> String {
    Form::Markdown.shown(text)
}

fn of(what: &str, name: &ast::Name, label: &ast::Text) -> String {
    format!("{what} `{}`: {}", name.text, shown(&label.value))
}

fn policy(it: &Declaration<'_>) -> Vec<String> {
    let Some(policy) = &it.source.parsed().tree.policy else { return Vec::new() };
    let mut page = vec![shown(&policy.label.value)];
    page.extend(policy.as_of.as_ref().map(|date| format!("as of {}", date.span.of(&it.source.text))));
    page
}

fn about(page: &mut Vec<String>, declared: &Declared<'_>, it: &Declaration<'_>, item: &Item) {
    match item {
        Item::Source(source) => page.extend(source_parts(declared, it, source)),
        Item::Claim(claim) => page.extend(claim_parts(declared, claim)),
        Item::Fact(fact) => {
            page.push(kind(it, &fact.kind));
            page.extend(noted("asked", fact.ask.as_ref()));
            page.extend(noted("note", fact.note.as_ref()));
        }
        Item::Consequence(consequence) => {
            page.extend(consequence.harm.map(|_| "reported as a harm".to_owned()));
            page.extend(consequence.laws.iter().map(|law| format!("law: {}", shown(&law.value))));
            page.extend(noted("note", consequence.note.as_ref()));
            page.extend(concluded(declared, &consequence.name.text));
        }
        Item::Definition(definition) => page.push(format!("holds when `{}`", code(it, definition.condition.span()))),
        Item::Rule(rule) => page.extend(rule_parts(declared, it, rule)),
        Item::Choice(choice) => {
            let option =
                |option: &ast::ChoiceOption| format!("- `{}`: {}", option.name.text, shown(&option.label.value));
            page.push(choice.options.iter().map(option).collect::<Vec<_>>().join("\n"));
        }
        Item::Scenario(_) => {}
    }
}

fn noted(lead: &str, text: Option<&ast::Text>) -> Option<String> {
    text.map(|text| format!("{lead}: {}", shown(&text.value)))
}

/// What stands in a span, on one line and without comments: names, values and marks.
fn code(it: &Declaration<'_>, span: Span) -> String {
    let tokens = &it.source.parsed().tokens;
    let from = tokens.partition_point(|token| token.span.start < span.start);
    let within = tokens[from..].iter().take_while(|token| token.span.end <= span.end);
    let words = within.filter(|token| !token.kind.is_trivia()).map(|token: &Token| token.span.of(&it.source.text));
    let line = words.collect::<Vec<_>>().join(" ");
    line.replace("( ", "(").replace(" )", ")").replace(" ,", ",")
}

fn settings(it: &Declaration<'_>, sets: &[ast::Setting]) -> String {
    let one = |setting: &ast::Setting| format!("`{}`", code(it, setting.fact.span.to(setting.value.span)));
    sets.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A fact's type in the words of the language.
fn kind(it: &Declaration<'_>, kind: &FactKind) -> String {
    match kind {
        FactKind::YesNo => "yes or no".to_owned(),
        FactKind::Date => "date".to_owned(),
        FactKind::OneOf(values) => {
            let value = |(name, label): &(ast::Name, Option<ast::Text>)| match label {
                Some(label) => format!("- `{}`: {}", name.text, shown(&label.value)),
                None => format!("- `{}`", name.text),
            };
            format!("one of\n{}", values.iter().map(value).collect::<Vec<_>>().join("\n"))
        }
        FactKind::Number { whole, range } => {
            let number = if *whole { "whole number" } else { "number" };
            let text = &it.source.text;
            let range =
                range.as_ref().map(|(from, to)| format!(" from {} to {}", from.span.of(text), to.span.of(text)));
            format!("{number}{}", range.unwrap_or_default())
        }
    }
}

fn source_parts(declared: &Declared<'_>, it: &Declaration<'_>, source: &ast::Source) -> Vec<String> {
    let part = |part: &SourcePart| match part {
        SourcePart::By(text) => format!("by {}", shown(&text.value)),
        SourcePart::Published(date) => format!("published {}", date.span.of(&it.source.text)),
        SourcePart::Accessed(date) => format!("accessed {}", date.span.of(&it.source.text)),
        SourcePart::Url(text) => format!("at {}", shown(&text.value)),
        SourcePart::Archived(text) => format!("archived at {}", shown(&text.value)),
        SourcePart::Language(name) => format!("language {}", shown(&name.text)),
        SourcePart::QuotedIn(name) => format!("quoted in {}", quoting(declared, name)),
        SourcePart::Note(text) => format!("note: {}", shown(&text.value)),
    };
    source.parts.iter().map(part).collect()
}

/// A source as it is cited: who, published when, quoted where.
fn citation(declared: &Declared<'_>, name: &str) -> String {
    let Some(source) = declared.source(name) else { return format!("`{name}`") };
    let mut parts = vec![shown(&source.label.value)];
    parts.extend(published(source).map(|date| format!("published {date}")));
    for part in &source.parts {
        if let SourcePart::QuotedIn(quoting_name) = part {
            parts.push(format!("quoted in {}", quoting(declared, quoting_name)));
        }
    }
    parts.join(", ")
}

fn quoting(declared: &Declared<'_>, name: &ast::Name) -> String {
    let Some(source) = declared.source(&name.text) else { return format!("`{}`", name.text) };
    let date = published(source).map_or(String::new(), |date| format!(" ({date})"));
    format!("{}{date}", shown(&source.label.value))
}

fn published(source: &ast::Source) -> Option<&str> {
    source.parts.iter().find_map(|part| match part {
        SourcePart::Published(ast::Literal { kind: ast::LiteralKind::Date(date), .. }) => Some(&date[..]),
        _ => None,
    })
}

fn claim_parts(declared: &Declared<'_>, claim: &ast::Claim) -> Vec<String> {
    let mut page = vec![format!("reported by {}", citation(declared, &claim.by.text))];
    page.extend(noted("at", claim.at.as_ref()));
    page.extend(claim.context.map(|_| "context: it is no condition".to_owned()));
    page.extend(noted("certainty, in the reporter's words", claim.certainty.as_ref()));
    page.extend(noted("quote", claim.quote.as_ref()));
    page.extend(claim.links.iter().map(|(link, name)| {
        let link = match link {
            ast::ClaimLink::Repeats => "repeats",
            ast::ClaimLink::Supports => "supports",
            ast::ClaimLink::Contradicts => "contradicts",
        };
        format!("{link} `{}`", name.text)
    }));
    page
}

fn rule_parts(declared: &Declared<'_>, it: &Declaration<'_>, rule: &ast::Rule) -> Vec<String> {
    let then = rule.then.iter().map(|name| format!("`{}`", name.text)).collect::<Vec<_>>().join(", ");
    let verb = if rule.denies.is_some() { "denies" } else { "concludes" };
    let mut page = vec![format!("{verb} {then}, when `{}`", code(it, rule.when.span()))];
    page.extend(rule.unless.as_ref().map(|unless| format!("unless `{}`", code(it, unless.span()))));
    if rule.per.is_empty() {
        page.push("rests on no claim".to_owned());
    }
    for name in &rule.per {
        page.push(match declared.claim(&name.text) {
            Some(claim) => format!(
                "per `{}`: {}\n\nreported by {}",
                name.text,
                shown(&claim.statement.value),
                citation(declared, &claim.by.text)
            ),
            None => format!("per `{}`", name.text),
        });
    }
    page.extend(rule.assumes.iter().map(|text| format!("assumes: {}", shown(&text.value))));
    page
}

/// The rules that conclude about a consequence, and according to whom.
fn concluded(declared: &Declared<'_>, consequence: &str) -> Option<String> {
    let concludes = |rule: &&ast::Rule| rule.then.iter().any(|name| name.text == consequence);
    let line = |rule: &ast::Rule| {
        let verb = if rule.denies.is_some() { "denied by" } else { "concluded by" };
        let mut sources: Vec<String> = Vec::new();
        for claim in rule.per.iter().filter_map(|name| declared.claim(&name.text)) {
            let cited = citation(declared, &claim.by.text);
            if !sources.contains(&cited) {
                sources.push(cited);
            }
        }
        let according = match sources.is_empty() {
            true => String::new(),
            false => format!(", according to {}", sources.join("; ")),
        };
        format!("- {verb} `{}`{according}", rule.name.text)
    };
    let lines: Vec<String> = declared.rules().filter(concludes).map(line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

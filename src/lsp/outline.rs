//! The shape of a file: its declarations, what can be folded, and what each word is.

use lsp_types::{
    DocumentSymbol, FoldingRange, FoldingRangeKind, SemanticToken, SemanticTokenModifier, SemanticTokenType, SymbolKind,
};

use super::names::{Name, Sort, Space};
use super::position::Encoding;
use super::scope::Declared;
use super::source::Source;
use crate::report;
use crate::syntax::ast::{self, FactKind, Item};
use crate::syntax::token::{Kind, Token};
use crate::text::Span;

/// The declarations of a file, values and options below them.
#[must_use]
pub fn symbols(source: &Source, encoding: Encoding) -> Vec<DocumentSymbol> {
    let tree = &source.parsed().tree;
    let outline = Outline { source, encoding };
    let mut symbols: Vec<(u32, DocumentSymbol)> = Vec::new();
    symbols.extend(
        tree.policy.iter().map(|it| {
            (it.span.start, outline.symbol(SymbolKind::MODULE, &it.name, &it.label.value, it.span, Vec::new()))
        }),
    );
    symbols.extend(tree.declarations.iter().map(|it| (it.span.start, outline.declaration(it))));
    symbols.extend(tree.broken.iter().map(|it| {
        let kind = match &it.keyword[..] {
            "source" => SymbolKind::NAMESPACE,
            "claim" => SymbolKind::STRING,
            "fact" => SymbolKind::VARIABLE,
            "consequence" => SymbolKind::EVENT,
            "define" => SymbolKind::FUNCTION,
            "rule" => SymbolKind::CLASS,
            "choice" => SymbolKind::ENUM,
            _ => SymbolKind::MODULE,
        };
        (it.name.span.start, outline.symbol(kind, &it.name, "", it.name.span, Vec::new()))
    }));
    symbols.sort_by_key(|(start, _)| *start);
    symbols.into_iter().map(|(_, symbol)| symbol).collect()
}

struct Outline<'a> {
    source: &'a Source,
    encoding: Encoding,
}

impl Outline<'_> {
    fn symbol(
        &self,
        kind: SymbolKind,
        name: &ast::Name,
        detail: &str,
        span: Span,
        children: Vec<DocumentSymbol>,
    ) -> DocumentSymbol {
        #[allow(deprecated)] // The field has no other way to be left out.
        DocumentSymbol {
            name: report::plain(&name.text),
            detail: Some(report::plain(detail)),
            kind,
            tags: None,
            deprecated: None,
            range: self.source.range(span, self.encoding),
            selection_range: self.source.range(name.span, self.encoding),
            children: (!children.is_empty()).then_some(children),
        }
    }

    fn declaration(&self, declaration: &ast::Declaration) -> DocumentSymbol {
        let span = declaration.span;
        let whole = |kind, name: &ast::Name, label: &ast::Text| self.symbol(kind, name, &label.value, span, Vec::new());
        match &declaration.item {
            Item::Source(it) => whole(SymbolKind::NAMESPACE, &it.name, &it.label),
            Item::Claim(it) => whole(SymbolKind::STRING, &it.name, &it.statement),
            Item::Consequence(it) => whole(SymbolKind::EVENT, &it.name, &it.label),
            Item::Definition(it) => whole(SymbolKind::FUNCTION, &it.name, &it.label),
            Item::Rule(it) => whole(SymbolKind::CLASS, &it.name, &it.label),
            Item::Scenario(it) => {
                // It has no other name than its title; an empty one would be refused.
                let title = report::plain(&it.label.value);
                let text = if title.is_empty() { "scenario".to_owned() } else { title };
                let name = ast::Name { text, span: it.label.span };
                self.symbol(SymbolKind::METHOD, &name, "scenario", span, Vec::new())
            }
            Item::Fact(it) => {
                let values = match &it.kind {
                    FactKind::OneOf(values) => values.iter().map(|value| self.value(value)).collect(),
                    FactKind::YesNo | FactKind::Number { .. } | FactKind::Date => Vec::new(),
                };
                self.symbol(SymbolKind::VARIABLE, &it.name, &it.label.value, span, values)
            }
            Item::Choice(it) => {
                let options = it.options.iter().map(|option| self.option(option)).collect();
                self.symbol(SymbolKind::ENUM, &it.name, &it.label.value, span, options)
            }
        }
    }

    fn value(&self, (name, label): &(ast::Name, Option<ast::Text>)) -> DocumentSymbol {
        let span = label.as_ref().map_or(name.span, |label| name.span.to(label.span));
        let label = label.as_ref().map_or("", |label| &label.value);
        self.symbol(SymbolKind::ENUM_MEMBER, name, label, span, Vec::new())
    }

    fn option(&self, option: &ast::ChoiceOption) -> DocumentSymbol {
        let last = option.sets.last().map_or(option.label.span, |setting| setting.value.span);
        self.symbol(SymbolKind::ENUM_MEMBER, &option.name, &option.label.value, option.name.span.to(last), Vec::new())
    }
}

/// What can be folded: declarations, imports and comments of several lines.
#[must_use]
pub fn folds(source: &Source) -> Vec<FoldingRange> {
    let tree = &source.parsed().tree;
    let spans = tree.declarations.iter().map(|it| it.span).chain(tree.policy.iter().map(|it| it.span));
    let mut folds: Vec<FoldingRange> = spans.filter_map(|span| fold(source, span, None)).collect();
    if let ([first, ..], [.., last]) = (&tree.imports[..], &tree.imports[..]) {
        folds.extend(fold(source, first.span.to(last.span), Some(FoldingRangeKind::Imports)));
    }
    folds.extend(comments(source).into_iter().filter_map(|span| fold(source, span, Some(FoldingRangeKind::Comment))));
    folds.sort_by_key(|fold| (fold.start_line, fold.end_line));
    folds
}

fn fold(source: &Source, span: Span, kind: Option<FoldingRangeKind>) -> Option<FoldingRange> {
    let line = |offset| u32::try_from(source.lines().line(offset)).unwrap_or(u32::MAX);
    let (start_line, end_line) = (line(span.start), line(span.end));
    (start_line < end_line).then(|| FoldingRange { start_line, end_line, kind, ..FoldingRange::default() })
}

/// Comments on neighbouring lines of their own, as one.
fn comments(source: &Source) -> Vec<Span> {
    let mut blocks: Vec<Span> = Vec::new();
    let mut alone = true;
    let mut joins = false;
    for token in &source.parsed().tokens {
        match token.kind {
            Kind::Space => {
                let newlines = token.span.of(&source.text).matches('\n').count();
                (alone, joins) = (alone || newlines > 0, joins && newlines == 1);
            }
            Kind::Comment if alone => {
                match blocks.last_mut() {
                    Some(block) if joins => block.end = token.span.end,
                    _ => blocks.push(token.span),
                }
                (alone, joins) = (false, true);
            }
            _ => (alone, joins) = (false, false),
        }
    }
    blocks
}

/// What words can be, in the order of the numbers that are sent for them.
pub const TOKEN_TYPES: [SemanticTokenType; 13] = [
    SemanticTokenType::KEYWORD,
    SemanticTokenType::COMMENT,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::OPERATOR,
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::INTERFACE,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::ENUM_MEMBER,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::EVENT,
    SemanticTokenType::CLASS,
    SemanticTokenType::ENUM,
];

/// What is told of a word besides.
pub const TOKEN_MODIFIERS: [SemanticTokenModifier; 1] = [SemanticTokenModifier::DECLARATION];

fn type_of(kind: Kind, written: &str) -> Option<SemanticTokenType> {
    Some(match kind {
        Kind::Keyword => SemanticTokenType::KEYWORD,
        Kind::Comment => SemanticTokenType::COMMENT,
        Kind::Text => SemanticTokenType::STRING,
        Kind::Number | Kind::Date => SemanticTokenType::NUMBER,
        Kind::Mark if written.starts_with(['<', '>']) => SemanticTokenType::OPERATOR,
        Kind::Mark | Kind::Space | Kind::Name | Kind::BadName | Kind::Bad => return None,
    })
}

fn type_of_name(sort: Sort) -> SemanticTokenType {
    match sort {
        Sort::Policy | Sort::Source => SemanticTokenType::NAMESPACE,
        Sort::Claim => SemanticTokenType::INTERFACE,
        Sort::Fact => SemanticTokenType::VARIABLE,
        Sort::Value | Sort::Option => SemanticTokenType::ENUM_MEMBER,
        Sort::Definition => SemanticTokenType::FUNCTION,
        Sort::Consequence => SemanticTokenType::EVENT,
        Sort::Rule => SemanticTokenType::CLASS,
        Sort::Choice => SemanticTokenType::ENUM,
    }
}

/// What a name is that nothing declares, as far as its place tells.
fn undeclared(space: &Space) -> Sort {
    match space {
        Space::Policy => Sort::Policy,
        Space::Condition => Sort::Fact,
        Space::Source => Sort::Source,
        Space::Claim => Sort::Claim,
        Space::Rule => Sort::Rule,
        Space::Choice => Sort::Choice,
        Space::ValueOf(_) => Sort::Value,
        Space::OptionOf(_) => Sort::Option,
    }
}

/// What each word of a file is, or of a part of it. A token over several lines is one for each.
#[must_use]
pub fn semantic_tokens(
    declared: &Declared<'_>,
    source: &Source,
    within: Option<Span>,
    only_names: bool,
    encoding: Encoding,
) -> Vec<SemanticToken> {
    let parsed = source.parsed();
    let mut names = parsed.names.iter().peekable();
    let mut paint = Paint { source, encoding, line: 0, column: 0, out: Vec::new() };
    let sort = |name: &Name| declared.get(name).map_or(undeclared(&name.space), |it| it.sort);
    for token in &parsed.tokens {
        let name = names.next_if(|name| name.span == token.span);
        if within.is_some_and(|within| token.span.end <= within.start || within.end <= token.span.start) {
            continue;
        }
        match name {
            Some(name) => paint.token(token, &type_of_name(sort(&name.name)), name.declares.is_some()),
            None if only_names => {}
            None => {
                if let Some(kind) = type_of(token.kind, token.span.of(&source.text)) {
                    paint.token(token, &kind, false);
                }
            }
        }
    }
    paint.out
}

struct Paint<'a> {
    source: &'a Source,
    encoding: Encoding,
    /// Where the last token began.
    line: u32,
    column: u32,
    out: Vec<SemanticToken>,
}

impl Paint<'_> {
    fn token(&mut self, token: &Token, kind: &SemanticTokenType, declares: bool) {
        let token_type = TOKEN_TYPES.iter().position(|it| it == kind).expect("the list has every type");
        let token_type = u32::try_from(token_type).expect("the list is short");
        let text = token.span.of(&self.source.text);
        let mut start = token.span.start as usize;
        for line in text.split_inclusive('\n') {
            let shown = line.trim_end_matches(['\n', '\r']);
            let range = self.source.range(Span::new(start, start + shown.len()), self.encoding);
            start += line.len();
            let length = range.end.character.saturating_sub(range.start.character);
            if length == 0 || range.start.line != range.end.line {
                continue;
            }
            let delta_line = range.start.line - self.line;
            let before = if delta_line == 0 { self.column } else { 0 };
            (self.line, self.column) = (range.start.line, range.start.character);
            let delta_start = range.start.character - before;
            let token_modifiers_bitset = u32::from(declares);
            self.out.push(SemanticToken { delta_line, delta_start, length, token_type, token_modifiers_bitset });
        }
    }
}

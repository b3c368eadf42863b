//! The names in a file: of what kind each is, and whether it declares; what may stand at a place.
//!
//! Read from the tokens and not from the tree, word by word, so that a declaration that is only
//! half written has its names too. For what can be read the two agree; a test holds them
//! against each other. No name is resolved.

use std::fmt;

use crate::syntax::token::{Kind, OPENERS, Token};
use crate::text::Span;

/// What a name may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// `policy passports`
    Policy,
    /// `source uk_mod`
    Source,
    /// `claim conscription`
    Claim,
    /// `fact residence`
    Fact,
    /// `one of crimea`
    Value,
    /// `define covered`
    Definition,
    /// `consequence no_healthcare`
    Consequence,
    /// `rule seizure`
    Rule,
    /// `choice passport`
    Choice,
    /// `option take`
    Option,
}

impl Sort {
    /// The word a reader sees.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Sort::Policy => "policy",
            Sort::Source => "source",
            Sort::Claim => "claim",
            Sort::Fact => "fact",
            Sort::Value => "value",
            Sort::Definition => "definition",
            Sort::Consequence => "consequence",
            Sort::Rule => "rule",
            Sort::Choice => "choice",
            Sort::Option => "option",
        }
    }
}

/// Names that must differ from one another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// The name of a policy.
    Policy,
    /// Facts, definitions and consequences: conditions name all three.
    Condition,
    /// Sources.
    Source,
    /// Claims.
    Claim,
    /// Rules.
    Rule,
    /// Choices.
    Choice,
    /// The values of this fact.
    ValueOf(String),
    /// The options of this choice.
    OptionOf(String),
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Space::Policy => f.write_str("policy"),
            Space::Condition => f.write_str("fact, definition or consequence"),
            Space::Source => f.write_str("source"),
            Space::Claim => f.write_str("claim"),
            Space::Rule => f.write_str("rule"),
            Space::Choice => f.write_str("choice"),
            Space::ValueOf(fact) => write!(f, "value of `{fact}`"),
            Space::OptionOf(choice) => write!(f, "option of `{choice}`"),
        }
    }
}

/// A name with its space: the same in two files is the same thing, where both are of one policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// Among which names it stands.
    pub space: Space,
    /// As it is written.
    pub text: String,
}

/// A name where it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The name.
    pub name: Name,
    /// Where it stands.
    pub span: Span,
    /// What it declares; `None` where it is used.
    pub declares: Option<Sort>,
}

/// What a name that is used may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A fact, a definition or a consequence.
    Condition,
    /// A fact that a scenario or an option gives a value.
    Fact,
    /// A fact with dates: `years since …`.
    DateFact,
    /// A consequence.
    Consequence,
    /// A source.
    Source,
    /// A claim.
    Claim,
    /// A rule.
    Rule,
}

impl Use {
    fn space(self) -> Space {
        match self {
            Use::Condition | Use::Fact | Use::DateFact | Use::Consequence => Space::Condition,
            Use::Source => Space::Source,
            Use::Claim => Space::Claim,
            Use::Rule => Space::Rule,
        }
    }
}

/// What may stand next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A declaration, or what a file begins with.
    Opener,
    /// A new name.
    Declared(Sort),
    /// A name that is declared somewhere.
    Used(Use),
    /// After a fact, definition or consequence in a condition: `is`, `<`, `and`, or what follows
    /// the condition.
    Tested,
    /// After a test in a condition, or after `)`: `and`, `or`, or what follows the condition.
    Joined,
    /// After `is`: `not`, `one of`, `from` or a value of the fact.
    AfterIs(String),
    /// After `is not`: the same without `not`.
    AfterIsNot(String),
    /// A value of the fact.
    Value(String),
    /// A bound of the fact's values: a number or a date.
    Bound,
    /// `<`, `<=`, `>` or `>=`.
    Comparison,
    /// A text, a date or a number: nothing that could be offered.
    Literal,
    /// Any word, which is no name: the code of a language.
    Code,
    /// A fact's type.
    Type,
    /// A status after `expect`.
    Status,
    /// One of these words.
    Words(&'static [&'static str]),
    /// After a part that is whole: the next part, or a declaration.
    Part,
    /// The same after the statement or item that may be followed by a text.
    Item,
}

/// Reads a file's tokens word by word.
pub struct Walker<'a> {
    text: &'a str,
    /// The word that the declaration begins with; empty before the first.
    pub opener: &'static str,
    /// The word that the part begins with; empty before the first.
    pub part: &'static str,
    /// What may stand next.
    pub slot: Slot,
    /// What a comma leads to.
    list: Option<Slot>,
    /// The name that the declaration declares; empty before it.
    pub declared: String,
    /// The name that is tested or given a value.
    tested: String,
    /// Whether `years since` was read, so that a number is compared.
    since: bool,
    /// Whether `from` was read, so that `to` must follow the value.
    from: bool,
}

/// Every name of a file, in the order in which they stand.
#[must_use]
pub fn occurrences(text: &str, tokens: &[Token]) -> Vec<Occurrence> {
    let mut walker = Walker::new(text);
    tokens.iter().filter_map(|token| walker.step(*token)).collect()
}

impl<'a> Walker<'a> {
    /// Before the first token of a file.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Walker {
            text,
            opener: "",
            part: "",
            slot: Slot::Opener,
            list: None,
            declared: String::new(),
            tested: String::new(),
            since: false,
            from: false,
        }
    }

    /// Goes past a token; what it is, if it is a name.
    pub fn step(&mut self, token: Token) -> Option<Occurrence> {
        let written = token.span.of(self.text);
        match token.kind {
            Kind::Space | Kind::Comment | Kind::Bad => None,
            Kind::Keyword if self.slot == Slot::Code => {
                self.slot = Slot::Part;
                None
            }
            Kind::Keyword => {
                self.keyword(&written.to_ascii_lowercase());
                None
            }
            Kind::Name | Kind::BadName => self.name(written, token.span),
            Kind::Text => {
                self.after_text();
                None
            }
            Kind::Number | Kind::Date => {
                self.after_value();
                None
            }
            Kind::Mark => {
                self.mark(written);
                None
            }
        }
    }

    fn name(&mut self, written: &str, span: Span) -> Option<Occurrence> {
        let text = written.to_owned();
        let (space, declares) = match self.name_slot() {
            Slot::Declared(sort) => (self.declared(sort, written), Some(sort)),
            Slot::Used(used) => {
                text.clone_into(&mut self.tested);
                self.slot = match used {
                    Use::Condition => Slot::Tested,
                    Use::Fact => Slot::Value(text.clone()),
                    Use::DateFact => Slot::Comparison,
                    Use::Consequence | Use::Source | Use::Claim | Use::Rule => Slot::Part,
                };
                (used.space(), None)
            }
            Slot::Value(fact) | Slot::AfterIs(fact) | Slot::AfterIsNot(fact) => {
                self.after_value();
                (Space::ValueOf(fact), None)
            }
            Slot::Code => {
                self.slot = Slot::Part;
                return None;
            }
            _ => return None,
        };
        Some(Occurrence { name: Name { space, text }, span, declares })
    }

    /// The slot that a name fills: where a comma or `and` is missing, the one it would lead to.
    fn name_slot(&self) -> Slot {
        match (&self.slot, &self.list) {
            (Slot::Tested | Slot::Joined, _) => Slot::Used(Use::Condition),
            (Slot::Part | Slot::Item, Some(list)) => list.clone(),
            (slot, _) => slot.clone(),
        }
    }

    fn declared(&mut self, sort: Sort, written: &str) -> Space {
        self.slot = Slot::Literal;
        match sort {
            Sort::Value => {
                self.slot = Slot::Item;
                return Space::ValueOf(self.declared.clone());
            }
            Sort::Option => return Space::OptionOf(self.declared.clone()),
            Sort::Claim => self.slot = Slot::Words(&["by"]),
            Sort::Policy
            | Sort::Source
            | Sort::Fact
            | Sort::Definition
            | Sort::Consequence
            | Sort::Rule
            | Sort::Choice => {}
        }
        written.clone_into(&mut self.declared);
        match sort {
            Sort::Policy => Space::Policy,
            Sort::Source => Space::Source,
            Sort::Claim => Space::Claim,
            Sort::Rule => Space::Rule,
            Sort::Choice => Space::Choice,
            Sort::Fact | Sort::Definition | Sort::Consequence | Sort::Value | Sort::Option => Space::Condition,
        }
    }

    fn after_text(&mut self) {
        self.slot = match (self.opener, self.part, &self.slot) {
            (_, _, Slot::Item) => Slot::Item,
            ("fact", "", _) => Slot::Words(&[":"]),
            ("define", "", _) => Slot::Words(&["as"]),
            ("choice", "option", _) => Slot::Words(&["sets"]),
            // A text where a condition or a value is wanted is a mistake, and the place stays.
            (_, _, slot @ (Slot::Used(_) | Slot::Value(_) | Slot::AfterIs(_) | Slot::AfterIsNot(_))) => slot.clone(),
            _ => Slot::Part,
        };
    }

    fn after_value(&mut self) {
        if std::mem::take(&mut self.from) {
            self.slot = Slot::Words(&["to"]);
            return;
        }
        self.slot = match self.part {
            "as" | "when" | "unless" if self.opener != "policy" => Slot::Joined,
            _ => Slot::Part,
        };
    }

    fn mark(&mut self, written: &str) {
        self.slot = match (written, &self.list) {
            (",", Some(list)) => list.clone(),
            (",", None) => return,
            (":", _) if self.opener == "fact" => {
                self.part = ":";
                Slot::Type
            }
            ("(", _) => {
                self.list = None;
                Slot::Used(Use::Condition)
            }
            (")", _) => {
                self.list = None;
                Slot::Joined
            }
            ("<" | "<=" | ">" | ">=", _) => {
                self.list = None;
                if self.since { Slot::Literal } else { Slot::Bound }
            }
            _ => return,
        };
    }

    fn keyword(&mut self, word: &str) {
        if let Some(opener) = OPENERS.iter().find(|opener| **opener == word) {
            *self = Walker { opener, ..Walker::new(self.text) };
            self.slot = self.head();
            return;
        }
        if let Some(slot) = self.within(word) {
            self.slot = slot;
        }
    }

    /// What follows the word that a declaration begins with.
    fn head(&self) -> Slot {
        Slot::Declared(match self.opener {
            "policy" => Sort::Policy,
            "source" => Sort::Source,
            "claim" => Sort::Claim,
            "fact" => Sort::Fact,
            "consequence" => Sort::Consequence,
            "define" => Sort::Definition,
            "rule" => Sort::Rule,
            "choice" => Sort::Choice,
            _ => return Slot::Literal,
        })
    }

    /// Begins a part.
    fn begin(&mut self, part: &'static str, slot: Slot, list: Option<Slot>) -> Option<Slot> {
        (self.part, self.list, self.since, self.from) = (part, list, false, false);
        Some(slot)
    }

    /// Begins a part that is a list of names.
    fn begin_list(&mut self, part: &'static str, used: Use) -> Option<Slot> {
        self.begin(part, Slot::Used(used), Some(Slot::Used(used)))
    }

    /// What follows a word inside a declaration; nothing, where it does not belong there.
    fn within(&mut self, word: &str) -> Option<Slot> {
        match self.opener {
            "policy" => self.in_policy(word),
            "source" => self.in_source(word),
            "claim" => self.in_claim(word),
            "fact" => self.in_fact(word),
            "consequence" => match word {
                "harm" => self.begin("harm", Slot::Part, None),
                "law" => self.begin("law", Slot::Literal, None),
                "note" => self.begin("note", Slot::Literal, None),
                _ => None,
            },
            "define" => match word {
                "as" => self.begin("as", Slot::Used(Use::Condition), None),
                _ => self.in_condition(word),
            },
            "rule" => self.in_rule(word),
            "choice" => match word {
                "option" => self.begin("option", Slot::Declared(Sort::Option), None),
                "sets" => self.begin_list("sets", Use::Fact),
                _ => self.in_setting(word),
            },
            "scenario" => self.in_scenario(word),
            _ => None,
        }
    }

    fn in_policy(&mut self, word: &str) -> Option<Slot> {
        match word {
            "as" => self.begin("as", Slot::Words(&["of"]), None),
            "of" => Some(Slot::Literal),
            _ => None,
        }
    }

    fn in_source(&mut self, word: &str) -> Option<Slot> {
        let part = |part: &&&str| **part == word;
        let literal = ["by", "published", "accessed", "url", "archived", "note"];
        match word {
            "language" => self.begin("language", Slot::Code, None),
            "quoted" => self.begin("quoted", Slot::Words(&["in"]), None),
            "in" => Some(Slot::Used(Use::Source)),
            _ => self.begin(literal.iter().find(part)?, Slot::Literal, None),
        }
    }

    fn in_claim(&mut self, word: &str) -> Option<Slot> {
        match word {
            "by" => self.begin("by", Slot::Used(Use::Source), None),
            "context" => self.begin("context", Slot::Part, None),
            "at" => self.begin("at", Slot::Literal, None),
            "certainty" => self.begin("certainty", Slot::Literal, None),
            "quote" => self.begin("quote", Slot::Literal, None),
            "repeats" | "supports" | "contradicts" => self.begin("repeats", Slot::Used(Use::Claim), None),
            _ => None,
        }
    }

    fn in_fact(&mut self, word: &str) -> Option<Slot> {
        match word {
            "ask" => self.begin("ask", Slot::Literal, None),
            "note" => self.begin("note", Slot::Literal, None),
            _ if self.part != ":" => None,
            "yes" => Some(Slot::Words(&["or"])),
            "or" => Some(Slot::Words(&["no"])),
            "no" | "date" => Some(Slot::Part),
            "one" => Some(Slot::Words(&["of"])),
            "of" => {
                self.list = Some(Slot::Declared(Sort::Value));
                Some(Slot::Declared(Sort::Value))
            }
            "whole" => Some(Slot::Words(&["number"])),
            "number" => Some(Slot::Part),
            "from" | "to" => {
                self.from = word == "from";
                Some(Slot::Literal)
            }
            _ => None,
        }
    }

    fn in_rule(&mut self, word: &str) -> Option<Slot> {
        match word {
            "per" => self.begin_list("per", Use::Claim),
            "assumes" => self.begin("assumes", Slot::Literal, None),
            "in" => self.begin("in", Slot::Words(&["force"]), None),
            "force" => Some(Slot::Words(&["from", "until"])),
            "from" | "until" if self.part == "in" => Some(Slot::Literal),
            "when" => self.begin("when", Slot::Used(Use::Condition), None),
            "unless" => self.begin("unless", Slot::Used(Use::Condition), None),
            "then" => self.begin_list("then", Use::Consequence),
            "not" if self.part == "then" => Some(Slot::Used(Use::Consequence)),
            "overrides" => self.begin_list("overrides", Use::Rule),
            _ => self.in_condition(word),
        }
    }

    fn in_condition(&mut self, word: &str) -> Option<Slot> {
        if !matches!(self.part, "as" | "when" | "unless") {
            return None;
        }
        let fact = self.tested.clone();
        let slot = match word {
            "not" => match self.slot {
                Slot::AfterIs(_) => Slot::AfterIsNot(fact),
                _ => Slot::Used(Use::Condition),
            },
            "and" | "or" => {
                (self.list, self.since, self.from) = (None, false, false);
                Slot::Used(Use::Condition)
            }
            "is" => {
                self.list = None;
                Slot::AfterIs(fact)
            }
            "one" => Slot::Words(&["of"]),
            "of" => {
                self.list = Some(Slot::Value(fact.clone()));
                Slot::Value(fact)
            }
            "from" | "to" => {
                self.from = word == "from";
                Slot::Bound
            }
            "years" | "months" | "days" => Slot::Words(&["since"]),
            "since" => {
                self.since = true;
                Slot::Used(Use::DateFact)
            }
            "yes" | "no" => Slot::Joined,
            _ => return None,
        };
        Some(slot)
    }

    fn in_setting(&mut self, word: &str) -> Option<Slot> {
        match (self.part, word) {
            ("given" | "sets", "yes" | "no") => Some(Slot::Part),
            _ => None,
        }
    }

    fn in_scenario(&mut self, word: &str) -> Option<Slot> {
        match word {
            "on" => self.begin("on", Slot::Literal, None),
            "given" => self.begin_list("given", Use::Fact),
            "expect" => self.begin("expect", Slot::Status, None),
            "does" => Some(Slot::Words(&["not"])),
            "not" => Some(Slot::Words(&["follow"])),
            "ruled" => Some(Slot::Words(&["out"])),
            "follows" | "follow" | "out" | "disputed" | "undetermined" | "only" => {
                self.begin_list("expect", Use::Consequence)
            }
            _ => self.in_setting(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::limits::Limits;
    use crate::syntax::ast::{Condition, Item, Literal, LiteralKind, Setting, SourcePart, TestKind};
    use crate::syntax::{ast, decode, parse, token};
    use crate::text::FileId;

    type Found = BTreeSet<(u32, Space, String, Option<Sort>)>;

    /// What the tree says of every name of a file.
    struct Tree(Found);

    impl Tree {
        fn add(&mut self, space: Space, name: &ast::Name, declares: Option<Sort>) {
            self.0.insert((name.span.start, space, name.text.clone(), declares));
        }

        fn used(&mut self, space: &Space, names: &[ast::Name]) {
            names.iter().for_each(|name| self.add(space.clone(), name, None));
        }

        fn value(&mut self, fact: &ast::Name, value: &Literal) {
            if let LiteralKind::Name(text) = &value.kind {
                let name = ast::Name { text: text.clone(), span: value.span };
                self.add(Space::ValueOf(fact.text.clone()), &name, None);
            }
        }

        fn settings(&mut self, settings: &[Setting]) {
            for setting in settings {
                self.add(Space::Condition, &setting.fact, None);
                self.value(&setting.fact, &setting.value);
            }
        }

        fn condition(&mut self, condition: &Condition) {
            match condition {
                Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| self.condition(part)),
                Condition::Not(inner, _) | Condition::Group(inner, _) => self.condition(inner),
                Condition::Test(test) => {
                    self.add(Space::Condition, &test.name, None);
                    match &test.kind {
                        TestKind::Holds | TestKind::Since(..) => {}
                        TestKind::Is { value, .. } => self.value(&test.name, value),
                        TestKind::OneOf { values, .. } => {
                            values.iter().for_each(|value| self.value(&test.name, value));
                        }
                        // A name is no bound; where one stands, it is a mistake.
                        TestKind::Between { .. } | TestKind::Compare(..) => {}
                    }
                }
            }
        }

        fn item(&mut self, item: &Item) {
            match item {
                Item::Source(it) => {
                    self.add(Space::Source, &it.name, Some(Sort::Source));
                    for part in &it.parts {
                        if let SourcePart::QuotedIn(name) = part {
                            self.add(Space::Source, name, None);
                        }
                    }
                }
                Item::Claim(it) => {
                    self.add(Space::Claim, &it.name, Some(Sort::Claim));
                    self.add(Space::Source, &it.by, None);
                    it.links.iter().for_each(|(_, name)| self.add(Space::Claim, name, None));
                }
                Item::Fact(it) => {
                    self.add(Space::Condition, &it.name, Some(Sort::Fact));
                    if let ast::FactKind::OneOf(values) = &it.kind {
                        let space = Space::ValueOf(it.name.text.clone());
                        values.iter().for_each(|(name, _)| self.add(space.clone(), name, Some(Sort::Value)));
                    }
                }
                Item::Consequence(it) => self.add(Space::Condition, &it.name, Some(Sort::Consequence)),
                Item::Definition(it) => {
                    self.add(Space::Condition, &it.name, Some(Sort::Definition));
                    self.condition(&it.condition);
                }
                Item::Rule(it) => {
                    self.add(Space::Rule, &it.name, Some(Sort::Rule));
                    self.used(&Space::Claim, &it.per);
                    self.condition(&it.when);
                    it.unless.iter().for_each(|unless| self.condition(unless));
                    self.used(&Space::Condition, &it.then);
                    self.used(&Space::Rule, &it.overrides);
                }
                Item::Choice(it) => {
                    self.add(Space::Choice, &it.name, Some(Sort::Choice));
                    for option in &it.options {
                        self.add(Space::OptionOf(it.name.text.clone()), &option.name, Some(Sort::Option));
                        self.settings(&option.sets);
                    }
                }
                Item::Scenario(it) => {
                    self.settings(&it.given);
                    it.expectations.iter().for_each(|it| self.used(&Space::Condition, &it.consequences));
                }
            }
        }
    }

    fn from_tree(tree: &ast::File) -> Found {
        let mut found = Tree(Found::new());
        tree.policy.iter().for_each(|policy| found.add(Space::Policy, &policy.name, Some(Sort::Policy)));
        tree.declarations.iter().for_each(|declaration| found.item(&declaration.item));
        found.0
    }

    fn from_tokens(text: &str) -> Found {
        let (tokens, _) = token::tokenize(FileId::default(), text);
        let found = occurrences(text, &tokens).into_iter();
        found.map(|it| (it.span.start, it.name.space, it.name.text, it.declares)).collect()
    }

    /// The texts of all rule files of the project.
    fn files() -> Vec<(String, String)> {
        let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()];
        let mut texts = Vec::new();
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() && name != "target" && name != "node_modules" && !name.starts_with('.') {
                    open.push(path);
                } else if path.extension().is_some_and(|extension| extension == "ensue")
                    && let Ok(text) = decode(&name, std::fs::read(&path).unwrap(), &Limits::default())
                {
                    texts.push((path.display().to_string(), text));
                }
            }
        }
        texts
    }

    #[test]
    fn tokens_and_tree_say_the_same_of_every_name() {
        let mut names = 0;
        for (path, text) in files() {
            let (tree, mistakes) = parse(FileId::default(), &text, &Limits::default());
            if mistakes.is_empty() {
                let expected = from_tree(&tree);
                names += expected.len();
                assert_eq!(from_tokens(&text), expected, "{path}");
            }
        }
        assert!(names > 500, "the project's files have names");
    }

    /// In half a file the names up to the last word are those of the whole file.
    #[test]
    fn half_a_file_has_its_names() {
        for path in ["rules/passports.ensue", "docs/tutorial.ensue", "tests/corpus/parse/ok/every-production.ensue"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            let text = std::fs::read_to_string(path).unwrap();
            let (tokens, _) = token::tokenize(FileId::default(), &text);
            let whole = occurrences(&text, &tokens);
            for count in 0..tokens.len() {
                let half = occurrences(&text, &tokens[..count]);
                assert_eq!(half, whole[..half.len()]);
            }
        }
    }

    #[test]
    fn a_missing_comma_or_and_loses_no_name() {
        let text = "rule r \"R\" per a b when c d then e f\nscenario \"S\" given g h i j expect only e f";
        let names: Vec<String> =
            from_tokens(text).into_iter().map(|(_, space, name, _)| format!("{name}: {space}")).collect();
        let condition = "fact, definition or consequence";
        let expected = [
            "r: rule".to_owned(),
            "a: claim".to_owned(),
            "b: claim".to_owned(),
            format!("c: {condition}"),
            format!("d: {condition}"),
            format!("e: {condition}"),
            format!("f: {condition}"),
            format!("g: {condition}"),
            "h: value of `g`".to_owned(),
            format!("i: {condition}"),
            "j: value of `i`".to_owned(),
            format!("e: {condition}"),
            format!("f: {condition}"),
        ];
        assert_eq!(names, expected);
    }
}

//! What was written: a tree with spans. No name is resolved here.

#![expect(clippy::indexing_slicing, reason = "conditions have parts")]
#![expect(clippy::arithmetic_side_effects, reason = "terms, of which each is a part of a text in memory")]

use crate::text::Span;

/// A whole file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// The `policy` line, if there is one.
    pub policy: Option<Policy>,
    /// The imports.
    pub imports: Vec<Import>,
    /// The declarations that could be read.
    pub declarations: Vec<Declaration>,
    /// The heads of declarations that could not be: their names are declared all the same, so
    /// that one mistake is not reported again wherever the name is used.
    pub broken: Vec<Broken>,
}

/// The head of a declaration that could not be read to its end.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The word it begins with.
    pub keyword: String,
    /// Its name.
    pub name: Name,
}

/// A name, and where it stands.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A quoted text, and where it stands.
#[derive(Clone, Debug)]
pub struct Text {
    /// What it says: without quotes, escapes replaced.
    pub value: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// `policy passports "…" as of 2025-03-07`
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name.
    pub name: Name,
    /// What it is about.
    pub label: Text,
    /// `as of`: the date for which it is evaluated where none is given.
    pub as_of: Option<Literal>,
    /// The whole line.
    pub span: Span,
}

/// `import "../seeds/article.ensue"`
#[derive(Clone, Debug)]
pub struct Import {
    /// The path, relative to the importing file.
    pub path: Text,
    /// The whole line.
    pub span: Span,
}

/// One declaration.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// What it declares.
    pub item: Item,
    /// All of it, from its keyword on.
    pub span: Span,
}

/// What a declaration declares.
#[derive(Clone, Debug)]
pub enum Item {
    /// `source …`
    Source(Source),
    /// `claim …`
    Claim(Claim),
    /// `fact …`
    Fact(Fact),
    /// `consequence …`
    Consequence(Consequence),
    /// `define …`
    Definition(Definition),
    /// `rule …`
    Rule(Rule),
    /// `choice …`
    Choice(Choice),
    /// `scenario …`
    Scenario(Scenario),
}

/// Who reports.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name.
    pub name: Name,
    /// Who it is, for readers.
    pub label: Text,
    /// What else is said of it, in the order written.
    pub parts: Vec<SourcePart>,
}

/// One line of a source.
#[derive(Clone, Debug)]
pub enum SourcePart {
    /// `by "…"`: the author or institution.
    By(Text),
    /// `published 2025-03-07`
    Published(Literal),
    /// `accessed 2025-03-07`
    Accessed(Literal),
    /// `url "…"`
    Url(Text),
    /// `archived "…"`
    Archived(Text),
    /// `language en`
    Language(Name),
    /// `quoted in article`
    QuotedIn(Name),
    /// `note "…"`
    Note(Text),
}

/// One thing that is reported.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its name.
    pub name: Name,
    /// Who reports it.
    pub by: Name,
    /// `at "…"`: where in the source.
    pub at: Option<Text>,
    /// `context`: it is no condition, and no rule is expected to encode it.
    pub context: Option<Span>,
    /// How sure the reporter is, in the reporter's own words.
    pub certainty: Option<Text>,
    /// The source's own words.
    pub quote: Option<Text>,
    /// How it stands to other claims, in the order written.
    pub links: Vec<(ClaimLink, Name)>,
    /// What is reported.
    pub statement: Text,
}

/// How a claim stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimLink {
    /// `repeats`: relays the same statement; both are one origin.
    Repeats,
    /// `supports`
    Supports,
    /// `contradicts`
    Contradicts,
}

/// A declared property of a person.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its name.
    pub name: Name,
    /// What it means, for readers.
    pub label: Text,
    /// Its type.
    pub kind: FactKind,
    /// The question that asks for it.
    pub ask: Option<Text>,
    /// A note for readers.
    pub note: Option<Text>,
}

/// A fact's type.
#[derive(Clone, Debug)]
pub enum FactKind {
    /// `yes or no`
    YesNo,
    /// `one of crimea "Crimea", elsewhere`
    OneOf(Vec<(Name, Option<Text>)>),
    /// `whole number from 0 to 120`
    Number {
        /// Whether only whole numbers are values.
        whole: bool,
        /// The least and the greatest value, both included.
        range: Option<(Literal, Literal)>,
    },
    /// `date`
    Date,
}

/// What may follow for a person.
#[derive(Clone, Debug)]
pub struct Consequence {
    /// Its name.
    pub name: Name,
    /// What it means, for readers.
    pub label: Text,
    /// `harm`: it is reported as a harm.
    pub harm: Option<Span>,
    /// The laws it touches.
    pub laws: Vec<Text>,
    /// A note for readers.
    pub note: Option<Text>,
}

/// A condition with a name.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name.
    pub name: Name,
    /// What it means, for readers.
    pub label: Text,
    /// The condition.
    pub condition: Condition,
}

/// What leads to what.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: Name,
    /// What it says, for readers.
    pub label: Text,
    /// The claims it rests on.
    pub per: Vec<Name>,
    /// What goes beyond the words of the claims.
    pub assumes: Vec<Text>,
    /// `in force from … until …`
    pub in_force: Option<InForce>,
    /// The condition.
    pub when: Condition,
    /// The exception.
    pub unless: Option<Condition>,
    /// `then not`: it denies what it concludes.
    pub denies: Option<Span>,
    /// What it concludes.
    pub then: Vec<Name>,
    /// The rules it defeats.
    pub overrides: Vec<Name>,
}

/// An interval of dates; both ends are included and may be left open.
#[derive(Clone, Debug)]
pub struct InForce {
    /// The first day.
    pub from: Option<Literal>,
    /// The last day.
    pub until: Option<Literal>,
    /// The words `in force`.
    pub span: Span,
}

/// What a person might do.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its name.
    pub name: Name,
    /// The question, for readers.
    pub label: Text,
    /// The ways.
    pub options: Vec<ChoiceOption>,
}

/// One way of a choice.
#[derive(Clone, Debug)]
pub struct ChoiceOption {
    /// Its name.
    pub name: Name,
    /// What it is, for readers.
    pub label: Text,
    /// The facts it settles.
    pub sets: Vec<Setting>,
}

/// A profile with the statuses expected for it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is about; it has no other name.
    pub label: Text,
    /// The date, where it is not the policy's.
    pub on: Option<Literal>,
    /// The known facts.
    pub given: Vec<Setting>,
    /// What is expected.
    pub expectations: Vec<Expectation>,
}

/// A fact and its value.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The fact.
    pub fact: Name,
    /// The value.
    pub value: Literal,
}

/// What is expected of some consequences.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The status.
    pub expected: Expected,
    /// The consequences.
    pub consequences: Vec<Name>,
    /// All of it, from `expect` on.
    pub span: Span,
}

/// The status that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// `follows`
    Follows,
    /// `does not follow`
    DoesNotFollow,
    /// `ruled out`
    RuledOut,
    /// `disputed`
    Disputed,
    /// `undetermined`
    Undetermined,
    /// `only`: these follow, and no other consequence does or may.
    Only,
}

/// A condition.
#[derive(Clone, Debug)]
pub enum Condition {
    /// `a and b and c`: at least two.
    All(Vec<Condition>),
    /// `a or b or c`: at least two.
    Any(Vec<Condition>),
    /// `not a`; the span is that of the word.
    Not(Box<Condition>, Span),
    /// `( a )`; the span holds both parentheses.
    Group(Box<Condition>, Span),
    /// A test of one fact, a definition or a consequence.
    Test(Test),
}

impl Item {
    /// How many tests and names stand in its conditions.
    #[must_use]
    pub fn terms(&self) -> u64 {
        match self {
            Item::Definition(it) => it.condition.terms(),
            Item::Rule(it) => it.when.terms() + it.unless.as_ref().map_or(0, Condition::terms),
            Item::Source(_)
            | Item::Claim(_)
            | Item::Fact(_)
            | Item::Consequence(_)
            | Item::Choice(_)
            | Item::Scenario(_) => 0,
        }
    }
}

impl Condition {
    /// How many tests and names stand in it.
    fn terms(&self) -> u64 {
        match self {
            Condition::All(parts) | Condition::Any(parts) => parts.iter().map(Condition::terms).sum(),
            Condition::Not(inner, _) | Condition::Group(inner, _) => inner.terms(),
            Condition::Test(_) => 1,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Condition::All(parts) | Condition::Any(parts) => {
                // INVARIANT: the grammar makes chains of at least two.
                parts[0].span().to(parts[parts.len() - 1].span())
            }
            Condition::Not(inner, not) => not.to(inner.span()),
            Condition::Group(_, span) => *span,
            Condition::Test(test) => test.span,
        }
    }
}

/// A test, and where it stands.
#[derive(Clone, Debug)]
pub struct Test {
    /// What is tested.
    pub name: Name,
    /// How.
    pub kind: TestKind,
    /// All of it.
    pub span: Span,
}

/// How a name is tested.
#[derive(Clone, Debug)]
pub enum TestKind {
    /// `covered`
    Holds,
    /// `residence is not elsewhere`
    Is {
        /// Whether `not` is written.
        negated: bool,
        /// The value.
        value: Literal,
    },
    /// `residence is one of crimea, kherson`
    OneOf {
        /// Whether `not` is written.
        negated: bool,
        /// The values.
        values: Vec<Literal>,
    },
    /// `age is from 18 to 27`, both ends included
    Between {
        /// Whether `not` is written.
        negated: bool,
        /// The least value.
        from: Literal,
        /// The greatest value.
        to: Literal,
    },
    /// `age >= 18`
    Compare(Comparison, Literal),
    /// `years since birth_date >= 18`
    Since(TimeUnit, Comparison, Literal),
}

/// `<`, `<=`, `>` or `>=`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// What is counted since a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeUnit {
    /// `years since`
    Years,
    /// `months since`
    Months,
    /// `days since`
    Days,
}

/// A value as it is written.
#[derive(Clone, Debug)]
pub struct Literal {
    /// The value.
    pub kind: LiteralKind,
    /// Where it stands.
    pub span: Span,
}

/// What kind of value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiteralKind {
    /// `yes`
    Yes,
    /// `no`
    No,
    /// The name of a list's value.
    Name(String),
    /// A number, digit for digit as it is written.
    Number(String),
    /// A date as it is written; it may not exist.
    Date(String),
}

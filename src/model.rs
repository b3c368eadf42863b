//! What a policy means: facts, sources and claims, rules and consequences, joined by ids.
//!
//! Made from trees by `lower`. It has no format of its own: `json.rs` alone promises one.

#![expect(clippy::indexing_slicing, reason = "facts, sources and the like are numbered by the policy")]
#![expect(clippy::arithmetic_side_effects, reason = "sources that were looked at")]

mod condition;
mod load;
mod lower;
mod order;
mod value;
mod written;

use std::collections::HashMap;
use std::fmt;
use std::ops::Index;

use crate::limits::Limits;
use crate::never::never;
pub use crate::syntax::ast::{Expected, TimeUnit};
use crate::text::{Files, Place};
pub use condition::{Condition, Test, TestKind, anniversary};
pub use load::{FileRead, NotRead};
pub use order::Node;
pub use value::{Date, FactType, Items, Number, Range, Value};
pub use written::Draft;

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident: $table:ident [$item:ty]),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id(u32);

        impl $id {
            /// The id of the item at `index` of its table.
            #[must_use]
            pub fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("the limits keep declarations below 4 billion"))
            }

            /// Its place in the table, in the order of declaration.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl Index<$id> for Policy {
            type Output = $item;

            fn index(&self, id: $id) -> &$item {
                &self.$table[id.index()]
            }
        }
    )+};
}

ids! {
    /// A source, by its place in `Policy::sources`.
    SourceId: sources[Source],
    /// A claim, by its place in `Policy::claims`.
    ClaimId: claims[Claim],
    /// A fact, by its place in `Policy::facts`.
    FactId: facts[Fact],
    /// A definition, by its place in `Policy::definitions`.
    DefinitionId: definitions[Definition],
    /// A consequence, by its place in `Policy::consequences`.
    ConsequenceId: consequences[Consequence],
    /// A rule, by its place in `Policy::rules`.
    RuleId: rules[Rule],
}

/// The rules that belong together, with all they speak of.
///
/// Tables are in the order of declaration, imported files first.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name: that of the `policy` line, or of the root file.
    pub name: String,
    /// What it is about, for readers, where the file says so.
    pub label: Option<String>,
    /// The date for which it is evaluated where none is given.
    pub as_of: Option<Date>,
    /// The files it was read from, the root first.
    pub files: Files,
    /// Who reports.
    pub sources: Vec<Source>,
    /// What is reported.
    pub claims: Vec<Claim>,
    /// What may be known of a person.
    pub facts: Vec<Fact>,
    /// Conditions with names.
    pub definitions: Vec<Definition>,
    /// What may follow.
    pub consequences: Vec<Consequence>,
    /// What leads to what.
    pub rules: Vec<Rule>,
    /// What a person might do.
    pub choices: Vec<Choice>,
    /// Profiles with expected statuses.
    pub scenarios: Vec<Scenario>,
    /// Definitions and consequences, each after all it depends on.
    pub order: Vec<Node>,
    /// For each consequence the rules that conclude about it, each after the rules that override it.
    pub concluding: Vec<Vec<RuleId>>,
    /// For each rule the rules that override it, in the order of declaration.
    pub overridden_by: Vec<Vec<RuleId>>,
    /// Within which it was read, and is searched.
    pub limits: Limits,
    /// Facts by name, for profiles.
    fact_names: HashMap<String, FactId>,
}

impl Policy {
    /// Every consequence's id, in the order of declaration.
    pub fn consequence_ids(&self) -> impl ExactSizeIterator<Item = ConsequenceId> + use<> {
        (0..self.consequences.len()).map(ConsequenceId::new)
    }

    /// Every fact's id, in the order of declaration.
    pub fn fact_ids(&self) -> impl ExactSizeIterator<Item = FactId> + use<> {
        (0..self.facts.len()).map(FactId::new)
    }

    /// Every rule's id, in the order of declaration.
    pub fn rule_ids(&self) -> impl ExactSizeIterator<Item = RuleId> + DoubleEndedIterator + use<> {
        (0..self.rules.len()).map(RuleId::new)
    }

    /// The consequence with this name.
    #[must_use]
    pub fn consequence(&self, name: &str) -> Option<ConsequenceId> {
        self.consequence_ids().find(|&id| self[id].name == name)
    }

    /// The fact with this name.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<FactId> {
        self.fact_names.get(name).copied()
    }

    /// These sources, and after them those in which they are quoted, in any number of steps, the
    /// nearest first.
    #[must_use]
    pub fn with_quoting(&self, sources: impl IntoIterator<Item = SourceId>) -> Vec<SourceId> {
        let mut is_found = vec![false; self.sources.len()];
        let mut is_new = |source: &SourceId| !std::mem::replace(&mut is_found[source.index()], true);
        let mut found: Vec<SourceId> = sources.into_iter().filter(&mut is_new).collect();
        let mut looked_at = 0;
        while let Some(source) = found.get(looked_at) {
            found.extend(self[*source].quoted_in.iter().copied().filter(&mut is_new));
            looked_at += 1;
        }
        found
    }

    /// The source with this name.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<SourceId> {
        self.sources.iter().position(|source| source.name == name).map(SourceId::new)
    }

    /// A profile in which nothing is known.
    #[must_use]
    pub fn unknown(&self) -> Profile {
        Profile { values: vec![None; self.facts.len()] }
    }

    /// A profile in which these facts are known, such as those that a scenario gives.
    #[must_use]
    pub fn knowing(&self, known: &[(FactId, Value)]) -> Profile {
        let mut profile = self.unknown();
        known.iter().for_each(|(fact, value)| profile.set(*fact, Some(*value)));
        profile
    }
}

/// Who reports.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Who it is, for readers.
    pub label: String,
    /// The author or institution.
    pub by: Vec<String>,
    /// When it was published.
    pub published: Option<Date>,
    /// When it was looked at.
    pub accessed: Option<Date>,
    /// Addresses.
    pub urls: Vec<String>,
    /// Addresses of archived copies.
    pub archived: Vec<String>,
    /// The code of its language.
    pub language: Option<String>,
    /// The sources in which it is quoted.
    pub quoted_in: Vec<SourceId>,
    /// Notes for readers.
    pub notes: Vec<String>,
    /// Where its name is declared.
    pub place: Place,
}

/// One thing that is reported.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// Who reports it.
    pub by: SourceId,
    /// Where in the source.
    pub at: Option<String>,
    /// Whether it is context: no condition, and no rule is expected to encode it.
    pub context: bool,
    /// How sure the reporter is, in the reporter's own words; never calculated with.
    pub certainty: Option<String>,
    /// The source's own words.
    pub quote: Option<String>,
    /// The claims that say the same, relayed.
    pub repeats: Vec<ClaimId>,
    /// The claims that it supports.
    pub supports: Vec<ClaimId>,
    /// The claims that it contradicts.
    pub contradicts: Vec<ClaimId>,
    /// What is reported.
    pub statement: String,
    /// Where its name is declared.
    pub place: Place,
}

/// A declared property of a person.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// What it means, for readers.
    pub label: String,
    /// Its type.
    pub kind: FactType,
    /// The question that asks for it.
    pub ask: Option<String>,
    /// A note for readers.
    pub note: Option<String>,
    /// Where its name is declared.
    pub place: Place,
}

/// A condition with a name.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What it means, for readers.
    pub label: String,
    /// The condition.
    pub condition: Condition,
    /// Where its name is declared.
    pub place: Place,
}

/// What may follow for a person.
#[derive(Clone, Debug)]
pub struct Consequence {
    /// Its name.
    pub name: String,
    /// What it means, for readers.
    pub label: String,
    /// Whether it is reported as a harm.
    pub harm: bool,
    /// The laws it touches.
    pub laws: Vec<String>,
    /// A note for readers.
    pub note: Option<String>,
    /// Where its name is declared.
    pub place: Place,
}

/// What leads to what.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// What it says, for readers.
    pub label: String,
    /// The claims it rests on.
    pub claims: Vec<ClaimId>,
    /// What goes beyond the words of the claims.
    pub assumes: Vec<String>,
    /// The days on which it is in force; always, where none are given.
    pub in_force: Option<InForce>,
    /// The condition.
    pub when: Condition,
    /// The exception.
    pub unless: Option<Condition>,
    /// Whether it denies what it concludes (`then not`).
    pub denies: bool,
    /// What it concludes about.
    pub concludes: Vec<ConsequenceId>,
    /// The rules it defeats.
    pub overrides: Vec<RuleId>,
    /// Where its name is declared.
    pub place: Place,
}

impl Rule {
    /// Whether it is in force on `date`. INVARIANT: a dated rule is only asked with a date.
    #[must_use]
    pub fn is_in_force(&self, date: Option<Date>) -> bool {
        match (&self.in_force, date) {
            (None, _) => true,
            (Some(interval), Some(date)) => interval.contains(date),
            (Some(_), None) => never("a view of dated rules has a date"),
        }
    }
}

/// An interval of dates, both ends included, open where not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
}

impl InForce {
    /// Whether `date` lies in it.
    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date <= until)
    }
}

/// What a person might do.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// The question, for readers.
    pub label: String,
    /// The ways.
    pub options: Vec<ChoiceOption>,
    /// Where its name is declared.
    pub place: Place,
}

/// One way of a choice.
#[derive(Clone, Debug)]
pub struct ChoiceOption {
    /// Its name.
    pub name: String,
    /// What it is, for readers.
    pub label: String,
    /// The facts it settles.
    pub sets: Vec<(FactId, Value)>,
    /// Where its name is declared.
    pub place: Place,
}

/// A profile with the statuses expected for it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is about.
    pub label: String,
    /// The date, where it is not the policy's.
    pub on: Option<Date>,
    /// The known facts.
    pub given: Vec<(FactId, Value)>,
    /// What is expected.
    pub expectations: Vec<Expectation>,
    /// Where its label stands.
    pub place: Place,
}

/// What is expected of some consequences.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The status.
    pub expected: Expected,
    /// The consequences.
    pub consequences: Vec<ConsequenceId>,
    /// Where it stands.
    pub place: Place,
}

/// A value for some of the facts; the others are unknown.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    // INVARIANT: as long as the policy's facts, each value of its fact's type.
    values: Vec<Option<Value>>,
}

impl Profile {
    /// The value of a fact, if it is known.
    #[must_use]
    pub fn value(&self, fact: FactId) -> Option<Value> {
        self.values[fact.index()]
    }

    /// The same without a copy, for those who look at very many.
    pub(crate) fn get(&self, fact: FactId) -> Option<&Value> {
        self.values[fact.index()].as_ref()
    }

    /// The known facts, in the order of declaration.
    pub fn known(&self) -> impl Iterator<Item = FactId> {
        let known = |(index, value): (usize, &Option<Value>)| value.map(|_| FactId::new(index));
        self.values.iter().enumerate().filter_map(known)
    }

    /// Learns or forgets a fact. INVARIANT: the value is of the fact's type.
    pub(crate) fn set(&mut self, fact: FactId, value: Option<Value>) {
        self.values[fact.index()] = value;
    }
}

/// Says how many facts are known, never which values they have.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profile({} of {} facts known)", self.known().count(), self.values.len())
    }
}

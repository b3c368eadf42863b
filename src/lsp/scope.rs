//! What the names in some files stand for.

use std::collections::HashMap;

use super::names::{Name, Occurrence, Sort, Space};
use super::source::Source;
use super::workspace::Scope;
use crate::syntax::ast::{self, Item};

/// Every declared name of some files, in the order of files and places.
pub struct Declared<'a>(Vec<Declaration<'a>>, HashMap<&'a Name, usize>);

/// Where a name is declared, and how.
#[derive(Clone, Copy)]
pub struct Declaration<'a> {
    /// The file.
    pub source: &'a Source,
    /// The name.
    pub occurrence: &'a Occurrence,
    /// What it is.
    pub sort: Sort,
    /// The declaration, if it could be read; of a value or an option, that of its fact or choice.
    pub item: Option<&'a Item>,
}

impl<'a> Declared<'a> {
    /// What some files declare; of names that are declared twice, the first.
    #[must_use]
    pub fn of(scope: &'a Scope) -> Self {
        let mut list = Vec::new();
        let mut places = HashMap::new();
        for source in scope.values() {
            for occurrence in &source.parsed().names {
                let Some(sort) = occurrence.declares else { continue };
                let item = source.declaration(occurrence).map(|declaration| &declaration.item);
                places.entry(&occurrence.name).or_insert(list.len());
                list.push(Declaration { source, occurrence, sort, item });
            }
        }
        Declared(list, places)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Declaration<'a>> {
        self.0.iter()
    }

    /// What declares a name.
    #[must_use]
    pub fn get(&self, name: &Name) -> Option<&Declaration<'a>> {
        self.1.get(name).map(|place| &self.0[*place])
    }

    fn item(&self, space: Space, text: &str) -> Option<&'a Item> {
        self.get(&Name { space, text: text.to_owned() })?.item
    }

    /// The fact with this name.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&'a ast::Fact> {
        match self.item(Space::Condition, name)? {
            Item::Fact(fact) => Some(fact),
            _ => None,
        }
    }

    /// The source with this name.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&'a ast::Source> {
        match self.item(Space::Source, name)? {
            Item::Source(source) => Some(source),
            _ => None,
        }
    }

    /// The claim with this name.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&'a ast::Claim> {
        match self.item(Space::Claim, name)? {
            Item::Claim(claim) => Some(claim),
            _ => None,
        }
    }

    /// Every rule that could be read.
    pub fn rules(&self) -> impl Iterator<Item = &'a ast::Rule> {
        self.0.iter().filter_map(|it| match it.item {
            Some(Item::Rule(rule)) => Some(rule),
            _ => None,
        })
    }
}

impl Declaration<'_> {
    /// What is said of it for readers, if anything is.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        let name = &self.occurrence.name.text;
        let text = match (self.sort, self.item?) {
            (Sort::Value, Item::Fact(ast::Fact { kind: ast::FactKind::OneOf(values), .. })) => {
                values.iter().find(|(value, _)| value.text == *name)?.1.as_ref()?
            }
            (Sort::Option, Item::Choice(choice)) => {
                &choice.options.iter().find(|option| option.name.text == *name)?.label
            }
            (_, Item::Source(it)) => &it.label,
            (_, Item::Claim(it)) => &it.statement,
            (_, Item::Fact(it)) => &it.label,
            (_, Item::Consequence(it)) => &it.label,
            (_, Item::Definition(it)) => &it.label,
            (_, Item::Rule(it)) => &it.label,
            (_, Item::Choice(it)) => &it.label,
            (_, Item::Scenario(it)) => &it.label,
        };
        Some(&text.value)
    }
}

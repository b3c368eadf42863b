//! What names stand for.

#![expect(clippy::indexing_slicing, reason = "each space has its table, and each name that has a meaning its entry")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of names in memory")]

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::Lowering;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::model::{ClaimId, ConsequenceId, DefinitionId, FactId, RuleId, SourceId};
use crate::syntax::ast;
use crate::text::{FileId, Place};

/// Names that must differ from one another.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Space {
    /// Facts, definitions and consequences: conditions name all three.
    Condition,
    Source,
    Claim,
    Rule,
    Choice,
}

impl Space {
    const COUNT: usize = 5;

    fn of(keyword: &str) -> Option<Space> {
        match keyword {
            "fact" | "define" | "consequence" => Some(Space::Condition),
            "source" => Some(Space::Source),
            "claim" => Some(Space::Claim),
            "rule" => Some(Space::Rule),
            "choice" => Some(Space::Choice),
            _ => None,
        }
    }
}

/// What a name stands for. Ids count each kind in the order of declaration.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    Fact(FactId),
    Definition(DefinitionId),
    Consequence(ConsequenceId),
    Source(SourceId),
    Claim(ClaimId),
    Rule(RuleId),
    Choice,
    /// Declared by something that could not be read, or written in a way that was reported.
    Broken,
}

impl Meaning {
    pub(super) fn word(self) -> &'static str {
        match self {
            Meaning::Fact(_) => "fact",
            Meaning::Definition(_) => "definition",
            Meaning::Consequence(_) => "consequence",
            Meaning::Source(_) => "source",
            Meaning::Claim(_) => "claim",
            Meaning::Rule(_) => "rule",
            Meaning::Choice => "choice",
            Meaning::Broken => "declaration",
        }
    }
}

#[derive(Default)]
pub(super) struct Names {
    /// By space; names in the order of declaration.
    meanings: [IndexMap<String, (Meaning, Place)>; Space::COUNT],
    facts: usize,
    definitions: usize,
    consequences: usize,
    sources: usize,
    claims: usize,
    rules: usize,
}

/// Counts one up and returns what it was.
fn next(count: &mut usize) -> usize {
    *count += 1;
    *count - 1
}

impl Lowering<'_> {
    pub(super) fn declare(&mut self, trees: &[(FileId, ast::File)]) {
        for (file, tree) in trees {
            self.file = *file;
            for declaration in &tree.declarations {
                self.declare_item(&declaration.item);
            }
        }
        for (file, tree) in trees {
            for broken in &tree.broken {
                let Some(space) = Space::of(&broken.keyword) else { continue };
                let place = Place { file: *file, span: broken.name.span };
                let known = self.names.meanings[space as usize].entry(broken.name.text.clone());
                known.or_insert((Meaning::Broken, place));
            }
        }
    }

    fn declare_item(&mut self, item: &ast::Item) {
        let names = &mut self.names;
        // Every declaration takes an id, a duplicate too, so that ids are places in the tables.
        let (space, name, meaning) = match item {
            ast::Item::Fact(it) => (Space::Condition, &it.name, Meaning::Fact(FactId::new(next(&mut names.facts)))),
            ast::Item::Definition(it) => {
                let id = DefinitionId::new(next(&mut names.definitions));
                (Space::Condition, &it.name, Meaning::Definition(id))
            }
            ast::Item::Consequence(it) => {
                let id = ConsequenceId::new(next(&mut names.consequences));
                (Space::Condition, &it.name, Meaning::Consequence(id))
            }
            ast::Item::Source(it) => {
                (Space::Source, &it.name, Meaning::Source(SourceId::new(next(&mut names.sources))))
            }
            ast::Item::Claim(it) => (Space::Claim, &it.name, Meaning::Claim(ClaimId::new(next(&mut names.claims)))),
            ast::Item::Rule(it) => (Space::Rule, &it.name, Meaning::Rule(RuleId::new(next(&mut names.rules)))),
            ast::Item::Choice(it) => (Space::Choice, &it.name, Meaning::Choice),
            ast::Item::Scenario(_) => return,
        };
        self.declare_name(space, name, meaning);
    }

    fn declare_name(&mut self, space: Space, name: &ast::Name, meaning: Meaning) {
        let place = self.place(name.span);
        match self.names.meanings[space as usize].entry(name.text.clone()) {
            Entry::Vacant(entry) => {
                entry.insert((meaning, place));
            }
            Entry::Occupied(entry) => {
                let (first, first_place) = *entry.get();
                let report = Diagnostic::error(Code::DuplicateName, format!("`{}` is declared twice", name.text))
                    .at(place, format!("this {} has the name a second time", meaning.word()))
                    .at(first_place, format!("first declared here, as a {}", first.word()));
                self.found.push(if first.word() == meaning.word() {
                    report.help("rename or remove one of the two")
                } else {
                    report.help("facts, definitions and consequences share their names, since conditions name all three: rename one")
                });
            }
        }
    }

    pub(super) fn is_declared(&self, space: Space, name: &ast::Name) -> bool {
        self.names.meanings[space as usize].contains_key(&name.text)
    }

    pub(super) fn meaning(&mut self, space: Space, name: &ast::Name, wanted: &str) -> Option<Meaning> {
        let names = &self.names.meanings[space as usize];
        if let Some((meaning, _)) = names.get(&name.text) {
            return Some(*meaning).filter(|meaning| *meaning != Meaning::Broken);
        }
        if !crate::syntax::token::is_name(&name.text) {
            return None; // Reported where it was read.
        }
        let of_kind = |meaning: Meaning| space != Space::Condition || wanted.contains(meaning.word());
        let near = self.comparisons.take(names.len()).then(|| {
            let fitting = names.iter().filter(|(_, (meaning, _))| of_kind(*meaning));
            suggest(&name.text, &fitting.map(|(known, _)| known.as_str()).collect::<Vec<_>>())
        });
        let is_near = near.as_ref().is_some_and(|(near, _)| near.is_some());
        if !self.is_whole && !is_near {
            return None; // It may be declared in the file that could not be read, which was reported.
        }
        let place = self.place(name.span);
        let report = Diagnostic::error(Code::UnknownName, format!("unknown {wanted} `{}`", name.text))
            .at(place, format!("no {wanted} has this name"));
        self.found.push(with_suggestion(report, place, near));
        None
    }

    /// The meaning, where a name of another kind shares the space.
    fn of_kind<T>(&mut self, name: &ast::Name, wanted: &str, pick: impl Fn(Meaning) -> Option<T>) -> Option<T> {
        let meaning = self.meaning(Space::Condition, name, wanted)?;
        let picked = pick(meaning);
        if picked.is_none() {
            let (_, declared) = self.names.meanings[Space::Condition as usize][&name.text];
            let message = format!("expected a {wanted}, and `{}` is a {}", name.text, meaning.word());
            let report = Diagnostic::error(Code::WrongType, message).at(self.place(name.span), "");
            self.found.push(report.at(declared, "declared here"));
        }
        picked
    }

    pub(super) fn fact_name(&mut self, name: &ast::Name) -> Option<FactId> {
        self.of_kind(name, "fact", |meaning| if let Meaning::Fact(id) = meaning { Some(id) } else { None })
    }

    pub(super) fn consequence_names(&mut self, names: &[ast::Name]) -> Vec<ConsequenceId> {
        let pick = |meaning| if let Meaning::Consequence(id) = meaning { Some(id) } else { None };
        names.iter().filter_map(|name| self.of_kind(name, "consequence", pick)).collect()
    }

    pub(super) fn source_name(&mut self, name: &ast::Name) -> Option<SourceId> {
        let meaning = self.meaning(Space::Source, name, "source")?;
        if let Meaning::Source(id) = meaning { Some(id) } else { None }
    }

    pub(super) fn claim_name(&mut self, name: &ast::Name) -> Option<ClaimId> {
        let meaning = self.meaning(Space::Claim, name, "claim")?;
        if let Meaning::Claim(id) = meaning { Some(id) } else { None }
    }

    pub(super) fn rule_name(&mut self, name: &ast::Name) -> Option<RuleId> {
        let meaning = self.meaning(Space::Rule, name, "rule")?;
        if let Meaning::Rule(id) = meaning { Some(id) } else { None }
    }
}

/// Adds the advice for a wrong name, and the nearest name as a fix.
pub(super) fn with_suggestion(
    report: Diagnostic,
    place: Place,
    near: Option<(Option<&str>, Option<String>)>,
) -> Diagnostic {
    let (near, help) = near.unwrap_or_default();
    let report = match help {
        Some(help) => report.help(help),
        None => report,
    };
    match near {
        Some(near) => report.fix(place, near),
        None => report,
    }
}

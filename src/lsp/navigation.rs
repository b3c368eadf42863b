//! Where a name is declared and used, in all files that belong to one policy with it; renaming.

use std::collections::BTreeSet;

use super::names::{Name, Occurrence, Space};
use super::source::Source;
use super::workspace::{Identity, Scope};
use crate::syntax::token::{is_keyword, is_name};

/// The files in which a name means the same thing, and all policies they belong to.
pub struct Reach<'a> {
    /// The files that hold the name.
    pub files: Vec<(&'a Identity, &'a Source)>,
    /// The policies.
    policies: Vec<&'a Scope>,
}

/// How far a name reaches from a file.
///
/// A name means the same in two files if both are of one policy, in any number of steps from
/// file to file, each of which holds the name: two policies that import one list of claims share
/// the claims in it, and not the facts that each has for itself.
#[must_use]
pub fn reach<'a>(policies: &'a [Scope], identity: &Identity, name: &Name) -> Reach<'a> {
    let holds = |source: &Source| source.parsed().names.iter().any(|it| it.name == *name);
    let holding: Vec<BTreeSet<&Identity>> = policies
        .iter()
        .map(|files| files.iter().filter(|(_, source)| holds(source)).map(|(identity, _)| identity).collect())
        .collect();
    let mut met: BTreeSet<&Identity> = BTreeSet::new();
    let mut taken = vec![false; policies.len()];
    loop {
        let touches = |files: &BTreeSet<&Identity>| files.contains(identity) || !files.is_disjoint(&met);
        let Some(next) = (0..policies.len()).find(|index| !taken[*index] && touches(&holding[*index])) else { break };
        taken[next] = true;
        met.extend(&holding[next]);
    }
    let policies: Vec<&Scope> =
        policies.iter().zip(taken).filter(|(_, taken)| *taken).map(|(files, _)| files).collect();
    let mut files: Vec<(&Identity, &Source)> = Vec::new();
    for (identity, source) in policies.iter().copied().flatten() {
        if met.remove(identity) {
            files.push((identity, source));
        }
    }
    files.sort_by_key(|(identity, _)| *identity);
    Reach { files, policies }
}

impl<'a> Reach<'a> {
    /// Every place where the name stands.
    pub fn places(&self, name: &Name) -> impl Iterator<Item = (&'a Identity, &'a Source, &'a Occurrence)> {
        let name = name.clone();
        let files = self.files.clone().into_iter();
        files.flat_map(move |(identity, source)| {
            let names = source.parsed().names.iter();
            let name = name.clone();
            names.filter(move |it| it.name == name).map(move |it| (identity, source, it))
        })
    }

    /// Whether the name may be replaced by another.
    ///
    /// # Errors
    /// Why not, in a sentence for the reader.
    pub fn renames(&self, name: &Name, new: &str) -> Result<(), String> {
        if !self.places(name).any(|(_, _, it)| it.declares.is_some()) {
            return Err(unknown(name));
        }
        if is_keyword(new) {
            return Err(format!("`{new}` is a word of the language, and no name"));
        }
        if !is_name(new) {
            return Err("a name begins with a–z and goes on with a–z, 0–9 or `_`".to_owned());
        }
        let new = Name { space: name.space.clone(), text: new.to_owned() };
        let mut files = self.policies.iter().copied().flatten();
        let taken = new != *name && files.any(|(_, source)| source.declarations_of(&new).next().is_some());
        if taken { Err(format!("there is already a {} `{}`", name.space, new.text)) } else { Ok(()) }
    }
}

/// That a name is declared nowhere, in words.
fn unknown(name: &Name) -> String {
    match &name.space {
        Space::ValueOf(_) | Space::OptionOf(_) => format!("nothing declares the {} `{}`", name.space, name.text),
        space => format!("nothing declares a {space} `{}`", name.text),
    }
}

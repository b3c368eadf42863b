//! The first line of a table: which column is which fact, and which tables are not read at all.

use super::identity::{is_birth, is_identity, is_place};
use super::row::{self, Layout};
use super::{Plan, Refused};
use crate::model::FactType;

/// What a column of a table is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A column of the coding, by its place there.
    Fact(usize),
    Weight,
    /// How many rows a row stands for.
    Rows,
    /// It is not read.
    Unread,
}

/// The delimiters that are looked for, the first where none stands in the header.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The columns of a CSV table, in its order.
pub(super) struct Header {
    pub delimiter: u8,
    pub names: Vec<String>,
    pub uses: Vec<Use>,
    /// How long it is, with its line end.
    pub length: usize,
}

impl Header {
    /// Reads the header at the beginning of a table.
    pub(super) fn read(text: &[u8], is_all: bool, plan: &Plan<'_>) -> Result<Self, Refused> {
        let mark = if text.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
        let text = &text[mark..];
        let line = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
        if line.trim_ascii().is_empty() {
            return Err(Refused::NoHeader);
        }
        let count = |delimiter: &u8| line.iter().filter(|byte| *byte == delimiter).count();
        // Of those that stand equally often the first: `max_by_key` takes the last.
        let delimiter =
            plan.delimiter.unwrap_or_else(|| DELIMITERS.into_iter().rev().max_by_key(count).expect("there are some"));
        let mut names: Vec<Option<String>> = Vec::new();
        let layout = Layout { delimiter, multiline: plan.multiline_cells };
        let cells = row::cells(text, layout, is_all, |_, cell| {
            names.push(String::from_utf8(cell.into_owned()).ok().map(|name| name.trim().to_owned()));
        });
        let Some(Ok((_, length))) = cells else { return Err(Refused::NoHeader) };
        let names = names.into_iter().collect::<Option<Vec<String>>>().ok_or(Refused::NoHeader)?;
        let uses = uses(plan, &names, true)?;
        Ok(Self { delimiter, names, uses, length: length + mark })
    }
}

/// What each column is for.
///
/// # Errors
/// When columns look like identities, or one is wanted twice; with `is_whole`, when one that is read is missing, or is there twice.
pub(super) fn uses(plan: &Plan<'_>, names: &[String], is_whole: bool) -> Result<Vec<Use>, Refused> {
    let is_ignored = |name: &str| plan.ignored.iter().any(|ignored| ignored == name);
    let wanted: Vec<(&str, Use)> = plan.wanted().collect();
    let is_shared =
        |(index, (name, _)): &(usize, &(&str, Use))| wanted[..*index].iter().any(|(other, _)| other == name);
    if let Some((_, (name, _))) = wanted.iter().enumerate().find(is_shared) {
        return Err(Refused::Shared((*name).to_owned()));
    }
    let used = |name: &String| {
        let found = wanted.iter().find(|(wanted, _)| wanted == name).filter(|_| !is_ignored(name));
        found.map_or(Use::Unread, |(_, used)| *used)
    };
    let uses: Vec<Use> = names.iter().map(used).collect();
    identities(plan, names, &uses)?;
    if is_whole {
        let missing = |(name, _): &&(&str, Use)| !is_ignored(name) && !names.iter().any(|other| other == name);
        // Without its weights or counts no row can be counted.
        let accepted = |used: Use| matches!(used, Use::Fact(_)) && plan.missing_as_unknown;
        let missing: Vec<String> = wanted
            .iter()
            .filter(missing)
            .filter(|(_, used)| !accepted(*used))
            .map(|(name, _)| (*name).to_owned())
            .collect();
        if !missing.is_empty() {
            return Err(Refused::Missing { missing, found: names.to_vec() });
        }
    }
    for (index, used) in uses.iter().enumerate() {
        if *used != Use::Unread && uses[..index].contains(used) {
            return Err(Refused::Twice(names[index].clone()));
        }
    }
    Ok(uses)
}

/// Refuses columns that look like identities: of those that are not read, by their names; and exact days
/// of birth beside places of residence, read or not.
fn identities(plan: &Plan<'_>, names: &[String], uses: &[Use]) -> Result<(), Refused> {
    let policy = plan.engine.policy;
    let kind = |used: Use| match used {
        Use::Fact(column) => Some(&policy[plan.coding.columns[column].fact].kind),
        Use::Weight | Use::Rows | Use::Unread => None,
    };
    let others = || names.iter().zip(uses).filter(|(name, _)| !plan.ignored.contains(name));
    let mut found: Vec<String> = others()
        .filter(|(name, used)| **used == Use::Unread && is_identity(name))
        .map(|(name, _)| name.clone())
        .collect();
    // A fact that is no date tells no day, and one that is yes or no tells no place.
    let birth = |used: Use| matches!(kind(used), None | Some(FactType::Date));
    let place = |used: Use| matches!(kind(used), None | Some(FactType::OneOf(_)));
    let births: Vec<&String> =
        others().filter(|(name, used)| is_birth(name) && birth(**used)).map(|(name, _)| name).collect();
    let places: Vec<&String> =
        others().filter(|(name, used)| is_place(name) && place(**used)).map(|(name, _)| name).collect();
    if !births.is_empty() && !places.is_empty() {
        found.extend(births.into_iter().chain(places).cloned());
    }
    match found.is_empty() {
        true => Ok(()),
        false => Err(Refused::Identities(found)),
    }
}

//! The first line of a table: which column is which fact, and which tables are not read at all.

#![expect(clippy::indexing_slicing, reason = "columns are those of the header")]
#![expect(clippy::arithmetic_side_effects, reason = "the length of a header, which is in memory")]

use super::identity::{is_birth, is_identity, is_place};
use super::row::{self, Broken, Layout};
use super::{NoHeader, Plan, Refused};
use crate::model::FactType;
use crate::population::coding::BY_ITEM;

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

impl Use {
    /// The place in the coding of the fact that it is for.
    pub(super) fn fact(&self) -> Option<usize> {
        match *self {
            Use::Fact(place) => Some(place),
            Use::Weight | Use::Rows | Use::Unread => None,
        }
    }
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
        let refused = match line.trim_ascii() {
            _ if text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff]) => Some(NoHeader::Utf16),
            _ if text.starts_with(b"PK\x03\x04") => Some(NoHeader::Zip),
            [] => Some(NoHeader::Empty),
            [b'[', ..] => Some(NoHeader::Array),
            _ => None,
        };
        if let Some(refused) = refused {
            return Err(Refused::NoHeader(refused));
        }
        // Of what stands in quotation marks nothing parts cells.
        let outside = || line.split(|byte| *byte == b'"').step_by(2).flatten();
        let count = |delimiter: &u8| outside().filter(|byte| *byte == delimiter).count();
        // Of those that stand equally often the first: `max_by_key` takes the last.
        let delimiter =
            plan.delimiter.unwrap_or_else(|| DELIMITERS.into_iter().rev().max_by_key(count).expect("there are some"));
        let mut names: Vec<Option<String>> = Vec::new();
        let layout = Layout { delimiter, multiline: plan.multiline_cells, most: plan.row_bytes() };
        let cells = row::cells(text, layout, is_all, |_, cell, _| {
            names.push(String::from_utf8(cell.into_owned()).ok().map(|name| name.trim().to_owned()));
        });
        // Where more would be needed, more was looked at than a row may have.
        let (_, length) = cells
            .unwrap_or(Err((0, Broken::TooLong(layout.most))))
            .map_err(|(_, why)| Refused::NoHeader(NoHeader::Broken(why)))?;
        let names = names.into_iter().collect::<Option<Vec<String>>>().ok_or(Refused::NoHeader(NoHeader::Encoding))?;
        // What is no header may be a row, of which nothing is told.
        refuse_none_there(plan, &names)?;
        let uses = uses(plan, &names, true).map_err(|refused| match names_most(plan, &names) {
            true => refused,
            false => refused.without_names(&names),
        })?;
        Ok(Self { delimiter, names, uses, length: length + mark })
    }
}

/// What each column is for.
///
/// # Errors
/// When columns look like identities, or one is wanted twice; with `is_whole`, when one that is read is
/// missing or there twice, or none is there at all.
pub(super) fn uses(plan: &Plan<'_>, names: &[String], is_whole: bool) -> Result<Vec<Use>, Refused> {
    let is_ignored = |name: &str| plan.ignored.iter().any(|ignored| ignored == name);
    let wanted: Vec<(&str, Use)> = plan.wanted().collect();
    let is_shared =
        |(index, (name, _)): &(usize, &(&str, Use))| wanted[..*index].iter().any(|(other, _)| other == name);
    if let Some((_, (name, _))) = wanted.iter().enumerate().find(is_shared) {
        return Err(Refused::Shared((*name).to_owned()));
    }
    let called: Vec<&str> = names.iter().map(|name| called(plan, name)).collect();
    let used = |name: &&str| {
        let found = wanted.iter().find(|(wanted, _)| wanted == name).filter(|_| !is_ignored(name));
        found.map_or(Use::Unread, |(_, used)| *used)
    };
    let uses: Vec<Use> = called.iter().map(used).collect();
    if plan.rows.is_none() && called.contains(&"rows") && called.iter().any(|name| name.starts_with("status of ")) {
        return Err(Refused::Combinations);
    }
    identities(plan, names, &uses)?;
    if is_whole {
        refuse_none_there(plan, names)?;
        let is_there = |name: &str| called.contains(&name);
        // Without its weights or counts no row can be counted.
        let is_needed = |name: &str, used: Use| match used {
            Use::Fact(_) => !is_ignored(name) && !plan.missing_as_unknown,
            Use::Weight | Use::Rows | Use::Unread => true,
        };
        let missing = |name: &str, used: Use| is_needed(name, used) && (is_ignored(name) || !is_there(name));
        let missing = wanted.iter().filter(|(name, used)| missing(name, *used));
        let missing: Vec<String> = missing.map(|(name, _)| (*name).to_owned()).collect();
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

/// Refuses columns among which none is that of a fact which is asked for.
fn refuse_none_there(plan: &Plan<'_>, names: &[String]) -> Result<(), Refused> {
    let facts = || plan.names.iter().filter(|name| !plan.ignored.contains(name));
    let is_there = |wanted: &String| names.iter().any(|name| called(plan, name) == wanted);
    match facts().next().is_some() && !facts().any(is_there) {
        true => Err(Refused::NoneThere(facts().cloned().collect())),
        false => Ok(()),
    }
}

/// Whether a first line is a header by what it says: a row may hold the name of a fact by chance, and not two of them,
/// each once, that are more than half of those asked for.
fn names_most(plan: &Plan<'_>, names: &[String]) -> bool {
    let is_there_once = |wanted: &&String| names.iter().filter(|name| called(plan, name) == *wanted).count() == 1;
    let facts = plan.names.iter().filter(is_there_once).count();
    facts >= 2 && facts > plan.names.len() / 2
}

/// How a column is wanted: one of a table of combinations may tell more apart than is asked for.
pub(super) fn called<'n>(plan: &Plan<'_>, name: &'n str) -> &'n str {
    let stem = name.strip_suffix(BY_ITEM).filter(|_| plan.rows.is_some());
    stem.filter(|stem| plan.names.iter().any(|wanted| wanted == stem)).unwrap_or(name)
}

/// Refuses columns that look like identities: by their names, unless a fact of the policy is called so; and
/// exact days of birth beside places of residence, read or not. In a table of combinations the days of facts are
/// those that stand for a cell, and no birth of anybody.
fn identities(plan: &Plan<'_>, names: &[String], uses: &[Use]) -> Result<(), Refused> {
    let policy = plan.engine.policy;
    let kind = |used: Use| match used {
        Use::Fact(column) => Some(&policy[plan.coding.columns[column].fact].kind),
        Use::Weight | Use::Rows | Use::Unread => None,
    };
    let others = || names.iter().zip(uses).filter(|(name, _)| !plan.ignored.contains(name));
    let is_reduced = plan.rows.is_some();
    let stem = |name: &String| name.strip_suffix(BY_ITEM).filter(|_| is_reduced).unwrap_or(name).to_owned();
    let alone = others().map(|(name, _)| name).filter(|name| {
        let stem = stem(name);
        policy.fact(&stem).is_none() && is_identity(&stem)
    });
    let alone: Vec<String> = alone.cloned().collect();
    // A fact that is no date tells no day, and one that is yes or no tells no place.
    let birth = |used: Use| match kind(used) {
        None => true,
        Some(FactType::Date) => !is_reduced,
        Some(FactType::YesNo | FactType::OneOf(_) | FactType::Number { .. }) => false,
    };
    let place = |used: Use| matches!(kind(used), None | Some(FactType::OneOf(_)));
    let births = others().filter(|(name, used)| is_birth(name) && birth(**used)).map(|(name, _)| name.clone());
    let places = others().filter(|(name, used)| is_place(name) && place(**used)).map(|(name, _)| name.clone());
    let together = [births.collect(), places.collect()];
    let together = if together.iter().any(Vec::is_empty) { [Vec::new(), Vec::new()] } else { together };
    match alone.is_empty() && together[0].is_empty() {
        true => Ok(()),
        false => Err(Refused::Identities { alone, together }),
    }
}

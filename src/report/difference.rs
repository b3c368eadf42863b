//! Where two versions, two dates or two sources give other answers, and why.

use super::{HEADING, citation, paragraph, plain, styled};
use crate::analysis::difference::{Change, Compared, Difference, Reason, Region};
use crate::analysis::together::{FactChange, Side};
use crate::model::{ConsequenceId, RuleId, SourceId};
use crate::words::{Form, absence, words};

/// The differences between two sides, which readers know by their titles.
#[must_use]
pub fn difference(sides: &[Side<'_>; 2], titles: [&str; 2], found: &Difference) -> String {
    let mut out = String::new();
    let titles = titles.map(plain);
    for (index, word) in ["first:  ", "second: "].into_iter().enumerate() {
        let on = sides[index].view.on.or(sides[index].policy.as_of);
        // Of one file on two dates, the dates are the titles.
        let on = on.map(|on| format!("on {on}")).filter(|on| *on != titles[index]);
        paragraph(
            &mut out,
            word,
            &[Some(titles[index].clone()), on].into_iter().flatten().collect::<Vec<_>>().join(", "),
        );
    }
    if !found.facts.is_empty() {
        heading(&mut out, "Facts");
        found.facts.iter().for_each(|change| paragraph(&mut out, "- ", &plain(&fact(change))));
    }
    let is_same = |it: &&Compared| matches!(it.change, Change::Same);
    for compared in found.consequences.iter().filter(|it| !is_same(it)) {
        consequence(&mut out, sides, &titles, compared);
    }
    let same: Vec<String> =
        found.consequences.iter().filter(is_same).map(|it| format!("{} (`{}`)", plain(&it.label), it.name)).collect();
    if !same.is_empty() {
        heading(&mut out, "The same for every profile");
        same.iter().for_each(|name| paragraph(&mut out, "- ", name));
    }
    if found.consequences.is_empty() {
        out.push_str("neither side names a consequence\n");
    }
    out
}

fn heading(out: &mut String, text: &str) {
    let before = if out.is_empty() { "" } else { "\n" };
    let mut lines = String::new();
    paragraph(&mut lines, "", text);
    out.push_str(&format!("{before}{}\n", styled(HEADING, lines.trim_end())));
}

fn fact(change: &FactChange) -> String {
    let listed = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match change {
        FactChange::Added(name) => format!("`{name}` is new"),
        FactChange::Dropped(name) => format!("`{name}` is no longer there"),
        FactChange::Kind(name) => format!("`{name}` is of another kind, so the two are compared as two facts"),
        FactChange::Range(name) => format!("`{name}` has another range of values"),
        FactChange::Values(name, added, dropped) => {
            let added = (!added.is_empty()).then(|| format!("new: {}", listed(added)));
            let dropped = (!dropped.is_empty()).then(|| format!("no longer there: {}", listed(dropped)));
            let changes: Vec<String> = added.into_iter().chain(dropped).collect();
            format!("`{name}` has other values: {}", changes.join("; "))
        }
    }
}

fn consequence(out: &mut String, sides: &[Side<'_>; 2], titles: &[String; 2], compared: &Compared) {
    heading(out, &format!("{} (`{}`)", plain(&compared.label), compared.name));
    match compared.ids {
        [None, _] => out.push_str("  is new\n"),
        [_, None] => out.push_str("  is no longer there\n"),
        [Some(_), Some(_)] => {}
    }
    match &compared.change {
        Change::Same => {}
        Change::NotDecided => {
            let why = "not decided: what this depends on is too large to be looked at for every profile";
            paragraph(out, "  ", &format!("{why}; {}", sides[0].policy.limits.decide_more()));
        }
        Change::Differs(regions) => {
            if regions.is_empty() {
                paragraph(out, "  ", "It does not follow for any profile.");
            }
            for (index, region) in regions.iter().enumerate() {
                if index > 0 {
                    out.push('\n');
                }
                self::region(out, sides, titles, compared, region);
            }
        }
    }
}

fn region(out: &mut String, sides: &[Side<'_>; 2], titles: &[String; 2], compared: &Compared, region: &Region) {
    let [before, after] = region.statuses.map(words);
    let change = format!("{before} → {after}");
    match &region.stated {
        None => paragraph(out, "  ", &format!("{change}, for profiles that take too many conditions to state")),
        Some(stated) => match &stated.conditions[..] {
            [all] if all.is_empty() => paragraph(out, "  ", &format!("{change}, for every profile")),
            [one] => {
                paragraph(out, "  ", &format!("{change}, where"));
                paragraph(out, "    ", one);
            }
            several => {
                let perhaps = if stated.fewest { "" } else { " (perhaps fewer would do)" };
                paragraph(out, "  ", &format!("{change}, where one of these holds{perhaps}:"));
                several.iter().for_each(|condition| paragraph(out, "    - ", condition));
            }
        },
    }
    let given: Vec<String> = region.witness.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let given = if given.is_empty() { "whatever is known".to_owned() } else { given.join(", ") };
    paragraph(out, "  for example: ", &given);
    for (index, side) in sides.iter().enumerate() {
        let status = words(region.statuses[index]);
        let why = match (&region.reasons[index], compared.ids[index]) {
            (Some(reason), id) => why(side, id, reason),
            (None, None) => "; nothing there speaks of it".to_owned(),
            (None, Some(_)) => "; a value of the example is not known there".to_owned(),
        };
        paragraph(out, &format!("    {}: ", titles[index]), &format!("{status}{why}"));
    }
}

/// Because of which facts, by which rules, and according to whom; where by none, which rules are left out on this side.
fn why(side: &Side<'_>, consequence: Option<ConsequenceId>, reason: &Reason) -> String {
    let policy = side.policy;
    // INVARIANT: the sides were compared, so their views have the dates that they need.
    let selection = side.view.select(policy).ok();
    let mut why = String::new();
    if !reason.because.is_empty() {
        let facts: Vec<String> = reason.because.iter().map(|(name, value)| format!("{name} {value}")).collect();
        why += &format!("; because: {}", facts.join(", "));
    }
    if !reason.rules.is_empty() {
        let rules: Vec<String> = reason.rules.iter().map(|rule| format!("`{}`", policy[*rule].name)).collect();
        why += &format!("; by {}", rules.join(", "));
        let mut sources: Vec<SourceId> = Vec::new();
        for rule in &reason.rules {
            for claim in selection.iter().flat_map(|it| it.claims(&policy[*rule])) {
                if !sources.contains(&policy[claim].by) {
                    sources.push(policy[claim].by);
                }
            }
        }
        let sources: Vec<String> = sources.into_iter().map(|it| citation(policy, it, Form::Text)).collect();
        if !sources.is_empty() {
            why += &format!(", according to {}", sources.join("; "));
        }
        return why;
    }
    let concluding = consequence.iter().flat_map(|id| &policy.concluding[id.index()]);
    let absent = |rule: &RuleId| {
        let absent = selection.as_ref()?.absent(*rule)?;
        Some(format!("`{}` ({})", policy[*rule].name, absence(absent)))
    };
    let absent: Vec<String> = concluding.filter_map(absent).collect();
    if !absent.is_empty() {
        why += &format!("; left out there: {}", absent.join(", "));
    }
    why
}

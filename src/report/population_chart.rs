//! A tally as a picture: a bar for each consequence, divided by status.

use super::Form;
use super::outcomes::Notes;
use super::population::{Said, of_rows, words};
use crate::graph::Chart;
use crate::graph::chart::{Bar, Hidden, Look, Note, Panel, Part};
use crate::json::Subject;
use crate::model::ConsequenceId;
use crate::population::counted::{Counted, ShownGroup};
use crate::population::small::Shown;
use crate::population::tally::Kind;

/// The kinds of status from left to right: what is reported to follow comes first.
const ORDER: [Kind; 5] = [Kind::Follows, Kind::Disputed, Kind::Undetermined, Kind::DoesNotFollow, Kind::RuledOut];

/// A tally as bars.
#[must_use]
pub fn population_chart(subject: Subject<'_>, counted: Counted<'_>) -> Chart {
    let said = Said { subject, counted, form: Form::Text };
    let mut notes = Notes::default();
    let mut panels: Vec<Panel> = Vec::new();
    for group in counted.groups() {
        let mut of_group: Vec<Panel> = match counted.plan.choice {
            None => vec![panel(said, &mut notes, &group, 0)],
            Some(choice) => (0..)
                .zip(&choice.options)
                .map(|(part, option)| Panel {
                    subheading: Some(said.option(option)),
                    ..panel(said, &mut notes, &group, part)
                })
                .collect(),
        };
        if let Some(first) = of_group.first_mut().filter(|_| !counted.plan.by.is_empty()) {
            first.heading = Some(said.heading(&group));
        }
        if let Some(last) = of_group.last_mut() {
            last.remarks.extend(said.in_every(&group));
        }
        panels.append(&mut of_group);
    }
    let bars = || panels.iter().flat_map(|panel| &panel.bars);
    let is_used = |kind: &&Kind| bars().flat_map(|bar| &bar.parts).any(|part| part.look == look(**kind));
    let kinds = ORDER.iter().filter(is_used).map(|kind| (look(*kind), words(*kind).to_owned()));
    let hidden = bars().any(|bar| bar.hidden.is_some()).then(|| (Look::Hidden, "hidden".to_owned()));
    let legend = kinds.chain(hidden).collect();
    let mut below: Vec<Note> = said.explained().into_iter().map(Note::Text).collect();
    if counted.weighted {
        below.push(Note::Text(WEIGHTED.to_owned()));
    }
    for (heading, lines) in notes.sections(subject.policy, said.form) {
        below.push(Note::Heading(heading.to_owned()));
        below.extend(lines.into_iter().map(|(mark, text)| Note::Text(format!("{mark}{text}"))));
    }
    Chart { title: said.title(), about: vec![said.about(), said.read()], legend, panels, notes: below }
}

/// What is hidden has no weight that is told, as it has no number.
const WEIGHTED: &str = "Parts are as wide as their weight, which stands in brackets after their number of rows. What \
                        is hidden in a bar is as wide as its share of the rows, and its weight is not shown.";

fn panel<'a>(said: Said<'a>, notes: &mut Notes<'a>, group: &ShownGroup, part: usize) -> Panel {
    let rows = group.group.count.rows;
    let shown = said.counted.outcomes(group, part);
    let bar = |(id, shown): (ConsequenceId, &Vec<Shown>)| bar(said, said.consequence(id, notes), shown, rows);
    let bars = said.subject.policy.consequence_ids().zip(&shown).map(bar).collect();
    said.reporters(notes);
    let of = if said.counted.weighted { "share of the weight of" } else { "share of" };
    let whole = format!("{of} {}", of_rows(rows));
    Panel { heading: None, subheading: None, whole, bars, remarks: said.harms(group, part).into_iter().collect() }
}

/// A consequence. All that is not shown of it is one stretch, which is as long as what is shown leaves:
/// how it is divided cannot be seen.
fn bar(said: Said<'_>, label: String, shown: &[Shown], rows: u64) -> Bar {
    let told = |kind: Kind| format!("{} {}", words(kind), said.figure(shown[kind as usize]));
    let exact = |kind: &Kind| shown[*kind as usize].exact();
    let part = |kind: &Kind| {
        let count = exact(kind).filter(|count| count.rows > 0)?;
        let size = if said.counted.weighted { count.weight.units() } else { u128::from(count.rows) };
        Some(Part { look: look(*kind), size, figure: said.figure(shown[*kind as usize]), told: told(*kind) })
    };
    let parts = ORDER.iter().filter_map(part).collect();
    let not_shown: Vec<Kind> = ORDER.into_iter().filter(|kind| exact(kind).is_none()).collect();
    let is_told = not_shown.iter().any(|kind| shown[*kind as usize] != Shown::Hidden);
    let kinds: Vec<String> =
        not_shown.iter().map(|kind| if is_told { told(*kind) } else { words(*kind).to_owned() }).collect();
    let rest = rows - ORDER.iter().filter_map(exact).map(|count| count.rows).sum::<u64>();
    let hidden = Hidden { share: (rest, rows), told: format!("hidden: {}", kinds.join(", ")) };
    Bar { label, parts, hidden: (!not_shown.is_empty()).then_some(hidden) }
}

fn look(kind: Kind) -> Look {
    match kind {
        Kind::Follows => Look::Follows,
        Kind::DoesNotFollow => Look::DoesNotFollow,
        Kind::RuledOut => Look::RuledOut,
        Kind::Disputed => Look::Disputed,
        Kind::Undetermined => Look::Undetermined,
    }
}

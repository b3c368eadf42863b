//! Small cells: what is shown of counts, so that a few people are not found among many.

#![expect(clippy::indexing_slicing, reason = "places are those at which a count was found")]
#![expect(
    clippy::arithmetic_side_effects,
    reason = "the least number is one at least, and 128 bits hold it times the parts"
)]

use super::Count;

/// What is shown of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The count.
    Exact(Count),
    /// That it is below the least that is shown; it may be nothing.
    Few,
    /// That it is the least that is shown, or more: else a smaller one beside it could be worked out.
    Withheld,
    /// Nothing of it.
    Hidden,
}

impl Shown {
    /// The number of rows in plain letters, where `least` is the least that is shown: `12`, `<5`, `>=5` or
    /// `hidden`.
    #[must_use]
    pub fn written(self, least: u64) -> String {
        match self {
            Shown::Exact(count) => count.rows.to_string(),
            Shown::Few => format!("<{least}"),
            Shown::Withheld => format!(">={least}"),
            Shown::Hidden => "hidden".to_owned(),
        }
    }

    /// The count, where it is shown.
    #[must_use]
    pub fn exact(self) -> Option<Count> {
        match self {
            Shown::Exact(count) => Some(count),
            Shown::Few | Shown::Withheld | Shown::Hidden => None,
        }
    }
}

/// What is shown of the parts of a whole whose number of rows is known to the reader. `least` is 1, and
/// everything is shown, or 3 and more.
///
/// Where a part has 1 to `least` - 1 rows, all parts of fewer than `least` are hidden, those that are nothing
/// among them, and the first of `least` rows or more, so that the rest of the whole does not give them away.
/// In two cases it would all the same, and then nothing is shown: where all parts could be of `least` - 1
/// rows, and where the only small part is 1 and the part hidden with it is `least`. No number of 1 to
/// `least` - 1 can then be worked out, also by readers who know this rule: a test tries all small tables.
#[must_use]
pub fn parts(counts: &[Count], least: u64) -> Vec<Shown> {
    let rows = || counts.iter().map(|count| count.rows);
    if !rows().any(|rows| (1..least).contains(&rows)) {
        return counts.iter().copied().map(Shown::Exact).collect();
    }
    let beside = rows().position(|rows| rows >= least);
    let few: Vec<u64> = rows().filter(|rows| *rows < least).collect();
    let could_be_all = u128::from(rows().sum::<u64>()) == counts.len() as u128 * u128::from(least - 1);
    let is_least = few == [1] && beside.is_some_and(|place| counts[place].rows == least);
    if could_be_all || is_least {
        return vec![Shown::Hidden; counts.len()];
    }
    let shown = |(place, count): (usize, &Count)| match count.rows {
        rows if rows < least => Shown::Few,
        _ if Some(place) == beside => Shown::Withheld,
        _ => Shown::Exact(*count),
    };
    counts.iter().enumerate().map(shown).collect()
}

/// Which groups are shown, of the counts of all: those of fewer than `least` rows are put together into a
/// rest. Where that is small itself, or could only be made of groups of `least` - 1, it takes the smallest of
/// the others too, with all that are as small. Returns for each whether it is shown. What a hidden group of 1
/// to `least` - 1 has cannot be worked out from the others and the sum of all: a test tries all small tables.
#[must_use]
pub fn groups(counts: &[Count], least: u64) -> Vec<bool> {
    let rows = || counts.iter().map(|count| count.rows);
    let is_small = |rows: &u64| (1..least).contains(rows);
    let rest: u64 = rows().filter(is_small).sum();
    let is_given_away = rest > 0 && (rest < least || rows().filter(is_small).all(|rows| rows == least - 1));
    let smallest = rows().filter(|rows| *rows >= least).min();
    let hidden_to = smallest.filter(|_| is_given_away).unwrap_or(least - 1);
    rows().map(|rows| rows > hidden_to).collect()
}

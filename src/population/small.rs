//! Small cells: what is shown of counts, so that a few people are not found among many.

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
}

impl Shown {
    /// The number of rows in plain letters, where `least` is the least that is shown: `12`, `<5` or `>=5`.
    #[must_use]
    pub fn written(self, least: u64) -> String {
        match self {
            Shown::Exact(count) => count.rows.to_string(),
            Shown::Few => format!("<{least}"),
            Shown::Withheld => format!(">={least}"),
        }
    }

    /// The count, where it is shown.
    #[must_use]
    pub fn exact(self) -> Option<Count> {
        match self {
            Shown::Exact(count) => Some(count),
            Shown::Few | Shown::Withheld => None,
        }
    }
}

/// What is shown of the parts of a whole whose number of rows is known to the reader.
///
/// Parts of 1 to `least` - 1 rows are not shown exactly; nor are others, the smallest first, as long as the
/// rest of the whole leaves only one number possible for one that is not shown.
#[must_use]
pub fn parts(counts: &[Count], least: u64) -> Vec<Shown> {
    let is_few = |count: &Count| (1..least).contains(&count.rows);
    let mut shown: Vec<Shown> =
        counts.iter().map(|count| if is_few(count) { Shown::Few } else { Shown::Exact(*count) }).collect();
    while !hides(counts, &shown, least) {
        let exact = |index: &usize| matches!(shown[*index], Shown::Exact(_));
        let nothing = |index: &usize| counts[*index].rows == 0;
        let open = || (0..counts.len()).filter(exact);
        // Of the smallest the first; what is nothing comes last, and is few too.
        let next =
            open().filter(|index| !nothing(index)).min_by_key(|index| counts[*index].rows).or_else(|| open().next());
        match next {
            Some(index) if nothing(&index) => shown[index] = Shown::Few,
            Some(index) => shown[index] = Shown::Withheld,
            None => break,
        }
    }
    shown
}

/// Whether each count that is not shown could be another, by what a reader knows: the whole, what is shown,
/// and how these marks are given.
fn hides(counts: &[Count], shown: &[Shown], least: u64) -> bool {
    let whole: u64 =
        counts.iter().zip(shown).filter(|(_, shown)| shown.exact().is_none()).map(|(count, _)| count.rows).sum();
    // That nothing is there is shown, unless it had to be hidden: a reader may know that it had not.
    let has_nothing = counts.iter().zip(shown).any(|(count, shown)| *shown == Shown::Few && count.rows == 0);
    let range = |shown: &Shown| match shown {
        Shown::Exact(_) => None,
        Shown::Few => Some((u64::from(!has_nothing), least - 1)),
        Shown::Withheld => Some((least, whole)),
    };
    let ranges: Vec<(u64, u64)> = shown.iter().filter_map(range).collect();
    let lows: u64 = ranges.iter().map(|range| range.0).sum();
    let highs = ranges.iter().map(|range| range.1).fold(0, u64::saturating_add);
    ranges.iter().all(|(low, high)| {
        let (others_low, others_high) = (lows - low, highs.saturating_sub(*high));
        let most = (*high).min(whole.saturating_sub(others_low));
        let fewest = (*low).max(whole.saturating_sub(others_high));
        fewest < most
    })
}

/// Which groups are shown, of the counts of all: those of fewer than `least` rows are put together into a
/// rest, which takes the next smallest as long as it is small itself. Returns for each whether it is shown.
#[must_use]
pub fn groups(counts: &[Count], least: u64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|index| counts[*index].rows);
    let mut shown = vec![true; counts.len()];
    let mut rest = 0;
    for index in order {
        let rows = counts[index].rows;
        let is_needed = rows < least || (1..least).contains(&rest);
        if is_needed {
            shown[index] = false;
            rest += rows;
        }
    }
    shown
}

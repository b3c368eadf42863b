//! Counts of combinations, in bounded memory: in an array where there can be few, else in a table that
//! is emptied into the sink when it is full.

#![expect(clippy::indexing_slicing, reason = "columns and combinations are numbered by the plan")]
#![expect(clippy::arithmetic_side_effects, reason = "the sizes were multiplied with care when the counter was made")]

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;

use super::super::coding::{Bin, Coding};
use super::super::{Count, Sink, TooMany};

/// So many combinations have a place each.
const PLACES: u64 = 1 << 16;

enum Counts {
    /// One for each combination.
    Each(Vec<Count>),
    /// Those that were met, by their number.
    Met(HashMap<u64, Count, FxBuildHasher>),
    /// Those that were met, where they are too many to be numbered.
    Wide(HashMap<Vec<Bin>, Count, FxBuildHasher>),
}

/// Counts combinations for a sink.
pub(super) struct Counter<S> {
    /// For each column how much its bin counts in a combination's number.
    strides: Vec<u64>,
    sizes: Vec<u64>,
    counts: Counts,
    /// The numbers of rows that are counted at once.
    #[cfg(feature = "parquet")]
    numbers: Vec<u32>,
    /// How many combinations are remembered at most.
    most: usize,
    sink: S,
}

impl<S: Sink> Counter<S> {
    pub(super) fn new(coding: &Coding, most: usize, sink: S) -> Self {
        let sizes: Vec<u64> = coding.columns.iter().map(|column| column.count() as u64).collect();
        let mut strides = Vec::new();
        let mut all = Some(1_u64);
        for size in &sizes {
            strides.push(all.unwrap_or(0));
            all = all.and_then(|all| all.checked_mul(*size));
        }
        if all.is_none() {
            strides.fill(0);
        }
        let counts = match all {
            Some(all) if all <= PLACES => {
                Counts::Each(vec![Count::default(); usize::try_from(all).expect("few enough")])
            }
            Some(_) => Counts::Met(HashMap::default()),
            None => Counts::Wide(HashMap::default()),
        };
        Self {
            strides,
            sizes,
            counts,
            #[cfg(feature = "parquet")]
            numbers: Vec::new(),
            most,
            sink,
        }
    }

    /// Whether combinations have numbers.
    pub(super) fn is_numbered(&self) -> bool {
        match self.counts {
            Counts::Each(_) | Counts::Met(_) => true,
            Counts::Wide(_) => false,
        }
    }

    /// What the bin at a place of the coding adds to the number of a combination: it is the sum.
    pub(super) fn adds(&self, place: usize, bin: Bin) -> u64 {
        // INVARIANT: where combinations have numbers, these fit; else all are 0.
        u64::from(bin) * self.strides[place]
    }

    /// Counts a row, or several at once.
    #[inline]
    pub(super) fn add(&mut self, bins: &[Bin], count: Count) -> Result<(), TooMany> {
        let number = (0..).zip(bins).map(|(place, bin)| self.adds(place, *bin)).sum();
        self.add_numbered(number, bins, count)
    }

    /// The same, of a combination whose number is known.
    #[inline]
    pub(super) fn add_numbered(&mut self, number: u64, bins: &[Bin], count: Count) -> Result<(), TooMany> {
        let (place, length) = match &mut self.counts {
            Counts::Each(counts) => {
                // INVARIANT: all numbers are places of the array.
                return counts[usize::try_from(number).expect("few enough")].add(count);
            }
            Counts::Met(counts) => {
                let length = counts.len();
                (counts.entry(number).or_default(), length)
            }
            Counts::Wide(counts) => {
                let length = counts.len();
                (counts.entry_ref(bins).or_default(), length)
            }
        };
        place.add(count)?;
        if length >= self.most { self.empty() } else { Ok(()) }
    }

    /// Counts several rows: of each column the bins from a place on.
    #[cfg(feature = "parquet")]
    pub(super) fn add_rows(&mut self, columns: &[Vec<Bin>], first: usize, rows: &[Count]) -> Result<(), TooMany> {
        if let Counts::Each(counts) = &mut self.counts {
            let numbers = &mut self.numbers;
            numbers.clear();
            numbers.resize(rows.len(), 0);
            for (column, stride) in columns.iter().zip(&self.strides) {
                // INVARIANT: there are at most `PLACES` numbers.
                let stride = u32::try_from(*stride).expect("few enough");
                for (number, bin) in numbers.iter_mut().zip(&column[first..]) {
                    *number += bin * stride;
                }
            }
            return numbers.iter().zip(rows).try_for_each(|(number, row)| counts[*number as usize].add(*row));
        }
        let mut bins = Vec::with_capacity(columns.len());
        for (row, count) in (first..).zip(rows) {
            bins.clear();
            bins.extend(columns.iter().map(|column| column[row]));
            self.add(&bins, *count)?;
        }
        Ok(())
    }

    /// Hands all that was counted over.
    fn empty(&mut self) -> Result<(), TooMany> {
        let Self { sizes, counts, sink, .. } = self;
        let mut bins: Vec<Bin> = Vec::new();
        let mut take = |mut number: u64, count: Count| {
            bins.clear();
            for size in sizes.iter() {
                bins.push(Bin::try_from(number % size).expect("a bin"));
                number /= size;
            }
            sink.take(&bins, count)
        };
        // A row may say that it stands for none: then nothing was counted of its combination.
        let is_any = |count: &Count| *count != Count::default();
        match counts {
            Counts::Each(counts) => {
                let counts = (0..).zip(counts.iter_mut().map(std::mem::take));
                counts.filter(|(_, count)| is_any(count)).try_for_each(|(number, count)| take(number, count))?;
            }
            Counts::Met(counts) => {
                let mut counts = counts.drain().filter(|(_, count)| is_any(count));
                counts.try_for_each(|(number, count)| take(number, count))?;
            }
            Counts::Wide(counts) => {
                let mut counts = counts.drain().filter(|(_, count)| is_any(count));
                counts.try_for_each(|(bins, count)| sink.take(&bins, count))?;
            }
        }
        Ok(())
    }

    /// The sink, with all that was counted.
    pub(super) fn finish(mut self) -> Result<S, TooMany> {
        self.empty()?;
        Ok(self.sink)
    }
}

//! The article's six outcomes by hand, in three-valued logic. Each is a conjunction of different facts,
//! so that this logic happens to be exact for them.

/// The facts of `rules/passports.ensue`.
pub const FACTS: [&str; 5] = ["ukrainian", "residence", "under_occupation", "russian_passport", "owns_property"];

/// Ordered so that `and` is the least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Three {
    No,
    Unknown,
    Yes,
}

impl Three {
    fn not(self) -> Self {
        match self {
            Three::No => Three::Yes,
            Three::Unknown => Three::Unknown,
            Three::Yes => Three::No,
        }
    }
}

/// Of `residence` it is asked whether it is not elsewhere.
pub fn outcomes(facts: &[Three; 5]) -> [Three; 6] {
    let [ukrainian, somewhere, under_occupation, passport, owner] = *facts;
    let covered = ukrainian.min(somewhere).min(under_occupation);
    let without = covered.min(passport.not());
    [without, without, without, without.min(owner), without, covered.min(passport)]
}

/// How many rows there are, and for each consequence in how many it follows, does not, and is open.
#[derive(Default)]
pub struct Outcomes {
    pub rows: u64,
    pub counts: [[u64; 3]; 6],
}

impl Outcomes {
    pub fn add(&mut self, outcomes: &[Three; 6], rows: u64) {
        self.rows += rows;
        for (counts, outcome) in self.counts.iter_mut().zip(outcomes) {
            let place = match outcome {
                Three::Yes => 0,
                Three::No => 1,
                Three::Unknown => 2,
            };
            counts[place] += rows;
        }
    }
}

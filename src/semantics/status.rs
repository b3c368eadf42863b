//! What can be said of a consequence.

/// What can be said of a consequence for a complete profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Settled {
    /// Some rule asserts it, none denies it.
    Follows,
    /// No rule leads to it. It does not mean that it cannot happen.
    DoesNotFollow,
    /// Some rule denies it, none asserts it.
    RuledOut,
    /// Some rule asserts it and some rule denies it.
    Disputed,
}

impl Settled {
    /// All four, in the order in which they are shown.
    pub const ALL: [Settled; 4] = [Settled::Follows, Settled::DoesNotFollow, Settled::RuledOut, Settled::Disputed];

    /// From whether some undefeated rule that applies asserts it, and whether one denies it.
    #[must_use]
    pub fn new(asserted: bool, denied: bool) -> Self {
        match (asserted, denied) {
            (false, false) => Settled::DoesNotFollow,
            (true, false) => Settled::Follows,
            (false, true) => Settled::RuledOut,
            (true, true) => Settled::Disputed,
        }
    }

    /// Whether some rule asserts it.
    #[must_use]
    pub fn asserted(self) -> bool {
        self.index() & 1 == 1
    }

    /// Whether some rule denies it.
    #[must_use]
    pub fn denied(self) -> bool {
        self.index() & 2 == 2
    }

    /// Whether a condition that names the consequence holds.
    #[must_use]
    pub fn holds(self) -> bool {
        matches!(self, Settled::Follows | Settled::Disputed)
    }

    /// Its name in rule files' JSON: `does_not_follow`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Settled::Follows => "follows",
            Settled::DoesNotFollow => "does_not_follow",
            Settled::RuledOut => "ruled_out",
            Settled::Disputed => "disputed",
        }
    }

    /// Its bit in a set of the ends of a diagram.
    pub(crate) fn bit(self) -> u8 {
        1 << self.index()
    }

    /// The bit for "asserted" is 1, that for "denied" 2.
    pub(super) fn index(self) -> u32 {
        match self {
            Settled::DoesNotFollow => 0,
            Settled::Follows => 1,
            Settled::RuledOut => 2,
            Settled::Disputed => 3,
        }
    }
}

/// A set of statuses that are still possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Possible(u8);

impl Possible {
    pub(super) fn from_bits(bits: u8) -> Self {
        Possible(bits)
    }

    /// Each status as its bit: see [`Settled::bit`].
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// Whether it holds the status.
    #[must_use]
    pub fn contains(self, status: Settled) -> bool {
        self.0 >> status.index() & 1 == 1
    }

    /// The statuses, in the order in which they are shown.
    pub fn iter(self) -> impl Iterator<Item = Settled> {
        Settled::ALL.into_iter().filter(move |status| self.contains(*status))
    }

    /// The one status it holds, if there is only one.
    #[must_use]
    pub fn only(self) -> Option<Settled> {
        self.iter().next().filter(|_| self.0.count_ones() == 1)
    }

    /// Whether every status in it is in `other`.
    #[must_use]
    pub fn is_within(self, other: Possible) -> bool {
        self.0 & !other.0 == 0
    }
}

impl FromIterator<Settled> for Possible {
    fn from_iter<I: IntoIterator<Item = Settled>>(statuses: I) -> Self {
        Possible(statuses.into_iter().fold(0, |bits, status| bits | 1 << status.index()))
    }
}

/// What can be said of a consequence for a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// In every completion, some rule asserts it and none denies it.
    Follows,
    /// In every completion, no rule leads to it.
    DoesNotFollow,
    /// In every completion, some rule denies it and none asserts it.
    RuledOut,
    /// In every completion, some rule asserts it and some rule denies it.
    Disputed,
    /// Completions differ.
    Undetermined(Possible),
}

impl Status {
    /// The status of a consequence for which these are possible.
    #[must_use]
    pub fn new(possible: Possible) -> Self {
        Self::from_bits(possible.0)
    }

    /// From a bit for each of the four ends of a diagram.
    pub(crate) fn from_bits(bits: u8) -> Self {
        match bits {
            0b0001 => Status::DoesNotFollow,
            0b0010 => Status::Follows,
            0b0100 => Status::RuledOut,
            0b1000 => Status::Disputed,
            _ => Status::Undetermined(Possible(bits)),
        }
    }

    /// The statuses that some completion gives.
    #[must_use]
    pub fn possible(self) -> Possible {
        match self {
            Status::Undetermined(possible) => possible,
            Status::Follows => [Settled::Follows].into_iter().collect(),
            Status::DoesNotFollow => [Settled::DoesNotFollow].into_iter().collect(),
            Status::RuledOut => [Settled::RuledOut].into_iter().collect(),
            Status::Disputed => [Settled::Disputed].into_iter().collect(),
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        !matches!(self, Status::Undetermined(_))
    }

    /// The one status that every completion gives; `None` when they differ.
    #[must_use]
    pub fn settled(self) -> Option<Settled> {
        self.possible().only()
    }

    /// Its name in JSON: `does_not_follow`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.settled().map_or("undetermined", Settled::name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Possible, Settled, Status};

    #[test]
    fn a_status_says_what_rules_did_and_what_it_is_called() {
        let expected = [
            (Status::Follows, Settled::Follows, true, false, "follows"),
            (Status::DoesNotFollow, Settled::DoesNotFollow, false, false, "does_not_follow"),
            (Status::RuledOut, Settled::RuledOut, false, true, "ruled_out"),
            (Status::Disputed, Settled::Disputed, true, true, "disputed"),
        ];
        for (status, settled, asserted, denied, name) in expected {
            assert_eq!((settled.asserted(), settled.denied(), settled.name()), (asserted, denied, name));
            assert_eq!((status.settled(), status.is_settled(), status.name()), (Some(settled), true, name));
            assert_eq!(Status::new([settled].into_iter().collect()), status);
        }
    }

    /// Against sets of statuses, for every two of them.
    #[test]
    fn what_is_possible_is_a_set() {
        let all: Vec<Vec<Settled>> = (0..16)
            .map(|bits| Settled::ALL.into_iter().enumerate().filter(move |(bit, _)| bits >> bit & 1 == 1))
            .map(|chosen| chosen.map(|(_, status)| status).collect())
            .collect();
        for one in &all {
            let possible: Possible = one.iter().copied().collect();
            assert_eq!(possible.iter().collect::<Vec<Settled>>(), *one);
            let status = Status::new(possible);
            assert_eq!((status.possible(), status.is_settled()), (possible, one.len() == 1));
            assert_eq!(status.name() == "undetermined", one.len() != 1);
            for other in &all {
                let within = one.iter().all(|status| other.contains(status));
                assert_eq!(possible.is_within(other.iter().copied().collect()), within);
            }
        }
    }
}

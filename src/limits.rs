//! How much is read, compiled and searched at most: sizes and steps, never time, so that all machines answer alike.

#![expect(clippy::indexing_slicing, reason = "each limit has its place")]
#![expect(clippy::arithmetic_side_effects, reason = "twice a limit, which its most keeps far below 64 bits")]

/// What is limited. Each limit has a name, by which it can be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Bytes of a rule file or a profile.
    FileBytes,
    /// Facts of all profiles of a run together, known or not.
    ProfileFacts,
    /// Bytes of a line of a rule file.
    LineBytes,
    /// How deep parentheses and `not` are nested.
    Nesting,
    /// Files of a policy: the root file and all that it imports.
    Files,
    /// Declarations of a policy, of whatever kind.
    Declarations,
    /// Rules of a policy.
    Rules,
    /// Tests and names in the conditions of a policy.
    Terms,
    /// Steps for compiling a policy into decision diagrams; a fifth of them for each definition or consequence.
    CompileSteps,
    /// Operations of the flat program that answers what was not compiled.
    Operations,
    /// Steps for deciding one consequence of one profile, where it was not compiled.
    SearchSteps,
    /// Sets of facts that are tried for the smallest that explains an outcome.
    BecauseSets,
    /// Changes of a status that are listed, and sets of facts that settle it.
    Changes,
    /// Steps for one question without a profile, such as whether a rule can ever apply.
    QuestionSteps,
    /// Steps for all such questions about a policy.
    CheckSteps,
    /// Bytes of a row of a table.
    RowBytes,
    /// How many times its size a packed table unpacks to.
    Expansion,
    /// Bytes of a page of a Parquet table, packed or not.
    PageBytes,
    /// Values of the dictionary of a column of a Parquet table.
    DictionaryValues,
    /// Bytes of what a Parquet table says of itself at its end.
    FooterBytes,
    /// Nodes of the decision diagrams that a query holds.
    QueryNodes,
    /// Facts that a query asks for.
    QueryFacts,
    /// Boxes of a picture.
    PictureBoxes,
    /// Arrows of a picture.
    PictureArrows,
}

impl Limit {
    /// Every limit.
    pub const ALL: [Limit; 24] = [
        Limit::FileBytes,
        Limit::ProfileFacts,
        Limit::LineBytes,
        Limit::Nesting,
        Limit::Files,
        Limit::Declarations,
        Limit::Rules,
        Limit::Terms,
        Limit::CompileSteps,
        Limit::Operations,
        Limit::SearchSteps,
        Limit::BecauseSets,
        Limit::Changes,
        Limit::QuestionSteps,
        Limit::CheckSteps,
        Limit::RowBytes,
        Limit::Expansion,
        Limit::PageBytes,
        Limit::DictionaryValues,
        Limit::FooterBytes,
        Limit::QueryNodes,
        Limit::QueryFacts,
        Limit::PictureBoxes,
        Limit::PictureArrows,
    ];

    /// Its name, as it is written, what it is without being asked for, and the most that can be asked for.
    fn row(self) -> (&'static str, u64, u64) {
        /// Sizes that every machine can count.
        const MOST: u64 = 1 << 31;
        match self {
            // Places in files are numbers of 32 bits.
            Limit::FileBytes => ("file-bytes", 16 << 20, MOST),
            Limit::ProfileFacts => ("profile-facts", 20_000_000, MOST),
            Limit::LineBytes => ("line-bytes", 1 << 20, MOST),
            // Conditions are followed by functions that call themselves: the stack is made for so many levels.
            Limit::Nesting => ("nesting", 64, 1_000),
            Limit::Files => ("files", 1_000, MOST),
            Limit::Declarations => ("declarations", 200_000, MOST),
            Limit::Rules => ("rules", 100_000, MOST),
            Limit::Terms => ("terms", 1_000_000, MOST),
            Limit::CompileSteps => ("compile-steps", 250_000, MOST),
            Limit::Operations => ("operations", 4_000_000, MOST),
            Limit::SearchSteps => ("search-steps", 1_000_000, 1 << 53),
            Limit::BecauseSets => ("because-sets", 5_000, 1 << 53),
            // Nobody reads more.
            Limit::Changes => ("changes", 1_000, MOST),
            Limit::QuestionSteps => ("question-steps", 100_000, MOST),
            Limit::CheckSteps => ("check-steps", 10_000_000, 1 << 53),
            Limit::RowBytes => ("row-bytes", 1 << 20, MOST),
            Limit::Expansion => ("expansion", 2_000, MOST),
            Limit::PageBytes => ("page-bytes", 64 << 20, MOST),
            Limit::DictionaryValues => ("dictionary-values", 1 << 20, MOST),
            Limit::FooterBytes => ("footer-bytes", 16 << 20, MOST),
            Limit::QueryNodes => ("query-nodes", 500, MOST),
            Limit::QueryFacts => ("query-facts", 60, MOST),
            Limit::PictureBoxes => ("picture-boxes", 300, MOST),
            Limit::PictureArrows => ("picture-arrows", 1_000, MOST),
        }
    }

    /// Its name, as it is written on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// What it is where nothing else is asked for.
    #[must_use]
    pub fn default(self) -> u64 {
        self.row().1
    }

    /// The most that can be asked for.
    #[must_use]
    pub fn most(self) -> u64 {
        self.row().2
    }
}

/// All limits, each with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits([u64; Limit::ALL.len()]);

impl Default for Limits {
    fn default() -> Self {
        Self(Limit::ALL.map(Limit::default))
    }
}

impl Limits {
    /// The most that can be asked for: for what was read before.
    #[must_use]
    pub fn most() -> Self {
        Self(Limit::ALL.map(Limit::most))
    }

    /// How much it is.
    #[must_use]
    pub fn of(&self, limit: Limit) -> u64 {
        self.0[limit as usize]
    }

    /// The same as a length in memory.
    #[must_use]
    pub fn length(&self, limit: Limit) -> usize {
        usize::try_from(self.of(limit)).unwrap_or(usize::MAX)
    }

    /// The same limits, but for one.
    #[must_use]
    pub fn with(mut self, limit: Limit, number: u64) -> Self {
        self.0[limit as usize] = number.min(limit.most());
        self
    }

    /// How to raise a limit, for readers: an option that doubles it.
    #[must_use]
    pub fn raise(&self, limit: Limit) -> String {
        match self.of(limit) < limit.most() {
            true => format!("{} allows more", self.doubled(limit)),
            false => format!("{} is the most that `--limit {}` allows", limit.most(), limit.name()),
        }
    }

    /// The option that doubles a limit, or as near to it as there is.
    fn doubled(&self, limit: Limit) -> String {
        format!("`--limit {}={}`", limit.name(), (2 * self.of(limit)).clamp(1, limit.most()))
    }

    /// How to list more changes of a status, or sets of facts that settle it: they are read off its diagram.
    #[must_use]
    pub fn list_more(&self) -> String {
        let [listed, compiled, read] =
            [Limit::Changes, Limit::CompileSteps, Limit::SearchSteps].map(|limit| self.doubled(limit));
        format!("{listed}, {compiled} or {read} may list them")
    }

    /// How to search further for what was not decided without a profile.
    #[must_use]
    pub fn decide_more(&self) -> String {
        format!("{} for each question; {} for all", self.raise(Limit::QuestionSteps), self.raise(Limit::CheckSteps))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_has_its_place_and_a_name_of_its_own() {
        for (index, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(limit as usize, index);
            assert!(limit.default() < limit.most());
            assert_eq!(Limit::ALL.iter().filter(|other| other.name() == limit.name()).count(), 1);
            let limits = Limits::default().with(limit, 7);
            assert!(Limit::ALL.iter().all(|&it| limits.of(it) == if it == limit { 7 } else { it.default() }));
        }
    }

    #[test]
    fn what_raises_a_limit_is_an_option() {
        let limits = Limits::default();
        assert_eq!(limits.raise(Limit::Nesting), "`--limit nesting=128` allows more");
        assert_eq!(limits.with(Limit::Nesting, 600).raise(Limit::Nesting), "`--limit nesting=1000` allows more");
        assert_eq!(limits.with(Limit::Nesting, 0).raise(Limit::Nesting), "`--limit nesting=1` allows more");
        let most = limits.with(Limit::Nesting, 2_000).raise(Limit::Nesting);
        assert_eq!(most, "1000 is the most that `--limit nesting` allows");
    }
}

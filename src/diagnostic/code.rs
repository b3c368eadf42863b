//! The codes of findings. A code is permanent, reads as words and has a page.

use std::fmt;

macro_rules! codes {
    ($($variant:ident = $name:literal : $summary:literal),+ $(,)?) => {
        /// What kind of finding a [`Diagnostic`](super::Diagnostic) is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $summary] $variant),+
        }

        impl Code {
            /// Every code, in the order in which a rule file is read.
            pub const ALL: &[Code] = &[$(Code::$variant),+];

            /// The code as it is written: lower-case words with hyphens.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name),+ }
            }

            /// One line: what it means.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self { $(Code::$variant => $summary),+ }
            }

            /// Its page, in Markdown: what it means, a wrong and a right example.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self { $(Code::$variant => include_str!(concat!("pages/", $name, ".md"))),+ }
            }
        }
    };
}

codes! {
    NotUtf8 = "not-utf8": "The file is not UTF-8 text.",
    FileTooLarge = "file-too-large": "The file is larger than is read.",
    LineTooLong = "line-too-long": "A line is longer than is read.",
    EmptyFile = "empty-file": "The file declares nothing.",
    NulCharacter = "nul-character": "The file holds a NUL character.",
    BidiControl = "bidi-control": "The file holds a bidirectional control character.",
    LoneCarriageReturn = "lone-carriage-return": "A carriage return stands without a line feed.",
    MergeConflict = "merge-conflict": "The file holds the marks of an unfinished merge.",
    UnexpectedCharacter = "unexpected-character": "A character has no meaning here.",
    BadName = "bad-name": "A name holds something else than a–z, 0–9 and _.",
    BadNumber = "bad-number": "A number is not well written, or has too many digits.",
    BadDate = "bad-date": "A date is not well written, or does not exist.",
    UnknownEscape = "unknown-escape": "A backslash in a text is followed by something else than \" or \\.",
    UnfinishedText = "unfinished-text": "A text has no closing quote.",
    Syntax = "syntax": "Something else was expected here.",
    OutOfOrder = "out-of-order": "A line or a part stands where another order is wanted.",
    ReservedWord = "reserved-word": "A word of the language is used as a name.",
    MixedAndOr = "mixed-and-or": "`and` and `or` are mixed without parentheses.",
    NestingTooDeep = "nesting-too-deep": "Parentheses are nested deeper than is read.",
    ImportFailed = "import-failed": "An imported file cannot be read.",
    ImportOutside = "import-outside": "An import leads out of the project.",
    ImportCycle = "import-cycle": "Files import one another in a circle.",
    PolicyTooLarge = "policy-too-large": "A policy has more files, declarations, rules or terms than are read.",
    UnknownName = "unknown-name": "Nothing has this name.",
    DuplicateName = "duplicate-name": "Two declarations have the same name.",
    WrongType = "wrong-type": "A value or a test does not fit the fact's type.",
    ValueOutside = "value-outside": "A value lies outside the fact's list or range.",
    RepeatedItem = "repeated-item": "An item is given twice.",
    ReversedInterval = "reversed-interval": "An interval ends before it begins.",
    Cycle = "cycle": "Declarations depend on one another in a circle.",
    UselessOverride = "useless-override": "A rule overrides one with which it shares no consequence.",
    DateNeeded = "date-needed": "The rules depend on a date and none is given.",
    ProfileSyntax = "profile-syntax": "A profile is not a JSON object.",
    UnknownFact = "unknown-fact": "A profile has a key that the policy declares no fact for.",
    DuplicateKey = "duplicate-key": "A profile gives the same fact twice.",
    NeverApplies = "never_applies": "A rule can never apply.",
    AlwaysHolds = "always_holds": "A condition, or a part of one, always holds.",
    NeverHolds = "never_holds": "A definition, or a part of a condition, can never hold.",
    IdleCondition = "idle_condition": "A part of a condition changes nothing where it stands.",
    RedundantRule = "redundant_rule": "What a rule says is said by other rules on the same claims.",
    IdleUnless = "idle_unless": "An `unless` never matters.",
    IdleOverride = "idle_override": "An `overrides` never matters.",
    AlwaysDefeated = "always_defeated": "A rule is overridden whenever it applies.",
    UnreachableConsequence = "unreachable_consequence": "No rule can lead to a consequence.",
    DisputingRules = "disputing_rules": "Two rules dispute a consequence, and no scenario says so.",
    OverlappingPeriods = "overlapping_periods": "Two rules that follow one another in time overlap.",
    GapInTime = "gap_in_time": "For some days between two rules, none is in force.",
    UnusedFact = "unused_fact": "No rule depends on a fact.",
    UnusedDefinition = "unused_definition": "No rule depends on a definition.",
    UnusedSource = "unused_source": "A source makes no claim and quotes nobody.",
    UnusedClaim = "unused_claim": "A rule encodes what a claim says, and does not name the claim.",
    UnencodedClaim = "unencoded_claim": "A claim is a condition, and no rule encodes it.",
    UnsourcedRule = "unsourced_rule": "A rule names no claim on which it rests.",
    LaterClaims = "later_claims": "A rule rests only on claims published after it came into force.",
    SingleOrigin = "single_origin": "The claims of a rule by several sources have one origin.",
    OverlappingOptions = "overlapping_options": "Two options of a choice can be taken at once.",
    IdleOption = "idle_option": "An option of a choice makes no difference.",
    ContradictoryScenario = "contradictory_scenario": "What a scenario expects contradicts itself.",
    DuplicateScenario = "duplicate_scenario": "Two scenarios give the same facts on the same date.",
    BadAllow = "bad_allow": "A comment that allows a finding is not well written.",
    UnusedAllow = "unused_allow": "A comment allows what is not found.",
    NotDecided = "not_decided": "Rules are too large to decide whether something is wrong with them.",
}

impl Code {
    /// The code with this name, if there is one.
    #[must_use]
    pub fn find(name: &str) -> Option<Code> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

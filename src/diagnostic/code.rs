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
    FileTooLarge = "file-too-large": "The file is larger than 16 MiB.",
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
    NestingTooDeep = "nesting-too-deep": "Parentheses are nested more than 64 deep.",
    ImportFailed = "import-failed": "An imported file cannot be read.",
    ImportOutside = "import-outside": "An import leads out of the project.",
    ImportCycle = "import-cycle": "Files import one another in a circle.",
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

//! How it is written here what a reader wrote as in another language, or as it is said.

#![expect(clippy::indexing_slicing, reason = "tokens are those of the declaration at hand")]
#![expect(clippy::arithmetic_side_effects, reason = "places among its tokens")]

use super::token::{Kind, OPENERS, Token, is_keyword, is_name};
use super::unexpected::Unexpected;
use super::{LONG_READING, one_line, parts_of};

/// The last words before a place; empty where there are none, or where one was refused.
type Before<'a> = [&'a str; 4];
/// The first words from a place on.
type After<'a> = [&'a str; 4];

impl Unexpected<'_> {
    /// What to write instead, where that can be told.
    pub fn advice(&self) -> Option<String> {
        let (read, ahead) = self.start.tokens().split_at(self.taken);
        let mut before: Before<'_> = self.words(read.iter().rev());
        before.reverse();
        let after: After<'_> = self.words(ahead.iter());
        let part = self.part();
        let of_part = || match part {
            "given" | "sets" if self.wanted == "the fact's value" => setting(before[3], after),
            "when" | "unless" | "as" => {
                let unit = || number_with_unit(before, after);
                self.one_of(before, after).or_else(unit).or_else(|| condition(before, after))
            }
            "then" if before[3] == "," && after[0] == "not" => Some(self.another_not().to_owned()),
            _ => list(part, after[0]).map(str::to_owned),
        };
        let if_for_when = || (after[0] == "if" && self.wanted.starts_with("`when`")).then(|| "write `when`".to_owned());
        self.number_with_commas().or_else(|| self.unquoted()).or_else(if_for_when).or_else(of_part)
    }

    /// The tokens that a reader may have meant as one text or one date: up to the end of the line,
    /// or to a word that the declaration goes on with.
    pub fn run(&self) -> &[Token] {
        let tokens = &self.start.tokens()[self.taken..];
        let goes_on = |(at, token): &(usize, &Token)| {
            let in_line = *at == 0 || !self.start.is_line_end_between(tokens[at - 1], **token);
            in_line && token.kind != Kind::Text && !self.is_type(token) && !self.is_part(token)
        };
        &tokens[..tokens.iter().enumerate().take_while(goes_on).count()]
    }

    /// Whether a word begins a part of the declaration, or the next one.
    fn is_part(&self, token: &Token) -> bool {
        let word = self.start.slice(token.span);
        let parts = parts_of(self.start.word());
        token.kind == Kind::Keyword && (parts.contains(&word) || OPENERS.contains(&word))
    }

    /// Whether it is the `:` before a fact's type.
    fn is_type(&self, token: &Token) -> bool {
        self.start.word() == "fact" && self.start.slice(token.span) == ":"
    }

    fn words<'a, const N: usize>(&'a self, tokens: impl Iterator<Item = &'a Token>) -> [&'a str; N] {
        let mut words = [""; N];
        for (word, token) in words.iter_mut().zip(tokens) {
            *word = if token.kind == Kind::Bad { "" } else { self.start.slice(token.span) };
        }
        words
    }

    /// Where the part of the declaration begins that is being read.
    fn part_at(&self) -> Option<usize> {
        let read = self.start.tokens()[..self.taken].iter().enumerate().skip(1);
        read.rev().find(|(_, token)| self.is_part(token)).map(|(at, _)| at)
    }

    fn part(&self) -> &str {
        self.part_at().map_or("", |at| self.start.skip(at).word())
    }

    /// `1,000`, where one of its tokens is the unexpected one.
    fn number_with_commas(&self) -> Option<String> {
        let tokens = self.start.tokens();
        let is_piece = |token: &Token| token.kind == Kind::Number || self.start.slice(token.span) == ",";
        let joined = |pair: &&[Token]| pair[0].span.end == pair[1].span.start && pair.iter().all(is_piece);
        let before = tokens[..=self.taken].windows(2).rev().take_while(joined).count();
        let after = tokens[self.taken..].windows(2).take_while(joined).count();
        let written = self.start.slice(tokens[self.taken - before].span.to(tokens[self.taken + after].span));
        // The last comma may separate the number from what comes next.
        let written = written.trim_end_matches(',');
        let mut groups = written.split('.').next().unwrap_or_default().split(',');
        let begins = groups.next().is_some_and(|first| first.ends_with(|c: char| c.is_ascii_digit()));
        let of_three = |group: &str| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
        let grouped = begins && written.contains(',') && groups.all(of_three);
        grouped.then(|| format!("write `{}` or `{}`", written.replace(',', "_"), written.replace(',', "")))
    }

    /// Words where a text was wanted.
    fn unquoted(&self) -> Option<String> {
        let run = self.run();
        let (first, last) = (run.first()?, run.last()?);
        if !self.wanted.contains("in quotes") || !matches!(first.kind, Kind::Name | Kind::BadName | Kind::Keyword) {
            return None;
        }
        let written = self.start.slice(first.span.to(last.span));
        let next = self.start.skip(self.taken + run.len()).next();
        if next.is_some_and(|next| next.kind == Kind::Text) {
            // The text is there, and something strange before it.
            return None;
        }
        // A word that the declaration goes on with may be one of the text's own.
        let is_end = |next: Token| self.is_type(&next) || self.start.is_line_end_between(*last, next);
        let ends = next.is_none_or(is_end);
        let shown = ends && written.len() <= LONG_READING && !written.contains(['"', '\\']);
        Some(if shown { format!("put it between quotes: `\"{written}\"`") } else { "put it between quotes".to_owned() })
    }

    /// `city in north, south`, `city not in (north, south)`.
    fn one_of(&self, before: Before<'_>, after: After<'_>) -> Option<String> {
        let (not, skipped) = match after {
            ["in", next, ..] if next != "force" => ("", 1),
            ["not", "in", ..] => ("not ", 2),
            _ => return None,
        };
        let fact = fact(before)?;
        let values = self.values(self.taken + skipped);
        Some(match values {
            Some(values) => format!("write `{fact} is {not}one of {values}`"),
            None => format!("write `{fact} is {not}one of`, then the values with commas between"),
        })
    }

    /// The list of values that begins here or behind a parenthesis.
    fn values(&self, at: usize) -> Option<String> {
        let input = self.start.skip(at);
        let tokens = input.skip(usize::from(input.word() == "(")).tokens();
        let is_listed = |(index, token): &(usize, &Token)| match index % 2 {
            0 => matches!(token.kind, Kind::Name | Kind::Number | Kind::Date),
            _ => self.start.slice(token.span) == ",",
        };
        let listed = &tokens[..tokens.iter().enumerate().take_while(is_listed).count()];
        let last = listed.iter().rfind(|token| token.kind != Kind::Mark)?;
        let written = self.start.slice(tokens[0].span.to(last.span));
        (written.len() <= LONG_READING && !written.contains('#')).then(|| one_line(written))
    }

    /// `then not a, not b`, or `then a, not b`.
    fn another_not(&self) -> &'static str {
        if self.part_at().is_some_and(|at| self.start.skip(at + 1).word() == "not") {
            "one `not` stands before all of the names"
        } else {
            "`then not` denies all of its names: what is denied needs a rule of its own"
        }
    }
}

/// Tests as they are said.
fn condition(before: Before<'_>, after: After<'_>) -> Option<String> {
    let (fact, said) = match before {
        [_, fact, "is", first] => (fact, [first, after[0], after[1], after[2]]),
        _ => (fact(before)?, after),
    };
    let write = |test: String| is_name(fact).then(|| format!("write `{fact} {test}`"));
    match said {
        ["between", least, "and", greatest] | ["from", least, "to", greatest] | [least, "to", greatest, _]
            if is_value(least) && is_value(greatest) =>
        {
            write(format!("is from {least} to {greatest}"))
        }
        ["before", date, ..] if is_value(date) => write(format!("< {date}")),
        ["after", date, ..] if is_value(date) => write(format!("> {date}")),
        _ => None,
    }
}

/// `age >= 18 years`.
fn number_with_unit(before: Before<'_>, after: After<'_>) -> Option<String> {
    let ([previous, fact, sign, number], [unit @ ("years" | "months" | "days"), next, ..]) = (before, after) else {
        return None;
    };
    let counts = !is_name(number) && is_value(number) && next != "since";
    let compares = matches!(sign, "<" | "<=" | ">" | ">=") && previous != "since";
    counts.then(|| {
        if compares {
            let count = format!("{unit} since {fact} {sign} {number}");
            format!("leave out `{unit}` if `{fact}` is a number; if it is a date, write `{count}`")
        } else {
            format!("leave out `{unit}`: a number stands alone")
        }
    })
}

/// `and` or `or` in a list.
fn list(part: &str, word: &str) -> Option<&'static str> {
    match part {
        _ if !matches!(word, "and" | "or") => None,
        "then" => Some("the names after `then` are separated by commas, and the rule concludes about each of them"),
        "given" | "sets" => Some("settings are separated by commas"),
        "per" | "overrides" | "expect" | "one" => Some("the items of a list are separated by commas"),
        _ => None,
    }
}

/// A sign or `is` in a setting.
fn setting(fact: &str, after: After<'_>) -> Option<String> {
    let (["is" | ":", value, ..], true) = (after, is_name(fact)) else { return None };
    let rule = "a setting has nothing between the fact and its value";
    let is_value = is_value(value) || matches!(value, "yes" | "no");
    Some(if is_value { format!("{rule}: write `{fact} {value}`") } else { rule.to_owned() })
}

/// The fact that a test begins with, where the place is right behind its name.
fn fact([.., previous, name]: Before<'_>) -> Option<&str> {
    (is_name(name) && previous != "since").then_some(name)
}

/// Whether a word may be a value: a name, a number or a date.
fn is_value(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-') && !is_keyword(word)
}

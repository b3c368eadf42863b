//! Rows of a CSV table: the fast way for plain rows, and the way by the letter for all others.

#![expect(clippy::indexing_slicing, reason = "columns, runs and marks are those of the header and the block")]
#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in a block, and numbers of combinations that the counter made with care"
)]

mod marks;

use std::borrow::Cow;
use std::ops::Range;

use self::marks::{Marks, cell_end};
use super::blocks;
use super::counter::Counter;
use super::header::{Header, Use};
use super::parts::Found;
use super::row::{self, Broken, Layout};
use super::values::{self, Memory, Reader, Text};
use super::{Plan, Why};
use crate::model::FactType;
use crate::population::coding::{Bin, NOT_KNOWN};
use crate::population::{Count, Sink, TooMany, Weight};

/// Reads rows for one thread.
pub(super) struct Rows<'a, S> {
    plan: &'a Plan<'a>,
    header: &'a Header,
    layout: Layout,
    /// For each column of the coding.
    readers: Vec<Reader<'a>>,
    /// The columns that are read, in the order of the table.
    runs: Vec<Run>,
    marks: Marks,
    /// The bins of the row that is read; of columns that are missing always what is not known.
    bins: Vec<Bin>,
    /// Where the cells of the row that is read stand, quotation marks with them.
    taken: Vec<Range<usize>>,
    counter: Counter<S>,
}

/// Columns that stand side by side and are read at once.
struct Run {
    columns: Range<usize>,
    meaning: Meaning,
}

/// What the cells of columns say.
enum Meaning {
    /// What they add to the number of a combination.
    Facts(Memory<TEXT_WORDS>),
    /// The bin of a fact, where combinations have no numbers: its place in the coding.
    Fact(usize, Memory<TEXT_WORDS>),
    Weight,
    Rows,
}

/// A text that is remembered is shorter than eight times so many bytes.
const TEXT_WORDS: usize = 4;

/// Facts are read at once while their texts are no more than so many.
const MOST_TEXTS: usize = 1 << 11;

/// What a row says.
struct Row {
    count: Count,
    /// The number of its combination, if it has one.
    number: u64,
}

impl<'a, S: Sink> Rows<'a, S> {
    pub(super) fn new(plan: &'a Plan<'a>, header: &'a Header, sink: S) -> Self {
        let facts = &plan.coding.columns;
        let counter = Counter::new(plan.coding, plan.remembered, sink);
        Self {
            plan,
            header,
            layout: Layout { delimiter: header.delimiter, multiline: plan.multiline_cells, most: plan.row_bytes() },
            readers: facts.iter().map(|column| Reader::new(plan.engine, column, &plan.unknown)).collect(),
            runs: runs(plan, header, counter.is_numbered()),
            marks: Marks::new(header.delimiter),
            bins: vec![NOT_KNOWN; facts.len()],
            taken: Vec::new(),
            counter,
        }
    }

    /// Reads rows whose texts are short and were seen before. Returns where the first row begins that is
    /// not so plain: it is read by the letter.
    fn plain(&mut self, block: &[u8], start: usize, found: &mut Found) -> Result<usize, TooMany> {
        let Self { header, layout, runs, bins, marks, counter, .. } = self;
        let mut at = start;
        while let Some(ends) = marks.row(block, at, header.uses.len())
            && let next = ends[ends.len() - 1] as usize + 1
            && next - at <= layout.most
            && let Some(Row { count, number }) = plain_row(runs, bins, block, at, ends)
        {
            counter.add_numbered(number, bins, count)?;
            found.count(count.rows)?;
            found.lines += 1;
            at = next;
        }
        Ok(at)
    }

    /// Reads a row by the letter, and keeps its texts in mind. Returns how long it is; `None` where more
    /// text is needed.
    fn careful(&mut self, text: &[u8], is_all: bool, found: &mut Found) -> Result<Option<usize>, TooMany> {
        let Self { plan, header, layout, readers, bins, taken, .. } = self;
        let line = found.lines;
        let mut wrong: Option<(usize, Why)> = None;
        let mut count = Count { rows: 1, weight: Weight::ZERO };
        taken.clear();
        let cells = row::cells(text, *layout, is_all, |index, cell: Cow<'_, [u8]>, range| {
            let Some(used) = header.uses.get(index) else { return };
            taken.push(range);
            let why = match used {
                Use::Fact(place) => match readers[*place].cell(&cell) {
                    Ok(bin) => {
                        bins[*place] = bin;
                        return;
                    }
                    Err(why) => Why::Value(why),
                },
                Use::Weight => match Weight::parse(cell.trim_ascii()) {
                    Some(weight) => {
                        count.weight = weight;
                        return;
                    }
                    None => Why::Weight,
                },
                Use::Rows => match rows(cell.trim_ascii()) {
                    Some(rows) => {
                        count.rows = rows;
                        return;
                    }
                    None => Why::Rows,
                },
                Use::Unread => return,
            };
            wrong.get_or_insert((index, why));
        });
        let Some(cells) = cells else { return Ok(None) };
        let (length, broken) = match cells {
            Ok((cells, length)) if cells < header.uses.len() => (length, Some(Broken::Short)),
            Ok((cells, length)) if cells > header.uses.len() => (length, Some(Broken::Long)),
            Ok((_, length)) => (length, None),
            Err((length, broken)) => (length, Some(broken)),
        };
        found.lines += memchr::memchr_iter(b'\n', &text[..length]).count() as u64;
        // An empty line holds nothing, where a row has several cells.
        if header.uses.len() > 1 && text[..length].iter().all(|byte| *byte == b'\n' || *byte == b'\r') {
            return Ok(Some(length));
        }
        match (broken, wrong) {
            (Some(broken), _) => found.reject(1, plan, line, None, Why::Row(broken))?,
            (None, Some((index, why))) => {
                found.reject(count.rows, plan, line, Some(&header.names[index]), why)?;
            }
            (None, None) => {
                found.count(count.rows)?;
                self.counter.add(&self.bins, count)?;
                self.keep(text);
            }
        }
        Ok(Some(length))
    }

    /// Keeps the texts of a row in mind that was counted. A run whose text is too long, or of whose texts there
    /// are too many, is read in halves from now on.
    fn keep(&mut self, text: &[u8]) {
        let Self { header, runs, bins, taken, counter, .. } = self;
        let mut too_much = None;
        for (index, Run { columns, meaning }) in runs.iter_mut().enumerate() {
            let text = || values::text(&text[taken[columns.start].start..taken[columns.end - 1].end]);
            match meaning {
                Meaning::Facts(memory) => match text() {
                    Some(text) => {
                        let facts = header.uses[columns.clone()].iter().filter_map(Use::fact);
                        if !memory.keep(text, facts.map(|place| counter.adds(place, bins[place])).sum()) {
                            too_much = Some(index);
                        }
                    }
                    None => too_much = Some(index),
                },
                Meaning::Fact(place, memory) => {
                    if let Some(text) = text() {
                        memory.keep(text, bins[*place].into());
                    }
                }
                Meaning::Weight | Meaning::Rows => {}
            }
        }
        if let Some(index) = too_much.filter(|index| runs[*index].columns.len() > 1) {
            let Range { start, end } = runs[index].columns;
            let half = start.midpoint(end);
            let facts = bins.len();
            let halves =
                [start..half, half..end].map(|columns| Run { columns, meaning: Meaning::Facts(Memory::new(facts)) });
            runs.splice(index..=index, halves);
        }
    }
}

/// The columns of a table that are read: facts that stand side by side together, where they have few texts.
fn runs(plan: &Plan<'_>, header: &Header, is_numbered: bool) -> Vec<Run> {
    let facts = plan.coding.columns.len();
    let mut runs: Vec<Run> = Vec::new();
    // How many texts the last run has, where it is one of facts and ends at the column before.
    let mut texts: Option<usize> = None;
    for (column, used) in header.uses.iter().enumerate() {
        let more = used.fact().filter(|_| is_numbered).map(|place| texts_of(plan, place));
        let together = texts.zip(more).map(|(texts, more)| texts.saturating_mul(more));
        if let (Some(together), Some(run)) = (together.filter(|together| *together <= MOST_TEXTS), runs.last_mut()) {
            run.columns.end += 1;
            texts = Some(together);
            continue;
        }
        texts = more;
        let meaning = match *used {
            Use::Fact(_) if is_numbered => Meaning::Facts(Memory::new(facts)),
            Use::Fact(place) => Meaning::Fact(place, Memory::new(facts)),
            Use::Weight => Meaning::Weight,
            Use::Rows => Meaning::Rows,
            Use::Unread => continue,
        };
        runs.push(Run { columns: column..column + 1, meaning });
    }
    runs
}

/// How many texts there are of a fact, about.
fn texts_of(plan: &Plan<'_>, place: usize) -> usize {
    match &plan.engine.policy[plan.coding.columns[place].fact].kind {
        FactType::YesNo => 3,
        FactType::OneOf(items) => items.len() + 1,
        FactType::Number { .. } | FactType::Date => MOST_TEXTS,
    }
}

impl<S: Sink> blocks::Rows<S> for Rows<'_, S> {
    fn read(&mut self, block: &[u8], is_all: bool, found: &mut Found) -> Result<usize, TooMany> {
        let is_whole = is_all || !self.layout.multiline;
        self.marks.begin(block);
        let mut at = self.plain(block, 0, found)?;
        while at < block.len() {
            match self.careful(&block[at..], is_whole, found)? {
                Some(length) => at = self.plain(block, at + length, found)?,
                None => break,
            }
        }
        Ok(at)
    }

    fn finish(self) -> Result<S, TooMany> {
        self.counter.finish()
    }
}

/// What a row says whose cells end where they end. `None` where a text is long, or was not seen before.
#[inline(always)]
fn plain_row(runs: &[Run], bins: &mut [Bin], block: &[u8], at: usize, ends: &[u32]) -> Option<Row> {
    let (mut number, mut count) = (0, Count { rows: 1, weight: Weight::ZERO });
    for Run { columns, meaning } in runs {
        let from = columns.start.checked_sub(1).map_or(at, |before| ends[before] as usize + 1);
        let last = columns.end - 1;
        let end = ends[last] as usize;
        let end = if last + 1 == ends.len() { cell_end(block, from, end) } else { end };
        match meaning {
            // INVARIANT: the sum stays below the number of all combinations.
            Meaning::Facts(memory) => number += memory.said(&short(block, from, end)?)?,
            Meaning::Fact(place, memory) => {
                bins[*place] = Bin::try_from(memory.said(&short(block, from, end)?)?).expect("a bin");
            }
            Meaning::Weight => count.weight = Weight::parse(unquoted(&block[from..end]))?,
            Meaning::Rows => count.rows = rows(unquoted(&block[from..end]))?,
        }
    }
    Some(Row { count, number })
}

/// What stands in a plain cell.
fn unquoted(cell: &[u8]) -> &[u8] {
    cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell)
}

/// How many rows a row stands for.
pub(super) fn rows(digits: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

/// For each length of a text its bytes in words.
const MASKS: [[u64; TEXT_WORDS]; 8 * TEXT_WORDS] = {
    let mut masks = [[0; TEXT_WORDS]; 8 * TEXT_WORDS];
    let mut length = 0;
    while length < masks.len() {
        let mut byte = 0;
        while byte < length {
            masks[length][byte / 8] |= 0xff << (8 * (byte % 8));
            byte += 1;
        }
        length += 1;
    }
    masks
};

/// A text as it is remembered. `None` where it is longer, or lies at the end of the block.
#[inline]
fn short(text: &[u8], at: usize, end: usize) -> Option<Text<TEXT_WORDS>> {
    let bytes: &[u8; 8 * TEXT_WORDS] = text.get(at..)?.first_chunk()?;
    let masks = MASKS.get(end - at)?;
    let (words, _) = bytes.as_chunks();
    let words = std::array::from_fn(|word| u64::from_le_bytes(words[word]) & masks[word]);
    Some(values::with_length(words, end - at))
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::super::blocks::Rows as _;
    use super::{Found, Header, Meaning, Memory, Plan, Rows, Run, plain_row, values};
    use crate::population::coding::{Bin, Coding};
    use crate::population::{Count, Sink, TooMany};
    use crate::semantics::{Engine, View};
    use crate::{Policy, model::FactId};

    /// What is counted does not matter here.
    struct Forgotten;

    impl Sink for Forgotten {
        fn take(&mut self, _: &[Bin], _: Count) -> Result<(), TooMany> {
            Ok(())
        }

        fn join(&mut self, _: Self) -> Result<(), TooMany> {
            Ok(())
        }
    }

    /// The columns that are read at once in a table with a header, after the rows of a block were read.
    fn read_at_once(facts: &str, header: &str, block: &str) -> Vec<[usize; 2]> {
        let names: Vec<&str> = facts.lines().filter_map(|line| line.split(' ').nth(1)).collect();
        let some = format!("{facts}\nconsequence c \"C\"\nrule r \"R\" when {} then c\n", names[0]);
        let policy = Policy::load("p.ensue", |_| Ok(some.as_str().into())).unwrap_or_else(|found| panic!("{found}"));
        let engine = Engine::new(&policy, &View::default()).expect("it needs no date");
        // Facts that no rule reads are read for what is told of groups.
        let by: Vec<FactId> = policy.fact_ids().collect();
        let coding = Coding::new(&engine, &[], &by);
        let mut plan = Plan::new(&engine, &coding);
        plan.weight = header.contains("weight").then(|| "weight".to_owned());
        let header = format!("{header}\n");
        let header = Header::read(header.as_bytes(), true, &plan).unwrap_or_else(|why| panic!("{why:?}"));
        let (mut rows, mut found) = (Rows::new(&plan, &header, Forgotten), Found::default());
        assert_eq!(rows.read(block.as_bytes(), true, &mut found), Ok(block.len()));
        assert_eq!(found.lines, block.lines().count() as u64);
        rows.runs.iter().map(|run| [run.columns.start, run.columns.end]).collect()
    }

    fn yes_or_no(facts: Range<usize>) -> String {
        facts.map(|fact| format!("fact y{fact} \"Y\" : yes or no\n")).collect()
    }

    /// As long as there are no more than 2,048 texts of them: three of each that is yes or no.
    #[test]
    fn facts_side_by_side_are_read_at_once() {
        let facts = yes_or_no(0..9) + "fact n \"N\" : number\nfact d \"D\" : date\n";
        let header = "y0,y1,y2,y3,y4,y5,y6,n,weight,y7,note,y8,d";
        assert_eq!(read_at_once(&facts, header, ""), [[0, 6], [6, 7], [7, 8], [8, 9], [9, 10], [11, 12], [12, 13]]);
        // 3 times 682 texts are fewer, and 3 times 683 more.
        for (items, expected) in [(681, vec![[0, 2]]), (682, vec![[0, 1], [1, 2]])] {
            let items: Vec<String> = (0..items).map(|item| format!("i{item}")).collect();
            let facts = format!("{}fact l \"L\" : one of {}\n", yes_or_no(0..1), items.join(", "));
            assert_eq!(read_at_once(&facts, "y0,l", ""), expected);
        }
    }

    /// Where a text of several facts is too long to be remembered, or there are too many of them, they are read in
    /// halves.
    #[test]
    fn facts_of_too_many_texts_are_read_in_halves() {
        let (facts, header) = (yes_or_no(0..6), "y0,y1,y2,y3,y4,y5");
        let spellings = ["yes", "Yes", "YES", "true", "1", "no", "No", "NO", "false", "0", ""];
        let row = |number: usize| {
            let cell = |place: u32| spellings[number / spellings.len().pow(place) % spellings.len()];
            (0..6).map(cell).collect::<Vec<_>>().join(",") + "\n"
        };
        let rows = |count: usize| (0..count).map(row).collect::<String>();
        // Six memories share 32,768 texts.
        let most = (1 << 15) / 6;
        assert_eq!(read_at_once(&facts, header, &rows(most)), [[0, 6]]);
        // What was met before is none more.
        assert_eq!(read_at_once(&facts, header, &(rows(most) + &rows(100))), [[0, 6]]);
        assert_eq!(read_at_once(&facts, header, &rows(most + 1)), [[0, 3], [3, 6]]);
        // With its delimiters 31 bytes are remembered, and 32 are too long.
        for (spaces, expected) in [(8, vec![[0, 6]]), (9, vec![[0, 3], [3, 6]])] {
            let row = format!("yes,yes,yes,yes,yes,{}yes\n", " ".repeat(spaces));
            assert_eq!(row.len() - 1, 23 + spaces);
            assert_eq!(read_at_once(&facts, header, &row), expected);
        }
        // A single one is not parted: what is too long is read by the letter.
        let row = format!("yes,yes,yes,yes,yes,{}yes\n", " ".repeat(40));
        assert_eq!(read_at_once(&facts, header, &row.repeat(9)), [[0, 3], [3, 4], [4, 5], [5, 6]]);
    }

    /// What was read before is known again, whichever way its line ends.
    #[test]
    fn a_line_may_end_in_two_bytes() {
        let mut memory = Memory::new(1);
        assert!(memory.keep(values::text(b"yes").expect("it is short"), 5));
        let runs = [Run { columns: 1..2, meaning: Meaning::Facts(memory) }];
        // Behind the row is room to look at several bytes at once.
        for (end, marks) in [("\n", [1, 5]), ("\r\n", [1, 6])] {
            let block = format!("x,yes{end}{}", " ".repeat(64));
            let row = plain_row(&runs, &mut [0], block.as_bytes(), 0, &marks);
            assert_eq!(row.map(|row| row.number), Some(5), "{end:?}");
        }
    }
}

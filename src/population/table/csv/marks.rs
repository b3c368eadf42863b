//! Where the cells of a table part: delimiters, line ends and quotation marks, found many at a time.

#![expect(clippy::indexing_slicing, reason = "marks were found in the block that is handed in again")]
#![expect(clippy::arithmetic_side_effects, reason = "places in a block, which the limits keep below 32 bits")]

use wide::u8x16;

/// The marks of a part of a block, each by where it stands in the block.
pub(super) struct Marks {
    delimiter: u8,
    /// How long a part is.
    window: usize,
    /// Where the part begins and ends, and the row that is next.
    from: usize,
    to: usize,
    at: usize,
    all: Found,
    /// Those that are no delimiters.
    others: Found,
    /// Where the cells of a row with quotation marks end.
    quoted: Vec<u32>,
}

/// Marks, and how many of them were passed.
struct Found {
    /// Always of one length: what lies behind the count says nothing.
    places: Vec<u32>,
    count: usize,
    passed: usize,
}

/// So many bytes are looked at before their rows are read, as long as no row is longer: what is found in them
/// stays in the fastest cache.
const WINDOW: usize = 1 << 13;

/// So many bytes are looked at together: a branch for each few would be guessed wrong too often.
const TOGETHER: usize = 64;

impl Found {
    fn new() -> Self {
        Self { places: vec![0; WINDOW + TOGETHER], count: 0, passed: 0 }
    }

    /// Adds a place for each bit, the least first. `USUAL` of them are written without asking: more are rare.
    #[inline(always)]
    fn add<const USUAL: usize>(&mut self, mut bits: u64, base: u32) {
        let count = bits.count_ones() as usize;
        let mut next = || {
            let place = base.wrapping_add(bits.trailing_zeros());
            bits &= bits.wrapping_sub(1);
            place
        };
        let room = &mut self.places[self.count..self.count + TOGETHER];
        let (usual, more) = room.split_at_mut(USUAL);
        usual.iter_mut().for_each(|place| *place = next());
        if count > USUAL {
            more[..count - USUAL].iter_mut().for_each(|place| *place = next());
        }
        self.count += count;
    }

    /// The next so many. `None` where there are fewer.
    #[inline(always)]
    fn next(&self, count: usize) -> Option<&[u32]> {
        self.places[..self.count].get(self.passed..self.passed + count)
    }

    /// Passes those that stand before a place.
    fn pass(&mut self, place: usize) {
        let left = &self.places[self.passed..self.count];
        self.passed += left.iter().take_while(|mark| (**mark as usize) < place).count();
    }
}

impl Marks {
    pub(super) fn new(delimiter: u8) -> Self {
        let (all, others) = (Found::new(), Found::new());
        Self { delimiter, window: WINDOW, from: 0, to: 0, at: 0, all, others, quoted: Vec::new() }
    }

    /// Begins another block.
    pub(super) fn begin(&mut self, block: &[u8]) {
        self.find(block, 0);
    }

    /// Where each cell of the row ends that begins at a place: at the delimiter behind it, the last at the line's
    /// end. `None` for a row with a quotation mark within a cell, with too few or too many cells, or that is not
    /// whole.
    #[inline(always)]
    pub(super) fn row(&mut self, block: &[u8], at: usize, columns: usize) -> Option<&[u32]> {
        if at != self.at {
            self.seek(block, at);
        }
        if self.is_bare(block, columns) {
            let first = self.all.passed;
            self.all.passed += columns;
            self.others.passed += 1;
            let ends = &self.all.places[first..first + columns];
            self.at = ends[columns - 1] as usize + 1;
            return Some(ends);
        }
        self.other_row(block, at, columns)
    }

    /// Whether the next row has no quotation marks and as many cells as there are columns: its last mark is then
    /// the next one that is no delimiter.
    #[inline(always)]
    fn is_bare(&self, block: &[u8], columns: usize) -> bool {
        match (self.all.next(columns), self.others.next(1)) {
            (Some([.., last]), Some([other])) => last == other && block[*other as usize] == b'\n',
            _ => false,
        }
    }

    /// The same of a row with quotation marks, or one of which only a part was looked at.
    #[inline(never)]
    fn other_row(&mut self, block: &[u8], at: usize, columns: usize) -> Option<&[u32]> {
        let is_whole = self.quoted_row(block, at, columns)?;
        if !is_whole {
            if self.to == block.len() {
                return None;
            }
            // A row that is longer than what is looked at begins where that begins.
            if at == self.from {
                self.window *= 2;
                for found in [&mut self.all, &mut self.others] {
                    found.places.resize(self.window + TOGETHER, 0);
                }
            }
            self.find(block, at);
            return self.row(block, at, columns);
        }
        Some(&self.quoted)
    }

    /// Finds where the cells of a row end, some of them in quotation marks, and passes it. Whether all of it was
    /// looked at; `None` where it is not so plain.
    fn quoted_row(&mut self, block: &[u8], at: usize, columns: usize) -> Option<bool> {
        let Self { delimiter, all, others, quoted, .. } = self;
        let mut marks = all.places[all.passed..all.count].iter().copied();
        let mut at = at;
        let mut quotes = 0;
        quoted.clear();
        for column in 1..=columns {
            let parting = if column == columns { b'\n' } else { *delimiter };
            let Some(mut mark) = marks.next() else { return Some(false) };
            if block[mark as usize] == b'"' {
                let (Some(close), Some(end)) = (marks.next(), marks.next()) else { return Some(false) };
                let is_cell = mark as usize == at && block[close as usize] == b'"';
                if !is_cell || close as usize + 1 != cell_end(block, at, end as usize) {
                    return None;
                }
                mark = end;
                quotes += 2;
            }
            if block[mark as usize] != parting {
                return None;
            }
            quoted.push(mark);
            at = mark as usize + 1;
        }
        // Of the marks that are no delimiters one more ends the line.
        all.passed += columns + quotes;
        others.passed += quotes + 1;
        self.at = at;
        Some(true)
    }

    /// Goes on with the row that begins at a place.
    fn seek(&mut self, block: &[u8], at: usize) {
        if at < self.at || at > self.to {
            return self.find(block, at);
        }
        self.at = at;
        self.all.pass(at);
        self.others.pass(at);
    }

    /// Looks at the bytes from a place on.
    fn find(&mut self, block: &[u8], at: usize) {
        let Self { delimiter, all, others, .. } = self;
        (self.from, self.at, self.to) = (at, at, block.len().min(at + self.window));
        for found in [&mut *all, &mut *others] {
            (found.count, found.passed) = (0, 0);
        }
        let marks = [*delimiter, b'\n', b'"'].map(u8x16::splat);
        let mut base = at;
        for bytes in block[at..self.to].chunks(TOGETHER) {
            let [delimiters, more] = match bytes.first_chunk() {
                Some(bytes) => look(bytes, marks),
                None => {
                    let mut rest = [0; TOGETHER];
                    rest[..bytes.len()].copy_from_slice(bytes);
                    // What is not there parts nothing, whatever the delimiter.
                    look(&rest, marks).map(|bits| bits & !(u64::MAX << bytes.len()))
                }
            };
            // INVARIANT: blocks are shorter than 4 GiB.
            let place = u32::try_from(base).expect("a place in a block");
            all.add::<16>(delimiters | more, place);
            others.add::<4>(more, place);
            base += TOGETHER;
        }
    }
}

/// A bit for each byte that is a delimiter, the first of three; and for each that is one of the other two.
#[inline(always)]
fn look(bytes: &[u8; TOGETHER], [delimiter, end, quote]: [u8x16; 3]) -> [u64; 2] {
    let (parts, _) = bytes.as_chunks();
    let (mut delimiters, mut others) = (0, 0);
    for (part, bytes) in parts.iter().enumerate() {
        let bytes = u8x16::new(*bytes);
        delimiters |= u64::from(bytes.simd_eq(delimiter).to_bitmask()) << (16 * part);
        others |= u64::from((bytes.simd_eq(end) | bytes.simd_eq(quote)).to_bitmask()) << (16 * part);
    }
    [delimiters, others]
}

/// Where a cell ends that begins at one place and has a mark behind it at another: a line may end in two bytes.
#[inline(always)]
pub(super) fn cell_end(block: &[u8], at: usize, mark: usize) -> usize {
    let is_cut = block[mark] == b'\n' && mark > at && block[mark - 1] == b'\r';
    mark - usize::from(is_cut)
}

#[cfg(test)]
mod tests {
    use super::{Marks, TOGETHER, WINDOW, cell_end};

    /// Where the cells of a row end that begins at a place, letter by letter.
    fn ends(block: &[u8], at: usize, delimiter: u8) -> Vec<u32> {
        let (mut ends, mut is_quoted) = (Vec::new(), false);
        for (place, byte) in block.iter().enumerate().skip(at) {
            is_quoted ^= *byte == b'"';
            if !is_quoted && (*byte == delimiter || *byte == b'\n') {
                ends.push(u32::try_from(place).unwrap());
            }
            if !is_quoted && *byte == b'\n' {
                break;
            }
        }
        ends
    }

    /// Of each sound row all ends are found, also behind rows that are none, in rows that are longer than what is
    /// looked at together, and where that ends in the midst of them.
    #[test]
    fn the_ends_of_cells_are_found() {
        let long = ["w".repeat(TOGETHER + 6), format!("\"{}\"", "w".repeat(3 * WINDOW))];
        let cells = ["", "a", "yes", "\"q\"", "\"\"", "\"a b\"", "1.5", &long[0]];
        // Stray quotation marks, too few cells and too many.
        let broken = ["a\"b\",c,d", "\"a\"b,c,d", "a,b;c", "a,b,c,d"];
        let is_sound = |number: usize| number % 17 != 16;
        for (delimiter, other) in [(",", ";"), (";", ",")] {
            let (mut block, mut starts) = (String::new(), Vec::new());
            for number in 0_usize..900 {
                let cell = |place: usize| match (number, place) {
                    (500, 1) => &long[1],
                    _ => cells[(number * number + place * (number / 7 + 3)) % cells.len()],
                };
                starts.push(block.len());
                block += &match is_sound(number) {
                    true => [cell(0), cell(1), cell(2)].join(delimiter),
                    false => broken[number % 4].replace(';', "other").replace(',', delimiter).replace("other", other),
                };
                block += if number % 3 == 0 { "\r\n" } else { "\n" };
            }
            let (block, delimiter) = (block.as_bytes(), delimiter.as_bytes()[0]);
            let mut marks = Marks::new(delimiter);
            marks.begin(block);
            let mut check = |number: usize| {
                let found = marks.row(block, starts[number], 3).map(<[u32]>::to_vec);
                let expected = is_sound(number).then(|| ends(block, starts[number], delimiter));
                assert_eq!(found, expected, "row {number}");
            };
            (0..starts.len()).for_each(&mut check);
            // A row that is asked for again, and those that are far away.
            [899, 3, 4, 4, 700, 499, 500].into_iter().for_each(check);
            // What has no line end is no whole row.
            let cut = &block[..block.len() - 1];
            marks.begin(cut);
            assert_eq!(marks.row(cut, starts[899], 3), None);
        }
    }

    /// Rows without quotation marks are found by their marks alone, as long as they lie in what is looked at.
    #[test]
    fn plain_rows_are_not_looked_at_again() {
        let block = "yes,no,1.5\n".repeat(WINDOW / 16);
        let mut marks = Marks::new(b',');
        marks.begin(block.as_bytes());
        for start in (0..block.len()).step_by(11) {
            let expected = [3, 6, 10].map(|end| u32::try_from(start + end).unwrap());
            assert_eq!(marks.row(block.as_bytes(), start, 3), Some(&expected[..]));
            assert!(marks.quoted.is_empty());
            assert_eq!(marks.at, start + 11);
        }
        // A row with them is, and no other after it.
        let block = format!("\"a\",\"b\",\"c\"\n{block}");
        marks.begin(block.as_bytes());
        for start in std::iter::once(0).chain((12..block.len()).step_by(11)) {
            assert!(marks.row(block.as_bytes(), start, 3).is_some());
            assert_eq!(marks.quoted, [3, 7, 11]);
        }
    }

    /// Where a long row has made what is looked at longer, all of it may be marks.
    #[test]
    fn there_is_room_for_as_many_marks_as_bytes() {
        let long = format!("{},,\n", "w".repeat(WINDOW));
        let block = long.clone() + &",,\n".repeat(2 * WINDOW);
        let mut marks = Marks::new(b',');
        marks.begin(block.as_bytes());
        for start in std::iter::once(0).chain((long.len()..block.len()).step_by(3)) {
            assert_eq!(marks.row(block.as_bytes(), start, 3), Some(&ends(block.as_bytes(), start, b',')[..]));
        }
        assert_eq!(marks.all.places.len(), 2 * WINDOW + TOGETHER);
    }

    /// Also where none of the block before was passed.
    #[test]
    fn a_block_has_marks_of_its_own() {
        let mut marks = Marks::new(b',');
        let broken = b"a\"b,c,d\n";
        marks.begin(broken);
        assert_eq!(marks.row(broken, 0, 3), None);
        let other = b"aa,bb,cc\n";
        marks.begin(other);
        assert_eq!(marks.row(other, 0, 3), Some(&[2, 5, 8][..]));
    }

    #[test]
    fn lines_end_in_one_byte_or_two() {
        for (block, at, mark, end) in
            [("\n", 0, 0, 0), ("\r\n", 0, 1, 0), ("a\r\n", 0, 2, 1), ("a\r,", 0, 2, 2), ("a,\n", 2, 2, 2)]
        {
            assert_eq!(cell_end(block.as_bytes(), at, mark), end, "{block:?}");
        }
    }
}

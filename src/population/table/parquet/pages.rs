//! What a Parquet file says of its sizes, looked at before room is made for it: a library that reads the
//! format believes it.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "bytes of pages, which the limits keep far below 64 bits; what is counted down is more than nothing"
)]

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use ::parquet::basic::Compression;
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;

use super::compact::{Compact, Kind};
use crate::limits::{Limit, Limits};

/// How deep columns may lie within each other.
const DEEPEST_COLUMN: usize = 64;

/// How long a page's header may be. The shortest read for one is usually enough.
const MAX_HEADER_BYTES: u64 = 1 << 20;
const HEADER_BYTES: u64 = 1 << 9;

/// A file of which any part can be read, by several threads.
pub(super) struct Source {
    file: Mutex<File>,
    length: u64,
    read: AtomicU64,
    limits: Limits,
    /// The limit that was passed, where one was, and by what.
    passed: OnceLock<(Limit, &'static str)>,
}

impl Source {
    pub(super) fn new(mut file: File, limits: Limits) -> std::io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        Ok(Self { file: Mutex::new(file), length, read: AtomicU64::new(0), limits, passed: OnceLock::new() })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Remembers that a limit was passed.
    fn pass(&self, limit: Limit, what: &'static str) {
        let _ = self.passed.set((limit, what));
    }

    /// The limit that was passed, where one was, in words.
    pub(super) fn passed(&self) -> Option<String> {
        let (limit, what) = *self.passed.get()?;
        Some(format!("there are more than {} {what}; {}", self.limits.of(limit), self.limits.raise(limit)))
    }

    /// How many bytes were read so far.
    pub(super) fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// A part of the file, shorter where the file ends.
    fn part(&self, start: u64, length: u64) -> std::io::Result<Vec<u8>> {
        let length = length.min(self.length.saturating_sub(start));
        let mut part = Vec::new();
        let mut file = self.file.lock().expect("no thread panics with it");
        file.seek(SeekFrom::Start(start))?;
        (&mut *file).take(length).read_to_end(&mut part)?;
        self.read.fetch_add(part.len() as u64, Ordering::Relaxed);
        Ok(part)
    }

    /// What the file says of itself at its end, as bytes. `None` where that is not there, or cannot be right.
    pub(super) fn footer(&self) -> std::io::Result<Option<Vec<u8>>> {
        let end = self.part(self.length.saturating_sub(8), 8)?;
        let Some((length, b"PAR1")) = end.split_first_chunk::<4>() else { return Ok(None) };
        let length = u64::from(u32::from_le_bytes(*length));
        let Some(start) = self.length.checked_sub(length + 8) else { return Ok(None) };
        if length > self.limits.of(Limit::FooterBytes) {
            self.pass(Limit::FooterBytes, "bytes that tell of the file at its end");
            return Ok(None);
        }
        let footer = self.part(start, length)?;
        Ok(is_shallow(&footer).then_some(footer))
    }
}

/// Whether columns lie not too deep within each other: the library follows them by calling itself.
fn is_shallow(footer: &[u8]) -> bool {
    let mut is_shallow = true;
    let read = Compact::new(footer).fields(|footer, number, kind| {
        if (number, kind) != (2, Kind::List) {
            return Some(false);
        }
        let (Kind::Struct, count) = footer.list()? else { return None };
        // How many columns are still to come, at each depth.
        let mut open: Vec<i64> = Vec::new();
        for _ in 0..count {
            let mut children = 0;
            footer.fields(|element, number, kind| {
                let is_children = (number, kind) == (5, Kind::Whole);
                if is_children {
                    children = element.whole()?;
                }
                Some(is_children)
            })?;
            while open.last() == Some(&0) {
                open.pop();
            }
            if let Some(open) = open.last_mut() {
                *open -= 1;
            }
            if children > 0 {
                open.push(children);
            }
            is_shallow &= open.len() <= DEEPEST_COLUMN;
        }
        Some(true)
    });
    read.is_some() && is_shallow
}

/// What a page's header says.
#[derive(Clone, Copy, Default)]
struct Header {
    /// 0 and 3 for data, 2 for a dictionary; others are passed over.
    kind: i64,
    unpacked: i64,
    packed: i64,
    values: i64,
    encoding: i64,
    /// How many bytes stand before what is packed.
    levels: i64,
    /// Whether it says that nothing in it is packed.
    is_plain: bool,
    /// Its own length.
    length: usize,
}

impl Header {
    /// Reads a header at the beginning of bytes. `None` where they end too early, or it is none.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut header = Self::default();
        let mut compact = Compact::new(bytes);
        compact.fields(|compact, number, kind| {
            match (number, kind) {
                (1, Kind::Whole) => header.kind = compact.whole()?,
                (2, Kind::Whole) => header.unpacked = compact.whole()?,
                (3, Kind::Whole) => header.packed = compact.whole()?,
                // Those of data, of a dictionary, and of data in the format's second version.
                (5 | 7 | 8, Kind::Struct) => {
                    let is_second = number == 8;
                    compact.fields(|compact, number, kind| {
                        match (number, kind, is_second) {
                            (1, Kind::Whole, _) => header.values = compact.whole()?,
                            (2, Kind::Whole, false) | (4, Kind::Whole, true) => header.encoding = compact.whole()?,
                            (5 | 6, Kind::Whole, true) => {
                                header.levels = header.levels.checked_add(compact.whole()?)?;
                            }
                            (7, Kind::No, true) => header.is_plain = true,
                            _ => return Some(false),
                        }
                        Some(true)
                    })?;
                }
                _ => return Some(false),
            }
            Some(true)
        })?;
        header.length = compact.read();
        Some(header)
    }

    /// Whether a page like this can be right: no size is less than nothing, and its values are written in
    /// a way of which they say all there is to know. (Lengths and prefixes of texts written as differences
    /// say themselves how much room they take.)
    fn can_be_right(&self) -> bool {
        let fits = match self.kind {
            2 => self.values <= self.unpacked,
            _ => matches!(self.encoding, 0 | 2 | 3 | 5 | 8 | 9),
        };
        self.unpacked >= 0 && self.packed >= 0 && self.values >= 0 && fits
    }

    /// The limit that it passes, and by what. INVARIANT: it can be right.
    fn passes(&self, limits: &Limits) -> Option<(Limit, &'static str)> {
        let is_over = |limit: Limit, number: i64| number.unsigned_abs() > limits.of(limit);
        if is_over(Limit::PageBytes, self.unpacked.max(self.packed)) {
            return Some((Limit::PageBytes, "bytes in a page"));
        }
        let is_over = self.kind == 2 && is_over(Limit::DictionaryValues, self.values);
        is_over.then_some((Limit::DictionaryValues, "values in the dictionary of a page"))
    }
}

/// The pages of one column in one part of a file. The library asks for a page's header first, and then
/// for the page.
pub(super) struct Pages {
    source: Arc<Source>,
    packing: Compression,
    /// The header that was asked for last.
    header: Mutex<Header>,
}

impl Pages {
    pub(super) fn new(source: Arc<Source>, packing: Compression) -> Self {
        Self { source, packing, header: Mutex::default() }
    }

    /// Whether a page that is packed by gzip is no longer than its header says. Of all the ways to pack,
    /// only this one is unpacked to whatever length it has.
    fn is_as_long_as_it_says(&self, page: &[u8]) -> bool {
        let header = *self.header.lock().expect("no thread panics with it");
        if !matches!(self.packing, Compression::GZIP(_)) || header.is_plain {
            return true;
        }
        let Some(packed) = usize::try_from(header.levels).ok().and_then(|levels| page.get(levels..)) else {
            return false;
        };
        let most = header.unpacked.unsigned_abs();
        let unpacked = std::io::copy(&mut MultiGzDecoder::new(packed).take(most + 1), &mut std::io::sink());
        // A page of which nothing is known has nothing to unpack.
        packed.is_empty() || unpacked.is_ok_and(|unpacked| unpacked <= most)
    }
}

fn refused() -> ParquetError {
    ParquetError::General("a page that is not read".to_owned())
}

impl Length for Pages {
    fn len(&self) -> u64 {
        self.source.length
    }
}

impl ChunkReader for Pages {
    type T = Cursor<Vec<u8>>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut wanted = HEADER_BYTES;
        loop {
            let mut bytes = self.source.part(start, wanted)?;
            if let Some(header) = Header::read(&bytes) {
                if !header.can_be_right() {
                    return Err(refused());
                }
                if let Some((limit, what)) = header.passes(&self.source.limits) {
                    self.source.pass(limit, what);
                    return Err(refused());
                }
                *self.header.lock().expect("no thread panics with it") = header;
                bytes.truncate(header.length);
                return Ok(Cursor::new(bytes));
            }
            if (bytes.len() as u64) < wanted || wanted >= MAX_HEADER_BYTES {
                return Err(refused());
            }
            wanted = MAX_HEADER_BYTES.min(wanted * 16);
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.source.part(start, length as u64)?;
        if bytes.len() < length || !self.is_as_long_as_it_says(&bytes) {
            return Err(refused());
        }
        Ok(bytes.into())
    }
}

/// The pages of a column that hold values. Where one holds none, which the format allows, the library would take the
/// column to be over.
pub(super) struct WithValues<R>(pub R);

impl<R: PageReader> PageReader for WithValues<R> {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        loop {
            match self.0.get_next_page()? {
                Some(page) if page.is_data_page() && page.num_values() == 0 => {}
                page => return Ok(page),
            }
        }
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.0.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.0.skip_next_page()
    }
}

impl<R: PageReader> Iterator for WithValues<R> {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use ::parquet::basic::Encoding;
    use ::parquet::column::reader::ColumnReaderImpl;
    use ::parquet::data_type::Int32Type;
    use ::parquet::schema::parser::parse_message_type;
    use ::parquet::schema::types::SchemaDescriptor;

    use super::super::compact::written::{unsigned, whole};
    use super::*;

    /// Pages as they come.
    struct Made(std::vec::IntoIter<Page>);

    impl PageReader for Made {
        fn get_next_page(&mut self) -> Result<Option<Page>> {
            Ok(self.0.next())
        }

        fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
            Err(refused())
        }

        fn skip_next_page(&mut self) -> Result<()> {
            Err(refused())
        }
    }

    impl Iterator for Made {
        type Item = Result<Page>;

        fn next(&mut self) -> Option<Self::Item> {
            self.get_next_page().transpose()
        }
    }

    /// Wherever pages stand that hold no values, the others are read to the last.
    #[test]
    fn pages_without_values_are_passed_over() {
        let schema = parse_message_type("message table { required int32 a; }").expect("a schema");
        let schema = SchemaDescriptor::new(Arc::new(schema)).column(0);
        for counts in [&[3, 2][..], &[3, 0, 2], &[0, 0, 5], &[5, 0], &[1, 0, 1, 0, 0, 3]] {
            let mut next = 0..5_i32;
            let pages: Vec<Page> = counts
                .iter()
                .map(|count| Page::DataPage {
                    buf: next.by_ref().take(*count).flat_map(i32::to_le_bytes).collect::<Vec<u8>>().into(),
                    num_values: u32::try_from(*count).unwrap(),
                    encoding: Encoding::PLAIN,
                    def_level_encoding: Encoding::RLE,
                    rep_level_encoding: Encoding::RLE,
                    statistics: None,
                })
                .collect();
            let pages = Box::new(WithValues(Made(pages.into_iter())));
            let mut reader = ColumnReaderImpl::<Int32Type>::new(schema.clone(), pages);
            for wanted in [[0, 1].as_slice(), &[2, 3, 4], &[]] {
                let mut values = Vec::new();
                let (read, ..) = reader.read_records(wanted.len().max(1), None, None, &mut values).unwrap();
                assert_eq!((read, values.as_slice()), (wanted.len(), wanted), "{counts:?}");
            }
        }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// A field of a whole number: how far its number is from the one before, then the number.
    fn field(step: u8, number: i64, bytes: &mut Vec<u8>) {
        bytes.push(step << 4 | 5);
        whole(number, bytes);
    }

    /// The header of a page: its kind, lengths, values and encoding.
    fn header(kind: i64, unpacked: i64, packed: i64, values: i64, encoding: i64) -> Vec<u8> {
        let mut bytes = Vec::new();
        field(1, kind, &mut bytes);
        field(1, unpacked, &mut bytes);
        field(1, packed, &mut bytes);
        // Field 5, 7 or 8, which are structures.
        bytes.push(if kind == 2 { 4 } else { kind.unsigned_abs().try_into().unwrap_or(0) + 2 } << 4 | 12);
        field(1, values, &mut bytes);
        field(if kind == 3 { 3 } else { 1 }, encoding, &mut bytes);
        bytes.extend([0, 0]);
        bytes
    }

    #[test]
    fn pages_are_read_up_to_the_limits() {
        let limits = Limits::default();
        let [most, dictionary] =
            [Limit::PageBytes, Limit::DictionaryValues].map(|limit| limits.of(limit).cast_signed());
        let within = |kind, unpacked, packed, values, encoding| {
            let bytes = header(kind, unpacked, packed, values, encoding);
            let header = Header::read(&bytes).expect("a header");
            assert_eq!((header.kind, header.unpacked, header.packed), (kind, unpacked, packed));
            assert_eq!((header.values, header.encoding, header.length), (values, encoding, bytes.len()));
            // All that is shorter is no header.
            assert!((0..bytes.len()).all(|end| Header::read(&bytes[..end]).is_none()));
            header.can_be_right() && header.passes(&limits).is_none()
        };
        for kind in [0, 3] {
            assert!(within(kind, most, most, i64::from(i32::MAX), 8));
            assert!(!within(kind, most + 1, 9, 1, 8));
            assert!(!within(kind, 9, most + 1, 1, 8));
            assert!(!within(kind, -1, 9, 1, 8));
            assert!(!within(kind, 9, 9, -1, 8));
            // Texts as lengths and as prefixes say themselves how much room they take.
            assert!(!within(kind, 9, 9, 1, 6));
            assert!(!within(kind, 9, 9, 1, 7));
        }
        assert!(within(2, most, 9, dictionary, 0));
        assert!(!within(2, most, 9, dictionary + 1, 0));
        assert!(within(2, 9, 9, 9, 0));
        assert!(!within(2, 9, 9, 10, 0), "no value takes less than a byte");
        assert!(!within(2, most + 1, 9, 9, 0));
    }

    /// A field of another kind, a map of whole numbers to texts, is passed over.
    #[test]
    fn what_is_not_asked_for_is_passed_over() {
        let mut bytes = header(0, 7, 9, 3, 8);
        bytes.pop();
        bytes.extend([1 << 4 | 11, 2, 5 << 4 | 8]);
        for text in ["", "a text"] {
            unsigned(300, &mut bytes);
            unsigned(text.len() as u64, &mut bytes);
            bytes.extend(text.as_bytes());
        }
        bytes.push(0);
        let header = Header::read(&bytes).expect("a header");
        assert_eq!((header.unpacked, header.packed, header.values, header.length), (7, 9, 3, bytes.len()));
    }

    /// A header is read up to its limit of bytes, wherever the parts end that are looked at.
    #[test]
    fn long_headers_are_read() {
        let usual = HEADER_BYTES;
        for length in
            [50, usual - 1, usual, usual + 1, 16 * usual, 16 * usual + 1, MAX_HEADER_BYTES, MAX_HEADER_BYTES + 1]
        {
            let length = usize::try_from(length).unwrap();
            let mut bytes = header(0, 7, 9, 3, 8);
            bytes.pop();
            // A text fills it, whose length takes one to three bytes.
            let left = length - bytes.len() - 2;
            let digits = (1..=3).find(|digits| left - digits < 1 << (7 * digits)).unwrap();
            bytes.push(3 << 4 | 8);
            unsigned((left - digits) as u64, &mut bytes);
            bytes.resize(length - 1, b'x');
            bytes.push(0);
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&[&bytes[..], &[7; 9]].concat()).unwrap();
            let source = Source::new(file, Limits::default()).unwrap();
            let found = Pages::new(Arc::new(source), Compression::UNCOMPRESSED).get_read(0);
            let read = found.ok().map(|cursor| cursor.into_inner());
            assert!(read == (length as u64 <= MAX_HEADER_BYTES).then_some(bytes), "{length} bytes");
        }
    }

    /// A part that the file does not have is refused, and so is a page that is longer than it says.
    #[test]
    fn parts_are_whole_or_refused() {
        let mut file = tempfile::tempfile().unwrap();
        let page = gzip(&[7; 100]);
        file.write_all(&page).unwrap();
        let source = Arc::new(Source::new(file, Limits::default()).unwrap());
        let pages = Pages::new(source.clone(), Compression::UNCOMPRESSED);
        assert_eq!(pages.get_bytes(0, page.len()).unwrap(), page);
        assert_eq!(pages.get_bytes(3, page.len() - 3).unwrap(), page[3..]);
        assert!(pages.get_bytes(3, page.len() - 2).is_err() && pages.get_bytes(0, page.len() + 1).is_err());
        let pages = Pages::new(source, Compression::GZIP(Default::default()));
        for (unpacked, is_read) in [(100, true), (99, false)] {
            *pages.header.lock().unwrap() = Header { unpacked, ..Header::default() };
            assert_eq!(pages.get_bytes(0, page.len()).is_ok(), is_read);
            assert!(pages.get_bytes(0, page.len() + 1).is_err());
        }
    }

    #[test]
    fn what_is_packed_is_no_longer_than_it_says() {
        let file = tempfile::tempfile().unwrap();
        let pages =
            Pages::new(Arc::new(Source::new(file, Limits::default()).unwrap()), Compression::GZIP(Default::default()));
        let page = gzip(&vec![0; 1 << 20]);
        for (levels, is_plain, unpacked, right) in [
            (0, false, 1 << 20, true),
            (0, false, (1 << 20) - 1, false),
            (0, true, 9, true),
            (3, false, 1 << 20, true),
            (-1, false, 1 << 20, false),
            (1 << 30, false, 1 << 20, false),
        ] {
            let before = vec![7; usize::try_from(levels).unwrap_or(0).min(3)];
            *pages.header.lock().unwrap() = Header { levels, is_plain, unpacked, ..Header::default() };
            let right_now = pages.is_as_long_as_it_says(&[before, page.clone()].concat());
            assert_eq!(right_now, right, "{levels} {is_plain} {unpacked}");
        }
    }

    /// What a file says of its columns, where each but the last has one within it.
    fn nested(depth: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        field(1, 1, &mut bytes);
        bytes.push(1 << 4 | 9);
        bytes.push(0xfc);
        unsigned(depth as u64 + 1, &mut bytes);
        for _ in 0..depth {
            field(5, 1, &mut bytes);
            bytes.push(0);
        }
        bytes.extend([0, 0]);
        bytes
    }

    #[test]
    fn columns_lie_not_too_deep() {
        assert!(is_shallow(&nested(DEEPEST_COLUMN)));
        assert!(!is_shallow(&nested(DEEPEST_COLUMN + 1)));
        assert!(!is_shallow(&nested(100_000)));
        // A hundred side by side, each with a column in it, lie no deeper than one of them.
        let mut wide = Vec::new();
        wide.extend([2 << 4 | 9, 0xfc]);
        unsigned(201, &mut wide);
        for children in std::iter::once(100).chain([1, 0].repeat(100)) {
            field(5, children, &mut wide);
            wide.push(0);
        }
        wide.push(0);
        assert!(is_shallow(&wide));
        let whole = nested(3);
        assert!((0..whole.len()).all(|end| !is_shallow(&whole[..end])));
    }
}

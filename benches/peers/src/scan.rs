//! The yardstick: the fields of a table are found, and the article's rules decided, as near to the limit
//! of the machine as one thread comes. It knows these rules alone, takes every table to be well formed
//! without quoted cells, and checks nothing.

use std::fs::File;
use std::io::Read;

use crate::article::{FACTS, Outcomes, Three, outcomes};

/// Three-valued codes of the five facts, two bits each.
const KEYS: usize = 1 << (2 * FACTS.len());

/// What the first byte of a cell says, for each column and byte, at the place of its fact in the key.
/// "Lives elsewhere" is `no`; columns that are no facts say nothing.
type Codes = Vec<[u16; 256]>;

fn codes(header: &[u8]) -> Codes {
    let column = |name: &[u8]| {
        let mut codes = [0; 256];
        if let Some(fact) = FACTS.iter().position(|fact| fact.as_bytes() == name) {
            let letters = if FACTS[fact] == "residence" { ("cdlzk", "e") } else { ("y", "n") };
            letters.0.bytes().for_each(|byte| codes[byte as usize] = 2 << (2 * fact));
            letters.1.bytes().for_each(|byte| codes[byte as usize] = 1 << (2 * fact));
        }
        codes
    };
    header.split(|byte| *byte == b',').map(column).collect()
}

/// Where a row stands: its column, and what is known of it.
struct State<'a> {
    codes: &'a [[u16; 256]],
    counts: Box<[u64; KEYS]>,
}

impl State<'_> {
    /// Whole lines, and one byte more.
    fn scalar(&mut self, block: &[u8]) {
        let (mut column, mut key) = (0, self.codes[0][block[0] as usize]);
        for at in memchr::memchr2_iter(b',', b'\n', &block[..block.len() - 1]) {
            self.separator(&mut column, &mut key, block[at + 1]);
        }
    }

    #[inline(always)]
    fn separator(&mut self, column: &mut usize, key: &mut u16, next: u8) {
        *column += 1;
        if *column == self.codes.len() {
            self.counts[*key as usize & (KEYS - 1)] += 1;
            (*column, *key) = (0, 0);
        }
        *key |= self.codes[*column][next as usize];
    }

    /// The same, 64 bytes at a time.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2")]
    fn wide(&mut self, block: &[u8]) {
        use std::arch::x86_64::{
            __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
        };
        let (comma, line) = (_mm256_set1_epi8(b','.cast_signed()), _mm256_set1_epi8(b'\n'.cast_signed()));
        let half = |bytes: &[u8]| {
            debug_assert!(bytes.len() == 32);
            // SAFETY: 32 bytes are read of a slice that has them; the address needs no alignment.
            let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast::<__m256i>()) };
            let found = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, comma), _mm256_cmpeq_epi8(bytes, line));
            u64::from(_mm256_movemask_epi8(found).cast_unsigned())
        };
        let (mut column, mut key) = (0, self.codes[0][block[0] as usize]);
        let end = block.len() - 1;
        let mut from = 0;
        while from + 64 <= end {
            let mut found = half(&block[from..from + 32]) | half(&block[from + 32..from + 64]) << 32;
            while found != 0 {
                let at = from + found.trailing_zeros() as usize;
                self.separator(&mut column, &mut key, block[at + 1]);
                found &= found - 1;
            }
            from += 64;
        }
        for at in memchr::memchr2_iter(b',', b'\n', &block[from..end]) {
            self.separator(&mut column, &mut key, block[from + at + 1]);
        }
    }

    fn block(&mut self, block: &[u8]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") {
            // SAFETY: the machine has what the function needs.
            return unsafe { self.wide(block) };
        }
        self.scalar(block);
    }
}

/// The outcomes of all rows, and of those in which each fact is known.
pub fn scan(path: &str) -> [Outcomes; 2] {
    let mut file = File::open(path).expect("the table is there");
    let mut buffer = vec![0; 1 << 18];
    let (mut held, mut state_codes) = (0, None);
    let mut counts = Box::new([0; KEYS]);
    loop {
        let room = buffer.len() - 1;
        let read = file.read(&mut buffer[held..room]).expect("the table can be read");
        if read == 0 {
            break;
        }
        held += read;
        let Some(end) = memchr::memrchr(b'\n', &buffer[..held]) else { continue };
        let from = match &state_codes {
            Some(_) => 0,
            None => {
                let line = memchr::memchr(b'\n', &buffer).expect("it has a header");
                state_codes = Some(codes(&buffer[..line]));
                line + 1
            }
        };
        if from <= end {
            let mut state = State { codes: state_codes.as_ref().expect("it was read"), counts };
            state.block(&buffer[from..end + 2]);
            counts = state.counts;
        }
        buffer.copy_within(end + 1..held, 0);
        held -= end + 1;
    }
    let mut found = [Outcomes::default(), Outcomes::default()];
    for (key, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let facts = std::array::from_fn(|fact| match key >> (2 * fact) & 3 {
            0 => Three::Unknown,
            1 => Three::No,
            _ => Three::Yes,
        });
        found[0].add(&outcomes(&facts), *count);
        if facts.iter().all(|fact| *fact != Three::Unknown) {
            found[1].add(&outcomes(&facts), *count);
        }
    }
    found
}

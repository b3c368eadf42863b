//! Packed tables: gzip and zstd, known by their first bytes.

#![expect(clippy::arithmetic_side_effects, reason = "bytes that were read")]

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Plan;
use crate::limits::{Limit, Limits};
use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};

/// Tables up to this length may be packed as closely as they like.
pub(super) const ALWAYS_ALLOWED: u64 = 1 << 28;

/// The beginning of a gzip member, of a zstd frame, and of a Parquet file.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const PARQUET: [u8; 4] = *b"PAR1";

/// What the first bytes of an input say.
pub(super) enum Unpacked<'a> {
    /// The text of a table.
    Text(Box<dyn Read + Send + 'a>),
    /// A Parquet file.
    Parquet,
}

/// The text of a table, unpacked where it is packed. `progress` is told how many bytes were read.
///
/// # Errors
/// When the input cannot be read.
pub(super) fn unpacked<'a>(
    input: impl Read + Send + 'a,
    plan: &Plan<'_>,
    progress: impl FnMut(u64) + Send + 'a,
) -> io::Result<Unpacked<'a>> {
    let mut input = Told { input, progress, read: 0 };
    let mut first = Vec::with_capacity(ZSTD.len());
    (&mut input).take(ZSTD.len() as u64).read_to_end(&mut first)?;
    let is = |magic: &[u8]| first.starts_with(magic);
    let (gzip, zstd, parquet) = (is(&GZIP), is(&ZSTD), is(&PARQUET));
    let whole = Cursor::new(first).chain(input);
    let limits = plan.engine.limits;
    Ok(match () {
        () if parquet => Unpacked::Parquet,
        () if gzip => Unpacked::Text(Box::new(Limited::new(whole, limits, |packed| {
            MultiGzDecoder::new(BufReader::with_capacity(1 << 16, packed))
        }))),
        () if zstd => Unpacked::Text(Box::new(Limited::new(whole, limits, |packed| Frames {
            packed: Some(BufReader::with_capacity(1 << 16, packed)),
            frame: None,
        }))),
        () => Unpacked::Text(Box::new(whole)),
    })
}

/// Tells how far the reading has come.
struct Told<R, P> {
    input: R,
    progress: P,
    read: u64,
}

impl<R: Read, P: FnMut(u64)> Read for Told<R, P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.read += count as u64;
        (self.progress)(self.read);
        Ok(count)
    }
}

/// Counts what goes into a decoder.
struct Counted<R> {
    input: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// What a decoder unpacks, as long as it is not very many times what it was given.
struct Limited<D> {
    limits: Limits,
    decoder: D,
    packed: Arc<AtomicU64>,
    unpacked: u64,
}

impl<D> Limited<D> {
    fn new<R: Read>(input: R, limits: Limits, decoder: impl FnOnce(Counted<R>) -> D) -> Self {
        let packed = Arc::<AtomicU64>::default();
        let decoder = decoder(Counted { input, read: packed.clone() });
        Self { limits, decoder, packed, unpacked: 0 }
    }
}

impl<D: Read> Read for Limited<D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(buffer)?;
        self.unpacked += count as u64;
        let packed = self.packed.load(Ordering::Relaxed);
        let times = self.limits.of(Limit::Expansion);
        if self.unpacked > ALWAYS_ALLOWED.max(packed.saturating_mul(times)) {
            let raise = self.limits.raise(Limit::Expansion);
            let why = format!("it unpacks to more than {times} times its size; if that is right, {raise}");
            return Err(io::Error::other(why));
        }
        Ok(count)
    }
}

/// The frames of a zstd file, one after the other.
struct Frames<R: Read> {
    packed: Option<R>,
    frame: Option<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(frame) = &mut self.frame {
                let count = frame.read(buffer)?;
                if count > 0 {
                    return Ok(count);
                }
                self.packed = self.frame.take().map(StreamingDecoder::into_inner);
            }
            // INVARIANT: the reader is in one of the two places.
            let mut packed = self.packed.take().expect("no frame holds it");
            if packed.fill_buf()?.is_empty() {
                self.packed = Some(packed);
                return Ok(0);
            }
            self.frame = Some(next_frame(packed)?);
        }
    }
}

fn next_frame<R: BufRead>(packed: R) -> io::Result<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>> {
    StreamingDecoder::new(packed).map_err(|error| match error {
        FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { .. }) => {
            io::Error::other("it holds a zstd frame that is no text: pack it anew")
        }
        error => io::Error::other(error),
    })
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};
    use std::sync::Arc;

    use super::Limited;
    use crate::limits::{Limit, Limits};

    /// Whether `more` bytes may follow those that are unpacked so far, where so many are packed.
    fn allows(packed: u64, unpacked: u64, more: usize) -> bool {
        let limits = Limits::default().with(Limit::Expansion, 3);
        let decoder = io::repeat(0).take(more as u64);
        let mut limited = Limited { limits, decoder, packed: Arc::new(packed.into()), unpacked };
        match limited.read_to_end(&mut Vec::new()) {
            Ok(read) => {
                assert_eq!(read, more);
                true
            }
            Err(error) => {
                assert!(error.to_string().contains("`--limit expansion=6`"), "{error}");
                false
            }
        }
    }

    /// A file may unpack to so many times its size, and to 256 MiB however small it is.
    #[test]
    fn so_many_times_what_is_packed_is_unpacked() {
        const MIB: u64 = 1 << 20;
        for (packed, most) in [(1, 256 * MIB), (64 * MIB, 256 * MIB), (128 * MIB, 384 * MIB), (u64::MAX, u64::MAX)] {
            assert!(allows(packed, most - 10, 10));
            assert!(most == u64::MAX || !allows(packed, most - 10, 11));
        }
    }
}

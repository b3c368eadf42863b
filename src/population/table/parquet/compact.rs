//! The little of Thrift's compact protocol that is needed to look at what a Parquet file says of itself
//! before a library makes room for it.
//!
//! Source: the Thrift compact protocol's specification, and the definitions of the Parquet format.

/// Reads values from bytes; all give `None` where the bytes end too early, or are no such value.
pub(super) struct Compact<'t> {
    bytes: &'t [u8],
    at: usize,
}

/// How deep values may lie within each other.
const DEEPEST: usize = 16;

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Yes,
    No,
    Byte,
    Whole,
    Double,
    Binary,
    List,
    Map,
    Struct,
}

impl Kind {
    fn of(code: u8) -> Option<Self> {
        Some(match code {
            1 => Kind::Yes,
            2 => Kind::No,
            3 => Kind::Byte,
            4..=6 => Kind::Whole,
            7 => Kind::Double,
            8 => Kind::Binary,
            9 | 10 => Kind::List,
            11 => Kind::Map,
            12 => Kind::Struct,
            _ => return None,
        })
    }
}

impl<'t> Compact<'t> {
    pub(super) fn new(bytes: &'t [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub(super) fn read(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at)?;
        self.at += 1;
        Some(*byte)
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// A whole number of any width.
    pub(super) fn whole(&mut self) -> Option<i64> {
        let number = self.unsigned()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn pass(&mut self, bytes: u64) -> Option<()> {
        let end = self.at.checked_add(usize::try_from(bytes).ok()?)?;
        self.at = Some(end).filter(|end| *end <= self.bytes.len())?;
        Some(())
    }

    /// The type of a list's items, and how many there are.
    pub(super) fn list(&mut self) -> Option<(Kind, u64)> {
        let first = self.byte()?;
        let count = if first >> 4 == 15 { self.unsigned()? } else { u64::from(first >> 4) };
        Some((Kind::of(first & 15)?, count))
    }

    /// Has `field` read each field of a structure, by its number and type: whether it did; those that it
    /// did not are passed over.
    pub(super) fn fields(&mut self, mut field: impl FnMut(&mut Self, i64, Kind) -> Option<bool>) -> Option<()> {
        let mut number = 0_i64;
        loop {
            let first = self.byte()?;
            if first == 0 {
                return Some(());
            }
            number = if first >> 4 == 0 { self.whole()? } else { number.checked_add(i64::from(first >> 4))? };
            let kind = Kind::of(first & 15)?;
            if !field(self, number, kind)? {
                self.skip(kind, DEEPEST)?;
            }
        }
    }

    fn skip(&mut self, kind: Kind, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            Kind::Yes | Kind::No => Some(()),
            Kind::Byte => self.pass(1),
            Kind::Whole => self.unsigned().map(drop),
            Kind::Double => self.pass(8),
            Kind::Binary => {
                let length = self.unsigned()?;
                self.pass(length)
            }
            Kind::List => {
                let (kind, count) = self.list()?;
                (0..count).try_for_each(|_| self.item(kind, depth))
            }
            Kind::Map => {
                let count = self.unsigned()?;
                if count == 0 {
                    return Some(());
                }
                let kinds = self.byte()?;
                let (key, value) = (Kind::of(kinds >> 4)?, Kind::of(kinds & 15)?);
                (0..count).try_for_each(|_| {
                    self.item(key, depth)?;
                    self.item(value, depth)
                })
            }
            Kind::Struct => self.structure(depth),
        }
    }

    /// Yes and no are a byte each in lists and maps, where no field's head says which it is.
    fn item(&mut self, kind: Kind, depth: usize) -> Option<()> {
        match kind {
            Kind::Yes | Kind::No => self.pass(1),
            Kind::Byte | Kind::Whole | Kind::Double | Kind::Binary | Kind::List | Kind::Map | Kind::Struct => {
                self.skip(kind, depth)
            }
        }
    }

    fn structure(&mut self, depth: usize) -> Option<()> {
        loop {
            let first = self.byte()?;
            if first == 0 {
                return Some(());
            }
            if first >> 4 == 0 {
                self.whole()?;
            }
            self.skip(Kind::of(first & 15)?, depth)?;
        }
    }
}

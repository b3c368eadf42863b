//! The little of Thrift's compact protocol that is needed to look at what a Parquet file says of itself
//! before a library makes room for it.
//!
//! Source: the Thrift compact protocol's specification, and the definitions of the Parquet format.

#![expect(clippy::arithmetic_side_effects, reason = "places in a header that is in memory; what is negated is 0 or 1")]

/// Reads values from bytes; all give `None` where the bytes end too early, or are no such value.
pub(super) struct Compact<'t> {
    bytes: &'t [u8],
    at: usize,
}

/// How deep values may lie within each other.
const DEEPEST: usize = 16;

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Numbers as the protocol writes them.
#[cfg(test)]
pub(super) mod written {
    pub(in super::super) fn unsigned(mut number: u64, bytes: &mut Vec<u8>) {
        while number >= 0x80 {
            bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
            number >>= 7;
        }
        bytes.push(u8::try_from(number).unwrap());
    }

    pub(in super::super) fn whole(number: i64, bytes: &mut Vec<u8>) {
        unsigned(((number << 1) ^ (number >> 63)).cast_unsigned(), bytes);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::written::{unsigned, whole};
    use super::{Compact, DEEPEST, Kind};

    /// A value with the code of its type; of yes and no the one that is said in a list.
    #[derive(Clone, Debug)]
    struct Value(u8, Kind, Vec<u8>);

    impl Value {
        fn list(code: u8, items: &[&Value], item: u8) -> Self {
            let mut bytes = Vec::new();
            match u8::try_from(items.len()) {
                Ok(few @ 0..15) => bytes.push(few << 4 | item),
                Ok(_) | Err(_) => {
                    bytes.push(0xf0 | item);
                    unsigned(items.len() as u64, &mut bytes);
                }
            }
            items.iter().for_each(|Value(_, _, item)| bytes.extend(item));
            Self(code, Kind::List, bytes)
        }

        fn map(entries: &[[&Value; 2]]) -> Self {
            let mut bytes = Vec::new();
            unsigned(entries.len() as u64, &mut bytes);
            if let Some([key, value]) = entries.first() {
                bytes.push(key.0 << 4 | value.0);
            }
            entries.iter().flatten().for_each(|Value(_, _, part)| bytes.extend(part));
            Self(11, Kind::Map, bytes)
        }

        /// Fields by how far each number is from the one before.
        fn structure(fields: &[(i16, Value)]) -> Self {
            let (mut bytes, mut number) = (Vec::new(), 0);
            for (step, Value(code, kind, value)) in fields {
                number += i64::from(*step);
                match u8::try_from(*step) {
                    Ok(near @ 1..16) => bytes.push(near << 4 | code),
                    Ok(_) | Err(_) => {
                        bytes.push(*code);
                        whole(number, &mut bytes);
                    }
                }
                // The type of a field says which of the two it is.
                if !matches!(kind, Kind::Yes | Kind::No) {
                    bytes.extend(value);
                }
            }
            bytes.push(0);
            Self(12, Kind::Struct, bytes)
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(|yes| match yes {
                true => Value(1, Kind::Yes, vec![1]),
                false => Value(2, Kind::No, vec![2]),
            }),
            any::<u8>().prop_map(|byte| Value(3, Kind::Byte, vec![byte])),
            (4_u8..7, any::<i64>(), 0_u32..64).prop_map(|(code, number, less)| {
                let mut bytes = Vec::new();
                whole(number >> less, &mut bytes);
                Value(code, Kind::Whole, bytes)
            }),
            any::<[u8; 8]>().prop_map(|bytes| Value(7, Kind::Double, bytes.to_vec())),
            prop::collection::vec(any::<u8>(), 0..200).prop_map(|text| {
                let mut bytes = Vec::new();
                unsigned(text.len() as u64, &mut bytes);
                bytes.extend(text);
                Value(8, Kind::Binary, bytes)
            }),
        ];
        leaf.prop_recursive(3, 40, 4, |inner| {
            prop_oneof![
                (inner.clone(), prop::sample::select(vec![0, 1, 2, 14, 15, 16, 130]), 9_u8..11)
                    .prop_map(|(item, count, code)| Value::list(code, &vec![&item; few(count, &[&item])], item.0)),
                (inner.clone(), inner.clone(), prop::sample::select(vec![0, 1, 2, 130]))
                    .prop_map(|(key, value, count)| Value::map(&vec![[&key, &value]; few(count, &[&key, &value])])),
                prop::collection::vec((steps(), inner), 0..4).prop_map(|fields| Value::structure(&fields)),
            ]
        })
    }

    /// Of long items not many.
    fn few(count: usize, items: &[&Value]) -> usize {
        if items.iter().any(|Value(_, _, bytes)| bytes.len() > 20) { count.min(2) } else { count }
    }

    fn steps() -> impl Strategy<Value = i16> {
        prop::sample::select(vec![1_i16, 2, 15, 16, 300, -3, 0])
    }

    /// The numbers and types that are told, and how many bytes were read.
    fn read(bytes: &[u8]) -> Option<(Vec<(i64, Kind)>, usize)> {
        let (mut compact, mut told) = (Compact::new(bytes), Vec::new());
        compact.fields(|_, number, kind| {
            told.push((number, kind));
            Some(false)
        })?;
        Some((told, compact.read()))
    }

    proptest! {
        /// Whatever stands in fields that are not asked for is passed over, to its last byte and no further.
        #[test]
        fn fields_are_told_and_passed_over(fields in prop::collection::vec((steps(), values()), 0..4)) {
            let Value(_, _, bytes) = Value::structure(&fields);
            let mut number = 0;
            let expected: Vec<(i64, Kind)> = fields.iter().map(|(step, Value(_, kind, _))| {
                number += i64::from(*step);
                (number, *kind)
            }).collect();
            prop_assert_eq!(read(&[&bytes[..], &[0xff; 3]].concat()), Some((expected, bytes.len())));
            // Long texts are cut at some of their places alone.
            for end in (0..bytes.len()).step_by(1 + bytes.len() / 64) {
                prop_assert_eq!(read(&bytes[..end]), None, "{} of {} bytes", end, bytes.len());
            }
        }

        #[test]
        fn whole_numbers_are_read(number in any::<i64>(), less in 0_u32..64) {
            let mut bytes = Vec::new();
            whole(number >> less, &mut bytes);
            let mut compact = Compact::new(&bytes);
            prop_assert_eq!((compact.whole(), compact.read()), (Some(number >> less), bytes.len()));
        }
    }

    #[test]
    fn numbers_are_those_of_the_specification() {
        // Each sign by turns: 0, -1, 1, -2.
        for (bytes, number) in [(&[0][..], 0), (&[1], -1), (&[2], 1), (&[3], -2), (&[0xfe, 1], 127), (&[0x80, 1], 64)] {
            assert_eq!(Compact::new(bytes).whole(), Some(number), "{bytes:?}");
        }
        // More bytes than a number of 64 bits has.
        let most = [0x80; 9];
        assert_eq!(Compact::new(&[&most[..], &[1]].concat()).whole(), Some(1 << 62));
        assert_eq!(Compact::new(&[&most[..], &[0x80, 0]].concat()).whole(), None);
    }

    #[test]
    fn other_types_are_refused() {
        for code in 1..16 {
            let is_known = code < 13;
            // The shortest value, and then what ends the structure.
            let value: &[u8] = match code {
                1 | 2 => &[],
                7 => &[0; 8],
                9 | 10 => &[3],
                _ => &[0],
            };
            let bytes = [&[1 << 4 | code], value, &[0]].concat();
            assert_eq!(read(&bytes).is_some(), is_known, "{code}");
            assert_eq!(Compact::new(&[1 << 4 | code, 0, 0]).list().is_some(), is_known, "{code}");
        }
    }

    /// Values may lie so deep within each other and no deeper: what passes over them calls itself.
    #[test]
    fn values_lie_not_too_deep() {
        let leaf = Value(3, Kind::Byte, vec![7]);
        type Within = fn(&Value) -> Value;
        let kinds: [(&str, Within); 3] = [
            ("lists", |inner| Value::list(9, &[inner], inner.0)),
            ("maps", |inner| Value::map(&[[&Value(3, Kind::Byte, vec![7]), inner]])),
            ("structures", |inner| Value::structure(&[(1, inner.clone())])),
        ];
        for (name, within) in kinds {
            let deep = |levels: usize| {
                let value = (1..levels).fold(leaf.clone(), |inner, _| within(&inner));
                let Value(_, _, bytes) = Value::structure(&[(1, value)]);
                read(&bytes).is_some()
            };
            assert_eq!([DEEPEST - 1, DEEPEST, DEEPEST + 1].map(deep), [true, true, false], "{name}");
        }
    }
}

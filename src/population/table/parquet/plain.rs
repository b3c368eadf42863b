//! What the values of a Parquet column are, and how each is written in a text table: that is what it means.

use std::io::Write;

use ::parquet::basic::{ConvertedType, LogicalType, Type};
use ::parquet::data_type::{ByteArray, FixedLenByteArray};
use ::parquet::schema::types::ColumnDescPtr;

use super::super::values::{Text, text};
use crate::model::{Date, FactType};

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// All are missing.
    Nothing,
    YesNo,
    /// Whole numbers, or so many digits of them stand after the point.
    Number {
        scale: usize,
        is_unsigned: bool,
    },
    /// Numbers with a binary fraction.
    Floating,
    /// Days since 1970-01-01.
    Days,
    Text,
}

impl Holds {
    /// What a column's type and annotation say. `None` for what no fact has.
    pub(super) fn of(schema: &ColumnDescPtr) -> Option<Self> {
        if schema.max_rep_level() > 0 {
            return None;
        }
        let number = |is_unsigned| Some(Holds::Number { scale: 0, is_unsigned });
        let scale = usize::try_from(schema.type_scale()).ok().filter(|scale| *scale <= MAX_SCALE);
        let decimal = scale.map(|scale| Holds::Number { scale, is_unsigned: false });
        let is_whole = matches!(schema.physical_type(), Type::INT32 | Type::INT64);
        match schema.logical_type_ref() {
            Some(LogicalType::Unknown) => return Some(Holds::Nothing),
            Some(LogicalType::Uuid | LogicalType::Float16) => return None,
            // Those with an annotation of the older kind say the same there.
            Some(
                LogicalType::String
                | LogicalType::Enum
                | LogicalType::Integer(_)
                | LogicalType::Decimal(_)
                | LogicalType::Date
                | LogicalType::Timestamp(_)
                | LogicalType::Time(_),
            )
            | None => {}
            Some(_) => return None,
        }
        if let Some(LogicalType::Time(_) | LogicalType::Timestamp(_)) = schema.logical_type_ref() {
            return None;
        }
        match (schema.physical_type(), schema.converted_type()) {
            (Type::BOOLEAN, ConvertedType::NONE) => Some(Holds::YesNo),
            (Type::INT32, ConvertedType::DATE) => Some(Holds::Days),
            (
                _,
                ConvertedType::NONE
                | ConvertedType::INT_8
                | ConvertedType::INT_16
                | ConvertedType::INT_32
                | ConvertedType::INT_64,
            ) if is_whole => number(false),
            (_, ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64)
                if is_whole =>
            {
                number(true)
            }
            (_, ConvertedType::DECIMAL) => decimal,
            (Type::FLOAT | Type::DOUBLE, ConvertedType::NONE) => Some(Holds::Floating),
            (Type::BYTE_ARRAY, ConvertedType::NONE | ConvertedType::UTF8 | ConvertedType::ENUM) => Some(Holds::Text),
            _ => None,
        }
    }

    /// Whether values of a fact may be written so.
    pub(super) fn may_be(self, kind: &FactType) -> bool {
        match (self, kind) {
            (Holds::Nothing | Holds::Text, _)
            | (Holds::YesNo, FactType::YesNo)
            | (Holds::Number { .. } | Holds::Floating, FactType::Number { .. })
            | (Holds::Number { scale: 0, .. }, FactType::YesNo)
            | (Holds::Days, FactType::Date) => true,
            (
                Holds::YesNo | Holds::Number { .. } | Holds::Floating | Holds::Days,
                FactType::YesNo | FactType::OneOf(_) | FactType::Number { .. } | FactType::Date,
            ) => false,
        }
    }

    /// In words.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Holds::Nothing => "nothing",
            Holds::YesNo => "yes or no",
            Holds::Number { .. } | Holds::Floating => "numbers",
            Holds::Days => "days",
            Holds::Text => "texts",
        }
    }
}

/// More digits after the point have no number of any fact, and no weight.
const MAX_SCALE: usize = 38;

/// A value as the file holds it.
pub(super) trait Plain {
    /// Its number among the values of its column, where these are few or it is a small number.
    fn number(&self) -> Option<u8> {
        None
    }

    /// What tells it from other values of its column, where that is short.
    fn key(&self) -> Option<Text<2>>;

    /// Writes it as it would stand in a text table.
    fn write(&self, holds: Holds, text: &mut Vec<u8>);
}

fn put(text: &mut Vec<u8>, value: impl std::fmt::Display) {
    write!(text, "{value}").expect("writing to memory does not fail");
}

/// The first day of 1970, counted as dates are.
const DAY_0: i64 = 719_162;

/// A number that may be written without a sign.
fn put_signed(text: &mut Vec<u8>, signed: i64, unsigned: u64, holds: Holds) {
    match holds {
        Holds::Number { is_unsigned: true, .. } => put_whole(text, unsigned.into(), holds),
        holds => put_whole(text, signed.into(), holds),
    }
}

/// A whole number, a day, or the digits of a decimal fraction.
fn put_whole(text: &mut Vec<u8>, number: i128, holds: Holds) {
    match holds {
        Holds::Days => {
            let day = i64::try_from(number).ok().and_then(|day| day.checked_add(DAY_0));
            match day.map(|day| (day, Date::from_number(day))) {
                Some((day, date)) if date.number() == day => put(text, date),
                // Beyond the calendar: digits are no date.
                Some(_) | None => put(text, number),
            }
        }
        Holds::Number { scale, .. } if scale > 0 => {
            let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            let sign = if number < 0 { "-" } else { "" };
            // A table of texts would have no more digits than there are.
            match fraction.trim_end_matches('0') {
                "" => put(text, format_args!("{sign}{whole}")),
                fraction => put(text, format_args!("{sign}{whole}.{fraction}")),
            }
        }
        Holds::Number { .. } | Holds::Nothing | Holds::YesNo | Holds::Floating | Holds::Text => put(text, number),
    }
}

impl Plain for bool {
    fn number(&self) -> Option<u8> {
        Some((*self).into())
    }

    fn key(&self) -> Option<Text<2>> {
        Some([u64::from(*self), 0])
    }

    fn write(&self, _: Holds, text: &mut Vec<u8>) {
        put(text, self);
    }
}

impl Plain for i32 {
    fn number(&self) -> Option<u8> {
        (*self).try_into().ok()
    }

    fn key(&self) -> Option<Text<2>> {
        Some([self.cast_unsigned().into(), 0])
    }

    fn write(&self, holds: Holds, text: &mut Vec<u8>) {
        put_signed(text, (*self).into(), self.cast_unsigned().into(), holds);
    }
}

impl Plain for i64 {
    fn number(&self) -> Option<u8> {
        (*self).try_into().ok()
    }

    fn key(&self) -> Option<Text<2>> {
        Some([self.cast_unsigned(), 0])
    }

    fn write(&self, holds: Holds, text: &mut Vec<u8>) {
        put_signed(text, *self, self.cast_unsigned(), holds);
    }
}

/// The shortest digits that mean the same binary number: those that other programs write of it.
impl Plain for f32 {
    fn key(&self) -> Option<Text<2>> {
        Some([self.to_bits().into(), 0])
    }

    fn write(&self, _: Holds, text: &mut Vec<u8>) {
        put(text, self);
    }
}

impl Plain for f64 {
    fn key(&self) -> Option<Text<2>> {
        Some([self.to_bits(), 0])
    }

    fn write(&self, _: Holds, text: &mut Vec<u8>) {
        put(text, self);
    }
}

impl Plain for ByteArray {
    fn key(&self) -> Option<Text<2>> {
        text(self.data())
    }

    fn write(&self, holds: Holds, text: &mut Vec<u8>) {
        match holds {
            // Two's complement, the most significant byte first.
            Holds::Number { .. } => {
                let negative = self.data().first().is_some_and(|first| *first >= 0x80);
                let mut whole = [if negative { 0xff } else { 0 }; 16];
                match whole.len().checked_sub(self.data().len()) {
                    Some(start) => {
                        whole[start..].copy_from_slice(self.data());
                        put_whole(text, i128::from_be_bytes(whole), holds);
                    }
                    // No number of a fact and no weight has so many digits.
                    None => text.push(b'?'),
                }
            }
            Holds::Nothing | Holds::YesNo | Holds::Floating | Holds::Days | Holds::Text => {
                text.extend_from_slice(self.data());
            }
        }
    }
}

impl Plain for FixedLenByteArray {
    fn key(&self) -> Option<Text<2>> {
        ByteArray::key(self)
    }

    fn write(&self, holds: Holds, text: &mut Vec<u8>) {
        ByteArray::write(self, holds, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that differ have keys that differ: what was read of one is never taken for what another says.
    #[test]
    fn keys_tell_values_apart() {
        fn tell_apart<T: Plain>(values: &[T]) {
            let keys: Vec<Text<2>> = values.iter().map(|value| value.key().expect("it has a key")).collect();
            for (index, key) in keys.iter().enumerate() {
                assert!(!keys[index + 1..].contains(key), "{index}");
            }
        }
        tell_apart(&[false, true]);
        tell_apart(&[0, 1, -1, 255, 256, -256, i32::MAX, i32::MIN]);
        tell_apart(&[0, 1, -1, 255, 256, 1 << 32, i64::MAX, i64::MIN]);
        tell_apart(&[0.0_f32, 1.0, -1.0, 0.5, f32::MAX, f32::MIN]);
        tell_apart(&[0.0_f64, 1.0, -1.0, 0.5, f64::MAX, f64::MIN]);
        tell_apart(&["", "a", "a\0", "b", "fifteen letters"].map(ByteArray::from));
    }

    #[test]
    fn decimal_fractions_have_the_fewest_digits() {
        for (number, scale, expected) in [
            (0, 2, "0"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (150, 2, "1.5"),
            (-100, 2, "-1"),
            (1234, 3, "1.234"),
            (-7, 0, "-7"),
        ] {
            let mut text = Vec::new();
            put_whole(&mut text, number, Holds::Number { scale, is_unsigned: false });
            assert_eq!(text, expected.as_bytes());
        }
    }
}

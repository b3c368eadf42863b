//! What the values of a Parquet column are, and how each is written in a text table: that is what it means.

#![expect(clippy::indexing_slicing, reason = "the start was found within so many bytes")]
#![expect(clippy::arithmetic_side_effects, reason = "digits of a decimal, which are few")]

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
    use std::sync::Arc;

    use ::parquet::schema::parser::parse_message_type;
    use ::parquet::schema::types::SchemaDescriptor;

    use super::*;

    /// What a column holds that is declared so, in the words of the format.
    fn declared(column: &str) -> Option<Holds> {
        let schema = parse_message_type(&format!("message table {{ {column}; }}")).expect("a schema");
        Holds::of(&SchemaDescriptor::new(Arc::new(schema)).column(0))
    }

    /// By the format's definition of logical types.
    #[test]
    fn columns_hold_what_their_types_and_annotations_say() {
        let number = |scale, is_unsigned| Some(Holds::Number { scale, is_unsigned });
        for (kind, holds) in [
            ("boolean a", Some(Holds::YesNo)),
            ("int32 a", number(0, false)),
            ("int64 a", number(0, false)),
            ("int96 a", None),
            ("float a", Some(Holds::Floating)),
            ("double a", Some(Holds::Floating)),
            ("binary a", Some(Holds::Text)),
            ("fixed_len_byte_array(4) a", None),
            ("int32 a (integer(8, true))", number(0, false)),
            ("int32 a (integer(16, true))", number(0, false)),
            ("int32 a (integer(32, true))", number(0, false)),
            ("int64 a (integer(64, true))", number(0, false)),
            ("int32 a (integer(8, false))", number(0, true)),
            ("int32 a (integer(16, false))", number(0, true)),
            ("int32 a (integer(32, false))", number(0, true)),
            ("int64 a (integer(64, false))", number(0, true)),
            ("int32 a (int_8)", number(0, false)),
            ("int32 a (uint_8)", number(0, true)),
            ("int64 a (uint_64)", number(0, true)),
            ("int32 a (decimal(9, 2))", number(2, false)),
            ("int64 a (decimal(18, 0))", number(0, false)),
            ("binary a (decimal(38, 38))", number(38, false)),
            ("binary a (decimal(39, 39))", None),
            ("fixed_len_byte_array(16) a (decimal(38, 10))", number(10, false)),
            ("int32 a (date)", Some(Holds::Days)),
            ("int32 a (time(millis, true))", None),
            ("int64 a (time(micros, false))", None),
            ("int64 a (timestamp(millis, true))", None),
            ("int64 a (timestamp(nanos, false))", None),
            ("int64 a (timestamp_millis)", None),
            ("binary a (string)", Some(Holds::Text)),
            ("binary a (utf8)", Some(Holds::Text)),
            ("binary a (enum)", Some(Holds::Text)),
            ("binary a (json)", None),
            ("binary a (bson)", None),
            ("fixed_len_byte_array(12) a (interval)", None),
            ("fixed_len_byte_array(16) a (uuid)", None),
            ("fixed_len_byte_array(2) a (float16)", None),
            ("int32 a (unknown)", Some(Holds::Nothing)),
        ] {
            assert_eq!(declared(&format!("required {kind}")), holds, "{kind}");
            assert_eq!(declared(&format!("optional {kind}")), holds, "{kind}");
            // No fact has several values.
            assert_eq!(declared(&format!("repeated {kind}")), None, "{kind}");
        }
    }

    #[test]
    fn facts_are_read_from_what_may_be_their_values() {
        let number = |scale| Holds::Number { scale, is_unsigned: false };
        let kinds = [
            FactType::YesNo,
            FactType::OneOf(Default::default()),
            FactType::Number { whole: true, range: None },
            FactType::Date,
        ];
        for (holds, words, of) in [
            (Holds::Nothing, "nothing", [true, true, true, true]),
            (Holds::Text, "texts", [true, true, true, true]),
            (Holds::YesNo, "yes or no", [true, false, false, false]),
            // 1 and 0 are yes and no.
            (number(0), "numbers", [true, false, true, false]),
            (number(1), "numbers", [false, false, true, false]),
            (Holds::Floating, "numbers", [false, false, true, false]),
            (Holds::Days, "days", [false, false, false, true]),
        ] {
            assert_eq!([0, 1, 2, 3].map(|kind: usize| holds.may_be(&kinds[kind])), of, "{holds:?}");
            assert_eq!(holds.describe(), words);
        }
    }

    fn written(value: &impl Plain, holds: Holds) -> String {
        let mut text = Vec::new();
        value.write(holds, &mut text);
        String::from_utf8(text).expect("it is UTF-8")
    }

    #[test]
    fn values_are_written_as_in_a_text_table() {
        let number = |scale, is_unsigned| Holds::Number { scale, is_unsigned };
        assert_eq!([true, false].map(|value| written(&value, Holds::YesNo)), ["true", "false"]);
        for (value, signed, unsigned) in
            [(7, "7", "7"), (-1, "-1", "4294967295"), (i32::MIN, "-2147483648", "2147483648")]
        {
            assert_eq!(written(&value, number(0, false)), signed);
            assert_eq!(written(&value, number(0, true)), unsigned);
        }
        for (value, signed, unsigned) in [
            (7, "7", "7"),
            (-1, "-1", "18446744073709551615"),
            (i64::MIN, "-9223372036854775808", "9223372036854775808"),
        ] {
            assert_eq!(written(&value, number(0, false)), signed);
            assert_eq!(written(&value, number(0, true)), unsigned);
        }
        // Of binary fractions the fewest digits that mean them.
        assert_eq!(written(&0.1_f32, Holds::Floating), "0.1");
        assert_eq!(written(&0.1_f64, Holds::Floating), "0.1");
        assert_eq!(written(&f64::from(0.1_f32), Holds::Floating), "0.10000000149011612");
        // Days, to the ends of the calendar; beyond them digits, which are no date.
        for (day, date) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (2_932_896, "9999-12-31"),
            (2_932_897, "2932897"),
            (-719_162, "0001-01-01"),
            (-719_163, "-719163"),
            (i32::MAX, "2147483647"),
        ] {
            assert_eq!(written(&day, Holds::Days), date);
        }
        // Two's complement of any length, and more digits than any number has.
        for (bytes, scale, text) in [
            (&[][..], 0, "0"),
            (&[0x7f], 0, "127"),
            (&[0x80], 0, "-128"),
            (&[0xff], 0, "-1"),
            (&[0x01, 0x00], 0, "256"),
            (&[0xff, 0x00], 0, "-256"),
            (&[0x30, 0x39], 2, "123.45"),
            (&[0xff, 0xff, 0xfe], 1, "-0.2"),
            (&[0; 16], 0, "0"),
            (&[0; 17], 0, "?"),
        ] {
            let holds = number(scale, false);
            assert_eq!(written(&ByteArray::from(bytes.to_vec()), holds), text, "{bytes:?}");
            assert_eq!(written(&FixedLenByteArray::from(bytes.to_vec()), holds), text, "{bytes:?}");
        }
        assert_eq!(written(&ByteArray::from(" a, \"b\" "), Holds::Text), " a, \"b\" ");
    }

    /// A number that has a short one is that, and no other.
    #[test]
    fn small_numbers_are_their_own() {
        assert_eq!([false, true].map(|value| value.number()), [Some(0), Some(1)]);
        for (value, number) in [(0, Some(0)), (1, Some(1)), (255, Some(255)), (256, None), (-1, None)] {
            assert_eq!((value.number(), i64::from(value).number()), (number, number));
        }
        assert_eq!((i64::MAX.number(), (1_i64 << 32).number()), (None, None));
        assert_eq!((0.0_f32.number(), 0.0_f64.number(), ByteArray::from("").number()), (None, None, None));
    }

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
        let texts = ["", "a", "a\0", "b", "fifteen letters"];
        tell_apart(&texts.map(ByteArray::from));
        tell_apart(&texts.map(|text| FixedLenByteArray::from(text.as_bytes().to_vec())));
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

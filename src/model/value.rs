//! Values of facts: exact decimals, civil dates, items of lists.

#![expect(clippy::indexing_slicing, reason = "a text of ten bytes has a fifth and an eighth")]
#![expect(clippy::arithmetic_side_effects, reason = "28 digits leave room for one more in 96 bits")]

use std::fmt;
use std::ops::Bound;
use std::str::FromStr;

use indexmap::IndexMap;
use rust_decimal::Decimal;

/// A civil date of the years 1 to 9999, in the Gregorian calendar throughout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// 0001-01-01
    pub const MIN: Date = Date(jiff::civil::date(1, 1, 1));
    /// 9999-12-31
    pub const MAX: Date = Date(jiff::civil::date(9999, 12, 31));

    /// The date, if there is such a day.
    #[must_use]
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        let narrow = |number: u8| i8::try_from(number).ok();
        let date = jiff::civil::Date::new(year, narrow(month)?, narrow(day)?).ok()?;
        (1..=9999).contains(&year).then_some(Date(date))
    }

    /// Reads `2025-03-07`: four digits, two and two, and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |range: std::ops::Range<usize>| {
            let part = text.get(range)?;
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u16>().ok())?
        };
        let marks = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        let narrow = |number: u16| u8::try_from(number).ok();
        let date = Self::new(i16::try_from(number(0..4)?).ok()?, narrow(number(5..7)?)?, narrow(number(8..10)?)?);
        date.filter(|_| marks)
    }

    /// Year, month from 1, day from 1.
    #[must_use]
    pub fn parts(self) -> (i64, i64, i64) {
        (self.0.year().into(), self.0.month().into(), self.0.day().into())
    }

    /// Days from 0001-01-01, which is day 0.
    #[must_use]
    pub fn number(self) -> i64 {
        let since = self.0.since(Self::MIN.0).expect("both dates are in range");
        since.get_days().into()
    }

    /// The date of that day number, clamped to the years 1 to 9999.
    #[must_use]
    pub fn from_number(number: i64) -> Self {
        let number = number.clamp(0, Self::MAX.number());
        let span = jiff::Span::new().days(number);
        Date(Self::MIN.0.checked_add(span).expect("clamped to the range"))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// An exact decimal of at most 28 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(Decimal);

impl Number {
    /// Reads digits with an optional sign and fraction, and `_` between digits.
    ///
    /// `None` when there are more digits than can be kept exactly.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Decimal::from_str_exact(&text.replace('_', "")).ok().and_then(Self::limited)
    }

    fn limited(number: Decimal) -> Option<Self> {
        (number.mantissa().unsigned_abs() < 10_u128.pow(28)).then_some(Self(number))
    }

    /// Reads a number as JSON writes it: an exponent is allowed. `None` as for [`Number::parse`].
    #[must_use]
    pub fn parse_json(text: &str) -> Option<Self> {
        let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return Self::parse(text) };
        let mantissa = Decimal::from_str_exact(mantissa).ok()?;
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        if mantissa.is_zero() {
            return Some(Self(Decimal::ZERO));
        }
        let exponent = i64::from_str(exponent).ok()?;
        // Moving the point is done on the scale, never by multiplying with a rounded power.
        let scale = i64::from(mantissa.scale()).checked_sub(exponent)?;
        let zeros = u32::try_from(scale.min(0).checked_neg()?).ok().filter(|zeros| *zeros <= 28)?;
        let shifted = mantissa.mantissa().checked_mul(10_i128.checked_pow(zeros)?)?;
        Decimal::try_from_i128_with_scale(shifted, u32::try_from(scale.max(0)).ok()?).ok().and_then(Self::limited)
    }

    /// Whether it has no fraction: `3` and `3.0` are whole.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.0.fract().is_zero()
    }

    /// The number where it is written without a fraction and is not very large: not `3.0`.
    pub(crate) fn as_integer(self) -> Option<i64> {
        if self.0.scale() == 0 { i64::try_from(self.0.mantissa()).ok() } else { None }
    }

    /// The next whole number after a whole number.
    #[must_use]
    pub fn successor(self) -> Self {
        // INVARIANT: 28 digits leave room for one more in a decimal's 96 bits.
        Self(self.0 + Decimal::ONE)
    }

    /// The whole number before a whole number.
    #[must_use]
    pub fn predecessor(self) -> Self {
        // INVARIANT: as for `successor`.
        Self(self.0 - Decimal::ONE)
    }

    /// A number between two bounds, with as few digits behind the point as can be, and near the
    /// lower bound where there is one; `None` where no number of 28 digits lies between.
    #[must_use]
    pub fn between(low: Bound<Number>, high: Bound<Number>) -> Option<Self> {
        let within = |number: &Number| std::ops::RangeBounds::contains(&(low, high), number);
        let bound = match (low, high) {
            (Bound::Included(bound), _) => return Some(bound).filter(within),
            (Bound::Unbounded, Bound::Unbounded) => return Some(Self(Decimal::ZERO)),
            (_, Bound::Included(bound)) => return Some(bound).filter(within),
            (Bound::Excluded(bound), _) | (Bound::Unbounded, Bound::Excluded(bound)) => bound.0,
        };
        let upwards = matches!(low, Bound::Excluded(_));
        (0..=27).find_map(|scale| {
            let unit = Decimal::try_from_i128_with_scale(1, scale).ok()?;
            let number = match upwards {
                true => bound.trunc_with_scale(scale).checked_add(unit)?,
                false => bound.trunc_with_scale(scale).checked_sub(unit)?,
            };
            // Cutting digits off moves a negative number up and a positive one down.
            let nearer = if upwards { number.checked_sub(unit)? } else { number.checked_add(unit)? };
            [nearer, number].into_iter().filter_map(|it| Self::limited(it.normalize())).find(within)
        })
    }

    /// The least whole number that is not less, kept within ±1,000,000,000.
    #[must_use]
    pub fn ceil(self) -> i64 {
        const FAR: i64 = 1_000_000_000;
        let bounded = self.0.clamp(Decimal::from(-FAR), Decimal::from(FAR));
        i64::try_from(bounded.ceil()).expect("bounded")
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(Decimal::from(number))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A value of a fact.
///
/// Values of one fact are of one kind; the order between kinds means nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// `yes` or `no`
    YesNo(bool),
    /// An item of the fact's list, by its index.
    Item(u32),
    /// A number.
    Number(Number),
    /// A date.
    Date(Date),
}

/// Never shows the value: profiles are private even when a program fails.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(…)")
    }
}

/// Numbers or dates that lie together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// The lower bound.
    pub from: Bound<Value>,
    /// The upper bound.
    pub to: Bound<Value>,
}

impl Range {
    /// The one value.
    #[must_use]
    pub fn only(value: Value) -> Self {
        Self { from: Bound::Included(value), to: Bound::Included(value) }
    }

    /// Whether `value` lies in it.
    #[must_use]
    pub fn contains(&self, value: &Value) -> bool {
        std::ops::RangeBounds::contains(&(self.from, self.to), value)
    }
}

/// A fact's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactType {
    /// `yes or no`
    YesNo,
    /// `one of crimea "Crimea", …`
    OneOf(Items),
    /// `whole number from 0 to 120`
    Number {
        /// Whether only whole numbers are values.
        whole: bool,
        /// The least and the greatest value, both included.
        range: Option<(Number, Number)>,
    },
    /// `date`
    Date,
}

impl FactType {
    /// What its values are, for messages: `a whole number from 0 to 120`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            FactType::YesNo => "`yes` or `no`".to_owned(),
            FactType::OneOf(items) => format!("one of the {} values of its list", items.len()),
            FactType::Number { whole, range } => {
                let kind = if *whole { "a whole number" } else { "a number" };
                range.map_or(kind.to_owned(), |(from, to)| format!("{kind} from {from} to {to}"))
            }
            FactType::Date => "a date such as 2025-03-07".to_owned(),
        }
    }

    /// The index of a list's item.
    #[must_use]
    pub fn item(&self, name: &str) -> Option<u32> {
        let FactType::OneOf(items) = self else { return None };
        let index = items.get_index_of(name)?;
        u32::try_from(index).ok()
    }

    /// Whether `value` is one of its values.
    #[must_use]
    pub fn has(&self, value: Value) -> bool {
        match (self, value) {
            (FactType::YesNo, Value::YesNo(_)) | (FactType::Date, Value::Date(_)) => true,
            (FactType::OneOf(items), Value::Item(item)) => (item as usize) < items.len(),
            (FactType::Number { .. }, Value::Number(number)) => self.admits(number),
            (FactType::YesNo | FactType::Date | FactType::OneOf(_) | FactType::Number { .. }, _) => false,
        }
    }

    /// Whether `number` is one of its values.
    #[must_use]
    pub fn admits(&self, number: Number) -> bool {
        let FactType::Number { whole, range } = self else { return false };
        (!whole || number.is_whole()) && range.is_none_or(|(from, to)| from <= number && number <= to)
    }
}

/// The values that a list names, and what each means, for readers, where the rule file says so.
pub type Items = IndexMap<String, Option<String>>;

#[cfg(test)]
mod tests {
    use super::{Date, FactType, Items, Number, Value};

    #[test]
    fn a_value_is_told_to_nobody() {
        let number = Number::parse("7391").expect("a number");
        for value in [Value::YesNo(true), Value::Item(7391), Value::Number(number), Value::Date(Date::MAX)] {
            assert_eq!(format!("{value:?}"), "Value(…)");
        }
    }

    #[test]
    fn values_are_of_one_type() {
        let number = |text| Number::parse(text).expect("a number");
        let items: Items = ["a", "b"].map(|name| (name.to_owned(), None)).into_iter().collect();
        let whole = FactType::Number { whole: true, range: Some((number("0"), number("2"))) };
        let any = FactType::Number { whole: false, range: None };
        let types = [FactType::YesNo, FactType::OneOf(items), whole, any, FactType::Date];
        for (value, of) in [
            (Value::YesNo(true), [true, false, false, false, false]),
            (Value::Item(0), [false, true, false, false, false]),
            (Value::Item(1), [false, true, false, false, false]),
            (Value::Item(2), [false; 5]),
            (Value::Number(number("-1")), [false, false, false, true, false]),
            (Value::Number(number("0")), [false, false, true, true, false]),
            (Value::Number(number("1.5")), [false, false, false, true, false]),
            (Value::Number(number("2")), [false, false, true, true, false]),
            (Value::Number(number("3")), [false, false, false, true, false]),
            (Value::Date(Date::MIN), [false, false, false, false, true]),
        ] {
            assert_eq!(types.each_ref().map(|it| it.has(value)), of, "{value:?}");
        }
    }
}

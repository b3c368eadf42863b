//! Weights: exact, so that their sum does not depend on the order of rows.

#![expect(clippy::indexing_slicing, reason = "places are those that were found in the text")]
#![expect(clippy::arithmetic_side_effects, reason = "so few digits fit into 128 bits")]

use std::fmt;

/// A weight that is not negative, of at most twelve digits before the point and eighteen after it; or
/// a sum of such weights.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight(u128);

/// How many digits stand after the point.
const SCALE: usize = 18;
const ONE: u128 = 10_u128.pow(18);

impl Weight {
    /// Nothing.
    pub const ZERO: Weight = Weight(0);

    /// Reads digits with an optional fraction and an optional exponent. `None` where it is none, is negative,
    /// or has more digits than can be kept.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        Self::plain(text).or_else(|| Self::with_exponent(text))
    }

    /// The same of `1.5e-3`, `.5`, `+1` and `2.`; without an exponent too.
    fn with_exponent(text: &[u8]) -> Option<Self> {
        let text = text.strip_prefix(b"+").unwrap_or(text);
        let (number, exponent) = match text.iter().position(|byte| byte.eq_ignore_ascii_case(&b'e')) {
            Some(mark) => (&text[..mark], std::str::from_utf8(&text[mark + 1..]).ok()?.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let point = number.iter().position(|byte| *byte == b'.').unwrap_or(number.len());
        let (whole, fraction) = (&number[..point], number.get(point + 1..).unwrap_or_default());
        let digits: Vec<u8> = [whole, fraction].concat();
        if digits.is_empty() || digits.len() > 64 || exponent.unsigned_abs() > 64 {
            return None;
        }
        // The point moves by so many digits: written out, it is a plain one.
        let moved = i32::try_from(whole.len()).ok()? + exponent;
        let before = usize::try_from(moved).unwrap_or(0);
        let zeros = vec![b'0'; usize::try_from(-moved).unwrap_or(0)];
        let padded = [&zeros[..], &digits, &vec![b'0'; before.saturating_sub(digits.len())]].concat();
        let (whole, fraction) = padded.split_at(before);
        // INVARIANT: a digit is left of each, where there is one.
        let first = whole.iter().position(|digit| *digit != b'0').unwrap_or(whole.len().saturating_sub(1));
        let last = fraction.iter().rposition(|digit| *digit != b'0').unwrap_or(0);
        let whole = if whole.is_empty() { b"0" } else { &whole[first..] };
        let fraction = if fraction.is_empty() { b"0" } else { &fraction[..=last] };
        Self::plain(&[whole, b".", fraction].concat())
    }

    /// Digits with an optional fraction.
    fn plain(text: &[u8]) -> Option<Self> {
        let (whole, fraction) = match text.iter().position(|byte| *byte == b'.') {
            Some(point) => (&text[..point], &text[point + 1..]),
            None => (text, &b"0"[..]),
        };
        if whole.is_empty() || fraction.is_empty() || whole.len() > 12 || fraction.len() > SCALE {
            return None;
        }
        let digits = whole.iter().chain(fraction);
        let read = digits
            .clone()
            .all(u8::is_ascii_digit)
            .then(|| digits.fold(0_u128, |number, digit| number * 10 + u128::from(digit - b'0')))?;
        let missing = u32::try_from(SCALE - fraction.len()).ok()?;
        Some(Weight(read * 10_u128.pow(missing)))
    }

    /// The sum, if it can be kept.
    #[must_use]
    pub fn checked_add(self, other: Weight) -> Option<Weight> {
        self.0.checked_add(other.0).map(Weight)
    }

    /// How large it is beside other weights.
    #[must_use]
    pub fn units(self) -> u128 {
        self.0
    }
}

/// Digits, without zeros at the end of a fraction.
impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / ONE, self.0 % ONE);
        let digits = format!("{fraction:018}");
        match digits.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            digits => write!(f, "{whole}.{digits}"),
        }
    }
}

/// Never shows the weight: one row's is private even when a program fails.
impl fmt::Debug for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Weight(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Weight;

    fn shown(text: &str) -> Option<String> {
        Weight::parse(text.as_bytes()).map(|weight| weight.to_string())
    }

    #[test]
    fn weights_are_exact() {
        let same = ["0", "1", "12.5", "0.1", "999999999999.999999999999999999", "0.000000000000000001"];
        assert!(same.iter().all(|text| shown(text).as_deref() == Some(text)));
        assert_eq!(shown("007.50").as_deref(), Some("7.5"));
        for (text, weight) in [
            ("1.", "1"),
            (".5", "0.5"),
            ("+1", "1"),
            ("1e3", "1000"),
            ("1.0E7", "10000000"),
            ("1.5e+3", "1500"),
            ("12.50e-1", "1.25"),
            ("1e-05", "0.00001"),
            ("2.05E-5", "0.0000205"),
            ("1e-18", "0.000000000000000001"),
            ("0.0000000000000000010e1", "0.00000000000000001"),
            ("999999999999e0", "999999999999"),
            ("0e9", "0"),
            ("00.0e-60", "0"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(weight), "{text}");
        }
        let refused = "|.|+|-|-1|+-1|NaN|inf|1 |1,5|1_0|1e|e5|1e5e|1e1.5|1.2.3|.e1|0x1|1000000000000|1e12|1e-19|\
                       0.0000000000000000001|1e99999999999|1e2147483647|1e-2147483648";
        let read: Vec<&str> = refused.split('|').filter(|text| shown(text).is_some()).collect();
        assert!(read.is_empty(), "{read:?}");
        let tenth = Weight::parse(b"0.1").unwrap();
        let sum = (0..10).try_fold(Weight::ZERO, |sum, _| sum.checked_add(tenth)).unwrap();
        assert_eq!(sum.to_string(), "1");
    }
}

//! Weights: exact, so that their sum does not depend on the order of rows.

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

    /// Reads digits with an optional fraction. `None` where it is none, is negative, or has more digits
    /// than can be kept.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
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
        let refused =
            ["", ".", "1.", ".5", "-1", "+1", "1e3", "NaN", "1 ", "1,5", "1000000000000", "0.0000000000000000001"];
        assert!(refused.iter().all(|text| shown(text).is_none()));
        let tenth = Weight::parse(b"0.1").unwrap();
        let sum = (0..10).try_fold(Weight::ZERO, |sum, _| sum.checked_add(tenth)).unwrap();
        assert_eq!(sum.to_string(), "1");
    }
}

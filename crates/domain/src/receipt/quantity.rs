//! How much of an item is sold, exactly: thousandths, never a float.

use std::fmt;

use crate::money::{Money, MoneyError};

/// Thousandths in one.
const SCALE: i64 = 1_000;
/// Digits after the point that count.
const DIGITS: usize = 3;
/// The largest quantity: 99,999.999.
const THOUSANDTHS_MAX: i64 = 99_999_999;

/// A quantity: more than nothing, at most 99,999.999, with three digits after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i64);

impl Quantity {
    /// A quantity of so many thousandths; `None` outside its limits.
    #[must_use]
    pub fn from_thousandths(thousandths: i64) -> Option<Self> {
        (0 < thousandths && thousandths <= THOUSANDTHS_MAX).then_some(Self(thousandths))
    }

    /// Its thousandths.
    #[must_use]
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// Reads `2`, `1.0`, `0.250`. Zeros after the third digit are allowed, other digits are not:
    /// nothing is rounded.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || text.ends_with('.') {
            return None;
        }
        let part = part.trim_end_matches('0');
        if DIGITS < part.len() {
            return None;
        }
        let thousandths: i64 = format!("{part:0<DIGITS$}").parse().ok()?;
        let whole: i64 = whole.parse().ok()?;
        Self::from_thousandths(whole.checked_mul(SCALE)?.checked_add(thousandths)?)
    }

    /// What so many cost at `price` each, rounded half up to minor units: the rule by which
    /// registers compute an item's sum.
    ///
    /// # Errors
    /// The sum does not fit.
    pub fn cost(self, price: Money) -> Result<Money, MoneyError> {
        let exact = i128::from(price.minor()).checked_mul(i128::from(self.0));
        let up = i128::from(SCALE).checked_div(2);
        let rounded = exact
            .zip(up)
            .and_then(|(exact, up)| exact.checked_add(up))
            .and_then(|sum| sum.checked_div_euclid(i128::from(SCALE)))
            .ok_or(MoneyError::Overflow)?;
        let minor = i64::try_from(rounded).map_err(|_too_large| MoneyError::Overflow)?;
        Ok(Money::new(minor, price.currency()))
    }
}

/// As registers take it: `1.500`.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.div_euclid(SCALE), self.0.rem_euclid(SCALE));
        write!(f, "{whole}.{part:03}")
    }
}

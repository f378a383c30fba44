//! Money: minor units of a currency. No floats, no silent rounding, no mixing of currencies.

use std::fmt;

/// A currency of ISO 4217. The wire knows a part of them (YooKassa API v3: common types).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The Russian rouble.
    pub const RUB: Self = Self(iso_currency::Currency::RUB);

    /// The currency with this three-letter code, capital letters.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let currency = Self(iso_currency::Currency::from_code(code)?);
        // Units of account and metals have no minor unit and are never paid with.
        currency.0.exponent().is_some().then_some(currency)
    }

    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimal digits the minor unit has: 0, 2, 3 or 4.
    #[must_use]
    pub fn digits(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }

    /// The sign as people write it (`₽`), or the code where there is none.
    #[must_use]
    pub fn symbol(self) -> String {
        self.0.symbol().to_string()
    }

    fn minor_per_unit(self) -> i64 {
        10_i64.saturating_pow(self.digits())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in minor units (kopecks) of one currency. May be negative in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why an operation on money has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies cannot be added or compared.
    #[error("currencies differ: {left} and {right}")]
    CurrencyMismatch {
        /// Currency of the one.
        left: Currency,
        /// Currency of the other.
        right: Currency,
    },
    /// The result does not fit 64 bits.
    #[error("amount is too large")]
    Overflow,
    /// The text is not a decimal number with at most the currency's digits.
    #[error("amount is not a number with at most {digits} decimals")]
    Malformed {
        /// Digits of the currency.
        digits: u32,
    },
    /// There are no parts to divide by.
    #[error("nothing to split the amount by")]
    NoParts,
}

/// What happens to a part of a minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Half a minor unit and more goes up, away from zero.
    HalfUp,
    /// Always towards zero.
    Down,
}

/// A share in parts per million: 4.5 % is 45,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(i64);

const MILLION: i128 = 1_000_000;

impl Rate {
    /// A share of nothing.
    pub const ZERO: Self = Self(0);

    /// `ppm` parts per million; `None` outside 0 to 100 %.
    #[must_use]
    pub fn from_ppm(ppm: i64) -> Option<Self> {
        (0 <= ppm && ppm <= 1_000_000).then_some(Self(ppm))
    }

    /// In parts per million.
    #[must_use]
    pub fn ppm(self) -> i64 {
        self.0
    }

    /// This share of `amount`.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`], which a share of up to 100 % cannot cause.
    pub fn of(self, amount: Money, rounding: Rounding) -> Result<Money, MoneyError> {
        let product = i128::from(amount.minor).saturating_mul(i128::from(self.0));
        let half = match rounding {
            Rounding::HalfUp => MILLION / 2,
            Rounding::Down => 0,
        };
        let magnitude = product.abs().saturating_add(half) / MILLION;
        let minor = i64::try_from(magnitude.saturating_mul(product.signum()))
            .map_err(|_overflow| MoneyError::Overflow)?;
        Ok(Money {
            minor,
            currency: amount.currency,
        })
    }
}

impl Money {
    /// `minor` minor units of `currency`.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Zero, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Reads `1000`, `1000.5` or `1000.50`: digits with at most the currency's decimals, no sign,
    /// no zero before other digits.
    ///
    /// # Errors
    /// [`MoneyError::Malformed`] or [`MoneyError::Overflow`].
    pub fn parse(value: &str, currency: Currency) -> Result<Self, MoneyError> {
        let digits = currency.digits();
        let malformed = MoneyError::Malformed { digits };
        let (whole, part) = value
            .split_once('.')
            .map_or((value, None), |(w, p)| (w, Some(p)));
        let decimal = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let padded = whole.len() > 1 && whole.starts_with('0');
        if !decimal(whole) || padded || part.is_some_and(|p| !decimal(p)) {
            return Err(malformed);
        }
        let part = part.unwrap_or("");
        let missing = usize::try_from(digits)
            .ok()
            .and_then(|digits| digits.checked_sub(part.len()))
            .ok_or(malformed)?;
        let text = format!("{whole}{part}{}", "0".repeat(missing));
        let minor = text.parse().map_err(|_overflow| MoneyError::Overflow)?;
        Ok(Self { minor, currency })
    }

    /// Minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Returns whether it is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Returns whether it is more than zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// The same amount with the other sign.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] for the one amount that has no opposite.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_neg().ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The sum of both.
    ///
    /// # Errors
    /// Different currencies, or overflow.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self
            .minor
            .checked_add(other.minor)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// This less `other`; the result may be negative.
    ///
    /// # Errors
    /// Different currencies, or overflow.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self
            .minor
            .checked_sub(other.minor)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// Compares two amounts.
    ///
    /// # Errors
    /// Different currencies.
    pub fn compare(self, other: Self) -> Result<std::cmp::Ordering, MoneyError> {
        self.same_currency(other)?;
        Ok(self.minor.cmp(&other.minor))
    }

    /// This sum, or `limit` if that is less.
    ///
    /// # Errors
    /// Different currencies.
    pub fn at_most(self, limit: Self) -> Result<Self, MoneyError> {
        match self.compare(limit)?.is_le() {
            true => Ok(self),
            false => Ok(limit),
        }
    }

    /// Splits the amount by `weights` so that the parts sum to the whole. What rounding leaves over
    /// goes to the first parts, one minor unit each.
    ///
    /// # Errors
    /// [`MoneyError::NoParts`] if the weights sum to zero.
    pub fn allocate(self, weights: &[u32]) -> Result<Vec<Self>, MoneyError> {
        let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        if total == 0 {
            return Err(MoneyError::NoParts);
        }
        let whole = i128::from(self.minor);
        let mut parts = Vec::with_capacity(weights.len());
        let mut rest = whole;
        for weight in weights {
            let part = whole
                .saturating_mul(i128::from(*weight))
                .checked_div(total)
                .ok_or(MoneyError::NoParts)?;
            rest = rest.saturating_sub(part);
            parts.push(part);
        }
        let step = rest.signum();
        for (part, weight) in parts.iter_mut().zip(weights) {
            if rest != 0 && *weight != 0 {
                *part = part.saturating_add(step);
                rest = rest.saturating_sub(step);
            }
        }
        parts
            .into_iter()
            .map(|part| {
                let minor = i64::try_from(part).map_err(|_overflow| MoneyError::Overflow)?;
                Ok(Self { minor, ..self })
            })
            .collect()
    }

    /// The number as the wire has it: `1000.00`, without the currency.
    #[must_use]
    pub fn value(self) -> String {
        let per_unit = self.currency.minor_per_unit().unsigned_abs();
        let magnitude = self.minor.unsigned_abs();
        let sign = if self.minor < 0 { "-" } else { "" };
        let whole = magnitude.checked_div(per_unit).unwrap_or(magnitude);
        let part = magnitude.checked_rem(per_unit).unwrap_or(0);
        match usize::try_from(self.currency.digits()) {
            Ok(width) if width > 0 => format!("{sign}{whole}.{part:0width$}"),
            _ => format!("{sign}{whole}"),
        }
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch {
            left: self.currency,
            right: other.currency,
        })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value(), self.currency)
    }
}

#[cfg(test)]
mod tests;

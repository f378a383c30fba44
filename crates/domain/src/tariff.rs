//! Tariffs: what the platform takes of a payment. They are data, not code: a percentage, a least
//! sum, a fixed part, with or without VAT on the commission, from a date on.

use crate::id::ShopId;
use crate::method::MethodKind;
use crate::money::{Currency, Money, MoneyError, Rate, Rounding};
use crate::time::Timestamp;

/// One line of a shop's price list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    /// Whose it is.
    pub shop_id: ShopId,
    /// For which method; `None` for all that have no line of their own.
    pub method: Option<MethodKind>,
    /// The share of the amount.
    pub rate: Rate,
    /// The least commission.
    pub minimum: Money,
    /// Added to the share.
    pub fixed: Money,
    /// VAT on top of the commission; zero if there is none.
    pub vat: Rate,
    /// From when it is in force.
    pub starts_at: Timestamp,
}

/// What the platform takes of one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fee {
    /// The commission without VAT.
    pub commission: Money,
    /// VAT on the commission.
    pub vat: Money,
}

impl Fee {
    /// No fee at all.
    #[must_use]
    pub fn none(currency: Currency) -> Self {
        Self {
            commission: Money::zero(currency),
            vat: Money::zero(currency),
        }
    }

    /// The same, but commission and VAT together not more than `limit`; then all of it is
    /// commission.
    ///
    /// # Errors
    /// Another currency, or overflow.
    pub fn at_most(self, limit: Money) -> Result<Self, MoneyError> {
        if self.total()?.compare(limit)?.is_le() {
            return Ok(self);
        }
        Ok(Self {
            commission: limit,
            vat: Money::zero(limit.currency()),
        })
    }

    /// Commission and VAT together.
    ///
    /// # Errors
    /// Overflow.
    pub fn total(self) -> Result<Money, MoneyError> {
        self.commission.checked_add(self.vat)
    }
}

impl Tariff {
    /// The fee on `amount`: never more than the amount itself.
    ///
    /// # Errors
    /// Another currency than the tariff's, or overflow.
    pub fn fee(&self, amount: Money) -> Result<Fee, MoneyError> {
        let share = self
            .rate
            .of(amount, Rounding::HalfUp)?
            .checked_add(self.fixed)?;
        let commission = if share.compare(self.minimum)?.is_lt() {
            self.minimum
        } else {
            share
        };
        let vat = self.vat.of(commission, Rounding::HalfUp)?;
        let fee = Fee { commission, vat };
        if fee.total()?.compare(amount)?.is_le() {
            return Ok(fee);
        }
        Ok(Fee {
            commission: amount,
            vat: Money::zero(amount.currency()),
        })
    }

    /// The fee on `amount` by the line in force; nothing if there is none.
    ///
    /// # Errors
    /// Overflow.
    pub fn fee_of(
        tariffs: &[Self],
        method: MethodKind,
        amount: Money,
        now: Timestamp,
    ) -> Result<Fee, MoneyError> {
        let currency = amount.currency();
        match Self::choose(tariffs, method, currency, now) {
            Some(tariff) => tariff.fee(amount),
            None => Ok(Fee::none(currency)),
        }
    }

    /// The line in force for `method` at `now`: the newest of the method's own, otherwise the
    /// newest of those for all methods.
    #[must_use]
    pub fn choose(
        tariffs: &[Self],
        method: MethodKind,
        currency: Currency,
        now: Timestamp,
    ) -> Option<&Self> {
        tariffs
            .iter()
            .filter(|t| t.starts_at <= now && t.fixed.currency() == currency)
            .filter(|t| t.method.is_none_or(|own| own == method))
            .max_by_key(|t| (t.method.is_some(), t.starts_at))
    }
}

#[cfg(test)]
mod tests;

//! A deal and its payment: which payment may belong to it, and what a capture brings.

use super::{Deal, FeeMoment, State};
use crate::id::PaymentId;
use crate::money::{Currency, Money, MoneyError};
use crate::tariff::Fee;
use crate::time::Timestamp;

/// Why a payment cannot belong to a deal, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttachRefused {
    /// The deal is over.
    #[error("the deal is closed")]
    Closed,
    /// The deal's time is over.
    #[error("the deal has expired")]
    Expired,
    /// It has a payment that is not canceled.
    #[error("the deal has a payment")]
    Taken {
        /// The payment.
        payment: PaymentId,
    },
}

/// Why a seller's part is refused, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettlementRefused {
    /// Another currency than the payment's.
    #[error("the payment is in {payment}")]
    CurrencyDiffers {
        /// The payment's currency.
        payment: Currency,
    },
    /// It does not leave more than the commission.
    #[error("the seller's part is too large by {excess}")]
    TooLarge {
        /// By how much.
        excess: Money,
    },
    /// Only a part of the payment is taken, and the request does not say how much of it is the
    /// seller's.
    #[error("the seller's part of a partial capture is missing")]
    Missing,
}

/// What a capture brings into a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled {
    /// What the buyer paid.
    pub amount: Money,
    /// The seller's part of it.
    pub payout: Money,
    /// The commission of it.
    pub fee: Fee,
}

/// Checks whether `payout` can be the seller's part of `amount`: it has to leave more than the
/// commission.
///
/// # Errors
/// It does not.
pub fn settle(amount: Money, payout: Money, fee: Fee) -> Result<(), SettlementRefused> {
    let differs = |_error: MoneyError| SettlementRefused::CurrencyDiffers {
        payment: amount.currency(),
    };
    let left = amount.checked_sub(payout).map_err(differs)?;
    let spare = left
        .checked_sub(fee.total().map_err(differs)?)
        .map_err(differs)?;
    if spare.is_positive() {
        return Ok(());
    }
    // At least the smallest unit has to be left.
    let short = 1_i64.saturating_sub(spare.minor());
    Err(SettlementRefused::TooLarge {
        excess: Money::new(short, amount.currency()),
    })
}

impl Deal {
    /// Makes `payment` the payment of the deal.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn attach(&self, payment: PaymentId, now: Timestamp) -> Result<Self, AttachRefused> {
        if let State::Closed { .. } = self.state {
            return Err(AttachRefused::Closed);
        }
        if self.expires_at <= now {
            return Err(AttachRefused::Expired);
        }
        if let Some(payment) = self.payment_id {
            return Err(AttachRefused::Taken { payment });
        }
        let mut next = self.clone();
        next.payment_id = Some(payment);
        Ok(next)
    }

    /// The payment was canceled, so another one may come. `None` if it is not the deal's payment.
    #[must_use]
    pub fn detach(&self, payment: PaymentId) -> Option<Self> {
        if self.payment_id != Some(payment) {
            return None;
        }
        let mut next = self.payment_rests().unwrap_or_else(|| self.clone());
        next.payment_id = None;
        Some(next)
    }

    /// A call for the payment was answered. `None` if the deal did not wait for that.
    #[must_use]
    pub fn payment_rests(&self) -> Option<Self> {
        let mut next = self.clone();
        match &mut next.state {
            State::Opened { awaits_payment, .. } if *awaits_payment => *awaits_payment = false,
            State::Opened { .. } | State::Closed { .. } => return None,
        }
        Some(next)
    }

    /// The payment's money was taken.
    ///
    /// # Errors
    /// The sums do not fit, which those that were checked before cannot cause.
    pub fn fill(&self, filled: &Filled) -> Result<Self, MoneyError> {
        let mut next = self.payment_rests().unwrap_or_else(|| self.clone());
        let held = match self.fee_moment {
            FeeMoment::PaymentSucceeded => filled.payout,
            FeeMoment::DealClosed => filled.amount.checked_sub(filled.fee.total()?)?,
        };
        next.sums.charged = self.sums.charged.checked_add(filled.amount)?;
        next.sums.held = self.sums.held.checked_add(held)?;
        next.sums.payable = self.sums.payable.checked_add(filled.payout)?;
        Ok(next)
    }
}

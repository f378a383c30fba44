//! A deal's side of payouts: the seller gets the seller's part, at once or in parts.

use super::{CloseRefused, Deal, State, Step};
use crate::money::{Currency, Money, MoneyError};
use crate::time::Timestamp;

/// Why a payout from the deal is refused, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayoutRefused {
    /// The deal is over.
    #[error("the deal is closed")]
    Closed,
    /// The deal's time is over.
    #[error("the deal has expired")]
    Expired,
    /// Another currency than the deal's.
    #[error("the deal is in {deal}")]
    CurrencyDiffers {
        /// The deal's currency.
        deal: Currency,
    },
    /// The sum is zero, negative, or more than can still be paid to the seller.
    #[error("the amount is not between zero and {balance}")]
    ExceedsBalance {
        /// What the seller can still be paid.
        balance: Money,
    },
}

impl Deal {
    /// Sets `amount` aside for a payout. The transfer is the payout's own: from `deal/{id}` to
    /// `payout/{id}`.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn reserve_payout(&self, amount: Money, now: Timestamp) -> Result<Self, PayoutRefused> {
        if let State::Closed { .. } = self.state {
            return Err(PayoutRefused::Closed);
        }
        if self.expires_at <= now {
            return Err(PayoutRefused::Expired);
        }
        let differs = |_error: MoneyError| PayoutRefused::CurrencyDiffers {
            deal: self.currency(),
        };
        let balance = self.sums.payable;
        let left = balance.checked_sub(amount).map_err(differs)?;
        if !amount.is_positive() || left.minor() < 0 {
            return Err(PayoutRefused::ExceedsBalance { balance });
        }
        let mut next = self.clone();
        next.sums.payable = left;
        next.sums.held = self.sums.held.checked_sub(amount).map_err(differs)?;
        next.sums.paying_out = self.sums.paying_out.checked_add(amount).map_err(differs)?;
        Ok(next)
    }

    /// A payout of `amount` that was set aside has reached the seller. After the last one the deal
    /// closes.
    ///
    /// # Errors
    /// Less than that is set aside.
    pub fn settle_payout(&self, amount: Money, now: Timestamp) -> Result<Step, CloseRefused> {
        let mut next = self.clone();
        next.sums.paying_out = less(self.sums.paying_out, amount)?;
        next.sums.paid_out = self.sums.paid_out.checked_add(amount)?;
        next.closed_when_done(now)
    }

    /// How much the deal gives for a payout of `amount` that had failed and reached the seller
    /// after all: as much as it still has for the seller. The platform advances the rest.
    ///
    /// # Errors
    /// Another currency.
    pub fn share_of_late(&self, amount: Money) -> Result<Money, MoneyError> {
        match self.state {
            State::Opened { .. } => self.sums.payable.at_most(amount),
            State::Closed { .. } => Ok(Money::zero(self.currency())),
        }
    }

    /// A payout that had failed has reached the seller after all, and the deal gives `share` of it.
    ///
    /// # Errors
    /// It has less.
    pub fn paid_out_late(&self, share: Money, now: Timestamp) -> Result<Step, CloseRefused> {
        let mut next = self.clone();
        next.give(share)?;
        next.closed_when_done(now)
    }

    /// A payout of `amount` that was set aside has failed. It goes back from `payout/{id}` to
    /// `deal/{id}`, and from there to the platform up to what that has `advanced` to the seller.
    ///
    /// # Errors
    /// Less than that is set aside.
    pub fn release_payout(
        &self,
        amount: Money,
        advanced: Money,
        now: Timestamp,
    ) -> Result<Step, CloseRefused> {
        let mut next = self.clone();
        next.sums.paying_out = less(self.sums.paying_out, amount)?;
        next.sums.payable = self.sums.payable.checked_add(amount)?;
        next.sums.held = self.sums.held.checked_add(amount)?;
        next.repay(advanced, now)
    }

    /// Repays what the platform has `advanced`, up to what is there for the seller: what the seller
    /// has got already is not payable again, whichever payout brought it.
    pub(super) fn repay(mut self, advanced: Money, now: Timestamp) -> Result<Step, CloseRefused> {
        let repaid = self.sums.payable.at_most(advanced)?;
        self.give(repaid)?;
        let mut step = self.closed_when_done(now)?;
        step.repaid = repaid;
        Ok(step)
    }

    /// The seller has got `amount` by a payout for which nothing was set aside.
    fn give(&mut self, amount: Money) -> Result<(), MoneyError> {
        self.sums.payable = less(self.sums.payable, amount)?;
        self.sums.held = less(self.sums.held, amount)?;
        self.sums.paid_out = self.sums.paid_out.checked_add(amount)?;
        Ok(())
    }
}

/// `of` less `amount`, which must not be below zero.
pub(super) fn less(of: Money, amount: Money) -> Result<Money, MoneyError> {
    let left = of.checked_sub(amount)?;
    if left.minor() < 0 {
        return Err(MoneyError::Overflow);
    }
    Ok(left)
}

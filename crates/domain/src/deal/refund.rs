//! A deal's side of refunds: which part of the money is the seller's and which the platform's, and
//! what the platform has to cover.

use super::payout::less;
use super::{CloseRefused, Deal, State, Step};
use crate::money::{Currency, Money, MoneyError};
use crate::time::Timestamp;

/// A refund as a deal sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundParts {
    /// What the buyer gets.
    pub amount: Money,
    /// By how much the seller's part is reduced.
    pub payout: Money,
}

/// What was set aside for a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The deal after it.
    pub deal: Deal,
    /// What comes out of the deal.
    pub from_deal: Money,
    /// What comes out of the platform's own money.
    pub covered: Money,
}

/// Why a refund from the deal is refused, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundRefused {
    /// The deal is over.
    #[error("the deal is closed")]
    Closed,
    /// The deal's time is over: the deal gives the rest back itself.
    #[error("the deal has expired")]
    Expired,
    /// Another currency than the deal's.
    #[error("the deal is in {deal}")]
    CurrencyDiffers {
        /// The deal's currency.
        deal: Currency,
    },
    /// The seller's part of the refund is more than the refund.
    #[error("the seller's part exceeds the refund by {excess}")]
    PartAboveAmount {
        /// By how much.
        excess: Money,
    },
    /// The seller's part of the refund is more than what the seller still has.
    #[error("the seller's part exceeds what is left of it by {excess}")]
    PartAboveBalance {
        /// By how much.
        excess: Money,
    },
    /// The rest of the refund is more than the platform's fee that is still in the deal.
    #[error("the refund exceeds the seller's part and the platform's fee by {excess}")]
    AmountAboveFee {
        /// By how much.
        excess: Money,
    },
}

impl Deal {
    /// Sets aside a refund that the platform asks for.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn reserve_refund(
        &self,
        parts: RefundParts,
        now: Timestamp,
    ) -> Result<Reserved, RefundRefused> {
        if let State::Closed { .. } = self.state {
            return Err(RefundRefused::Closed);
        }
        if self.expires_at <= now {
            return Err(RefundRefused::Expired);
        }
        self.reserve(parts)
    }

    /// Sets aside what the buyer gets back after the deal's end: everything that is left, or, if
    /// the platform has no money to cover the rest, what the deal holds; but no more than `room`,
    /// which is what the payment has left.
    ///
    /// # Errors
    /// It is closed, or nothing is left.
    pub fn give_back(&self, cover: Cover, room: Money) -> Result<Reserved, RefundRefused> {
        if let State::Closed { .. } = self.state {
            return Err(RefundRefused::Closed);
        }
        let differs = |error: MoneyError| self.differs(error);
        let left = match cover {
            Cover::Whole => self.returnable().map_err(differs)?,
            Cover::Nothing => self.sums.held,
        };
        let amount = left.at_most(room).map_err(differs)?;
        let payout = self.sums.payable.at_most(amount).map_err(differs)?;
        self.reserve(RefundParts { amount, payout })
    }

    fn differs(&self, _error: MoneyError) -> RefundRefused {
        RefundRefused::CurrencyDiffers {
            deal: self.currency(),
        }
    }

    fn reserve(&self, parts: RefundParts) -> Result<Reserved, RefundRefused> {
        let RefundParts { amount, payout } = parts;
        let differs = |error: MoneyError| self.differs(error);
        let sums = &self.sums;
        let minus = |one: Money, other: Money| one.checked_sub(other).map_err(differs);

        let platform = minus(amount, payout)?;
        if platform.minor() < 0 {
            let excess = minus(payout, amount)?;
            return Err(RefundRefused::PartAboveAmount { excess });
        }
        let payable = minus(sums.payable, payout)?;
        if payable.minor() < 0 {
            let excess = minus(payout, sums.payable)?;
            return Err(RefundRefused::PartAboveBalance { excess });
        }
        let fee_left = minus(self.returnable().map_err(differs)?, sums.payable)?;
        let above = minus(platform, fee_left)?;
        if above.is_positive() {
            return Err(RefundRefused::AmountAboveFee { excess: above });
        }

        // The seller's part stays where it is; the platform covers what is missing then.
        let spare = minus(sums.held, payable)?;
        let from_deal = if spare.minor() < amount.minor() {
            spare
        } else {
            amount
        };
        let covered = minus(amount, from_deal)?;
        let mut deal = self.clone();
        deal.sums.held = minus(sums.held, from_deal)?;
        deal.sums.payable = payable;
        deal.sums.refunding = sums.refunding.checked_add(amount).map_err(differs)?;
        deal.sums.covered = sums.covered.checked_add(covered).map_err(differs)?;
        Ok(Reserved {
            deal,
            from_deal,
            covered,
        })
    }

    /// A refund that was set aside has reached the buyer. If everything has been given back, the
    /// deal closes.
    ///
    /// # Errors
    /// Less than that is set aside.
    pub fn settle_refund(&self, amount: Money, now: Timestamp) -> Result<Step, CloseRefused> {
        let mut next = self.clone();
        next.sums.refunding = less(self.sums.refunding, amount)?;
        next.sums.refunded = self.sums.refunded.checked_add(amount)?;
        next.closed_when_done(now)
    }

    /// A refund that was set aside has failed; `covered` of it was the platform's own money. What
    /// the platform has `advanced` to the seller is repaid from it.
    ///
    /// # Errors
    /// Less than that is set aside.
    pub fn release_refund(
        &self,
        parts: RefundParts,
        covered: Money,
        advanced: Money,
        now: Timestamp,
    ) -> Result<Step, CloseRefused> {
        let mut next = self.clone();
        let from_deal = parts.amount.checked_sub(covered)?;
        next.sums.refunding = less(self.sums.refunding, parts.amount)?;
        next.sums.covered = less(self.sums.covered, covered)?;
        next.sums.payable = self.sums.payable.checked_add(parts.payout)?;
        next.sums.held = self.sums.held.checked_add(from_deal)?;
        next.try_again(now);
        next.repay(advanced, now)
    }
}

/// How much of a refund after the deal's end the platform's own money covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// Everything that the deal does not hold.
    Whole,
    /// Nothing: the platform has not enough.
    Nothing,
}

//! A payment's side of refunds: what may be given back, and how much of it is on its way.

use super::{Payment, Source, SourceRefused, State, Status};
use crate::id::RefundId;
use crate::method::RefundPolicy;
use crate::money::{Currency, Money, MoneyError};
use crate::refund::{Refund, Status as RefundStatus};
use crate::time::Timestamp;

/// Why money cannot be given back, in order of precedence (YooKassa API v3: errors and refunds).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundRefused {
    /// The payment was not taken.
    #[error("the payment is {}", status.code())]
    NotSucceeded {
        /// How far it is instead.
        status: Status,
    },
    /// The method gives nothing back.
    #[error("the method gives nothing back")]
    MethodNotRefundable,
    /// Another currency than the payment's.
    #[error("the payment is in {payment}")]
    CurrencyDiffers {
        /// The payment's currency.
        payment: Currency,
    },
    /// Everything was given back, or is on its way.
    #[error("everything was given back")]
    AlreadyRefunded,
    /// More than is left.
    #[error("refund exceeds what is left of the payment")]
    ExceedsRemaining {
        /// What is left.
        remaining: Money,
    },
    /// The method gives back the whole only.
    #[error("the method gives back the whole only")]
    PartNotPermitted,
    /// Less than the least sum.
    #[error("the amount is below the least sum")]
    BelowMinimum,
    /// What would be left is less than the least sum, and not nothing.
    #[error("what would be left is below the least sum")]
    RestBelowMinimum,
    /// The payment is too old.
    #[error("the payment is too old")]
    TooOld,
    /// It cannot come from these sources.
    #[error(transparent)]
    Source(#[from] SourceRefused),
    /// What certificates give back is missing, or was given for another method.
    #[error("what certificates give back is missing, or there are none")]
    CertificatesMismatch,
}

/// Least refund and least rest, in whole units of the currency.
const LEAST_UNITS: &str = "1";

impl Payment {
    /// Sets `amount` aside for a refund, for a split payment from these sources. Returns who gives
    /// how much, if it is split.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn reserve_refund(
        &self,
        amount: Money,
        sources: &[Source],
        now: Timestamp,
    ) -> Result<(Self, Vec<Source>), RefundRefused> {
        let State::Succeeded { .. } = &self.state else {
            return Err(RefundRefused::NotSucceeded {
                status: self.status(),
            });
        };
        let method = self
            .method
            .as_ref()
            .ok_or(RefundRefused::MethodNotRefundable)?;
        let terms = method.kind.terms();
        if terms.refunds == RefundPolicy::None {
            return Err(RefundRefused::MethodNotRefundable);
        }
        let currency = self.amount.currency();
        let differs = |_error: MoneyError| RefundRefused::CurrencyDiffers { payment: currency };
        let remaining = self.refundable_amount();
        let rest = remaining.checked_sub(amount).map_err(differs)?;
        if remaining.is_zero() {
            return Err(RefundRefused::AlreadyRefunded);
        }
        if rest.minor() < 0 {
            return Err(RefundRefused::ExceedsRemaining { remaining });
        }
        if terms.refunds == RefundPolicy::FullOnly && amount != self.amount {
            return Err(RefundRefused::PartNotPermitted);
        }
        let in_deal = self.deal.is_some();
        let least = Money::parse(LEAST_UNITS, currency).map_err(differs)?;
        if amount.minor() < least.minor() {
            return Err(RefundRefused::BelowMinimum);
        }
        // What a deal leaves is the platform's, or is given back by the deal itself.
        if !in_deal && !rest.is_zero() && rest.minor() < least.minor() {
            return Err(RefundRefused::RestBelowMinimum);
        }
        if now > self.created_at.plus(terms.refundable_for) {
            return Err(RefundRefused::TooOld);
        }
        let mut next = self.set_aside(amount).map_err(differs)?;
        let sources = next.reserve_sources(amount, sources, remaining)?;
        Ok((next, sources))
    }

    /// Sets `amount` aside without the rules for merchants, because a deal gives back by itself.
    pub(crate) fn set_aside(&self, amount: Money) -> Result<Self, MoneyError> {
        let refunding = self.refunding.checked_add(amount)?;
        Ok(Self {
            refunding,
            ..self.clone()
        })
    }

    /// Holds the amount of a refund that stays canceled although it has reached the payer, so that
    /// it is not given back again. Only what is left of the payment can be held; the rest is held
    /// once other refunds leave room.
    ///
    /// # Errors
    /// Another currency.
    pub fn hold(&self, left: Money) -> Result<Self, MoneyError> {
        let room = self.amount.checked_sub(self.refunded)?;
        let held = self.refunding.checked_add(left)?;
        Ok(Self {
            refunding: held.at_most(room)?,
            ..self.clone()
        })
    }

    /// Counts anew what all refunds of the payment hold of it: those that are on their way or have
    /// succeeded, and then, up to what these leave, those that have `left` although they are
    /// canceled. So the result is the same in whatever order they came and went.
    ///
    /// # Errors
    /// Overflow, which refunds of one payment cannot cause.
    pub fn recount_refunds(
        &self,
        refunds: &[Refund],
        left: &[RefundId],
    ) -> Result<Self, MoneyError> {
        let zero = Money::zero(self.amount.currency());
        let (mut refunding, mut held) = (zero, zero);
        let (mut standing, mut gone) = (Vec::new(), Vec::new());
        for refund in refunds {
            match refund.status() {
                RefundStatus::Succeeded => standing.extend(&refund.sources),
                RefundStatus::Pending => {
                    refunding = refunding.checked_add(refund.amount)?;
                    standing.extend(&refund.sources);
                }
                RefundStatus::Canceled if left.contains(&refund.id) => {
                    held = held.checked_add(refund.amount)?;
                    gone.extend(&refund.sources);
                }
                RefundStatus::Canceled => {}
            }
        }
        let mut next = Self {
            refunding,
            ..self.clone()
        };
        next = next.hold(held)?;
        next.recount_sources(&standing, &gone)?;
        Ok(next)
    }

    /// A refund of `amount` that was set aside has reached the payer.
    ///
    /// # Errors
    /// Less than that is set aside.
    pub fn settle_refund(&self, amount: Money) -> Result<Self, MoneyError> {
        let released = self.release_refund(amount)?;
        let refunded = self.refunded.checked_add(amount)?;
        Ok(Self {
            refunded,
            ..released
        })
    }

    /// A refund of `amount` that was set aside has failed.
    ///
    /// # Errors
    /// Less than that is set aside.
    pub fn release_refund(&self, amount: Money) -> Result<Self, MoneyError> {
        let refunding = self.refunding.checked_sub(amount)?;
        if refunding.minor() < 0 {
            return Err(MoneyError::Overflow);
        }
        Ok(Self {
            refunding,
            ..self.clone()
        })
    }
}

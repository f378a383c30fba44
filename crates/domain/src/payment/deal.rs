//! A payment inside a safe deal: the seller's part of it, and its end with the deal.

use super::{Payment, State, Step};
use crate::acquiring::{CancellationReason, Decline, Party};
use crate::deal::{Deal, FeeMoment, SettlementRefused, Status as DealStatus, settle};
use crate::id::{DealId, OperationId};
use crate::ledger::{LedgerRefused, Transfer};
use crate::method::MethodKind;
use crate::money::Money;
use crate::shop::Shop;
use crate::tariff::{Fee, Tariff};
use crate::time::Timestamp;

/// What a payment knows of its deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentDeal {
    /// The deal.
    pub id: DealId,
    /// When the platform gets its fee.
    pub fee_moment: FeeMoment,
    /// The seller's part.
    pub payout: Money,
    /// The corrected seller's part, for a capture that is under way.
    pub payout_capturing: Option<Money>,
}

impl Payment {
    /// Checks that the seller's part leaves more than the commission, by at least one of the shop's
    /// methods that the payer can use.
    ///
    /// # Errors
    /// It does by none of them; the refusal is that of the cheapest method.
    pub fn check_settlement(
        &self,
        shop: &Shop,
        tariffs: &[Tariff],
        now: Timestamp,
    ) -> Result<(), SettlementRefused> {
        if let Some(kind) = self.method_asked {
            return self.settles(kind, tariffs, now);
        }
        let methods = shop.methods.iter().filter(|kind| self.accepts(**kind));
        let settled = methods.map(|kind| self.settles(*kind, tariffs, now));
        settled
            .min_by_key(|settled| match settled {
                Ok(()) => 0,
                Err(SettlementRefused::TooLarge { excess }) => excess.minor(),
                Err(SettlementRefused::CurrencyDiffers { .. } | SettlementRefused::Missing) => {
                    i64::MAX
                }
            })
            .unwrap_or(Ok(()))
    }

    /// Checks that the seller's part leaves more than the commission of this method. A payment
    /// without a deal has no such part.
    ///
    /// # Errors
    /// It does not.
    pub fn settles(
        &self,
        kind: MethodKind,
        tariffs: &[Tariff],
        now: Timestamp,
    ) -> Result<(), SettlementRefused> {
        let Some(deal) = &self.deal else {
            return Ok(());
        };
        // A commission that cannot be computed leaves nothing.
        let excess = deal.payout;
        let fee = Tariff::fee_of(tariffs, kind, self.amount, now)
            .map_err(|_overflow| SettlementRefused::TooLarge { excess })?;
        settle(self.amount, deal.payout, fee)
    }

    /// Sets the seller's part for a capture of `amount` that is under way: the old one or a
    /// corrected one.
    ///
    /// # Errors
    /// It is missing, or does not leave more than the commission.
    pub fn correct_payout(
        &self,
        amount: Money,
        corrected: Option<Money>,
        fee: Fee,
    ) -> Result<Self, SettlementRefused> {
        let mut next = self.clone();
        let Some(deal) = &mut next.deal else {
            return Ok(next);
        };
        if corrected.is_none() && amount != self.amount {
            return Err(SettlementRefused::Missing);
        }
        settle(amount, corrected.unwrap_or(deal.payout), fee)?;
        deal.payout_capturing = corrected;
        Ok(next)
    }

    /// The commission on `amount` by the method in use.
    ///
    /// # Errors
    /// Overflow.
    pub fn fee_on(
        &self,
        amount: Money,
        tariffs: &[Tariff],
        now: Timestamp,
    ) -> Result<Fee, LedgerRefused> {
        let kind = self
            .method
            .as_ref()
            .map_or(MethodKind::BankCard, |method| method.kind);
        let fee = Tariff::fee_of(tariffs, kind, amount, now)?;
        let Some(deal) = &self.deal else {
            return Ok(fee);
        };
        // A tariff that became dearer meanwhile does not take from the seller's part.
        let payout = deal.payout_capturing.unwrap_or(deal.payout);
        Ok(fee.at_most(amount.checked_sub(payout)?)?)
    }

    /// The transfer of a capture, once amount and fee are known.
    pub(super) fn capture_transfer(&self, fee: Fee) -> Result<Transfer, LedgerRefused> {
        let holder = self.holder()?;
        match &self.deal {
            None => Transfer::capture(self.id, holder, self.amount, fee),
            Some(deal) => Transfer::capture_in_deal(self.id, holder, deal, self.amount, fee),
        }
    }

    /// Returns whether anything can be given back now, in its deal. A closed deal gives nothing.
    #[must_use]
    pub fn refundable_in(&self, deal: &Deal) -> bool {
        let opened = deal.status() == DealStatus::Opened;
        let left = deal.returnable().is_ok_and(Money::is_positive);
        opened && left && self.refundable()
    }

    /// The deal's time was over at `ended_at`: an unfinished payment ends with it, or by itself if
    /// it was due before that. `None` if the payment is decided, or a call is under way whose
    /// answer has to be waited for.
    #[must_use]
    pub fn end_with_deal(
        &self,
        operation: OperationId,
        ended_at: Timestamp,
        now: Timestamp,
    ) -> Option<Step> {
        // Nobody has looked since its own time was over, which was before the deal's.
        if self.due_at().is_some_and(|due_at| due_at < ended_at)
            && let Ok(step) = self.expire(operation, now)
        {
            return Some(step);
        }
        let cause = Decline::new(Party::YooMoney, CancellationReason::DealExpired);
        match &self.state {
            State::Pending { .. } | State::Challenged { .. } => Some(self.cancel_now(cause, now)),
            State::WaitingForCapture { hold } => Some(self.void(hold, operation, cause)),
            State::Authorizing { .. }
            | State::Capturing { .. }
            | State::Voiding { .. }
            | State::Registering { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => None,
        }
    }

    /// The most that could be given back: what was taken, or, in a deal whose fee came at once,
    /// only the seller's part.
    pub(super) fn returnable(&self) -> Money {
        match &self.deal {
            Some(deal) if deal.fee_moment == FeeMoment::PaymentSucceeded => deal.payout,
            Some(_) | None => self.amount,
        }
    }
}

//! The beginning and the end of a deal.

use super::{Deal, FeeMoment, State, Step, Sums};
use crate::event::{Event, EventKind};
use crate::id::DealId;
use crate::ledger::{LedgerRefused, Transfer};
use crate::metadata::Metadata;
use crate::money::MoneyError;
use crate::shop::Shop;
use crate::time::{Duration, Timestamp};

/// How long a platform's deals live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Life(i64);

impl Life {
    /// The usual life, if nothing is said: 90 days.
    pub const USUAL: Self = Self(90);
    const DAYS_MAX: i64 = 180;

    /// So many days; `None` outside 1 to 180.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        (1 <= days && days <= Self::DAYS_MAX).then_some(Self(days))
    }

    /// In days.
    #[must_use]
    pub const fn days(self) -> i64 {
        self.0
    }

    /// As a length of time.
    #[must_use]
    pub const fn length(self) -> Duration {
        Duration::days(self.0)
    }
}

/// What a platform asks for.
#[derive(Clone, Debug)]
pub struct NewDeal {
    /// The new id.
    pub id: DealId,
    /// When the platform gets its fee.
    pub fee_moment: FeeMoment,
    /// What it is about.
    pub description: Option<String>,
    /// The platform's notes.
    pub metadata: Metadata,
}

/// Why a deal cannot be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefused {
    /// The shop is not a platform.
    #[error("the shop may not make safe deals")]
    NotPermitted,
}

/// Why a deal does not close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloseRefused {
    /// It is closed.
    #[error("the deal is closed")]
    Closed,
    /// Money is on its way.
    #[error("money of the deal is on its way")]
    InFlight,
    /// The books refuse it.
    #[error(transparent)]
    Ledger(#[from] LedgerRefused),
}

impl From<MoneyError> for CloseRefused {
    fn from(error: MoneyError) -> Self {
        Self::Ledger(error.into())
    }
}

/// What a deal needs whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing: it is closed, its time is not over, or something has to be waited for.
    Nothing,
    /// Its payment is not over and has to be ended.
    EndPayment(crate::id::PaymentId),
    /// The buyer gets back what is left.
    GiveBack(crate::id::PaymentId),
    /// Everything in it is done, and it can be closed.
    Close,
}

/// Pauses in hours after the refund at a deal's end was declined. After the last one the platform
/// has to give the money back in another way.
const DECLINED_PAUSES_HOURS: [i64; 3] = [1, 6, 24];

impl Deal {
    /// A new deal.
    ///
    /// # Errors
    /// The shop is not a platform.
    pub fn create(shop: &Shop, new: NewDeal, now: Timestamp) -> Result<Self, CreateRefused> {
        let life = shop.deal_life.ok_or(CreateRefused::NotPermitted)?;
        let expires_at = now.plus(life.length());
        Ok(Self {
            id: new.id,
            shop_id: shop.id,
            test: shop.test,
            fee_moment: new.fee_moment,
            description: new.description,
            metadata: new.metadata,
            payment_id: None,
            sums: Sums::none(shop.currency),
            state: State::Opened {
                look_at: expires_at,
                awaits_payment: false,
                declined: 0,
            },
            created_at: now,
            expires_at,
            version: 1,
        })
    }

    /// When time alone will change it; `None` if time alone changes nothing.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Opened {
                look_at,
                awaits_payment: false,
                ..
            } if !self.sums.in_flight() => Some(look_at),
            State::Opened { .. } | State::Closed { .. } => None,
        }
    }

    /// What the deal needs now because its time is over.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Due {
        let over = self.due_at().is_some_and(|due_at| due_at <= now);
        let State::Opened { declined, .. } = self.state else {
            return Due::Nothing;
        };
        if !over {
            return Due::Nothing;
        }
        let given_up = usize::try_from(declined).is_ok_and(|n| DECLINED_PAUSES_HOURS.len() < n);
        match self.payment_id {
            Some(payment) if self.sums.charged.is_zero() => Due::EndPayment(payment),
            Some(payment) if !self.sums.held.is_zero() && !given_up => Due::GiveBack(payment),
            Some(_) | None => Due::Close,
        }
    }

    /// The deal after its end, while a call for its payment is under way: it waits for the answer.
    #[must_use]
    pub fn await_payment(&self) -> Self {
        let mut next = self.clone();
        if let State::Opened { awaits_payment, .. } = &mut next.state {
            *awaits_payment = true;
        }
        next
    }

    /// The refund that the deal made itself was declined: it tries again later.
    pub(super) fn try_again(&mut self, now: Timestamp) {
        let expires_at = self.expires_at;
        if let State::Opened {
            look_at, declined, ..
        } = &mut self.state
            && expires_at <= now
        {
            let index = usize::try_from(*declined).unwrap_or(usize::MAX);
            let hours = DECLINED_PAUSES_HOURS.get(index).copied().unwrap_or(0);
            *look_at = now.plus(Duration::hours(hours));
            *declined = declined.saturating_add(1);
        }
    }

    /// Closes the deal if everything in it is done: the seller has been paid, or the buyer has
    /// everything back.
    pub(super) fn closed_when_done(self, now: Timestamp) -> Result<Step, CloseRefused> {
        let sums = &self.sums;
        let opened = matches!(self.state, State::Opened { .. });
        let paid = sums.paid_out.is_positive() && sums.payable.is_zero();
        let returned = sums.refunded.is_positive() && self.returnable()?.is_zero();
        if opened && !sums.in_flight() && (paid || returned) {
            return self.close(now);
        }
        Ok(Step::to(self))
    }

    /// Closes the deal. What it still holds goes to the platform.
    ///
    /// # Errors
    /// It is closed, or money is on its way.
    pub fn close(&self, now: Timestamp) -> Result<Step, CloseRefused> {
        if let State::Closed { .. } = self.state {
            return Err(CloseRefused::Closed);
        }
        if self.sums.in_flight() {
            return Err(CloseRefused::InFlight);
        }
        let mut next = self.clone();
        let zero = crate::Money::zero(self.currency());
        next.sums.held = zero;
        next.sums.payable = zero;
        next.state = State::Closed { closed_at: now };
        let mut step = Step::to(next);
        if self.sums.held.is_positive() {
            step.transfers
                .push(Transfer::deal_close(self.id, self.sums.held)?);
        }
        step.events
            .push(Event::Deal(EventKind::DealClosed, self.id));
        Ok(step)
    }
}

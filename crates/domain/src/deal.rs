//! Safe deals: the buyer's money is held until the seller has been paid out of it (YooKassa API
//! v3: safe deals).
//!
//! A deal has one payment that counts. Its money lies on the account `deal/{id}`; a part of it is
//! for the seller, and what the platform keeps waits there too when its fee comes at the closing.
//! The seller's part is always there: a refund that needs more takes the rest from the platform's
//! own money. Sums that are on their way outside are set aside first. A deal closes by itself,
//! once, when nothing is left to be done in it.

mod life;
mod payment;
mod payout;
mod refund;

pub use life::{CloseRefused, CreateRefused, Due, Life, NewDeal};
pub use payment::{AttachRefused, Filled, SettlementRefused, settle};
pub use payout::PayoutRefused;
pub use refund::{Cover, RefundParts, RefundRefused, Reserved};

use crate::event::Event;
use crate::id::{DealId, PaymentId, ShopId};
use crate::ledger::Transfer;
use crate::metadata::Metadata;
use crate::money::{Currency, Money, MoneyError};
use crate::time::Timestamp;

/// A safe deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deal {
    /// Its id.
    pub id: DealId,
    /// The platform that made it.
    pub shop_id: ShopId,
    /// Whether it is only a test.
    pub test: bool,
    /// When the platform gets its fee.
    pub fee_moment: FeeMoment,
    /// What it is about, at most 128 characters.
    pub description: Option<String>,
    /// The platform's notes.
    pub metadata: Metadata,
    /// Its payment that is not canceled.
    pub payment_id: Option<PaymentId>,
    /// The money in it.
    pub sums: Sums,
    /// How far it is.
    pub state: State,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// When the platform gets its fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeeMoment {
    /// As soon as the payment has succeeded.
    PaymentSucceeded,
    /// When the deal closes.
    DealClosed,
}

/// The money of a deal. Nothing here is ever below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// What the buyer paid.
    pub charged: Money,
    /// What is on the deal's account.
    pub held: Money,
    /// The part of that which can still be paid out to the seller.
    pub payable: Money,
    /// Set aside for payouts that are still open.
    pub paying_out: Money,
    /// Paid out to the seller.
    pub paid_out: Money,
    /// Set aside for refunds that are still open.
    pub refunding: Money,
    /// Given back to the buyer.
    pub refunded: Money,
    /// The part of the refunds that the platform's own money had to cover, because a commission is
    /// not returned.
    pub covered: Money,
}

/// How far a deal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Money can come and go.
    Opened {
        /// When it is looked at next: when its time is over, or later if a refund after that was
        /// declined.
        look_at: Timestamp,
        /// Whether its time is over and a call for its payment is still open.
        awaits_payment: bool,
        /// How often the refund that the deal makes itself was declined.
        declined: i64,
    },
    /// Over.
    Closed {
        /// When.
        closed_at: Timestamp,
    },
}

/// The deal's status as the API knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Money can come and go.
    Opened,
    /// Over.
    Closed,
}

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The deal after it.
    pub next: Deal,
    /// Money that moves.
    pub transfers: Vec<Transfer>,
    /// What the platform is notified of.
    pub events: Vec<Event>,
    /// What the platform gets back of its advances to the seller, before the transfers are made.
    pub repaid: Money,
}

impl FeeMoment {
    /// Both.
    pub const ALL: [Self; 2] = [Self::PaymentSucceeded, Self::DealClosed];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PaymentSucceeded => "payment_succeeded",
            Self::DealClosed => "deal_closed",
        }
    }

    /// The moment with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|moment| moment.code() == code)
    }
}

impl Status {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Opened, Self::Closed];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Closed => "closed",
        }
    }

    /// The status with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

impl Sums {
    /// Sums of zero.
    #[must_use]
    pub const fn none(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            charged: zero,
            held: zero,
            payable: zero,
            paying_out: zero,
            paid_out: zero,
            refunding: zero,
            refunded: zero,
            covered: zero,
        }
    }

    /// Returns whether a payout or a refund is on its way.
    #[must_use]
    pub fn in_flight(&self) -> bool {
        !self.paying_out.is_zero() || !self.refunding.is_zero()
    }
}

impl Deal {
    /// The status as the API knows it.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.state {
            State::Opened { .. } => Status::Opened,
            State::Closed { .. } => Status::Closed,
        }
    }

    /// The currency of all its sums.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.sums.held.currency()
    }

    /// The balance as the API shows it: what the deal holds, less what the platform had to cover.
    /// After a full refund it is below zero by the commission that is not returned.
    #[must_use]
    pub fn balance(&self) -> Money {
        let minor = self
            .sums
            .held
            .minor()
            .saturating_sub(self.sums.covered.minor());
        Money::new(minor, self.currency())
    }

    /// What can still be given back to the buyer: the seller's part and, while the platform's fee
    /// is still in the deal, the platform's part.
    ///
    /// # Errors
    /// Overflow, which the sums of one payment cannot cause.
    pub fn returnable(&self) -> Result<Money, MoneyError> {
        let sums = &self.sums;
        match self.fee_moment {
            FeeMoment::PaymentSucceeded => Ok(sums.payable),
            FeeMoment::DealClosed => sums
                .charged
                .checked_sub(sums.refunded)?
                .checked_sub(sums.refunding)?
                .checked_sub(sums.paid_out)?
                .checked_sub(sums.paying_out),
        }
    }
}

impl Step {
    /// A step that changes only the state.
    fn to(next: Deal) -> Self {
        Self {
            repaid: Money::zero(next.currency()),
            next,
            transfers: Vec::new(),
            events: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;

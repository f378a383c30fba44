//! Facts that merchants are notified of (YooKassa API v3: notifications).

use crate::id::{DealId, PaymentId, PaymentMethodId, PayoutId, RefundId};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// The payer's money is held.
    PaymentWaitingForCapture,
    /// The payer's money is taken.
    PaymentSucceeded,
    /// The payment ended without money.
    PaymentCanceled,
    /// Money was given back.
    RefundSucceeded,
    /// A saved method can be charged.
    PaymentMethodActive,
    /// A safe deal has ended.
    DealClosed,
    /// A payout has reached its receiver.
    PayoutSucceeded,
    /// A payout ended without money.
    PayoutCanceled,
}

/// An event with the object that it is about; the body is the object at that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// About a payment.
    Payment(EventKind, PaymentId),
    /// About a refund.
    Refund(EventKind, RefundId),
    /// About a saved method.
    PaymentMethod(EventKind, PaymentMethodId),
    /// About a safe deal.
    Deal(EventKind, DealId),
    /// About a payout.
    Payout(EventKind, PayoutId),
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PaymentWaitingForCapture,
        Self::PaymentSucceeded,
        Self::PaymentCanceled,
        Self::RefundSucceeded,
        Self::PaymentMethodActive,
        Self::DealClosed,
        Self::PayoutSucceeded,
        Self::PayoutCanceled,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PaymentWaitingForCapture => "payment.waiting_for_capture",
            Self::PaymentSucceeded => "payment.succeeded",
            Self::PaymentCanceled => "payment.canceled",
            Self::RefundSucceeded => "refund.succeeded",
            Self::PaymentMethodActive => "payment_method.active",
            Self::DealClosed => "deal.closed",
            Self::PayoutSucceeded => "payout.succeeded",
            Self::PayoutCanceled => "payout.canceled",
        }
    }

    /// The event with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl Event {
    /// What happened.
    #[must_use]
    pub fn kind(self) -> EventKind {
        match self {
            Self::Payment(kind, _)
            | Self::Refund(kind, _)
            | Self::PaymentMethod(kind, _)
            | Self::Deal(kind, _)
            | Self::Payout(kind, _) => kind,
        }
    }
}

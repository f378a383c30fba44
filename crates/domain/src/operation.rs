//! One call to an outside system. It is written down before the call, and it is the idempotency key
//! of the call; after a crash the reconciler finds it.
//!
//! `Unknown` is the state of a call that nobody answered. It ends only with an answer that the
//! reconciler fetched, or one that came late. `GivenUp` is the state of a call that never arrived,
//! by the outside's own word and time; an answer that comes after all still ends it.

use crate::acquiring::{Answer, CancellationReason, Challenge, Decline, Party};
use crate::connector::ConnectorName;
use crate::fiscal::Said;
use crate::id::{OperationId, PaymentId, PaymentMethodId, PayoutId, ReceiptId, RefundId, ShopId};
use crate::money::Money;
use crate::time::{Duration, Timestamp};

/// What is asked of the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// Hold or take the payer's money.
    Authorize,
    /// Take money that is held.
    Capture,
    /// Let held money go.
    Void,
    /// Give money back.
    Refund,
    /// Bind a means without taking money.
    Bind,
    /// Register a receipt.
    Register,
    /// Send money to a receiver.
    PayOut,
}

/// The object that an operation belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationObject {
    /// A payment.
    Payment(PaymentId),
    /// A refund.
    Refund(RefundId),
    /// A method that is being bound.
    PaymentMethod(PaymentMethodId),
    /// A receipt.
    Receipt(ReceiptId),
    /// A payout.
    Payout(PayoutId),
}

/// How far an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationState {
    /// Written down; the call may be under way.
    Sent,
    /// The call ended without an answer.
    Unknown,
    /// It has arrived and is still open: the payer has to do something first, or a register works
    /// on it.
    Challenged,
    /// It never arrived: the outside did not know it for longer than calls take to arrive.
    GivenUp,
    /// Done.
    Approved,
    /// Refused.
    Declined(Decline),
}

/// What an object is told of a call that never arrived.
pub const NEVER_ARRIVED: Decline =
    Decline::new(Party::YooMoney, CancellationReason::InternalTimeout);

/// One call to an outside system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its id, and the idempotency key of the call.
    pub id: OperationId,
    /// Whose it is.
    pub shop_id: ShopId,
    /// What it belongs to.
    pub object: OperationObject,
    /// What is asked.
    pub kind: OperationKind,
    /// The connector that is asked, also for look-ups; `None` if it is a register.
    pub connector: Option<ConnectorName>,
    /// How much; zero for a binding.
    pub amount: Money,
    /// The acquirer's id of the payment: of the one it builds on, or, when done, its own.
    pub reference: Option<String>,
    /// How far it is.
    pub state: OperationState,
    /// When it was written down, in the shop's time.
    pub created_at: Timestamp,
    /// When it was answered, in the shop's time.
    pub answered_at: Option<Timestamp>,
    /// When the reconciler looks next, in the shop's time; `None` once nothing is open.
    pub due_at: Option<Timestamp>,
    /// How often the reconciler has looked.
    pub looks: i64,
    /// Counts changes.
    pub version: i64,
}

/// How long a call may take before the reconciler takes its operation over. Longer than the
/// longest time limit of a connector.
pub const CALL_TIME_MAX: Duration = Duration::seconds(45);

/// How far apart the clocks of two nodes may be.
pub const CLOCKS_APART_MAX: Duration = Duration::minutes(1);

/// After how many seconds the reconciler looks again at a call that nobody answered.
const UNKNOWN_LOOKS_SECONDS: [i64; 6] = [5, 15, 60, 300, 900, 3_600];
/// After how many seconds it looks again at a payer who has not answered: callbacks get lost.
const CHALLENGED_LOOKS_SECONDS: [i64; 6] = [60, 120, 300, 900, 1_800, 3_600];

/// After how many seconds it looks again at a call that never arrived, because outside systems are
/// sometimes wrong. Once all of these looks have found nothing, nobody looks any more, but an
/// answer is still taken in.
const GIVEN_UP_LOOKS_SECONDS: [i64; 4] = [900, 3_600, 21_600, 86_400];

/// The shortest and the longest pause after a look that brought no answer and therefore does not
/// count as one of these. The pause is as long as the call has been given up, without end.
const FAILED_LOOK_PAUSE_MIN: Duration = Duration::minutes(1);
const FAILED_LOOK_PAUSE_MAX: Duration = Duration::hours(6);

/// After how many seconds a register is asked again what became of a document.
const REGISTER_LOOKS_SECONDS: [i64; 7] = [5, 5, 10, 20, 60, 300, 900];

/// What a new operation is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOperation {
    /// Its id.
    pub id: OperationId,
    /// Whose it is.
    pub shop_id: ShopId,
    /// What it belongs to.
    pub object: OperationObject,
    /// What is asked.
    pub kind: OperationKind,
    /// The connector that is asked; `None` if it is a register.
    pub connector: Option<ConnectorName>,
    /// How much.
    pub amount: Money,
    /// The acquirer's id of the payment that it builds on.
    pub reference: Option<String>,
}

impl Operation {
    /// An operation that is about to be sent.
    #[must_use]
    pub fn send(new: NewOperation, now: Timestamp) -> Self {
        Self {
            id: new.id,
            shop_id: new.shop_id,
            object: new.object,
            kind: new.kind,
            connector: new.connector,
            amount: new.amount,
            reference: new.reference,
            state: OperationState::Sent,
            created_at: now,
            answered_at: None,
            due_at: Some(now.plus(CALL_TIME_MAX)),
            looks: 0,
            version: 1,
        }
    }

    /// An operation that is sent after a pause, by the reconciler.
    #[must_use]
    pub fn send_later(new: NewOperation, now: Timestamp, pause: Duration) -> Self {
        Self {
            state: OperationState::Unknown,
            due_at: Some(now.plus(pause)),
            ..Self::send(new, now)
        }
    }

    /// Returns whether it is at its end. After that only an answer that should not have come
    /// changes it.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self.state {
            OperationState::GivenUp | OperationState::Approved | OperationState::Declined(_) => {
                true
            }
            OperationState::Sent | OperationState::Unknown | OperationState::Challenged => false,
        }
    }

    /// Takes an answer in. `None` if it says nothing new: it is a repetition, or a newer one came
    /// first. What was carried out stays carried out, whatever was said before.
    #[must_use]
    pub fn answered(&self, answer: &Answer, now: Timestamp) -> Option<Self> {
        match (self.state, answer) {
            (OperationState::Approved, _)
            | (OperationState::Declined(_), Answer::Declined { .. } | Answer::Challenged(_)) => {
                return None;
            }
            (OperationState::Declined(_), Answer::Approved(_))
            | (
                OperationState::Sent
                | OperationState::Unknown
                | OperationState::Challenged
                | OperationState::GivenUp,
                _,
            ) => {}
        }
        let mut next = self.clone();
        match answer {
            Answer::Approved(approval) => {
                next.state = OperationState::Approved;
                next.reference = Some(approval.reference.clone());
                next.answered_at = Some(now);
                next.due_at = None;
            }
            Answer::Declined { decline, .. } => {
                next.state = OperationState::Declined(*decline);
                next.answered_at = Some(now);
                next.due_at = None;
            }
            Answer::Challenged(Challenge::CoolingOff { until }) if self.due_at != Some(*until) => {
                next.state = OperationState::Challenged;
                next.answered_at = None;
                next.looks = 0;
                next.due_at = Some(*until);
            }
            Answer::Challenged(_) if self.state == OperationState::Challenged => return None,
            Answer::Challenged(_) => {
                next.state = OperationState::Challenged;
                next.answered_at = None;
                next.looks = 0;
                next.due_at = Some(now.plus(pause(&CHALLENGED_LOOKS_SECONDS, 0)));
            }
        }
        Some(next)
    }

    /// Takes in what a register says of a document. `None` if it says nothing new.
    #[must_use]
    pub fn said(&self, said: &Said, now: Timestamp) -> Option<Self> {
        if self.is_final() {
            return None;
        }
        let mut next = self.clone();
        let refused = |reason| OperationState::Declined(Decline::new(Party::YooMoney, reason));
        next.state = match said {
            Said::Accepted { register_id } => {
                if self.reference.as_ref() == Some(register_id) {
                    return self.unanswered(now);
                }
                next.reference = Some(register_id.clone());
                next.looks = 0;
                next.due_at = Some(now.plus(pause(&REGISTER_LOOKS_SECONDS, 0)));
                next.state = OperationState::Challenged;
                return Some(next);
            }
            Said::Registered(facts) => {
                next.reference = Some(facts.register_id.clone());
                OperationState::Approved
            }
            Said::Refused { .. } => refused(CancellationReason::GeneralDecline),
            Said::Failed { .. } => refused(CancellationReason::RejectedByTimeout),
        };
        next.answered_at = Some(now);
        next.due_at = None;
        Some(next)
    }

    /// A register that works on it has called back: it is looked at now. `None` if there is nothing
    /// to look for, or it is about to be looked at anyway.
    #[must_use]
    pub fn called_back(&self, now: Timestamp) -> Option<Self> {
        let waits = self.kind == OperationKind::Register
            && self.state == OperationState::Challenged
            && self.due_at.is_some_and(|due_at| now < due_at);
        waits.then(|| Self {
            due_at: Some(now),
            ..self.clone()
        })
    }

    /// Returns whether its time to arrive is over, if calls arrive within `arrives_within`.
    #[must_use]
    pub fn is_overdue(&self, arrives_within: Duration, now: Timestamp) -> bool {
        self.created_at.plus(arrives_within) <= now
    }

    /// The outside does not know it, and never will. `None` if it is at its end.
    #[must_use]
    pub fn never_arrived(&self, now: Timestamp) -> Option<Self> {
        if self.is_final() {
            return None;
        }
        Some(Self {
            state: OperationState::GivenUp,
            answered_at: Some(now),
            looks: 1,
            due_at: Some(now.plus(pause(&GIVEN_UP_LOOKS_SECONDS, 0))),
            ..self.clone()
        })
    }

    /// The outside was asked again about a call that never arrived, and still does not know it: one
    /// of the few looks is used up. `None` if no look was due, for instance because another node
    /// has just made it.
    #[must_use]
    pub fn still_absent(&self, now: Timestamp) -> Option<Self> {
        let due = self.due_at.is_some_and(|due_at| due_at <= now);
        if self.state != OperationState::GivenUp || !due {
            return None;
        }
        let index = usize::try_from(self.looks).ok()?;
        let seconds = GIVEN_UP_LOOKS_SECONDS.get(index);
        Some(Self {
            looks: self.looks.saturating_add(1),
            due_at: seconds.map(|seconds| now.plus(Duration::seconds(*seconds))),
            ..self.clone()
        })
    }

    /// The call ended without an answer, or a look brought none: it is looked at again later.
    #[must_use]
    pub fn unanswered(&self, now: Timestamp) -> Option<Self> {
        let mut next = self.clone();
        let pauses = match self.state {
            OperationState::Approved | OperationState::Declined(_) => return None,
            OperationState::GivenUp => {
                self.due_at.filter(|due_at| *due_at <= now)?;
                let given_up_at = self.answered_at.unwrap_or(now);
                let pause = now.since(given_up_at);
                let pause = pause.clamp(FAILED_LOOK_PAUSE_MIN, FAILED_LOOK_PAUSE_MAX);
                next.due_at = Some(now.plus(pause));
                return Some(next);
            }
            OperationState::Challenged if self.kind == OperationKind::Register => {
                REGISTER_LOOKS_SECONDS.as_slice()
            }
            OperationState::Challenged => CHALLENGED_LOOKS_SECONDS.as_slice(),
            OperationState::Sent | OperationState::Unknown => {
                next.state = OperationState::Unknown;
                UNKNOWN_LOOKS_SECONDS.as_slice()
            }
        };
        next.due_at = Some(now.plus(pause(pauses, self.looks)));
        next.looks = self.looks.saturating_add(1);
        Some(next)
    }
}

fn pause(seconds: &[i64], looks: i64) -> Duration {
    let last = seconds.len().saturating_sub(1);
    let index = usize::try_from(looks).unwrap_or(last).min(last);
    Duration::seconds(seconds.get(index).copied().unwrap_or(3_600))
}

impl OperationKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Authorize,
        Self::Capture,
        Self::Void,
        Self::Refund,
        Self::Bind,
        Self::Register,
        Self::PayOut,
    ];

    /// Its name in the database and in logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::Bind => "bind",
            Self::Register => "register",
            Self::PayOut => "pay_out",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
mod tests;

//! The stage that a payer is in: what a payment's or a binding's state means for the page.

use domain::acquiring::{CancellationReason, Challenge, Decline};
use domain::payment::{self, Payment};
use domain::payment_method::{self, PaymentMethod};
use domain::{Duration, Timestamp};
use pages::result::Ending;

/// The stage that a payer is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The payer chooses how to pay, for the first time or again.
    Choose,
    /// The payer waits for an answer that is late.
    Unknown,
    /// The payer has to confirm somewhere.
    Confirm(Challenge),
    /// It is over.
    Ended(Ending),
}

/// For this long after the money came, a page still says "paid" and leads back to the shop by
/// itself.
const JUST_PAID: Duration = Duration::minutes(5);

impl Stage {
    /// The stage of a payment.
    #[must_use]
    pub fn of_payment(payment: &Payment, now: Timestamp) -> Self {
        use payment::{CaptureMode, Registering, State};
        match &payment.state {
            State::Pending { .. } if now >= payment.confirm_until => Self::Ended(Ending::Expired),
            State::Pending { .. } => Self::Choose,
            State::Registering {
                step: Registering::LettingGo { cause, .. },
                ..
            } => Self::Ended(ending(*cause)),
            State::Registering {
                stage: CaptureMode::TwoStage,
                ..
            } => Self::Ended(Ending::Held),
            State::Authorizing { .. } | State::Registering { .. } => Self::Unknown,
            State::Challenged { challenge, .. } => Self::Confirm(challenge.clone()),
            State::WaitingForCapture { .. } | State::Capturing { .. } => Self::Ended(Ending::Held),
            State::Succeeded { captured_at, .. } => {
                let just = now.since(*captured_at) < JUST_PAID;
                Self::Ended(if just {
                    Ending::Paid
                } else {
                    Ending::AlreadyPaid
                })
            }
            State::Voiding { cause, .. } | State::Canceled { cause, .. } => {
                Self::Ended(ending(*cause))
            }
        }
    }

    /// The stage of a card that is bound.
    #[must_use]
    pub fn of_binding(method: &PaymentMethod, now: Timestamp) -> Self {
        use payment_method::State;
        match &method.state {
            State::Pending if now >= method.confirm_until => {
                Self::Ended(Ending::NotBound(CancellationReason::ExpiredOnConfirmation))
            }
            State::Pending => Self::Choose,
            State::Binding { .. } => Self::Unknown,
            State::Challenged { challenge, .. } => Self::Confirm(challenge.clone()),
            State::Active { .. } => Self::Ended(Ending::Bound),
            State::Inactive { cause } => Self::Ended(Ending::NotBound(cause.reason)),
        }
    }
}

fn ending(cause: Decline) -> Ending {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other reason has a text of its own and one look"
    )]
    match cause.reason {
        CancellationReason::ExpiredOnConfirmation => Ending::Expired,
        CancellationReason::ExpiredOnCapture => Ending::HoldExpired,
        CancellationReason::CanceledByMerchant => Ending::Canceled,
        reason => Ending::Declined(reason),
    }
}

/// The stamp that the waiting page compares: a different state has a different one.
#[must_use]
pub fn payment_stamp(payment: &Payment) -> String {
    format!("{}-{}", payment.state.code(), payment.version)
}

/// The same for a binding.
#[must_use]
pub fn binding_stamp(method: &PaymentMethod) -> String {
    format!("{}-{}", method.status().code(), method.version)
}

#[cfg(test)]
mod tests;

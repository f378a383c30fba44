//! The merchant's part of two stages: taking held money, or letting it go.

use super::{CaptureMode, Hold, NewPart, Payment, SplitRefused, State, Status, Step};
use crate::acquiring::{CancellationReason, Decline, Party};
use crate::id::OperationId;
use crate::money::Money;
use crate::operation::{NewOperation, OperationKind, OperationObject};
use crate::time::Timestamp;

/// Why money cannot be taken, in order of precedence (YooKassa API v3: errors).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptureRefused {
    /// A payment in one stage captures itself.
    #[error("a payment in one stage captures itself")]
    OneStage,
    /// No money is held.
    #[error("the payment is {}", status.code())]
    NotWaiting {
        /// How far it is instead.
        status: Status,
    },
    /// A capture or a cancellation is under way.
    #[error("a capture or a cancellation is under way")]
    InProgress,
    /// The hold is over.
    #[error("the time to capture is over")]
    Expired,
    /// The sum is in another currency, not positive, or more than is held.
    #[error("the amount is not between zero and {held}")]
    AmountNotHeld {
        /// What is held.
        held: Money,
    },
    /// It cannot be split in this way.
    #[error(transparent)]
    Split(#[from] SplitRefused),
}

/// What a merchant asks to be taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCapture {
    /// How much; `None` is all of it.
    pub amount: Option<Money>,
    /// The airline's data, where it changes: see [`super::Extras::airline`].
    pub airline: Option<String>,
    /// Who gets what of it, where that changes.
    pub parts: Vec<NewPart>,
}

/// Why held money cannot be let go, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelRefused {
    /// A payment in one stage cannot be canceled.
    #[error("a payment in one stage cannot be canceled")]
    OneStage,
    /// No money is held.
    #[error("the payment is {}", status.code())]
    NotWaiting {
        /// How far it is instead.
        status: Status,
    },
    /// A capture or a cancellation is under way.
    #[error("a capture or a cancellation is under way")]
    InProgress,
}

impl Payment {
    /// Starts to take the held money, the whole or a part; the rest goes back to the payer.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn capture(
        &self,
        new: NewCapture,
        operation: OperationId,
        now: Timestamp,
    ) -> Result<Step, CaptureRefused> {
        let status = self.status();
        let hold = match &self.state {
            State::WaitingForCapture { hold } => hold,
            State::Capturing { .. }
            | State::Voiding { .. }
            | State::Registering {
                stage: CaptureMode::TwoStage,
                ..
            } => {
                return Err(CaptureRefused::InProgress);
            }
            State::Pending { .. }
            | State::Authorizing { .. }
            | State::Challenged { .. }
            | State::Registering { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => {
                return Err(match self.capture_mode {
                    CaptureMode::OneStage => CaptureRefused::OneStage,
                    CaptureMode::TwoStage => CaptureRefused::NotWaiting { status },
                });
            }
        };
        if now >= hold.expires_at {
            return Err(CaptureRefused::Expired);
        }
        let amount = new.amount.unwrap_or(self.amount);
        let fits = amount
            .compare(self.amount)
            .is_ok_and(std::cmp::Ordering::is_le);
        if !fits || !amount.is_positive() {
            return Err(CaptureRefused::AmountNotHeld { held: self.amount });
        }

        if self.is_registered_first() {
            return Ok(self.await_receipt(hold, amount));
        }
        let mut next = self.clone();
        match &mut next.split {
            Some(split) => {
                split.capturing = Some(split.capture(self.amount, amount, new.parts)?);
            }
            None if new.parts.is_empty() => {}
            None => return Err(SplitRefused::NotSplit.into()),
        }
        if new.airline.is_some() {
            next.details.get_or_insert_default().extras.airline = new.airline;
        }
        next.state = State::Capturing {
            hold: hold.clone(),
            operation,
            amount,
        };
        let mut step = Step::to(next);
        step.operations.push(NewOperation {
            id: operation,
            shop_id: self.shop_id,
            object: OperationObject::Payment(self.id),
            kind: OperationKind::Capture,
            connector: self.connector,
            amount,
            reference: Some(hold.reference.clone()),
        });
        Ok(step)
    }

    /// Starts to let the held money go because the merchant wants it.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn cancel(&self, operation: OperationId) -> Result<Step, CancelRefused> {
        let status = self.status();
        match &self.state {
            State::WaitingForCapture { hold } => {
                let reason = CancellationReason::CanceledByMerchant;
                Ok(self.void(hold, operation, Decline::new(Party::Merchant, reason)))
            }
            State::Capturing { .. }
            | State::Voiding { .. }
            | State::Registering {
                stage: CaptureMode::TwoStage,
                ..
            } => Err(CancelRefused::InProgress),
            State::Succeeded { .. } if self.capture_mode == CaptureMode::OneStage => {
                Err(CancelRefused::OneStage)
            }
            State::Pending { .. }
            | State::Authorizing { .. }
            | State::Challenged { .. }
            | State::Registering { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => Err(CancelRefused::NotWaiting { status }),
        }
    }

    /// Starts to let the held money go.
    pub(super) fn void(&self, hold: &Hold, operation: OperationId, cause: Decline) -> Step {
        let mut next = self.clone();
        next.state = State::Voiding {
            hold: hold.clone(),
            operation,
            cause,
        };
        let mut step = Step::to(next);
        step.operations
            .push(self.void_call(operation, &hold.reference));
        step
    }

    /// The call that releases the money which the acquirer knows by `reference`.
    pub(super) fn void_call(&self, operation: OperationId, reference: &str) -> NewOperation {
        NewOperation {
            id: operation,
            shop_id: self.shop_id,
            object: OperationObject::Payment(self.id),
            kind: OperationKind::Void,
            connector: self.connector,
            amount: self.amount,
            reference: Some(reference.to_owned()),
        }
    }
}

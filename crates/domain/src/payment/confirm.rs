//! The payer's part: attempts to pay, and the end of the time for them.

use std::net::IpAddr;

use super::{Flow, Payment, Registering, SaveMethod, State, Status, Step, UsedMethod};
use crate::acquiring::{CancellationReason, Challenge, Decline, Party};
use crate::connector::ConnectorName;
use crate::event::{Event, EventKind};
use crate::id::OperationId;
use crate::method::{MethodFacts, MethodKind};
use crate::operation::{NewOperation, OperationKind, OperationObject};
use crate::time::Timestamp;

/// An attempt to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The call that it makes.
    pub operation: OperationId,
    /// The connector that is asked.
    pub connector: ConnectorName,
    /// The method.
    pub kind: MethodKind,
    /// The payer's phone, where the method needs it.
    pub phone: Option<String>,
    /// What is known of the means already.
    pub facts: Option<MethodFacts>,
    /// Whether the payer agreed to its being charged again.
    pub agreed_to_save: bool,
    /// The address that the attempt comes from; it counts unless the merchant has given the payer's
    /// address.
    pub client_ip: Option<IpAddr>,
}

/// Why an attempt is not possible, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizeRefused {
    /// It was decided before.
    #[error("the payment is {}", status.code())]
    NotPending {
        /// How.
        status: Status,
    },
    /// An attempt is under way.
    #[error("an attempt is under way")]
    InProgress,
    /// Its time is over.
    #[error("the time to pay is over")]
    Expired,
    /// The method cannot pay this payment.
    #[error("{} cannot pay this payment", method.code())]
    MethodNotAccepted {
        /// The method.
        method: MethodKind,
    },
}

/// Why time does not end a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpireRefused {
    /// It is not its time yet.
    #[error("the payment is not due before {}", due_at.as_micros())]
    NotDue {
        /// When it is.
        due_at: Timestamp,
    },
    /// Time does not change it: it is decided, or a call is under way.
    #[error("time does not change this payment")]
    NotWaiting,
}

impl Payment {
    /// Starts an attempt: from now on the acquirer is asked.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn authorize(&self, attempt: Attempt, now: Timestamp) -> Result<Step, AuthorizeRefused> {
        match &self.state {
            State::Authorizing { .. }
            | State::Challenged {
                challenge: Challenge::CoolingOff { .. },
                ..
            } => return Err(AuthorizeRefused::InProgress),
            State::Pending { .. } | State::Challenged { .. } => {}
            State::WaitingForCapture { .. }
            | State::Capturing { .. }
            | State::Voiding { .. }
            | State::Registering { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => {
                return Err(AuthorizeRefused::NotPending {
                    status: self.status(),
                });
            }
        }
        if now >= self.confirm_until {
            return Err(AuthorizeRefused::Expired);
        }
        if !self.accepts(attempt.kind) {
            return Err(AuthorizeRefused::MethodNotAccepted {
                method: attempt.kind,
            });
        }

        let mut next = self.clone();
        next.connector = Some(attempt.connector);
        next.client_ip = self.client_ip.or(attempt.client_ip);
        next.state = State::Authorizing {
            operation: attempt.operation,
        };
        if attempt.agreed_to_save && self.save_method == SaveMethod::PayerDecides {
            next.save_method = SaveMethod::PayerAgreed;
        }
        let saved = self.method.as_ref().filter(|_| self.flow == Flow::Direct);
        next.method = Some(UsedMethod {
            id: saved.map_or(self.id.method_id(), |method| method.id),
            kind: attempt.kind,
            saved: saved.is_some_and(|method| method.saved),
            phone: attempt.phone,
            facts: attempt.facts,
        });
        let mut step = Step::to(next);
        step.operations.push(NewOperation {
            id: attempt.operation,
            shop_id: self.shop_id,
            object: OperationObject::Payment(self.id),
            kind: OperationKind::Authorize,
            connector: Some(attempt.connector),
            amount: self.amount,
            reference: None,
        });
        Ok(step)
    }

    /// Time has passed: a payer who did not confirm, or a merchant who did not capture, has lost
    /// the chance (YooKassa API v3: the life of a payment).
    ///
    /// # Errors
    /// It is not due, or time does not change it.
    pub fn expire(&self, operation: OperationId, now: Timestamp) -> Result<Step, ExpireRefused> {
        let due_at = self.due_at().ok_or(ExpireRefused::NotWaiting)?;
        if now < due_at {
            return Err(ExpireRefused::NotDue { due_at });
        }
        match &self.state {
            State::WaitingForCapture { hold } => {
                let reason = CancellationReason::ExpiredOnCapture;
                let cause = Decline::new(Party::YooMoney, reason);
                Ok(self.void(hold, operation, cause))
            }
            State::Registering {
                hold,
                amount,
                stage,
                step: Registering::Asked,
            } => Ok(self.registering_expired(hold, *amount, *stage, operation)),
            State::Pending { .. } | State::Challenged { .. } => {
                let reason = CancellationReason::ExpiredOnConfirmation;
                Ok(self.cancel_now(Decline::new(Party::YooMoney, reason), now))
            }
            State::Authorizing { .. }
            | State::Capturing { .. }
            | State::Voiding { .. }
            | State::Registering { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => Err(ExpireRefused::NotWaiting),
        }
    }

    /// Ends it without money, here and now.
    pub(super) fn cancel_now(&self, cause: Decline, now: Timestamp) -> Step {
        let mut next = self.clone();
        next.state = State::Canceled {
            cause,
            canceled_at: now,
        };
        next.fee = None;
        let receipt = next.receipt_of_canceled();
        let mut step = Step::to(next);
        step.receipt = receipt;
        step.events
            .push(Event::Payment(EventKind::PaymentCanceled, self.id));
        step
    }
}

//! A payment's side of its receipt: when it is registered, and what follows from that.
//!
//! If the receipt comes first, money is held and not taken until the register has answered; if the
//! receipt is refused, the held money is let go. If a receipt turns out to be registered although
//! no money will be taken, another receipt takes it back.

use super::{CaptureMode, Hold, Payment, PaymentAnswer, State, Step};
use crate::acquiring::{Answer, CancellationReason, Decline, Party};
use crate::id::OperationId;
use crate::money::Money;
use crate::operation::{NewOperation, OperationKind, OperationObject};
use crate::payment::AnswerRefused;
use crate::receipt::Registration;

/// The receipt of a payment, as the payment knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PaymentReceipt {
    /// When it is registered.
    pub order: ReceiptOrder,
    /// How far that is.
    pub registration: Registration,
}

/// When a payment's receipt is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReceiptOrder {
    /// After the money was taken.
    AfterMoney,
    /// Before it is taken, while it is held.
    BeforeMoney,
}

/// How far a payment is that waits for its receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registering {
    /// The register works on it.
    Asked,
    /// It is registered; the acquirer has been asked to take the money.
    Taking {
        /// The call.
        operation: OperationId,
    },
    /// It is not registered; the acquirer has been asked to let the money go.
    LettingGo {
        /// The call.
        operation: OperationId,
        /// Why.
        cause: Decline,
    },
}

/// What is to be done with the receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReceiptWork {
    /// Nothing.
    None,
    /// It is registered.
    Register,
    /// It is not needed any more.
    Drop,
    /// It was registered, and no money is taken: another one takes it back.
    Reverse,
}

impl PaymentReceipt {
    /// A receipt that is not registered yet.
    #[must_use]
    pub const fn new(order: ReceiptOrder) -> Self {
        Self {
            order,
            registration: Registration::Pending,
        }
    }
}

impl ReceiptOrder {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::AfterMoney, Self::BeforeMoney];

    /// Its name in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AfterMoney => "after_money",
            Self::BeforeMoney => "before_money",
        }
    }

    /// The order with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

impl Payment {
    /// Returns whether the acquirer takes the money when the payer confirms.
    #[must_use]
    pub fn takes_at_once(&self) -> bool {
        self.capture_mode == CaptureMode::OneStage && !self.is_registered_first()
    }

    /// Returns whether its receipt is registered before its money is taken.
    #[must_use]
    pub fn is_registered_first(&self) -> bool {
        self.receipt
            .is_some_and(|receipt| receipt.order == ReceiptOrder::BeforeMoney)
    }

    /// Its receipt is registered: money that waited for it is taken. If no money will be taken any
    /// more, the receipt is taken back.
    #[must_use]
    pub fn receipt_registered(&self, operation: OperationId) -> Step {
        let mut next = self.with_registration(Registration::Succeeded);
        match &self.state {
            State::Registering {
                hold,
                amount,
                stage,
                step: Registering::Asked,
            } => {
                next.state = State::Registering {
                    hold: hold.clone(),
                    amount: *amount,
                    stage: *stage,
                    step: Registering::Taking { operation },
                };
                let mut step = Step::to(next);
                step.operations.push(NewOperation {
                    id: operation,
                    shop_id: self.shop_id,
                    object: OperationObject::Payment(self.id),
                    kind: OperationKind::Capture,
                    connector: self.connector,
                    amount: *amount,
                    reference: Some(hold.reference.clone()),
                });
                step
            }
            State::Canceled { .. } => {
                let mut step = Step::to(next);
                step.receipt = ReceiptWork::Reverse;
                step
            }
            // The end of the payment decides what becomes of it.
            State::Registering { .. }
            | State::Pending { .. }
            | State::Authorizing { .. }
            | State::Challenged { .. }
            | State::WaitingForCapture { .. }
            | State::Capturing { .. }
            | State::Voiding { .. }
            | State::Succeeded { .. } => Step::to(next),
        }
    }

    /// Its receipt will not be registered: money that waited for it is let go.
    #[must_use]
    pub fn receipt_refused(&self, operation: OperationId) -> Step {
        let next = self.with_registration(Registration::Canceled);
        match &self.state {
            State::Registering {
                hold,
                amount,
                stage,
                step: Registering::Asked,
            } => {
                let reason = CancellationReason::GeneralDecline;
                let cause = Decline::new(Party::YooMoney, reason);
                next.letting_go(hold, (*amount, *stage), operation, cause)
            }
            State::Registering { .. }
            | State::Pending { .. }
            | State::Authorizing { .. }
            | State::Challenged { .. }
            | State::WaitingForCapture { .. }
            | State::Capturing { .. }
            | State::Voiding { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => Step::to(next),
        }
    }

    /// Money is held, and from now on waits for the register.
    pub(super) fn await_receipt(&self, hold: &Hold, amount: Money) -> Step {
        let mut next = self.clone();
        next.state = State::Registering {
            hold: hold.clone(),
            amount,
            stage: self.capture_mode,
            step: Registering::Asked,
        };
        let mut step = Step::to(next);
        step.receipt = ReceiptWork::Register;
        step
    }

    /// The hold ends before the register has answered.
    pub(super) fn registering_expired(
        &self,
        hold: &Hold,
        amount: Money,
        stage: CaptureMode,
        operation: OperationId,
    ) -> Step {
        let reason = match stage {
            CaptureMode::OneStage => CancellationReason::InternalTimeout,
            CaptureMode::TwoStage => CancellationReason::ExpiredOnCapture,
        };
        let cause = Decline::new(Party::YooMoney, reason);
        self.letting_go(hold, (amount, stage), operation, cause)
    }

    fn letting_go(
        &self,
        hold: &Hold,
        (amount, stage): (Money, CaptureMode),
        operation: OperationId,
        cause: Decline,
    ) -> Step {
        let mut next = self.clone();
        next.state = State::Registering {
            hold: hold.clone(),
            amount,
            stage,
            step: Registering::LettingGo { operation, cause },
        };
        let mut step = Step::to(next);
        step.operations
            .push(self.void_call(operation, &hold.reference));
        step
    }

    /// The acquirer answers whether it took the money whose receipt is registered. Held money
    /// that cannot be taken is let go.
    pub(super) fn taking_answered(
        &self,
        hold: &Hold,
        amount: Money,
        heard: &PaymentAnswer<'_>,
    ) -> Result<Option<Step>, AnswerRefused> {
        match heard.answer {
            Answer::Challenged(_) => Ok(None),
            Answer::Approved(approval) => self.taken(amount, approval, heard).map(Some),
            Answer::Declined { decline, .. } => {
                let around = (amount, self.capture_mode);
                Ok(Some(self.letting_go(hold, around, heard.spare, *decline)))
            }
        }
    }

    /// What is to be done with the receipt of a payment whose money was taken.
    pub(super) fn receipt_of_taken(&self) -> ReceiptWork {
        match self.receipt {
            Some(PaymentReceipt {
                order: ReceiptOrder::AfterMoney,
                registration: Registration::Pending,
            }) => ReceiptWork::Register,
            Some(_) | None => ReceiptWork::None,
        }
    }

    /// What is to be done with the receipt of a payment that ends without money.
    pub(super) fn receipt_of_canceled(&mut self) -> ReceiptWork {
        let Some(receipt) = &mut self.receipt else {
            return ReceiptWork::None;
        };
        match receipt.registration {
            Registration::Succeeded => ReceiptWork::Reverse,
            Registration::Canceled => ReceiptWork::None,
            Registration::Pending => {
                receipt.registration = Registration::Canceled;
                ReceiptWork::Drop
            }
        }
    }

    fn with_registration(&self, registration: Registration) -> Self {
        let mut next = self.clone();
        if let Some(receipt) = &mut next.receipt {
            receipt.registration = registration;
        }
        next
    }
}

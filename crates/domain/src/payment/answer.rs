//! What an acquirer's answer does to a payment. Answers may come twice, late and out of order: only
//! the answer to the call that the payment waits for moves it.

use super::{
    Authorization, CaptureMode, Flow, Hold, Payment, Registering, SaveMethod, State, Step,
};
use crate::acquiring::{Answer, Approval, CancellationReason, Decline, Party};
use crate::event::{Event, EventKind};
use crate::id::OperationId;
use crate::ledger::LedgerRefused;
use crate::method::MethodFacts;
use crate::money::Money;
use crate::operation::{Operation, OperationKind, OperationState};
use crate::payment_method::PaymentMethod;
use crate::tariff::Tariff;
use crate::time::Timestamp;

/// An answer and what is needed to take it in.
#[derive(Clone, Copy, Debug)]
pub struct PaymentAnswer<'a> {
    /// The call that was answered.
    pub operation: &'a Operation,
    /// The answer.
    pub answer: &'a Answer,
    /// The shop's price list.
    pub tariffs: &'a [Tariff],
    /// An id for the call that returns money which nobody waits for any more.
    pub spare: OperationId,
    /// Whether money of another capture has been given back.
    pub given_back: GivenBack,
    /// The shop's time.
    pub now: Timestamp,
}

/// Whether money that a capture took too late is given back, or has been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenBack {
    /// None is.
    Nothing,
    /// The money of another capture is.
    Another,
}

impl GivenBack {
    /// Finds it out from the calls of a two-stage payment. There a refund call of the payment
    /// itself gives back the money of a capture; one that the bank refused has given nothing back.
    #[must_use]
    pub fn of(calls: &[Operation]) -> Self {
        let refund = calls.iter().filter(|it| it.kind == OperationKind::Refund);
        let mut open = refund.filter(|it| !matches!(it.state, OperationState::Declined(_)));
        match open.next() {
            Some(_) => Self::Another,
            None => Self::Nothing,
        }
    }
}

/// An answer cannot be taken in: the books refuse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the books refuse the answer")]
pub struct AnswerRefused(#[from] pub LedgerRefused);

impl Payment {
    /// Takes an answer in. `None` if it does not change the payment.
    ///
    /// # Errors
    /// The books refuse it, which sums that were checked before cannot cause.
    pub fn answered(&self, heard: &PaymentAnswer<'_>) -> Result<Option<Step>, AnswerRefused> {
        let id = heard.operation.id;
        match (heard.operation.kind, &self.state) {
            (
                OperationKind::Authorize,
                State::Authorizing { operation } | State::Challenged { operation, .. },
            ) if *operation == id => self.authorize_answered(heard).map(Some),
            (OperationKind::Authorize, _) => self.authorized_late(heard),
            (
                OperationKind::Capture,
                State::Capturing {
                    hold,
                    operation,
                    amount,
                },
            ) if *operation == id => self.capture_answered(hold, *amount, heard),
            (
                OperationKind::Void,
                State::Voiding {
                    operation, cause, ..
                },
            ) if *operation == id => {
                // A refused void means that there is nothing left to void.
                match heard.answer {
                    Answer::Approved(_) | Answer::Declined { .. } => {
                        Ok(Some(self.cancel_now(*cause, heard.now)))
                    }
                    Answer::Challenged(_) => Ok(None),
                }
            }
            (
                OperationKind::Capture,
                State::Registering {
                    hold,
                    amount,
                    step: Registering::Taking { operation },
                    ..
                },
            ) if *operation == id => self.taking_answered(hold, *amount, heard),
            (
                OperationKind::Void,
                State::Registering {
                    step: Registering::LettingGo { operation, cause },
                    ..
                },
            ) if *operation == id => match heard.answer {
                Answer::Approved(_) | Answer::Declined { .. } => {
                    Ok(Some(self.cancel_now(*cause, heard.now)))
                }
                Answer::Challenged(_) => Ok(None),
            },
            (OperationKind::Capture, _) => self.captured_late(heard),
            (
                OperationKind::Void
                | OperationKind::Refund
                | OperationKind::Bind
                | OperationKind::Register
                | OperationKind::PayOut,
                _,
            ) => Ok(None),
        }
    }

    fn authorize_answered(&self, heard: &PaymentAnswer<'_>) -> Result<Step, AnswerRefused> {
        match heard.answer {
            Answer::Approved(approval) => self.approved(approval, heard),
            Answer::Challenged(challenge) => {
                let mut next = self.clone();
                let operation = heard.operation.id;
                next.state = State::Challenged {
                    operation,
                    challenge: challenge.clone(),
                };
                Ok(Step::to(next))
            }
            Answer::Declined { decline, facts } => Ok(self.declined(*decline, facts, heard)),
        }
    }

    pub(super) fn approved(
        &self,
        approval: &Approval,
        heard: &PaymentAnswer<'_>,
    ) -> Result<Step, AnswerRefused> {
        let mut next = self.clone();
        let fee = self.fee_on(self.amount, heard.tariffs, heard.now)?;
        next.fee = Some(fee);
        next.authorization = Some(Authorization {
            rrn: approval.rrn.clone(),
            auth_code: approval.auth_code.clone(),
            three_d_secure: approval.three_d_secure,
        });
        next.learn(approval.facts.as_ref());
        let saved_method = next.save(approval, heard.now);

        let mut step = match self.capture_mode {
            CaptureMode::OneStage if self.is_registered_first() => {
                let hold = next.hold_of(approval, heard.now);
                next.await_receipt(&hold, self.amount)
            }
            CaptureMode::OneStage => {
                let reference = approval.reference.clone();
                next.state = State::Succeeded {
                    reference,
                    captured_at: heard.now,
                };
                let (own, partners) = next.capture_transfers(fee)?;
                let receipt = next.receipt_of_taken();
                let mut step = Step::to(next);
                step.receipt = receipt;
                step.transfers.push(own);
                step.partners = partners;
                step.events
                    .push(Event::Payment(EventKind::PaymentSucceeded, self.id));
                step
            }
            CaptureMode::TwoStage => {
                next.state = State::WaitingForCapture {
                    hold: next.hold_of(approval, heard.now),
                };
                let mut step = Step::to(next);
                step.events
                    .push(Event::Payment(EventKind::PaymentWaitingForCapture, self.id));
                step
            }
        };
        step.saved_method = saved_method;
        Ok(step)
    }

    fn declined(
        &self,
        decline: Decline,
        facts: &Option<MethodFacts>,
        heard: &PaymentAnswer<'_>,
    ) -> Step {
        let mut learned = self.clone();
        let now = heard.now;
        learned.learn(facts.as_ref());
        if self.flow == Flow::Direct {
            return learned.cancel_now(decline, now);
        }
        if now >= self.confirm_until {
            let reason = CancellationReason::ExpiredOnConfirmation;
            return learned.cancel_now(Decline::new(Party::YooMoney, reason), now);
        }
        learned.state = State::Pending {
            last_attempt: Some(heard.operation.id),
        };
        Step::to(learned)
    }

    fn capture_answered(
        &self,
        hold: &Hold,
        amount: Money,
        heard: &PaymentAnswer<'_>,
    ) -> Result<Option<Step>, AnswerRefused> {
        let mut next = self.clone();
        match heard.answer {
            Answer::Challenged(_) => Ok(None),
            Answer::Declined { .. } => {
                if let Some(deal) = &mut next.deal {
                    deal.payout_capturing = None;
                }
                if let Some(split) = &mut next.split {
                    split.capturing = None;
                }
                next.state = State::WaitingForCapture { hold: hold.clone() };
                Ok(Some(Step::to(next)))
            }
            Answer::Approved(approval) => self.taken(amount, approval, heard).map(Some),
        }
    }

    /// Held money is taken.
    pub(super) fn taken(
        &self,
        amount: Money,
        approval: &Approval,
        heard: &PaymentAnswer<'_>,
    ) -> Result<Step, AnswerRefused> {
        let mut next = self.clone();
        let fee = self.fee_on(amount, heard.tariffs, heard.now)?;
        next.amount = amount;
        if let Some(deal) = &mut next.deal {
            deal.payout = deal.payout_capturing.take().unwrap_or(deal.payout);
        }
        next.fee = Some(fee);
        let reference = approval.reference.clone();
        next.state = State::Succeeded {
            reference,
            captured_at: heard.now,
        };
        if let Some(split) = &mut next.split
            && let Some(parts) = split.capturing.take()
        {
            split.parts = parts;
        }
        let (own, partners) = next.capture_transfers(fee)?;
        let receipt = next.receipt_of_taken();
        let mut step = Step::to(next);
        step.receipt = receipt;
        step.transfers.push(own);
        step.partners = partners;
        step.events
            .push(Event::Payment(EventKind::PaymentSucceeded, self.id));
        Ok(step)
    }

    fn learn(&mut self, facts: Option<&MethodFacts>) {
        if let (Some(method), Some(facts)) = (self.method.as_mut(), facts) {
            method.facts = Some(facts.clone());
        }
    }

    /// Keeps what the means can be charged with again, if the merchant or the payer agreed.
    fn save(&mut self, approval: &Approval, now: Timestamp) -> Option<PaymentMethod> {
        let agreed = match self.save_method {
            SaveMethod::Always | SaveMethod::PayerAgreed => true,
            SaveMethod::PayerDecides => false,
        };
        let token = approval.token.clone().filter(|_| agreed)?;
        let (gateway_id, connector) = (self.gateway_id, self.connector);
        let method = self
            .method
            .as_mut()
            .filter(|m| m.kind.terms().saveable && !m.saved)?;
        method.saved = true;
        Some(PaymentMethod::saved_by_payment(
            self.shop_id,
            gateway_id,
            method,
            (connector, token),
            now,
        ))
    }
}

//! Money that came by a call that the payment no longer waited for: the call was given up, the
//! payer had turned to another method, or the payment was over. A payment that still waits is paid
//! by it; otherwise the money goes back by an operation of its own.

use super::{AnswerRefused, GivenBack, Payment, PaymentAnswer, Registering, State, Step};
use crate::acquiring::{Answer, Approval, CancellationReason, Decline, Party};
use crate::discrepancy::Remedy;
use crate::operation::{NewOperation, Operation, OperationKind};

impl Payment {
    /// An attempt was approved that the payment does not wait for.
    pub(super) fn authorized_late(
        &self,
        heard: &PaymentAnswer<'_>,
    ) -> Result<Option<Step>, AnswerRefused> {
        let Answer::Approved(approval) = heard.answer else {
            return Ok(None);
        };
        match &self.state {
            State::Pending {
                last_attempt: Some(last),
            } if *last == heard.operation.id => self.approved(approval, heard).map(taken),
            State::Pending { .. }
            | State::Authorizing { .. }
            | State::Challenged { .. }
            | State::WaitingForCapture { .. }
            | State::Capturing { .. }
            | State::Voiding { .. }
            | State::Registering { .. }
            | State::Succeeded { .. }
            | State::Canceled { .. } => {
                let kind = match self.takes_at_once() {
                    true => OperationKind::Refund,
                    false => OperationKind::Void,
                };
                Ok(Some(self.give_back(
                    Step::to(self.clone()),
                    kind,
                    approval,
                    heard,
                )))
            }
        }
    }

    /// A capture was approved that the payment does not wait for. A payment has one hold in its
    /// life, and the hold's money is taken once: the capture that is heard of first has taken it,
    /// and another answer may be about the same money. So nothing is given back while the payment
    /// has succeeded, or while another capture may still be approved, and nothing is given back
    /// twice.
    pub(super) fn captured_late(
        &self,
        heard: &PaymentAnswer<'_>,
    ) -> Result<Option<Step>, AnswerRefused> {
        let Answer::Approved(approval) = heard.answer else {
            return Ok(None);
        };
        let asked = heard.operation.amount;
        let take = || self.taken(asked, approval, heard).map(taken);
        match &self.state {
            _ if heard.given_back == GivenBack::Another => Ok(Some(self.left_alone())),
            State::WaitingForCapture { .. } if self.shares_known() => take(),
            State::Capturing { amount, .. } if *amount == asked || self.shares_known() => take(),
            State::Registering {
                amount,
                step: Registering::Taking { .. },
                ..
            } if *amount == asked => take(),
            // The hold is gone, and nobody knows whose shares it was: the payment is over.
            State::WaitingForCapture { .. } => {
                let reason = CancellationReason::GeneralDecline;
                let cause = Decline::new(Party::PaymentNetwork, reason);
                let ended = self.cancel_now(cause, heard.now);
                Ok(Some(self.give_back(
                    ended,
                    OperationKind::Refund,
                    approval,
                    heard,
                )))
            }
            State::Capturing { .. }
            | State::Registering {
                step: Registering::Asked | Registering::Taking { .. },
                ..
            }
            | State::Succeeded { .. } => Ok(Some(self.left_alone())),
            State::Pending { .. }
            | State::Authorizing { .. }
            | State::Challenged { .. }
            | State::Voiding { .. }
            | State::Registering {
                step: Registering::LettingGo { .. },
                ..
            }
            | State::Canceled { .. } => {
                let kind = OperationKind::Refund;
                Ok(Some(self.give_back(
                    Step::to(self.clone()),
                    kind,
                    approval,
                    heard,
                )))
            }
        }
    }

    /// Returns whether the payment waits for the result of this call.
    #[must_use]
    pub fn waits_for(&self, operation: &Operation) -> bool {
        match &self.state {
            State::Authorizing { operation: own }
            | State::Challenged { operation: own, .. }
            | State::Capturing { operation: own, .. }
            | State::Voiding { operation: own, .. }
            | State::Registering {
                step:
                    Registering::Taking { operation: own }
                    | Registering::LettingGo { operation: own, .. },
                ..
            } => *own == operation.id,
            State::Pending { .. }
            | State::WaitingForCapture { .. }
            | State::Registering {
                step: Registering::Asked,
                ..
            }
            | State::Succeeded { .. }
            | State::Canceled { .. } => false,
        }
    }

    /// Returns whether it is known who gets what of money that a refused capture took after all:
    /// the shares that it asked for were forgotten with the refusal.
    fn shares_known(&self) -> bool {
        self.deal.is_none() && self.split.is_none()
    }

    /// A step that does nothing: a person has to look.
    fn left_alone(&self) -> Step {
        let mut step = Step::to(self.clone());
        step.late = Some(Remedy::Nothing);
        step
    }

    /// The same step with the call that gives the money back.
    fn give_back(
        &self,
        mut step: Step,
        kind: OperationKind,
        approval: &Approval,
        heard: &PaymentAnswer<'_>,
    ) -> Step {
        step.operations.push(NewOperation {
            kind,
            connector: heard.operation.connector,
            amount: heard.operation.amount,
            ..self.void_call(heard.spare, &approval.reference)
        });
        step.late = Some(Remedy::GivingBack(heard.spare));
        step
    }
}

fn taken(mut step: Step) -> Option<Step> {
    step.late = Some(Remedy::Taken);
    Some(step)
}

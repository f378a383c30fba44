//! A capture, void or refund as the sandbox remembers it, and the rules of a payment's money.

use domain::acquiring::Approval;
use domain::{Answer, CancellationReason, Decline, MethodKind, Money, OperationId, Party, ShopId};
use serde::{Deserialize, Serialize};

use super::means::sbp_facts;
use super::purchase::{Purchase, Purpose, Ruling};
use super::reference::Reference;
use super::{numbers, wire};
use crate::acquirer::Follow;

/// What is done to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    Capture,
    Void,
    Refund,
}

/// A capture, void or refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Followup {
    #[serde(with = "wire")]
    pub(super) shop: ShopId,
    pub(super) step: Step,
    #[serde(with = "wire")]
    pub(super) amount: Money,
    pub(super) reference: String,
    pub(super) ruling: Ruling,
}

impl Followup {
    /// Decides a request. `purchase` is what is remembered of its payment: nothing if the payment
    /// is older than the sandbox's memory, and then the platform's books are trusted. The second
    /// part of the answer is the payment afterwards.
    pub(super) fn decide(
        step: Step,
        request: Follow,
        purchase: Option<&Purchase>,
    ) -> (Self, Option<Purchase>) {
        let (ruling, changed) = match purchase.map(|known| apply(step, &request, known)) {
            None => (Ruling::Approved, None),
            Some(Some(changed)) => (Ruling::Approved, Some(changed)),
            Some(None) => (Ruling::Declined(step.refusal()), None),
        };
        (Self::ruled(step, request, ruling), changed)
    }

    /// A request that is refused, whatever its payment's money allows.
    pub(super) fn declined(step: Step, request: Follow) -> Self {
        Self::ruled(step, request, Ruling::Declined(step.refusal()))
    }

    fn ruled(step: Step, request: Follow, ruling: Ruling) -> Self {
        Self {
            shop: request.shop_id,
            step,
            amount: request.amount,
            reference: request.reference,
            ruling,
        }
    }

    /// What the platform is told.
    pub(super) fn answer(&self, operation: OperationId) -> Answer {
        match self.ruling {
            Ruling::Declined(decline) => Answer::Declined {
                decline,
                facts: None,
            },
            Ruling::Approved => Answer::Approved(self.approval(operation)),
        }
    }

    fn approval(&self, operation: OperationId) -> Approval {
        let method = match self.step {
            Step::Refund => Reference::parse(&self.reference).map(|reference| reference.method),
            Step::Capture | Step::Void => None,
        };
        let by_card = method == Some(MethodKind::BankCard);
        let by_sbp = method == Some(MethodKind::Sbp);
        Approval {
            reference: self.reference.clone(),
            facts: by_sbp.then(|| sbp_facts(operation)),
            rrn: by_card.then(|| numbers::decimal(operation, "rrn", 12)),
            auth_code: None,
            three_d_secure: None,
            token: None,
        }
    }
}

impl Step {
    const fn refusal(self) -> Decline {
        let party = match self {
            Self::Capture | Self::Void => Party::PaymentNetwork,
            Self::Refund => Party::RefundNetwork,
        };
        Decline::new(party, CancellationReason::GeneralDecline)
    }
}

/// The payment after the step; `None` if its money does not allow the step.
fn apply(step: Step, request: &Follow, purchase: &Purchase) -> Option<Purchase> {
    let alike = purchase.shop == request.shop_id
        && purchase.amount.currency() == request.amount.currency()
        && purchase.ruling() == Some(Ruling::Approved);
    if !alike {
        return None;
    }
    let mut next = purchase.clone();
    let (held, asked) = (purchase.amount.minor(), request.amount.minor());
    let untouched =
        purchase.purpose == Purpose::Hold && purchase.captured == 0 && purchase.released == 0;
    match step {
        Step::Capture if untouched && 0 < asked && asked <= held => {
            next.captured = asked;
            next.released = held.checked_sub(asked)?;
        }
        Step::Void if untouched => next.released = held,
        Step::Refund if 0 < asked => {
            next.refunded = purchase.refunded.checked_add(asked)?;
            if next.refunded > purchase.captured {
                return None;
            }
        }
        Step::Capture | Step::Void | Step::Refund => return None,
    }
    Some(next)
}

//! Refunds: money on its way back to the payer (YooKassa API v3: refunds).
//!
//! The sum is set aside in the books before the outside is asked; it leaves them when the payer
//! has it, or goes back to the shop.

mod certificate;

pub use certificate::{CertificateRefund, ReturnedArticle};

use crate::acquiring::{Answer, Approval, CancellationReason, Decline, Party};
use crate::event::{Event, EventKind};
use crate::id::{DealId, OperationId, PaymentId, RefundId, ShopId};
use crate::ledger::{LedgerRefused, Transfer};
use crate::metadata::Metadata;
use crate::method::MethodFacts;
use crate::money::Money;
use crate::operation::{NewOperation, Operation, OperationKind, OperationObject};
use crate::payment::{
    PartnerTransfer, Payment, ReceiptWork, RefundRefused, Source, State as PaymentState,
};
use crate::receipt::Registration;
use crate::time::Timestamp;

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// Whose money it is.
    pub shop_id: ShopId,
    /// The payment that is given back, whole or in part.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Money,
    /// Why, at most 250 characters.
    pub description: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// The safe deal that it is made in.
    pub deal: Option<RefundDeal>,
    /// How far the registration of its receipt is, if it has one.
    pub receipt: Option<Registration>,
    /// Who gives how much, of a split payment; otherwise empty.
    pub sources: Vec<Source>,
    /// What is given back to certificates.
    pub certificate: Option<CertificateRefund>,
    /// How far it is.
    pub state: State,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// What a refund knows of its deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundDeal {
    /// The deal.
    pub id: DealId,
    /// By how much the seller's part becomes less.
    pub payout: Money,
    /// What of the refund comes out of the platform's own money.
    pub covered: Money,
}

/// How far a refund is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The acquirer has been asked; its answer is open.
    Sending {
        /// The call.
        operation: OperationId,
    },
    /// The payer has the money.
    Succeeded {
        /// Retrieval reference number of the network.
        rrn: Option<String>,
        /// SBP's own id of the transfer, if the money went back through SBP.
        sbp_operation_id: Option<String>,
        /// When.
        succeeded_at: Timestamp,
    },
    /// The money stays with the shop.
    Canceled {
        /// Who, and why.
        cause: Decline,
        /// When.
        canceled_at: Timestamp,
    },
}

/// What a merchant asks for.
#[derive(Clone, Debug)]
pub struct NewRefund {
    /// The new id.
    pub id: RefundId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub description: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// The safe deal that it is made in.
    pub deal: Option<RefundDeal>,
    /// Whether it has a receipt.
    pub has_receipt: bool,
    /// From whom it comes, for a split payment; empty if from all alike.
    pub sources: Vec<Source>,
    /// What is given back to certificates.
    pub certificate: Option<CertificateRefund>,
    /// An id for the call to the acquirer.
    pub operation: OperationId,
}

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The refund after it.
    pub next: Refund,
    /// The payment after it.
    pub payment: Payment,
    /// Money that moves.
    pub transfers: Vec<Transfer>,
    /// Money that moves in the books of partners.
    pub partners: Vec<PartnerTransfer>,
    /// What the merchant is notified of.
    pub events: Vec<Event>,
    /// Calls that are to be made.
    pub operations: Vec<NewOperation>,
    /// What is to be done with its receipt.
    pub receipt: ReceiptWork,
}

/// The refund's status as the API knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// On its way.
    Pending,
    /// The payer has the money.
    Succeeded,
    /// The money stays with the shop.
    Canceled,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Succeeded, Self::Canceled];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }

    /// The status with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

/// SBP's own id of what it did.
fn by_sbp(facts: &MethodFacts) -> Option<String> {
    match facts {
        MethodFacts::Sbp {
            sbp_operation_id, ..
        } => Some(sbp_operation_id.clone()),
        MethodFacts::Card(_)
        | MethodFacts::Wallet { .. }
        | MethodFacts::Company(_)
        | MethodFacts::Loan { .. }
        | MethodFacts::Certificates { .. } => None,
    }
}

impl Refund {
    /// Starts to give money of `payment` back.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn create(
        payment: &Payment,
        mut new: NewRefund,
        now: Timestamp,
    ) -> Result<Step, CreateRefused> {
        CertificateRefund::check(payment, new.certificate.as_ref())?;
        let (reserved, sources) = payment.reserve_refund(new.amount, &new.sources, now)?;
        new.sources = sources;
        Self::send(payment, reserved, new, now)
    }

    /// Starts to give back what is left in a deal whose time is over, without the rules for
    /// merchants.
    ///
    /// # Errors
    /// The payment was not taken.
    pub fn create_by_deal(
        payment: &Payment,
        new: NewRefund,
        now: Timestamp,
    ) -> Result<Step, CreateRefused> {
        let reserved = payment.set_aside(new.amount).map_err(LedgerRefused::from)?;
        Self::send(payment, reserved, new, now)
    }

    fn send(
        payment: &Payment,
        reserved: Payment,
        new: NewRefund,
        now: Timestamp,
    ) -> Result<Step, CreateRefused> {
        let PaymentState::Succeeded { reference, .. } = &payment.state else {
            let status = payment.status();
            return Err(RefundRefused::NotSucceeded { status }.into());
        };
        let operation = NewOperation {
            id: new.operation,
            shop_id: payment.shop_id,
            object: OperationObject::Refund(new.id),
            kind: OperationKind::Refund,
            connector: payment.connector,
            amount: new.amount,
            reference: Some(reference.clone()),
        };
        let own = match &new.deal {
            Some(deal) => Transfer::refund_reserve_in_deal(new.id, new.amount, deal)?,
            None if new.sources.is_empty() => Transfer::refund_reserve(new.id, new.amount)?,
            None => Transfer::refund_reserve_split(new.id, new.amount, &new.sources)?,
        };
        let partners = partner_transfers(&new.sources, |source| {
            Transfer::split_reserve(new.id, payment.shop_id, source)
        })?;
        Ok(Step {
            transfers: vec![own],
            partners,
            next: Self::begin(payment, new, now),
            payment: reserved,
            events: Vec::new(),
            operations: vec![operation],
            receipt: ReceiptWork::None,
        })
    }

    /// The shop has not enough: the refund is created and canceled at once, and no money moves.
    #[must_use]
    pub fn create_without_funds(payment: &Payment, new: NewRefund, now: Timestamp) -> Self {
        let reason = CancellationReason::InsufficientFunds;
        Self::create_canceled(payment, new, reason, now)
    }

    /// The refund is created and canceled at once, and no money moves.
    #[must_use]
    pub fn create_canceled(
        payment: &Payment,
        new: NewRefund,
        reason: CancellationReason,
        now: Timestamp,
    ) -> Self {
        let mut refund = Self::begin(payment, new, now);
        refund.state = State::Canceled {
            cause: Decline::new(Party::YooMoney, reason),
            canceled_at: now,
        };
        refund.receipt = refund.receipt.map(|_pending| Registration::Canceled);
        refund
    }

    fn begin(payment: &Payment, new: NewRefund, now: Timestamp) -> Self {
        Self {
            id: new.id,
            shop_id: payment.shop_id,
            payment_id: payment.id,
            amount: new.amount,
            description: new.description,
            metadata: new.metadata,
            deal: new.deal,
            receipt: new.has_receipt.then_some(Registration::Pending),
            sources: new.sources,
            certificate: new.certificate,
            state: State::Sending {
                operation: new.operation,
            },
            created_at: now,
            version: 1,
        }
    }

    /// Takes the acquirer's answer in. `None` if it changes nothing.
    ///
    /// # Errors
    /// The books refuse it, which sums that were checked before cannot cause.
    pub fn answered(
        &self,
        payment: &Payment,
        operation: &Operation,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<Option<Step>, LedgerRefused> {
        match &self.state {
            State::Sending { operation: own } if *own == operation.id => {}
            State::Sending { .. } | State::Succeeded { .. } | State::Canceled { .. } => {
                return Ok(None);
            }
        }
        let mut step = Step {
            next: self.clone(),
            payment: payment.clone(),
            transfers: Vec::new(),
            partners: Vec::new(),
            events: Vec::new(),
            operations: Vec::new(),
            receipt: ReceiptWork::None,
        };
        match answer {
            Answer::Challenged(_) => return Ok(None),
            Answer::Approved(approval) => {
                step.next.state = State::Succeeded {
                    rrn: approval.rrn.clone(),
                    sbp_operation_id: approval.facts.as_ref().and_then(by_sbp),
                    succeeded_at: now,
                };
                step.payment = payment.settle_refund(self.amount)?;
                let holder = payment.holder()?;
                step.transfers
                    .push(Transfer::refund_settle(self.id, holder, self.amount)?);
                if self.receipt.is_some() {
                    step.receipt = ReceiptWork::Register;
                }
                step.events
                    .push(Event::Refund(EventKind::RefundSucceeded, self.id));
            }
            Answer::Declined { decline, .. } => {
                step.next.state = State::Canceled {
                    cause: *decline,
                    canceled_at: now,
                };
                if self.receipt.is_some() {
                    step.next.receipt = Some(Registration::Canceled);
                    step.receipt = ReceiptWork::Drop;
                }
                step.payment = payment.release_refund(self.amount)?;
                step.payment.release_sources(&self.sources)?;
                step.transfers.push(match &self.deal {
                    Some(deal) => Transfer::refund_release_in_deal(self.id, self.amount, deal)?,
                    None if self.sources.is_empty() => {
                        Transfer::refund_release(self.id, self.amount)?
                    }
                    None => Transfer::refund_release_split(self.id, self.amount, &self.sources)?,
                });
                step.partners = partner_transfers(&self.sources, |source| {
                    Transfer::split_release(self.id, self.shop_id, source)
                })?;
            }
        }
        Ok(Some(step))
    }

    /// It was over without money, and the payer has got the money after all, which cannot be
    /// undone. The books follow: the shop gives `spendable` of the sum, and owes the rest. The
    /// refund succeeds after all, with its receipt, if nobody else has a part in it and its payment
    /// has room for it; otherwise its payment holds that room, so that the payer does not get it
    /// twice. `None` if it is not over.
    ///
    /// # Errors
    /// The books refuse it.
    pub fn left_after_all(
        &self,
        payment: &Payment,
        approval: &Approval,
        spendable: Money,
        now: Timestamp,
    ) -> Result<Option<Step>, LedgerRefused> {
        let State::Canceled { .. } = &self.state else {
            return Ok(None);
        };
        let holder = payment.holder()?;
        let late = Transfer::refund_late(self.id, holder, self.amount, spendable)?;
        let mut step = Step {
            next: self.clone(),
            payment: payment.clone(),
            transfers: vec![late],
            partners: Vec::new(),
            events: Vec::new(),
            operations: Vec::new(),
            receipt: ReceiptWork::None,
        };
        let alone = self.deal.is_none() && self.sources.is_empty();
        if alone && self.amount.compare(payment.refundable_amount())?.is_le() {
            step.next.state = State::Succeeded {
                rrn: approval.rrn.clone(),
                sbp_operation_id: approval.facts.as_ref().and_then(by_sbp),
                succeeded_at: now,
            };
            if self.receipt.is_some() {
                step.next.receipt = Some(Registration::Pending);
                step.receipt = ReceiptWork::Register;
            }
            step.payment = payment.set_aside(self.amount)?.settle_refund(self.amount)?;
            step.events
                .push(Event::Refund(EventKind::RefundSucceeded, self.id));
        } else {
            step.payment = payment.hold(self.amount)?;
            step.payment.hold_sources(&self.sources)?;
        }
        Ok(Some(step))
    }

    /// The money of a canceled refund had left and has come back, or had never left, as a person
    /// says: the shop, which still `owes` so much, gets it back. What its payment holds is counted
    /// anew by the caller, who knows the other refunds. `None` if it is not canceled.
    ///
    /// # Errors
    /// The books refuse it.
    pub fn came_back(&self, payment: Payment, owes: Money) -> Result<Option<Step>, LedgerRefused> {
        let State::Canceled { .. } = &self.state else {
            return Ok(None);
        };
        let holder = payment.holder()?;
        let back = Transfer::refund_return(self.id, holder, self.amount, owes)?;
        Ok(Some(Step {
            next: self.clone(),
            payment,
            transfers: vec![back],
            partners: Vec::new(),
            events: Vec::new(),
            operations: Vec::new(),
            receipt: ReceiptWork::None,
        }))
    }

    /// The status as the API knows it.
    #[must_use]
    pub fn status(&self) -> Status {
        match &self.state {
            State::Sending { .. } => Status::Pending,
            State::Succeeded { .. } => Status::Succeeded,
            State::Canceled { .. } => Status::Canceled,
        }
    }
}

fn partner_transfers(
    sources: &[Source],
    transfer: impl Fn(&Source) -> Result<Option<Transfer>, LedgerRefused>,
) -> Result<Vec<PartnerTransfer>, LedgerRefused> {
    let mut partners = Vec::with_capacity(sources.len());
    for source in sources {
        let shop_id = source.shop_id;
        let transfer = transfer(source)?;
        partners.extend(transfer.map(|transfer| PartnerTransfer { shop_id, transfer }));
    }
    Ok(partners)
}

/// Why a refund cannot be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefused {
    /// The payment does not allow it.
    #[error(transparent)]
    Payment(#[from] RefundRefused),
    /// The books do not allow it.
    #[error(transparent)]
    Ledger(#[from] LedgerRefused),
}

#[cfg(test)]
mod tests;

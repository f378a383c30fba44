//! Payouts: money on its way to a person (YooKassa API v3: payouts).
//!
//! The sum is set aside in the books before the outside is asked; it leaves them when the receiver
//! has it, or goes back to the gateway's balance or the deal. An ordinary payout is a gateway's;
//! one of a safe deal is the platform shop's that holds the deal.

mod create;
pub mod limit;

use crate::acquiring::{Answer, Approval, CancellationReason, Decline, Party};
use crate::card::{CardBrand, CardFacts};
use crate::connector::ConnectorName;
use crate::event::{Event, EventKind};
use crate::id::{DealId, OperationId, PayoutId, PersonalDataId, SelfEmployedId, ShopId};
use crate::ledger::{Account, LedgerRefused, Transfer};
use crate::metadata::Metadata;
use crate::method::{MethodFacts, MethodKind};
use crate::money::{Money, MoneyError};
use crate::operation::{NewOperation, Operation};
use crate::time::Timestamp;

pub use create::{CreateRefused, Funds, NewPayout};
use limit::UsageChange;

/// A payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// Its id.
    pub id: PayoutId,
    /// The gateway, or the platform shop of the deal.
    pub shop_id: ShopId,
    /// Whether it is only a test.
    pub test: bool,
    /// How much.
    pub amount: Money,
    /// The connector that sends it.
    pub connector: ConnectorName,
    /// Where to.
    pub destination: Destination,
    /// The receiver whose limits it counts towards; `None` if there are no limits.
    pub payee: Option<String>,
    /// What for, at most 128 characters.
    pub description: Option<String>,
    /// The deal whose money it is.
    pub deal_id: Option<DealId>,
    /// Data of the receiver that it uses.
    pub personal_data: Vec<PersonalDataId>,
    /// The self-employed person who receives it.
    pub self_employed_id: Option<SelfEmployedId>,
    /// What the self-employed person's receipt is to say.
    pub receipt: Option<IncomeReceipt>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// How far it is.
    pub state: State,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// Where a payout goes, without what must not be kept. It holds all that a call needs, so that a
/// call which never arrived can be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A bank card.
    Card {
        /// What may be shown of it.
        card: PayoutCard,
        /// What the payer knows it by.
        token: String,
    },
    /// A wallet.
    Wallet {
        /// Its number, 11 to 33 digits.
        account_number: String,
    },
    /// An account behind a phone, through SBP.
    Sbp {
        /// The phone, digits.
        phone: String,
        /// The bank, by its id in SBP.
        bank_id: String,
        /// Whether the receiver's name is compared.
        recipient_checked: bool,
        /// The transfer's id in SBP, once it has one.
        operation_id: Option<String>,
    },
}

/// What may be kept and shown of a card that is paid to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutCard {
    /// The first six digits.
    pub first6: String,
    /// The last four digits.
    pub last4: String,
    /// The payment system.
    pub brand: CardBrand,
    /// Country of the issuer, ISO 3166 alpha-2.
    pub issuer_country: Option<String>,
    /// Name of the issuer.
    pub issuer_name: Option<String>,
}

/// What a self-employed person's receipt is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomeReceipt {
    /// What was done, at most 50 characters.
    pub service_name: String,
    /// The sum in it, if it is not the payout's.
    pub amount: Option<Money>,
}

/// How far a payout is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The payer has been asked; its answer is open.
    Sending {
        /// The call.
        operation: OperationId,
    },
    /// The receiver has the money.
    Succeeded {
        /// The payer's own id of it.
        reference: String,
        /// When.
        succeeded_at: Timestamp,
    },
    /// The money stayed, or came back.
    Canceled {
        /// Who, and why.
        cause: Decline,
        /// When.
        canceled_at: Timestamp,
    },
}

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The payout after it.
    pub next: Payout,
    /// Money that moves.
    pub transfers: Vec<Transfer>,
    /// What the merchant is notified of.
    pub events: Vec<Event>,
    /// Calls that are to be made.
    pub operations: Vec<NewOperation>,
    /// What it does to the limits of its receiver.
    pub usage: Option<UsageChange>,
}

/// Who pays how much of a payout that was carried out after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateShares {
    /// What its deal gives.
    pub deal: Money,
    /// What the shop has for the rest.
    pub shop: Money,
}

/// The payout's status as the API knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// On its way.
    Pending,
    /// The receiver has the money.
    Succeeded,
    /// The money stayed.
    Canceled,
}

/// The kinds of destinations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DestinationKind {
    /// A bank card.
    Card,
    /// A wallet.
    Wallet,
    /// An account behind a phone.
    Sbp,
}

impl DestinationKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Card, Self::Wallet, Self::Sbp];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Card => "bank_card",
            Self::Wallet => "yoo_money",
            Self::Sbp => "sbp",
        }
    }

    /// The kind with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The method of payments that goes the same way.
    #[must_use]
    pub const fn method(self) -> MethodKind {
        match self {
            Self::Card => MethodKind::BankCard,
            Self::Wallet => MethodKind::YooMoney,
            Self::Sbp => MethodKind::Sbp,
        }
    }
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

impl PayoutCard {
    /// A saved card.
    #[must_use]
    pub fn of_saved(card: &CardFacts) -> Self {
        Self {
            first6: card.first6.clone(),
            last4: card.last4.clone(),
            brand: card.brand,
            issuer_country: card.issuer_country.clone(),
            issuer_name: card.issuer_name.clone(),
        }
    }
}

impl Destination {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> DestinationKind {
        match self {
            Self::Card { .. } => DestinationKind::Card,
            Self::Wallet { .. } => DestinationKind::Wallet,
            Self::Sbp { .. } => DestinationKind::Sbp,
        }
    }
}

/// The reason for which a payout is canceled. A payer may give others, which become one without
/// details.
fn cause(decline: Decline) -> Decline {
    let party = match decline.party {
        Party::YooMoney | Party::Merchant => Party::YooMoney,
        Party::PayoutNetwork | Party::PaymentNetwork | Party::RefundNetwork => Party::PayoutNetwork,
    };
    let known = Payout::REASONS.contains(&decline.reason);
    let reason = if known {
        decline.reason
    } else {
        CancellationReason::GeneralDecline
    };
    Decline::new(party, reason)
}

impl Payout {
    /// Why payouts are canceled. SDKs refuse names that are not in this list.
    pub const REASONS: [CancellationReason; 11] = [
        CancellationReason::InsufficientFunds,
        CancellationReason::FraudSuspected,
        CancellationReason::OneTimeLimitExceeded,
        CancellationReason::PeriodicLimitExceeded,
        CancellationReason::RejectedByPayee,
        CancellationReason::GeneralDecline,
        CancellationReason::IssuerUnavailable,
        CancellationReason::RecipientNotFound,
        CancellationReason::RecipientCheckFailed,
        CancellationReason::IdentificationRequired,
        CancellationReason::SelfEmployedAnnualLimitExceeded,
    ];

    /// The account that the money is taken from, and goes back to.
    #[must_use]
    pub fn source(&self) -> Account {
        self.deal_id.map_or(Account::Available, Account::Deal)
    }

    /// Takes the payer's answer in. `None` if it changes nothing.
    ///
    /// # Errors
    /// The books refuse it, which sums that were checked before cannot cause.
    pub fn answered(
        &self,
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
        match answer {
            Answer::Challenged(_) => Ok(None),
            Answer::Approved(approval) => {
                let facts = approval.facts.as_ref();
                Ok(Some(self.succeed(&approval.reference, facts, now)?))
            }
            Answer::Declined { decline, .. } => Ok(Some(self.cancel(*decline, now)?)),
        }
    }

    fn succeed(
        &self,
        reference: &str,
        facts: Option<&MethodFacts>,
        now: Timestamp,
    ) -> Result<Step, LedgerRefused> {
        let mut next = self.clone();
        next.state = State::Succeeded {
            reference: reference.to_owned(),
            succeeded_at: now,
        };
        if let Destination::Sbp { operation_id, .. } = &mut next.destination {
            *operation_id = match facts {
                Some(MethodFacts::Sbp {
                    sbp_operation_id, ..
                }) => Some(sbp_operation_id.clone()),
                Some(
                    MethodFacts::Card(_)
                    | MethodFacts::Wallet { .. }
                    | MethodFacts::Company(_)
                    | MethodFacts::Loan { .. }
                    | MethodFacts::Certificates { .. },
                )
                | None => None,
            };
        }
        Ok(Step {
            next,
            transfers: vec![Transfer::payout_settle(self.id, self.amount)?],
            events: vec![Event::Payout(EventKind::PayoutSucceeded, self.id)],
            operations: Vec::new(),
            usage: None,
        })
    }

    /// It was over without money, and the receiver has got the money after all, which cannot be
    /// undone. The books follow: its deal and its shop give their shares, and the shop owes the
    /// rest. The payout succeeds if it has no deal, or if the deal gives all of it; otherwise it
    /// stays canceled, because the deal has given the seller other money instead. Its limits are
    /// counted before: see [`Self::late_usage`]. `None` if it is not over.
    ///
    /// # Errors
    /// The books refuse it.
    pub fn left_after_all(
        &self,
        approval: &Approval,
        shares: LateShares,
        now: Timestamp,
    ) -> Result<Option<Step>, LedgerRefused> {
        let State::Canceled { .. } = &self.state else {
            return Ok(None);
        };
        let from_deal = self.deal_id.map(|deal| (deal, shares.deal));
        let late = Transfer::payout_late(self.id, self.amount, from_deal, shares.shop)?;
        let mut step = match self.succeeds_late(shares.deal) {
            true => self.succeed(&approval.reference, approval.facts.as_ref(), now)?,
            false => Step {
                next: self.clone(),
                transfers: Vec::new(),
                events: Vec::new(),
                operations: Vec::new(),
                usage: None,
            },
        };
        step.transfers = vec![late];
        Ok(Some(step))
    }

    /// How the receiver's limits change if it was carried out after all and its deal gives `share`
    /// of it. `None` if it does not succeed by that.
    #[must_use]
    pub fn late_usage(&self, share: Money) -> Option<UsageChange> {
        let State::Canceled { .. } = &self.state else {
            return None;
        };
        let payee = self.payee.as_deref();
        let payee = payee.filter(|_| self.succeeds_late(share))?;
        Some(UsageChange::taken(payee, self.amount, self.created_at))
    }

    fn succeeds_late(&self, share: Money) -> bool {
        self.deal_id.is_none() || share == self.amount
    }

    fn cancel(&self, decline: Decline, now: Timestamp) -> Result<Step, LedgerRefused> {
        let mut next = self.clone();
        next.state = State::Canceled {
            cause: cause(decline),
            canceled_at: now,
        };
        let back = Transfer::payout_release(self.id, self.source(), self.amount)?;
        let payee = self.payee.as_deref();
        let given_back =
            payee.map(|payee| UsageChange::given_back(payee, self.amount, self.created_at));
        Ok(Step {
            next,
            transfers: vec![back],
            events: vec![Event::Payout(EventKind::PayoutCanceled, self.id)],
            operations: Vec::new(),
            usage: given_back.transpose()?,
        })
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

impl From<MoneyError> for CreateRefused {
    fn from(error: MoneyError) -> Self {
        Self::Ledger(error.into())
    }
}

#[cfg(test)]
mod tests;

//! A new payout: who may, to whom, how much.

use super::limit::{Limits, Purse, Standing, UsageChange};
use super::{Destination, DestinationKind, IncomeReceipt, Payout, State, Step};
use crate::acquiring::{CancellationReason, Decline, Party};
use crate::connector::ConnectorName;
use crate::event::{Event, EventKind};
use crate::id::{DealId, OperationId, PayoutId, ShopId};
use crate::ledger::{LedgerRefused, Transfer};
use crate::metadata::Metadata;
use crate::money::{Currency, Money};
use crate::operation::{NewOperation, OperationKind, OperationObject};
use crate::personal_data::{self, PersonalData};
use crate::self_employed::{self, SelfEmployed};
use crate::shop::Shop;
use crate::time::Timestamp;

/// What a merchant asks for.
#[derive(Clone, Debug)]
pub struct NewPayout {
    /// The new id.
    pub id: PayoutId,
    /// How much.
    pub amount: Money,
    /// The connector that sends it.
    pub connector: ConnectorName,
    /// Where to. For SBP it does not say yet whether the receiver's name is compared.
    pub destination: Destination,
    /// Whose limits it counts towards.
    pub payee: Option<String>,
    /// What for.
    pub description: Option<String>,
    /// The deal whose money it is.
    pub deal_id: Option<DealId>,
    /// Data of the receiver.
    pub personal_data: Vec<PersonalData>,
    /// The self-employed person who receives it.
    pub self_employed: Option<SelfEmployed>,
    /// What the self-employed person's receipt is to say.
    pub receipt: Option<IncomeReceipt>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// An id for the call to the payer.
    pub operation: OperationId,
}

/// What there is to pay from, and what the receiver got already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Funds {
    /// There is enough.
    Enough(Standing),
    /// There is not.
    Short,
}

/// Why a payout cannot be created, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefused {
    /// Ordinary payouts are a gateway's.
    #[error("a shop pays out of deals only")]
    DealMissing,
    /// Deals are a platform shop's.
    #[error("a gateway has no deals")]
    DealNotPermitted,
    /// The gateway pays in another currency.
    #[error("the gateway pays in {paid}")]
    CurrencyNotPaid {
        /// Its currency.
        paid: Currency,
    },
    /// The gateway does not pay this way, or not out of a deal.
    #[error("payouts by {} are not made here", kind.code())]
    DestinationNotPaid {
        /// The way.
        kind: DestinationKind,
    },
    /// Less than the least sum.
    #[error("the amount is below the least sum")]
    BelowMinimum,
    /// Personal data belong to ordinary payouts.
    #[error("personal data are not used in deals")]
    PersonalDataNotPermitted,
    /// Data to compare a name with are for SBP.
    #[error("a receiver's name is compared by SBP only")]
    PersonalDataNotForDestination,
    /// Two of one type.
    #[error("personal data of one type are given twice")]
    PersonalDataTwice,
    /// They were used up or have expired.
    #[error("the personal data cannot be used any more")]
    PersonalDataUnusable,
    /// Self-employed persons belong to ordinary payouts.
    #[error("self-employed persons are not paid out of deals")]
    SelfEmployedNotPermitted,
    /// The person has not confirmed.
    #[error("the self-employed person has not confirmed")]
    SelfEmployedNotConfirmed,
    /// The books do not allow it.
    #[error(transparent)]
    Ledger(#[from] LedgerRefused),
}

impl Payout {
    /// Starts to pay out. If the receiver's limits or the gateway's balance do not allow it, the
    /// payout is created and canceled at once, and no money moves. If a deal has not enough, the
    /// payout is refused before this.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn create(
        shop: &Shop,
        new: NewPayout,
        funds: Funds,
        now: Timestamp,
    ) -> Result<Step, CreateRefused> {
        let purse = check(shop, &new)?;
        let limits = Limits::of(new.destination.kind(), purse);
        if !limits.reaches_least(new.amount) {
            return Err(CreateRefused::BelowMinimum);
        }
        check_people(&new, now)?;
        let hindrance = if !limits.keeps_most(new.amount) {
            Some(CancellationReason::OneTimeLimitExceeded)
        } else {
            match funds {
                Funds::Short => Some(CancellationReason::InsufficientFunds),
                Funds::Enough(standing) if !limits.keeps_periods(&standing, new.amount) => {
                    Some(CancellationReason::PeriodicLimitExceeded)
                }
                Funds::Enough(_) => None,
            }
        };
        let payout = begin(shop, new, now);
        match hindrance {
            Some(reason) => Ok(stillborn(payout, reason, now)),
            None => Ok(send(payout, now)?),
        }
    }
}

fn check(shop: &Shop, new: &NewPayout) -> Result<Purse, CreateRefused> {
    let purse = match (shop.is_gateway(), new.deal_id) {
        (true, None) => Purse::Gateway,
        (false, Some(_)) => Purse::Deal,
        (false, None) => return Err(CreateRefused::DealMissing),
        (true, Some(_)) => return Err(CreateRefused::DealNotPermitted),
    };
    if new.amount.currency() != shop.currency {
        let paid = shop.currency;
        return Err(CreateRefused::CurrencyNotPaid { paid });
    }
    let kind = new.destination.kind();
    let paid = match purse {
        Purse::Gateway => shop.takes(kind.method()),
        Purse::Deal => kind != DestinationKind::Sbp,
    };
    if paid {
        Ok(purse)
    } else {
        Err(CreateRefused::DestinationNotPaid { kind })
    }
}

fn check_people(new: &NewPayout, now: Timestamp) -> Result<(), CreateRefused> {
    let to_compare = |data: &&PersonalData| data.kind == personal_data::Kind::SbpPayoutRecipient;
    if new.deal_id.is_some() && !new.personal_data.is_empty() {
        return Err(CreateRefused::PersonalDataNotPermitted);
    }
    let by_sbp = new.destination.kind() == DestinationKind::Sbp;
    if !by_sbp && new.personal_data.iter().any(|data| to_compare(&data)) {
        return Err(CreateRefused::PersonalDataNotForDestination);
    }
    if let [one, other] = new.personal_data.as_slice()
        && one.kind == other.kind
    {
        return Err(CreateRefused::PersonalDataTwice);
    }
    if new
        .personal_data
        .iter()
        .any(|data| data.used(now).is_none())
    {
        return Err(CreateRefused::PersonalDataUnusable);
    }
    match &new.self_employed {
        Some(_) if new.deal_id.is_some() => Err(CreateRefused::SelfEmployedNotPermitted),
        Some(person) if person.state != self_employed::State::Confirmed => {
            Err(CreateRefused::SelfEmployedNotConfirmed)
        }
        Some(_) | None => Ok(()),
    }
}

fn begin(shop: &Shop, new: NewPayout, now: Timestamp) -> Payout {
    let mut destination = new.destination;
    if let Destination::Sbp {
        recipient_checked, ..
    } = &mut destination
    {
        let kind = personal_data::Kind::SbpPayoutRecipient;
        *recipient_checked = new.personal_data.iter().any(|data| data.kind == kind);
    }
    let shop_id: ShopId = shop.id;
    Payout {
        id: new.id,
        shop_id,
        test: shop.test,
        amount: new.amount,
        connector: new.connector,
        destination,
        payee: new.payee,
        description: new.description,
        deal_id: new.deal_id,
        personal_data: new.personal_data.iter().map(|data| data.id).collect(),
        self_employed_id: new.self_employed.map(|person| person.id),
        receipt: new.receipt,
        metadata: new.metadata,
        state: State::Sending {
            operation: new.operation,
        },
        created_at: now,
        version: 1,
    }
}

fn send(payout: Payout, now: Timestamp) -> Result<Step, LedgerRefused> {
    let State::Sending { operation } = payout.state else {
        return Err(LedgerRefused::Unbalanced);
    };
    let reserve = Transfer::payout_reserve(payout.id, payout.source(), payout.amount)?;
    let call = NewOperation {
        id: operation,
        shop_id: payout.shop_id,
        object: OperationObject::Payout(payout.id),
        kind: OperationKind::PayOut,
        connector: Some(payout.connector),
        amount: payout.amount,
        reference: None,
    };
    let payee = payout.payee.as_deref();
    let usage = payee.map(|payee| UsageChange::taken(payee, payout.amount, now));
    Ok(Step {
        transfers: vec![reserve],
        events: Vec::new(),
        operations: vec![call],
        usage,
        next: payout,
    })
}

fn stillborn(mut payout: Payout, reason: CancellationReason, now: Timestamp) -> Step {
    payout.state = State::Canceled {
        cause: Decline::new(Party::YooMoney, reason),
        canceled_at: now,
    };
    Step {
        transfers: Vec::new(),
        events: vec![Event::Payout(EventKind::PayoutCanceled, payout.id)],
        operations: Vec::new(),
        usage: None,
        next: payout,
    }
}

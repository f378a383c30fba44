//! A payout as answers and notifications show it.

use domain::payout::{Destination, PayoutCard, State};
use domain::{DealId, Payout, PayoutId, SelfEmployedId};
use serde::Serialize;

use crate::amount::Amount;
use crate::means::CancellationBody;
use crate::metadata::Notes;
use crate::moment::Moment;
use crate::wire::Shown;

#[derive(Serialize)]
struct PayoutBody<'a> {
    id: Shown<PayoutId>,
    amount: Amount,
    status: &'static str,
    payout_destination: DestinationBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    created_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    succeeded_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deal: Option<Named<DealId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_employed: Option<Named<SelfEmployedId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<ReceiptBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_details: Option<CancellationBody>,
    metadata: Notes<'a>,
    test: bool,
}

#[derive(Serialize)]
#[serde(bound = "I: std::fmt::Display")]
struct Named<I> {
    id: Shown<I>,
}

#[derive(Serialize)]
struct ReceiptBody<'a> {
    service_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Amount>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum DestinationBody<'a> {
    BankCard {
        card: CardBody<'a>,
    },
    YooMoney {
        account_number: &'a str,
    },
    Sbp {
        phone: &'a str,
        bank_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        sbp_operation_id: Option<&'a str>,
        recipient_checked: bool,
    },
}

#[derive(Serialize)]
struct CardBody<'a> {
    first6: &'a str,
    last4: &'a str,
    card_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer_country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer_name: Option<&'a str>,
}

impl<'a> DestinationBody<'a> {
    fn new(destination: &'a Destination) -> Self {
        match destination {
            Destination::Card { card, .. } => Self::BankCard {
                card: CardBody::new(card),
            },
            Destination::Wallet { account_number } => Self::YooMoney { account_number },
            Destination::Sbp {
                phone,
                bank_id,
                recipient_checked,
                operation_id,
            } => Self::Sbp {
                phone,
                bank_id,
                sbp_operation_id: operation_id.as_deref(),
                recipient_checked: *recipient_checked,
            },
        }
    }
}

impl<'a> CardBody<'a> {
    fn new(card: &'a PayoutCard) -> Self {
        Self {
            first6: &card.first6,
            last4: &card.last4,
            card_type: card.brand.code(),
            issuer_country: card.issuer_country.as_deref(),
            issuer_name: card.issuer_name.as_deref(),
        }
    }
}

/// The body of a payout.
#[must_use]
pub fn body(payout: &Payout) -> Vec<u8> {
    let (succeeded_at, cause) = match &payout.state {
        State::Sending { .. } => (None, None),
        State::Succeeded { succeeded_at, .. } => (Some(*succeeded_at), None),
        State::Canceled { cause, .. } => (None, Some(*cause)),
    };
    let receipt = payout.receipt.as_ref().map(|receipt| ReceiptBody {
        service_name: &receipt.service_name,
        amount: receipt.amount.map(Amount),
    });
    crate::wire::written(&PayoutBody {
        id: Shown(payout.id),
        amount: Amount(payout.amount),
        status: payout.status().code(),
        payout_destination: DestinationBody::new(&payout.destination),
        description: payout.description.as_deref(),
        created_at: Moment(payout.created_at),
        succeeded_at: succeeded_at.map(Moment),
        deal: payout.deal_id.map(|id| Named { id: Shown(id) }),
        self_employed: payout.self_employed_id.map(|id| Named { id: Shown(id) }),
        receipt,
        cancellation_details: cause.map(CancellationBody::new),
        metadata: Notes(&payout.metadata),
        test: payout.test,
    })
}

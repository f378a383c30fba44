//! A payout as the sandbox remembers it, and the receivers that have an outcome of their own. Every
//! other receiver gets the money. Of a card it keeps the first six and the last four digits and
//! nothing else.

use domain::acquiring::Approval;
use domain::personal_data::Person;
use domain::{Answer, CancellationReason, Decline, MethodFacts, Money, OperationId, Party, ShopId};
use serde::{Deserialize, Serialize};

use super::cards::TEST_CARDS;
use super::means::Used;
use super::purchase::Ruling;
use super::{numbers, wire};
use crate::payer::{CardSource, Identified, PayOut, Receiver, SBP_BANKS};

/// Wallets that are not paid, with why (YooKassa API v3: test values of payouts).
pub const TEST_WALLETS: &[(&str, Decline)] = &[
    (
        "41001614575572",
        platform(CancellationReason::OneTimeLimitExceeded),
    ),
    (
        "41001614575643",
        platform(CancellationReason::PeriodicLimitExceeded),
    ),
    (
        "410011806060766",
        platform(CancellationReason::InsufficientFunds),
    ),
    (
        "410011788545536",
        network(CancellationReason::GeneralDecline),
    ),
];

/// Phones that are not paid through SBP, with why: the sandbox's own.
pub const TEST_PHONES: &[(&str, Decline)] = &[
    (
        "79000000001",
        network(CancellationReason::RecipientNotFound),
    ),
    ("79000000002", network(CancellationReason::RejectedByPayee)),
    ("79000000003", network(CancellationReason::GeneralDecline)),
    (
        "79000000004",
        network(CancellationReason::IssuerUnavailable),
    ),
    ("79000000005", network(CancellationReason::FraudSuspected)),
    (
        "79000000006",
        network(CancellationReason::IdentificationRequired),
    ),
    (
        "79000000007",
        platform(CancellationReason::PeriodicLimitExceeded),
    ),
];

/// The family name that no account in the sandbox belongs to: its own too.
pub const TEST_STRANGER: &str = "Чужой";

const NAME_DIFFERS: Decline = network(CancellationReason::RecipientCheckFailed);
const NO_SUCH_BANK: Decline = network(CancellationReason::RecipientNotFound);
const NO_SUCH_CARD: Decline = network(CancellationReason::RejectedByPayee);

const fn network(reason: CancellationReason) -> Decline {
    Decline::new(Party::PayoutNetwork, reason)
}

const fn platform(reason: CancellationReason) -> Decline {
    Decline::new(Party::YooMoney, reason)
}

/// A payout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Paid {
    #[serde(with = "wire")]
    pub(super) shop: ShopId,
    #[serde(with = "wire")]
    pub(super) amount: Money,
    /// The bank, of a transfer through SBP.
    bank_id: Option<String>,
    pub(super) ruling: Ruling,
}

impl Paid {
    /// Decides a request.
    pub(super) fn decide(request: PayOut) -> Self {
        let decline = decline(&request.receiver);
        Self::ruled(request, decline.map_or(Ruling::Approved, Ruling::Declined))
    }

    /// A request that is refused, whoever its receiver is.
    pub(super) fn declined(request: PayOut) -> Self {
        Self::ruled(
            request,
            Ruling::Declined(network(CancellationReason::GeneralDecline)),
        )
    }

    fn ruled(request: PayOut, ruling: Ruling) -> Self {
        let bank_id = match request.receiver {
            Receiver::Sbp { bank_id, .. } => Some(bank_id),
            Receiver::Card { .. } | Receiver::Wallet { .. } => None,
        };
        Self {
            shop: request.shop_id,
            amount: request.amount,
            bank_id,
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
            Ruling::Approved => Answer::Approved(Approval {
                reference: format!("sb-payout-{}", numbers::decimal(operation, "payout", 12)),
                facts: self.bank_id.as_deref().map(|bank| sbp(bank, operation)),
                rrn: None,
                auth_code: None,
                three_d_secure: None,
                token: None,
            }),
        }
    }
}

fn sbp(bank_id: &str, operation: OperationId) -> MethodFacts {
    let known = SBP_BANKS.iter().find(|bank| bank.bank_id == bank_id);
    MethodFacts::Sbp {
        bank_id: bank_id.to_owned(),
        bic: known.map_or("", |bank| bank.bic).to_owned(),
        sbp_operation_id: numbers::hexadecimal(operation, "sbp"),
    }
}

/// Why this receiver is not paid.
fn decline(receiver: &Receiver) -> Option<Decline> {
    let listed = |list: &[(&str, Decline)], number: &str| {
        let found = list.iter().find(|(known, _)| *known == number);
        found.map(|(_, decline)| *decline)
    };
    match receiver {
        Receiver::Card { token } => {
            let known = serde_json::from_str::<Token>(token).is_ok();
            (!known).then_some(NO_SUCH_CARD)
        }
        Receiver::Wallet { account_number } => listed(TEST_WALLETS, account_number),
        Receiver::Sbp {
            phone,
            bank_id,
            owner,
        } => {
            if !SBP_BANKS.iter().any(|bank| bank.bank_id == bank_id) {
                return Some(NO_SUCH_BANK);
            }
            let stranger = owner.as_ref().is_some_and(is_stranger);
            listed(TEST_PHONES, phone).or(stranger.then_some(NAME_DIFFERS))
        }
    }
}

fn is_stranger(person: &Person) -> bool {
    person.last_name.to_lowercase() == TEST_STRANGER.to_lowercase()
}

/// What a card is paid by: the first six and the last four digits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
struct Token {
    payout_card: (String, String),
}

/// Names a card by its outer digits, which tell the cards of a test apart.
pub(super) fn identify(card: &CardSource) -> Option<Identified> {
    let (first6, last4) = match card {
        CardSource::Number(number) => (number.first6(), number.last4()),
        CardSource::Saved(saved) => Used::from_token(saved).outer_digits()?,
    };
    let published = TEST_CARDS
        .iter()
        .any(|(known, _)| known.starts_with(&first6) && known.ends_with(&last4));
    let fingerprint = (!published).then(|| format!("{first6}-{last4}"));
    let payout_card = (first6, last4);
    Some(Identified {
        token: serde_json::to_string(&Token { payout_card }).ok()?,
        fingerprint,
    })
}

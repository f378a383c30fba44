//! What the sandbox remembers of a payer's means, and what it tells of it. Of a card's number it
//! keeps the first six and the last four digits and nothing else.

use domain::card::{Card, CardBrand, CardFacts, Expiry};
use domain::{MethodFacts, MethodKind, OperationId};
use serde::{Deserialize, Serialize};

use super::cards::{Outcome, outcome};
use super::numbers;
use super::wire;

const ISSUER_NAME: &str = "Sandbox Bank";
/// The card behind SberPay and T-Pay.
const LINKED_CARD: (&str, u16, u8) = ("220220", 2035, 12);
const SBP_BANK_ID: &str = "100000000111";
const SBP_BIC: &str = "044525225";

/// A means as far as it may be remembered. As JSON it is the token of a saved means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Used {
    /// A card.
    Card {
        first6: u32,
        last4: u16,
        #[serde(with = "wire")]
        expiry: Expiry,
        /// Is every charge without the payer declined?
        first_only: bool,
    },
    /// Another method, and the operation in which the payer used it first: the numbers of its
    /// wallet or card come from there.
    Method {
        #[serde(with = "wire")]
        kind: MethodKind,
        #[serde(with = "wire")]
        payer: OperationId,
    },
    /// A token that is not the sandbox's.
    Unreadable,
}

impl Used {
    pub(super) fn card(card: &Card) -> Self {
        Self::Card {
            first6: card.number.first6().parse().unwrap_or(0),
            last4: card.number.last4().parse().unwrap_or(0),
            expiry: card.expiry,
            first_only: outcome(card.number.reveal()) == Outcome::FirstOnly,
        }
    }

    pub(super) fn from_token(token: &str) -> Self {
        serde_json::from_str(token).unwrap_or(Self::Unreadable)
    }

    /// Is it a card whose last month is before `this_month`?
    pub(super) fn is_past(&self, this_month: Option<Expiry>) -> bool {
        match self {
            Self::Card { expiry, .. } => this_month.is_some_and(|this_month| *expiry < this_month),
            Self::Method { .. } | Self::Unreadable => false,
        }
    }

    /// What the means can be charged with again.
    pub(super) fn token(&self) -> Option<String> {
        match self {
            Self::Card { .. } => serde_json::to_string(self).ok(),
            Self::Method { kind, .. } if kind.terms().saveable => serde_json::to_string(self).ok(),
            Self::Method { .. } | Self::Unreadable => None,
        }
    }

    /// The first six and the last four digits of a card.
    pub(super) fn outer_digits(&self) -> Option<(String, String)> {
        match self {
            Self::Card { first6, last4, .. } => Some((format!("{first6:06}"), last4_text(*last4))),
            Self::Method { .. } | Self::Unreadable => None,
        }
    }

    pub(super) fn method(&self) -> MethodKind {
        match self {
            Self::Card { .. } | Self::Unreadable => MethodKind::BankCard,
            Self::Method { kind, .. } => *kind,
        }
    }

    /// Does the payment go through the card networks?
    pub(super) fn is_card_based(&self) -> bool {
        match self.method() {
            MethodKind::BankCard | MethodKind::Sberbank | MethodKind::TinkoffBank => true,
            MethodKind::Sbp
            | MethodKind::YooMoney
            | MethodKind::MobileBalance
            | MethodKind::Cash => false,
        }
    }

    /// What the platform is told of the means in `operation`.
    pub(super) fn facts(&self, operation: OperationId) -> Option<MethodFacts> {
        match self {
            Self::Card {
                first6,
                last4,
                expiry,
                ..
            } => Some(card_facts(
                format!("{first6:06}"),
                last4_text(*last4),
                *expiry,
            )),
            Self::Method { kind, payer } => method_facts(*kind, *payer, operation),
            Self::Unreadable => None,
        }
    }
}

/// The last four digits as they stand on the card.
pub(super) fn last4_text(last4: u16) -> String {
    format!("{last4:04}")
}

fn method_facts(
    kind: MethodKind,
    payer: OperationId,
    operation: OperationId,
) -> Option<MethodFacts> {
    match kind {
        MethodKind::Sberbank | MethodKind::TinkoffBank => {
            let (first6, year, month) = LINKED_CARD;
            let last4 = numbers::decimal(payer, "card", 4);
            Some(card_facts(
                first6.to_owned(),
                last4,
                Expiry::new(year, month)?,
            ))
        }
        MethodKind::YooMoney => Some(MethodFacts::Wallet {
            account_number: format!("41001{}", numbers::decimal(payer, "wallet", 10)),
        }),
        MethodKind::Sbp => Some(sbp_facts(operation)),
        MethodKind::BankCard | MethodKind::MobileBalance | MethodKind::Cash => None,
    }
}

/// What is told of a transfer through SBP, either way.
pub(super) fn sbp_facts(operation: OperationId) -> MethodFacts {
    MethodFacts::Sbp {
        bank_id: SBP_BANK_ID.to_owned(),
        bic: SBP_BIC.to_owned(),
        sbp_operation_id: numbers::hexadecimal(operation, "sbp"),
    }
}

pub(super) fn card_facts(first6: String, last4: String, expiry: Expiry) -> MethodFacts {
    let brand = CardBrand::of(&first6);
    let country = if brand == CardBrand::Mir { "RU" } else { "US" };
    MethodFacts::Card(CardFacts {
        first6,
        last4,
        expiry,
        brand,
        issuer_country: Some(country.to_owned()),
        issuer_name: Some(ISSUER_NAME.to_owned()),
    })
}

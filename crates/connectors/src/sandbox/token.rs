//! Cards that were given for a token. The token is all that the sandbox keeps, as with saved means:
//! first six, last four digits, date, and what comes of the card. So it outlives any restart.

use card::CardNumber;
use domain::card::{CardBrand, Expiry};
use domain::{CancellationReason, MethodFacts};
use serde::{Deserialize, Serialize};

use super::cards::{Outcome, outcome};
use super::means::{Used, card_facts};
use crate::acquirer::{GivenCard, Tokenized};

/// A card to pay with, as its token says it. It cannot be read as a saved means, nor the other
/// way round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptCard {
    pub(super) used: Used,
    pub(super) outcome: Outcome,
}

/// The date of a card that is paid to, which nobody asks for: as late as a card's can be.
const ANY_EXPIRY: (u16, u8) = (2099, 12);

impl KeptCard {
    /// `None` if the token is not the sandbox's.
    pub(super) fn read(token: &str) -> Option<Self> {
        serde_json::from_str(token).ok()
    }
}

/// Keeps a card.
pub(super) fn keep(card: &GivenCard) -> Tokenized {
    match card {
        GivenCard::Payment(card) => {
            let used = Used::card(card);
            let outcome = outcome(card.number.reveal());
            let (first6, last4) = (card.number.first6(), card.number.last4());
            let kept = KeptCard { used, outcome };
            kept_as(serde_json::to_string(&kept).ok(), first6, last4)
        }
        GivenCard::Payout(number) => keep_recipient(number),
    }
}

/// A card that is paid to gets the token of a saved card. The test cards of another country are
/// refused, and those of no known payment system.
fn keep_recipient(number: &CardNumber) -> Tokenized {
    if let Outcome::Declined(decline) = outcome(number.reveal())
        && decline.reason == CancellationReason::CountryForbidden
    {
        return Tokenized::CountryForbidden;
    }
    if number.brand() == CardBrand::Unknown {
        return Tokenized::CountryUnknown;
    }
    let (first6, last4) = (number.first6(), number.last4());
    let token = || {
        let (year, month) = ANY_EXPIRY;
        let used = Used::Card {
            first6: first6.parse().ok()?,
            last4: last4.parse().ok()?,
            expiry: Expiry::new(year, month)?,
            first_only: false,
        };
        used.token()
    };
    let token = token();
    kept_as(token, first6, last4)
}

fn kept_as(token: Option<String>, first6: String, last4: String) -> Tokenized {
    let (year, month) = ANY_EXPIRY;
    let facts = Expiry::new(year, month).map(|expiry| card_facts(first6, last4, expiry));
    let issuer = match facts {
        Some(MethodFacts::Card(card)) => (card.issuer_country, card.issuer_name),
        Some(
            MethodFacts::Wallet { .. }
            | MethodFacts::Sbp { .. }
            | MethodFacts::Company(_)
            | MethodFacts::Loan { .. }
            | MethodFacts::Certificates { .. },
        )
        | None => (None, None),
    };
    match token {
        Some(token) => Tokenized::Kept {
            token,
            issuer_country: issuer.0,
            issuer_name: issuer.1,
        },
        None => Tokenized::CountryUnknown,
    }
}

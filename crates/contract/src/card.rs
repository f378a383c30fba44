//! Bank cards: what a shop sends that may send numbers, and what answers show.

use ::card::{Card, CardNumber, Csc};
use domain::MethodKind;
use domain::card::{CardFacts, Expiry};
use serde::Serialize;

use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::words;

const CARDHOLDER_CHARS_MAX: usize = 26;

/// Reads `card`. Each field that is missing or wrong is refused in its own words.
pub(crate) fn read(fields: &Fields<'_>) -> Result<Option<Card>, InvalidRequest> {
    let Some(card) = fields.object("card")? else {
        return Ok(None);
    };
    let digits = |name: &str, illegal: &'static str| {
        let refuse = || card.refuse(name, illegal);
        let text = card.text(name).map_err(|_wrong_type| refuse())?;
        let valid = text.is_none_or(|text| text.bytes().all(|b| b.is_ascii_digit()));
        if valid { Ok(text) } else { Err(refuse()) }
    };
    let number = digits("number", words::CARD_NUMBER_ILLEGAL)?.and_then(CardNumber::parse);
    let number = number.ok_or_else(|| card.refuse("number", words::CARD_NUMBER_ILLEGAL))?;

    let year = digits("expiry_year", words::CARD_YEAR_ILLEGAL)?.filter(|text| text.len() == 4);
    let year = year.and_then(|text| text.parse().ok());
    let year = year.filter(|year| Expiry::new(*year, 1).is_some());
    let year = year.ok_or_else(|| card.refuse("expiry_year", words::CARD_YEAR_ILLEGAL))?;

    let month = digits("expiry_month", words::CARD_MONTH_ILLEGAL)?.filter(|text| text.len() == 2);
    let expiry = month
        .and_then(|text| text.parse().ok())
        .and_then(|month| Expiry::new(year, month));
    let expiry = expiry.ok_or_else(|| card.refuse("expiry_month", words::CARD_MONTH_ILLEGAL))?;

    let csc = match digits("csc", words::CARD_CSC_ILLEGAL)? {
        None => None,
        Some(text) => {
            Some(Csc::parse(text).ok_or_else(|| card.refuse("csc", words::CARD_CSC_ILLEGAL))?)
        }
    };
    let holder = card
        .text("cardholder")
        .map_err(|_wrong_type| card.refuse("cardholder", words::CARDHOLDER_ILLEGAL))?;
    if !holder.is_none_or(is_name) {
        return Err(card.refuse("cardholder", words::CARDHOLDER_ILLEGAL));
    }
    Ok(Some(Card {
        number,
        expiry,
        csc,
    }))
}

fn is_name(text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_alphabetic() || matches!(b, b' ' | b'\'' | b'-');
    text.len() <= CARDHOLDER_CHARS_MAX && text.bytes().all(letter)
}

/// A card as answers show it.
#[derive(Serialize)]
pub(crate) struct CardBody<'a> {
    first6: &'a str,
    last4: &'a str,
    expiry_year: String,
    expiry_month: String,
    card_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer_country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer_name: Option<&'a str>,
}

impl<'a> CardBody<'a> {
    /// The issuer is shown of cards only, not of those behind a bank's application.
    pub(crate) fn new(card: &'a CardFacts, method: MethodKind) -> Self {
        let plain = matches!(
            method,
            MethodKind::BankCard | MethodKind::ElectronicCertificate
        );
        Self {
            first6: &card.first6,
            last4: &card.last4,
            expiry_year: format!("{:04}", card.expiry.year()),
            expiry_month: format!("{:02}", card.expiry.month()),
            card_type: card.brand.code(),
            issuer_country: card.issuer_country.as_deref().filter(|_| plain),
            issuer_name: card.issuer_name.as_deref().filter(|_| plain),
        }
    }
}

pub(crate) mod schema;

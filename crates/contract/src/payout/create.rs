//! `POST /payouts`.

use ::card::CardNumber;
use domain::payout::{DestinationKind, IncomeReceipt};
use domain::{DealId, Metadata, Money, PaymentMethodId, PersonalDataId, SelfEmployedId};

use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::payment::PaymentToken as CardToken;
use crate::{amount, metadata, words};

pub(super) const DESCRIPTION_CHARS_MAX: usize = 128;
pub(super) const SERVICE_NAME_CHARS_MAX: usize = 50;
pub(super) const PERSONAL_DATA_MAX: usize = 2;
const BANK_ID_CHARS: usize = 12;
const SOURCES: [&str; 3] = [
    "payout_destination_data",
    "payout_token",
    "payment_method_id",
];

/// A payout that a merchant asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatePayout {
    /// How much.
    pub amount: Money,
    /// Where to.
    pub receiver: Receiver,
    /// What for.
    pub description: Option<String>,
    /// The deal whose money it is.
    pub deal_id: Option<DealId>,
    /// Data of the receiver, at most two.
    pub personal_data: Vec<PersonalDataId>,
    /// The self-employed person who receives it.
    pub self_employed_id: Option<SelfEmployedId>,
    /// What that person's receipt is to say.
    pub receipt: Option<IncomeReceipt>,
    /// The merchant's notes.
    pub metadata: Metadata,
}

/// Where the merchant wants the money to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// A card, by its number.
    Card(CardNumber),
    /// A card that was saved by a payment.
    SavedCard(PaymentMethodId),
    /// A card that the payout widget took.
    Token(CardToken),
    /// A wallet, by its number.
    Wallet(String),
    /// An account behind a phone.
    Sbp {
        /// The phone, digits.
        phone: String,
        /// The bank's id in SBP.
        bank_id: String,
    },
}

impl CreatePayout {
    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        Ok(Self {
            amount: amount::read_required(&fields)?,
            receiver: receiver(&fields)?,
            description: fields.description(DESCRIPTION_CHARS_MAX)?,
            deal_id: id_in(&fields, "deal")?,
            personal_data: personal_data(&fields)?,
            self_employed_id: id_in(&fields, "self_employed")?,
            receipt: receipt(&fields)?,
            metadata: metadata::read(&fields)?,
        })
    }
}

fn receiver(fields: &Fields<'_>) -> Result<Receiver, InvalidRequest> {
    let sources = SOURCES.iter().filter(|name| fields.says(name));
    if 1 < sources.count() {
        return Err(InvalidRequest::new(words::SEVERAL_DESTINATIONS, None));
    }
    if let Some(token) = fields.text("payout_token")? {
        let token = CardToken::parse(token).map(Receiver::Token);
        return token.ok_or_else(|| fields.illegal("payout_token"));
    }
    if let Some(id) = fields.text("payment_method_id")? {
        let not_found = |_kind| fields.refuse("payment_method_id", words::METHOD_NOT_FOUND);
        return Ok(Receiver::SavedCard(id.parse().map_err(not_found)?));
    }
    let data = fields
        .object("payout_destination_data")?
        .ok_or_else(|| fields.illegal("payout_destination_data"))?;
    let kind = data.text("type")?.and_then(DestinationKind::from_code);
    match kind.ok_or_else(|| data.illegal("type"))? {
        DestinationKind::Card => card(&data).map(Receiver::Card),
        DestinationKind::Wallet => {
            let name = "account_number";
            let number = data.required_text(name)?;
            let valid =
                (11..=33).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
            if !valid {
                return Err(data.illegal(name));
            }
            Ok(Receiver::Wallet(number.to_owned()))
        }
        DestinationKind::Sbp => sbp(&data),
    }
}

/// A card number; only those of 16 to 19 digits can be paid to.
fn card(data: &Fields<'_>) -> Result<CardNumber, InvalidRequest> {
    let card = data.object("card")?.ok_or_else(|| data.illegal("card"))?;
    let refuse = || card.refuse("number", words::CARD_NUMBER_ILLEGAL);
    let text = card.text("number").map_err(|_wrong_type| refuse())?;
    let digits = text
        .filter(|text| (16..=19).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()));
    digits.and_then(CardNumber::parse).ok_or_else(refuse)
}

fn sbp(data: &Fields<'_>) -> Result<Receiver, InvalidRequest> {
    let phone = data
        .text("phone")?
        .ok_or_else(|| data.refuse("phone", words::PHONE_MISSING))?;
    let valid = (4..=15).contains(&phone.len()) && phone.bytes().all(|b| b.is_ascii_digit());
    if !valid {
        return Err(data.refuse("phone", words::PHONE_ILLEGAL));
    }
    let bank_id = data.required_text("bank_id")?;
    let valid =
        bank_id.len() == BANK_ID_CHARS && bank_id.bytes().all(|b| b.is_ascii_alphanumeric());
    if !valid {
        return Err(data.illegal("bank_id"));
    }
    Ok(Receiver::Sbp {
        phone: phone.to_owned(),
        bank_id: bank_id.to_owned(),
    })
}

/// Reads `id` in the object with this name; if the object is there, it must be too.
fn id_in<I: std::str::FromStr>(
    fields: &Fields<'_>,
    owner: &'static str,
) -> Result<Option<I>, InvalidRequest> {
    let Some(owner) = fields.object(owner)? else {
        return Ok(None);
    };
    match owner.required_text("id")?.parse() {
        Ok(id) => Ok(Some(id)),
        Err(_kind) => Err(owner.illegal("id")),
    }
}

fn personal_data(fields: &Fields<'_>) -> Result<Vec<PersonalDataId>, InvalidRequest> {
    let name = "personal_data";
    let objects = fields.objects(name)?.unwrap_or_default();
    if PERSONAL_DATA_MAX < objects.len() {
        return Err(fields.illegal(name));
    }
    let ids = objects.iter().map(|object| {
        let id = object.required_text("id")?;
        id.parse().map_err(|_kind| object.illegal("id"))
    });
    ids.collect()
}

fn receipt(fields: &Fields<'_>) -> Result<Option<IncomeReceipt>, InvalidRequest> {
    let Some(receipt) = fields.object("receipt_data")? else {
        return Ok(None);
    };
    let name = "service_name";
    let service_name = receipt.short_text(name, SERVICE_NAME_CHARS_MAX)?;
    let service_name = service_name.filter(|text| !text.is_empty());
    Ok(Some(IncomeReceipt {
        service_name: service_name.ok_or_else(|| receipt.illegal(name))?,
        amount: amount::read(&receipt)?,
    }))
}

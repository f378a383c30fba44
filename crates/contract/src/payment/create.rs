//! `POST /payments`.

use std::net::IpAddr;

use domain::card::Card;
use domain::payment::{CaptureMode, Confirmation, SaveMethod};
use domain::receipt::Content;
use domain::{ConfirmationKind, GatewayId, Metadata, MethodKind, Money, PaymentMethodId};

use crate::confirmation::SBERPAY_URL_CHARS_MAX;
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::settlement::DealPart;
use crate::{amount, card, confirmation, metadata, receipt, settlement, words};

const DESCRIPTION_CHARS_MAX: usize = 128;
const CUSTOMER_CHARS_MAX: usize = 200;
/// 256 bits in base64url.
const TOKEN_CHARS: usize = 43;

/// Parts that come with later work.
const LATER: &[&str] = &[
    "airline",
    "transfers",
    "payment_order",
    "receiver",
    "statements",
    "pos_link",
    "fraud_data",
    "invoice_details",
];
const SOURCES: [&str; 3] = ["payment_method_data", "payment_method_id", "payment_token"];

/// A payment that a merchant asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatePayment {
    /// How much.
    pub amount: Money,
    /// What for.
    pub description: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// The merchant's name for the payer.
    pub merchant_customer_id: Option<String>,
    /// The payer's address.
    pub client_ip: Option<IpAddr>,
    /// At once or held first.
    pub capture_mode: CaptureMode,
    /// Who decides whether the method is saved.
    pub save_method: SaveMethod,
    /// How the payer is to confirm.
    pub confirmation: Option<Confirmation>,
    /// By which means.
    pub means: RequestedMeans,
    /// The safe deal that it belongs to.
    pub deal: Option<DealPart>,
    /// The sub-account that is paid.
    pub gateway_id: Option<GatewayId>,
    /// Its receipt.
    pub receipt: Option<Content>,
}

/// By which means a merchant wants to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestedMeans {
    /// Whatever the payer chooses.
    PayerChooses,
    /// This method.
    Method {
        /// The method.
        kind: MethodKind,
        /// The payer's phone, digits.
        phone: Option<String>,
    },
    /// This card.
    Card(Card),
    /// This saved method.
    Saved(PaymentMethodId),
    /// The card behind this token.
    Token(PaymentToken),
}

/// A payment token that looks like one. Cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentToken(String);

impl PaymentToken {
    /// Reads a token; `None` if it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let base64url = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let valid = text.len() == TOKEN_CHARS && text.bytes().all(base64url);
        valid.then(|| Self(text.to_owned()))
    }

    /// The token itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PaymentToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PaymentToken(…)")
    }
}

impl CreatePayment {
    /// A one-stage payment that says nothing but what it must.
    #[must_use]
    pub fn of(amount: Money, means: RequestedMeans, confirmation: Confirmation) -> Self {
        Self {
            amount,
            description: None,
            metadata: Metadata::default(),
            merchant_customer_id: None,
            client_ip: None,
            capture_mode: CaptureMode::OneStage,
            save_method: SaveMethod::PayerDecides,
            confirmation: Some(confirmation),
            means,
            gateway_id: None,
            deal: None,
            receipt: None,
        }
    }

    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        fields.refuse_later(LATER)?;
        let amount = amount::read_required(&fields)?;
        let means = means(&fields)?;
        let confirmation = confirmation::read(&fields, &ConfirmationKind::ALL)?;
        check_deeplink(&means, confirmation.as_ref())?;
        let capture_mode = match fields.boolean("capture")? {
            Some(true) => CaptureMode::OneStage,
            Some(false) | None => CaptureMode::TwoStage,
        };
        let save_method = match fields.boolean("save_payment_method")? {
            Some(true) => SaveMethod::Always,
            Some(false) | None => SaveMethod::PayerDecides,
        };
        Ok(Self {
            amount,
            description: fields.description(DESCRIPTION_CHARS_MAX)?,
            metadata: metadata::read(&fields)?,
            merchant_customer_id: fields.short_text("merchant_customer_id", CUSTOMER_CHARS_MAX)?,
            client_ip: client_ip(&fields)?,
            capture_mode,
            save_method,
            confirmation,
            means,
            deal: settlement::read(&fields)?,
            gateway_id: gateway_id(&fields, "recipient")?,
            receipt: receipt::inside(&fields)?,
        })
    }
}

/// Reads `client_ip`.
pub(crate) fn client_ip(fields: &Fields<'_>) -> Result<Option<IpAddr>, InvalidRequest> {
    let name = "client_ip";
    match fields.text(name)? {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(ip) => Ok(Some(ip)),
            Err(_malformed) => Err(fields.illegal(name)),
        },
    }
}

/// Reads `gateway_id` in the object of this name, which has to be there if the object is.
pub(crate) fn gateway_id(
    fields: &Fields<'_>,
    owner: &'static str,
) -> Result<Option<GatewayId>, InvalidRequest> {
    let Some(owner) = fields.object(owner)? else {
        return Ok(None);
    };
    match owner.required_text("gateway_id")?.parse() {
        Ok(id) => Ok(Some(id)),
        Err(_kind) => Err(owner.refuse("gateway_id", words::GATEWAY_ILLEGAL)),
    }
}

fn means(fields: &Fields<'_>) -> Result<RequestedMeans, InvalidRequest> {
    let sources = SOURCES.iter().filter(|name| fields.value(name).is_some());
    if 1 < sources.count() {
        return Err(InvalidRequest::new(words::SEVERAL_SOURCES, None));
    }
    if let Some(token) = fields.text("payment_token")? {
        let token = PaymentToken::parse(token).map(RequestedMeans::Token);
        return token.ok_or_else(|| fields.refuse("payment_token", words::TOKEN_BADLY_ENCODED));
    }
    if let Some(id) = fields.text("payment_method_id")? {
        let not_found = |_kind| fields.refuse("payment_method_id", words::METHOD_NOT_FOUND);
        return Ok(RequestedMeans::Saved(id.parse().map_err(not_found)?));
    }
    let Some(data) = fields.object("payment_method_data")? else {
        return Ok(RequestedMeans::PayerChooses);
    };
    let kind = data.text("type")?.and_then(MethodKind::from_code);
    let kind = kind.ok_or_else(|| data.refuse("type", words::METHOD_ILLEGAL))?;
    match kind {
        MethodKind::BankCard => {
            let card = card::read(&data)?.map(RequestedMeans::Card);
            Ok(card.unwrap_or(RequestedMeans::Method { kind, phone: None }))
        }
        MethodKind::Sberbank | MethodKind::Cash => {
            let phone = phone(&data)?;
            Ok(RequestedMeans::Method { kind, phone })
        }
        MethodKind::MobileBalance => {
            let phone = phone(&data)?.ok_or_else(|| data.refuse("phone", words::PHONE_MISSING))?;
            let phone = Some(phone);
            Ok(RequestedMeans::Method { kind, phone })
        }
        MethodKind::YooMoney | MethodKind::Sbp | MethodKind::TinkoffBank => {
            Ok(RequestedMeans::Method { kind, phone: None })
        }
    }
}

fn phone(data: &Fields<'_>) -> Result<Option<String>, InvalidRequest> {
    let name = "phone";
    let Some(text) = data.text(name)? else {
        return Ok(None);
    };
    let valid = (4..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !valid {
        return Err(data.refuse(name, words::PHONE_ILLEGAL));
    }
    Ok(Some(text.to_owned()))
}

/// SberPay takes short addresses only into its application.
fn check_deeplink(
    means: &RequestedMeans,
    confirmation: Option<&Confirmation>,
) -> Result<(), InvalidRequest> {
    let RequestedMeans::Method {
        kind: MethodKind::Sberbank,
        ..
    } = means
    else {
        return Ok(());
    };
    let in_application = confirmation
        .filter(|confirmation| confirmation.kind == ConfirmationKind::MobileApplication);
    let too_long = in_application
        .and_then(|confirmation| confirmation.return_url.as_ref())
        .is_some_and(|url| SBERPAY_URL_CHARS_MAX < url.chars().count());
    if too_long {
        return Err(InvalidRequest::value("confirmation.return_url"));
    }
    Ok(())
}

mod schema;
pub use schema::CREATE_PAYMENT;
pub(crate) use schema::{client_ip as client_ip_schema, gateway as gateway_schema};

#[cfg(test)]
mod tests;

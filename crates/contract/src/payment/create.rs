//! `POST /payments`.

use std::net::IpAddr;

use domain::method::MethodRequest;
use domain::payment::{CaptureMode, Confirmation, Extras, NewPart, SaveMethod};
use domain::receipt::Content;
use domain::{ConfirmationKind, GatewayId, Metadata, MethodKind, Money, PosLinkId, Timestamp};

use super::means::{self, RequestedMeans};
use super::{extras, transfers};

use crate::confirmation::SBERPAY_URL_CHARS_MAX;
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::settlement::DealPart;
use crate::{amount, confirmation, metadata, moment, receipt, settlement, words};

const DESCRIPTION_CHARS_MAX: usize = 128;
const CUSTOMER_CHARS_MAX: usize = 200;

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
    /// What is said of the method.
    pub request: Option<MethodRequest>,
    /// What is passed on to others.
    pub extras: Extras,
    /// Who gets what, if it is split.
    pub parts: Vec<NewPart>,
    /// The plate that is paid through.
    pub pos_link: Option<PosLinkPayment>,
    /// The sub-account that is paid.
    pub gateway_id: Option<GatewayId>,
    /// Its receipt.
    pub receipt: Option<Content>,
}

impl CreatePayment {
    /// A one-stage payment with nothing but what is required.
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
            request: None,
            extras: Extras::default(),
            parts: Vec::new(),
            pos_link: None,
        }
    }

    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        let amount = amount::read_required(&fields)?;
        let (means, request) = means::read(&fields, amount)?;
        let confirmation = confirmation::read(&fields, &ConfirmationKind::ALL)?;
        check_deeplink(&means, confirmation.as_ref())?;
        let extras = extras::read(&fields, amount)?;
        check_extras(&fields, &means, &extras)?;
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
            request,
            extras,
            parts: transfers::read(&fields)?,
            pos_link: pos_link(&fields)?,
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
        Some(text) => match text.parse::<IpAddr>() {
            Ok(ip) => Ok(Some(ip.to_canonical())),
            Err(_malformed) => Err(fields.illegal(name)),
        },
    }
}

/// Reads `gateway_id` in the object with this name; if the object is there, it must be too.
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

/// Checks extras that belong to some methods only. While the payer may still choose, all pass.
fn check_extras(
    fields: &Fields<'_>,
    means: &RequestedMeans,
    extras: &Extras,
) -> Result<(), InvalidRequest> {
    let kind = match means {
        RequestedMeans::Method { kind, .. } => *kind,
        RequestedMeans::Card(_) | RequestedMeans::Token(_) => MethodKind::BankCard,
        RequestedMeans::CertificateCard(_) => MethodKind::ElectronicCertificate,
        RequestedMeans::PayerChooses | RequestedMeans::Saved(_) => return Ok(()),
    };
    if extras.airline.is_some() && kind != MethodKind::BankCard {
        return Err(fields.illegal("airline"));
    }
    let stated = matches!(
        kind,
        MethodKind::BankCard | MethodKind::Sberbank | MethodKind::Sbp
    );
    if extras.statements.is_some() && !stated {
        return Err(fields.illegal("statements"));
    }
    Ok(())
}

/// The plate that a payment goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PosLinkPayment {
    /// The plate.
    pub id: PosLinkId,
    /// Until when the payer may confirm.
    pub expires_at: Option<Timestamp>,
}

fn pos_link(fields: &Fields<'_>) -> Result<Option<PosLinkPayment>, InvalidRequest> {
    let Some(link) = fields.object("pos_link")? else {
        return Ok(None);
    };
    let id = link.required_text("id")?.parse();
    let id = id.map_err(|_kind| link.illegal("id"))?;
    let expires_at = match link.text("expires_at")? {
        None => None,
        Some(text) => {
            let time = moment::parse(text);
            Some(time.ok_or_else(|| link.illegal("expires_at"))?)
        }
    };
    Ok(Some(PosLinkPayment { id, expires_at }))
}

/// Checks that the address is short enough for SberPay's application.
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

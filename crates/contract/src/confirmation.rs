//! How the payer confirms (YooKassa API v3: confirmation), both ways, and the pages' addresses.

use domain::payment::{Confirmation, Flow, Locale};
use domain::{
    Challenge, ConfirmationKind, InvoiceId, PaymentId, PaymentMethodId, SelfEmployedId, WebAddress,
};
use serde::Serialize;

use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::words;

/// The longest `return_url` that SberPay takes into its application.
pub(crate) const SBERPAY_URL_CHARS_MAX: usize = 255;

/// Where the platform's own pages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// What their addresses begin with, without a slash at the end: `https://pay.example`.
    pub checkout_url: String,
}

impl Links {
    /// The page on which a payment is paid.
    #[must_use]
    pub fn payment_page(&self, id: PaymentId) -> String {
        let base = &self.checkout_url;
        format!("{base}/checkout/payments/v2/contract?orderId={id}")
    }

    /// The page of an invoice.
    #[must_use]
    pub fn invoice_page(&self, id: InvoiceId) -> String {
        let base = &self.checkout_url;
        format!("{base}/invoice/{id}")
    }

    /// The page on which a payment method is bound.
    #[must_use]
    pub fn bind_page(&self, id: PaymentMethodId) -> String {
        let base = &self.checkout_url;
        format!("{base}/checkout/bind?id={id}")
    }

    /// The page on which a self-employed person confirms.
    #[must_use]
    pub fn self_employed_page(&self, id: SelfEmployedId) -> String {
        let base = &self.checkout_url;
        format!("{base}/sandbox/self_employed?id={id}")
    }
}

/// Reads `confirmation`, which may be of one of these kinds.
pub(crate) fn read(
    fields: &Fields<'_>,
    kinds: &[ConfirmationKind],
) -> Result<Option<Confirmation>, InvalidRequest> {
    let Some(fields) = fields.object("confirmation")? else {
        return Ok(None);
    };
    let kind = fields.text("type")?.and_then(ConfirmationKind::from_code);
    let kind = kind
        .filter(|kind| kinds.contains(kind))
        .ok_or_else(|| fields.refuse("type", words::CONFIRMATION_ILLEGAL))?;
    let return_url = match kind {
        ConfirmationKind::Redirect => Some(return_url(&fields, WebAddress::is_page)?),
        ConfirmationKind::MobileApplication => {
            Some(return_url(&fields, |_page_or_application| true)?)
        }
        ConfirmationKind::Qr => match fields.value("return_url") {
            None => None,
            Some(_) => Some(return_url(&fields, WebAddress::is_page)?),
        },
        ConfirmationKind::Embedded | ConfirmationKind::External => None,
    };
    let enforce = fields.boolean("enforce")?.unwrap_or(false);
    Ok(Some(Confirmation {
        kind,
        return_url,
        enforce,
        locale: locale(&fields)?,
    }))
}

/// Reads `locale`.
pub(crate) fn locale(fields: &Fields<'_>) -> Result<Option<Locale>, InvalidRequest> {
    match fields.text("locale")? {
        None => Ok(None),
        Some("ru_RU") => Ok(Some(Locale::Russian)),
        Some("en_US") => Ok(Some(Locale::English)),
        Some(_) => Err(fields.illegal("locale")),
    }
}

fn return_url(
    fields: &Fields<'_>,
    permitted: fn(&WebAddress) -> bool,
) -> Result<String, InvalidRequest> {
    let name = "return_url";
    let text = fields.text(name)?.filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| fields.refuse(name, words::RETURN_URL_MISSING))?;
    let address = WebAddress::parse(text).filter(permitted);
    let address = address.ok_or_else(|| fields.illegal(name))?;
    Ok(address.given().to_owned())
}

/// A confirmation as answers show it.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ConfirmationBody<'a> {
    Redirect {
        confirmation_url: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        enforce: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        return_url: Option<&'a str>,
    },
    Embedded {
        confirmation_token: String,
    },
    External,
    Qr {
        confirmation_data: &'a str,
    },
    MobileApplication {
        confirmation_url: &'a str,
    },
}

/// Where a confirmation leads.
pub(crate) struct Target<'a> {
    /// Where attempts are made.
    pub(crate) flow: Flow,
    /// The platform's page.
    pub(crate) page: String,
    /// The token that opens the widget, where there is one.
    pub(crate) token: Option<String>,
    /// What the payer has to do, if that is known.
    pub(crate) challenge: Option<&'a Challenge>,
}

impl<'a> ConfirmationBody<'a> {
    /// What is shown to the payer. `None` while that is not known because the acquirer has not
    /// answered yet.
    pub(crate) fn new(confirmation: &'a Confirmation, target: Target<'a>) -> Option<Self> {
        let challenge = target.challenge;
        match confirmation.kind {
            ConfirmationKind::Redirect => {
                let confirmation_url = match target.flow {
                    Flow::Page => target.page,
                    Flow::Direct => page_of(challenge?).map_or(target.page, str::to_owned),
                };
                Some(Self::Redirect {
                    confirmation_url,
                    enforce: confirmation.enforce.then_some(true),
                    return_url: confirmation.return_url.as_deref(),
                })
            }
            ConfirmationKind::Embedded => Some(Self::Embedded {
                confirmation_token: target.token?,
            }),
            ConfirmationKind::External => challenge.map(|_| Self::External),
            ConfirmationKind::Qr => {
                let confirmation_data = match challenge? {
                    Challenge::Qr { data, .. } => data,
                    other @ (Challenge::Redirect { .. }
                    | Challenge::External { .. }
                    | Challenge::CoolingOff { .. }) => page_of(other)?,
                };
                Some(Self::Qr { confirmation_data })
            }
            ConfirmationKind::MobileApplication => Some(Self::MobileApplication {
                confirmation_url: page_of(challenge?)?,
            }),
        }
    }
}

fn page_of(challenge: &Challenge) -> Option<&str> {
    match challenge {
        Challenge::Redirect { url } | Challenge::Qr { url, .. } => Some(url),
        Challenge::External { url, .. } => url.as_deref(),
        Challenge::CoolingOff { .. } => None,
    }
}

pub(crate) mod schema;

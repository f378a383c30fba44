//! Saved payment methods, both ways (YooKassa API v3: saved methods).

use std::net::IpAddr;

use ::card::Card;
use domain::payment::Confirmation;
use domain::payment_method::State;
use domain::{ConfirmationKind, GatewayId, Metadata, MethodKind, PaymentMethod, PaymentMethodId};
use serde::Serialize;

use crate::confirmation::{ConfirmationBody, Links, Target};
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::means::{MeansHead, MeansTail};
use crate::metadata::Notes;
use crate::payment::{RecipientBody, client_ip, gateway_id};
use crate::wire::Shown;
use crate::{card, confirmation, metadata, words};

const CONFIRMATIONS: &[ConfirmationKind] = &[ConfirmationKind::Redirect, ConfirmationKind::Qr];

/// `POST /payment_methods`: a method that is to be saved without a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatePaymentMethod {
    /// The method: a card or SBP.
    pub kind: MethodKind,
    /// The card, if the merchant sent it.
    pub card: Option<Card>,
    /// The sub-account that may charge it.
    pub gateway_id: Option<GatewayId>,
    /// The payer's address.
    pub client_ip: Option<IpAddr>,
    /// How the payer is to confirm.
    pub confirmation: Option<Confirmation>,
    /// The merchant's notes.
    pub metadata: Metadata,
}

impl CreatePaymentMethod {
    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        let kind = fields.text("type")?.and_then(MethodKind::from_code);
        let kind = kind.filter(|kind| matches!(kind, MethodKind::BankCard | MethodKind::Sbp));
        let kind = kind.ok_or_else(|| fields.refuse("type", words::METHOD_ILLEGAL))?;
        let card = match kind {
            MethodKind::BankCard => card::read(&fields)?,
            MethodKind::Sbp
            | MethodKind::YooMoney
            | MethodKind::Sberbank
            | MethodKind::TinkoffBank
            | MethodKind::MobileBalance
            | MethodKind::Cash
            | MethodKind::AlfaPay
            | MethodKind::SberLoan
            | MethodKind::SberBnpl
            | MethodKind::B2bSberbank
            | MethodKind::ElectronicCertificate => None,
        };
        Ok(Self {
            kind,
            card,
            gateway_id: gateway_id(&fields, "holder")?,
            client_ip: client_ip(&fields)?,
            confirmation: confirmation::read(&fields, CONFIRMATIONS)?,
            metadata: metadata::read(&fields)?,
        })
    }
}

#[derive(Serialize)]
struct PaymentMethodBody<'a> {
    #[serde(flatten)]
    head: MeansHead,
    holder: RecipientBody,
    #[serde(flatten)]
    tail: MeansTail<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmation: Option<ConfirmationBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Notes<'a>>,
}

/// The body of a payment method.
#[must_use]
pub fn body(method: &PaymentMethod, links: &Links) -> Vec<u8> {
    let id: PaymentMethodId = method.id;
    let target = |challenge| Target {
        flow: method.flow,
        page: links.bind_page(id),
        token: None,
        challenge,
    };
    let target = match &method.state {
        State::Pending | State::Binding { .. } => Some(target(None)),
        State::Challenged { challenge, .. } => Some(target(Some(challenge))),
        State::Active { .. } | State::Inactive { .. } => None,
    };
    let confirmation = method.confirmation.as_ref().zip(target);
    crate::wire::written(&PaymentMethodBody {
        head: MeansHead {
            r#type: method.kind.code(),
            id: Shown(id),
            saved: method.is_active(),
            status: method.status().code(),
        },
        holder: RecipientBody {
            account_id: Shown(method.shop_id),
            gateway_id: Shown(method.gateway_id),
        },
        tail: MeansTail::of_binding(method.kind, method.facts.as_ref()),
        confirmation: confirmation.and_then(|(asked, target)| ConfirmationBody::new(asked, target)),
        metadata: Notes::unless_empty(&method.metadata),
    })
}

mod schema;
pub use schema::{CREATE_PAYMENT_METHOD, PAYMENT_METHOD};

#[cfg(test)]
mod tests;

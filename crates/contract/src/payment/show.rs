//! A payment as answers and notifications show it, with its fields in the order of real ones
//! (YooKassa API v3: the payment object and payloads).

use domain::payment::{Authorization, CaptureMode, State, Status, UsedMethod};
use domain::{Challenge, Deal, GatewayId, MethodKind, Payment, PaymentId, ShopId};
use serde::Serialize;

use super::transfers::TransferBody;
use crate::amount::Amount;
use crate::confirmation::{ConfirmationBody, Links, Target};
use crate::fields::Fields;
use crate::invoice::InvoiceDetailsBody;
use crate::json::Json;
use crate::means::{CancellationBody, MeansHead, MeansTail};
use crate::metadata::Notes;
use crate::moment::Moment;
use crate::settlement::PaymentDealBody;
use crate::wire::Shown;

#[derive(Serialize)]
struct PaymentBody<'a> {
    id: Shown<PaymentId>,
    status: &'static str,
    amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    income_amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    recipient: RecipientBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_method: Option<MeansBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    captured_at: Option<Moment>,
    created_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmation: Option<ConfirmationBody<'a>>,
    test: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refunded_amount: Option<Amount>,
    paid: bool,
    refundable: bool,
    metadata: Notes<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_registration: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_details: Option<CancellationBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<AuthorizationBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfers: Option<Vec<TransferBody<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deal: Option<PaymentDealBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_customer_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_details: Option<InvoiceDetailsBody>,
}

/// Whose money it is: a shop and its sub-account.
#[derive(Serialize)]
pub(crate) struct RecipientBody {
    pub(crate) account_id: Shown<ShopId>,
    pub(crate) gateway_id: Shown<GatewayId>,
}

#[derive(Serialize)]
struct MeansBody<'a> {
    #[serde(flatten)]
    head: MeansHead,
    #[serde(flatten)]
    tail: MeansTail<'a>,
}

#[derive(Serialize)]
struct AuthorizationBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rrn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_code: Option<&'a str>,
    three_d_secure: ThreeDSecureBody,
}

#[derive(Default, Serialize)]
struct ThreeDSecureBody {
    applied: bool,
    method_completed: bool,
    challenge_completed: bool,
}

/// What only some states show.
#[derive(Default)]
struct Moments {
    captured_at: Option<Moment>,
    expires_at: Option<Moment>,
}

/// The body of a payment; if it has a deal, the deal is as it was when the payment left it.
#[must_use]
pub fn body(payment: &Payment, links: &Links) -> Vec<u8> {
    written(payment, payment.refundable(), links)
}

/// The body of a payment together with the deal that it belongs to, as the deal is now.
#[must_use]
pub fn body_in_deal(payment: &Payment, deal: &Deal, links: &Links) -> Vec<u8> {
    written(payment, payment.refundable_in(deal), links)
}

fn written(payment: &Payment, refundable: bool, links: &Links) -> Vec<u8> {
    let status = payment.status();
    let (mut moments, mut cause) = (Moments::default(), None);
    match &payment.state {
        State::Pending { .. }
        | State::Authorizing { .. }
        | State::Challenged { .. }
        | State::Registering {
            stage: CaptureMode::OneStage,
            ..
        } => {}
        State::WaitingForCapture { hold }
        | State::Capturing { hold, .. }
        | State::Voiding { hold, .. }
        | State::Registering { hold, .. } => moments.expires_at = Some(Moment(hold.expires_at)),
        State::Succeeded { captured_at, .. } => moments.captured_at = Some(Moment(*captured_at)),
        State::Canceled { cause: own, .. } => cause = Some(*own),
    }
    let refunded = Some(payment.refunded).filter(|_| status == Status::Succeeded);
    crate::wire::written(&PaymentBody {
        id: Shown(payment.id),
        status: status.code(),
        amount: Amount(payment.amount),
        income_amount: payment.income().map(Amount),
        description: payment.description.as_deref(),
        recipient: RecipientBody {
            account_id: Shown(payment.shop_id),
            gateway_id: Shown(payment.gateway_id),
        },
        payment_method: payment
            .method
            .as_ref()
            .map(|method| means(payment, method, status)),
        captured_at: moments.captured_at,
        created_at: Moment(payment.created_at),
        expires_at: moments.expires_at,
        confirmation: confirmation(payment, links),
        test: payment.test,
        refunded_amount: refunded.map(Amount),
        paid: payment.paid(),
        refundable,
        metadata: Notes(&payment.metadata),
        receipt_registration: payment.receipt.map(|receipt| receipt.registration.code()),
        cancellation_details: cause.map(CancellationBody::new),
        authorization_details: authorization(payment),
        deal: payment
            .deal
            .map(|deal| PaymentDealBody::new(deal.id, deal.payout)),
        transfers: payment.split.as_ref().map(|split| {
            let body = |part| TransferBody::new(part, status);
            split.parts.iter().map(body).collect()
        }),
        merchant_customer_id: payment.merchant_customer_id.as_deref(),
        invoice_details: invoice(payment),
    })
}

/// The body for an application that may not see what the shop pays for a payment.
#[must_use]
pub fn without_fees(body: &[u8]) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(body).into_owned();
    crate::fees::cut(&mut text);
    text.into_bytes()
}

fn invoice(payment: &Payment) -> Option<InvoiceDetailsBody> {
    let id = payment.details.as_ref()?.invoice?;
    Some(InvoiceDetailsBody { id: Shown(id) })
}

fn means<'a>(payment: &'a Payment, method: &'a UsedMethod, status: Status) -> MeansBody<'a> {
    let waiting = status == Status::Pending;
    let head = MeansHead {
        r#type: method.kind.code(),
        id: Shown(method.id),
        saved: method.saved,
        status: match (method.saved, waiting) {
            (true, _) => "active",
            (false, true) => "pending",
            (false, false) => "inactive",
        },
    };
    let phone = method.phone.as_deref();
    let request = payment.details.as_ref().and_then(|d| d.request.as_ref());
    let tail = MeansTail::of_payment(method.kind, method.facts.as_ref(), phone).with(request);
    let tail = tail.suspended(match &payment.state {
        State::Challenged {
            challenge: Challenge::CoolingOff { until },
            ..
        } => Some(*until),
        State::Pending { .. }
        | State::Authorizing { .. }
        | State::Challenged { .. }
        | State::WaitingForCapture { .. }
        | State::Capturing { .. }
        | State::Voiding { .. }
        | State::Registering { .. }
        | State::Succeeded { .. }
        | State::Canceled { .. } => None,
    });
    MeansBody { head, tail }
}

/// The confirmation, while the payer may still confirm.
fn confirmation<'a>(payment: &'a Payment, links: &Links) -> Option<ConfirmationBody<'a>> {
    let challenge: Option<&Challenge> = match &payment.state {
        State::Pending { .. } | State::Authorizing { .. } => None,
        // There is nothing to do but wait.
        State::Challenged {
            challenge: Challenge::CoolingOff { .. },
            ..
        } => return None,
        State::Challenged { challenge, .. } => Some(challenge),
        State::WaitingForCapture { .. }
        | State::Capturing { .. }
        | State::Voiding { .. }
        | State::Registering { .. }
        | State::Succeeded { .. }
        | State::Canceled { .. } => return None,
    };
    let target = Target {
        flow: payment.flow,
        page: links.payment_page(payment.id),
        token: Some(payment.id.confirmation_token()),
        challenge,
    };
    ConfirmationBody::new(payment.confirmation.as_ref()?, target)
}

/// What the network said, for cards and for methods with a card behind them.
fn authorization(payment: &Payment) -> Option<AuthorizationBody<'_>> {
    let has_card = match payment.method.as_ref()?.kind {
        MethodKind::BankCard
        | MethodKind::Sberbank
        | MethodKind::TinkoffBank
        | MethodKind::AlfaPay
        | MethodKind::ElectronicCertificate => true,
        MethodKind::YooMoney
        | MethodKind::Sbp
        | MethodKind::MobileBalance
        | MethodKind::Cash
        | MethodKind::SberLoan
        | MethodKind::SberBnpl
        | MethodKind::B2bSberbank => false,
    };
    let Authorization {
        rrn,
        auth_code,
        three_d_secure,
    } = payment.authorization.as_ref().filter(|_| has_card)?;
    let secure = three_d_secure.map(|secure| ThreeDSecureBody {
        applied: secure.applied,
        method_completed: secure.method_completed,
        challenge_completed: secure.challenge_completed,
    });
    Some(AuthorizationBody {
        rrn: rrn.as_deref(),
        auth_code: auth_code.as_deref(),
        three_d_secure: secure.unwrap_or_default(),
    })
}

mod schema;
pub(crate) use schema::RECIPIENT;
pub use schema::{PAYMENT, PAYMENT_LIST};
/// The id of the payment that a body shows.
#[must_use]
pub fn id_of(body: &[u8]) -> Option<PaymentId> {
    let json = Json::parse(body).ok()?;
    let fields = Fields::root(&json).ok()?;
    fields.text("id").ok()??.parse().ok()
}

#[cfg(test)]
mod tests;

//! Payments as the merchant's server handles them: create, show, list, capture, cancel.

use std::collections::BTreeSet;

use connectors::acquirer::{Authorize, ChallengePolicy, Means as CallMeans};
use contract::payment::{
    CapturePayment, CreatePayment, ListPayments, MethodFilter, PaymentToken, RequestedMeans,
};
use domain::method::MethodRequest;
use domain::payment::{
    Attempt, Details, Flow, NewCapture, NewMeans, NewPart, NewPayment, SaveMethod,
};
use domain::{
    ConfirmationKind, ConnectorName, Deal, OperationId, OperationObject, Payment, PaymentId, Right,
    Shop, ShopId,
};

use crate::call::{Task, What};
use crate::card_attempts::{Tried, Whence};
use crate::cx::{Allowed, Cx, Work};
use crate::deal;
use crate::effects::{self, Recorded};
use crate::error::{Error, Refusal};
use crate::once::{self, Once, Reply, Started};
use crate::pos_link;
use crate::receipt::{self as receipts, Planned};
use crate::render;
use crate::token;

/// Creates a payment. One that needs no page is paid at once.
///
/// # Errors
/// A rule does not allow it, the key was used for something else, or the storage fails.
pub async fn create(cx: &Cx, once: Once, command: CreatePayment) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PaymentCreate)?;
    if command
        .gateway_id
        .is_some_and(|gateway| gateway != cx.shop.gateway_id)
    {
        return Err(Refusal::GatewayUnknown.into());
    }
    let tries_card = match &command.means {
        RequestedMeans::Card(_) | RequestedMeans::CertificateCard(_) | RequestedMeans::Token(_) => {
            true
        }
        RequestedMeans::PayerChooses | RequestedMeans::Method { .. } | RequestedMeans::Saved(_) => {
            false
        }
    };
    let unit = move |work: &mut Work<'_, '_>| start(work, &command);
    if tries_card {
        once::try_card(cx, once, unit).await
    } else {
        once::carry_out(cx, once, unit).await
    }
}

/// How the acquirer is asked: with what, and who, if one alone knows it.
struct Asking {
    means: CallMeans,
    bound: Option<ConnectorName>,
}

impl Asking {
    /// What any acquirer can be asked with.
    fn anyone(means: CallMeans) -> Self {
        Self { means, bound: None }
    }
}

/// The means of a new payment, for the rules and for the acquirer. The latter is `None` while there
/// is nothing to ask the acquirer with.
fn means(
    work: &mut Work<'_, '_>,
    asked: &RequestedMeans,
) -> Result<(NewMeans, Option<Asking>), Error> {
    Ok(match asked {
        RequestedMeans::PayerChooses => (NewMeans::PayerChooses, None),
        RequestedMeans::Method { kind, phone } => {
            let (kind, phone) = (*kind, phone.clone());
            let call = CallMeans::Method {
                kind,
                phone: phone.clone(),
            };
            (NewMeans::Method { kind, phone }, Some(Asking::anyone(call)))
        }
        RequestedMeans::Card(card) => (
            NewMeans::Card(card.facts()),
            Some(Asking::anyone(CallMeans::Card(card.clone()))),
        ),
        RequestedMeans::Token(given) => {
            let (card, keeper, kept) = token::redeem_payment(work, given.reveal())?;
            let asking = Asking {
                means: CallMeans::CardToken(kept),
                bound: Some(keeper),
            };
            (NewMeans::Token(card), Some(asking))
        }
        RequestedMeans::CertificateCard(card) => (
            NewMeans::CertificateCard(card.facts()),
            Some(Asking::anyone(CallMeans::Card(card.clone()))),
        ),
        RequestedMeans::Saved(id) => {
            let found = store::payment_method::find(work.tx, work.cx.shop.id, *id)?;
            let seen = work.cx.sees(work.tx, &id.to_string())?;
            let method = found
                .filter(|_| seen)
                .ok_or(Refusal::PaymentMethodNotFound)?;
            let asking = method.token().map(|token| Asking {
                means: CallMeans::Token(token.to_owned()),
                bound: method.connector,
            });
            (NewMeans::Saved(Box::new(method)), asking)
        }
    })
}

/// The shops that parts are for; those that do not exist are left out.
fn partners(work: &mut Work<'_, '_>, parts: &[NewPart]) -> Result<Vec<Shop>, Error> {
    let ids: BTreeSet<ShopId> = parts.iter().map(|part| part.shop_id).collect();
    let mut partners = Vec::with_capacity(ids.len());
    for id in ids.into_iter().take(domain::payment::PARTS_MAX) {
        partners.extend(store::shop::find(work.tx, id)?);
    }
    Ok(partners)
}

fn start(work: &mut Work<'_, '_>, command: &CreatePayment) -> Result<Started, Error> {
    let amount = command.amount;
    let apart = receipts::apart(command.deal.is_some(), !command.parts.is_empty());
    let receipt = receipts::planned(work.shop(), command.receipt.as_ref(), amount, apart)?;
    let (means, asking) = means(work, &command.means)?;
    let id = PaymentId::new(work.ids.next());
    // Applications see no deals.
    if command.deal.is_some() && work.cx.application().is_some() {
        return Err(Refusal::DealNotFound.into());
    }
    let in_deal = command.deal.map(|part| deal::attach(work, part, id));
    let confirm_until = match &command.pos_link {
        Some(asked) => Some(pos_link::admit(work, id, command, asked)?),
        None => None,
    };
    let new = NewPayment {
        id,
        amount: command.amount,
        description: command.description.clone(),
        metadata: command.metadata.clone(),
        merchant_customer_id: command.merchant_customer_id.clone(),
        client_ip: command.client_ip,
        capture_mode: command.capture_mode,
        save_method: command.save_method,
        confirmation: command.confirmation.clone(),
        deal: in_deal.transpose()?,
        means,
        receipt: receipt.as_ref().map(|planned| planned.order),
        details: Details {
            extras: command.extras.clone(),
            request: command.request.clone(),
            pos_link: command.pos_link.map(|asked| asked.id),
            invoice: None,
        },
        parts: command.parts.clone(),
        partners: partners(work, &command.parts)?,
        confirm_until,
    };
    let payment = Payment::create(work.shop(), new, work.now())?;
    deal::check(work, &payment)?;
    match payment.flow {
        Flow::Page => wait_for_payer(work, &payment, receipt),
        Flow::Direct => {
            let token = match &command.means {
                RequestedMeans::Token(given) => Some(given),
                RequestedMeans::PayerChooses
                | RequestedMeans::Method { .. }
                | RequestedMeans::Card(_)
                | RequestedMeans::CertificateCard(_)
                | RequestedMeans::Saved(_) => None,
            };
            try_at_once(work, &payment, (asking, token), receipt)
        }
    }
}

/// The payer goes on with a new payment.
fn wait_for_payer(
    work: &mut Work<'_, '_>,
    payment: &Payment,
    receipt: Option<Planned>,
) -> Result<Started, Error> {
    store::payment::insert(work.tx, &work.cx.shop, payment)?;
    receipts::draft(work, payment.id, receipt)?;
    let shown = contract::payment::body(payment, work.cx.app.links());
    let recorded = Recorded {
        shown: Some(shown),
        ..Recorded::default()
    };
    Ok(Started {
        object: OperationObject::Payment(payment.id),
        recorded,
        task: None,
    })
}

/// The acquirer is asked for a new payment's money.
fn try_at_once(
    work: &mut Work<'_, '_>,
    payment: &Payment,
    (asking, given): (Option<Asking>, Option<&PaymentToken>),
    receipt: Option<Planned>,
) -> Result<Started, Error> {
    let used = payment
        .method
        .clone()
        .ok_or(Error::defect("a direct payment without a method"))?;
    let asking = asking.ok_or(Error::defect("a direct payment without means"))?;
    let Asking { means, bound } = asking;
    let sum = payment.amount;
    let attempt = Attempt {
        operation: OperationId::new(work.ids.next()),
        connector: work.cx.connector_of_payment(used.kind, sum, bound)?,
        kind: used.kind,
        phone: used.phone,
        facts: used.facts,
        agreed_to_save: false,
        client_ip: work.cx.client_ip,
    };
    let (id, step) = (attempt.operation, payment.authorize(attempt, work.now())?);
    count(work, payment, id, &means)?;
    if let Some(given) = given {
        token::carry_over(work, given.reveal());
    }
    let recorded = effects::new_payment(work, &step)?;
    receipts::draft(work, payment.id, receipt)?;
    let task = authorize_task(work.cx, &step.next, id, means);
    Ok(Started {
        object: OperationObject::Payment(payment.id),
        recorded: recorded.without(id),
        task: Some((id, task)),
    })
}

/// Counts a card that the shop's server sent, by the buyer's address that it names; the server's
/// own address is not counted. Payments without a new card are not counted.
fn count(
    work: &Work<'_, '_>,
    payment: &Payment,
    operation: OperationId,
    means: &CallMeans,
) -> Result<(), Error> {
    let number = match means {
        CallMeans::Card(card) => Some(&card.number),
        CallMeans::CardToken(_) => None,
        CallMeans::Token(_) | CallMeans::Method { .. } => return Ok(()),
    };
    let tried = Tried {
        from: payment.client_ip.map(Whence::Named),
        number,
        shop: Some(payment.shop_id),
    };
    Ok(work.count_card(operation, tried)?)
}

/// The call that an attempt makes.
pub(crate) fn authorize_task(
    cx: &Allowed,
    payment: &Payment,
    operation: OperationId,
    means: CallMeans,
) -> Task {
    let confirmation = payment.confirmation.as_ref();
    let challenge = match (confirmation, payment.flow) {
        (None, Flow::Direct) => ChallengePolicy::Never,
        (Some(confirmation), _) if confirmation.enforce => ChallengePolicy::Always,
        (Some(_) | None, Flow::Direct | Flow::Page) => ChallengePolicy::IfNeeded,
    };
    let by_qr = confirmation.is_some_and(|c| c.kind == ConfirmationKind::Qr);
    let save = match payment.save_method {
        SaveMethod::Always | SaveMethod::PayerAgreed => true,
        SaveMethod::PayerDecides => false,
    };
    let what = What::Authorize(Box::new(Authorize {
        operation,
        shop_id: payment.shop_id,
        amount: payment.amount,
        capture: payment.takes_at_once(),
        means,
        challenge,
        client_ip: payment.client_ip,
        by_qr,
        save,
        articles: match payment.details.as_ref().and_then(|d| d.request.as_ref()) {
            Some(MethodRequest::Articles(articles)) => articles.clone(),
            Some(MethodRequest::Basket(_) | MethodRequest::Company { .. }) | None => Vec::new(),
        },
        return_url: cx.app.payment_returned(payment.id),
    }));
    Task {
        connector: payment.connector,
        what,
    }
}

/// Shows a payment.
///
/// # Errors
/// It is not in this shop.
pub async fn show(cx: &Cx, id: PaymentId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PaymentRead)?;
    let asking = cx.clone();
    let payment = cx
        .read(move |conn| {
            asking.require_seen(conn, "payment", id)?;
            let payment = store::payment::find(conn, asking.shop.id, id)?;
            let payment = payment.ok_or_else(|| Error::not_found("payment", id))?;
            let deal = render::deal_of(conn, &asking, &payment)?;
            Ok(render::payment_in(&asking, &payment, deal.as_ref()))
        })
        .await?;
    Ok(Reply(payment))
}

/// Lists payments, newest first.
///
/// # Errors
/// The storage fails.
pub async fn list(cx: &Cx, list: ListPayments) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PaymentRead)?;
    let shop = cx.shop.id;
    let method = match list.method {
        None => None,
        Some(MethodFilter::Kind(kind)) => Some(kind),
        Some(MethodFilter::Retired(_)) => return Ok(Reply(contract::list::body(&[], None))),
    };
    let filter = store::payment::Filter {
        created: range(list.created),
        captured: range(list.captured),
        method,
        status: list.status,
        application: cx.application(),
        limit: list.limit.saturating_add(1),
        after: list.after,
    };
    let asking = cx.clone();
    let payments = cx
        .read(move |conn| {
            let payments = store::payment::list(conn, shop, &filter)?;
            render::with_deals(conn, &asking, payments)
        })
        .await?;
    let cursor = |(last, _): &(Payment, _)| list.next_cursor(last);
    let body =
        |(payment, deal): &(Payment, Option<Deal>)| render::payment_in(cx, payment, deal.as_ref());
    Ok(render::page(payments, list.limit, cursor, body))
}

pub(crate) fn range(range: contract::Range) -> store::Range {
    store::Range {
        gte: range.gte,
        lt: range.lt,
        ..store::Range::default()
    }
}

/// Takes held money, the whole or a part.
///
/// # Errors
/// A rule does not allow it, the key was used for something else, or the storage fails.
pub async fn capture(
    cx: &Cx,
    once: Once,
    id: PaymentId,
    command: CapturePayment,
) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PaymentCapture)?;
    once::carry_out(cx, once, move |work| {
        let payment = lock(work, id)?;
        let operation = OperationId::new(work.ids.next());
        let new = NewCapture {
            amount: command.amount,
            airline: command.airline.clone(),
            parts: command.parts.clone(),
        };
        let mut step = payment.capture(new, operation, work.now())?;
        deal::correct(work, &mut step, command.payout)?;
        let step = receipts::captured(work, step, &command)?;
        follow_step(work, &step, operation)
    })
    .await
}

/// Lets held money go.
///
/// # Errors
/// A rule does not allow it, the key was used for something else, or the storage fails.
pub async fn cancel(cx: &Cx, once: Once, id: PaymentId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::PaymentCancel)?;
    once::carry_out(cx, once, move |work| {
        let payment = lock(work, id)?;
        let operation = OperationId::new(work.ids.next());
        let step = payment.cancel(operation)?;
        follow_step(work, &step, operation)
    })
    .await
}

fn lock(work: &mut Work<'_, '_>, id: PaymentId) -> Result<Payment, Error> {
    work.cx.require_seen(work.tx, "payment", id)?;
    let found = store::payment::lock(work.tx, work.cx.shop.id, id)?;
    found.ok_or_else(|| Error::not_found("payment", id))
}

/// Records a step whose call builds on a hold.
fn follow_step(
    work: &mut Work<'_, '_>,
    step: &domain::payment::Step,
    id: OperationId,
) -> Result<Started, Error> {
    let recorded = effects::payment(work, step)?;
    if step.operations.is_empty() {
        // The receipt comes first; the call follows its registration.
        return Ok(Started {
            object: OperationObject::Payment(step.next.id),
            recorded,
            task: None,
        });
    }
    let new = step.operations.iter().find(|operation| operation.id == id);
    let new = new.ok_or(Error::defect("a step without its call"))?;
    let operation = domain::Operation::send(new.clone(), work.now());
    let task = Task::of(&operation).ok_or(Error::defect("a call without a reference"))?;
    Ok(Started {
        object: OperationObject::Payment(step.next.id),
        recorded: recorded.without(id),
        task: Some((id, task)),
    })
}

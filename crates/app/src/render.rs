//! Objects as the API shows them. Answers are rendered inside the unit of work that decides them,
//! so that what is stored for a repetition is what was said.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Deal, DealId, OperationObject, Payment, Right, payment};
use store::Conn;

use crate::cx::Allowed;
use crate::error::Error;
use crate::once::Reply;

/// A page of a list that was read with one row more than the page may have: its rows, and the
/// cursor of the last one if there is another page.
pub(crate) fn page<T>(
    mut rows: Vec<T>,
    limit: u32,
    cursor: impl Fn(&T) -> String,
    body: impl Fn(&T) -> Vec<u8>,
) -> Reply {
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = page < rows.len();
    rows.truncate(page);
    let next = rows.last().filter(|_| more).map(cursor);
    let items: Vec<Vec<u8>> = rows.iter().map(body).collect();
    Reply(contract::list::body(&items, next.as_deref()))
}

/// The object as it stands now.
pub(crate) fn object(
    conn: &mut Conn<'_>,
    cx: &Allowed,
    object: OperationObject,
) -> Result<Vec<u8>, Error> {
    let shop = cx.shop.id;
    let links = cx.app.links();
    match object {
        OperationObject::Payment(id) => {
            let payment = store::payment::find(conn, shop, id)?;
            let payment = payment.ok_or_else(|| Error::not_found("payment", id))?;
            Ok(self::payment(cx, &payment))
        }
        OperationObject::Refund(id) => {
            let refund = store::refund::find(conn, shop, id)?;
            let refund = refund.ok_or_else(|| Error::not_found("refund", id))?;
            Ok(contract::refund::body(&refund))
        }
        OperationObject::Payout(id) => {
            let payout = store::payout::find(conn, shop, id)?;
            let payout = payout.ok_or_else(|| Error::not_found("payout", id))?;
            Ok(contract::payout::body(&payout))
        }
        OperationObject::PaymentMethod(id) => {
            let method = store::payment_method::find(conn, shop, id)?;
            let method = method.ok_or_else(|| Error::not_found("payment method", id))?;
            Ok(contract::payment_method::body(&method, links))
        }
        OperationObject::Receipt(id) => {
            let receipt = store::receipt::find(conn, shop, id)?;
            let receipt = receipt.ok_or_else(|| Error::not_found("receipt", id))?;
            Ok(contract::receipt::body(&receipt))
        }
    }
}

/// A payment as the caller may see it.
pub(crate) fn payment(cx: &Allowed, payment: &Payment) -> Vec<u8> {
    seen(cx, contract::payment::body(payment, cx.app.links()))
}

/// A payment beside its deal, which may have ended since.
pub(crate) fn payment_in(cx: &Allowed, payment: &Payment, deal: Option<&Deal>) -> Vec<u8> {
    match deal {
        None => self::payment(cx, payment),
        Some(deal) => {
            let links = cx.app.links();
            seen(cx, contract::payment::body_in_deal(payment, deal, links))
        }
    }
}

/// The deal that decides whether a payment can still be given back.
pub(crate) fn deal_of(
    conn: &mut Conn<'_>,
    cx: &Allowed,
    payment: &Payment,
) -> Result<Option<Deal>, Error> {
    match deciding(payment) {
        Some(deal) => Ok(store::deal::find(conn, cx.shop.id, deal)?),
        None => Ok(None),
    }
}

/// The same for many payments at once.
pub(crate) fn with_deals(
    conn: &mut Conn<'_>,
    cx: &Allowed,
    payments: Vec<Payment>,
) -> Result<Vec<(Payment, Option<Deal>)>, Error> {
    let ids: BTreeSet<DealId> = payments.iter().filter_map(deciding).collect();
    let ids: Vec<DealId> = ids.into_iter().collect();
    let deals = store::deal::find_many(conn, cx.shop.id, &ids)?;
    let deals: BTreeMap<DealId, Deal> = deals.into_iter().map(|deal| (deal.id, deal)).collect();
    let with_deal = |payment: Payment| {
        let deal = deciding(&payment).and_then(|id| deals.get(&id).cloned());
        (payment, deal)
    };
    Ok(payments.into_iter().map(with_deal).collect())
}

fn deciding(payment: &Payment) -> Option<DealId> {
    let deal = payment.deal.as_ref().map(|deal| deal.id);
    deal.filter(|_| payment.status() == payment::Status::Succeeded)
}

/// An object's whole body as the caller may see it.
pub(crate) fn seen(cx: &Allowed, body: Vec<u8>) -> Vec<u8> {
    if cx.may(Right::FeeRead) {
        return body;
    }
    contract::payment::without_fees(&body)
}

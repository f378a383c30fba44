//! Events are what happened: each object has those of its states, in their order, once, and nothing
//! else; and each shows the object as it was.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use domain::payment::{CaptureMode, Status as PaymentStatus};
use domain::payout::Status as PayoutStatus;
use domain::refund::Status as RefundStatus;
use domain::{EventKind, OperationObject, Payment, ShopId};
use serde_json::Value;
use store::event::Event;

use super::Facts;

/// What is told of each object of each shop.
type Told<'f> = BTreeMap<(ShopId, String), Vec<&'f Event>>;

pub(super) fn agree(facts: &Facts) -> Result<()> {
    let mut told = Told::new();
    for event in &facts.events {
        let object = (event.shop_id, event.object_id.clone());
        told.entry(object).or_default().push(event);
    }
    for payment in &facts.payments {
        let object = (payment.shop_id, payment.id.to_string());
        expect(&mut told, object, &of_payment(payment))?;
    }
    for refund in &facts.refunds {
        let kind = match refund.status() {
            RefundStatus::Succeeded => Some(EventKind::RefundSucceeded),
            RefundStatus::Pending | RefundStatus::Canceled => None,
        };
        let object = (refund.shop_id, refund.id.to_string());
        expect(&mut told, object, kind.as_slice())?;
    }
    for payout in &facts.payouts {
        let noted = facts.is_noted(OperationObject::Payout(payout.id));
        let kinds: &[EventKind] = match payout.status() {
            // It had failed, and has left after all.
            PayoutStatus::Succeeded if noted => {
                &[EventKind::PayoutCanceled, EventKind::PayoutSucceeded]
            }
            PayoutStatus::Succeeded => &[EventKind::PayoutSucceeded],
            PayoutStatus::Canceled => &[EventKind::PayoutCanceled],
            PayoutStatus::Pending => &[],
        };
        let object = (payout.shop_id, payout.id.to_string());
        expect(&mut told, object, kinds)?;
    }
    for deal in &facts.deals {
        let object = (deal.shop_id, deal.id.to_string());
        expect(&mut told, object, &[EventKind::DealClosed])?;
    }
    let strange = told.keys().next();
    ensure!(
        strange.is_none(),
        "there is an event of nothing: {strange:?}"
    );
    Ok(())
}

/// Held money is told of, and then the end.
fn of_payment(payment: &Payment) -> Vec<EventKind> {
    let approved = payment.authorization.is_some();
    let held = payment.capture_mode == CaptureMode::TwoStage && approved;
    let held = held.then_some(EventKind::PaymentWaitingForCapture);
    let end = match payment.status() {
        PaymentStatus::Succeeded => Some(EventKind::PaymentSucceeded),
        PaymentStatus::Canceled => Some(EventKind::PaymentCanceled),
        PaymentStatus::Pending | PaymentStatus::WaitingForCapture => None,
    };
    held.into_iter().chain(end).collect()
}

fn expect(told: &mut Told<'_>, object: (ShopId, String), expected: &[EventKind]) -> Result<()> {
    let events = told.remove(&object).unwrap_or_default();
    let (_, id) = object;
    let codes = |kinds: &[EventKind]| -> Vec<&str> { kinds.iter().map(|it| it.code()).collect() };
    let kinds: Vec<EventKind> = events.iter().map(|event| event.kind).collect();
    ensure!(
        kinds == expected,
        "{id} is told of as {:?} and not as {:?}",
        codes(&kinds),
        codes(expected)
    );
    for event in events {
        let body: Value = serde_json::from_str(&event.body)?;
        let code = event.kind.code();
        let status = code.split('.').nth(1);
        let says = |pointer| body.pointer(pointer).and_then(Value::as_str);
        let true_to_life = says("/event") == Some(code)
            && says("/object/id") == Some(id.as_str())
            && says("/object/status") == status;
        ensure!(true_to_life, "{code} of {id} says {body}");
    }
    Ok(())
}

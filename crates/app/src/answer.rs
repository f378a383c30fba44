//! Taking answers in: of calls, of callbacks, of look-ups. The same answer twice, or one that was
//! overtaken, changes nothing.

use std::sync::Arc;

use domain::payment::Heard as PaymentHeard;
use domain::{
    Answer, OperationId, OperationObject, PaymentId, PaymentMethodId, PayoutId, RefundId,
};

use crate::app::App;
use crate::call::Heard;
use crate::cx::{Cx, Work};
use crate::effects::{self, Recorded};
use crate::error::Error;
use crate::heard::{self, Of};

/// Takes an acquirer's callback in.
///
/// # Errors
/// Nobody knows the operation, or the storage fails.
pub async fn hear(app: &Arc<App>, operation: OperationId, answer: Answer) -> Result<(), Error> {
    let find = move |conn: &mut store::Conn<'_>| {
        let found = store::operation::find_any_shop(conn, operation)?;
        found.ok_or_else(|| Error::not_found("operation", operation))
    };
    let found = app.store.read(find).await?;
    let cx = app.cx(found.shop_id).await?;
    let object = found.object;
    let heard = Heard::Answer(answer.in_time_of(&cx.shop));
    take(&cx, Of { operation, object }, heard).await
}

/// Takes in what was heard of an operation, in a unit of its own that is tried until it is done.
pub(crate) async fn take(cx: &Cx, of: Of, heard: Heard) -> Result<(), Error> {
    heard::take(cx, of, move |work| {
        take_in(work, of.object, of.operation, &heard)
    })
    .await
}

/// Takes in what was heard of an operation of this object. The object is locked first and the
/// operation read after it, so two answers at once come one after the other.
pub(crate) fn take_in(
    work: &mut Work<'_, '_>,
    object: OperationObject,
    id: OperationId,
    heard: &Heard,
) -> Result<Recorded, Error> {
    match object {
        OperationObject::Payment(own) => take_in_payment(work, id, own, heard),
        OperationObject::Refund(own) => take_in_refund(work, id, own, heard),
        OperationObject::PaymentMethod(own) => take_in_method(work, id, own, heard),
        OperationObject::Receipt(_) => Err(Error::defect("registers do not call back")),
        OperationObject::Payout(own) => take_in_payout(work, id, own, heard),
    }
}

/// Moves the operation. The answer, if it says something new of it.
fn move_operation<'h>(
    work: &mut Work<'_, '_>,
    id: OperationId,
    heard: &'h Heard,
) -> Result<Option<(domain::Operation, &'h Answer)>, Error> {
    let cx = work.cx;
    let operation = store::operation::find(work.tx, cx.shop.id, id)?;
    let operation = operation.ok_or_else(|| Error::not_found("operation", id))?;
    match heard {
        Heard::Answer(answer) => {
            let Some(next) = operation.answered(answer, cx.now) else {
                return Ok(None);
            };
            store::operation::update(work.tx, &cx.shop, &next)?;
            Ok(Some((operation, answer)))
        }
        Heard::Silence => {
            if let Some(next) = operation.unanswered(cx.now) {
                store::operation::update(work.tx, &cx.shop, &next)?;
            }
            Ok(None)
        }
    }
}

fn take_in_payment(
    work: &mut Work<'_, '_>,
    id: OperationId,
    payment_id: PaymentId,
    heard: &Heard,
) -> Result<Recorded, Error> {
    let cx = work.cx;
    let payment = store::payment::lock(work.tx, cx.shop.id, payment_id)?;
    let payment = payment.ok_or_else(|| Error::not_found("payment", payment_id))?;
    let Some((operation, answer)) = move_operation(work, id, heard)? else {
        return Ok(Recorded::default());
    };
    let spare = OperationId::new(work.ids.next());
    let tariffs = &cx.tariffs;
    let heard = PaymentHeard {
        operation: &operation,
        answer,
        tariffs,
        spare,
        now: cx.now,
    };
    match payment.answered(&heard)? {
        Some(step) => effects::payment(work, &step),
        None => Ok(Recorded::default()),
    }
}

fn take_in_refund(
    work: &mut Work<'_, '_>,
    id: OperationId,
    refund_id: RefundId,
    heard: &Heard,
) -> Result<Recorded, Error> {
    let cx = work.cx;
    let found = store::refund::find(work.tx, cx.shop.id, refund_id)?;
    let payment_id = found
        .ok_or_else(|| Error::not_found("refund", refund_id))?
        .payment_id;
    let payment = store::payment::lock(work.tx, cx.shop.id, payment_id)?;
    let payment = payment.ok_or_else(|| Error::not_found("payment", payment_id))?;
    let refund = store::refund::find(work.tx, cx.shop.id, refund_id)?;
    let refund = refund.ok_or_else(|| Error::not_found("refund", refund_id))?;
    let Some((operation, answer)) = move_operation(work, id, heard)? else {
        return Ok(Recorded::default());
    };
    match refund.answered(&payment, &operation, answer, cx.now)? {
        Some(step) => effects::refund(work, &step),
        None => Ok(Recorded::default()),
    }
}

fn take_in_payout(
    work: &mut Work<'_, '_>,
    id: OperationId,
    payout_id: PayoutId,
    heard: &Heard,
) -> Result<Recorded, Error> {
    let cx = work.cx;
    let found = store::payout::find(work.tx, cx.shop.id, payout_id)?;
    let found = found.ok_or_else(|| Error::not_found("payout", payout_id))?;
    if let Some(deal) = found.deal_id {
        crate::deal::lock(work, deal)?;
    }
    let payout = store::payout::lock(work.tx, cx.shop.id, payout_id)?;
    let payout = payout.ok_or_else(|| Error::not_found("payout", payout_id))?;
    let Some((operation, answer)) = move_operation(work, id, heard)? else {
        return Ok(Recorded::default());
    };
    match payout.answered(&operation, answer, cx.now)? {
        Some(step) => {
            let recorded = effects::payout(work, &step)?;
            crate::payout::into_deal(work, &step.next, recorded)
        }
        None => Ok(Recorded::default()),
    }
}

fn take_in_method(
    work: &mut Work<'_, '_>,
    id: OperationId,
    method_id: PaymentMethodId,
    heard: &Heard,
) -> Result<Recorded, Error> {
    let cx = work.cx;
    let method = store::payment_method::lock(work.tx, cx.shop.id, method_id)?;
    let method = method.ok_or_else(|| Error::not_found("payment method", method_id))?;
    let Some((operation, answer)) = move_operation(work, id, heard)? else {
        return Ok(Recorded::default());
    };
    match method.answered(&operation, answer, cx.now) {
        Some(step) => effects::payment_method(work, &step),
        None => Ok(Recorded::default()),
    }
}

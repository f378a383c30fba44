//! The end of a deal whose time is over: its unfinished payment is canceled, the buyer gets back
//! what is left, and the deal closes. Each step is a unit of its own; calls under way are waited
//! for.

use domain::deal::{Cover, Due, Reserved};
use domain::method::RefundPolicy;
use domain::refund::{NewRefund, RefundDeal};
use domain::{Deal, DealId, Metadata, OperationId, Payment, Refund, RefundId};
use store::StoreError;

use super::lock;
use crate::cx::{Allowed, Work};
use crate::effects::{self, Recorded};
use crate::error::Error;
use crate::{call, refund};

/// Takes a deal a step further whose time is over.
pub(crate) async fn end(cx: &Allowed, id: DealId) -> Result<(), Error> {
    let recorded = cx.write(move |work| step(work, id)).await?;
    call::follow_up(cx, recorded);
    Ok(())
}

fn step(work: &mut Work<'_, '_>, id: DealId) -> Result<Recorded, Error> {
    let shop = work.cx.shop.id;
    let found = store::deal::find(work.tx, shop, id)?;
    let found = found.ok_or_else(|| Error::not_found("deal", id))?;
    let payment = match found.payment_id {
        None => None,
        Some(payment) => store::payment::lock(work.tx, shop, payment)?,
    };
    let deal = lock(work, id)?;
    if deal.payment_id != found.payment_id {
        // Another payment has come between: once more.
        return Err(StoreError::Conflict.into());
    }
    let now = work.now();
    match (deal.due(now), payment) {
        (Due::Nothing, _) => Ok(Recorded::default()),
        (Due::EndPayment(_), Some(payment)) => end_payment(work, &deal, &payment),
        (Due::GiveBack(_), Some(payment)) if gives_back(&deal, &payment)? => {
            give_back(work, &deal, &payment)
        }
        (Due::Close | Due::GiveBack(_), _) => effects::deal(work, &deal.close(now)?),
        (Due::EndPayment(_), None) => Err(Error::defect("a deal's payment is not there")),
    }
}

/// The deal's payment has not come to its end. If that can be now, the deal closes with it.
fn end_payment(work: &mut Work<'_, '_>, deal: &Deal, payment: &Payment) -> Result<Recorded, Error> {
    let operation = OperationId::new(work.ids.next());
    let Some(step) = payment.end_with_deal(operation, deal.expires_at, work.now()) else {
        store::deal::update(work.tx, &work.cx.shop, &deal.await_payment())?;
        return Ok(Recorded::default());
    };
    if !step.operations.is_empty() {
        store::deal::update(work.tx, &work.cx.shop, &deal.await_payment())?;
        return effects::payment(work, &step);
    }
    let canceled = effects::payment(work, &step)?;
    let freed = lock(work, deal.id)?;
    let closed = effects::deal(work, &freed.close(work.now())?)?;
    Ok(canceled.and(closed))
}

/// Returns whether this payment's method can give back what the deal would, and the payer does not
/// have it yet. Otherwise the money goes to the platform with the rest of the deal, and the
/// platform gives it back in another way.
fn gives_back(deal: &Deal, payment: &Payment) -> Result<bool, Error> {
    let policy = payment.method.as_ref().map(|it| it.kind.terms().refunds);
    let amount = deal.returnable()?.at_most(payment.refundable_amount())?;
    Ok(match policy {
        Some(RefundPolicy::Partial) => amount.is_positive(),
        Some(RefundPolicy::FullOnly) => amount == payment.amount,
        Some(RefundPolicy::None) | None => false,
    })
}

fn give_back(work: &mut Work<'_, '_>, deal: &Deal, payment: &Payment) -> Result<Recorded, Error> {
    let room = payment.refundable_amount();
    let whole = deal.give_back(Cover::Whole, room)?;
    let (refund, operation) = (work.ids.next(), work.ids.next());
    let (refund, operation) = (RefundId::new(refund), OperationId::new(operation));
    let new = |reserved: &Reserved| -> Result<NewRefund, Error> {
        let amount = reserved.from_deal.checked_add(reserved.covered)?;
        Ok(NewRefund {
            id: refund,
            amount,
            description: None,
            metadata: Metadata::default(),
            deal: Some(RefundDeal {
                id: deal.id,
                payout: deal.sums.payable.checked_sub(reserved.deal.sums.payable)?,
                covered: reserved.covered,
            }),
            sources: Vec::new(),
            certificate: None,
            has_receipt: false,
            operation,
        })
    };
    let (mut reserved, now) = (whole, work.now());
    let mut step = Refund::create_by_deal(payment, new(&reserved)?, now)?;
    if !refund::affordable(work, &step)? {
        // The platform has no money for the commission that is not returned.
        reserved = deal.give_back(Cover::Nothing, room)?;
        step = Refund::create_by_deal(payment, new(&reserved)?, now)?;
    }
    store::deal::update(work.tx, &work.cx.shop, &reserved.deal)?;
    effects::new_refund(work, &step)
}

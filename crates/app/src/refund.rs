//! Refunds: create, show, list.

use std::collections::BTreeMap;

use contract::refund::{CreateRefund, ListRefunds};
use domain::ledger::{Account, LedgerRefused};
use domain::refund::NewRefund;
use domain::{
    CancellationReason, Operation, OperationId, OperationObject, Payment, Refund, RefundId, Right,
};

use crate::call::Task;
use crate::cx::{Cx, Work};
use crate::deal;
use crate::effects::{self, Recorded};
use crate::error::{Error, Refusal};
use crate::once::{self, Once, Reply, Started};
use crate::payment::range;
use crate::receipt as receipts;
use crate::render;
use crate::split;

/// Starts to give money of a captured payment back to its payer.
///
/// A shop that has not enough gets a refund that is canceled with `insufficient_funds`.
///
/// # Errors
/// A rule does not allow it, the key was used for something else, or the storage fails.
pub async fn create(cx: &Cx, once: Once, command: CreateRefund) -> Result<Reply, Error> {
    let cx = &cx.require(Right::RefundCreate)?;
    once::carry_out(cx, once, move |work| start(work, &command)).await
}

fn start(work: &mut Work<'_, '_>, command: &CreateRefund) -> Result<Started, Error> {
    if !work.cx.sees(work.tx, &command.payment_id.to_string())? {
        return Err(Refusal::PaymentNotFound.into());
    }
    let found = store::payment::lock(work.tx, work.cx.shop.id, command.payment_id)?;
    let payment = found.ok_or(Refusal::PaymentNotFound)?;
    // The payment's own refusals come first.
    payment.reserve_refund(command.amount, &command.sources, work.now())?;
    let in_deal = deal::reserve_refund(work, &payment, command.amount, command.payout)?;
    let receipt = receipts::of_new_refund(work, &payment, command)?;
    let new = NewRefund {
        id: RefundId::new(work.ids.next()),
        amount: command.amount,
        description: command.description.clone(),
        metadata: command.metadata.clone(),
        deal: in_deal.as_ref().map(|(_, part)| *part),
        has_receipt: receipt.is_some(),
        sources: command.sources.clone(),
        certificate: command.certificate.clone(),
        operation: OperationId::new(work.ids.next()),
    };
    let object = OperationObject::Refund(new.id);
    let step = Refund::create(&payment, new.clone(), work.now())?;

    if let Some(reason) = certificate_refusal(work, &payment, &new)? {
        let refund = Refund::create_canceled(&payment, new, reason, work.now());
        store::refund::insert(work.tx, &work.cx.shop, &refund)?;
        return Ok(Started {
            object,
            recorded: Recorded::default(),
            task: None,
        });
    }
    split::hold_books(work, &step.partners)?;
    let enough = affordable(work, &step)? && split::affordable(work, &step.partners)?;
    if !enough {
        let new = NewRefund {
            sources: step.next.sources.clone(),
            ..new
        };
        let refund = Refund::create_without_funds(&payment, new, work.now());
        store::refund::insert(work.tx, &work.cx.shop, &refund)?;
        return Ok(Started {
            object,
            recorded: Recorded::default(),
            task: None,
        });
    }
    if let Some((reserved, _)) = &in_deal {
        store::deal::update(work.tx, &work.cx.shop, &reserved.deal)?;
    }
    let recorded = effects::new_refund(work, &step)?;
    receipts::draft_of_refund(work, &step.next, receipt)?;
    let call = step
        .operations
        .first()
        .ok_or(Error::defect("a refund without its call"))?;
    let operation = Operation::send(call.clone(), work.now());
    let task = Task::of(&operation).ok_or(Error::defect("a refund without a reference"))?;
    let id = operation.id;
    Ok(Started {
        object,
        recorded: recorded.without(id),
        task: Some((id, task)),
    })
}

/// A refund and its payment, which nobody else changes until this unit has ended: the payment is
/// locked first.
pub(crate) fn lock(work: &mut Work<'_, '_>, id: RefundId) -> Result<(Payment, Refund), Error> {
    let shop = work.cx.shop.id;
    let missing = || Error::not_found("refund", id);
    let found = store::refund::find(work.tx, shop, id)?;
    let payment_id = found.ok_or_else(missing)?.payment_id;
    let payment = store::payment::lock(work.tx, shop, payment_id)?;
    let payment = payment.ok_or_else(|| Error::not_found("payment", payment_id))?;
    let refund = store::refund::find(work.tx, shop, id)?;
    Ok((payment, refund.ok_or_else(missing)?))
}

/// Why the system of certificates takes nothing back.
fn certificate_refusal(
    work: &mut Work<'_, '_>,
    payment: &Payment,
    new: &NewRefund,
) -> Result<Option<CancellationReason>, Error> {
    let Some(certificate) = &new.certificate else {
        return Ok(None);
    };
    let earlier = store::refund::list_of_payment(work.tx, work.cx.shop.id, payment.id)?;
    Ok(certificate.refusal(payment, &earlier))
}

/// Returns whether the shop has enough for the sum that is set aside.
pub(crate) fn affordable(
    work: &mut Work<'_, '_>,
    step: &domain::refund::Step,
) -> Result<bool, Error> {
    let cx = work.cx;
    let balance = store::book::balance(work.tx, &cx.shop, Account::Available)?;
    let mut balances = BTreeMap::from([(Account::Available, balance)]);
    if let Some(own) = &step.next.deal {
        let account = Account::Deal(own.id);
        let balance = store::book::balance(work.tx, &cx.shop, account)?;
        balances.insert(account, balance);
    }
    for transfer in &step.transfers {
        match transfer.post(&cx.shop, &balances) {
            Ok(_postings) => {}
            Err(LedgerRefused::InsufficientFunds { .. }) => return Ok(false),
            Err(refused) => return Err(refused.into()),
        }
    }
    Ok(true)
}

/// Shows a refund.
///
/// # Errors
/// It is not in this shop.
pub async fn show(cx: &Cx, id: RefundId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::RefundRead)?;
    let asking = cx.clone();
    let refund = cx
        .read(move |conn| {
            asking.require_seen(conn, "refund", id)?;
            Ok(store::refund::find(conn, asking.shop.id, id)?)
        })
        .await?;
    let refund = refund.ok_or_else(|| Error::not_found("refund", id))?;
    Ok(Reply(contract::refund::body(&refund)))
}

/// Lists refunds, newest first.
///
/// # Errors
/// The storage fails.
pub async fn list(cx: &Cx, list: ListRefunds) -> Result<Reply, Error> {
    let cx = &cx.require(Right::RefundRead)?;
    let shop = cx.shop.id;
    let filter = store::refund::Filter {
        created: range(list.created),
        payment_id: list.payment_id,
        status: list.status,
        application: cx.application(),
        limit: list.limit.saturating_add(1),
        after: list.after,
    };
    let refunds = cx
        .read(move |conn| Ok(store::refund::list(conn, shop, &filter)?))
        .await?;
    let cursor = |last: &_| list.next_cursor(last);
    Ok(render::page(
        refunds,
        list.limit,
        cursor,
        contract::refund::body,
    ))
}

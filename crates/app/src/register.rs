//! Asking fiscal registers. What is asked was written down before; the operation's id is the
//! document's external id, so asking again registers nothing twice. The payment is locked before
//! the receipt is read, as everywhere.

use std::sync::Arc;

use connectors::CallError;
use connectors::fiscal::{Asked, Document};
use domain::access::Job;
use domain::fiscal::{Register, Said};
use domain::receipt::{Origin, Registration};
use domain::{Operation, OperationId, OperationObject, Payment, Receipt, ReceiptId, Right};
use tracing::{info, warn};

use crate::app::App;
use crate::cx::{Allowed, Work};
use crate::effects::{self, Recorded};
use crate::error::Error;
use crate::heard::{self, Of};

/// Under which path registers call back, each with the id of its operation.
pub const CALLBACK_PATH: &str = "/fiscal/v1/callback";

/// Asks the register: to register the document, or, once it was accepted, what became of it.
pub(crate) async fn look(cx: &Allowed, operation: &Operation) -> Result<(), Error> {
    if operation.is_final() {
        return Ok(());
    }
    let receipt_id = receipt_of(operation)?;
    let shop = cx.shop.id;
    let receipt = cx
        .read(move |conn| Ok(store::receipt::find(conn, shop, receipt_id)?))
        .await?;
    let receipt = receipt.ok_or_else(|| Error::not_found("receipt", receipt_id))?;
    let settings = match receipt.on_behalf_of {
        None => cx.shop.fiscalization.clone(),
        Some(seller) => {
            let seller = cx.read(move |conn| Ok(store::shop::find(conn, seller)?));
            seller.await?.and_then(|seller| seller.fiscalization)
        }
    };
    let said = match settings.map(|settings| settings.register) {
        Some(register) => ask(cx, operation, receipt, register).await,
        None => {
            warn!(receipt.id = %receipt_id, "a receipt waits for a shop that has no register");
            None
        }
    };
    let of = Of {
        operation: operation.id,
        object: operation.object,
    };
    heard::take(cx, of, move |work| {
        take_in(work, of.operation, said.as_ref())
    })
    .await
}

async fn ask(
    cx: &Allowed,
    operation: &Operation,
    receipt: Receipt,
    register: Register,
) -> Option<Said> {
    let fiscal = &cx.app.fiscal;
    let call = async {
        match &operation.reference {
            Some(register_id) => {
                let register_id = register_id.clone();
                let asked = Asked {
                    operation: operation.id,
                    register,
                    register_id,
                    now: cx.now,
                };
                fiscal.report(asked).await
            }
            None => {
                let document = Document {
                    operation: operation.id,
                    shop_id: receipt.seller(),
                    register,
                    kind: receipt.kind,
                    content: receipt.content,
                    total: receipt.total,
                    created_at: receipt.created_at,
                    callback_url: Some(callback_url(cx, operation.id)),
                };
                fiscal.register(document).await
            }
        }
    };
    match tokio::time::timeout(cx.app.settings.call_time_max, call).await {
        Ok(Ok(said)) => Some(said),
        Ok(Err(CallError::NotSent(cause) | CallError::Unknown(cause))) => {
            warn!(operation.id = %operation.id, ?cause, "the register did not answer");
            None
        }
        Err(_elapsed) => {
            warn!(operation.id = %operation.id, "the register did not answer in time");
            None
        }
    }
}

/// Where a register calls back; the id is known to it and to us alone.
fn callback_url(cx: &Allowed, operation: OperationId) -> String {
    let base = &cx.app.settings.links.checkout_url;
    format!("{base}{CALLBACK_PATH}/{operation}")
}

/// A register has called back: it is asked at the next turn instead of when its pause is over.
/// Whoever calls is not known, so nothing else of the call is used.
///
/// # Errors
/// There is no such operation, or the storage fails.
pub async fn called_back(app: &Arc<App>, id: OperationId) -> Result<(), Error> {
    let find = move |conn: &mut store::Conn<'_>| {
        let found = store::operation::find_any_shop(conn, id)?;
        found.ok_or_else(|| Error::not_found("operation", id))
    };
    let (listener, right) = (app.job(Job::Listener), Right::OutcomeTake);
    let shop = listener.require_any_shop(right)?.read(find).await?.shop_id;
    let cx = listener.require_in(shop, right).await?;
    cx.write(move |work| {
        let operation = operation(work, id)?;
        if let Some(next) = operation.called_back(work.now()) {
            store::operation::update(work.tx, &work.cx.shop, &next)?;
        }
        Ok(())
    })
    .await
}

fn receipt_of(operation: &Operation) -> Result<ReceiptId, Error> {
    match operation.object {
        OperationObject::Receipt(id) => Ok(id),
        OperationObject::Payment(_)
        | OperationObject::Refund(_)
        | OperationObject::PaymentMethod(_)
        | OperationObject::Payout(_) => Err(Error::defect("a registration of something else")),
    }
}

/// Takes in what the register said; `None` is silence.
fn take_in(
    work: &mut Work<'_, '_>,
    id: OperationId,
    said: Option<&Said>,
) -> Result<Recorded, Error> {
    let cx = work.cx;
    let receipt_id = receipt_of(&operation(work, id)?)?;
    let payment_id = receipt(work, receipt_id)?.payment_id;
    let payment = store::payment::lock(work.tx, cx.shop.id, payment_id)?;
    let payment = payment.ok_or_else(|| Error::not_found("payment", payment_id))?;
    let (operation, receipt) = (operation(work, id)?, receipt(work, receipt_id)?);
    let Some(said) = said else {
        if let Some(next) = operation.unanswered(cx.now) {
            store::operation::update(work.tx, &cx.shop, &next)?;
        }
        return Ok(Recorded::default());
    };
    let Some(next) = operation.said(said, cx.now) else {
        return Ok(Recorded::default());
    };
    store::operation::update(work.tx, &cx.shop, &next)?;
    let spare = OperationId::new(work.ids.next());
    let Some(step) = receipt.answered(id, said, spare, cx.now) else {
        return Ok(Recorded::default());
    };
    store::receipt::update(work.tx, &cx.shop, &step.next)?;
    if let Some((new, pause)) = step.later {
        let later = Operation::send_later(new, cx.now, pause);
        store::operation::insert(work.tx, &cx.shop, &later)?;
    }
    if let Said::Refused { reason } | Said::Failed { reason } = said {
        warn!(receipt.id = %receipt_id, reason, "a receipt was not registered");
    } else {
        info!(receipt.id = %receipt_id, "registered receipt {receipt_id}");
    }
    owner_hears(work, &payment, &step.next)
}

/// What the payment or the refund does with the news of its own receipt.
fn owner_hears(
    work: &mut Work<'_, '_>,
    payment: &Payment,
    receipt: &Receipt,
) -> Result<Recorded, Error> {
    let cx = work.cx;
    match receipt.origin {
        Origin::Flow => {}
        Origin::Merchant | Origin::Reversal => return Ok(Recorded::default()),
    }
    let registration = receipt.registration();
    if registration == Registration::Pending {
        return Ok(Recorded::default());
    }
    if let Some(id) = receipt.refund_id {
        let refund = store::refund::find(work.tx, cx.shop.id, id)?;
        let mut refund = refund.ok_or_else(|| Error::not_found("refund", id))?;
        refund.receipt = Some(registration);
        store::refund::update(work.tx, &cx.shop, &refund)?;
        return Ok(Recorded::default());
    }
    let call = OperationId::new(work.ids.next());
    let step = match registration {
        Registration::Succeeded => payment.receipt_registered(call),
        Registration::Canceled | Registration::Pending => payment.receipt_refused(call),
    };
    effects::payment(work, &step)
}

fn operation(work: &mut Work<'_, '_>, id: OperationId) -> Result<Operation, Error> {
    let found = store::operation::find(work.tx, work.cx.shop.id, id)?;
    found.ok_or_else(|| Error::not_found("operation", id))
}

fn receipt(work: &mut Work<'_, '_>, id: ReceiptId) -> Result<Receipt, Error> {
    let found = store::receipt::find(work.tx, work.cx.shop.id, id)?;
    found.ok_or_else(|| Error::not_found("receipt", id))
}

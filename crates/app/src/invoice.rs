//! Invoices: create, show; what a buyer does on their page; and their end in time.
//!
//! A payment is locked before its invoice, as it is before its deal; the invoice comes before the
//! book. An invoice is canceled only when none of its payments can take money any more, so nobody
//! pays an invoice that is over: see ADR 12.

use std::sync::Arc;

use contract::invoice::CreateInvoice;
use domain::access::Object;
use domain::invoice::{BeginRefused, CreateRefused, Delivery, Due, NewInvoice};
use domain::message::{About, Address};
use domain::payment::{self, Locale, State};
use domain::{Actor, Invoice, InvoiceId, OperationId, Payment, PaymentId, Right, Shop, Timestamp};
use store::StoreError;
use tracing::warn;

use crate::app::App;
use crate::cx::{Allowed, Cx, Work};
use crate::effects::{self, Recorded};
use crate::error::{Error, Refusal};
use crate::letter::{InvoiceLetter, Letter};
use crate::message::{self, NewMessage};
use crate::once::{self, Made, Once, Reply};
use crate::receipt::{self as receipts, Planned};
use crate::{call, checkout};

/// An invoice as its buyer sees it.
#[derive(Clone, Debug)]
pub struct InvoiceView {
    /// The invoice.
    pub invoice: Invoice,
    /// The payment that the buyer has begun, or has paid by.
    pub payment: Option<Payment>,
    /// The shop has taken a notification that the payment is paid.
    pub told: bool,
    /// Who is paid.
    pub shop: Arc<Shop>,
    /// The shop's time.
    pub now: Timestamp,
}

/// Makes an invoice.
///
/// # Errors
/// A rule does not allow it, the key was used for something else, or the storage fails.
pub async fn create(cx: &Cx, once: Once, command: CreateInvoice) -> Result<Reply, Error> {
    let cx = &cx.require(Right::InvoiceCreate)?;
    if command
        .gateway_id
        .is_some_and(|gateway| gateway != cx.shop.gateway_id)
    {
        return Err(of_payment(Refusal::GatewayUnknown.into()));
    }
    let is_sent = command.to.is_some();
    let reply = once::make(cx, once, move |work| {
        let invoice = new(work, &command)?;
        store::invoice::insert(work.tx, &work.cx.shop, &invoice)?;
        if let Some(to) = command.to.clone() {
            send(work, &invoice, to)?;
        }
        Ok(Made {
            object_id: invoice.id.to_string(),
            body: contract::invoice::body(&invoice, work.cx.app.links()),
        })
    })
    .await?;
    if is_sent {
        cx.app.wake_messages();
    }
    Ok(reply)
}

/// Writes the message that takes the page's address to the buyer.
fn send(work: &mut Work<'_, '_>, invoice: &Invoice, to: Address) -> Result<(), Error> {
    let cx = work.cx;
    let letter = InvoiceLetter {
        shop: &cx.shop,
        invoice,
        page: cx.app.links().invoice_page(invoice.id),
    };
    let new = NewMessage {
        about: About::Invoice(invoice.id),
        to,
        locale: invoice.locale.unwrap_or(Locale::Russian),
        letter: Letter::Invoice(&letter),
    };
    message::queue(work, new)
}

fn new(work: &mut Work<'_, '_>, command: &CreateInvoice) -> Result<Invoice, Error> {
    let order = command.order.clone();
    let receipt = receipts::planned(work.shop(), order.receipt.as_ref(), order.amount, None);
    let receipt = receipt.map_err(of_payment)?;
    let new = NewInvoice {
        id: InvoiceId::new(work.ids.next()),
        cart: command.cart.clone(),
        order,
        delivery: Delivery::to(command.to.as_ref()),
        locale: command.locale,
        description: command.description.clone(),
        metadata: command.metadata.clone(),
        expires_at: command.expires_at,
    };
    let receipt = receipt.map(|planned| planned.order);
    Ok(Invoice::create(work.shop(), new, receipt, work.now())?)
}

/// Shows an invoice.
///
/// # Errors
/// It is not in this shop.
pub async fn show(cx: &Cx, id: InvoiceId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::InvoiceRead)?;
    let shop = cx.shop.id;
    let invoice = cx
        .read(move |conn| Ok(store::invoice::find(conn, shop, id)?))
        .await?;
    let invoice = invoice.ok_or_else(|| Error::not_found("invoice", id))?;
    Ok(Reply(contract::invoice::body(&invoice, cx.app.links())))
}

/// Shows an invoice to its buyer; whoever knows its id may see it.
///
/// # Errors
/// There is no such invoice, or the storage fails.
pub async fn open(app: &Arc<App>, id: InvoiceId) -> Result<InvoiceView, Error> {
    let cx = context(app, id, Right::InvoiceFollow).await?;
    let shop = cx.shop.id;
    let (invoice, payment) = cx
        .read(move |conn| {
            let invoice = store::invoice::find(conn, shop, id)?;
            let invoice = invoice.ok_or_else(|| Error::not_found("invoice", id))?;
            let paid_by = invoice.paid_by().map(|(payment, _status)| payment);
            let payment = match invoice.attempt().or(paid_by) {
                None => None,
                Some(payment) => store::payment::find(conn, shop, payment)?,
            };
            Ok((invoice, payment))
        })
        .await?;
    let told = match &payment {
        Some(payment) => checkout::was_told(&cx, payment).await?,
        None => false,
    };
    Ok(InvoiceView {
        invoice,
        payment,
        told,
        shop: Arc::clone(&cx.shop),
        now: cx.shop.now(cx.app.now()),
    })
}

async fn context(app: &Arc<App>, id: InvoiceId, right: Right) -> Result<Allowed, Error> {
    let payer = app.acting(Actor::Payer(Object::Invoice(id)));
    let find = move |conn: &mut store::Conn<'_>| {
        let found = store::invoice::find_any_shop(conn, id)?;
        found.ok_or_else(|| Error::not_found("invoice", id))
    };
    let shop = payer.require_any_shop(right)?.read(find).await?.shop_id;
    payer.require_in(shop, right).await
}

/// The buyer wants to pay. Returns the payment to go on with: a new one, or the one that was begun.
/// However often this is called, one payment at a time is open. `None` if the invoice cannot be
/// paid any more.
///
/// # Errors
/// There is no such invoice, the shop cannot take such a payment any more, or the storage fails.
pub async fn pay(app: &Arc<App>, id: InvoiceId) -> Result<Option<PaymentId>, Error> {
    let cx = context(app, id, Right::InvoicePay).await?;
    cx.require_enabled()?;
    let (payment, recorded) = cx.write(move |work| begin(work, id)).await?;
    call::follow_up(&cx, recorded);
    Ok(payment)
}

fn begin(work: &mut Work<'_, '_>, id: InvoiceId) -> Result<(Option<PaymentId>, Recorded), Error> {
    let (mut invoice, attempt) = lock_with_attempt(work, id)?;
    let mut recorded = Recorded::default();
    if let Some(step) = attempt.and_then(|payment| over(work, &payment)) {
        recorded = effects::payment(work, &step)?;
        invoice = lock(work, id)?;
    }
    let payment_id = PaymentId::new(work.ids.next());
    let next = match invoice.begin(payment_id, work.now()) {
        Ok(next) => next,
        Err(BeginRefused::Begun { payment }) => return Ok((Some(payment), recorded)),
        Err(BeginRefused::Paid | BeginRefused::Over) => return Ok((None, recorded)),
    };
    let cx = work.cx;
    let receipt = planned(&cx.shop, &next)?;
    let page = cx.app.links().invoice_page(id);
    let order = receipt.as_ref().map(|planned| planned.order);
    let new = next.payment(payment_id, order, page, cx.now);
    let payment = Payment::create(&cx.shop, new, cx.now)?;
    store::payment::insert(work.tx, &cx.shop, &payment)?;
    receipts::draft(work, payment_id, receipt)?;
    store::invoice::note_payment(work.tx, cx.shop.id, id, payment_id)?;
    store::invoice::update(work.tx, &cx.shop, &next)?;
    Ok((Some(payment_id), recorded))
}

/// The receipt of the invoice's payment. A shop that has stopped registering receipts since then
/// needs none.
fn planned(shop: &Shop, invoice: &Invoice) -> Result<Option<Planned>, Error> {
    let content = invoice.order.receipt.as_ref();
    let content = content.filter(|_| shop.fiscalization.is_some());
    receipts::planned(shop, content, invoice.order.amount, None)
}

/// The end of a payment that nobody confirmed in time; `None` if it is not due.
fn over(work: &mut Work<'_, '_>, payment: &Payment) -> Option<payment::Step> {
    let unconfirmed = matches!(
        payment.state,
        State::Pending { .. } | State::Challenged { .. }
    );
    let operation = OperationId::new(work.ids.next());
    let step = payment.expire(operation, work.now()).ok();
    step.filter(|_| unconfirmed)
}

/// The invoice and its attempt, which nobody else changes until this unit has ended: the payment
/// is locked first.
fn lock_with_attempt(
    work: &mut Work<'_, '_>,
    id: InvoiceId,
) -> Result<(Invoice, Option<Payment>), Error> {
    let shop = work.cx.shop.id;
    let found = store::invoice::find(work.tx, shop, id)?;
    let found = found.ok_or_else(|| Error::not_found("invoice", id))?;
    let attempt = match found.attempt() {
        None => None,
        Some(payment) => {
            let payment = store::payment::lock(work.tx, shop, payment)?;
            Some(payment.ok_or(Error::defect("an invoice's payment is not there"))?)
        }
    };
    let invoice = lock(work, id)?;
    if invoice.attempt() != found.attempt() {
        // Another attempt has come between: once more.
        return Err(StoreError::Conflict.into());
    }
    Ok((invoice, attempt))
}

fn lock(work: &mut Work<'_, '_>, id: InvoiceId) -> Result<Invoice, Error> {
    let found = store::invoice::lock(work.tx, work.cx.shop.id, id)?;
    found.ok_or_else(|| Error::not_found("invoice", id))
}

/// Tells the invoice what became of its payment. After the payment is locked, before the book is.
pub(crate) fn tell(work: &mut Work<'_, '_>, step: &payment::Step) -> Result<(), Error> {
    let payment = &step.next;
    let Some(id) = payment.details.as_ref().and_then(|it| it.invoice) else {
        return Ok(());
    };
    let invoice = lock(work, id)?;
    match invoice.follow(payment, work.now()) {
        Some(next) => update(work, &next),
        None => Ok(()),
    }
}

fn update(work: &mut Work<'_, '_>, next: &Invoice) -> Result<(), Error> {
    Ok(store::invoice::update(work.tx, &work.cx.shop, next)?)
}

/// Takes an invoice whose time is over a step further: its unconfirmed payment ends with it, a
/// call under way is waited for.
pub(crate) async fn end(cx: &Allowed, id: InvoiceId) -> Result<(), Error> {
    let recorded = cx.write(move |work| step(work, id)).await?;
    call::follow_up(cx, recorded);
    Ok(())
}

fn step(work: &mut Work<'_, '_>, id: InvoiceId) -> Result<Recorded, Error> {
    let (mut invoice, attempt) = lock_with_attempt(work, id)?;
    let mut recorded = Recorded::default();
    match invoice.due(attempt.as_ref(), work.now()) {
        Due::Nothing => return Ok(recorded),
        Due::Wait => {
            update(work, &invoice.wait())?;
            return Ok(recorded);
        }
        Due::Follow => {
            warn!(invoice.id = %id, "an invoice had not followed its payment");
            let next = attempt.and_then(|payment| invoice.follow(&payment, work.now()));
            let next = next.ok_or(Error::defect(
                "an invoice has nowhere to follow its payment",
            ))?;
            update(work, &next)?;
            return Ok(recorded);
        }
        Due::Cancel => {}
        Due::EndAttempt => {
            let end = attempt.and_then(|payment| over(work, &payment));
            let end = end.ok_or(Error::defect("a payment outlives its invoice"))?;
            recorded = effects::payment(work, &end)?;
            invoice = lock(work, id)?;
        }
    }
    let next = invoice.expire(work.now());
    update(work, &next.ok_or(Error::defect("an invoice does not end"))?)?;
    Ok(recorded)
}

/// The refusal of an invoice's payment, with the names of the invoice's request.
fn of_payment(error: Error) -> Error {
    match error {
        Error::Refused(refusal) => Refusal::InvoicePayment(Box::new(refusal)).into(),
        other @ (Error::NotFound { .. }
        | Error::Denied
        | Error::Forbidden { .. }
        | Error::Invalid(_)
        | Error::Conflict
        | Error::Busy
        | Error::Unavailable(_)
        | Error::Unconfirmed(_)
        | Error::Internal(_)) => other,
    }
}

impl From<CreateRefused> for Error {
    fn from(refused: CreateRefused) -> Self {
        match refused {
            CreateRefused::Payment(refused) => of_payment(refused.into()),
            CreateRefused::Cart(refused) => Refusal::Cart(refused).into(),
            CreateRefused::ExpiryOutsideLimits => Refusal::InvoiceExpiry.into(),
        }
    }
}

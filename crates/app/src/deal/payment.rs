//! What payments do in their deal: take its place, fill it, free it.

use contract::payment::DealPart;
use domain::deal::{AttachRefused, CreateRefused, Filled, SettlementRefused};
use domain::payment::{PaymentDeal, State, Step};
use domain::{Deal, MethodKind, Money, Payment, PaymentId};

use super::lock;
use crate::cx::Work;
use crate::error::{Error, Refusal};

/// Takes the deal's place for a new payment. The deal is stored with it; the payment has still to
/// be.
pub(crate) fn attach(
    work: &mut Work<'_, '_>,
    part: DealPart,
    payment: PaymentId,
) -> Result<PaymentDeal, Error> {
    let cx = work.cx;
    if cx.shop.deal_life.is_none() {
        return Err(CreateRefused::NotPermitted.into());
    }
    let found = store::deal::lock(work.tx, cx.shop.id, part.id)?;
    let deal = found.ok_or(Refusal::DealNotFound)?;
    let next = deal.attach(payment, cx.now)?;
    store::deal::update_payment(work.tx, &work.cx.shop, &next)?;
    Ok(PaymentDeal {
        id: deal.id,
        fee_moment: deal.fee_moment,
        payout: part.payout,
        payout_capturing: None,
    })
}

/// Checks that the seller's part of a new payment is possible.
pub(crate) fn check(work: &Work<'_, '_>, payment: &Payment) -> Result<(), Error> {
    let cx = work.cx;
    if payment.deal.is_some() {
        payment.check_settlement(&cx.shop, &cx.tariffs, cx.now)?;
    }
    Ok(())
}

/// Checks that this method may try to pay now: its commission has to fit, and the deal must not be
/// over.
pub(crate) fn check_attempt(
    work: &mut Work<'_, '_>,
    payment: &Payment,
    method: MethodKind,
) -> Result<(), Error> {
    use domain::payment::AuthorizeRefused;
    let cx = work.cx;
    let Some(own) = &payment.deal else {
        return Ok(());
    };
    if payment.settles(method, &cx.tariffs, cx.now).is_err() {
        return Err(AuthorizeRefused::MethodNotAccepted { method }.into());
    }
    let deal = store::deal::find(work.tx, cx.shop.id, own.id)?;
    let deal = deal.ok_or_else(|| Error::not_found("deal", own.id))?;
    if deal.expires_at <= cx.now {
        return Err(AuthorizeRefused::Expired.into());
    }
    Ok(())
}

/// Corrects the seller's part of a capture that begins.
pub(crate) fn correct(
    work: &mut Work<'_, '_>,
    step: &mut Step,
    corrected: Option<Money>,
) -> Result<(), Error> {
    let cx = work.cx;
    let Some(own) = &step.next.deal else {
        return match corrected {
            None => Ok(()),
            Some(_) => Err(Refusal::PaymentNotInDeal.into()),
        };
    };
    let State::Capturing { amount, .. } = step.next.state else {
        return Err(Error::defect("a capture that does not capture"));
    };
    let deal = store::deal::find(work.tx, cx.shop.id, own.id)?;
    let deal = deal.ok_or_else(|| Error::not_found("deal", own.id))?;
    if deal.expires_at <= cx.now {
        return Err(AttachRefused::Expired.into());
    }
    let mut own = step.next.clone();
    if let Some(deal) = &mut own.deal {
        deal.payout_capturing = None;
    }
    let kind = own
        .method
        .as_ref()
        .map_or(MethodKind::BankCard, |method| method.kind);
    let fee = domain::Tariff::fee_of(&cx.tariffs, kind, amount, cx.now)?;
    step.next = own.correct_payout(amount, corrected, fee)?;
    Ok(())
}

/// Tells the deal what became of its payment: it is filled, or its place is free. After the
/// payment is locked, before the book is.
pub(crate) fn tell(work: &mut Work<'_, '_>, step: &Step) -> Result<(), Error> {
    let payment = &step.next;
    let Some(own) = &payment.deal else {
        return Ok(());
    };
    match &payment.state {
        State::Succeeded { .. } if step.transfers.is_empty() => Ok(()),
        State::Succeeded { .. } => fill(work, payment, own),
        State::Canceled { .. } => {
            let next = lock(work, own.id)?.detach(payment.id);
            store_next(work, next)
        }
        State::Pending { .. } | State::Challenged { .. } | State::WaitingForCapture { .. } => {
            let next = lock(work, own.id)?.payment_rests();
            store_next(work, next)
        }
        State::Authorizing { .. }
        | State::Capturing { .. }
        | State::Voiding { .. }
        | State::Registering { .. } => Ok(()),
    }
}

/// The payment's money is there.
fn fill(work: &mut Work<'_, '_>, payment: &Payment, own: &PaymentDeal) -> Result<(), Error> {
    let fee = payment.fee.ok_or(Error::defect("money without a fee"))?;
    let filled = Filled {
        amount: payment.amount,
        payout: own.payout,
        fee,
    };
    let deal = lock(work, own.id)?;
    let next = deal.fill(&filled)?;
    if next.state == deal.state {
        return Ok(store::deal::update_payment(work.tx, &work.cx.shop, &next)?);
    }
    store_next(work, Some(next))
}

fn store_next(work: &mut Work<'_, '_>, next: Option<Deal>) -> Result<(), Error> {
    match next {
        Some(next) => Ok(store::deal::update(work.tx, &work.cx.shop, &next)?),
        None => Ok(()),
    }
}

impl From<AttachRefused> for Error {
    fn from(refused: AttachRefused) -> Self {
        Refusal::DealPayment(refused).into()
    }
}

impl From<SettlementRefused> for Error {
    fn from(refused: SettlementRefused) -> Self {
        Refusal::Settlement(refused).into()
    }
}

//! Takes answers in: of calls, of callbacks, of look-ups. The same answer twice changes nothing.
//! What was carried out is taken in whenever it is heard: see [`domain::discrepancy`].

use std::collections::BTreeSet;
use std::sync::Arc;

use connectors::{Callback, Called};
use domain::access::Job;
use domain::acquiring::Approval;
use domain::ledger::Account;
use domain::operation::NEVER_ARRIVED;
use domain::payment::{GivenBack, PaymentAnswer};
use domain::payout::LateShares;
use domain::refund::Status as RefundStatus;
use domain::{
    Answer, ConnectorName, DiscrepancyKind, Money, Operation, OperationId, OperationKind,
    OperationObject, OperationState, Payment, PaymentId, PaymentMethodId, PayoutId, RefundId,
    Remedy, Right,
};

use crate::app::App;
use crate::call::{Absence, Heard};
use crate::cx::{Allowed, Work};
use crate::deal;
use crate::discrepancy;
use crate::effects::{self, Recorded};
use crate::error::Error;
use crate::heard::{self, Of};
use crate::refund;

/// Takes in what a connector's bank says by itself. It can say nothing about the operations of
/// another connector.
///
/// # Errors
/// The connector has no such operation, or the storage fails.
pub async fn hear(app: &Arc<App>, called: Called) -> Result<(), Error> {
    let inner = Arc::clone(app);
    let Called {
        connector,
        callback: Callback { operation, answer },
    } = called;
    // Whose operation it is has to be read first; the answer is kept during that too.
    let hearing = async move {
        let (cx, object) = heard::patiently(|| place(&inner, connector, operation)).await?;
        let heard = Heard::Answer(answer.in_time_of(&cx.shop));
        take(&cx, Of { operation, object }, heard).await
    };
    app.tasks.spawn(hearing).await?
}

/// Where an operation belongs.
async fn place(
    app: &Arc<App>,
    connector: ConnectorName,
    operation: OperationId,
) -> Result<(Allowed, OperationObject), Error> {
    let (listener, right) = (app.job(Job::Listener), Right::OutcomeTake);
    let find = move |conn: &mut store::Conn<'_>| {
        let found = store::operation::find_any_shop(conn, operation)?;
        let own = found.filter(|found| found.connector == Some(connector));
        own.ok_or_else(|| Error::not_found("operation", operation))
    };
    let found = listener.require_any_shop(right)?.read(find).await?;
    let cx = listener.require_in(found.shop_id, right).await?;
    Ok((cx, found.object))
}

/// Takes in what was heard of an operation, in a unit of its own that is tried until it is done.
pub(crate) async fn take(cx: &Allowed, of: Of, heard: Heard) -> Result<(), Error> {
    match &heard {
        Heard::Answer(answer) => cx.app.card_attempts.heard(of.operation, answer),
        Heard::Absent(Absence::Settled) => cx.app.card_attempts.never_arrived(of.operation),
        Heard::Absent(Absence::Early | Absence::Forgotten) | Heard::Silence | Heard::Nobody => {}
    }
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

/// An answer that says something new of an operation.
struct News {
    /// The operation as it stood before.
    before: Operation,
    answer: Answer,
}

/// Moves the operation. Returns the answer if it says something new of it. `waited_for` says
/// whether its object waits for it: while it does, an operation that had reached the bank is not
/// given up.
fn move_operation(
    work: &mut Work<'_, '_>,
    id: OperationId,
    heard: &Heard,
    waited_for: impl FnOnce(&Operation) -> bool,
) -> Result<(Option<News>, Recorded), Error> {
    let cx = work.cx;
    let before = store::operation::find(work.tx, cx.shop.id, id)?;
    let before = before.ok_or_else(|| Error::not_found("operation", id))?;
    let known = before.state == OperationState::Challenged;
    let (next, answer) = match heard {
        Heard::Answer(answer) => match before.answered(answer, cx.now) {
            Some(next) => (Some(next), Some(answer.clone())),
            None => return unheard(work, &before, answer).map(|recorded| (None, recorded)),
        },
        // It was on its way to the bank when it was looked for.
        Heard::Absent(Absence::Early | Absence::Settled) if known => {
            return Ok((None, Recorded::default()));
        }
        Heard::Absent(Absence::Forgotten) if known && waited_for(&before) => {
            let forgotten = (DiscrepancyKind::Forgotten, Remedy::Nothing);
            let recorded = discrepancy::note(work, &before, forgotten, Recorded::default())?;
            if let Some(next) = before.unanswered(cx.now) {
                store::operation::update(work.tx, &cx.shop, &next)?;
            }
            return Ok((None, recorded));
        }
        Heard::Absent(Absence::Settled | Absence::Forgotten) => {
            match before.never_arrived(cx.now) {
                Some(next) => (Some(next), Some(never_arrived())),
                None => (before.still_absent(cx.now), None),
            }
        }
        Heard::Nobody => {
            let nobody = (DiscrepancyKind::NoConnector, Remedy::Nothing);
            let recorded = discrepancy::note(work, &before, nobody, Recorded::default())?;
            if let Some(next) = before.unanswered(cx.now) {
                store::operation::update(work.tx, &cx.shop, &next)?;
            }
            return Ok((None, recorded));
        }
        Heard::Absent(Absence::Early) | Heard::Silence => (before.unanswered(cx.now), None),
    };
    if let Some(next) = next {
        store::operation::update(work.tx, &cx.shop, &next)?;
    }
    let news = answer.map(|answer| News { before, answer });
    Ok((news, Recorded::default()))
}

/// An answer that changes nothing: a repetition, or the opposite of what was carried out.
fn unheard(
    work: &mut Work<'_, '_>,
    before: &Operation,
    answer: &Answer,
) -> Result<Recorded, Error> {
    let recorded = Recorded::default();
    match DiscrepancyKind::of_answer(before, answer) {
        Some(kind) => discrepancy::note(work, before, (kind, Remedy::Nothing), recorded),
        None => Ok(recorded),
    }
}

fn never_arrived() -> Answer {
    Answer::Declined {
        decline: NEVER_ARRIVED,
        facts: None,
    }
}

/// Notes what a late answer brought about, if it was late.
fn noted(
    work: &mut Work<'_, '_>,
    news: &News,
    late: Option<Remedy>,
    recorded: Recorded,
) -> Result<Recorded, Error> {
    let of_answer = DiscrepancyKind::of_answer(&news.before, &news.answer);
    let kind = match (of_answer, late) {
        (Some(kind), _) => kind,
        (None, Some(_)) => DiscrepancyKind::LateApproval,
        (None, None) => return Ok(recorded),
    };
    let remedy = late.unwrap_or(Remedy::Nothing);
    discrepancy::note(work, &news.before, (kind, remedy), recorded)
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
    let (news, recorded) = move_operation(work, id, heard, |it| payment.waits_for(it))?;
    let Some(news) = news else {
        return Ok(recorded);
    };
    match hear_of_payment(work, &payment, (&news.before, &news.answer))? {
        Some(step) => {
            let recorded = effects::payment(work, &step)?;
            let recorded = noted(work, &news, step.late, recorded)?;
            let follows = matches!(
                news.before.kind,
                OperationKind::Capture | OperationKind::Void
            );
            match &news.answer {
                Answer::Declined { .. } if follows => another_capture(work, payment_id, recorded),
                Answer::Declined { .. } | Answer::Approved(_) | Answer::Challenged(_) => {
                    Ok(recorded)
                }
            }
        }
        None => given_back(work, &payment, &news),
    }
}

/// What an answer does to a payment.
fn hear_of_payment(
    work: &mut Work<'_, '_>,
    payment: &Payment,
    (operation, answer): (&Operation, &Answer),
) -> Result<Option<domain::payment::Step>, Error> {
    let cx = work.cx;
    let late = operation.kind == OperationKind::Capture && !payment.waits_for(operation);
    let given_back = match late {
        true => GivenBack::of(&store::operation::list_of(
            work.tx,
            cx.shop.id,
            operation.object,
        )?),
        false => GivenBack::Nothing,
    };
    let heard = PaymentAnswer {
        operation,
        answer,
        tariffs: &cx.tariffs,
        spare: OperationId::new(work.ids.next()),
        given_back,
        now: cx.now,
    };
    Ok(payment.answered(&heard)?)
}

/// A capture or a void that the payment waited for was refused. Another capture may have been
/// carried out meanwhile, of which nobody could tell what to do while this one was open; it is
/// taken in now.
fn another_capture(
    work: &mut Work<'_, '_>,
    id: PaymentId,
    recorded: Recorded,
) -> Result<Recorded, Error> {
    let cx = work.cx;
    let object = OperationObject::Payment(id);
    let calls = store::operation::list_of(work.tx, cx.shop.id, object)?;
    let is_taken =
        |it: &&Operation| it.kind == OperationKind::Capture && it.state == OperationState::Approved;
    let Some(call) = calls.iter().find(is_taken) else {
        return Ok(recorded);
    };
    let payment = store::payment::lock(work.tx, cx.shop.id, id)?;
    let payment = payment.ok_or_else(|| Error::not_found("payment", id))?;
    let reference = call.reference.clone();
    let answer = Answer::Approved(Approval {
        reference: reference.ok_or(Error::defect("a capture of nothing"))?,
        facts: None,
        rrn: None,
        auth_code: None,
        three_d_secure: None,
        token: None,
    });
    let step = hear_of_payment(work, &payment, (call, &answer))?;
    match step.as_ref().and_then(|step| Some((step, step.late?))) {
        None | Some((_, Remedy::Nothing)) => Ok(recorded),
        Some((step, remedy)) => {
            let recorded = recorded.and(effects::payment(work, step)?);
            discrepancy::remedied(work, call.id, remedy)?;
            Ok(recorded)
        }
    }
}

/// Takes in the answer about money that goes back because its payment did not wait for it.
fn given_back(work: &mut Work<'_, '_>, payment: &Payment, news: &News) -> Result<Recorded, Error> {
    let operation = &news.before;
    let recorded = Recorded::default();
    match (operation.kind, &news.answer) {
        _ if payment.waits_for(operation) => Ok(recorded),
        (OperationKind::Refund | OperationKind::Void, Answer::Approved(_)) => {
            discrepancy::given_back(work, operation.id)?;
            Ok(recorded)
        }
        (OperationKind::Refund | OperationKind::Void, Answer::Declined { .. }) => {
            let refused = (DiscrepancyKind::NotGivenBack, Remedy::Nothing);
            discrepancy::note(work, operation, refused, recorded)
        }
        (
            OperationKind::Authorize
            | OperationKind::Capture
            | OperationKind::Refund
            | OperationKind::Void
            | OperationKind::Bind
            | OperationKind::Register
            | OperationKind::PayOut,
            _,
        ) => noted(work, news, None, recorded),
    }
}

fn take_in_refund(
    work: &mut Work<'_, '_>,
    id: OperationId,
    refund_id: RefundId,
    heard: &Heard,
) -> Result<Recorded, Error> {
    let cx = work.cx;
    let (payment, refund) = refund::lock(work, refund_id)?;
    let waits = refund.status() == RefundStatus::Pending;
    let (news, recorded) = move_operation(work, id, heard, |_| waits)?;
    let Some(news) = news else {
        return Ok(recorded);
    };
    if let Some(mut step) = refund.answered(&payment, &news.before, &news.answer, cx.now)? {
        if step.next.status() == RefundStatus::Canceled {
            // The room that it leaves may belong to a canceled refund that has left after all.
            step.payment = recounted(work, &step)?;
        }
        return effects::refund(work, &step);
    }
    let Answer::Approved(approval) = &news.answer else {
        return noted(work, &news, None, recorded);
    };
    let spendable = spendable(work, refund.amount)?;
    match refund.left_after_all(&payment, approval, spendable, cx.now)? {
        Some(step) => {
            let remedy = match step.next.status() {
                RefundStatus::Succeeded => Remedy::Booked,
                RefundStatus::Canceled | RefundStatus::Pending => Remedy::Held,
            };
            let recorded = effects::late_refund(work, &step)?;
            noted(work, &news, Some(remedy), recorded)
        }
        None => noted(work, &news, Some(Remedy::Nothing), recorded),
    }
}

/// The payment of a refund that is canceled by this step, with what its other refunds hold of it.
fn recounted(work: &mut Work<'_, '_>, step: &domain::refund::Step) -> Result<Payment, Error> {
    let (payment, own) = (&step.payment, step.next.id);
    let mut refunds = store::refund::list_of_payment(work.tx, payment.shop_id, payment.id)?;
    refunds.retain(|refund| refund.id != own);
    let left = store::refund::left(work.tx, payment.id)?;
    Ok(payment.recount_refunds(&refunds, &left)?)
}

/// How much of `amount` the shop has; it owes the rest.
fn spendable(work: &mut Work<'_, '_>, amount: Money) -> Result<Money, Error> {
    let shop = &work.cx.shop;
    store::book::lock(work.tx, &BTreeSet::from([shop.id]))?;
    let balance = store::book::balance(work.tx, shop, Account::Available)?;
    Ok(balance.spendable(amount))
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
    if let Some(id) = found.deal_id {
        deal::lock(work, id)?;
    }
    let payout = store::payout::lock(work.tx, cx.shop.id, payout_id)?;
    let payout = payout.ok_or_else(|| Error::not_found("payout", payout_id))?;
    let waits = payout.status() == domain::payout::Status::Pending;
    let (news, recorded) = move_operation(work, id, heard, |_| waits)?;
    let Some(news) = news else {
        return Ok(recorded);
    };
    if let Some(step) = payout.answered(&news.before, &news.answer, cx.now)? {
        let recorded = effects::payout(work, &step)?;
        return crate::payout::into_deal(work, &step.next, recorded);
    }
    let Answer::Approved(approval) = &news.answer else {
        return noted(work, &news, None, recorded);
    };
    let share = deal::share_of_late(work, &payout)?;
    // Limits are counted before the book is locked.
    if let Some(usage) = payout.late_usage(share) {
        store::payout::usage::change(work.tx, cx.shop.id, &usage)?;
    }
    let shares = LateShares {
        deal: share,
        shop: spendable(work, payout.amount.checked_sub(share)?)?,
    };
    match payout.left_after_all(approval, shares, cx.now)? {
        Some(step) => {
            let recorded = effects::payout(work, &step)?;
            let recorded = recorded.and(deal::pay_late(work, &payout, share)?);
            let remedy = match share == payout.amount {
                true => Remedy::Taken,
                false => Remedy::Booked,
            };
            noted(work, &news, Some(remedy), recorded)
        }
        None => noted(work, &news, Some(Remedy::Nothing), recorded),
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
    let waits = method.status() == domain::payment_method::Status::Pending;
    let (news, recorded) = move_operation(work, id, heard, |_| waits)?;
    let Some(news) = news else {
        return Ok(recorded);
    };
    let step = method.answered(&news.before, &news.answer, cx.now);
    let (recorded, remedy) = match step {
        Some(step) => (effects::payment_method(work, &step)?, Remedy::Taken),
        None => (recorded, Remedy::Nothing),
    };
    let late = DiscrepancyKind::of_answer(&news.before, &news.answer);
    noted(work, &news, late.map(|_| remedy), recorded)
}

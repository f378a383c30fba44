//! Holds payments against their postings, refunds, calls and events.

use domain::{Money, Shop};
use store::Conn;
use store::audit::{Call, PaymentProof};

use super::deal::Deals;
use super::told::is_told;
use super::{PAGE, Report, each};
use crate::error::Error;

/// Looks at every payment of the shop.
pub(super) fn check(
    conn: &mut Conn<'_>,
    shop: &Shop,
    deals: &mut Deals,
    report: &mut Report,
) -> Result<(), Error> {
    let page = |conn: &mut Conn<'_>, after| store::audit::payments(conn, shop.id, after, PAGE);
    each(
        conn,
        page,
        |last| (last.created_at, last.id),
        |conn, payment| {
            report.payments = report.payments.saturating_add(1);
            deals.payment(payment);
            let left = left(conn, shop, payment)?;
            for problem in problems(payment, left) {
                report.find(shop, payment.id.to_string(), problem);
            }
            Ok(())
        },
    )
}

/// How much of its canceled refunds has reached the payer; few payments have any.
fn left(conn: &mut Conn<'_>, shop: &Shop, payment: &PaymentProof) -> Result<Money, Error> {
    let mut sum = Money::zero(payment.amount.currency());
    if payment.refunds_canceled.is_zero() {
        return Ok(sum);
    }
    let left = store::refund::left(conn, payment.id)?;
    let refunds = store::refund::list_of_payment(conn, shop.id, payment.id)?;
    for refund in refunds.iter().filter(|refund| left.contains(&refund.id)) {
        sum = sum.checked_add(refund.amount)?;
    }
    Ok(sum)
}

fn problems(payment: &PaymentProof, left: Money) -> Vec<&'static str> {
    let rules = [
        (
            payment.captured == payment.posted
                && payment.captured.is_some() == (payment.state == "succeeded")
                && payment.refunded == payment.refunds_succeeded
                && holds_room(payment, left),
            "what it says, its postings and its refunds do not agree",
        ),
        (
            payment.captured.is_some() || payment.amount == payment.asked,
            "it is not about the sum that was asked",
        ),
        (
            is_called(payment),
            "its state and what the acquirer was asked do not agree",
        ),
        (
            is_announced(payment),
            "its state and what was told of it do not agree",
        ),
    ];
    let broken = rules.into_iter().filter(|(holds, _)| !holds);
    broken.map(|(_, problem)| problem).collect()
}

/// Returns whether it holds room for refunds on their way and, up to the room there is, for
/// canceled refunds that have reached the payer.
fn holds_room(payment: &PaymentProof, left: Money) -> bool {
    let room = payment.amount.checked_sub(payment.refunded);
    let promised = payment.refunds_pending.checked_add(left);
    let expected = promised.and_then(|promised| promised.at_most(room?));
    expected.is_ok_and(|expected| expected == payment.refunding)
}

/// Returns whether its calls lead to its state.
fn is_called(payment: &PaymentProof) -> bool {
    let calls = &payment.calls;
    let currency = payment.asked.currency();
    let same = |call: &Call| call.amount.currency() == currency;
    let asked = |call: &Call| call.kind != "authorize" || call.amount == payment.asked;
    let held = || {
        calls
            .iter()
            .any(|call| call.is_done("authorize", payment.asked))
    };
    let taken = || {
        let taken = |call: &Call| call.is_done("capture", payment.amount);
        !payment.two_stage || calls.iter().any(taken)
    };
    let awaited = || calls.iter().any(|call| call.awaited && call.is_open());
    let stands = match payment.state.as_str() {
        "waiting_for_capture" | "capturing" | "voiding" | "registering" | "registering_capture" => {
            held()
        }
        "succeeded" => held() && taken(),
        _ => true,
    };
    calls.iter().all(|call| same(call) && asked(call)) && stands && (!payment.awaits || awaited())
}

/// Returns whether its events tell what became of it.
fn is_announced(payment: &PaymentProof) -> bool {
    let id = payment.id.to_string();
    let count =
        |kind: &str, count: usize, amount| is_told(&payment.told, kind, count, (&id, amount));
    let held = match payment.state.as_str() {
        "waiting_for_capture" | "capturing" | "voiding" | "registering_capture" => 1,
        "succeeded" if payment.two_stage => 1,
        "canceled" => {
            let held = |told: &&store::audit::Told| told.kind == "payment.waiting_for_capture";
            payment.told.iter().filter(held).count().min(1)
        }
        _ => 0,
    };
    count("payment.waiting_for_capture", held, payment.asked)
        && count(
            "payment.succeeded",
            usize::from(payment.state == "succeeded"),
            payment.amount,
        )
        && count(
            "payment.canceled",
            usize::from(payment.state == "canceled"),
            payment.amount,
        )
}

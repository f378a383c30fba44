//! Holds payouts against their postings, calls and events.

use domain::Shop;
use domain::payout::Status;
use store::Conn;
use store::audit::PayoutProof;

use super::called::Called;
use super::told::is_told;
use super::{PAGE, Report, each};
use crate::error::Error;

/// Looks at every payout of the shop.
pub(super) fn check(conn: &mut Conn<'_>, shop: &Shop, report: &mut Report) -> Result<(), Error> {
    let page = |conn: &mut Conn<'_>, after| store::audit::payouts(conn, shop.id, after, PAGE);
    each(
        conn,
        page,
        |last| (last.created_at, last.id),
        |_, payout| {
            report.payouts = report.payouts.saturating_add(1);
            let rules = [
                (is_posted(payout), "its state and its postings do not agree"),
                (
                    is_called(payout),
                    "its state and what the payer was asked do not agree",
                ),
                (
                    is_announced(payout),
                    "its state and what was told of it do not agree",
                ),
            ];
            for (_, problem) in rules.into_iter().filter(|(holds, _)| !holds) {
                report.find(shop, payout.id.to_string(), problem);
            }
            Ok(())
        },
    )
}

/// A payout that was never sent is canceled without postings.
fn is_posted(payout: &PayoutProof) -> bool {
    let whole = (payout.amount, payout.source.clone());
    let is_whole = |posted: &Option<(domain::Money, String)>| posted.as_ref() == Some(&whole);
    let untouched = payout.settled.is_none() && payout.released.is_none();
    let returned = is_whole(&payout.reserved) && is_whole(&payout.released);
    if payout.late.is_some() {
        let over = payout.status != Status::Pending && payout.settled.is_none();
        return over && returned && payout.late == Some(payout.amount);
    }
    match payout.status {
        Status::Pending => is_whole(&payout.reserved) && untouched,
        Status::Succeeded => {
            is_whole(&payout.reserved)
                && payout.settled == Some(payout.amount)
                && payout.released.is_none()
        }
        Status::Canceled => {
            let never = payout.reserved.is_none() && payout.released.is_none();
            (returned || never) && payout.settled.is_none()
        }
    }
}

fn is_called(payout: &PayoutProof) -> bool {
    let called = Called::new(&payout.calls, payout.amount);
    match payout.status {
        Status::Pending => called.waits(),
        Status::Succeeded => called.is_done("pay_out"),
        Status::Canceled => called.is_over(payout.reserved.is_some()),
    }
}

/// Returns whether its events tell what became of it. One that was canceled and reached its
/// receiver after all has two.
fn is_announced(payout: &PayoutProof) -> bool {
    let id = payout.id.to_string();
    let succeeded = payout.status == Status::Succeeded;
    let canceled = payout.status == Status::Canceled || payout.late.is_some();
    let told = |kind: &str, is_so: bool| {
        is_told(&payout.told, kind, usize::from(is_so), (&id, payout.amount))
    };
    told("payout.succeeded", succeeded) && told("payout.canceled", canceled)
}

//! Holds refunds against their postings, calls and events.

use domain::Shop;
use domain::refund::Status;
use store::Conn;
use store::audit::RefundProof;

use super::called::Called;
use super::deal::Deals;
use super::told::is_told;
use super::{PAGE, Report, each};
use crate::error::Error;

/// Looks at every refund of the shop.
pub(super) fn check(
    conn: &mut Conn<'_>,
    shop: &Shop,
    deals: &mut Deals,
    report: &mut Report,
) -> Result<(), Error> {
    let page = |conn: &mut Conn<'_>, after| store::audit::refunds(conn, shop.id, after, PAGE);
    each(
        conn,
        page,
        |last| (last.created_at, last.id),
        |_, refund| {
            report.refunds = report.refunds.saturating_add(1);
            deals.refund(refund);
            let rules = [
                (is_posted(refund), "its state and its postings do not agree"),
                (
                    is_called(refund),
                    "its state and what the acquirer was asked do not agree",
                ),
                (
                    is_announced(refund),
                    "its state and what was told of it do not agree",
                ),
            ];
            for (_, problem) in rules.into_iter().filter(|(holds, _)| !holds) {
                report.find(shop, refund.id.to_string(), problem);
            }
            Ok(())
        },
    )
}

/// A refund that the shop had no money for is canceled without postings.
fn is_posted(refund: &RefundProof) -> bool {
    let amount = Some(refund.amount);
    let posted = (refund.reserved, refund.settled, refund.released);
    let released = posted == (amount, None, amount);
    let came_back = refund.returned.is_some();
    match (refund.status, refund.late) {
        _ if came_back && (refund.returned, refund.late) != (amount, amount) => false,
        (Status::Pending | Status::Succeeded, _) if came_back => false,
        (Status::Pending, None) => posted == (amount, None, None),
        (Status::Succeeded, None) => posted == (amount, amount, None),
        (Status::Canceled, None) => released || posted == (None, None, None),
        (Status::Succeeded | Status::Canceled, late) => released && late == amount,
        (Status::Pending, Some(_)) => false,
    }
}

fn is_called(refund: &RefundProof) -> bool {
    let called = Called::new(&refund.calls, refund.amount);
    match refund.status {
        Status::Pending => called.waits(),
        Status::Succeeded => called.is_done("refund"),
        Status::Canceled => called.is_over(refund.reserved.is_some()),
    }
}

fn is_announced(refund: &RefundProof) -> bool {
    let succeeded = usize::from(refund.status == Status::Succeeded);
    let id = refund.id.to_string();
    is_told(
        &refund.told,
        "refund.succeeded",
        succeeded,
        (&id, refund.amount),
    )
}

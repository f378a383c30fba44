//! Holds invoices against the payments that were begun from them.

use domain::Shop;
use store::Conn;

use super::{PAGE, Report, each};
use crate::error::Error;

/// Looks at every invoice of the shop.
pub(super) fn check(conn: &mut Conn<'_>, shop: &Shop, report: &mut Report) -> Result<(), Error> {
    for payment in store::audit::invoice_orphans(conn, shop.id)? {
        let problem = "the invoice that it was begun from is not there";
        report.find(shop, payment.to_string(), problem);
    }
    let page = |conn: &mut Conn<'_>, after| store::audit::invoices(conn, shop.id, after, PAGE);
    each(
        conn,
        page,
        |last| (last.created_at, last.id),
        |_, invoice| {
            report.invoices = report.invoices.saturating_add(1);
            if !invoice.agrees() {
                let problem = "its state and its payments do not agree";
                report.find(shop, invoice.id.to_string(), problem);
            }
            Ok(())
        },
    )
}

//! Holds events against what was carried to the shop's webhooks.
//!
//! A webhook that was removed leaves its deliveries, so those that nobody is there for are right;
//! of one that is there, each event that it wants has one.

use domain::webhook::Webhook;
use domain::{Duration, Shop};
use store::Conn;
use store::audit::{Carried, EventProof};

use super::{PAGE, Report, each};
use crate::error::Error;

/// A unit that was begun before a webhook was there may write its event a little later.
const WEBHOOK_SETTLED: Duration = Duration::seconds(60);

/// Looks at every event of a shop that has webhooks.
pub(super) fn check(conn: &mut Conn<'_>, shop: &Shop, report: &mut Report) -> Result<(), Error> {
    let webhooks = store::webhook::list(conn, shop.id)?;
    if webhooks.is_empty() {
        return Ok(());
    }
    let page = |conn: &mut Conn<'_>, after| store::audit::events(conn, shop.id, after, PAGE);
    each(
        conn,
        page,
        |last| (last.created_at, last.sequence),
        |_, event| {
            for carried in event.carried.iter().filter(|carried| !is_written(carried)) {
                let problem = "its state and its attempts do not agree";
                report.find(shop, format!("delivery {}", carried.id), problem);
            }
            if webhooks.iter().any(|webhook| lacks(event, webhook)) {
                let problem = "a webhook that wants it has no delivery of it";
                report.find(shop, format!("event {}", event.id), problem);
            }
            Ok(())
        },
    )
}

fn is_written(carried: &Carried) -> bool {
    let accepted = carried.state != "delivered" || carried.accepted;
    carried.attempts == carried.written && accepted
}

/// Returns whether the webhook should have been notified and was not. Notifications of applications
/// depend on who made the object and on the life of their grant, so they are not checked.
fn lacks(event: &EventProof, webhook: &Webhook) -> bool {
    let since = webhook.created_at.plus(WEBHOOK_SETTLED);
    let wants = webhook.holder.is_none()
        && webhook.events.contains(&event.kind)
        && since < event.created_at;
    let id = webhook.id.to_string();
    wants && !event.carried.iter().any(|carried| carried.webhook_id == id)
}

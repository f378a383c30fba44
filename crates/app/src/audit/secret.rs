//! Compares the sealed secrets with the keys: which cannot be opened, and which are plain although
//! the database is sealed.

use domain::Right;
use store::Conn;

use super::{Finding, PAGE, Report, TIME_MAX};
use crate::cx::Cx;
use crate::error::Error;
use crate::sealing::{Place, is_plain};

/// Looks at the secret of every webhook, once the database has a sealing key.
///
/// # Errors
/// The storage fails.
pub async fn run(cx: &Cx, report: &mut Report) -> Result<(), Error> {
    let rows = cx.require_any_shop(Right::BookAudit)?;
    let keys = rows.read(|conn| Ok(store::sealing::list(conn)?)).await?;
    if keys.is_empty() {
        return Ok(());
    }
    let mut after = None;
    loop {
        let read =
            move |conn: &mut Conn<'_>| Ok(store::webhook::secrets_any_shop(conn, after, PAGE)?);
        let page = rows.read_patiently(TIME_MAX, read).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for held in &page {
            let place = Place::of_webhook(held.shop_id, held.id);
            let app = rows.app();
            let opened = app.sealing.open_or_read(&place, &held.secret, app.now());
            let problem = match opened.await {
                Ok(_) if is_plain(&held.secret) => {
                    "its secret stands plain: the next start of a server seals it".to_owned()
                }
                Ok(_) => continue,
                Err(why) => format!(
                    "its secret cannot be opened: {why}; if the key is lost for good, `altyn shop \
                     webhook renew --shop {} {}` gives another secret",
                    held.shop_id, held.id
                ),
            };
            report.secrets.push(Finding {
                shop_id: held.shop_id,
                object: format!("webhook {}", held.id),
                problem,
            });
        }
    }
}

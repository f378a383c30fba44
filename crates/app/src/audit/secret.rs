//! Holds the sealed secrets against the keys: which cannot be opened, and which stand plain
//! although the database is sealed.

use std::sync::Arc;

use super::{Finding, PAGE, Report};
use crate::app::App;
use crate::error::Error;
use crate::sealing::{Place, is_plain};

/// Looks at the secret of every webhook, once the database has a sealing key.
///
/// # Errors
/// The storage fails.
pub async fn run(app: &Arc<App>, report: &mut Report) -> Result<(), Error> {
    if crate::sealing::registered(&app.store).await?.is_empty() {
        return Ok(());
    }
    let mut after = None;
    loop {
        let page = app
            .store
            .read(move |conn| Ok::<_, Error>(store::webhook::secrets_any_shop(conn, after, PAGE)?))
            .await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for held in &page {
            let place = Place::of_webhook(held.shop_id, held.id);
            let problem = match app.sealing.open(&place, &held.secret) {
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

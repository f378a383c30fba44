//! Webhooks: where shops are notified.

use domain::webhook::{Holder, Webhook};
use domain::{EventKind, GrantId, ShopId, WebhookId};
use sql::StoreError;

use crate::columns::Cells;
use crate::database::{Conn, Tx};
use crate::delivery;
use crate::sealing::Sealed;
use crate::table::{Rows, Sample, Select, table};

table! {
    pub(crate) Webhooks: Webhook = "webhook";
    written of (webhook: Webhook, secret: Sealed);
    columns {
        key id = webhook.id => parse();
        key shop_id = webhook.shop_id => shop_id();
        fixed url = webhook.url.as_str() => get();
        fixed events = codes(&webhook.events) => list(EventKind::from_code);
        fixed secret = secret.as_text();
        fixed strict_order = webhook.strict_order => get();
        fixed application_id = webhook.holder.as_ref().map(|it| it.application_id)
            => parse_or_null();
        fixed grant_id = webhook.holder.as_ref().map(|it| it.grant_id) => parse_or_null();
        fixed shows_fees = webhook.holder.as_ref().map(|it| it.shows_fees) => get();
        fixed ends_at = webhook.holder.as_ref().map(|it| it.ends_at) => time_or_null();
        fixed created_at = webhook.created_at => time();
    }
    read(cells) {
        // Four columns, all of them or none.
        let holder = match (application_id, grant_id, shows_fees, ends_at) {
            (Some(application_id), Some(grant_id), Some(shows_fees), Some(ends_at)) => {
                Some(Holder { application_id, grant_id, shows_fees, ends_at })
            }
            (None, None, None, None) => None,
            _ => return Err(cells.corrupt_at("ends_at")),
        };
        Webhook { id, shop_id, url, events, strict_order, holder, created_at }
    }
}

fn codes(events: &[EventKind]) -> String {
    let codes: Vec<&str> = events.iter().map(|kind| kind.code()).collect();
    codes.join(" ")
}

const UPDATE_URL: &str = "\
update webhook
   set url = $3
 where id = $1 and shop_id = $2";

const UPDATE_SECRET: &str = "\
update webhook
   set secret = $3
 where id = $1 and shop_id = $2";

const RESEAL: &str = "\
update webhook
   set secret = $4
 where id = $1 and shop_id = $2 and secret = $3";

const SECRETS_ANY_SHOP: &str = "\
select id, shop_id, secret
  from webhook
 where id > $1
 order by id
 limit $2";

const DELETE: &str = "\
delete from webhook
 where id = $1 and shop_id = $2";

pub(crate) static LIST: Select = Select::new(
    Webhooks::table,
    "where webhook.shop_id = $1
 order by webhook.created_at, webhook.id",
)
.by("webhook_by_shop", &[Sample::Integer]);

pub(crate) static LIST_OF_GRANT: Select = Select::new(
    Webhooks::table,
    "where webhook.shop_id = $1 and webhook.grant_id = $2
 order by webhook.created_at, webhook.id",
)
.by("webhook_by_shop", &[Sample::Integer, Sample::Text]);

/// The secret of a webhook, as its row holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldSecret {
    /// The webhook.
    pub id: WebhookId,
    /// Whose it is.
    pub shop_id: ShopId,
    /// The secret.
    pub secret: Sealed,
}

/// Adds a webhook with its secret.
pub fn insert(tx: &mut Tx<'_>, webhook: &Webhook, secret: &Sealed) -> Result<(), StoreError> {
    Webhooks::insert(tx, (webhook, secret))
}

/// Sends what a webhook is told from now on to another address, also what is on its way.
/// [`StoreError::Conflict`] if the shop has no such webhook.
pub fn update_url(
    tx: &mut Tx<'_>,
    shop: ShopId,
    id: WebhookId,
    url: &str,
) -> Result<(), StoreError> {
    tx.write_one(UPDATE_URL, &[&id, &shop, &url])
}

/// Gives a webhook another secret, which signs from now on. [`StoreError::Conflict`] if the shop
/// has no such webhook.
pub fn update_secret(
    tx: &mut Tx<'_>,
    shop: ShopId,
    id: WebhookId,
    secret: &Sealed,
) -> Result<(), StoreError> {
    tx.write_one(UPDATE_SECRET, &[&id, &shop, &secret.as_text()])
}

/// Seals a secret anew, unless the webhook was removed or has another one meanwhile.
pub fn reseal(tx: &mut Tx<'_>, held: &HeldSecret, anew: &Sealed) -> Result<(), StoreError> {
    let (before, after) = (held.secret.as_text(), anew.as_text());
    tx.write(RESEAL, &[&held.id, &held.shop_id, &before, &after])
}

/// The secrets of the webhooks that follow `after` by their ids, at most `limit`.
pub fn secrets_any_shop(
    conn: &mut Conn<'_>,
    after: Option<WebhookId>,
    limit: u32,
) -> Result<Vec<HeldSecret>, StoreError> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    conn.query(SECRETS_ANY_SHOP, &[&after, &limit], |row| {
        let mut cells = Cells::new(row);
        Ok(HeldSecret {
            id: cells.parse()?,
            shop_id: cells.shop_id()?,
            secret: Sealed::new(cells.get()?),
        })
    })
}

/// Removes a webhook and drops what was on its way to it. [`StoreError::Conflict`] if the shop
/// has no such webhook.
pub fn delete(tx: &mut Tx<'_>, shop: ShopId, id: WebhookId) -> Result<(), StoreError> {
    tx.write_one(DELETE, &[&id, &shop])?;
    delivery::drop_all(tx, id)
}

/// The shop's webhook with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: WebhookId,
) -> Result<Option<Webhook>, StoreError> {
    Webhooks::find(conn, &[&id, &shop])
}

/// All webhooks of a shop, the oldest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<Webhook>, StoreError> {
    LIST.query(conn, &[&shop], Webhooks::read)
}

/// The webhooks that an application set up by a grant, the oldest first.
pub fn list_of_grant(
    conn: &mut Conn<'_>,
    shop: ShopId,
    grant: GrantId,
) -> Result<Vec<Webhook>, StoreError> {
    LIST_OF_GRANT.query(conn, &[&shop, &grant], Webhooks::read)
}

/// The shop's webhooks that want events of this kind.
pub fn of_event(
    conn: &mut Conn<'_>,
    shop: ShopId,
    kind: EventKind,
) -> Result<Vec<Webhook>, StoreError> {
    let mut webhooks = list(conn, shop)?;
    webhooks.retain(|webhook| webhook.events.contains(&kind));
    Ok(webhooks)
}

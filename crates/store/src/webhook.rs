//! Webhooks: where shops are notified.

use domain::webhook::Webhook;
use domain::{EventKind, ShopId, WebhookId};

use crate::columns::Cells;
use crate::conn::{Conn, Tx};
use crate::delivery;
use crate::error::StoreError;
use crate::row::Row;

const INSERT: &str = "\
insert into webhook (id, shop_id, url, events, secret, created_at)
values ($1, $2, $3, $4, $5, $6)";

const DELETE: &str = "\
delete from webhook
 where id = $1 and shop_id = $2";

const FIND: &str = "\
select id, shop_id, url, events, secret, created_at
  from webhook
 where id = $1 and shop_id = $2";

const LIST: &str = "\
select id, shop_id, url, events, secret, created_at
  from webhook
 where shop_id = $1
 order by created_at, id";

/// Adds a webhook.
pub fn insert(tx: &mut Tx<'_>, webhook: &Webhook) -> Result<(), StoreError> {
    let codes: Vec<&str> = webhook.events.iter().map(|kind| kind.code()).collect();
    tx.write(
        INSERT,
        &[
            &webhook.id,
            &webhook.shop_id,
            &webhook.url,
            &codes.join(" "),
            &webhook.secret,
            &webhook.created_at,
        ],
    )
}

/// Removes a webhook and gives up what was on its way to it. [`StoreError::Conflict`] if the shop
/// has no such webhook.
pub fn delete(tx: &mut Tx<'_>, shop: ShopId, id: WebhookId) -> Result<(), StoreError> {
    tx.write_one(DELETE, &[&id, &shop])?;
    delivery::give_up(tx, id)
}

/// The shop's webhook with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: WebhookId,
) -> Result<Option<Webhook>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// All webhooks of a shop, the oldest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<Webhook>, StoreError> {
    conn.query(LIST, &[&shop], read)
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

fn read(row: &Row<'_>) -> Result<Webhook, StoreError> {
    let mut cells = Cells::new(row);
    Ok(Webhook {
        id: cells.parse()?,
        shop_id: cells.shop_id()?,
        url: cells.get()?,
        events: cells.list(EventKind::from_code)?,
        secret: cells.get()?,
        created_at: cells.time()?,
    })
}

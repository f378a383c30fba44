//! Webhooks: where shops are notified.

use domain::webhook::{Holder, Webhook};
use domain::{EventKind, GrantId, ShopId, WebhookId};
use sql::{Param, Row, StoreError};

use crate::columns::{Cells, id_or_null, time_or_null};
use crate::database::{Conn, Tx};
use crate::delivery;
use crate::sealing::Sealed;

const INSERT: &str = "\
insert into webhook (id, shop_id, url, events, secret, strict_order, application_id,
       grant_id, shows_fees, ends_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

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

const FIND: &str = "\
select id, shop_id, url, events, strict_order, application_id, grant_id, shows_fees, ends_at,
       created_at
  from webhook
 where id = $1 and shop_id = $2";

const LIST: &str = "\
select id, shop_id, url, events, strict_order, application_id, grant_id, shows_fees, ends_at,
       created_at
  from webhook
 where shop_id = $1
 order by created_at, id";

const LIST_OF_GRANT: &str = "\
select id, shop_id, url, events, strict_order, application_id, grant_id, shows_fees, ends_at,
       created_at
  from webhook
 where shop_id = $1 and grant_id = $2
 order by created_at, id";

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
    let holder = webhook.holder.as_ref();
    let codes: Vec<&str> = webhook.events.iter().map(|kind| kind.code()).collect();
    tx.write(
        INSERT,
        &[
            &webhook.id,
            &webhook.shop_id,
            &webhook.url,
            &codes.join(" "),
            &secret.as_text(),
            &webhook.strict_order,
            &id_or_null(holder.map(|it| it.application_id)),
            &id_or_null(holder.map(|it| it.grant_id)),
            &holder.map_or(Param::Null, |it| Param::Bool(it.shows_fees)),
            &time_or_null(holder.map(|it| it.ends_at)),
            &webhook.created_at,
        ],
    )
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
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// All webhooks of a shop, the oldest first.
pub fn list(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<Webhook>, StoreError> {
    conn.query(LIST, &[&shop], read)
}

/// The webhooks that an application set up by a grant, the oldest first.
pub fn list_of_grant(
    conn: &mut Conn<'_>,
    shop: ShopId,
    grant: GrantId,
) -> Result<Vec<Webhook>, StoreError> {
    conn.query(LIST_OF_GRANT, &[&shop, &grant], read)
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
        strict_order: cells.get()?,
        holder: read_holder(&mut cells)?,
        created_at: cells.time()?,
    })
}

/// Four columns, all of them or none.
fn read_holder(cells: &mut Cells<'_>) -> Result<Option<Holder>, StoreError> {
    let application = cells.parse_or_null()?;
    let grant = cells.parse_or_null()?;
    let shows_fees = cells.get()?;
    let ends_at = cells.time_or_null()?;
    match (application, grant, shows_fees, ends_at) {
        (Some(application_id), Some(grant_id), Some(shows_fees), Some(ends_at)) => {
            Ok(Some(Holder {
                application_id,
                grant_id,
                shows_fees,
                ends_at,
            }))
        }
        (None, None, None, None) => Ok(None),
        _ => Err(cells.corrupt()),
    }
}

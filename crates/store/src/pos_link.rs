//! Plates that payers scan at a shop's till.

use domain::{PosLink, PosLinkId, Shop, ShopId};
use sql::{Param, Row, StoreError};

use crate::columns::{Cells, id_or_null, refs, text};
use crate::database::{Conn, Tx};

const INSERT: &str = "\
insert into pos_link (id, shop_id, gateway_id, link, active, payment_id, created_at, version)
values ($1, $2, $3, $4, $5, $6, $7, $8)";

const UPDATE: &str = "\
update pos_link
   set gateway_id = $4, active = $5, payment_id = $6, version = version + 1
 where id = $1 and shop_id = $2 and version = $3";

const FIND: &str = "\
select id, shop_id, gateway_id, link, active, payment_id, created_at, version
  from pos_link
 where id = $1 and shop_id = $2";

const LOCK_POSTGRES: &str = "\
select id, shop_id, gateway_id, link, active, payment_id, created_at, version
  from pos_link
 where id = $1 and shop_id = $2
   for update";

const FIND_BY_LINK_ANY_SHOP: &str = "\
select id, shop_id, gateway_id, link, active, payment_id, created_at, version
  from pos_link
 where link = $1";

/// Adds a plate.
pub fn insert(tx: &mut Tx<'_>, _shop: &Shop, link: &PosLink) -> Result<(), StoreError> {
    let params = [
        text(link.id.to_string()),
        Param::Integer(link.shop_id.as_i64()),
        Param::Integer(link.gateway_id.as_i64()),
        text(link.link.as_str()),
        Param::Bool(link.active),
        id_or_null(link.payment_id),
        Param::Integer(link.created_at.as_micros()),
        Param::Integer(link.version),
    ];
    tx.write(INSERT, &refs(&params))
}

/// Stores the next state of a plate, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, _shop: &Shop, link: &PosLink) -> Result<(), StoreError> {
    let params = [
        text(link.id.to_string()),
        Param::Integer(link.shop_id.as_i64()),
        Param::Integer(link.version),
        Param::Integer(link.gateway_id.as_i64()),
        Param::Bool(link.active),
        id_or_null(link.payment_id),
    ];
    tx.write_one(UPDATE, &refs(&params))
}

/// The shop's plate with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: PosLinkId,
) -> Result<Option<PosLink>, StoreError> {
    conn.query_opt(FIND, &[&id, &shop], read)
}

/// The shop's plate with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: PosLinkId) -> Result<Option<PosLink>, StoreError> {
    let statement = tx.pick(FIND, LOCK_POSTGRES);
    tx.query_opt(statement, &[&id, &shop], read)
}

/// The plate with this code, whosever it is.
pub fn find_by_link_any_shop(
    conn: &mut Conn<'_>,
    link: &str,
) -> Result<Option<PosLink>, StoreError> {
    conn.query_opt(FIND_BY_LINK_ANY_SHOP, &[&link], read)
}

fn read(row: &Row<'_>) -> Result<PosLink, StoreError> {
    let mut cells = Cells::new(row);
    Ok(PosLink {
        id: cells.parse()?,
        shop_id: cells.shop_id()?,
        gateway_id: cells.gateway_id()?,
        link: cells.get()?,
        active: cells.get()?,
        payment_id: cells.parse_or_null()?,
        created_at: cells.time()?,
        version: cells.get()?,
    })
}

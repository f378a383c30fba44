//! Plates that payers scan at a shop's till.

use domain::{PosLink, PosLinkId, Shop, ShopId};
use sql::StoreError;

use crate::database::{Conn, Tx};
use crate::table::{Rows, Sample, Select, table};

table! {
    pub(crate) PosLinks: PosLink = "pos_link";
    written of (link: PosLink);
    columns {
        key id = link.id => parse();
        key shop_id = link.shop_id => shop_id();
        fixed link = link.link.as_str() => get();
        fixed created_at = link.created_at => time();
        changing gateway_id = link.gateway_id => gateway_id();
        changing active = link.active => get();
        changing payment_id = link.payment_id => parse_or_null();
        version version = link.version => get();
    }
    read(cells) {
        PosLink { id, shop_id, gateway_id, link, active, payment_id, created_at, version }
    }
}

pub(crate) static FIND_BY_LINK_ANY_SHOP: Select =
    Select::new(PosLinks::table, "where pos_link.link = $1").by("pos_link_link", &[Sample::Text]);

/// Adds a plate.
pub fn insert(tx: &mut Tx<'_>, _shop: &Shop, link: &PosLink) -> Result<(), StoreError> {
    PosLinks::insert(tx, (link,))
}

/// Stores the next state of a plate, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, _shop: &Shop, link: &PosLink) -> Result<(), StoreError> {
    PosLinks::update(tx, (link,))
}

/// The shop's plate with this id.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    id: PosLinkId,
) -> Result<Option<PosLink>, StoreError> {
    PosLinks::find(conn, &[&id, &shop])
}

/// The shop's plate with this id, which nobody else changes until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shop: ShopId, id: PosLinkId) -> Result<Option<PosLink>, StoreError> {
    PosLinks::lock(tx, &[&id, &shop])
}

/// The plate with this code, whosever it is.
pub fn find_by_link_any_shop(
    conn: &mut Conn<'_>,
    link: &str,
) -> Result<Option<PosLink>, StoreError> {
    FIND_BY_LINK_ANY_SHOP.query_opt(conn, &[&link], PosLinks::read)
}

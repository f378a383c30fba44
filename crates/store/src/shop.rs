//! Shops.

use domain::deal::Life;
use domain::shop::Site;
use domain::{Duration, MethodKind, Shop, ShopId, ShopKind};
use sql::{Param, Row, StoreError};

use crate::columns::{Cells, integer_or_null, json_or_null, refs, text, text_or_null};
use crate::database::{Conn, Tx};
use crate::{book, delivery, fiscalization, message};

const INSERT: &str = "\
insert into shop (id, gateway_id, name, test, enabled, currency, methods, may_send_cards,
       may_save_methods, inn, deal_days, fiscalization, kind, cards_of, may_use_tokens,
       widget_retries, platform_id, widget_sites, clock_offset, created_at, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
       $21)";

const UPDATE: &str = "\
update shop
   set gateway_id = $3, name = $4, test = $5, enabled = $6, currency = $7, methods = $8,
       may_send_cards = $9, may_save_methods = $10, inn = $11, deal_days = $12,
       fiscalization = $13, kind = $14, cards_of = $15, may_use_tokens = $16,
       widget_retries = $17, platform_id = $18, widget_sites = $19,
       version = version + 1
 where id = $1 and version = $2";

const FIND: &str = "\
select id, gateway_id, name, test, enabled, currency, methods, may_send_cards, may_save_methods,
       clock_offset, inn, created_at, version, deal_days, fiscalization, kind,
       cards_of, may_use_tokens, widget_retries, platform_id, widget_sites
  from shop
 where id = $1";

const LIST_ANY_SHOP: &str = "\
select id, gateway_id, name, test, enabled, currency, methods, may_send_cards, may_save_methods,
       clock_offset, inn, created_at, version, deal_days, fiscalization, kind,
       cards_of, may_use_tokens, widget_retries, platform_id, widget_sites
  from shop
 order by id";

const AUTHENTICATE: &str = "\
select s.id, s.gateway_id, s.name, s.test, s.enabled, s.currency, s.methods, s.may_send_cards,
       s.may_save_methods, s.clock_offset, s.inn, s.created_at, s.version,
       s.deal_days, s.fiscalization, s.kind, s.cards_of, s.may_use_tokens, s.widget_retries,
       s.platform_id, s.widget_sites
  from shop s
  join secret_key k on k.shop_id = s.id
 where s.id = $1 and k.hash = $2 and k.revoked_at is null";

const NEXT_NUMBER: &str = "select coalesce(max(id), 100000) + 1 from shop";

const ADVANCE: &str = "\
update shop
   set clock_offset = clock_offset + $3, version = version + 1
 where id = $1 and version = $2";

const ADVANCE_PAYMENTS: &str = "\
update payment
   set due_at = due_at - $2
 where shop_id = $1 and due_at is not null";

const ADVANCE_METHODS: &str = "\
update payment_method
   set due_at = due_at - $2
 where shop_id = $1 and due_at is not null";

const ADVANCE_DEALS: &str = "\
update deal
   set due_at = due_at - $2
 where shop_id = $1 and due_at is not null";

const ADVANCE_INVOICES: &str = "\
update invoice
   set due_at = due_at - $2
 where shop_id = $1 and due_at is not null";

const ADVANCE_PERSONAL_DATA: &str = "\
update personal_data
   set due_at = due_at - $2
 where shop_id = $1 and due_at is not null";

const ADVANCE_OPERATIONS: &str = "\
update operation
   set due_at = due_at - $2
 where shop_id = $1 and due_at is not null";

/// Adds a shop with an empty book.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop) -> Result<(), StoreError> {
    let methods = methods(shop);
    let mut params = vec![Param::Integer(shop.id.as_i64())];
    params.extend(changing(shop, &methods)?);
    params.extend([
        Param::Integer(shop.clock_offset.as_micros()),
        Param::Integer(shop.created_at.as_micros()),
        Param::Integer(shop.version),
    ]);
    tx.execute(INSERT, &refs(&params))?;
    book::open(tx, shop.id)
}

/// Stores what changed of a shop, its clock excepted: see [`advance_clock`].
pub fn update(tx: &mut Tx<'_>, shop: &Shop) -> Result<(), StoreError> {
    let methods = methods(shop);
    let mut params = vec![
        Param::Integer(shop.id.as_i64()),
        Param::Integer(shop.version),
    ];
    params.extend(changing(shop, &methods)?);
    tx.write_one(UPDATE, &refs(&params))
}

fn methods(shop: &Shop) -> String {
    let codes: Vec<&str> = shop.methods.iter().map(|method| method.code()).collect();
    codes.join(" ")
}

fn changing<'a>(shop: &'a Shop, methods: &'a str) -> Result<[Param<'a>; 17], StoreError> {
    let (kind, cards_of) = match shop.kind {
        ShopKind::Shop => ("shop", None),
        ShopKind::Gateway { cards_of } => ("gateway", cards_of),
    };
    let sites: Vec<&str> = shop.widget_sites.iter().map(Site::as_str).collect();
    Ok([
        Param::Integer(shop.gateway_id.as_i64()),
        text(shop.name.as_str()),
        Param::Bool(shop.test),
        Param::Bool(shop.enabled),
        text(shop.currency.code()),
        text(methods),
        Param::Bool(shop.may_send_cards),
        Param::Bool(shop.may_save_methods),
        text_or_null(shop.inn.as_deref()),
        integer_or_null(shop.deal_life.map(Life::days)),
        json_or_null(fiscalization::write(shop.fiscalization.as_ref())?),
        text(kind),
        integer_or_null(cards_of.map(ShopId::as_i64)),
        Param::Bool(shop.may_use_tokens),
        Param::Bool(shop.widget_retries),
        integer_or_null(shop.platform_id.map(ShopId::as_i64)),
        text(sites.join(" ")),
    ])
}

/// The shop with this id.
pub fn find(conn: &mut Conn<'_>, id: ShopId) -> Result<Option<Shop>, StoreError> {
    conn.query_opt(FIND, &[&id], read)
}

/// All shops, by number.
pub fn list_any_shop(conn: &mut Conn<'_>) -> Result<Vec<Shop>, StoreError> {
    conn.query(LIST_ANY_SHOP, &[], read)
}

/// The shop with this id, if a key with this hash opens it. Whether it is enabled is the caller's
/// question.
pub fn authenticate(
    conn: &mut Conn<'_>,
    id: ShopId,
    key_hash: &[u8; 32],
) -> Result<Option<Shop>, StoreError> {
    conn.query_opt(AUTHENTICATE, &[&id, key_hash], read)
}

/// A number that no shop has. Two who ask at once get the same; the second insert is refused.
pub fn next_number_any_shop(conn: &mut Conn<'_>) -> Result<i64, StoreError> {
    conn.query_one(NEXT_NUMBER, &[], |row| row.get(0))
}

/// Moves a shop's clock ahead: everything of it that waits for a time becomes due that much
/// earlier.
pub fn advance_clock(tx: &mut Tx<'_>, shop: &Shop, by: Duration) -> Result<(), StoreError> {
    tx.write_one(ADVANCE, &[&shop.id, &shop.version, &by])?;
    for statement in [
        ADVANCE_PAYMENTS,
        ADVANCE_METHODS,
        ADVANCE_DEALS,
        ADVANCE_INVOICES,
        ADVANCE_OPERATIONS,
        ADVANCE_PERSONAL_DATA,
    ] {
        tx.write(statement, &[&shop.id, &by])?;
    }
    message::advance(tx, shop.id, by)?;
    delivery::advance(tx, shop.id, by)
}

fn read(row: &Row<'_>) -> Result<Shop, StoreError> {
    let mut cells = Cells::new(row);
    Ok(Shop {
        id: cells.shop_id()?,
        gateway_id: cells.gateway_id()?,
        name: cells.get()?,
        test: cells.get()?,
        enabled: cells.get()?,
        currency: cells.currency()?,
        methods: cells.list(MethodKind::from_code)?,
        may_send_cards: cells.get()?,
        may_save_methods: cells.get()?,
        clock_offset: Duration::micros(cells.get()?),
        inn: cells.get()?,
        created_at: cells.time()?,
        version: cells.get()?,
        deal_life: cells.life_or_null()?,
        fiscalization: cells.named_or_null(fiscalization::read)?,
        kind: read_kind(&mut cells)?,
        may_use_tokens: cells.get()?,
        widget_retries: cells.get()?,
        platform_id: cells.shop_id_or_null()?,
        widget_sites: cells.list(Site::parse)?,
    })
}

fn read_kind(cells: &mut Cells<'_>) -> Result<ShopKind, StoreError> {
    let code: &str = cells.get()?;
    let unknown = cells.corrupt();
    let cards_of = match cells.get::<Option<i64>>()? {
        None => None,
        Some(number) => Some(ShopId::new(number).ok_or_else(|| cells.corrupt())?),
    };
    match code {
        "shop" => Ok(ShopKind::Shop),
        "gateway" => Ok(ShopKind::Gateway { cards_of }),
        _ => Err(unknown),
    }
}

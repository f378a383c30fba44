//! Shops.

use domain::deal::Life;
use domain::shop::Site;
use domain::{Duration, MethodKind, Shop, ShopId, ShopKind};
use sql::StoreError;

use crate::columns::json_or_null;
use crate::database::{Conn, Tx};
use crate::deal::Deals;
use crate::invoice::Invoices;
use crate::operation::Operations;
use crate::payment::row::Payments;
use crate::payment_method::PaymentMethods;
use crate::personal_data::PersonalDataRows;
use crate::table::{Rows, Sample, Select, Table, table};
use crate::{book, delivery, fiscalization, message};

table! {
    pub(crate) Shops: Shop = "shop";
    written of (shop: Shop) with {
        let (kind, cards_of) = kind_columns(shop.kind);
    };
    columns {
        key id = shop.id => shop_id();
        fixed clock_offset = shop.clock_offset => get();
        fixed created_at = shop.created_at => time();
        changing gateway_id = shop.gateway_id => gateway_id();
        changing name = shop.name.as_str() => get();
        changing test = shop.test => get();
        changing enabled = shop.enabled => get();
        changing currency = shop.currency => currency();
        changing methods = methods(shop) => list(MethodKind::from_code);
        changing may_send_cards = shop.may_send_cards => get();
        changing may_save_methods = shop.may_save_methods => get();
        changing inn = shop.inn.as_deref() => get();
        changing deal_days = shop.deal_life.map(Life::days) => life_or_null();
        changing fiscalization = json_or_null(fiscalization::write(shop.fiscalization.as_ref())?)
            => named_or_null(fiscalization::read);
        changing kind = kind => get();
        changing cards_of = cards_of => shop_id_or_null();
        changing may_use_tokens = shop.may_use_tokens => get();
        changing widget_retries = shop.widget_retries => get();
        changing platform_id = shop.platform_id => shop_id_or_null();
        changing widget_sites = sites(shop) => list(Site::parse);
        changing connectors = choices(shop) => list(|rule| rule.parse().ok());
        version version = shop.version => get();
    }
    read(cells) {
        let kind = match kind {
            "shop" => ShopKind::Shop,
            "gateway" => ShopKind::Gateway { cards_of },
            _ => return Err(cells.corrupt_at("kind")),
        };
        Shop {
            id,
            gateway_id,
            name,
            test,
            enabled,
            currency,
            methods,
            may_send_cards,
            may_save_methods,
            clock_offset: Duration::micros(clock_offset),
            inn,
            created_at,
            version,
            deal_life: deal_days,
            fiscalization,
            kind,
            may_use_tokens,
            widget_retries,
            platform_id,
            widget_sites,
            choices: connectors,
        }
    }
}

pub(crate) static LIST_ANY_SHOP: Select = Select::new(Shops::table, "order by shop.id");

pub(crate) static AUTHENTICATE: Select = Select::new(
    Shops::table,
    "join secret_key on secret_key.shop_id = shop.id
 where shop.id = $1 and secret_key.hash = $2 and secret_key.revoked_at is null",
)
.by("secret_key_pk", &[Sample::Integer, Sample::Bytes]);

const NEXT_NUMBER: &str = "select coalesce(max(id), 100000) + 1 from shop";

const ADVANCE: &str = "\
update shop
   set clock_offset = clock_offset + $3, version = version + 1
 where id = $1 and version = $2";

/// Tables with rows that wait for a time, by which an index finds them.
pub(crate) const WAITING: [fn() -> &'static Table; 6] = [
    Payments::table,
    PaymentMethods::table,
    Deals::table,
    Invoices::table,
    Operations::table,
    PersonalDataRows::table,
];

/// Adds a shop with an empty book.
pub fn insert(tx: &mut Tx<'_>, shop: &Shop) -> Result<(), StoreError> {
    Shops::insert_now(tx, (shop,))?;
    book::open(tx, shop.id)
}

/// Stores what changed of a shop, its clock excepted: see [`advance_clock`].
pub fn update(tx: &mut Tx<'_>, shop: &Shop) -> Result<(), StoreError> {
    Shops::update(tx, (shop,))
}

fn methods(shop: &Shop) -> String {
    let codes: Vec<&str> = shop.methods.iter().map(|method| method.code()).collect();
    codes.join(" ")
}

fn sites(shop: &Shop) -> String {
    let sites: Vec<&str> = shop.widget_sites.iter().map(Site::as_str).collect();
    sites.join(" ")
}

fn choices(shop: &Shop) -> String {
    let rules: Vec<String> = shop.choices.iter().map(ToString::to_string).collect();
    rules.join(" ")
}

fn kind_columns(kind: ShopKind) -> (&'static str, Option<ShopId>) {
    match kind {
        ShopKind::Shop => ("shop", None),
        ShopKind::Gateway { cards_of } => ("gateway", cards_of),
    }
}

/// The shop with this id.
pub fn find(conn: &mut Conn<'_>, id: ShopId) -> Result<Option<Shop>, StoreError> {
    Shops::find(conn, &[&id])
}

/// All shops, by number.
pub fn list_any_shop(conn: &mut Conn<'_>) -> Result<Vec<Shop>, StoreError> {
    LIST_ANY_SHOP.query(conn, &[], Shops::read)
}

/// The shop with this id, if a key with this hash opens it. Whether it is enabled is the caller's
/// question.
pub fn authenticate(
    conn: &mut Conn<'_>,
    id: ShopId,
    key_hash: &[u8; 32],
) -> Result<Option<Shop>, StoreError> {
    AUTHENTICATE.query_opt(conn, &[&id, key_hash], Shops::read)
}

/// A number that no shop has. Two who ask at once get the same; the second insert is refused.
pub fn next_number_any_shop(conn: &mut Conn<'_>) -> Result<i64, StoreError> {
    conn.query_one(NEXT_NUMBER, &[], |row| row.get(0))
}

/// Moves a shop's clock ahead: everything of it that waits for a time becomes due that much
/// earlier.
pub fn advance_clock(tx: &mut Tx<'_>, shop: &Shop, by: Duration) -> Result<(), StoreError> {
    tx.write_one(ADVANCE, &[&shop.id, &shop.version, &by])?;
    for table in WAITING {
        tx.write(table().advance(), &[&shop.id, &by])?;
    }
    message::advance(tx, shop.id, by)?;
    delivery::advance(tx, shop.id, by)
}

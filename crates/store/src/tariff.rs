//! Tariffs: the lines of shops' price lists.

use domain::{MethodKind, ShopId, Tariff};
use sql::StoreError;

use crate::database::{Conn, Tx};
use crate::table::{Rows, Sample, Select, table};

/// What stands in the column of a line that is for all methods.
const ANY_METHOD: &str = "any";

table! {
    pub(crate) Tariffs: Tariff = "tariff";
    written of (tariff: Tariff);
    columns {
        key shop_id = tariff.shop_id => shop_id();
        key method = tariff.method.map_or(ANY_METHOD, MethodKind::code) => get();
        key currency = tariff.fixed.currency() => currency();
        fixed rate_ppm = tariff.rate.ppm() => rate();
        fixed minimum_minor = tariff.minimum => money(currency);
        fixed fixed_minor = tariff.fixed => money(currency);
        fixed vat_ppm = tariff.vat.ppm() => rate();
        key starts_at = tariff.starts_at => time();
    }
    read(cells) {
        let method = match method {
            ANY_METHOD => None,
            code => {
                Some(MethodKind::from_code(code).ok_or_else(|| cells.corrupt_at("method"))?)
            }
        };
        Tariff {
            shop_id,
            method,
            rate: rate_ppm,
            minimum: minimum_minor,
            fixed: fixed_minor,
            vat: vat_ppm,
            starts_at,
        }
    }
}

pub(crate) static LIST: Select = Select::new(
    Tariffs::table,
    "where tariff.shop_id = $1
 order by tariff.currency, tariff.method, tariff.starts_at",
)
.by("tariff_pk", &[Sample::Integer]);

/// Adds a line. Its least and fixed sums are in one currency.
pub fn insert(tx: &mut Tx<'_>, tariff: &Tariff) -> Result<(), StoreError> {
    let currency = tariff.fixed.currency();
    if tariff.minimum.currency() != currency {
        return Err(StoreError::Violated {
            constraint: "tariff_currency".to_owned(),
        });
    }
    Tariffs::insert_now(tx, (tariff,))
}

/// All lines of a shop's price list.
pub fn list(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<Tariff>, StoreError> {
    LIST.query(conn, &[&shop], Tariffs::read)
}

//! Tariffs: the lines of shops' price lists.

use domain::{MethodKind, Rate, ShopId, Tariff};
use sql::StoreError;

use crate::columns::Cells;
use crate::database::{Conn, Tx};

/// What stands in the column of a line that is for all methods.
const ANY_METHOD: &str = "any";

const INSERT: &str = "\
insert into tariff (shop_id, method, currency, rate_ppm, minimum_minor, fixed_minor, vat_ppm,
       starts_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)";

const LIST: &str = "\
select method, shop_id, currency, rate_ppm, minimum_minor, fixed_minor, vat_ppm, starts_at
  from tariff
 where shop_id = $1
 order by currency, method, starts_at";

/// Adds a line. Its least and fixed sums are in one currency.
pub fn insert(tx: &mut Tx<'_>, tariff: &Tariff) -> Result<(), StoreError> {
    let currency = tariff.fixed.currency();
    if tariff.minimum.currency() != currency {
        return Err(StoreError::Violated {
            constraint: "tariff_currency".to_owned(),
        });
    }
    tx.execute(
        INSERT,
        &[
            &tariff.shop_id,
            &tariff.method.map_or(ANY_METHOD, MethodKind::code),
            &currency.code(),
            &tariff.rate.ppm(),
            &tariff.minimum.minor(),
            &tariff.fixed.minor(),
            &tariff.vat.ppm(),
            &tariff.starts_at,
        ],
    )
    .map(|_| ())
}

/// All lines of a shop's price list.
pub fn list(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<Tariff>, StoreError> {
    conn.query(LIST, &[&shop], |row| {
        let mut cells = Cells::new(row);
        let method = match cells.get()? {
            ANY_METHOD => None,
            code => Some(MethodKind::from_code(code).ok_or_else(|| cells.corrupt())?),
        };
        let shop_id = cells.shop_id()?;
        let currency = cells.currency()?;
        Ok(Tariff {
            shop_id,
            method,
            rate: Rate::from_ppm(cells.get()?).ok_or_else(|| cells.corrupt())?,
            minimum: cells.money(currency)?,
            fixed: cells.money(currency)?,
            vat: Rate::from_ppm(cells.get()?).ok_or_else(|| cells.corrupt())?,
            starts_at: cells.time()?,
        })
    })
}

//! What a receiver got from a gateway in a day or a month. Who counts names the version that was
//! read, so that two who pay at once cannot both count from the same sum.

use domain::ShopId;
use domain::payout::limit::{Standing, Usage, UsageChange};
use sql::StoreError;

use crate::columns::Cells;
use crate::database::{Conn, Tx};

/// A period as it was read: how often it was changed, and what it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Period {
    version: i64,
    usage: Usage,
}

const FIND: &str = "\
select version, count, amount_minor
  from payout_usage
 where shop_id = $1 and payee = $2 and period = $3";

const INSERT: &str = "\
insert into payout_usage (shop_id, payee, period, count, amount_minor, version)
values ($1, $2, $3, $4, $5, 1)
on conflict (shop_id, payee, period) do nothing";

const UPDATE: &str = "\
update payout_usage
   set count = count + $4, amount_minor = amount_minor + $5, version = version + 1
 where shop_id = $1 and payee = $2 and period = $3 and version = $6";

/// What a receiver got in these periods, the day and the month.
pub fn standing(
    conn: &mut Conn<'_>,
    shop: ShopId,
    payee: &str,
    periods: &[String; 2],
) -> Result<Standing, StoreError> {
    let [day, month] = periods;
    Ok(Standing {
        day: find(conn, shop, payee, day)?.usage,
        month: find(conn, shop, payee, month)?.usage,
    })
}

/// Counts a payout, or counts it no more. [`StoreError::Conflict`] if someone else counted at the
/// same time: run again, the unit reads what the other has left.
pub fn change(tx: &mut Tx<'_>, shop: ShopId, change: &UsageChange) -> Result<(), StoreError> {
    let (payee, count, minor) = (&change.payee, change.count, change.amount.minor());
    for period in &change.periods {
        let known = find(tx, shop, payee, period)?;
        if known.version == 0 {
            tx.write_one(INSERT, &[&shop, payee, period, &count, &minor])?;
        } else {
            let version = known.version;
            tx.write_one(UPDATE, &[&shop, payee, period, &count, &minor, &version])?;
        }
    }
    Ok(())
}

fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    payee: &str,
    period: &str,
) -> Result<Period, StoreError> {
    let found = conn.query_opt(FIND, &[&shop, &payee, &period], |row| {
        let mut cells = Cells::new(row);
        Ok(Period {
            version: cells.get()?,
            usage: Usage {
                count: cells.get()?,
                minor: cells.get()?,
            },
        })
    })?;
    Ok(found.unwrap_or_default())
}

//! What stands as carried out by the outside.

use domain::{ConnectorName, Money, OperationId, OperationKind, ShopId, Timestamp};
use sql::{StoreError, ToParam};

use crate::columns::Cells;
use crate::database::{Altyn, Conn};

const CARRIED_OUT: &str = "\
select id, shop_id, kind, currency, amount_minor
  from operation
 where id > $1 and created_at >= $2 and state = 'approved'
   and ($3 = 0 and kind in ('authorize', 'capture', 'void', 'refund')
        or $3 = 1 and kind = 'pay_out')
   and connector = $5
 order by id
 limit $4";

/// What was asked of the outside and approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approved {
    /// The call.
    pub id: OperationId,
    /// Whose it is.
    pub shop_id: ShopId,
    /// What it asks.
    pub kind: OperationKind,
    /// How much it is about.
    pub amount: Money,
}

/// Operations of payments, or with `payouts` of payouts, that this connector's bank approved,
/// written down since then; those that follow `after`, at most `limit`.
pub fn carried_out(
    conn: &mut Conn<'_>,
    (connector, payouts): (ConnectorName, bool),
    (since, after): (Timestamp, Option<OperationId>),
    limit: u32,
) -> Result<Vec<Approved>, StoreError> {
    let after = after.map_or_else(String::new, |after| after.to_string());
    let params: [&dyn ToParam<Altyn>; 5] =
        [&after, &since, &i64::from(payouts), &limit, &connector];
    conn.query(CARRIED_OUT, &params, |row| {
        let mut cells = Cells::new(row);
        let (id, shop_id) = (cells.parse()?, cells.shop_id()?);
        let kind = cells.named(OperationKind::from_code)?;
        let currency = cells.currency()?;
        let amount = cells.money(currency)?;
        Ok(Approved {
            id,
            shop_id,
            kind,
            amount,
        })
    })
}

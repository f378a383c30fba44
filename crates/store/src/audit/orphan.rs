//! Rows that belong to something which is not there.

use domain::ShopId;
use sql::StoreError;

use crate::columns::Cells;
use crate::database::Conn;

/// A row that belongs to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Whose it says to be.
    pub shop_id: ShopId,
    /// Its id.
    pub id: String,
}

/// Jumps from owner to owner, which costs one look into each index for each.
const OWNERS: &str = "\
with recursive owner (shop_id) as (
  select cast(0 as bigint)
  union all
  select (select min(n.shop_id)
            from (select min(shop_id) as shop_id from book where shop_id > owner.shop_id
                  union all
                  select min(shop_id) from account where shop_id > owner.shop_id
                  union all
                  select min(shop_id) from transfer where shop_id > owner.shop_id
                  union all
                  select min(shop_id) from payment where shop_id > owner.shop_id
                  union all
                  select min(shop_id) from refund where shop_id > owner.shop_id
                  union all
                  select min(shop_id) from payout where shop_id > owner.shop_id
                  union all
                  select min(shop_id) from deal where shop_id > owner.shop_id
                  union all
                  select min(shop_id) from invoice where shop_id > owner.shop_id
                  union all
                  select min(shop_id) from receipt where shop_id > owner.shop_id
                  union all
                  select min(shop_id) from event where shop_id > owner.shop_id
                  union all
                  select min(shop_id) from webhook where shop_id > owner.shop_id
                  union all
                  select min(shop_id) from secret_key where shop_id > owner.shop_id
                  union all
                  select min(shop_id) from tariff where shop_id > owner.shop_id) n)
    from owner
   where owner.shop_id is not null
)
select o.shop_id
  from owner o
 where o.shop_id > 0
   and not exists (select 1
                     from shop s
                    where s.id = o.shop_id)
 order by o.shop_id";

const OPERATIONS: &str = "\
select o.shop_id, o.id
  from operation o
 where not exists (select 1 from payment p where p.id = o.object_id)
   and not exists (select 1 from refund r where r.id = o.object_id)
   and not exists (select 1 from payout p where p.id = o.object_id)
   and not exists (select 1 from receipt r where r.id = o.object_id)
   and not exists (select 1 from payment_method m where m.id = o.object_id)";

const EVENTS: &str = "\
select v.shop_id, v.id
  from event v
 where not exists (select 1 from payment p where p.id = v.object_id)
   and not exists (select 1 from refund r where r.id = v.object_id)
   and not exists (select 1 from payout p where p.id = v.object_id)
   and not exists (select 1 from payment_method m where m.id = v.object_id)
   and not exists (select 1 from deal d where d.id = v.object_id)";

const DELIVERIES: &str = "\
select d.shop_id, d.id
  from delivery d
 where not exists (select 1
                     from event v
                    where v.id = d.event_id and v.shop_id = d.shop_id
                      and v.object_id = d.object_id)";

/// Numbers of shops that rows belong to and that have no row.
pub fn owners_without_shop(conn: &mut Conn<'_>) -> Result<Vec<ShopId>, StoreError> {
    conn.query(OWNERS, &[], |row| Cells::new(row).shop_id())
}

/// Calls, events and deliveries that belong to nothing, each with what it is.
pub fn orphans_any_shop(conn: &mut Conn<'_>) -> Result<Vec<(&'static str, Orphan)>, StoreError> {
    let mut orphans = Vec::new();
    for (what, sql) in [
        ("operation", OPERATIONS),
        ("event", EVENTS),
        ("delivery", DELIVERIES),
    ] {
        let found = conn.query(sql, &[], |row| {
            let mut cells = Cells::new(row);
            let shop_id = cells.shop_id()?;
            let id = cells.get()?;
            Ok(Orphan { shop_id, id })
        })?;
        orphans.extend(found.into_iter().map(|orphan| (what, orphan)));
    }
    Ok(orphans)
}

//! The journal of actions. No statement changes or removes a line.

use domain::{Action, Right, Role, ShopId};
use sql::{Param, Row, StoreError};

use crate::columns::{Cells, refs, text};
use crate::database::{Conn, Tx};

const INSERT: &str = "\
insert into action (id, done_at, role, who, way, right_code, shop_id, object)
values ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Of one shop or of all and the platform, the newest first.
const LIST: &str = "\
select id, done_at, role, who, way, right_code, shop_id, object
  from action
 where cast($1 as bigint) is null or shop_id = $1
 order by done_at desc, id desc
 limit $2";

/// Adds a line.
pub fn insert(tx: &mut Tx<'_>, action: &Action) -> Result<(), StoreError> {
    let object = action.object.as_deref();
    let params = [
        text(action.id.to_string()),
        Param::Integer(action.done_at.as_micros()),
        text(action.role.code()),
        text(action.who.as_str()),
        text(action.way.as_str()),
        text(action.right.code()),
        action
            .shop_id
            .map_or(Param::Null, |shop| Param::Integer(shop.as_i64())),
        object.map_or(Param::Null, text),
    ];
    tx.write(INSERT, &refs(&params))
}

/// The newest lines, of one shop or of everything.
pub fn list(
    conn: &mut Conn<'_>,
    shop: Option<ShopId>,
    limit: u32,
) -> Result<Vec<Action>, StoreError> {
    let shop = shop.map(ShopId::as_i64);
    conn.query(LIST, &[&shop, &limit], read)
}

fn read(row: &Row<'_>) -> Result<Action, StoreError> {
    let mut cells = Cells::new(row);
    Ok(Action {
        id: cells.parse()?,
        done_at: cells.time()?,
        role: cells.named(Role::from_code)?,
        who: cells.get()?,
        way: cells.get()?,
        right: cells.named(Right::from_code)?,
        shop_id: cells.shop_id_or_null()?,
        object: cells.get()?,
    })
}

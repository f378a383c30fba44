//! The journal of actions. No statement changes or removes a line.

use domain::{Action, Right, Role, ShopId};
use sql::StoreError;

use crate::database::{Conn, Tx};
use crate::table::{Rows, Sample, Select, table};

table! {
    pub(crate) Actions: Action = "action";
    written of (action: Action);
    columns {
        key id = action.id => parse();
        fixed done_at = action.done_at => time();
        fixed role = action.role.code() => named(Role::from_code);
        fixed who = action.who.as_str() => get();
        fixed way = action.way.as_str() => get();
        fixed right_code = action.right.code() => named(Right::from_code);
        fixed shop_id = action.shop_id => shop_id_or_null();
        fixed object = action.object.as_deref() => get();
    }
    read(cells) { Action { id, done_at, role, who, way, right: right_code, shop_id, object } }
}

/// Of one shop or of all and the platform, the newest first.
pub(crate) static LIST: Select = Select::new(
    Actions::table,
    "where cast($1 as bigint) is null or action.shop_id = $1
 order by action.done_at desc, action.id desc
 limit $2",
)
.by("action_by_time", &[Sample::Integer, Sample::Integer]);

/// Adds a line.
pub fn insert(tx: &mut Tx<'_>, action: &Action) -> Result<(), StoreError> {
    Actions::insert(tx, (action,))
}

/// The newest lines, of one shop or of everything.
pub fn list(
    conn: &mut Conn<'_>,
    shop: Option<ShopId>,
    limit: u32,
) -> Result<Vec<Action>, StoreError> {
    let shop = shop.map(ShopId::as_i64);
    LIST.query(conn, &[&shop, &limit], Actions::read)
}

//! What the sandbox bank remembers, one record for each operation. What a record says is the
//! sandbox's matter.

use domain::{ConnectorName, OperationId, ShopId, Timestamp};
use sql::StoreError;

use crate::columns::{Cells, text};
use crate::database::{Conn, Tx};

const FIND: &str = "\
select body
  from sandbox_record
 where operation_id = $1 and connector = $2";

/// Who comes second changes no row.
const INSERT: &str = "\
insert into sandbox_record (operation_id, shop_id, body, changed_at, connector)
values ($1, $2, $3, $4, $5)
on conflict (operation_id) do nothing";

const UPDATE: &str = "\
update sandbox_record
   set body = $3, changed_at = $4
 where operation_id = $1 and body = $2 and connector = $5";

const LIST: &str = "\
select operation_id, body
  from sandbox_record
 where operation_id > $1 and connector = $3
 order by operation_id
 limit $2";

const PURGE: &str = "\
delete from sandbox_record
 where operation_id in (select operation_id
                          from sandbox_record
                         where changed_at < $1
                         order by changed_at
                         limit $2)";

/// What the sandbox behind this connector remembers of an operation.
pub fn find(
    conn: &mut Conn<'_>,
    connector: ConnectorName,
    operation: OperationId,
) -> Result<Option<String>, StoreError> {
    conn.query_opt(FIND, &[&operation, &connector], |row| row.get(0))
}

/// Adds the record of an operation, unless there is one: [`StoreError::Conflict`].
pub fn insert(
    tx: &mut Tx<'_>,
    (connector, shop): (ConnectorName, ShopId),
    (operation, body): (OperationId, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.write_one(INSERT, &[&operation, &shop, &text(body), &now, &connector])
}

/// Adds the record of an operation, or leaves the one that is there.
pub fn take_over(
    tx: &mut Tx<'_>,
    (connector, shop): (ConnectorName, ShopId),
    (operation, body): (OperationId, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.write(INSERT, &[&operation, &shop, &text(body), &now, &connector])
}

/// Changes a record that is as it was found, else [`StoreError::Conflict`].
pub fn update(
    tx: &mut Tx<'_>,
    (connector, operation): (ConnectorName, OperationId),
    (before, after): (&str, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let (before, after) = (text(before), text(after));
    tx.write_one(UPDATE, &[&operation, &before, &after, &now, &connector])
}

/// The records of the sandbox behind this connector that follow `after`, by their
/// operations, at most `limit`.
pub fn list(
    conn: &mut Conn<'_>,
    connector: ConnectorName,
    after: Option<OperationId>,
    limit: u32,
) -> Result<Vec<(OperationId, String)>, StoreError> {
    let after = after.map_or_else(String::new, |after| after.to_string());
    conn.query(LIST, &[&after, &limit, &connector], |row| {
        let mut cells = Cells::new(row);
        Ok((cells.parse()?, cells.get()?))
    })
}

/// Deletes records that were not changed since `before`. How many.
pub fn purge_any_shop(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(PURGE, &[&before, &limit])
}

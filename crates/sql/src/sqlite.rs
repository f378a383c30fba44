//! The embedded engine: one writer thread with group commit, reader threads beside it, and a
//! thread that checkpoints the write-ahead log.

mod checkpoint;
mod constraint;
mod reader;
mod session;
mod writer;

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};

pub(crate) use checkpoint::Checkpointer;
pub(crate) use reader::Reader;
pub(crate) use session::{Session, failure};
pub(crate) use writer::Writer;

use crate::error::StoreError;
use crate::row::Value;

/// How often a connection looks whether another process (an operator's command beside the server)
/// has finished its write. SQLite's own handler sleeps up to 100 ms and then rarely meets the short
/// gap between two commits of a busy writer.
const BUSY_PAUSE: Duration = Duration::from_micros(500);

/// How often it looks before it gives up: after about ten seconds.
const BUSY_LOOKS_MAX: i32 = 20_000;

/// Prepared statements kept per connection; above the number of statements that the code has.
const STATEMENTS_MAX: usize = 1024;

/// A plan does not depend on the values that are bound. Otherwise a statement that a partial index
/// may serve is planned anew whenever other values are bound, which is always.
const STABLE_PLANS: DbConfig = DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;

/// Opens the file for writing, creating it if it is not there.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(|error| failure("open the database file", error))?;
    prepare_connection(
        &mut connection,
        "pragma synchronous = full;
         pragma wal_autocheckpoint = 0;
         pragma journal_size_limit = 268435456;
         pragma foreign_keys = on;
         pragma temp_store = memory;
         pragma secure_delete = fast;
         pragma cache_size = -65536;",
    )?;
    log_ahead(&connection)?;
    Ok(connection)
}

/// Switches the file to a write-ahead log, which it stays in. Of several processes that open a new
/// file at once, SQLite refuses some without asking the busy handler, since both could wait for
/// each other; they look again.
fn log_ahead(connection: &Connection) -> Result<(), StoreError> {
    const WRITE_AHEAD: &str = "pragma journal_mode = wal";
    let mut looks = 0;
    while let Err(error) = connection.execute_batch(WRITE_AHEAD) {
        let busy = error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
        if !(busy && wait_while_busy(looks)) {
            return Err(failure(WRITE_AHEAD, error));
        }
        looks += 1;
    }
    Ok(())
}

/// Opens the file to read only. It must be there.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(|error| failure("open the database file to read", error))?;
    prepare_connection(
        &mut connection,
        "pragma query_only = on;
         pragma temp_store = memory;
         pragma cache_size = -16384;
         pragma mmap_size = 268435456;",
    )?;
    Ok(connection)
}

fn prepare_connection(connection: &mut Connection, pragmas: &str) -> Result<(), StoreError> {
    connection
        .busy_handler(Some(wait_while_busy))
        .and_then(|()| connection.execute_batch(pragmas))
        .and_then(|()| connection.pragma_update(None, "case_sensitive_like", true))
        .and_then(|()| connection.set_db_config(STABLE_PLANS, true).map(|_| ()))
        .map_err(|error| failure("set up the connection", error))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "SQLite asks its caller's thread to wait"
)]
fn wait_while_busy(looks: i32) -> bool {
    std::thread::sleep(BUSY_PAUSE);
    looks < BUSY_LOOKS_MAX
}

/// The content of a column, or nothing if there is no such column or it is of no shared kind.
pub(crate) fn value<'r>(row: &'r rusqlite::Row<'r>, index: usize) -> Option<Value<'r>> {
    match row.get_ref(index).ok()? {
        ValueRef::Null => Some(Value::Null),
        ValueRef::Integer(number) => Some(Value::Integer(number)),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().map(Value::Text),
        ValueRef::Blob(bytes) => Some(Value::Bytes(bytes)),
        ValueRef::Real(_) => None,
    }
}

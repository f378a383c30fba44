//! The embedded engine: one writer thread with group commit, reader threads beside it, and a
//! thread that checkpoints the write-ahead log.

mod checkpoint;
mod constraint;
mod reader;
mod session;
mod writer;

use std::path::Path;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

pub(crate) use checkpoint::Checkpointer;
pub(crate) use reader::Reader;
pub(crate) use session::{Session, failure};
pub(crate) use writer::Writer;

use crate::error::StoreError;
use crate::row::Value;

/// How long a connection waits for another process (an operator's command) to finish its write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Prepared statements kept per connection; above the number of statements that the code has.
const STATEMENTS_MAX: usize = 1024;

/// Opens the file for writing, creating it if it is not there.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(|error| failure("open the database file", error))?;
    prepare_connection(
        &connection,
        "pragma journal_mode = wal;
         pragma synchronous = full;
         pragma wal_autocheckpoint = 0;
         pragma foreign_keys = on;
         pragma temp_store = memory;
         pragma cache_size = -65536;",
    )?;
    Ok(connection)
}

/// Opens the file to read only. It must be there.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(|error| failure("open the database file to read", error))?;
    prepare_connection(
        &connection,
        "pragma query_only = on;
         pragma temp_store = memory;
         pragma cache_size = -16384;
         pragma mmap_size = 268435456;",
    )?;
    Ok(connection)
}

fn prepare_connection(connection: &Connection, pragmas: &str) -> Result<(), StoreError> {
    connection
        .busy_timeout(BUSY_TIMEOUT)
        .and_then(|()| connection.execute_batch(pragmas))
        .and_then(|()| connection.pragma_update(None, "case_sensitive_like", true))
        .map_err(|error| failure("set up the connection", error))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(())
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

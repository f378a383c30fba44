//! A copy of an SQLite database that nobody else uses.

use std::marker::PhantomData;
use std::path::Path;

use rusqlite::types::Value;

use super::{Cells, Overview};
use crate::conn::{Conn, Link};
use crate::engine::{Engine, Older};
use crate::error::StoreError;
use crate::migrate::{self, Schema};
use crate::sqlite::{Session, failure, open_reader, open_writer};

const TABLES_SQLITE: &str = "\
select name
  from sqlite_master
 where type = 'table' and name not like 'sqlite_%'
 order by name";

/// A copy of a database with the schema `S`, open.
pub struct Copy<S> {
    session: Session,
    schema: PhantomData<fn() -> S>,
}

impl<S: Schema> Copy<S> {
    /// Opens a copy to look at it; not a byte of it changes.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            session: Session::new(open_reader(path)?),
            schema: PhantomData,
        })
    }

    /// Opens a copy and brings its schema up to date.
    pub fn migrated(path: &Path) -> Result<Self, StoreError> {
        let mut connection = open_writer(path)?;
        migrate::sqlite(&mut connection, S::MIGRATIONS, Older::Upgraded)?;
        Ok(Self {
            session: Session::new(connection),
            schema: PhantomData,
        })
    }

    /// To read it through.
    pub fn conn(&mut self) -> Conn<'_, S> {
        Conn::new(Link::Sqlite(&mut self.session))
    }

    /// Closes it, with everything in the one file.
    pub fn close(self) -> Result<(), StoreError> {
        self.session
            .connection
            .close()
            .map_err(|(_, error)| failure("close a copy", error))
    }
}

impl<S> Overview for Copy<S> {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        let rows = self.texts(TABLES_SQLITE)?;
        Ok(rows.into_iter().flatten().flatten().collect())
    }

    fn texts(&mut self, sql: &str) -> Result<Vec<Cells>, StoreError> {
        let prepared = self.session.connection.prepare(sql);
        let rows: Result<Vec<Cells>, _> = prepared.and_then(|mut statement| {
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| {
                let cells = (0..columns).map(|column| {
                    let cell: Value = row.get(column)?;
                    Ok(match cell {
                        Value::Integer(number) => Some(number.to_string()),
                        Value::Text(text) => Some(text),
                        Value::Null | Value::Real(_) | Value::Blob(_) => None,
                    })
                });
                cells.collect()
            })?;
            rows.collect()
        });
        rows.map_err(|error| failure("count what is in a copy", error))
    }
}

/// Brings everything that a database's log holds into its file, and leaves no log.
pub fn settle(path: &Path) -> Result<(), StoreError> {
    let connection = open_writer(path)?;
    connection
        .pragma_update(None, "journal_mode", "delete")
        .map_err(|error| failure("bring the log into the file", error))?;
    connection
        .close()
        .map_err(|(_, error)| failure("close the database", error))
}

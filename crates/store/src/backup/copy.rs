//! A copy of an SQLite database that nobody else uses.

use std::path::Path;

use super::Contents;
use crate::conn::{Conn, Link};
use crate::engine::Older;
use crate::error::StoreError;
use crate::migrate::{self, MIGRATIONS};
use crate::sqlite::{Session, failure, open_reader, open_writer};

/// A copy, open.
pub struct Copy {
    session: Session,
}

impl Copy {
    /// Opens a copy to look at it; not a byte of it changes.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            session: Session::new(open_reader(path)?),
        })
    }

    /// Opens a copy and brings its schema up to date.
    pub fn migrated(path: &Path) -> Result<Self, StoreError> {
        let mut connection = open_writer(path)?;
        migrate::sqlite(&mut connection, MIGRATIONS, Older::Upgraded)?;
        Ok(Self {
            session: Session::new(connection),
        })
    }

    /// What it holds.
    pub fn contents(&self) -> Result<Contents, StoreError> {
        Contents::of_sqlite(&self.session.connection)
    }

    /// To read it through.
    pub fn conn(&mut self) -> Conn<'_> {
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

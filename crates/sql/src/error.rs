//! What can go wrong in storage, in the words of its callers.
//!
//! Each variant says what is known about the unit of work: whether it was done, may be repeated, or
//! cannot be told. The engine's own error is kept as the source, for the operator.

use std::error::Error;
use std::sync::Arc;

/// Why a unit of work, a read or the opening of a store did not succeed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// A row with the same key is there already. Nothing was done.
    #[error("a row already exists under the unique constraint {constraint}")]
    Duplicate {
        /// The constraint's or unique index's name.
        constraint: String,
    },
    /// A check, reference or not-null rule of the schema was broken. Nothing was done.
    #[error("the schema's constraint {constraint} forbids this")]
    Violated {
        /// The constraint's name; empty where the engine does not tell it.
        constraint: String,
    },
    /// Someone else changed the row first, also after the engine's own replays. Nothing was done.
    #[error("the row was changed by someone else")]
    Conflict,
    /// The engine gave way to another transaction, also after replays. Nothing was done.
    #[error("other transactions held the rows for too long")]
    Retry,
    /// The queue is full. Nothing was done.
    #[error("too many units of work are waiting")]
    Busy,
    /// A stored row makes no sense.
    #[error("corrupt row in {table}, column {column}, id {id}")]
    Corrupt {
        /// Its table, as far as known.
        table: String,
        /// The column that could not be understood.
        column: String,
        /// The row's id, as far as known.
        id: String,
    },
    /// The store is closed, cannot reach its database, or has not been proved sound since its last
    /// failure. Nothing was done.
    #[error("the store is not available: {reason}")]
    Unavailable {
        /// What the operator should know.
        reason: &'static str,
    },
    /// The connection or the disk failed while the commit was under way: it may have been done.
    #[error("the commit was not confirmed, so its outcome is unknown")]
    OutcomeUnknown,
    /// The read took longer than it may.
    #[error("the read took longer than it may")]
    TimedOut,
    /// Whoever asked for the read has gone, so nobody hears this but the read itself.
    #[error("nobody waits for the read any more")]
    Abandoned,
    /// The unit of work panicked. Nothing was done.
    #[error("the unit of work panicked")]
    Panicked,
    /// The database's schema and this program do not fit together.
    #[error("migration {number}: {reason}")]
    Migration {
        /// The migration's number, or 0 where none is meant.
        number: i64,
        /// What is wrong with it.
        reason: String,
    },
    /// The database is of an older program, and was not to be changed.
    #[error(
        "it is of an older program: `altyn migrate` or a start of the server brings it up to date, \
         after a backup by the program that made it"
    )]
    Outdated,
    /// Nobody has made the tables yet, and they were not to be made.
    #[error("Altyn has no tables there yet: `altyn serve` or `altyn migrate` makes them")]
    Unmade,
    /// The engine refused for a reason that no caller can act on. Nothing was done.
    #[error("the database failed at: {statement}")]
    Engine {
        /// The statement, or what the engine was doing.
        statement: &'static str,
        /// The engine's own error.
        #[source]
        source: Arc<dyn Error + Send + Sync>,
    },
}

impl StoreError {
    /// A row that was read but makes no sense to the code that reads it.
    pub fn corrupt(table: &str, column: &str, id: impl std::fmt::Display) -> Self {
        Self::Corrupt {
            table: table.to_owned(),
            column: column.to_owned(),
            id: id.to_string(),
        }
    }

    /// A failure that no caller can act on, while the engine ran this.
    pub fn engine(
        statement: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Engine {
            statement,
            source: Arc::from(source.into()),
        }
    }

    /// Whether running the same unit again may succeed.
    pub(crate) fn worth_replaying(&self) -> bool {
        matches!(self, Self::Conflict | Self::Retry)
    }
}

/// An error that a unit of work may answer with: the store's own, or one that can wrap it.
pub trait UnitError: From<StoreError> + Send + 'static {
    /// The store's error inside, if that is what it is. The engine looks for
    /// [`StoreError::Conflict`] and [`StoreError::Retry`] here and runs the unit again.
    fn store_error(&self) -> Option<&StoreError>;
}

impl UnitError for StoreError {
    fn store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}

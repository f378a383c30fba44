//! What a server's error means.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::error::StoreError;
use crate::quiet::Quiet;

/// A failure, with what it means for the connection.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) error: StoreError,
    /// The connection cannot be used any more.
    pub(super) lost: bool,
}

pub(super) const LOST: StoreError = StoreError::Unavailable {
    reason: "the connection to PostgreSQL was lost",
};

/// One line for all connections while the server is away.
static QUIET: Quiet = Quiet::new();

impl Failure {
    pub(super) fn lost() -> Self {
        Self {
            error: LOST,
            lost: true,
        }
    }

    pub(super) fn new(statement: &'static str, error: Error) -> Self {
        let Some(server) = error.as_db_error() else {
            let local = error.is_local();
            return if local {
                Self {
                    error: StoreError::engine(statement, error),
                    lost: false,
                }
            } else {
                if let Some(unsaid) = QUIET.turn() {
                    tracing::warn!(%error, unsaid, "the connection to PostgreSQL was lost");
                }
                Self::lost()
            };
        };
        let code = server.code();
        let constraint = || {
            server
                .constraint()
                .or(server.column())
                .unwrap_or_default()
                .to_owned()
        };
        let found = |error| Self { error, lost: false };
        if *code == SqlState::UNIQUE_VIOLATION {
            return found(StoreError::Duplicate {
                constraint: constraint(),
            });
        }
        if code.code().starts_with("23") {
            return found(StoreError::Violated {
                constraint: constraint(),
            });
        }
        if [
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::T_R_SERIALIZATION_FAILURE,
            // By an operator or a time limit: its transaction is undone.
            SqlState::QUERY_CANCELED,
        ]
        .contains(code)
        {
            return found(StoreError::Retry);
        }
        // The schema moved under a prepared statement: a fresh connection prepares it anew.
        let stale = [
            SqlState::FEATURE_NOT_SUPPORTED,
            SqlState::INVALID_SQL_STATEMENT_NAME,
        ];
        // Shut down, out of resources, a disk that fails, or no longer the primary.
        let gone = code.code().starts_with("57P")
            || code.code().starts_with("53")
            || code.code().starts_with("58")
            || code.code().starts_with("08")
            || *code == SqlState::READ_ONLY_SQL_TRANSACTION
            || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT;
        if gone || stale.contains(code) {
            if let Some(unsaid) = QUIET.turn() {
                let code = code.code();
                tracing::warn!(code, unsaid, "PostgreSQL ended the connection's use");
            }
            return Self::lost();
        }
        found(StoreError::engine(statement, error))
    }
}

/// Errors that arise before anything was sent.
trait Local {
    fn is_local(&self) -> bool;
}

impl Local for Error {
    fn is_local(&self) -> bool {
        use std::error::Error as _;
        // A wrong parameter or column: the driver's source is then a conversion, never I/O.
        !self.is_closed()
            && self
                .source()
                .is_none_or(|source| !source.is::<std::io::Error>())
            && !self.to_string().starts_with("unexpected message")
    }
}

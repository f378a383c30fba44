//! The checkpointing thread: moves committed pages from the write-ahead log into the database
//! file, so that no commit has to.
//!
//! A passive checkpoint waits for nobody and disturbs nobody. Under constant load it never catches
//! up with the writer, so the log could not start over: above a bound the writer is asked to do the
//! little that is left itself, between two batches. Its next transaction then starts the log over.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rusqlite::Connection;

use super::{failure, open_writer};
use crate::error::StoreError;
use crate::statistics::Gauge;

const INTERVAL: Duration = Duration::from_millis(250);

/// The log should start over above this many pages (64 MiB).
const WAL_PAGES_MAX: u64 = 16_384;

/// Moves what can be moved without waiting.
pub(super) const PASSIVE: &str = "pragma wal_checkpoint(passive)";

pub(crate) struct Checkpointer {
    path: PathBuf,
    connection: Connection,
    stop: Receiver<()>,
    gauge: Arc<Gauge>,
}

impl Checkpointer {
    pub(crate) fn open(
        path: PathBuf,
        stop: Receiver<()>,
        gauge: Arc<Gauge>,
    ) -> Result<Self, StoreError> {
        let connection = open_writer(&path)?;
        Ok(Self {
            path,
            connection,
            stop,
            gauge,
        })
    }

    /// Works until `stop` says so or its sender is gone.
    pub(crate) fn run(mut self) {
        while matches!(
            self.stop.recv_timeout(INTERVAL),
            Err(RecvTimeoutError::Timeout)
        ) {
            if let Err(error) = self.checkpoint() {
                if self.gauge.checkpoints_failed.fetch_add(1, Relaxed) == 0 {
                    tracing::error!(%error, "a checkpoint failed; the log grows until one works");
                }
                if let Ok(connection) = open_writer(&self.path) {
                    self.connection = connection;
                }
            }
        }
    }

    fn checkpoint(&mut self) -> Result<(), StoreError> {
        let pages: i64 = self
            .connection
            .query_row(PASSIVE, [], |row| row.get(1))
            .map_err(|error| failure(PASSIVE, error))?;
        let pages = u64::try_from(pages).unwrap_or(0);
        self.gauge.wal_pages.store(pages, Relaxed);
        if WAL_PAGES_MAX < pages {
            self.gauge.wal_is_long.store(true, Relaxed);
        }
        Ok(())
    }
}

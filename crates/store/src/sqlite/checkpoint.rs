//! The checkpointing thread: moves committed pages from the write-ahead log into the database
//! file, so that no commit has to.
//!
//! A passive checkpoint disturbs nobody. Under constant load it never catches up with the writer,
//! so the log could not start over: above a bound a second checkpoint, short because the first did
//! the bulk, holds the writer for a moment and lets the log start over.

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

/// The log starts over above this many pages (64 MiB).
const WAL_PAGES_RESTART: u64 = 16_384;

/// The log's file is cut above this many pages (256 MiB).
const WAL_PAGES_TRUNCATE: u64 = 65_536;

/// How long the short checkpoint may wait for readers and the writer.
const WAIT: Duration = Duration::from_millis(20);

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
        let connection = connect(&path)?;
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
                if let Ok(connection) = connect(&self.path) {
                    self.connection = connection;
                }
            }
        }
    }

    fn checkpoint(&mut self) -> Result<(), StoreError> {
        let pages = self.pragma("pragma wal_checkpoint(passive)")?;
        self.gauge.wal_pages.store(pages, Relaxed);
        if WAL_PAGES_TRUNCATE < pages {
            self.pragma("pragma wal_checkpoint(passive)")?;
            self.pragma("pragma wal_checkpoint(truncate)")?;
        } else if WAL_PAGES_RESTART < pages {
            self.pragma("pragma wal_checkpoint(passive)")?;
            self.pragma("pragma wal_checkpoint(restart)")?;
        }
        Ok(())
    }

    /// Runs one checkpoint and answers how many pages the log holds.
    fn pragma(&self, sql: &'static str) -> Result<u64, StoreError> {
        let pages: i64 = self
            .connection
            .query_row(sql, [], |row| row.get(1))
            .map_err(|error| failure(sql, error))?;
        Ok(u64::try_from(pages).unwrap_or(0))
    }
}

fn connect(path: &std::path::Path) -> Result<Connection, StoreError> {
    let connection = open_writer(path)?;
    connection
        .busy_timeout(WAIT)
        .map_err(|error| failure("set the busy timeout", error))?;
    Ok(connection)
}

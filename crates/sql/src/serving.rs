//! Who serves from a database holds a share of its lock as long as it lives; who replaces what is
//! in it wants the lock alone.
//!
//! On PostgreSQL it is an advisory lock on a connection of its own, which is made again when it
//! breaks; on SQLite a file beside the database.

use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::engine::Database;
use crate::error::StoreError;
use crate::postgres::{Config, Pipe};

/// The number of the lock in PostgreSQL.
pub(crate) const LOCK: i64 = 4_707_193_012;

/// How often the connection that holds the lock is looked at, and made again if it is gone.
const PAUSE: Duration = Duration::from_millis(500);

const RESTORING: StoreError = StoreError::Unavailable {
    reason: "a backup is being brought back into this database",
};

/// A hold on a database's lock, which ends with this value.
pub struct Serving {
    /// Of SQLite.
    _file: Option<File>,
    /// Of PostgreSQL: what ends the thread, and the thread.
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Serving {
    /// Takes a share of the lock, for a process that serves. It blocks its thread, which must be no
    /// executor's.
    pub fn begin(database: &Database) -> Result<Self, StoreError> {
        match database {
            Database::Sqlite { path } => {
                let file = lock_file(path)?;
                match file.try_lock_shared() {
                    Ok(()) => Ok(Self::of_file(file)),
                    Err(TryLockError::WouldBlock) => Err(RESTORING),
                    Err(TryLockError::Error(error)) => Err(failed(error)),
                }
            }
            Database::Postgres { url } => {
                let config = Config::parse(url)?;
                let mut pipe = Pipe::connect(&config)?;
                if !take_share(&mut pipe)? {
                    return Err(RESTORING);
                }
                let (stop, stopped) = channel();
                let thread = Builder::new()
                    .name("store-serving".to_owned())
                    .spawn(move || keep(&config, pipe, &stopped))
                    .map_err(|error| StoreError::engine("start a thread", error))?;
                Ok(Self {
                    _file: None,
                    thread: Some((stop, thread)),
                })
            }
        }
    }

    /// Takes the whole lock of an SQLite file, to replace it.
    pub fn alone(path: &Path) -> Result<Self, StoreError> {
        let file = lock_file(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self::of_file(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::Unavailable {
                reason: "somebody serves from this database, or restores it: stop every server \
                         that uses it",
            }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    fn of_file(file: File) -> Self {
        Self {
            _file: Some(file),
            thread: None,
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.thread.take() {
            drop(stop);
            drop(thread.join());
        }
    }
}

fn failed(error: std::io::Error) -> StoreError {
    StoreError::engine("lock the database", error)
}

fn lock_file(path: &Path) -> Result<File, StoreError> {
    // However a file is named, its lock is one.
    let path = path.canonicalize().unwrap_or_else(|_new| path.to_owned());
    let mut name = path.into_os_string();
    name.push(".lock");
    let mut options = File::options();
    let options = options.create(true).append(true).mode(0o600);
    options.open(name).map_err(failed)
}

fn take_share(pipe: &mut Pipe) -> Result<bool, StoreError> {
    let taken = pipe.text(&format!("select pg_try_advisory_lock_shared({LOCK})"))?;
    Ok(taken.as_deref() == Some("t"))
}

/// Holds the lock until it is told to stop. A connection that broke is made again.
fn keep(config: &Config, pipe: Pipe, stopped: &Receiver<()>) {
    let mut pipe = Some(pipe);
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(PAUSE) {
        let held = pipe
            .as_mut()
            .is_some_and(|pipe| pipe.text("select 1").is_ok());
        if held {
            continue;
        }
        pipe = Pipe::connect(config)
            .ok()
            .and_then(|mut pipe| match take_share(&mut pipe) {
                Ok(true) => Some(pipe),
                Ok(false) => {
                    tracing::error!("a backup is being brought back under this server: stop it");
                    None
                }
                Err(_unreachable) => None,
            });
    }
}

//! Backups: the online copy of an SQLite file, copies that nobody else uses, and on PostgreSQL the
//! snapshot that is dumped and the transaction that replaces what is there.
//!
//! One step copies all pages of SQLite inside one read snapshot: the writer goes on meanwhile. The
//! copy gets its name only when it is complete, checked and on disk.

mod copy;
mod replacement;
mod snapshot;

pub use copy::{Copy, settle};
pub use replacement::{Replacement, drop_kept};
pub use snapshot::Snapshot;

use std::fs::{self, File};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::engine::Engine;
use crate::error::StoreError;
use crate::sqlite::{failure, open_reader};

/// A database that can be looked over: a copy, a moment, or what is about to count.
pub trait Overview {
    /// The engine that it is of.
    fn engine(&self) -> Engine;

    /// The names of its tables; on PostgreSQL only of those that migrations make.
    fn tables(&mut self) -> Result<Vec<String>, StoreError>;

    /// The rows of a query, as texts.
    fn texts(&mut self, sql: &str) -> Result<Vec<Cells>, StoreError>;
}

/// The columns of a row as texts: nothing for null, and for what is neither text nor a number.
pub type Cells = Vec<Option<String>>;

/// Copies the database at `path` into the new file `target`.
pub(crate) fn sqlite(path: &Path, target: &Path) -> Result<(), StoreError> {
    if target.exists() {
        return Err(StoreError::Unavailable {
            reason: "the backup's target exists already",
        });
    }
    let mut partial = target.as_os_str().to_owned();
    partial.push(".part");
    let partial = Path::new(&partial);
    let copied = copy(path, partial).and_then(|()| publish(partial, target));
    if copied.is_err() && partial.exists() {
        fs::remove_file(partial).map_err(|error| StoreError::engine("remove a backup", error))?;
    }
    copied
}

fn copy(path: &Path, partial: &Path) -> Result<(), StoreError> {
    let source = open_reader(path)?;
    // Made here, so that it is its owner's alone from the first byte on.
    let mut private = File::options();
    private.write(true).create(true).truncate(true).mode(0o600);
    private
        .open(partial)
        .map_err(|error| StoreError::engine("create the backup", error))?;
    let mut copy =
        Connection::open(partial).map_err(|error| failure("create the backup", error))?;
    let step = Backup::new(&source, &mut copy).and_then(|backup| backup.step(-1));
    match step.map_err(|error| failure("copy the pages", error))? {
        StepResult::Done => {}
        StepResult::More | StepResult::Busy | StepResult::Locked | _ => {
            return Err(StoreError::Unavailable {
                reason: "the backup did not get all pages",
            });
        }
    }
    // The copy must be one file, so it leaves the log mode.
    copy.pragma_update(None, "journal_mode", "delete")
        .map_err(|error| failure("make the backup one file", error))?;
    let check: String = copy
        .query_row("pragma quick_check", [], |row| row.get(0))
        .map_err(|error| failure("check the backup", error))?;
    if check != "ok" {
        return Err(StoreError::corrupt("the backup", "quick_check", check));
    }
    copy.close()
        .map_err(|(_, error)| failure("close the backup", error))
}

fn publish(partial: &Path, target: &Path) -> Result<(), StoreError> {
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    };
    File::open(partial)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(partial, target))
        .and_then(|()| File::open(folder)?.sync_all())
        .map_err(|error| StoreError::engine("put the backup in its place", error))
}

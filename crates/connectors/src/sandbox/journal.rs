//! The files in which older servers kept the sandbox's memory: lines of JSON, of which the last
//! line about an operation counts. They are read once, into the database.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use domain::{OperationId, ShopId};
use tracing::warn;

use super::memory::{Change, Record};

const PREFIX: &str = "operations-";
const SUFFIX: &str = ".jsonl";

/// The records in the files of a directory, each with its shop.
///
/// # Errors
/// A file cannot be read.
pub fn left_in_files(directory: &Path) -> io::Result<Vec<(ShopId, Change)>> {
    let mut records: BTreeMap<OperationId, (ShopId, String)> = BTreeMap::new();
    let mut unreadable = 0_usize;
    for path in files(directory)? {
        let text = fs::read(path)?;
        for line in String::from_utf8_lossy(&text).lines() {
            match Record::read(line) {
                Some(record) => {
                    let kept = (record.shop(), line.to_owned());
                    records.insert(record.operation(), kept);
                }
                None if line.trim().is_empty() => {}
                None => unreadable = unreadable.saturating_add(1),
            }
        }
    }
    if unreadable > 0 {
        warn!(
            lines = unreadable,
            "skipped unreadable lines of the sandbox's files"
        );
    }
    let change = |(operation, (shop, after))| {
        let before = None;
        (
            shop,
            Change {
                operation,
                before,
                after,
            },
        )
    };
    Ok(records.into_iter().map(change).collect())
}

/// Marks the files of a directory as read. Returns how many there were.
///
/// # Errors
/// A file cannot be renamed.
pub fn set_files_aside(directory: &Path) -> io::Result<usize> {
    let files = files(directory)?;
    for path in &files {
        fs::rename(path, path.with_extension("jsonl.taken-over"))?;
    }
    Ok(files.len())
}

/// The files in `directory`, the oldest first.
fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let mut numbers = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let number = name.and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
        let number: Option<u64> = number.and_then(|number| number.parse().ok());
        numbers.extend(number.map(|number| (number, path)));
    }
    numbers.sort_unstable();
    Ok(numbers.into_iter().map(|(_, path)| path).collect())
}

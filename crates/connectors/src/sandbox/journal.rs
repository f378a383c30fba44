//! The sandbox's memory on disk: a file of JSON lines for each generation, the last two of them
//! kept. A line is written before the answer that rests on it is given, so a killed process
//! forgets nothing that it said. Nothing is flushed: the sandbox's money is not real.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use tracing::warn;

use super::book::{Book, Record};

const PREFIX: &str = "operations-";
const SUFFIX: &str = ".jsonl";

/// The files.
#[derive(Debug)]
pub(super) struct Journal {
    directory: PathBuf,
    file: File,
    number: u64,
    /// Does the file end within a line? The next one must not be glued to it.
    torn: bool,
}

impl Journal {
    /// Opens the journal in `directory`, made if need be, and reads it into `book`.
    pub(super) fn open(directory: &Path, book: &mut Book) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        let mut numbers = list(directory)?;
        let mut torn = false;
        let mut survivors = Vec::new();
        for (index, number) in numbers.iter().enumerate() {
            if index > 0 {
                survivors.extend(book.survivors());
                book.turn();
            }
            torn = read(&path(directory, *number), book)?;
        }
        let number = numbers.pop().unwrap_or(1);
        let mut journal = Self {
            directory: directory.to_owned(),
            file: append_to(&path(directory, number))?,
            number,
            torn,
        };
        // A third file is left when the process ended while the generations turned.
        if numbers.len() > 1 {
            survivors.retain(|survivor| match survivor {
                Record::Purchase(id, awaited) => book.purchase(*id) == Some(awaited),
                Record::Followup(..) | Record::Payout(..) => false,
            });
            journal.append(&survivors)?;
            numbers.pop();
            for number in numbers {
                fs::remove_file(path(directory, number))?;
            }
        }
        Ok(journal)
    }

    /// Writes `records`, all or, if it fails, maybe some of them.
    pub(super) fn append(&mut self, records: &[Record]) -> io::Result<()> {
        let mut lines = Vec::with_capacity(512);
        if self.torn {
            lines.push(b'\n');
        }
        for record in records {
            serde_json::to_writer(&mut lines, record)?;
            lines.push(b'\n');
        }
        self.torn = true;
        self.file.write_all(&lines)?;
        self.torn = false;
        Ok(())
    }

    /// Begins a file for a new generation with those `survivors` of the oldest, whose file goes.
    pub(super) fn turn(&mut self, survivors: &[Record]) -> io::Result<()> {
        let number = self.number.saturating_add(1);
        let mut next = Self {
            directory: self.directory.clone(),
            file: append_to(&path(&self.directory, number))?,
            number,
            torn: false,
        };
        next.append(survivors)?;
        let oldest = self.number.checked_sub(1);
        *self = next;
        match oldest.map(|oldest| fs::remove_file(path(&self.directory, oldest))) {
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Some(_) | None => Ok(()),
        }
    }
}

fn path(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("{PREFIX}{number:06}{SUFFIX}"))
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// The numbers of the files in `directory`, rising.
fn list(directory: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        let name = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let number: Option<u64> = name.and_then(|name| name.strip_suffix(SUFFIX)?.parse().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Reads a file into `book`. Does it end within a line?
fn read(path: &Path, book: &mut Book) -> io::Result<bool> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut line = Vec::new();
    let mut unreadable = 0_usize;
    let mut torn = false;
    while reader.read_until(b'\n', &mut line)? > 0 {
        torn = line.last() != Some(&b'\n');
        match serde_json::from_slice(&line) {
            Ok(record) => book.put(record),
            Err(_) if line.trim_ascii().is_empty() => {}
            Err(_) => unreadable = unreadable.saturating_add(1),
        }
        line.clear();
    }
    if unreadable > 0 {
        warn!(
            lines = unreadable,
            "skipped unreadable lines of the sandbox's journal"
        );
    }
    Ok(torn)
}

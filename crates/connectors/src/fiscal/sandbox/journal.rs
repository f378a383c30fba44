//! The sandbox register's memory on disk: one JSON line a change, the last one of a document
//! counts. It is written anew at each start, without what is forgotten.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::Path;

use domain::receipt::ReceiptKind;
use domain::{OperationId, ShopId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Entry, Fate};

const FILE: &str = "register.jsonl";

pub(super) struct Journal(File);

/// A document as a line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Line {
    operation: String,
    shop: i64,
    kind: String,
    total_minor: i64,
    fate: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
}

impl Journal {
    /// Opens the journal and reads it; lines that cannot be read, such as a crash leaves them, are
    /// skipped.
    pub(super) fn open(directory: &Path, documents_max: usize) -> io::Result<(Self, Vec<Line>)> {
        fs::create_dir_all(directory)?;
        let path = directory.join(FILE);
        let read = match File::open(&path) {
            Ok(file) => read(BufReader::new(file))?,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let forgotten = read.len().saturating_sub(documents_max);
        let lines: Vec<Line> = read.into_iter().skip(forgotten).collect();
        let fresh = path.with_extension("jsonl.part");
        let mut journal = Self(File::create(&fresh)?);
        for line in &lines {
            journal.write(line)?;
        }
        journal.0.sync_all()?;
        fs::rename(&fresh, &path)?;
        Ok((journal, lines))
    }

    pub(super) fn write(&mut self, line: &Line) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.0.write_all(&bytes)
    }
}

/// The last line of each document, in the order of the first ones.
fn read(mut file: BufReader<File>) -> io::Result<Vec<Line>> {
    let mut lines: Vec<Line> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut bytes = Vec::new();
    while file.read_until(b'\n', &mut bytes)? > 0 {
        if let Ok(line) = serde_json::from_slice::<Line>(&bytes) {
            let known = places.get(&line.operation).copied();
            match known.and_then(|place| lines.get_mut(place)) {
                Some(before) => *before = line,
                None => {
                    places.insert(line.operation.clone(), lines.len());
                    lines.push(line);
                }
            }
        }
        bytes.clear();
    }
    Ok(lines)
}

impl Line {
    pub(super) fn of(operation: OperationId, entry: &Entry) -> Self {
        let (fate, number, at) = match &entry.fate {
            Fate::Accepted => ("accepted", None, None),
            Fate::Registered { number, at } => ("registered", Some(*number), Some(at.as_micros())),
            Fate::Refused => ("refused", None, None),
            Fate::Failed => ("failed", None, None),
        };
        Self {
            operation: operation.to_string(),
            shop: entry.shop_id.as_i64(),
            kind: entry.kind.code().to_owned(),
            total_minor: entry.total_minor,
            fate: fate.to_owned(),
            number,
            at,
        }
    }

    /// The document of a line; `None` if it makes no sense.
    pub(super) fn into_entry(self) -> Option<(OperationId, Entry)> {
        let fate = match self.fate.as_str() {
            "accepted" => Fate::Accepted,
            "registered" => Fate::Registered {
                number: self.number?,
                at: Timestamp::from_micros(self.at?),
            },
            "refused" => Fate::Refused,
            "failed" => Fate::Failed,
            _ => return None,
        };
        let entry = Entry {
            shop_id: ShopId::new(self.shop)?,
            kind: ReceiptKind::from_code(&self.kind)?,
            total_minor: self.total_minor,
            fate,
        };
        Some((self.operation.parse().ok()?, entry))
    }
}

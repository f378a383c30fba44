//! The ends of the books' chains, written down outside of the tables that they guard: to cut off
//! the end of a book, one would have to change them too.
//!
//! What is written down may be older than the books, but never newer. An end that a book no longer
//! has is evidence, and stays written down.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use app::Clock as _;
use domain::ShopId;
use domain::ledger::Hash;
use serde::{Deserialize, Serialize};
use store::Store;
use store::book::Head;
use tokio::sync::watch;

use crate::clock::SystemClock;

/// The file in the data directory in which they are written down.
pub(crate) const HEADS_FILE: &str = "heads.json";
/// How often a server writes them down.
const PAUSE: Duration = Duration::from_secs(60);

/// The end of a book's chain, as it stands in files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct End {
    shop_id: String,
    sequence: i64,
    hash: String,
}

/// The part that all files with ends have: ours, and the description of a backup.
#[derive(Serialize, Deserialize)]
struct Ends {
    created_at: String,
    heads: Vec<End>,
}

impl From<&Head> for End {
    fn from(head: &Head) -> Self {
        Self {
            shop_id: head.shop_id.to_string(),
            sequence: head.sequence,
            hash: hex(&head.hash),
        }
    }
}

impl End {
    fn head(&self) -> Option<Head> {
        let mut hash = Hash::default();
        if self.hash.len() != hash.len().checked_mul(2)? {
            return None;
        }
        for (byte, digits) in hash.iter_mut().zip(self.hash.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Head {
            shop_id: ShopId::new(self.shop_id.parse().ok()?)?,
            sequence: self.sequence,
            hash,
        })
    }
}

/// Bytes as `0123…`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The ends in a file.
pub(crate) fn read(path: &Path) -> Result<Vec<Head>> {
    let text = fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let ends: Ends = serde_json::from_slice(&text)
        .with_context(|| format!("{} has no ends of books", path.display()))?;
    let heads: Option<Vec<Head>> = ends.heads.iter().map(End::head).collect();
    heads.with_context(|| format!("{} has an end that is none", path.display()))
}

/// Those that are written down in a data directory; none if there is no file.
pub(crate) fn known(data_dir: &Path) -> Result<Vec<Head>> {
    let path = data_dir.join(HEADS_FILE);
    if path.exists() {
        read(&path)
    } else {
        Ok(Vec::new())
    }
}

/// Writes ends down, all of them or nothing.
pub(crate) fn write(data_dir: &Path, heads: &[Head]) -> Result<()> {
    let (path, partial) = (data_dir.join(HEADS_FILE), data_dir.join("heads.json.new"));
    let ends = Ends {
        created_at: crate::command::shown(SystemClock.now()),
        heads: heads.iter().map(End::from).collect(),
    };
    let text = format!("{}\n", serde_json::to_string_pretty(&ends)?);
    let mut options = fs::File::options();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let written = options.open(&partial).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written
        .and_then(|()| fs::rename(&partial, &path))
        .with_context(|| format!("write {}", path.display()))
}

/// Writes down where the books end now. If a book does not continue from its known end, the known
/// end is kept.
pub(crate) async fn note(store: &Store, data_dir: &Path) -> Result<()> {
    let before = match known(data_dir) {
        Ok(heads) => heads,
        // A file that cannot be read may be evidence.
        Err(error) => return Err(error),
    };
    let old = before.clone();
    let heads = store
        .read(move |conn| {
            let mut heads = store::book::heads_any_shop(conn)?;
            for known in &old {
                let now = heads.iter_mut().find(|head| head.shop_id == known.shop_id);
                let goes_on = match &now {
                    Some(now) if **now == *known => true,
                    _ => store::book::has(conn, known)?,
                };
                match now {
                    Some(now) if !goes_on => *now = *known,
                    Some(_) => {}
                    None => heads.push(*known),
                }
                if !goes_on {
                    let shop = known.shop_id;
                    tracing::error!(%shop, "a book does not go on from where it ended: audit it");
                }
            }
            heads.sort_by_key(|head| head.shop_id);
            Ok::<_, store::StoreError>(heads)
        })
        .await
        .context("read the ends of the books")?;
    if heads == before {
        return Ok(());
    }
    write(data_dir, &heads)
}

/// Writes down where the books end now, or logs why it could not.
pub(crate) async fn note_or_warn(store: &Store, data_dir: &Path) {
    if let Err(error) = note(store, data_dir).await {
        tracing::warn!("the ends of the books are not written down: {error:#}");
    }
}

/// Writes them down now and then until the server stops.
pub(crate) async fn keep(store: Store, data_dir: PathBuf, mut stop: watch::Receiver<bool>) {
    loop {
        if tokio::time::timeout(PAUSE, stop.wait_for(|stop| *stop))
            .await
            .is_ok()
        {
            return;
        }
        note_or_warn(&store, &data_dir).await;
    }
}

/// Moves the file aside, and writes down other ends.
pub(crate) fn replace(data_dir: &Path, aside: &Path, heads: &[Head]) -> Result<bool> {
    let moved = match fs::rename(data_dir.join(HEADS_FILE), aside) {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error).context("set the ends of the books aside"),
    };
    write(data_dir, heads)?;
    Ok(moved)
}

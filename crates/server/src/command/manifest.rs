//! The description of a backup: which files it has, what is in the database, and where the books'
//! chains end. A file beside it has the description's digest, in the form of `sha256sum`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::backup::Contents;

use crate::files::private_file;
use crate::heads::{End, hex};
use crate::version;

/// The description; a directory without it is not a backup.
pub(super) const MANIFEST: &str = "backup.json";
/// The digest of the description.
const DIGEST: &str = "backup.sha256";
/// The form of backups that this program writes and reads.
const FORMAT: u64 = 2;
/// How much of a file is read at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// The description of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    format: u64,
    /// `sqlite` or `postgres`.
    pub(super) engine: String,
    /// When it was taken.
    pub(super) created_at: String,
    /// The program that took it.
    pub(super) version: String,
    /// The last migration of its database.
    pub(super) schema: i64,
    /// All its files except the description.
    pub(super) files: Vec<Part>,
    /// Rows of each table.
    pub(super) tables: BTreeMap<String, u64>,
    /// The ends of the books' chains.
    pub(super) heads: Vec<End>,
    /// How many faults the audit found in it.
    pub(super) findings: usize,
    /// The parts of a platform that are not in it.
    pub(super) missing: Vec<String>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    path: String,
    bytes: u64,
    sha256: String,
}

/// What was found in a backup, besides its files.
pub(super) struct Seen {
    pub(super) contents: Contents,
    pub(super) findings: usize,
    pub(super) missing: Vec<String>,
}

impl Manifest {
    /// Describes the files in a directory, and puts the description beside them.
    pub(super) fn write(
        directory: &Path,
        engine: &str,
        created_at: String,
        seen: &Seen,
    ) -> Result<Self> {
        let mut files = Vec::new();
        list(directory, "", &mut files)?;
        let manifest = Self {
            format: FORMAT,
            engine: engine.to_owned(),
            created_at,
            version: version::of_build().to_owned(),
            schema: seen.contents.schema,
            files,
            tables: seen.contents.tables.clone(),
            heads: seen.contents.heads.iter().map(End::from).collect(),
            findings: seen.findings,
            missing: seen.missing.clone(),
        };
        let text = format!("{}\n", serde_json::to_string_pretty(&manifest)?);
        let digest = hex(&Sha256::digest(text.as_bytes()));
        write_whole(&directory.join(MANIFEST), &text)?;
        write_whole(&directory.join(DIGEST), &digest_line(&digest))?;
        Ok(manifest)
    }

    /// Reads the description in a directory; it must be unchanged.
    pub(super) fn read(directory: &Path) -> Result<Self> {
        let place = directory.display();
        let text = fs::read(directory.join(MANIFEST))
            .with_context(|| format!("{place} is not a backup"))?;
        let form: Option<Form> = serde_json::from_slice(&text).ok();
        if let Some(Form { format }) = form {
            ensure!(
                format == FORMAT,
                "the backup was made by another version: bring it back with that one"
            );
        }
        let digest =
            fs::read(directory.join(DIGEST)).with_context(|| format!("{place} lacks {DIGEST}"))?;
        let expected = digest_line(&hex(&Sha256::digest(&text)));
        ensure!(
            digest == expected.as_bytes(),
            "{place} is damaged: {MANIFEST} is not what was written"
        );
        serde_json::from_slice(&text).context("read the backup's description")
    }

    /// Reads every file and compares it with the description.
    pub(super) fn prove(&self, directory: &Path) -> Result<()> {
        for part in &self.files {
            let path = directory.join(&part.path);
            let file = File::open(&path)
                .with_context(|| format!("{} is missing in the backup", part.path))?;
            part.compare(&digest(file, &mut std::io::sink())?)?;
        }
        Ok(())
    }

    /// Copies one of its files, and checks the copy.
    pub(super) fn copy(&self, directory: &Path, name: &str, target: &Path) -> Result<()> {
        let part = self.files.iter().find(|part| part.path == name);
        let part = part.with_context(|| format!("the backup has no {name}"))?;
        let file = File::open(directory.join(name))
            .with_context(|| format!("{name} is missing in the backup"))?;
        let mut copy = private_file(target)?;
        part.compare(&digest(file, &mut copy)?)?;
        copy.sync_all()
            .with_context(|| format!("write {} to disk", target.display()))
    }

    /// Names of the files in one of its folders, or of the file itself.
    pub(super) fn names_in(&self, part: &str) -> Vec<&str> {
        let names = self.files.iter().map(|file| file.path.as_str());
        let inside = |name: &&str| {
            let rest = name.strip_prefix(part);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        names.filter(inside).collect()
    }

    /// Compares the contents of a database with the description.
    pub(super) fn compare(&self, contents: &Contents) -> Result<()> {
        ensure!(
            self.schema == contents.schema,
            "the backup's database has schema {}, and should have {}",
            contents.schema,
            self.schema
        );
        for (table, rows) in &self.tables {
            let found = contents.tables.get(table).copied().unwrap_or(0);
            ensure!(
                found == *rows,
                "the backup's table {table} has {found} rows, and should have {rows}"
            );
        }
        ensure!(
            self.tables.len() == contents.tables.len(),
            "the backup's database has tables that it should not have"
        );
        let heads: Vec<End> = contents.heads.iter().map(End::from).collect();
        ensure!(
            self.heads == heads,
            "the books of the backup do not end where they should"
        );
        Ok(())
    }
}

/// The one member that every version of the description has.
#[derive(Deserialize)]
struct Form {
    format: u64,
}

impl Part {
    fn compare(&self, found: &(u64, String)) -> Result<()> {
        if *found == (self.bytes, self.sha256.clone()) {
            return Ok(());
        }
        bail!(
            "the backup is damaged: {} is not what was written",
            self.path
        )
    }
}

/// All files below a directory, in the order of their names.
fn list(directory: &Path, before: &str, files: &mut Vec<Part>) -> Result<()> {
    let unreadable = || format!("list {}", directory.display());
    let entries = fs::read_dir(directory).with_context(unreadable)?;
    let mut entries: Vec<_> = entries.collect::<Result<_, _>>().with_context(unreadable)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let path = format!("{before}{}", name.to_string_lossy());
        if entry.file_type().with_context(unreadable)?.is_dir() {
            list(&entry.path(), &format!("{path}/"), files)?;
            continue;
        }
        let file = File::open(entry.path()).with_context(|| format!("open {path}"))?;
        let (bytes, sha256) = digest(file, &mut std::io::sink())?;
        files.push(Part {
            path,
            bytes,
            sha256,
        });
    }
    Ok(())
}

/// The length and the digest of what is read, which is written to `to` at the same time.
fn digest(mut from: impl Read, to: &mut dyn std::io::Write) -> Result<(u64, String)> {
    let (mut hasher, mut bytes) = (Sha256::new(), 0_u64);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = from.read(&mut chunk).context("read a file of the backup")?;
        let chunk = chunk.get(..read).unwrap_or_default();
        if chunk.is_empty() {
            return Ok((bytes, hex(&hasher.finalize())));
        }
        hasher.update(chunk);
        to.write_all(chunk).context("copy a file of the backup")?;
        bytes = bytes.saturating_add(u64::try_from(read)?);
    }
}

fn digest_line(digest: &str) -> String {
    format!("{digest}  {MANIFEST}\n")
}

fn write_whole(path: &Path, text: &str) -> Result<()> {
    use std::io::Write as _;

    let mut file = private_file(path)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("write {}", path.display()))
}

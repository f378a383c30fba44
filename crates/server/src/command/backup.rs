//! `altyn backup`: everything that the platform knows in one directory, taken beside a running
//! server, read back and audited before it counts as a backup.
//!
//! The database is copied before the memory of the sandbox register, which writes its answers down
//! before the database has them: so the copied memory has everything that the database relies on.

use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use app::Clock as _;
use app::audit::Report;
use serde_json::json;
use store::Database;
use store::backup::{Contents, Copy, Snapshot};

use super::audit::Known;
use super::manifest::{Manifest, Seen};
use super::{audit, dump, shown};
use crate::clock::SystemClock;
use crate::config::{Config, DATABASE_FILE};
use crate::demo::DEMO_FILE;
use crate::files::{beside, folder_of, sync_dir};
use crate::output::Output;
use crate::platform::{Platform, SANDBOX_DIR, make_data_dir, without_password};
use crate::sealing::KeyFile;

/// The copy of PostgreSQL's database.
pub(super) const DUMP_FILE: &str = "altyn.dump";
/// The parts of a backup beside the database.
pub(super) const PARTS: [&str; 2] = [SANDBOX_DIR, DEMO_FILE];
/// How often files are listed again if they were replaced while being copied.
const COPY_TRIES: usize = 5;

/// Copies everything into the new directory `target`.
pub(super) async fn backup(config: &Config, target: &Path) -> Result<Output> {
    ensure!(!target.exists(), "{} exists already", target.display());
    let partial = Partial::make(target)?;
    let manifest = copy_out(config, &partial.path).await?;
    manifest
        .prove(&partial.path)
        .context("read the backup back")?;
    sync_dir(Some(&partial.path))?;
    partial.publish(target)?;

    let Manifest {
        findings, missing, ..
    } = &manifest;
    let good = *findings == 0;
    let place = target.display();
    let books = if good {
        "its books are right"
    } else {
        "but its books are WRONG; see `altyn audit`"
    };
    let mut text = format!("{place}: a whole copy, read back; {books}.\n");
    for missing in missing {
        text.push_str(&format!("  not in it: {missing}\n"));
    }
    let json = json!({
        "path": place.to_string(),
        "findings": findings,
        "good": good,
        "missing": missing,
    });
    Ok(Output { text, json, good })
}

/// Copies everything into a directory, and describes it.
async fn copy_out(config: &Config, target: &Path) -> Result<Manifest> {
    let known = Known::of_data_dir(&config.data_dir)?;
    let (engine, (contents, report)) = match config.database() {
        Database::Sqlite { .. } => {
            let path = target.join(DATABASE_FILE);
            let platform = Platform::of_command(config).await?;
            let copied = platform.store.backup(&path).await;
            platform.close().await;
            copied.context("copy the database")?;
            ("sqlite", look_at_copy(&path, &known)?)
        }
        Database::Postgres { url } => {
            let path = target.join(DUMP_FILE);
            // It waits for a tool and for the database, which an executor must not do.
            let dumped = tokio::task::spawn_blocking(move || copy_postgres(&url, &path, &known));
            ("postgres", dumped.await.context("copy the database")??)
        }
    };
    copy_sandbox(&config.data_dir, target)?;
    copy_if_there(&config.data_dir.join(DEMO_FILE), &target.join(DEMO_FILE))?;
    let missing = missing(config, target, &contents);
    let seen = Seen {
        contents,
        findings: report.findings.len(),
        missing,
    };
    Manifest::write(target, engine, shown(SystemClock.now()), &seen)
}

/// The parts of a platform that are not in a backup, in words for the operator.
fn missing(config: &Config, backup: &Path, contents: &Contents) -> Vec<String> {
    let parts = [(SANDBOX_DIR, "the sandbox register's memory")];
    let absent = parts.iter().filter(|(name, _)| !backup.join(name).exists());
    let mut missing: Vec<String> = absent.map(|(_, what)| (*what).to_owned()).collect();
    // Whoever gets hold of a backup must not be able to read the secrets in it.
    if contents
        .tables
        .get("sealing_key")
        .is_some_and(|rows| *rows != 0)
    {
        let file = KeyFile::of(config).shown();
        missing.push(format!(
            "the sealing keys ({file}), without which webhooks' secrets cannot be read: keep a \
             copy of them elsewhere"
        ));
    }
    missing
}

/// Opens and audits a copy, without changing a byte of it.
fn look_at_copy(path: &Path, known: &Known) -> Result<(Contents, Report)> {
    let mut copy = Copy::open(path).context("open the copy")?;
    let contents = Contents::of(&mut copy).context("count what is in the copy")?;
    let report = audit::of_conn(&mut copy.conn(), Some(known))?;
    copy.close()?;
    Ok((contents, report))
}

/// The last migration that this program knows.
pub(super) fn newest() -> i64 {
    store::MIGRATIONS.last().map_or(0, |last| last.number)
}

/// Dumps one moment of a database, audits that moment, and reads the dump back.
fn copy_postgres(url: &str, target: &Path, known: &Known) -> Result<(Contents, Report)> {
    let opening = || format!("open the database {}", without_password(url));
    let mut snapshot = Snapshot::open(url).with_context(opening)?;
    // We would not know all tables of a newer program.
    snapshot.require_current().with_context(opening)?;
    let contents = Contents::of(&mut snapshot).context("count what is in the database")?;
    let schema = snapshot.schema()?;
    let tables = (schema.as_str(), contents.tables.keys());
    dump::save(url, snapshot.name(), tables, target)?;
    let report = audit::of_conn(&mut snapshot.conn(), Some(known))?;
    let dumped = dump::rows(target).context("read the dump back")?;
    ensure!(
        dumped == contents.tables,
        "the dump does not hold the rows of the database"
    );
    Ok((contents, report))
}

/// A directory that is being filled, under a name that no other has; removed unless it becomes a
/// backup.
struct Partial {
    path: PathBuf,
    done: bool,
    /// Locked while somebody works on it.
    _lock: File,
}

impl Partial {
    /// Makes one, and removes those of processes that no longer exist.
    fn make(target: &Path) -> Result<Self> {
        Self::sweep(target)?;
        let number = std::process::id();
        let path = beside(target, &format!("{PART}{number}"));
        make_data_dir(&path)?;
        let lock = File::open(&path).context("open the new directory")?;
        let locked = lock.try_lock();
        locked.with_context(|| format!("lock {}", path.display()))?;
        Ok(Self {
            path,
            done: false,
            _lock: lock,
        })
    }

    fn sweep(target: &Path) -> Result<()> {
        let folder = folder_of(target);
        let Some(name) = target.file_name() else {
            bail!("{} cannot be the name of a backup", target.display());
        };
        let begin = format!("{}{PART}", name.to_string_lossy());
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                return Err(error).with_context(|| format!("list {}", folder.display()));
            }
        };
        for entry in entries.flatten() {
            let left = entry.file_name().to_string_lossy().starts_with(&begin);
            let dead = |file: File| file.try_lock().is_ok();
            if left && File::open(entry.path()).is_ok_and(dead) {
                fs::remove_dir_all(entry.path()).context("remove what a killed backup left")?;
            }
        }
        Ok(())
    }

    /// Gives it its name.
    fn publish(mut self, target: &Path) -> Result<()> {
        ensure!(!target.exists(), "{} exists already", target.display());
        fs::rename(&self.path, target).context("put the backup in its place")?;
        self.done = true;
        sync_dir(target.parent())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.done
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, "what was copied so far is left in {}", self.path.display());
        }
    }
}

/// The part of its name between the name of the backup and the process.
const PART: &str = ".part-";

/// Copies the sandbox register's memory. Its files only grow, or are replaced by newer ones; in
/// that case the copying begins again.
fn copy_sandbox(from: &Path, to: &Path) -> Result<()> {
    let (from, to) = (from.join(SANDBOX_DIR), to.join(SANDBOX_DIR));
    for _ in 0..COPY_TRIES {
        if to.exists() {
            fs::remove_dir_all(&to).context("begin the copy of the sandbox register again")?;
        }
        match copy_dir(&from, &to) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if !from.exists() {
                    return Ok(());
                }
            }
            Err(error) => return Err(error).context("copy the sandbox register's memory"),
        }
    }
    bail!("the sandbox's files were replaced faster than they could be copied")
}

/// Copies the files of a directory.
fn copy_dir(from: &Path, to: &Path) -> std::io::Result<()> {
    let entries: Vec<_> = fs::read_dir(from)?.collect::<Result<_, _>>()?;
    DirBuilder::new().mode(0o700).create(to)?;
    for entry in entries {
        copy_file(&entry.path(), &to.join(entry.file_name()))?;
    }
    File::open(to)?.sync_all()
}

/// Copies a file to disk, readable only by its owner, whoever may read the original.
pub(super) fn copy_file(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut from = File::open(from)?;
    let mut options = File::options();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let mut to = options.open(to)?;
    std::io::copy(&mut from, &mut to)?;
    to.sync_all()
}

fn copy_if_there(from: &Path, to: &Path) -> Result<()> {
    match copy_file(from, to) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("copy {}", from.display())),
    }
}

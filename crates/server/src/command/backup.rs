//! `altyn backup` and `altyn restore`: everything that the platform knows in one directory, taken
//! beside a running server, opened and audited before it counts as a backup.
//!
//! The database is copied before the sandbox's memory: the sandbox writes down what it answers
//! before the database hears of it, so the copy of its memory knows all that the database rests on.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use app::Clock as _;
use app::audit::Report;
use serde_json::{Value, json};
use store::{Database, Options};

use super::{audit, dump, shown};
use crate::clock::SystemClock;
use crate::config::{Config, DATABASE_FILE};
use crate::demo::DEMO_FILE;
use crate::output::Told;
use crate::platform::{DataLock, Platform, Presence, SANDBOX_DIR, make_data_dir, open};

/// What a backup says of itself; a directory without it is none.
const MANIFEST: &str = "backup.json";
/// The form of backups that this program writes and reads.
const FORMAT: u64 = 1;
/// The copy of PostgreSQL's database.
const DUMP_FILE: &str = "altyn.dump";
/// How often files are listed again that were replaced while they were copied.
const COPY_TRIES: usize = 5;

/// Copies everything into the new directory `target`.
pub(super) async fn backup(config: &Config, target: &Path) -> Result<Told> {
    ensure!(!target.exists(), "{} exists already", target.display());
    let partial = beside(target, ".part");
    make_data_dir(&partial)?;
    let copied = copy_out(config, &partial).await;
    let report = match copied {
        Ok(report) => report,
        Err(error) => {
            fs::remove_dir_all(&partial).context("remove what was copied so far")?;
            return Err(error);
        }
    };
    fs::rename(&partial, target).context("put the backup in its place")?;
    sync_dir(target.parent())?;

    let audited = report.as_ref().map(|report| report.findings.len());
    let good = audited.is_none_or(|findings| findings == 0);
    let place = target.display();
    let text = match audited {
        Some(0) => format!("{place}: a whole copy; its books are right."),
        Some(_) => format!("{place}: a whole copy, but its books are WRONG; see `altyn audit`."),
        None => format!("{place}: a whole copy; `altyn restore` audits it."),
    };
    let json = json!({ "path": place.to_string(), "findings": audited, "good": good });
    Ok(Told { text, json, good })
}

/// Copies everything into a directory. What the audit found, where the copy could be audited.
async fn copy_out(config: &Config, target: &Path) -> Result<Option<Report>> {
    let (engine, report) = match config.database() {
        Database::Sqlite { .. } => {
            let path = target.join(DATABASE_FILE);
            let platform = Platform::of_command(config, Presence::MustBeThere).await?;
            let copied = platform.store.backup(&path).await;
            platform.close().await;
            copied.context("copy the database")?;
            ("sqlite", Some(verify(Database::Sqlite { path }).await?))
        }
        Database::Postgres { url } => {
            dump::save(&url, &target.join(DUMP_FILE))?;
            ("postgres", None)
        }
    };
    copy_sandbox(&config.data_dir, target)?;
    copy_if_there(&config.data_dir.join(DEMO_FILE), &target.join(DEMO_FILE))?;
    let manifest = json!({
        "format": FORMAT,
        "engine": engine,
        "created_at": shown(SystemClock.now()),
        "version": env!("CARGO_PKG_VERSION"),
    });
    fs::write(target.join(MANIFEST), format!("{manifest:#}\n")).context("describe the backup")?;
    sync_dir(Some(target))?;
    Ok(report)
}

/// Opens and audits a database that no one else uses.
async fn verify(database: Database) -> Result<Report> {
    let mut options = Options::new(database);
    options.lanes = 1;
    options.readers = 1;
    let store = open(options).await?;
    let report = audit::of_store(&store).await;
    store.close().await;
    report
}

/// Brings a backup back.
pub(super) async fn restore(config: &Config, source: &Path, force: bool) -> Result<Told> {
    let engine = engine_of(source)?;
    make_data_dir(&config.data_dir)?;
    let _lock = DataLock::take(&config.data_dir)?;
    let report = match (config.database(), engine.as_str()) {
        (Database::Sqlite { path }, "sqlite") => restore_sqlite(source, &path, force).await?,
        (database @ Database::Postgres { .. }, "postgres") => {
            if let Database::Postgres { url } = &database {
                dump::load(url, &source.join(DUMP_FILE), force)?;
            }
            verify(database).await?
        }
        (_, engine) => bail!("the backup is one of {engine}, the configured database is not"),
    };
    let sandbox = config.data_dir.join(SANDBOX_DIR);
    if sandbox.exists() {
        fs::remove_dir_all(&sandbox).context("remove the sandbox's memory")?;
    }
    copy_sandbox(source, &config.data_dir)?;
    copy_if_there(&source.join(DEMO_FILE), &config.data_dir.join(DEMO_FILE))?;

    let good = report.findings.is_empty();
    let books = if good {
        "right"
    } else {
        "WRONG; see `altyn audit`"
    };
    let text = format!("{} is restored; its books are {books}.", source.display());
    let json = json!({ "good": good, "findings": report.findings.len() });
    Ok(Told { text, json, good })
}

/// The engine that a backup was taken from.
fn engine_of(source: &Path) -> Result<String> {
    let manifest = source.join(MANIFEST);
    let text = fs::read_to_string(&manifest)
        .with_context(|| format!("{} is no backup", source.display()))?;
    let manifest: Value = serde_json::from_str(&text).context("read the backup's description")?;
    let format = manifest.get("format").and_then(Value::as_u64);
    ensure!(
        format == Some(FORMAT),
        "the backup was made by another version"
    );
    let engine = manifest.get("engine").and_then(Value::as_str);
    Ok(engine.context("the backup names no engine")?.to_owned())
}

/// Puts the copy in the file's place once it has proved to be whole.
async fn restore_sqlite(source: &Path, path: &Path, force: bool) -> Result<Report> {
    if path.exists() && !force {
        bail!("{} is there already; --force replaces it", path.display());
    }
    let partial = beside(path, ".restoring");
    remove_database(&partial)?;
    fs::copy(source.join(DATABASE_FILE), &partial).context("copy the database")?;
    let database = Database::Sqlite {
        path: partial.clone(),
    };
    let report = verify(database).await?;
    File::open(&partial)
        .and_then(|file| file.sync_all())
        .context("write the database to disk")?;
    remove_database(path)?;
    fs::rename(&partial, path).context("put the database in its place")?;
    sync_dir(path.parent())?;
    Ok(report)
}

/// Removes a database file with its log, which must never meet another file.
fn remove_database(path: &Path) -> Result<()> {
    for suffix in ["-wal", "-shm", ""] {
        match fs::remove_file(beside(path, suffix)) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("remove {}", path.display()));
            }
        }
    }
    Ok(())
}

/// Copies the sandbox's memory. Its files are only added to, or replaced by younger ones: then
/// the copy begins again.
fn copy_sandbox(from: &Path, to: &Path) -> Result<()> {
    let (from, to) = (from.join(SANDBOX_DIR), to.join(SANDBOX_DIR));
    for _ in 0..COPY_TRIES {
        if to.exists() {
            fs::remove_dir_all(&to).context("begin the copy of the sandbox again")?;
        }
        match copy_dir(&from, &to) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if !from.exists() {
                    return Ok(());
                }
            }
            Err(error) => return Err(error).context("copy the sandbox's memory"),
        }
    }
    bail!("the sandbox's files were replaced faster than they could be copied")
}

/// Copies the files of a directory.
fn copy_dir(from: &Path, to: &Path) -> std::io::Result<()> {
    let entries: Vec<_> = fs::read_dir(from)?.collect::<Result<_, _>>()?;
    fs::create_dir(to)?;
    for entry in entries {
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

fn copy_if_there(from: &Path, to: &Path) -> Result<()> {
    match fs::copy(from, to) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("copy {}", from.display())),
    }
}

/// A path with something added to its name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes names in a directory survive a power failure.
fn sync_dir(path: Option<&Path>) -> Result<()> {
    let here = Path::new(".");
    let path = path.filter(|path| *path != Path::new("")).unwrap_or(here);
    File::open(path)
        .and_then(|directory| directory.sync_all())
        .with_context(|| format!("write {} to disk", path.display()))
}

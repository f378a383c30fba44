//! `altyn restore`: brings a backup back. The backup is checked beside the data that are there, and
//! replaces them only if its files, its rows and its books are right. What is replaced is kept
//! until the operator says otherwise.

use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use app::Clock as _;
use app::audit::Report;
use serde_json::json;
use store::backup::{Contents, Copy, Replacement, drop_kept, settle};
use store::sealing::SealingKey;
use store::{Database, Serving, StoreError};

use super::backup::{DUMP_FILE, PARTS, copy_file, newest};
use super::manifest::{MANIFEST, Manifest};
use super::{audit, dump, shown};
use crate::clock::SystemClock;
use crate::config::{Config, DATABASE_FILE};
use crate::files::{beside, folder_of, private_file, sync_dir};
use crate::heads::{self, HEADS_FILE};
use crate::output::Output;
use crate::platform::{DataLock, UNFINISHED, make_data_dir, own_data_dir};
use crate::sealing::KeyFile;

/// The directory in which the files of a backup wait until all of them are checked.
const STAGE: &str = "restoring";
/// The part of the name of replaced files between their old name and the time.
const REPLACED: &str = ".replaced-";

/// Brings a backup back.
pub(super) async fn restore(config: &Config, source: &Path, force: bool) -> Result<Output> {
    let manifest = Manifest::read(source)?;
    ensure!(
        manifest.schema <= newest(),
        "the backup is of a newer program ({}): bring it back with that one",
        manifest.version
    );
    own_data_dir(&config.data_dir)?;
    let _lock = DataLock::take(&config.data_dir)?;
    manifest.prove(source)?;
    let stamp = stamp();
    let stage = Stage::make(&manifest, source, config.data_dir.join(STAGE))?;
    let place = Place {
        data_dir: config.data_dir.clone(),
        stage,
        stamp,
    };
    let (manifest_there, from) = (manifest.clone(), source.to_owned());
    let done = match (config.database(), manifest.engine.as_str()) {
        (Database::Sqlite { path }, "sqlite") => {
            let asked = move || into_sqlite(&manifest_there, &from, (&path, force), &place);
            tokio::task::spawn_blocking(asked).await
        }
        (Database::Postgres { url }, "postgres") => {
            let asked = move || into_postgres(&manifest_there, &from, (&url, force), &place);
            tokio::task::spawn_blocking(asked).await
        }
        (_, engine) => bail!("the backup is one of {engine}, the configured database is not"),
    };
    let done = done.context("bring the backup back")??;
    Ok(output(config, source, (&manifest, &done)))
}

/// What a restore did.
struct Done {
    report: Report,
    /// Where the replaced data are now.
    kept: Vec<String>,
    /// The keys that its secrets are sealed with.
    sealed_with: Vec<SealingKey>,
}

/// The place that a backup is brought back to.
struct Place {
    data_dir: PathBuf,
    stage: Stage,
    stamp: String,
}

/// The files that wait beside the database until they are put into their places. They are removed
/// with this value.
struct Stage {
    path: PathBuf,
}

fn output(config: &Config, source: &Path, (manifest, done): (&Manifest, &Done)) -> Output {
    let good = done.report.findings.is_empty();
    let books = if good {
        "right"
    } else {
        "WRONG; see `altyn audit`"
    };
    let from = source.display();
    let mut text = format!("{from} is restored; its books are {books}.\n");
    for missing in &manifest.missing {
        text.push_str(&format!("  not in it: {missing}\n"));
    }
    let advice = advice(config, &done.sealed_with);
    if let Some(advice) = &advice {
        text.push_str(&format!("  no server starts on it yet: {advice}\n"));
    }
    for kept in &done.kept {
        text.push_str(&format!("  what it replaced is kept: {kept}\n"));
    }
    if !done.kept.is_empty() {
        text.push_str("  `altyn restore --drop-replaced` removes what is kept\n");
    }
    if manifest.engine == "postgres" {
        text.push_str("  on other nodes remove heads.json, which knows the books from before\n");
    }
    let json = json!({
        "good": good,
        "findings": done.report.findings.len(),
        "missing": manifest.missing,
        "kept": done.kept,
        "advice": advice,
    });
    Output { text, json, good }
}

/// What has to be done about the sealing keys before a server starts, if anything.
fn advice(config: &Config, sealed_with: &[SealingKey]) -> Option<String> {
    let file = KeyFile::of(config);
    let fits = file
        .read()
        .and_then(|keys| file.compare(sealed_with, keys.as_ref()));
    fits.err().map(|error| format!("{error:#}"))
}

/// Refuses a copy with wrong books if it would replace others.
fn admit(report: &Report, replaces: bool) -> Result<()> {
    let findings = report.findings.len();
    ensure!(
        findings == 0 || !replaces,
        "the books of the backup are WRONG ({findings} findings), so it replaces nothing; \
         bring it back into an empty place to look at it"
    );
    Ok(())
}

fn into_sqlite(
    manifest: &Manifest,
    source: &Path,
    (path, force): (&Path, bool),
    place: &Place,
) -> Result<Done> {
    let _alone = Serving::alone(path)?;
    let there = path.exists();
    if there && !force {
        bail!("{} is there already; --force replaces it", path.display());
    }
    // Beside the database, so that a rename puts it there.
    let partial = Partial::new(beside(path, ".restoring"))?;
    let (report, sealed_with) = {
        manifest.copy(source, DATABASE_FILE, &partial.path)?;
        let mut copy = Copy::open(&partial.path).context("open the backup's database")?;
        manifest.compare(&Contents::of(&mut copy)?)?;
        copy.close()?;
        let mut copy = Copy::migrated(&partial.path).context("bring its schema up to date")?;
        let report = audit::of_conn(&mut copy.conn(), None)?;
        let sealed_with = store::sealing::list(&mut copy.conn())?;
        copy.close()?;
        (report, sealed_with)
    };
    admit(&report, there)?;
    settle(&partial.path).context("finish the copy")?;
    File::open(&partial.path)
        .and_then(|file| file.sync_all())
        .context("write the database to disk")?;

    let aside = there
        .then(|| keep_database(path, &place.stamp))
        .transpose()?;
    if let Err(error) = place.swap(&partial.path, path) {
        // If nothing was changed, there is nothing to keep.
        if let Some(aside) = aside.filter(|_| !place.has_begun()) {
            remove_database(&aside)?;
        }
        return Err(error);
    }
    sync_dir(path.parent())?;
    let mut kept: Vec<String> = aside.iter().map(|it| it.display().to_string()).collect();
    place.put_parts(source, &mut kept)?;
    Ok(Done {
        report,
        kept,
        sealed_with,
    })
}

fn into_postgres(
    manifest: &Manifest,
    source: &Path,
    (url, force): (&str, bool),
    place: &Place,
) -> Result<Done> {
    let mut replacement = Replacement::begin(url)?;
    let there = replacement.is_needed()?;
    if there && !force {
        bail!("the database has tables already; --force replaces them");
    }
    let mut kept = Vec::new();
    if there {
        let schema = replacement.set_aside(&place.stamp);
        let schema = schema.context("set aside what is there")?;
        kept.push(format!("schema {schema} of the database"));
    }
    let mut script = dump::Script::of(&source.join(DUMP_FILE))?;
    let loaded = replacement.load(&mut BufReader::new(&mut script));
    script.end()?;
    loaded.context("read the backup's database")?;
    manifest.compare(&Contents::of(&mut replacement)?)?;
    replacement
        .migrate()
        .context("bring its schema up to date")?;
    let report = audit::of_conn(&mut replacement.conn(), None)?;
    let sealed_with = store::sealing::list(&mut replacement.conn())?;
    admit(&report, there)?;
    let mark = place.begin()?;
    if let Err(error) = replacement.commit() {
        // If the commit is known to have failed, everything is as it was.
        if !matches!(error, StoreError::OutcomeUnknown) {
            mark.take_back();
        }
        return Err(error).context("put the database in its place");
    }
    place.put_parts(source, &mut kept)?;
    Ok(Done {
        report,
        kept,
        sealed_with,
    })
}

impl Place {
    /// Notes that from now on half of a restore would be worse than none.
    fn begin(&self) -> Result<Mark> {
        let path = self.data_dir.join(UNFINISHED);
        let mark = Mark {
            was_there: path.exists(),
            path,
        };
        let noted = private_file(&mark.path)
            .and_then(|file| file.sync_all().context("note that a restore has begun"))
            .and_then(|()| sync_dir(Some(&self.data_dir)));
        if noted.is_err() {
            mark.take_back();
        }
        noted.map(|()| mark)
    }

    fn has_begun(&self) -> bool {
        self.data_dir.join(UNFINISHED).exists()
    }

    /// Gives a new file the name of the database.
    fn swap(&self, new: &Path, path: &Path) -> Result<()> {
        let had_log = LOGS.iter().any(|suffix| beside(path, suffix).exists());
        let mark = self.begin()?;
        let swapped = remove_logs(path)
            .and_then(|()| fs::rename(new, path).context("put the database in its place"));
        if swapped.is_err() && !had_log {
            mark.take_back();
        }
        swapped
    }

    /// Puts the files beside the database into their places, and notes that all is done.
    fn put_parts(&self, source: &Path, kept: &mut Vec<String>) -> Result<()> {
        for part in PARTS {
            let (target, new) = (self.data_dir.join(part), self.stage.path.join(part));
            if target.exists() {
                let aside = beside(&target, &format!("{REPLACED}{}", self.stamp));
                fs::rename(&target, &aside).with_context(|| format!("set {part} aside"))?;
                kept.push(aside.display().to_string());
            }
            if new.exists() {
                fs::rename(&new, &target).with_context(|| format!("put {part} in its place"))?;
            }
        }
        // From now on the books end where the backup says.
        let aside = format!("{HEADS_FILE}{REPLACED}{}", self.stamp);
        let aside = self.data_dir.join(aside);
        let ends = heads::read(&source.join(MANIFEST))?;
        if heads::replace(&self.data_dir, &aside, &ends)? {
            kept.push(aside.display().to_string());
        }
        sync_dir(Some(&self.data_dir))?;
        fs::remove_file(self.data_dir.join(UNFINISHED)).context("note that all is done")?;
        sync_dir(Some(&self.data_dir))
    }
}

/// The note that a restore is under way. No server starts while it is there.
struct Mark {
    path: PathBuf,
    /// Whether an earlier restore was interrupted.
    was_there: bool,
}

impl Mark {
    /// Takes the note back: nothing was changed.
    fn take_back(&self) {
        if self.was_there {
            return;
        }
        if let Err(error) = remove_if_there(&self.path) {
            tracing::warn!("the note of a restore is left: {error:#}");
        }
    }
}

impl Stage {
    /// Copies the files beside the database to the directory in which they wait.
    fn make(manifest: &Manifest, source: &Path, path: PathBuf) -> Result<Self> {
        if path.exists() {
            fs::remove_dir_all(&path).context("remove what a killed restore left")?;
        }
        let stage = Self { path };
        make_data_dir(&stage.path)?;
        for part in PARTS {
            for name in manifest.names_in(part) {
                let target = stage.path.join(name);
                make_data_dir(folder_of(&target))?;
                manifest.copy(source, name, &target)?;
            }
        }
        Ok(stage)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Anything left is removed by the next restore.
        if let Err(error) = fs::remove_dir_all(&self.path)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, "{} is left", self.path.display());
        }
    }
}

/// A database that is being checked. It is removed with this value, unless it was given another
/// name.
struct Partial {
    path: PathBuf,
}

impl Partial {
    fn new(path: PathBuf) -> Result<Self> {
        // Files of a restore that was killed.
        remove_database(&path)?;
        Ok(Self { path })
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if let Err(error) = remove_database(&self.path) {
            tracing::warn!("what was brought back is left: {error:#}");
        }
    }
}

/// The files of a database that has not been closed, besides its own.
const LOGS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Gives a database a second name beside its own, under which it is complete. The database is not
/// changed, and everything is undone if a part fails. Returns the second name.
fn keep_database(path: &Path, stamp: &str) -> Result<PathBuf> {
    // One that cannot be opened is kept as it is.
    if let Err(error) = settle(path) {
        tracing::warn!(%error, "what is replaced could not be opened");
    }
    let aside = beside(path, &format!("{REPLACED}{stamp}"));
    ensure!(!aside.exists(), "{} exists already", aside.display());
    let kept = LOGS.into_iter().chain([""]).try_for_each(|suffix| {
        let (from, to) = (beside(path, suffix), beside(&aside, suffix));
        or_copy(fs::hard_link(&from, &to), &from, &to)
            .with_context(|| format!("keep {}", from.display()))
    });
    if let Err(error) = kept.and_then(|()| sync_dir(path.parent())) {
        remove_database(&aside)?;
        return Err(error);
    }
    Ok(aside)
}

/// Copies a file, if it is there, to which no second name could be given: not all file systems
/// support that.
fn or_copy(linked: io::Result<()>, from: &Path, to: &Path) -> io::Result<()> {
    match linked {
        Ok(()) => Ok(()),
        Err(_) if !from.exists() => Ok(()),
        Err(_) => copy_file(from, to),
    }
}

/// Removes the log of a database, which must never be applied to another file.
fn remove_logs(path: &Path) -> Result<()> {
    LOGS.iter()
        .try_for_each(|suffix| remove_if_there(&beside(path, suffix)))
}

/// Removes a database file with its log.
fn remove_database(path: &Path) -> Result<()> {
    remove_logs(path)?;
    remove_if_there(path)
}

fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("remove {}", path.display())),
    }
}

/// Removes everything that restores have replaced.
pub(super) async fn drop_replaced(config: &Config) -> Result<Output> {
    let mut folders = vec![config.data_dir.clone()];
    let mut dropped = match config.database() {
        Database::Sqlite { path } => {
            folders.push(folder_of(&path).to_owned());
            Vec::new()
        }
        Database::Postgres { url } => {
            let schemas = tokio::task::spawn_blocking(move || drop_kept(&url)).await;
            schemas.context("drop what was replaced")??
        }
    };
    folders.dedup();
    for folder in folders {
        let entries = fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()));
        for entry in entries?.flatten() {
            if !entry.file_name().to_string_lossy().contains(REPLACED) {
                continue;
            }
            let path = entry.path();
            let removed = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.with_context(|| format!("remove {}", path.display()))?;
            dropped.push(path.display().to_string());
        }
    }
    let json = json!({ "good": true, "dropped": dropped });
    let text = if dropped.is_empty() {
        "Nothing is kept.".to_owned()
    } else {
        format!("Removed: {}.", dropped.join(", "))
    };
    Ok(Output::good(text, json))
}

/// The time, as the end of a name.
fn stamp() -> String {
    let digits = shown(SystemClock.now());
    digits.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(data_dir: &Path) -> Place {
        Place {
            data_dir: data_dir.to_owned(),
            stage: Stage {
                path: data_dir.join(STAGE),
            },
            stamp: stamp(),
        }
    }

    #[test]
    fn a_restore_that_changed_nothing_leaves_no_note() {
        let home = tempfile::tempdir().unwrap();
        let (database, new) = (home.path().join("altyn.db"), home.path().join("new"));
        fs::write(&database, "old").unwrap();
        let place = place(home.path());
        assert!(place.swap(&new, &database).is_err(), "there is no new file");
        assert!(!place.has_begun());
        // One that was interrupted before.
        drop(place.begin().unwrap());
        assert!(place.swap(&new, &database).is_err());
        assert!(place.has_begun());
        // Something that had been changed before it failed.
        fs::remove_file(home.path().join(UNFINISHED)).unwrap();
        fs::write(beside(&database, "-wal"), "log").unwrap();
        assert!(place.swap(&new, &database).is_err());
        assert!(place.has_begun());
        assert_eq!(fs::read(&database).unwrap(), b"old");
    }

    #[test]
    fn a_file_is_kept_where_file_systems_know_no_second_names() {
        let home = tempfile::tempdir().unwrap();
        let (from, to) = (home.path().join("from"), home.path().join("to"));
        let refused = Err(ErrorKind::PermissionDenied.into());
        fs::write(&from, "old").unwrap();
        or_copy(refused, &from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"old");
        let missing = home.path().join("missing");
        let copy = home.path().join("copy");
        or_copy(fs::hard_link(&missing, &copy), &missing, &copy).unwrap();
        assert!(!copy.exists());
    }
}

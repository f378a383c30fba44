//! `altyn restore`: brings a backup back. It is proved beside what is there, and replaces that only
//! when its files, its rows and its books are what they should be. What is replaced is kept until
//! the operator says otherwise.

use std::fs::{self, File};
use std::io::{BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use app::Clock as _;
use app::audit::Report;
use serde_json::json;
use store::backup::{Copy, Replacement, drop_kept, settle};
use store::sealing::SealingKey;
use store::{Database, Serving};

use super::backup::{DUMP_FILE, PARTS};
use super::manifest::{MANIFEST, Manifest};
use super::{audit, dump, shown};
use crate::clock::SystemClock;
use crate::config::{Config, DATABASE_FILE};
use crate::files::{beside, folder_of, private_file, sync_dir};
use crate::heads::{self, HEADS_FILE};
use crate::output::Told;
use crate::platform::{DataLock, UNFINISHED, make_data_dir, own_data_dir};
use crate::sealing::KeyFile;

/// What is brought back waits here until all of it is proved.
const STAGE: &str = "restoring";
/// What stands between the name of what was replaced and the time.
const REPLACED: &str = ".replaced-";

/// Brings a backup back.
pub(super) async fn restore(config: &Config, source: &Path, force: bool) -> Result<Told> {
    let manifest = Manifest::read(source)?;
    let newest = store::MIGRATIONS.last().map_or(0, |last| last.number);
    ensure!(
        manifest.schema <= newest,
        "the backup is of a newer program ({}): bring it back with that one",
        manifest.version
    );
    own_data_dir(&config.data_dir)?;
    let _lock = DataLock::take(&config.data_dir)?;
    manifest.prove(source)?;
    let stamp = stamp();
    let stage = config.data_dir.join(STAGE);
    stage_parts(&manifest, source, &stage)?;
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
    Ok(told(config, source, (&manifest, &done)))
}

/// What a restore did.
struct Done {
    report: Report,
    /// Where what was replaced is now.
    kept: Vec<String>,
    /// What its secrets are sealed with.
    sealed_with: Vec<SealingKey>,
}

/// Where a backup is brought back to.
struct Place {
    data_dir: PathBuf,
    stage: PathBuf,
    stamp: String,
}

fn told(config: &Config, source: &Path, (manifest, done): (&Manifest, &Done)) -> Told {
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
    Told { text, json, good }
}

/// What has to be done about the sealing keys before a server starts, if anything.
fn advice(config: &Config, sealed_with: &[SealingKey]) -> Option<String> {
    let file = KeyFile::of(config);
    let fits = file
        .read()
        .and_then(|keys| file.compare(sealed_with, keys.as_ref()));
    fits.err().map(|error| format!("{error:#}"))
}

/// Refuses a copy with wrong books where they would replace others.
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
    let partial = beside(path, ".restoring");
    remove_database(&partial)?;
    let proved = (|| {
        manifest.copy(source, DATABASE_FILE, &partial)?;
        let copy = Copy::open(&partial).context("open the backup's database")?;
        manifest.compare(&copy.contents()?)?;
        copy.close()?;
        let mut copy = Copy::migrated(&partial).context("bring its schema up to date")?;
        let report = audit::of_conn(&mut copy.conn(), &[])?;
        let sealed_with = store::sealing::list(&mut copy.conn())?;
        copy.close()?;
        admit(&report, there)?;
        settle(&partial).context("finish the copy")?;
        Ok((report, sealed_with))
    })();
    let (report, sealed_with) = match proved {
        Ok(proved) => proved,
        Err(error) => {
            remove_database(&partial)?;
            fs::remove_dir_all(&place.stage).context("remove what was staged")?;
            return Err(error);
        }
    };
    File::open(&partial)
        .and_then(|file| file.sync_all())
        .context("write the database to disk")?;

    place.begin()?;
    let mut kept = Vec::new();
    if there {
        kept.extend(set_aside_database(path, &place.stamp)?);
    }
    fs::rename(&partial, path).context("put the database in its place")?;
    sync_dir(path.parent())?;
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
    manifest.compare(&replacement.contents()?)?;
    replacement
        .migrate()
        .context("bring its schema up to date")?;
    let report = audit::of_conn(&mut replacement.conn(), &[])?;
    let sealed_with = store::sealing::list(&mut replacement.conn())?;
    admit(&report, there)?;
    place.begin()?;
    replacement.commit()?;
    place.put_parts(source, &mut kept)?;
    Ok(Done {
        report,
        kept,
        sealed_with,
    })
}

impl Place {
    /// Notes that from now on a half of the restore would be worse than none.
    fn begin(&self) -> Result<()> {
        private_file(&self.data_dir.join(UNFINISHED))?
            .sync_all()
            .context("note that a restore has begun")?;
        sync_dir(Some(&self.data_dir))
    }

    /// Puts what is beside the database into its place, and notes that all is done.
    fn put_parts(&self, source: &Path, kept: &mut Vec<String>) -> Result<()> {
        for part in PARTS {
            let (target, new) = (self.data_dir.join(part), self.stage.join(part));
            if target.exists() {
                let aside = beside(&target, &format!("{REPLACED}{}", self.stamp));
                fs::rename(&target, &aside).with_context(|| format!("set {part} aside"))?;
                kept.push(aside.display().to_string());
            }
            if new.exists() {
                fs::rename(&new, &target).with_context(|| format!("put {part} in its place"))?;
            }
        }
        // Books end where the backup says from now on.
        let aside = format!("{HEADS_FILE}{REPLACED}{}", self.stamp);
        let aside = self.data_dir.join(aside);
        let ends = heads::read(&source.join(MANIFEST))?;
        if heads::replace(&self.data_dir, &aside, &ends)? {
            kept.push(aside.display().to_string());
        }
        fs::remove_dir_all(&self.stage).context("remove the empty stage")?;
        sync_dir(Some(&self.data_dir))?;
        fs::remove_file(self.data_dir.join(UNFINISHED)).context("note that all is done")?;
        sync_dir(Some(&self.data_dir))
    }
}

/// Copies what is beside the database to where it waits.
fn stage_parts(manifest: &Manifest, source: &Path, stage: &Path) -> Result<()> {
    if stage.exists() {
        fs::remove_dir_all(stage).context("remove what a killed restore left")?;
    }
    make_data_dir(stage)?;
    for part in PARTS {
        for name in manifest.names_in(part) {
            let target = stage.join(name);
            make_data_dir(folder_of(&target))?;
            manifest.copy(source, name, &target)?;
        }
    }
    Ok(())
}

/// Gives a database another name beside its own, under which it is whole, and leaves the file
/// without its log, which must never meet another file.
fn set_aside_database(path: &Path, stamp: &str) -> Result<Option<String>> {
    // One that cannot be opened is kept as it is.
    if let Err(error) = settle(path) {
        tracing::warn!(%error, "what is replaced could not be opened");
    }
    let aside = beside(path, &format!("{REPLACED}{stamp}"));
    for suffix in ["-wal", "-shm", "-journal", ""] {
        let (from, to) = (beside(path, suffix), beside(&aside, suffix));
        match fs::hard_link(&from, &to) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => {
                return Err(error).with_context(|| format!("keep {}", from.display()));
            }
        }
        // The file itself goes when the new one takes its name.
        if !suffix.is_empty() {
            fs::remove_file(&from).with_context(|| format!("remove {}", from.display()))?;
        }
    }
    sync_dir(path.parent())?;
    Ok(Some(aside.display().to_string()))
}

/// Removes a database file with its log.
fn remove_database(path: &Path) -> Result<()> {
    for suffix in ["-wal", "-shm", "-journal", ""] {
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

/// Removes everything that restores have replaced.
pub(super) async fn drop_replaced(config: &Config) -> Result<Told> {
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
    Ok(Told::good(text, json))
}

/// The time, as the end of a name.
fn stamp() -> String {
    let digits = shown(SystemClock.now());
    digits.chars().filter(char::is_ascii_digit).collect()
}

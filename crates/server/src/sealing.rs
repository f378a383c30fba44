//! The file of the sealing keys: made at the first start, read again when another process has added
//! a key, and compared with the keys that the database is sealed with.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use app::sealing::{self, Difference, Keyring, Sealing};
use app::{Clock as _, Random as _};
use store::Store;
use store::sealing::SealingKey;
use zeroize::Zeroizing;

use crate::clock::{SystemClock, SystemRandom};
use crate::config::Config;
use crate::files::{beside, folder_of, private_file, sync_dir};
use crate::platform::{FOR_OTHERS, make_data_dir};

/// The number of the first key.
const FIRST: u32 = 1;

/// The file of the keys.
#[derive(Clone, Debug)]
pub(crate) struct KeyFile {
    path: PathBuf,
}

/// Held while the file is changed: without it, one of two commands would lose the other's key.
pub(crate) struct Changing {
    _folder: File,
}

impl KeyFile {
    pub(crate) fn of(config: &Config) -> Self {
        let path = config.sealing_key_file();
        Self { path }
    }

    pub(crate) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// Refuses a file that others may read, because then the keys seal nothing.
    pub(crate) fn refuse_open(&self) -> Result<()> {
        let about = match self.path.metadata() {
            Ok(about) => about,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error).with_context(|| format!("look at {}", self.shown())),
        };
        ensure!(about.is_file(), "{} is not a file", self.shown());
        ensure!(
            about.permissions().mode() & FOR_OTHERS == 0,
            "others may read the sealing keys: chmod 600 {}",
            self.shown()
        );
        Ok(())
    }

    /// The keys; `None` if there is no file.
    pub(crate) fn read(&self) -> Result<Option<Keyring>> {
        self.refuse_open()?;
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("read {}", self.shown())),
        };
        let keys = Keyring::parse(&text);
        let keys = keys.with_context(|| format!("read the sealing keys in {}", self.shown()))?;
        Ok(Some(keys))
    }

    /// Takes the lock for changing the file, and waits for whoever has it.
    pub(crate) fn change(&self) -> Result<Changing> {
        let folder = folder_of(&self.path);
        make_data_dir(folder)?;
        let folder = File::open(folder).context("open the folder of the sealing keys")?;
        folder
            .lock()
            .context("lock the folder of the sealing keys")?;
        Ok(Changing { _folder: folder })
    }

    /// Writes the file; readers find the old one or all of the new one.
    pub(crate) fn write(&self, keys: &Keyring, _changing: &Changing) -> Result<()> {
        // A symbolic link stays one, because other nodes may share its target.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_new| self.path.clone());
        let partial = beside(&path, ".part");
        let written = (|| {
            let mut file = private_file(&partial)?;
            file.write_all(keys.to_text().as_bytes())?;
            file.sync_all()?;
            fs::rename(&partial, &path)?;
            sync_dir(path.parent())
        })();
        written.with_context(|| format!("write the sealing keys to {}", self.shown()))
    }

    fn remove(&self, _changing: &Changing) -> Result<()> {
        fs::remove_file(&self.path).with_context(|| format!("remove {}", self.shown()))
    }

    /// What to do about keys that do not belong to the database.
    fn advice(&self, difference: Difference, there: bool) -> String {
        let file = self.shown();
        let wrong = match difference {
            Difference::Lacking(number) if there => {
                format!("{file} does not have key {number}, which the database is sealed with")
            }
            Difference::Lacking(number) => {
                format!("the database is sealed with key {number}, and there is no {file}")
            }
            Difference::Other(number) => {
                format!("key {number} in {file} is not the one that the database is sealed with")
            }
        };
        format!(
            "{wrong}: copy the file there from another node or from where a copy is kept; if the \
             key is lost for good, run `altyn sealing rotate --lost`"
        )
    }

    /// Compares keys with those that a database is sealed with.
    pub(crate) fn compare(&self, registered: &[SealingKey], keys: Option<&Keyring>) -> Result<()> {
        let none = Keyring::default();
        let compared = sealing::compare(registered, keys.unwrap_or(&none));
        if let Err(difference) = compared {
            bail!(self.advice(difference, keys.is_some()));
        }
        Ok(())
    }
}

/// The sealing before any keys are known.
pub(crate) fn unprepared(config: &Config) -> Arc<Sealing> {
    let file = KeyFile::of(config);
    let source = move || {
        let keys = file.read().map_err(|error| format!("{error:#}"))?;
        keys.ok_or_else(|| format!("there is no {}", file.shown()))
    };
    Arc::new(Sealing::new(Keyring::default(), Arc::new(source)))
}

/// Reads the keys and compares them with the database. The very first process makes a key.
pub(crate) async fn prepare(config: &Config, store: &Store, sealing: &Sealing) -> Result<()> {
    let file = KeyFile::of(config);
    let registered = sealing::registered(store).await;
    let mut registered = registered.context("read which keys the database is sealed with")?;
    if registered.is_empty() {
        registered = begin(&file, store).await?;
    }
    let keys = file.read()?;
    file.compare(&registered, keys.as_ref())?;
    take_in(sealing, keys, &registered);
    Ok(())
}

/// The same for a command that may not need secrets: it goes on without the keys, and sealing or
/// opening something then fails with the reason.
pub(crate) async fn prepare_if_possible(
    config: &Config,
    store: &Store,
    sealing: &Sealing,
) -> Result<()> {
    let file = KeyFile::of(config);
    let registered = sealing::registered(store).await;
    let registered = registered.context("read which keys the database is sealed with")?;
    let read = file.read();
    let compared = read.and_then(|keys| {
        file.compare(&registered, keys.as_ref())?;
        Ok(keys)
    });
    match compared {
        Ok(keys) => take_in(sealing, keys, &registered),
        Err(error) => sealing.replace(Keyring::default(), Err(format!("{error:#}"))),
    }
    Ok(())
}

/// Keys of the file that the database does not know yet can be used to open, but do not seal yet.
fn take_in(sealing: &Sealing, keys: Option<Keyring>, registered: &[SealingKey]) {
    let newest = registered.last().map(|key| key.number);
    let newest = newest.ok_or_else(|| "the database has no sealing key yet".to_owned());
    sealing.replace(keys.unwrap_or_default(), newest);
}

/// Notes the first key of a database: that of the file, or a new one.
async fn begin(file: &KeyFile, store: &Store) -> Result<Vec<SealingKey>> {
    let changing = file.clone();
    let changing = tokio::task::spawn_blocking(move || changing.change()).await;
    let changing = changing.context("wait for the sealing keys")??;
    let there = file.read()?;
    let made = there.is_none();
    let keys = match there {
        Some(keys) => keys,
        None => {
            let mut keys = Keyring::default();
            keys.add(FIRST, fresh_key());
            file.write(&keys, &changing)?;
            keys
        }
    };
    let newest = keys.newest().context("there is no sealing key")?;
    let noted = sealing::register(store, &keys, newest, SystemClock.now()).await;
    let noted = noted.context("note the sealing key in the database")?;
    if made && sealing::compare(&noted, &keys).is_err() {
        // Another node was faster, and its file is the right one here.
        file.remove(&changing)?;
    }
    Ok(noted)
}

/// 256 bits of the operating system's randomness.
pub(crate) fn fresh_key() -> Zeroizing<[u8; 32]> {
    Zeroizing::new(SystemRandom::new().seed())
}

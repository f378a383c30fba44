//! Puts the platform together from the configuration: for the server with everything, for commands
//! with the database alone.

use std::fs::{DirBuilder, File, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use app::sandbox::Records;
use app::{App, Clock as _, Cx, Parts, Settings};
use connectors::courier::{Certificates, HttpCourier, Settings as Calls};
use connectors::fiscal::{AtolOnline, Desk, SandboxRegister};
use connectors::mail::NoMailer;
use connectors::registry::State;
use connectors::sandbox::{Sandbox, left_in_files};
use connectors::sms::NoSms;
use connectors::{Connector, Connectors, Payer};
use contract::Links;
use domain::{ConnectorName, Reach, Right};
use store::{Database, Older, Options, Store};
use tracing::{info, warn};

use crate::clock::{SystemClock, SystemRandom};
use crate::config::Config;
use crate::demo::DEMO_FILE;
use crate::machine;
use crate::metered::{MeteredAcquirer, MeteredCourier, MeteredMailer, MeteredPayer, MeteredSms};
use crate::metrics::Metrics;
use crate::sealing;

/// The connector that is always there.
const SANDBOX: ConnectorName = ConnectorName::SANDBOX;

/// The sandbox register's memory, in the data directory.
pub(crate) const SANDBOX_DIR: &str = "sandbox";
/// Locked by the server while it runs, in the data directory.
const LOCK_FILE: &str = "altyn.lock";

/// There while a restore is half done, in the data directory.
pub(crate) const UNFINISHED: &str = "restore-unfinished";

/// The database with the use cases around it.
pub(crate) struct Platform {
    pub(crate) app: Arc<App>,
    pub(crate) store: Store,
    /// The context of whoever starts programs on this machine.
    pub(crate) cx: Cx,
}

impl Platform {
    /// Everything, as the server needs it.
    pub(crate) async fn of_server(
        config: &Config,
        public_url: &str,
        metrics: &Metrics,
    ) -> Result<Self> {
        let store = open(config.store_options()).await?;
        let sealing = sealing::unprepared(config);
        sealing::prepare(config, &store, &sealing).await?;
        let memory = config.data_dir.join(SANDBOX_DIR);
        let records = Records::new(store.clone(), SANDBOX, sandbox_clock());
        take_over(&records, &memory).await?;
        let connectors = connectors(config, &store, public_url)?;
        let connectors = connectors.map(|one| metered(one, metrics));
        let register = SandboxRegister::open(&memory)
            .with_context(|| format!("open the register's memory in {}", memory.display()))?;
        let atol = AtolOnline::new().context("set up calls to ATOL Online")?;
        let courier = courier(config)?;
        let parts = Parts {
            store: store.clone(),
            fiscal: Arc::new(Desk::new(Arc::new(register), Arc::new(atol))),
            connectors,
            courier: Arc::new(MeteredCourier {
                inner: Arc::new(courier),
                metrics: metrics.clone(),
            }),
            mailer: Arc::new(MeteredMailer {
                inner: config.mail.mailer(certificates(config))?,
                metrics: metrics.clone(),
            }),
            sms: Arc::new(MeteredSms {
                inner: config.sms.gateway(certificates(config))?,
                metrics: metrics.clone(),
            }),
            letters: Arc::new(pages::letter::Writer),
            sealing,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom::new()),
            settings: settings(config, public_url),
        };
        let app = App::new(parts);
        let cx = app.machine(machine::of(config));
        seal_what_is_left(&cx).await?;
        metrics.watch(&app);
        Ok(Self { app, store, cx })
    }

    /// The database beside a running server, or without one. No acquirer is ever called. The
    /// database is neither made nor changed: one that is missing or of an older program is refused.
    pub(crate) async fn of_command(config: &Config) -> Result<Self> {
        Self::beside(config, Older::Refused).await
    }

    async fn beside(config: &Config, older: Older) -> Result<Self> {
        refuse_half_restored(&config.data_dir)?;
        let mut options = Options::new(config.database());
        options.lanes = 1;
        options.readers = 1;
        // An audit looks at two shops at once.
        options.patient_readers = 2;
        options.older = older;
        match &options.database {
            Database::Sqlite { path } => {
                if older == Older::Refused {
                    require_database(config, path)?;
                }
                own_data_dir(&config.data_dir)?;
            }
            Database::Postgres { .. } if config.data_dir.exists() => {
                refuse_open_data_dir(&config.data_dir)?;
            }
            Database::Postgres { .. } => {}
        }
        let store = open(options).await?;
        let sealing = sealing::unprepared(config);
        sealing::prepare_if_possible(config, &store, &sealing).await?;
        let courier = courier(config)?;
        // The server of a demo lets notifications go to this machine, so its commands do too.
        let with_demo = config.data_dir.join(DEMO_FILE).exists();
        let connectors = connectors(config, &store, "")?;
        let connectors = connectors.map(|one| Connector {
            local: None,
            bank: None,
            ..one
        });
        let parts = Parts {
            store: store.clone(),
            connectors,
            fiscal: Arc::new(SandboxRegister::in_memory()),
            courier: Arc::new(courier),
            mailer: Arc::new(NoMailer),
            sms: Arc::new(NoSms),
            letters: Arc::new(pages::letter::Writer),
            sealing,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom::new()),
            settings: Settings {
                reach: reach(config.allow_loopback || with_demo),
                ..settings(config, &listening_url(config))
            },
        };
        let app = App::new(parts);
        let cx = app.machine(machine::of(config));
        Ok(Self { app, store, cx })
    }

    /// Finishes what was accepted and closes the database.
    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

/// Brings the database up to date, and takes over files that an older sandbox left in the data
/// directory.
pub(crate) async fn migrate(config: &Config) -> Result<()> {
    let memory = config.data_dir.join(SANDBOX_DIR);
    let left = left_in_files(&memory);
    let left =
        left.with_context(|| format!("read the sandbox's memory in {}", memory.display()))?;
    // A running server of the older program goes on writing there.
    let _lock = if left.is_empty() {
        None
    } else {
        Some(DataLock::take(&config.data_dir)?)
    };
    let platform = Platform::beside(config, Older::Upgraded).await?;
    let records = Records::new(platform.store.clone(), SANDBOX, sandbox_clock());
    let taken_over = take_over(&records, &memory).await;
    let noted = app::journal::note(&platform.cx, Right::DataMove, None).await;
    platform.close().await;
    noted.context("note the migration in the journal of actions")?;
    taken_over
}

/// Takes the files of an older sandbox over into the database.
async fn take_over(records: &Records, memory: &Path) -> Result<()> {
    let taken_over = records.take_over(memory).await;
    taken_over
        .map_err(anyhow::Error::from_boxed)
        .with_context(|| format!("take over the sandbox's memory in {}", memory.display()))
}

/// Refuses a path without a database, or with one that must not be opened.
fn require_database(config: &Config, path: &Path) -> Result<()> {
    let there = path.try_exists();
    if there.with_context(|| format!("look for the database at {}", path.display()))? {
        return Ok(());
    }
    let file = if config.without_file {
        " (no altyn.toml here was read; `--config FILE`?)"
    } else {
        ""
    };
    bail!(
        "there is no database at {}: `altyn serve` or `altyn migrate` makes it{file}",
        path.display()
    )
}

/// Seals secrets that are plain since before sealing, or under a key that a rotation has replaced.
async fn seal_what_is_left(cx: &Cx) -> Result<()> {
    let resealed = app::sealing::reseal(cx).await;
    let resealed = resealed.context("seal the secrets in the database")?;
    if resealed.rows != 0 {
        info!(rows = resealed.rows, "secrets were sealed");
    }
    for row in resealed.unreadable.iter().take(UNREADABLE_SHOWN) {
        let (shop, webhook, why) = (row.shop_id, row.id, &row.why);
        warn!(%shop, %webhook, "the secret of a webhook cannot be opened: {why}");
    }
    if let Some(more) = resealed.unreadable.get(UNREADABLE_SHOWN..)
        && !more.is_empty()
    {
        warn!(more = more.len(), "`altyn audit` names all of them");
    }
    Ok(())
}

/// The most unreadable secrets that are named at the start.
const UNREADABLE_SHOWN: usize = 10;

/// The connectors that the operator has named.
fn connectors(config: &Config, store: &Store, pages_url: &str) -> Result<Connectors> {
    let config = &config.connectors;
    if let Some(name) = config.unknown_off() {
        bail!("connectors_off names {name}, which is not one of `connectors`");
    }
    if config.names().iter().all(|name| config.is_off(*name)) {
        warn!("all connectors are off: nothing new is paid or paid out");
    }
    let names = config.names().iter();
    let all = names.map(|name| {
        let records = Records::new(store.clone(), *name, sandbox_clock());
        let bank = Sandbox::on(Arc::new(records), pages_url, sandbox_clock());
        let bank = match config.sandbox_secret() {
            Some(secret) => bank.signing_by(secret.as_bytes()),
            None => bank,
        };
        let state = match config.is_off(*name) {
            true => State::Off,
            false => State::On,
        };
        Connector {
            state,
            ..Connector::sandbox(*name, Arc::new(bank))
        }
    });
    Ok(Connectors::new(all.collect())?)
}

/// The same connector, with its calls counted.
fn metered(connector: Connector, metrics: &Metrics) -> Connector {
    let payer = connector.payer.map(|inner| -> Arc<dyn Payer> {
        Arc::new(MeteredPayer {
            inner,
            metrics: metrics.clone(),
        })
    });
    Connector {
        acquirer: Arc::new(MeteredAcquirer {
            inner: connector.acquirer,
            metrics: metrics.clone(),
        }),
        payer,
        ..connector
    }
}

/// Outgoing calls to merchants' servers.
fn courier(config: &Config) -> Result<HttpCourier> {
    let calls = Calls {
        reach: reach(config.allow_loopback),
        certificates: certificates(config),
        ..Calls::default()
    };
    HttpCourier::new(calls).context("set up outgoing calls")
}

/// Which addresses notifications may be sent to.
fn reach(allow_loopback: bool) -> Reach {
    if allow_loopback {
        Reach::PublicAndLoopback
    } else {
        Reach::Public
    }
}

/// Which certificates are trusted.
fn certificates(config: &Config) -> Certificates {
    if config.accept_any_certificate {
        Certificates::Any
    } else {
        Certificates::Trusted
    }
}

fn sandbox_clock() -> connectors::sandbox::Clock {
    Arc::new(|| SystemClock.now())
}

fn settings(config: &Config, public_url: &str) -> Settings {
    Settings {
        links: Links {
            checkout_url: public_url.to_owned(),
        },
        call_time_max: config.call_time_max,
        deliveries_per_webhook_max: config.deliveries_per_webhook_max,
        reach: reach(config.allow_loopback),
        card_limits: config.card_limits,
    }
}

/// The address of the server, as far as the configuration knows it.
pub(crate) fn listening_url(config: &Config) -> String {
    let listening = || format!("http://{}", config.listen);
    config.public_url.clone().unwrap_or_else(listening)
}

/// Opens a database; the error says what to do.
pub(crate) async fn open(options: Options) -> Result<Store> {
    let place = match &options.database {
        Database::Sqlite { path } => path.display().to_string(),
        Database::Postgres { url } => without_password(url),
    };
    Store::open(options)
        .await
        .with_context(|| format!("open the database {place}"))
}

/// An address of PostgreSQL without its password.
pub(crate) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "PostgreSQL".to_owned();
    };
    let Some((user, place)) = rest.rsplit_once('@') else {
        return url.to_owned();
    };
    let user = user.split_once(':').map_or(user, |(user, _)| user);
    format!("{scheme}://{user}@{place}")
}

/// Refuses a data directory in which a restore was interrupted.
pub(crate) fn refuse_half_restored(data_dir: &Path) -> Result<()> {
    ensure!(
        !data_dir.join(UNFINISHED).exists(),
        "a restore into {} was cut off: run it again, with --force",
        data_dir.display()
    );
    Ok(())
}

/// Makes the data directory if it is not there, and refuses one that others may enter.
pub(crate) fn own_data_dir(path: &Path) -> Result<()> {
    make_data_dir(path)?;
    refuse_open_data_dir(path)
}

/// Refuses a data directory that others may enter.
fn refuse_open_data_dir(path: &Path) -> Result<()> {
    let about = path.metadata();
    let about = about.with_context(|| format!("look at {}", path.display()))?;
    ensure!(
        about.permissions().mode() & FOR_OTHERS == 0,
        "others may enter the data directory: chmod 700 {}",
        path.display()
    );
    Ok(())
}

/// Takes the rights of others to files of a data directory away, which an older program may have
/// left.
pub(crate) fn close_files(path: &Path) -> Result<()> {
    let entries = path.read_dir();
    let entries = entries.with_context(|| format!("list {}", path.display()))?;
    for entry in entries.flatten() {
        let file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let Ok(about) = entry.metadata() else {
            continue;
        };
        let mut permissions = about.permissions();
        if file && permissions.mode() & FOR_OTHERS != 0 {
            permissions.set_mode(0o600);
            let closed = std::fs::set_permissions(entry.path(), permissions);
            closed.with_context(|| format!("chmod 600 {}", entry.path().display()))?;
        }
    }
    Ok(())
}

/// The bits of a mode that give rights to others than the owner.
pub(crate) const FOR_OTHERS: u32 = 0o077;

/// Makes the data directory, for its owner alone.
pub(crate) fn make_data_dir(path: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
        .create(path)
        .with_context(|| format!("make the data directory {}", path.display()))
}

/// Held while a server uses a data directory.
#[derive(Debug)]
pub(crate) struct DataLock {
    _file: File,
}

impl DataLock {
    /// Locks a data directory, or says that a server uses it.
    pub(crate) fn take(data_dir: &Path) -> Result<Self> {
        let path: PathBuf = data_dir.join(LOCK_FILE);
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "another server uses the data directory {}",
                    data_dir.display()
                )
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("lock {}", path.display()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DataLock, without_password};

    #[test]
    fn a_password_is_not_shown() {
        let shown = without_password("postgres://altyn:s3cret@db:5432/pay?sslmode=require");
        assert_eq!(shown, "postgres://altyn@db:5432/pay?sslmode=require");
        assert_eq!(without_password("postgres://db/pay"), "postgres://db/pay");
        assert_eq!(
            without_password("postgres://a:p@ss@db/pay"),
            "postgres://a@db/pay"
        );
    }

    #[test]
    fn a_data_directory_has_one_server() {
        let directory = tempfile::tempdir().unwrap();
        let first = DataLock::take(directory.path()).unwrap();
        let refused = DataLock::take(directory.path()).unwrap_err().to_string();
        assert!(refused.starts_with("another server uses"), "{refused}");
        drop(first);
        DataLock::take(directory.path()).unwrap();
    }
}

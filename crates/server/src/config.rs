//! The operator's settings: read once, at the start, from `altyn.toml`, the environment and flags;
//! later ones override earlier ones. Every key has a default that works on a laptop.
//!
//! The keys are data ([`KEYS`]): flags, variables, the file and the table of docs/running.md all
//! come from the one list.

mod connector;
mod file;
mod key;
mod message;
mod proxies;
mod role;
mod unit;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use app::CardLimits;
use store::{Database, Options};

use crate::cli::way::Way;

pub(crate) use connector::ConnectorsConfig;
pub(crate) use file::{ConfigError, Given, Origin, read};
pub(crate) use key::{KEYS, Key};
pub(crate) use message::{MailConfig, SmsConfig};
pub(crate) use proxies::Proxies;
pub(crate) use role::Role;
pub(crate) use unit::parse_duration;

/// The name of the database file in the data directory.
pub(crate) const DATABASE_FILE: &str = "altyn.db";

/// The name of the sealing keys' file in the data directory.
const SEALING_KEY_FILE: &str = "sealing.key";

/// The operator's settings.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The command that reads it, if it asks for rights.
    pub(crate) way: Option<&'static Way>,
    /// Whether no file was named and none was found in the usual place.
    pub(crate) without_file: bool,
    pub(crate) data_dir: PathBuf,
    database: DatabaseChoice,
    sealing_key_file: Option<PathBuf>,
    pub(crate) listen: SocketAddr,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) public_url: Option<String>,
    pub(crate) proxies: Proxies,
    pub(crate) roles: Vec<Role>,
    pub(crate) threads: Option<NonZeroUsize>,
    lanes: NonZeroUsize,
    readers: Option<NonZeroUsize>,
    patient_readers: Option<NonZeroUsize>,
    queue_length_max: NonZeroUsize,
    pub(crate) connections_max: NonZeroUsize,
    pub(crate) connections_per_address_max: NonZeroUsize,
    pub(crate) connections_spare: NonZeroUsize,
    pub(crate) header_time_max: Duration,
    pub(crate) header_bytes_max: usize,
    pub(crate) body_bytes_max: usize,
    pub(crate) body_time_max: Duration,
    pub(crate) body_grace_time: Duration,
    pub(crate) bytes_per_second_min: u32,
    pub(crate) unread_time_max: Duration,
    pub(crate) unread_bytes_max: usize,
    pub(crate) ready_time_max: Duration,
    pub(crate) request_time_max: Duration,
    pub(crate) drain_time_max: Duration,
    pub(crate) call_time_max: Duration,
    pub(crate) deliveries_per_webhook_max: u32,
    pub(crate) rate_per_second: u32,
    pub(crate) rate_burst: u32,
    pub(crate) card_limits: CardLimits,
    pub(crate) allow_loopback: bool,
    pub(crate) accept_any_certificate: bool,
    pub(crate) mail: MailConfig,
    pub(crate) sms: SmsConfig,
    pub(crate) connectors: ConnectorsConfig,
    pub(crate) log: Option<String>,
    pub(crate) log_format: LogFormat,
}

/// The database, as it was configured.
#[derive(Clone, Debug, PartialEq, Eq)]
enum DatabaseChoice {
    InDataDir,
    File(PathBuf),
    Postgres(String),
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Config {
    /// The database.
    pub(crate) fn database(&self) -> Database {
        match &self.database {
            DatabaseChoice::InDataDir => Database::Sqlite {
                path: self.data_dir.join(DATABASE_FILE),
            },
            DatabaseChoice::File(path) => Database::Sqlite { path: path.clone() },
            DatabaseChoice::Postgres(url) => Database::Postgres { url: url.clone() },
        }
    }

    /// The file of the sealing keys.
    pub(crate) fn sealing_key_file(&self) -> PathBuf {
        let own = || self.data_dir.join(SEALING_KEY_FILE);
        self.sealing_key_file.clone().unwrap_or_else(own)
    }

    /// How a server opens its store.
    pub(crate) fn store_options(&self) -> Options {
        let mut options = Options::new(self.database());
        options.lanes = self.lanes.get();
        options.readers = self.readers.map_or(options.readers, NonZeroUsize::get);
        let patient = self.patient_readers;
        options.patient_readers = patient.map_or(options.patient_readers, NonZeroUsize::get);
        options.queue_length_max = self.queue_length_max.get();
        options
    }

    /// Returns whether this process has that role.
    pub(crate) fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

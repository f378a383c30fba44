//! A private PostgreSQL cluster for tests, measurements and curious people.
//!
//! It lives under `target/postgres`, listens on a free loopback port and asks for a random
//! password, so nobody else on the machine gets in. PostgreSQL refuses to run as root; for root,
//! the user `postgres` of the package owns and runs it.

use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::process;
use crate::project::Project;
use crate::tools;

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Durability {
    /// As in production; measurements need it.
    Durable,
    /// Loses data with the machine's power; tests are faster by it.
    Fast,
}

/// A running cluster.
#[derive(Serialize, Deserialize)]
pub(crate) struct Cluster {
    url: String,
    durability: Durability,
}

impl Cluster {
    /// Address of the superuser's maintenance database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The cluster if it runs.
    pub(crate) fn running(project: &Project) -> Result<Option<Self>> {
        let place = Place::of(project)?;
        if !place.answers() {
            return Ok(None);
        }
        let text = fs::read_to_string(place.state())
            .with_context(|| format!("cannot read {}", place.state().display()))?;
        Ok(Some(toml::from_str(&text)?))
    }

    /// Finds the cluster running, or creates and starts it.
    ///
    /// A durable one is good enough for whoever wants a fast one; otherwise it is restarted.
    pub(crate) fn start(project: &Project, durability: Durability) -> Result<Self> {
        if let Some(cluster) = Self::running(project)? {
            if cluster.durability == Durability::Durable || durability == Durability::Fast {
                return Ok(cluster);
            }
            Self::stop(project)?;
        }
        let place = Place::of(project)?;
        let password = place.create()?;
        let port = free_port()?;
        let cluster = Self {
            url: format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres"),
            durability,
        };
        place.launch(port, durability)?;
        fs::write(place.state(), toml::to_string(&cluster)?)?;
        Ok(cluster)
    }

    /// Stops the cluster if it runs; the data stays.
    pub(crate) fn stop(project: &Project) -> Result<()> {
        let place = Place::of(project)?;
        if place.answers() {
            process::output(&mut place.control(&["stop", "-m", "fast", "-w"]))?;
            println!("PostgreSQL is stopped.");
        }
        Ok(())
    }
}

/// The folder of a cluster and how to run its programs there.
struct Place {
    folder: PathBuf,
    programs: PathBuf,
    as_root: bool,
}

impl Place {
    fn of(project: &Project) -> Result<Self> {
        let as_root = process::is_root();
        let programs = tools::postgres_programs().context("PostgreSQL is not installed")?;
        let usual = project.target("postgres");
        fs::create_dir_all(project.target(""))?;
        let above = usual.parent().unwrap_or(Path::new("/"));
        let reachable = !as_root || process::succeeds(runuser("test").arg("-x").arg(above));
        let folder = if reachable {
            usual
        } else {
            // The checkout is in a directory that only root may enter, such as a home directory.
            let digest = Sha256::digest(usual.to_string_lossy().as_bytes());
            std::env::temp_dir().join(format!("altyn-postgres-{}", hex(&digest, 8)))
        };
        Ok(Self {
            folder,
            programs,
            as_root,
        })
    }

    fn state(&self) -> PathBuf {
        self.folder.join("cluster.toml")
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// One of PostgreSQL's programs, run by the owner of the cluster.
    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = if self.as_root {
            runuser(path)
        } else {
            Command::new(path)
        };
        command.current_dir(&self.folder);
        command
    }

    fn control(&self, arguments: &[&str]) -> Command {
        let mut command = self.program("pg_ctl");
        command.arg("-D").arg(self.data()).args(arguments);
        command
    }

    fn answers(&self) -> bool {
        self.folder.exists() && process::succeeds(&mut self.control(&["status"]))
    }

    /// Creates the cluster unless it exists; returns its password.
    fn create(&self) -> Result<String> {
        let secret = self.folder.join("password");
        if self.data().join("PG_VERSION").exists() {
            return Ok(fs::read_to_string(&secret)?.trim().to_owned());
        }
        let mut folder = Command::new("install");
        folder.args(["-d", "-m", "700"]);
        if self.as_root {
            folder.args(["-o", "postgres"]);
        }
        process::output(folder.arg(&self.folder))?;
        let password = random_password()?;
        fs::write(&secret, &password)?;
        if self.as_root {
            process::output(Command::new("chown").arg("postgres").arg(&secret))?;
        }
        println!(
            "Creating a PostgreSQL cluster in {}.",
            self.folder.display()
        );
        let mut initdb = self.program("initdb");
        initdb
            .arg("-D")
            .arg(self.data())
            .arg("--pwfile")
            .arg(&secret);
        initdb.args([
            "-U",
            "postgres",
            "--auth=password",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        process::output(initdb.arg("--no-sync"))?;
        Ok(password)
    }

    fn launch(&self, port: u16, durability: Durability) -> Result<()> {
        let mut options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' \
             -c max_connections=300 -c shared_buffers=512MB -c log_min_messages=warning"
        );
        if durability == Durability::Fast {
            options.push_str(" -c fsync=off -c synchronous_commit=off -c full_page_writes=off");
        }
        let log = self.folder.join("log");
        let mut start = self.program("pg_ctl");
        start
            .arg("-D")
            .arg(self.data())
            .arg("-l")
            .arg(&log)
            .arg("-o")
            .arg(options);
        process::output(start.args(["-w", "-t", "60", "start"]))
            .with_context(|| format!("PostgreSQL did not start; see {}", log.display()))?;
        Ok(())
    }
}

fn runuser(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free loopback port")?;
    Ok(listener.local_addr()?.port())
}

fn random_password() -> Result<String> {
    let mut bytes = [0_u8; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hex(&bytes, bytes.len()))
}

/// The first bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8], count: usize) -> String {
    bytes
        .iter()
        .take(count)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

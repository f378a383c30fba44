//! The release binary as a process of its own, with its shops.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::Plan;
use crate::call::Credentials;
use crate::database::{Engine, Postgres};
use crate::machine::{now, processor_us};

const READY_WITHIN: Duration = Duration::from_secs(60);

/// A port that nobody listens on.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Waits until a TCP server accepts and answers a question with 200.
pub(crate) fn wait_until_ready(address: SocketAddr, path: &str, child: &mut Child) -> Result<()> {
    let started = now();
    loop {
        if let Some(status) = child.try_wait()? {
            bail!("the process ended with {status}");
        }
        if asks_well(address, path) {
            return Ok(());
        }
        if started.elapsed() > READY_WITHIN {
            bail!("{address} was not ready within {READY_WITHIN:?}");
        }
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

fn asks_well(address: SocketAddr, path: &str) -> bool {
    asked(address, path).is_some_and(|answer| answer.starts_with(b"HTTP/1.1 200"))
}

/// What is answered to a `GET` over a connection of its own.
fn asked(address: SocketAddr, path: &str) -> Option<Vec<u8>> {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(answer)
}

/// A running server and where its data lies.
pub(crate) struct Platform {
    pub(crate) address: SocketAddr,
    metrics: SocketAddr,
    binary: PathBuf,
    process: Option<Child>,
    // Dropped in this order: the data go after the process that uses them.
    postgres: Option<Postgres>,
    home: TempDir,
}

impl Platform {
    /// Starts a server on a fresh database.
    pub(crate) fn start(plan: &Plan, engine: Engine) -> Result<Self> {
        let mut platform = Self::new(plan, engine)?;
        platform.launch()?;
        Ok(platform)
    }

    /// A fresh database that no server uses yet.
    pub(crate) fn new(plan: &Plan, engine: Engine) -> Result<Self> {
        let binary = plan.binary.canonicalize().with_context(|| {
            format!(
                "{} is missing: run `cargo xtask build`",
                plan.binary.display()
            )
        })?;
        let postgres = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Postgres::create(plan.postgres.as_deref())?),
        };
        let home = TempDir::new_in(&plan.directory)?;
        let (address, metrics) = (free_address()?, free_address()?);
        Ok(Self {
            address,
            metrics,
            binary,
            process: None,
            postgres,
            home,
        })
    }

    /// Starts the process; says how long it took to be ready.
    pub(crate) fn launch(&mut self) -> Result<Duration> {
        self.launch_with(&[])
    }

    /// The same, with these words too.
    pub(crate) fn launch_with(&mut self, words: &[&str]) -> Result<Duration> {
        let log_path = self.home.path().join("server.log");
        let log = File::options().create(true).append(true).open(&log_path)?;
        let started: Instant = now();
        let mut command = self.command(&["serve", "--demo"]);
        command.args(["--listen", &self.address.to_string()]);
        command.args(words);
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut child = command.spawn().context("start the server")?;
        let ready = wait_until_ready(self.address, "/readyz", &mut child);
        self.process = Some(child);
        ready.with_context(|| std::fs::read_to_string(&log_path).unwrap_or_default())?;
        Ok(started.elapsed())
    }

    /// Asks the process to end and waits for it.
    pub(crate) fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.process.take() else {
            return Ok(());
        };
        let told = Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status()?;
        let ended = child.wait()?;
        if !told.success() || !ended.success() {
            bail!("the server ended with {ended}");
        }
        Ok(())
    }

    /// Time that the server and its sessions in PostgreSQL spent on processors since they began,
    /// in microseconds. SQLite works inside of the server, so both engines are counted alike.
    pub(crate) fn processor_us(&self) -> u64 {
        let sessions = self.postgres.iter().flat_map(Postgres::sessions);
        std::iter::once(self.process())
            .chain(sessions)
            .map(processor_us)
            .sum()
    }

    /// What the server counts under this name.
    pub(crate) fn counted(&self, name: &str) -> Result<u64> {
        let answer = asked(self.metrics, "/metrics").context("no answer from /metrics")?;
        let answer = String::from_utf8_lossy(&answer);
        let mut lines = answer.lines().filter_map(|line| line.strip_prefix(name));
        let value = lines.find_map(|rest| rest.strip_prefix(' ')?.parse().ok());
        value.with_context(|| format!("no {name} in the metrics"))
    }

    /// The process's number.
    pub(crate) fn process(&self) -> u32 {
        self.process.as_ref().map_or(0, Child::id)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(words).arg("--data-dir").arg(self.data());
        if let Some(postgres) = &self.postgres {
            command.args(["--database", &postgres.url]);
        }
        let settings = [
            ("METRICS_LISTEN", self.metrics.to_string()),
            ("ALLOW_LOOPBACK", "true".to_owned()),
            // One shop alone is filled with payments as fast as it goes.
            ("RATE_PER_SECOND", "0".to_owned()),
        ];
        command.envs(settings.map(|(key, value)| (format!("ALTYN_{key}"), value)));
        command
    }

    fn data(&self) -> PathBuf {
        Path::join(self.home.path(), "data")
    }

    /// Runs `altyn WORDS… --json` and returns what it printed.
    pub(crate) fn told(&self, words: &[&str]) -> Result<Value> {
        let output = self.command(words).arg("--json").output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            bail!("altyn {}: {said}", words.join(" "));
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Makes test shops that may send raw card data and make safe deals.
    pub(crate) fn shops(&self, count: usize) -> Result<Vec<Credentials>> {
        let made = (1..=count).map(|number| {
            let name = format!("Bench {number}");
            let shop = self.told(&["shop", "create", "--name", &name, "--raw-cards", "--deals"])?;
            Credentials::new(text(&shop, "shop_id")?, text(&shop, "secret_key")?)
        });
        made.collect()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        if let Some(mut child) = self.process.take() {
            // Whether it was still alive does not matter any more.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

fn text<'a>(object: &'a Value, name: &str) -> Result<&'a str> {
    let text = object.get(name).and_then(Value::as_str);
    text.with_context(|| format!("no {name} in {object}"))
}

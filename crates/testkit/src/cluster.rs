//! A fresh database for each test, on either engine.
//!
//! SQLite: a file in a temporary folder. PostgreSQL: a database of its own in a cluster that all
//! tests of this checkout share. `ALTYN_TEST_POSTGRES` may name an existing cluster, by the address
//! of a superuser's maintenance database; without it the first test starts a private one in the
//! temporary folder, and a watcher stops it when no test has used it for a while. A missing
//! PostgreSQL fails the test. It is never skipped.
//!
//! This file also stands in the tests of `sql` and `store`, so it depends on nothing of ours but
//! `sql`.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use sql::{Database, Engine, Options};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// Both engines, for tests that go through them by hand.
pub const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// A database that lives as long as this value.
pub struct TestDatabase {
    database: Database,
    /// Of a PostgreSQL database: its name, to drop it.
    name: Option<String>,
    folder: Option<TempDir>,
}

impl TestDatabase {
    /// An empty database.
    pub async fn empty(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::sqlite(),
            Engine::Postgres => Self::postgres("template0").await,
        }
    }

    /// How to open it.
    #[must_use]
    pub fn options(&self) -> Options {
        Options::new(self.database.clone())
    }

    /// Where it is.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The folder around an SQLite file, for files beside it.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_ref().map(TempDir::path)
    }

    /// An empty SQLite database.
    pub(crate) fn sqlite() -> Self {
        let folder = TempDir::with_prefix("altyn-test-").expect("make a temporary folder");
        let database = Database::Sqlite {
            path: folder.path().join("altyn.db"),
        };
        Self {
            database,
            name: None,
            folder: Some(folder),
        }
    }

    /// A PostgreSQL database that is a copy of another.
    pub(crate) async fn postgres(template: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Relaxed);
        let name = format!("altyn_test_{}_{number}", std::process::id());
        let client = maintenance().await;
        run(
            &client,
            &format!("drop database if exists {name} with (force)"),
        )
        .await;
        run(
            &client,
            &format!("create database {name} template {template}"),
        )
        .await;
        let database = Database::Postgres {
            url: address(&name),
        };
        Self {
            database,
            name: Some(name),
            folder: None,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some(name) = self.name.take() else { return };
        // Not on this thread, which may be an executor's.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("start an executor");
            runtime.block_on(async {
                let client = maintenance().await;
                run(
                    &client,
                    &format!("drop database if exists {name} with (force)"),
                )
                .await;
            });
        });
        if dropped.join().is_err() && !std::thread::panicking() {
            panic!("a test's database could not be dropped");
        }
    }
}

/// Connects beside the store, to look at or disturb a PostgreSQL database.
pub async fn connect(database: &Database) -> Client {
    let Database::Postgres { url } = database else {
        panic!("not a PostgreSQL database")
    };
    connect_to(url).await
}

async fn connect_to(url: &str) -> Client {
    let (client, connection) = match tokio_postgres::connect(url, NoTls).await {
        Ok(connected) => connected,
        Err(error) => panic!("cannot connect to the tests' PostgreSQL at {url}: {error:?}"),
    };
    tokio::spawn(connection);
    client
}

/// Connects to the cluster's maintenance database.
pub(crate) async fn maintenance() -> Client {
    connect_to(cluster()).await
}

/// Runs statements that must succeed.
pub(crate) async fn run(client: &Client, sql: &str) {
    if let Err(error) = client.batch_execute(sql).await {
        panic!("PostgreSQL refused {sql:?}: {error:?}");
    }
}

/// The address of another database in the cluster.
pub(crate) fn address(name: &str) -> String {
    let url = cluster();
    let (path, query) = match url.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (url, String::new()),
    };
    let (server, _) = path
        .rsplit_once('/')
        .expect("ALTYN_TEST_POSTGRES names a database");
    format!("{server}/{name}{query}")
}

/// The address of the cluster's maintenance database.
fn cluster() -> &'static str {
    static CLUSTER: OnceLock<(String, Option<File>)> = OnceLock::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "how the test runner names its cluster"
    )]
    let given = || std::env::var("ALTYN_TEST_POSTGRES").ok();
    let (url, _in_use) = CLUSTER.get_or_init(|| match given() {
        Some(url) => (url, None),
        None => {
            let (url, in_use) = start();
            (url, Some(in_use))
        }
    });
    url
}

/// Stops the cluster once nobody has held `users` for a minute. Arguments: folder, stop command.
const WATCHER: &str = r#"
idle=0
while sleep 15; do
  if flock --exclusive --nonblock "$0/users" true; then idle=$((idle+1)); else idle=0; fi
  if [ "$idle" -ge 4 ]; then
    flock --exclusive "$0/start" flock --exclusive --nonblock "$0/users" "$@" && exit
    idle=0
  fi
done
"#;

#[expect(
    clippy::zombie_processes,
    reason = "the watcher outlives the tests, it stops the cluster"
)]
fn watch(folder: &Path, stop: &Command) {
    let mut watcher = Command::new("sh");
    watcher.arg("-c").arg(WATCHER).arg(folder);
    watcher.arg(stop.get_program()).args(stop.get_args());
    watcher
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    watcher
        .process_group(0)
        .spawn()
        .expect("start the cluster's watcher");
}

/// Starts this checkout's cluster unless it runs. Whoever holds the file keeps it running.
fn start() -> (String, File) {
    let mut hasher = DefaultHasher::new();
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .hash(&mut hasher);
    let folder = std::env::temp_dir().join(format!("altyn-postgres-{:08x}", hasher.finish() >> 32));
    fs::create_dir_all(&folder).expect("make the cluster's folder");
    let starting = File::create(folder.join("start")).expect("create the starting lock");
    starting.lock().expect("wait for another start");
    let users = File::create(folder.join("users")).expect("create the users' lock");
    users
        .lock_shared()
        .expect("note that the cluster is in use");

    let tools = tools();
    let data = folder.join("data");
    let control = |arguments: &[&str]| {
        let mut command = as_server(&tools.join("pg_ctl"));
        command.arg("-D").arg(&data).args(arguments);
        command
    };
    let quiet = |mut command: Command| {
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|it| it.success())
    };
    if !quiet(control(&["status"])) {
        if is_root() {
            must(Command::new("chown").arg("postgres").arg(&folder));
        }
        if data.exists() {
            fs::remove_dir_all(&data).expect("remove what a dead cluster left");
        }
        make_cluster(&data);
        let settings = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off \
             -c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB",
            folder.display()
        );
        let log = folder.join("log").display().to_string();
        must(&mut control(&["-w", "-l", &log, "-o", &settings, "start"]));
        watch(&folder, &control(&["-m", "immediate", "stop"]));
    }
    let socket = folder.display().to_string().replace('/', "%2F");
    (format!("postgres://altyn@{socket}/postgres"), users)
}

/// A cluster for one test alone, which listens on a port of this machine; it ends with this value.
pub struct OwnCluster {
    folder: TempDir,
    port: u16,
}

impl OwnCluster {
    /// Starts it with these files beside its data; `postgresql.auto.conf` holds settings.
    #[must_use]
    pub fn start(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::with_prefix("altyn-cluster-").expect("make the cluster's folder");
        let listener = TcpListener::bind("127.0.0.1:0").expect("find a free port");
        let port = listener.local_addr().expect("read the port").port();
        drop(listener);
        let own = Self { folder, port };
        if is_root() {
            must(Command::new("chown").arg("postgres").arg(own.folder.path()));
        }
        make_cluster(&own.data());
        for (name, text) in files {
            let path = own.data().join(name);
            fs::write(&path, text).expect("write a file of the cluster's");
            must(Command::new("chmod").arg("600").arg(&path));
            if is_root() {
                must(Command::new("chown").arg("postgres").arg(&path));
            }
        }
        let settings = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' \
             -c fsync=off"
        );
        let log = own.folder.path().join("log").display().to_string();
        must(
            own.control()
                .args(["-w", "-l", &log, "-o", &settings, "start"]),
        );
        own
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes a setting of the running server, for connections from now on.
    pub async fn set(&self, name: &str, value: &str) {
        let url = format!("postgres://altyn@127.0.0.1:{}/postgres", self.port);
        let client = connect_to(&url).await;
        run(&client, &format!("alter system set {name} = {value}")).await;
        run(&client, "select pg_reload_conf()").await;
        // The server reads its settings with a delay.
        for _ in 0..1_000 {
            let fresh = connect_to(&url).await;
            let told = fresh.query_one(&format!("show {name}"), &[]).await;
            if told.expect("read a setting").get::<_, String>(0) == value {
                return;
            }
        }
        panic!("the server does not take {name} = {value}");
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn control(&self) -> Command {
        let mut command = as_server(&tools().join("pg_ctl"));
        command.arg("-D").arg(self.data());
        command
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        must(self.control().args(["-m", "immediate", "stop"]));
    }
}

/// Makes the folder of a cluster whose superuser is `altyn`.
fn make_cluster(data: &Path) {
    let mut command = as_server(&tools().join("initdb"));
    command.arg("-D").arg(data).args([
        "-U",
        "altyn",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    ]);
    must(&mut command);
}

/// Where PostgreSQL's programs are.
fn tools() -> PathBuf {
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.sort();
    folders.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    folders
        .into_iter()
        .find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
        .expect(
            "these tests need PostgreSQL 15 or newer: install it (on Debian: `apt-get install \
             postgresql`), or set ALTYN_TEST_POSTGRES to a superuser's database",
        )
}

/// A command of PostgreSQL's server, which refuses to run as root.
fn as_server(program: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args([
            "--reuid=postgres",
            "--regid=postgres",
            "--init-groups",
            "--",
        ]);
        command.arg(program);
        command
    } else {
        Command::new(program)
    };
    // The server outlives the test that starts it, and must not get its signals.
    command
        .stdin(Stdio::null())
        .current_dir("/")
        .process_group(0);
    command
}

fn is_root() -> bool {
    let id = Command::new("id")
        .arg("-u")
        .output()
        .expect("ask who runs the tests");
    id.stdout.trim_ascii() == b"0"
}

/// Runs a command whose failure fails the test. Its output is discarded, because the server would
/// keep it open.
fn must(command: &mut Command) {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = match status {
        Ok(status) => status,
        Err(error) => panic!("cannot run {command:?}: {error}"),
    };
    assert!(status.success(), "{command:?} ended with {status}");
}

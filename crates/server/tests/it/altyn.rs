//! Starts the binary and sends it requests.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use store::{Database, Engine};
use tempfile::TempDir;
use testkit::database::TestDatabase;
use tokio::runtime::Runtime;

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A data directory, and the database beside it if it is not in it.
pub(crate) struct Place {
    home: TempDir,
    database: Option<String>,
}

/// A process that prints lines of JSON.
pub(crate) struct Running {
    process: Child,
    lines: BufReader<ChildStdout>,
}

/// A server that has printed its address.
pub(crate) struct Server {
    pub(crate) running: Running,
    pub(crate) told: Value,
}

/// An answer over HTTP.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        let home = TempDir::new().unwrap();
        Self {
            home,
            database: None,
        }
    }

    /// With the rows in PostgreSQL.
    pub(crate) fn on_postgres(url: &str) -> Self {
        let database = Some(url.to_owned());
        Self {
            database,
            ..Self::new()
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Makes the data directory before the server does.
    pub(crate) fn make_data(&self) {
        use std::os::unix::fs::DirBuilderExt as _;

        let mut private = std::fs::DirBuilder::new();
        private.mode(0o700).create(self.data()).unwrap();
    }

    /// Where the sealing keys are.
    pub(crate) fn keys(&self) -> PathBuf {
        self.data().join("sealing.key")
    }

    /// Takes the sealing keys of another node.
    pub(crate) fn take_keys(&self, from: &Self) {
        if !self.data().exists() {
            self.make_data();
        }
        std::fs::copy(from.keys(), self.keys()).unwrap();
    }

    /// What the server has written to the standard error output until now.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(self.path("stderr.log")).unwrap()
    }

    fn log(&self) -> File {
        let mut options = File::options();
        let options = options.create(true).append(true);
        options.open(self.path("stderr.log")).unwrap()
    }

    /// `altyn WORDS…` on this data, in an environment without our variables.
    pub(crate) fn altyn(&self, words: &[&str]) -> Command {
        let mut command = self.bare(words);
        command.arg("--data-dir").arg(self.data());
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        command
    }

    /// `altyn WORDS…` in the home directory and nothing else.
    pub(crate) fn bare(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_altyn"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ALTYN_") {
                command.env_remove(name);
            }
        }
        command.args(words).current_dir(self.home.path());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.altyn(words).output().unwrap()
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub(crate) fn told(&self, words: &[&str]) -> Value {
        let output = self.altyn(words).arg("--json").output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", errors(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Runs a command that must fail, and returns its complaint.
    pub(crate) fn refused(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(!output.status.success(), "{words:?} succeeded");
        errors(&output)
    }

    /// Starts a server on a free port.
    pub(crate) fn serve(&self, words: &[&str]) -> Server {
        let mut command = self.altyn(&["serve", "--json"]);
        command.args(words);
        if !words.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        self.server(command)
    }

    /// Starts a server by a command that ends in one.
    pub(crate) fn server(&self, command: Command) -> Server {
        let mut running = self.start(command);
        let told = running.line().unwrap_or_else(|| {
            let log = self.said();
            panic!("the server did not start: {log}")
        });
        Server { running, told }
    }

    /// Starts a process that keeps running.
    pub(crate) fn start(&self, mut command: Command) -> Running {
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(self.log());
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        Running { process, lines }
    }
}

/// A place with an empty database of PostgreSQL.
pub(crate) fn postgres_place(runtime: &Runtime) -> (Place, TestDatabase, String) {
    let database = runtime.block_on(TestDatabase::empty(Engine::Postgres));
    let Database::Postgres { url } = database.database().clone() else {
        panic!("not PostgreSQL")
    };
    (Place::on_postgres(&url), database, url)
}

impl Running {
    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        (!line.is_empty()).then(|| serde_json::from_str(&line).unwrap())
    }

    fn signal(&self, name: &str) {
        let process = self.process.id().to_string();
        let told = Command::new("kill").args([name, &process]).status();
        assert!(told.unwrap().success());
    }

    /// Asks it to stop and requires that it ends well.
    pub(crate) fn stop(mut self) {
        self.signal("-TERM");
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}");
    }

    /// The same by Ctrl-C.
    pub(crate) fn interrupt(mut self) {
        self.signal("-INT");
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail if the process has ended already, which is fine.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Server {
    pub(crate) fn field(&self, name: &str) -> &str {
        self.told[name].as_str().unwrap()
    }

    fn address(&self) -> &str {
        self.field("base_url").strip_prefix("http://").unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes and reads all that comes back.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Answer {
        exchange(self.connect(), bytes)
    }

    /// A request without a shop.
    pub(crate) fn get(&self, path: &str) -> Answer {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        self.raw(request.as_bytes())
    }

    /// A request of a shop.
    pub(crate) fn ask(&self, (shop, key): (&str, &str), line: &str, body: &str) -> Answer {
        use base64::Engine as _;

        let pass = format!("{shop}:{key}");
        let pass = base64::engine::general_purpose::STANDARD.encode(pass);
        let length = body.len();
        let once = body_key(body, line);
        let request = format!(
            "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic {pass}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\
             Idempotence-Key: {once}\r\n\r\n{body}"
        );
        self.raw(request.as_bytes())
    }

    /// A request of the demo's shop.
    pub(crate) fn ask_as_demo(&self, line: &str, body: &str) -> Answer {
        self.ask(
            (self.field("shop_id"), self.field("secret_key")),
            line,
            body,
        )
    }

    /// A payment that the demo's shop has taken.
    pub(crate) fn paid(&self, order: &str) -> Value {
        let body = format!(
            r#"{{"amount":{{"value":"100.00","currency":"RUB"}},"capture":true,
            "description":"{order}","payment_method_data":{{"type":"bank_card","card":
            {{"number":"5555555555554444","expiry_year":"2040","expiry_month":"12",
            "csc":"123"}}}}}}"#
        );
        let payment = self.ask_as_demo("POST /v3/payments", &body).json();
        assert_eq!(payment["status"], "succeeded", "{payment}");
        payment
    }

    pub(crate) fn metrics(&self) -> String {
        self.get_of_metrics("/metrics").body
    }

    /// A request to the listener of the metrics.
    pub(crate) fn get_of_metrics(&self, path: &str) -> Answer {
        let url = self.field("metrics_url").strip_prefix("http://").unwrap();
        let address = url.strip_suffix("/metrics").unwrap();
        let stream = TcpStream::connect(address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        exchange(stream, request.as_bytes())
    }

    pub(crate) fn stop(self) {
        self.running.stop();
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}", self.body))
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// A key that is different for each request.
fn body_key(body: &str, line: &str) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};

    let mut hasher = DefaultHasher::new();
    (body, line).hash(&mut hasher);
    format!("test-{:x}", hasher.finish())
}

fn exchange(mut stream: TcpStream, bytes: &[u8]) -> Answer {
    // The server may close the connection of a refused request before all of it was sent.
    drop(stream.write_all(bytes));
    let mut text = Vec::new();
    drop(stream.read_to_end(&mut text));
    let text = String::from_utf8(text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    Answer {
        status: status.unwrap_or(0),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Asks again and again until the condition is true.
#[expect(
    clippy::disallowed_methods,
    reason = "a test that waits in vain must end some time"
)]
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::yield_now();
    }
}

/// The permission bits of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;

    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

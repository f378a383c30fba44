//! PostgreSQL's own tools, which copy its databases better than we could.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, ErrorKind, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use url::Url;

use crate::files::private_file;

/// Copies tables of a snapshot of a database into a file. Other tables of the database are not
/// ours: we may be unable to read them, and nobody would restore them.
pub(super) fn save<'a>(
    url: &str,
    snapshot: &str,
    (schema, tables): (&str, impl Iterator<Item = &'a String>),
    target: &Path,
) -> Result<()> {
    let mut dump = tool("pg_dump", url)?;
    dump.args(["--format=custom", "--no-owner", "--no-privileges"]);
    dump.arg(format!("--snapshot={snapshot}"));
    dump.arg("--strict-names");
    for table in tables {
        dump.arg(format!("--table={}.{}", quoted(schema), quoted(table)));
    }
    run(dump.arg("--file").arg(private(target)?))
}

/// A name for the tool's command line, without wildcards.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Makes the file so that nobody else may read it.
fn private(target: &Path) -> Result<&Path> {
    private_file(target).map(|_made| target)
}

/// A dump as a script, while the tool writes it.
pub(super) struct Script {
    tool: Child,
    lines: ChildStdout,
}

impl Script {
    /// Begins to read a dump.
    pub(super) fn of(source: &Path) -> Result<Self> {
        let mut restore = Command::new("pg_restore");
        restore.args(["--no-owner", "--no-privileges", "--file=-"]);
        restore.arg(source).stdin(Stdio::null());
        restore.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut tool = started(&mut restore, Command::spawn)?;
        let lines = tool.stdout.take().context("read what pg_restore says")?;
        Ok(Self { tool, lines })
    }

    /// Waits for the tool to end without an error.
    pub(super) fn end(mut self) -> Result<()> {
        // If the tool still writes, it is not waited for.
        drop(self.lines);
        let mut complaint = String::new();
        if let Some(mut errors) = self.tool.stderr.take() {
            errors
                .read_to_string(&mut complaint)
                .context("hear pg_restore")?;
        }
        let status = self.tool.wait().context("wait for pg_restore")?;
        ensure!(status.success(), "pg_restore: {}", complaint.trim());
        Ok(())
    }
}

impl Read for Script {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.lines.read(buffer)
    }
}

/// Reads a dump to its end. Returns the number of rows of each table.
pub(super) fn rows(source: &Path) -> Result<BTreeMap<String, u64>> {
    let mut script = Script::of(source)?;
    let mut tables = BTreeMap::new();
    let mut table: Option<(String, u64)> = None;
    let mut lines = BufReader::new(&mut script);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = lines.read_until(b'\n', &mut line);
        if read.context("read the dump")? == 0 {
            break;
        }
        match &mut table {
            Some((name, rows)) if line == b"\\.\n" => {
                tables.insert(std::mem::take(name), *rows);
                table = None;
            }
            Some((_, rows)) => *rows = rows.saturating_add(1),
            None => table = copied_table(&line).map(|name| (name, 0)),
        }
    }
    script.end()?;
    Ok(tables)
}

/// The table that `COPY schema.table (…) FROM stdin;` begins.
fn copied_table(line: &[u8]) -> Option<String> {
    let line = str::from_utf8(line).ok()?;
    let name = line.strip_prefix("COPY ")?.strip_suffix(" FROM stdin;\n")?;
    let (name, _columns) = name.split_once(" (")?;
    let (_schema, table) = name.split_once('.')?;
    Some(table.trim_matches('"').to_owned())
}

/// A command for a tool, with the address of the database. The password goes through the
/// environment, because everyone on the machine can read the arguments of a command.
fn tool(name: &str, url: &str) -> Result<Command> {
    let mut url = Url::parse(url).context("the address of the database")?;
    let mut command = Command::new(name);
    if let Some(password) = url.password() {
        let decoded = percent_encoding::percent_decode_str(password);
        let decoded = decoded.decode_utf8().context("the database's password")?;
        command.env("PGPASSWORD", decoded.as_ref());
        let removed = url.set_password(None);
        ensure!(
            removed.is_ok(),
            "the address of the database cannot have a password"
        );
    }
    let asked = |name: &str| url.query_pairs().any(|(key, _)| key == name);
    // If the address says nothing, we trust what the system trusts, but the tool trusts nobody.
    if !asked("sslmode") && is_far(&url) {
        command.env("PGSSLMODE", "verify-full");
    }
    let roots = ROOTS.iter().find(|path| Path::new(path).exists());
    if !asked("sslrootcert")
        && let Some(roots) = roots
    {
        command.env("PGSSLROOTCERT", roots);
    }
    command.arg("--dbname").arg(url.as_str());
    Ok(command)
}

/// The files in which systems keep the certificates they trust.
const ROOTS: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// Returns whether the server is another machine.
fn is_far(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>();
    let here = host.is_empty()
        || host == "localhost"
        || host.to_ascii_lowercase().starts_with("%2f")
        || address.is_ok_and(|address| address.is_loopback());
    !here
}

fn run(command: &mut Command) -> Result<()> {
    let output = started(command, Command::output)?;
    if !output.status.success() {
        let name = command.get_program().to_string_lossy();
        bail!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// Starts a tool, or says how to install it.
fn started<T>(
    command: &mut Command,
    start: impl FnOnce(&mut Command) -> std::io::Result<T>,
) -> Result<T> {
    let name = command.get_program().to_string_lossy().into_owned();
    match start(command) {
        Ok(started) => Ok(started),
        Err(error) if error.kind() == ErrorKind::NotFound => bail!(
            "{name} is missing: it is one of PostgreSQL's client programs \
             (apt-get install postgresql-client), of the server's version or later"
        ),
        Err(error) => Err(error).with_context(|| format!("run {name}")),
    }
}

#[cfg(test)]
mod tests {
    use super::tool;

    #[test]
    fn the_password_is_not_among_the_words() {
        let url = "postgres://altyn:p%40ss@db:5432/pay?sslmode=require";
        let command = tool("pg_dump", url).unwrap();
        let words: Vec<_> = command.get_args().collect();
        assert_eq!(
            words,
            ["--dbname", "postgres://altyn@db:5432/pay?sslmode=require"]
        );
        assert!(!command.get_envs().any(|(name, _)| name == "PGSSLMODE"));
        for (url, mode) in [
            ("postgres://altyn@db.example.com/pay", Some("verify-full")),
            ("postgres://altyn@127.0.0.1:5433/pay", None),
            ("postgres://altyn@[::1]/pay", None),
            ("postgres://altyn@%2Frun%2Fpostgresql/pay", None),
        ] {
            let command = tool("pg_dump", url).unwrap();
            let told = command.get_envs().find(|(name, _)| *name == "PGSSLMODE");
            let told = told.and_then(|(_, value)| value?.to_str());
            assert_eq!(told, mode, "{url}");
        }
        let password = command.get_envs().find(|(name, _)| *name == "PGPASSWORD");
        assert_eq!(password.unwrap().1.unwrap(), "p@ss");
    }
}

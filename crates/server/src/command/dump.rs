//! PostgreSQL's own tools, which copy its databases better than we could.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use url::Url;

/// Copies a database into a file.
pub(super) fn save(url: &str, target: &Path) -> Result<()> {
    let mut dump = tool("pg_dump", url)?;
    dump.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]);
    run(dump.arg(target))?;
    // The list of contents is at the end of reading all of it that can be checked here.
    let mut list = Command::new("pg_restore");
    run(list.arg("--list").arg(target))
}

/// Brings a copy back, all of it or nothing. Tables that are there are replaced only by `force`.
pub(super) fn load(url: &str, source: &Path, force: bool) -> Result<()> {
    let mut restore = tool("pg_restore", url)?;
    restore.args([
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
    ]);
    if force {
        restore.args(["--clean", "--if-exists"]);
    }
    let advice = "bring the copy back; if the database is not empty, --force replaces its tables";
    run(restore.arg(source)).context(advice)
}

/// A tool that is told the database. The password goes through the environment: the words of a
/// command can be read by everyone on the machine.
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
    command.arg("--dbname").arg(url.as_str());
    Ok(command)
}

fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => bail!(
            "{name} is missing: it is one of PostgreSQL's client programs \
             (apt-get install postgresql-client), of the server's version or later"
        ),
        Err(error) => return Err(error).with_context(|| format!("run {name}")),
    };
    if !output.status.success() {
        bail!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
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
        let password = command.get_envs().find(|(name, _)| *name == "PGPASSWORD");
        assert_eq!(password.unwrap().1.unwrap(), "p@ss");
    }
}

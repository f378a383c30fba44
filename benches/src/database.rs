//! A fresh database on either engine, gone at the end.

use std::process::Command;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use crate::machine::processes_titled;

/// Which database the server uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

impl std::fmt::Display for Engine {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        })
    }
}

/// A database of its own on the test cluster.
pub(crate) struct Postgres {
    maintenance: String,
    name: String,
    pub(crate) url: String,
}

impl Postgres {
    pub(crate) fn create(maintenance: Option<&str>) -> Result<Self> {
        let Some(maintenance) = maintenance else {
            bail!("set ALTYN_TEST_POSTGRES, or run this as `cargo xtask bench`");
        };
        let name = format!("altyn_bench_{}", std::process::id());
        let (server, rest) = maintenance
            .rsplit_once('/')
            .context("the URL names no database")?;
        let query = rest
            .split_once('?')
            .map_or(String::new(), |(_, query)| format!("?{query}"));
        let url = format!("{server}/{name}{query}");
        psql(maintenance, &format!("create database {name}"))?;
        Ok(Self {
            maintenance: maintenance.to_owned(),
            name,
            url,
        })
    }
}

impl Postgres {
    /// The processes of the sessions that use this database, by the titles that they give
    /// themselves.
    pub(crate) fn sessions(&self) -> Vec<u32> {
        processes_titled("postgres: ", &format!(" {} ", self.name))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let statement = format!("drop database if exists {} with (force)", self.name);
        if let Err(error) = psql(&self.maintenance, &statement) {
            eprintln!("the database {} stays behind: {error:#}", self.name);
        }
    }
}

fn psql(url: &str, statement: &str) -> Result<()> {
    let arguments = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, url];
    let output = Command::new("psql")
        .args(arguments)
        .output()
        .context("run psql")?;
    if !output.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

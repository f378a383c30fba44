//! `cargo xtask bench`: drives the release binary from outside and prints what it does per second.
//!
//! Each figure stands beside a ceiling measured in the same run on the same machine: the same HTTP
//! stack that authenticates and echoes the same body. Load comes from this process, over HTTP/1.1
//! connections that stay open; the server is a process of its own, with its data on a real disk.

#![expect(clippy::print_stdout, reason = "the figures are this program's output")]
#![expect(clippy::print_stderr, reason = "progress goes beside the figures")]

mod call;
mod database;
mod figure;
mod load;
mod machine;
mod platform;
mod receiver;
mod scenario;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Parser;

use crate::database::Engine;
use crate::figure::Report;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the release binary on this machine.
#[derive(Parser, Clone)]
struct Plan {
    /// The binary that is measured.
    #[arg(long, env = "ALTYN_BIN", default_value = "target/release/altyn")]
    binary: PathBuf,
    /// A superuser's maintenance database of the PostgreSQL cluster.
    #[arg(long, env = "ALTYN_TEST_POSTGRES")]
    postgres: Option<String>,
    /// The engines, one after the other.
    #[arg(long, value_enum, default_values_t = [Engine::Sqlite, Engine::Postgres])]
    engine: Vec<Engine>,
    /// Connections that are kept busy.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Shops that share the load.
    #[arg(long, default_value_t = 64)]
    shops: usize,
    /// Seconds per figure.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Payments of one shop of which the last 50 are listed.
    #[arg(long, default_value_t = 100_000)]
    rows: u64,
    /// Only the figures whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Where the data lies while it is measured; it should be a real disk.
    #[arg(long, default_value = "target/bench")]
    directory: PathBuf,
    /// Prints JSON instead of tables.
    #[arg(long)]
    json: bool,
}

impl Plan {
    /// Returns whether a figure of that name is wanted.
    fn wants(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|part| name.contains(part))
    }
}

fn main() -> Result<()> {
    let plan = Plan::parse();
    std::fs::create_dir_all(&plan.directory).context("make the directory for the data")?;
    let mut report = Report::new(machine::describe(&plan));
    for engine in &plan.engine {
        eprintln!("measuring {}", engine.title());
        report.engines.push(scenario::measure(&plan, *engine)?);
    }
    if plan.json {
        println!("{}", serde_json::to_string_pretty(&report.to_json())?);
    } else {
        print!("{report}");
    }
    Ok(())
}

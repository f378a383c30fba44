//! The project's own commands, `cargo xtask …`: plain Rust over `std::process`, no shell scripts.
//!
//! Each command first looks for the tools it needs, and installs or names what is missing; none
//! skips a part in silence. What a command runs is printed before it runs.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a developer's command talks to a terminal, reads the environment and takes the time"
)]

mod build;
mod outside;
mod postgres;
mod process;
mod project;
mod steps;
mod tidy;
mod tools;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::postgres::{Cluster, Durability};
use crate::project::Project;

/// The project's own commands.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds Altyn and starts it with a demo merchant; further arguments go to `altyn serve`.
    Run {
        /// Builds without optimization, which is faster to build and slower to run.
        #[arg(long)]
        dev: bool,
        /// For `altyn serve`, such as `--listen` or `--database`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Builds the page assets and `target/release/altyn`.
    Build,
    /// Runs everything that CI runs, or only the named steps of it.
    Test {
        /// Names of steps; without any, all of them in order.
        steps: Vec<String>,
    },
    /// Runs the quick part of `test`: format, clippy, tidy, unit tests of the rules.
    Check,
    /// Formats, and applies what clippy can repair by itself.
    Fix,
    /// Builds the release binary and measures it under load; arguments go to the load.
    Bench {
        /// For the load; `--help` lists them.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Starts a private PostgreSQL under `target/postgres` and prints its address.
    Db {
        /// Prints a line for the shell: `eval "$(cargo xtask db --export)"`.
        #[arg(long)]
        export: bool,
        #[command(subcommand)]
        action: Option<DbAction>,
    },
    /// Runs the seeded simulation with the auditor watching.
    Sim {
        /// How many seeds to run.
        #[arg(long, default_value_t = 100)]
        seeds: u64,
        /// The first seed.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Writes the description of the API to `docs/openapi.json`.
    Openapi,
    /// Checks what neither the compiler nor clippy can see; see CONTRIBUTING.md.
    Tidy {
        /// Records the checksums of changed migrations; only before the first release.
        #[arg(long)]
        accept_migrations: bool,
    },
}

#[derive(Subcommand)]
enum DbAction {
    /// Stops it; the data stays.
    Stop,
}

fn main() -> ExitCode {
    match perform() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform() -> Result<()> {
    let project = Project::find()?;
    match Arguments::parse().command {
        Command::Run { dev, arguments } => build::run(&project, dev, &arguments),
        Command::Build => build::release(&project),
        Command::Test { steps } => steps::run_all(&project, steps::TEST, &steps),
        Command::Check => steps::run_all(&project, steps::CHECK, &[]),
        Command::Fix => build::fix(&project),
        Command::Bench { arguments } => build::bench(&project, &arguments),
        Command::Db { export, action } => database(&project, export, action.as_ref()),
        Command::Sim { seeds, seed } => build::sim(&project, seeds, seed),
        Command::Openapi => build::openapi(&project),
        Command::Tidy { accept_migrations } => tidy::run(&project, accept_migrations),
    }
}

fn database(project: &Project, export: bool, action: Option<&DbAction>) -> Result<()> {
    tools::require(&[&tools::POSTGRES])?;
    if let Some(DbAction::Stop) = action {
        return Cluster::stop(project);
    }
    let cluster = Cluster::start(project, Durability::Durable)?;
    if export {
        println!("export ALTYN_TEST_POSTGRES='{}'", cluster.url());
    } else {
        println!("{}", cluster.url());
        eprintln!("Stop it with `cargo xtask db stop`.");
    }
    Ok(())
}

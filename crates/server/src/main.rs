//! The binary: configuration, wiring, subcommands. Rules live elsewhere.

mod cli;
mod clock;
mod config;
mod logging;
mod output;
mod version;

mod http;
mod metered;
mod metrics;

mod command;
mod demo;
mod files;
mod heads;
mod machine;
mod platform;
#[cfg(test)]
mod routes;
mod sealing;
mod serve;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{CommandFactory as _, FromArgMatches as _};

use crate::cli::way::Way;
use crate::cli::{Cli, Command};
use crate::config::{Config, ConfigError};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit status of a command that was not understood, the same as clap's.
const MISUNDERSTOOD: u8 = 2;

fn main() -> ExitCode {
    let typed = Cli::command().get_matches();
    let way = Way::of(&typed);
    let cli = Cli::from_arg_matches(&typed).unwrap_or_else(|error| error.exit());
    match run(cli, way) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            if error.is::<ConfigError>() {
                return ExitCode::from(MISUNDERSTOOD);
            }
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli, way: Option<&'static Way>) -> Result<ExitCode> {
    // Only their owner may read the files of this process, those of the database engine too.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let mut config = config::read(&cli.given.0)?;
    config.way = way;
    let serves = matches!(cli.command, Command::Serve(_) | Command::BenchEcho);
    let level = if serves { "info" } else { "warn" };
    let logging = logging::start(&config, level)?;
    let code = runtime(&config)?.block_on(Box::pin(command::run(config, cli)));
    drop(logging);
    code
}

fn runtime(config: &Config) -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = config.threads {
        builder.worker_threads(threads.get());
    }
    builder.enable_all().build().context("start the runtime")
}

/// Says on the standard error output what went wrong, with its causes.
fn complain(error: &anyhow::Error) {
    use std::io::Write as _;

    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    // Nobody can be told if this cannot be written.
    drop(writeln!(
        std::io::stderr().lock(),
        "altyn: {}",
        output::harmless(&causes.join(": "))
    ));
}

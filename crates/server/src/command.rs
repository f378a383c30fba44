//! The commands: each opens the database beside a running server, or without one, and reports what
//! it did.

mod application;
mod audit;
mod backup;
pub(crate) mod bench;
mod clock;
mod discrepancy;
mod dump;
mod event;
pub(crate) mod gateway;
mod grant;
mod journal;
mod key;
mod listen;
mod manifest;
mod message;
mod receipts;
mod restore;
mod sealing;
mod shop;
mod webhook;

use std::process::ExitCode;

use anyhow::Result;
use domain::Timestamp;

use crate::cli::{self, Cli, Command};
use crate::config::Config;
use crate::output::{Output, say};
use crate::platform;
use crate::serve;

/// Runs the command.
pub(crate) async fn run(config: Config, cli: Cli) -> Result<ExitCode> {
    let as_json = cli.json;
    let output = match cli.command {
        Command::Serve(serve) => {
            Box::pin(serve::run(config, &serve, as_json)).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Listen(listen) => {
            Box::pin(listen::run(&config, listen, as_json)).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Openapi => {
            say(&api::openapi::document())?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::BenchEcho => {
            Box::pin(bench::echo(&config, as_json)).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Backup { target } => backup::backup(&config, &target).await?,
        Command::Restore {
            source: Some(source),
            force,
            ..
        } => restore::restore(&config, &source, force).await?,
        Command::Restore { source: None, .. } => restore::drop_replaced(&config).await?,
        Command::Migrate => migrate(&config).await?,
        Command::BenchStore(options) => bench::store(&config, &options).await?,
        Command::Audit { against } => audit::run(&config, against.as_deref()).await?,
        Command::Shop(shop) => shop::run(&config, shop).await?,
        Command::Application(command) => application::run(&config, command).await?,
        Command::Gateway(gateway) => gateway::run(&config, gateway).await?,
        Command::Event(event) => event::run(&config, event).await?,
        Command::Message(command) => message::run(&config, command).await?,
        Command::Journal(command) => journal::run(&config, command).await?,
        Command::Sealing(command) => sealing::run(&config, command).await?,
        Command::Discrepancy(command) => discrepancy::run(&config, command).await?,
        Command::Clock(cli::Clock::Advance { shop, by }) => {
            clock::advance(&config, shop, by).await?
        }
    };
    Ok(output.print(as_json)?)
}

async fn migrate(config: &Config) -> Result<Output> {
    platform::migrate(config).await?;
    let last = store::MIGRATIONS
        .last()
        .map_or(0, |migration| migration.number);
    let json = serde_json::json!({ "schema": last });
    Ok(Output::good(
        format!("The schema is up to date: {last}."),
        json,
    ))
}

/// Waits until no server uses what it remembered of a shop before, so that the command's report is
/// true when it ends.
#[expect(
    clippy::disallowed_methods,
    reason = "other processes forget by the real clock, and tell nobody"
)]
async fn until_seen_by_servers() {
    let micros = app::MERCHANT_FRESH.as_micros().unsigned_abs();
    tokio::time::sleep(std::time::Duration::from_micros(micros)).await;
}

/// A number with its noun: `1 secret`, `2 secrets`.
fn counted<N: Into<u64> + Copy>(count: N, one: &str, many: &str) -> String {
    let count = count.into();
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A time in a form for people and programs.
pub(crate) fn shown(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.as_micros()).map_or_else(
        |_out_of_range| time.as_micros().to_string(),
        |time| format!("{time:.3}"),
    )
}

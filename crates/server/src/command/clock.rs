//! `altyn clock`: lets time pass in a test shop.

use std::time::Duration;

use anyhow::{Context as _, Result};
use domain::ShopId;
use serde_json::json;

use super::{shown, until_seen_by_servers};
use crate::config::Config;
use crate::output::Output;
use crate::platform::Platform;

/// Moves a test shop's clock ahead.
pub(super) async fn advance(config: &Config, shop: ShopId, by: Duration) -> Result<Output> {
    let micros = i64::try_from(by.as_micros()).context("the length of time")?;
    let by = domain::Duration::micros(micros);
    let platform = Platform::of_command(config).await?;
    let advanced = app::shop::advance_clock(&platform.cx, shop, by).await;
    platform.close().await;
    let now = shown(advanced.context("move the shop's clock")?);
    until_seen_by_servers().await;
    let json = json!({ "shop_id": shop.to_string(), "now": now });
    Ok(Output::good(
        format!("In shop {shop} it is {now} now."),
        json,
    ))
}

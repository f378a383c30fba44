//! `altyn journal`: who has done what by hand, and when.

use anyhow::{Context as _, Result};
use domain::Action;
use serde_json::{Value, json};

use super::shown;
use crate::cli;
use crate::config::Config;
use crate::output::{Output, table};
use crate::platform::Platform;

/// Runs one of the commands.
pub(super) async fn run(config: &Config, command: cli::Journal) -> Result<Output> {
    let platform = Platform::of_command(config).await?;
    let cli::Journal::List { shop, limit } = command;
    let found = app::journal::list(&platform.cx, shop, limit).await;
    platform.close().await;
    Ok(list(&found.context("read the journal")?))
}

fn list(actions: &[Action]) -> Output {
    let rows: Vec<Vec<String>> = actions.iter().map(row).collect();
    let text = if rows.is_empty() {
        "Nothing was done by hand.".to_owned()
    } else {
        let heads = ["when", "who", "way", "right", "shop", "object"];
        table(&heads, &rows)
    };
    let items: Vec<Value> = actions.iter().map(json).collect();
    Output::good(text, json!({ "items": items }))
}

fn row(action: &Action) -> Vec<String> {
    let shop = action.shop_id.map(|shop| shop.to_string());
    vec![
        shown(action.done_at),
        action.who.clone(),
        action.way.clone(),
        action.right.code().to_owned(),
        shop.unwrap_or_default(),
        action.object.clone().unwrap_or_default(),
    ]
}

fn json(action: &Action) -> Value {
    json!({
        "id": action.id.to_string(),
        "done_at": shown(action.done_at),
        "role": action.role.code(),
        "who": action.who,
        "way": action.way,
        "right": action.right.code(),
        "shop_id": action.shop_id.map(|shop| shop.to_string()),
        "object": action.object,
    })
}

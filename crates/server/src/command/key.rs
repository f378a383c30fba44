//! `altyn shop key` and `altyn gateway key`: the secret keys that open the API. A whole key never
//! stands on a command line.

use anyhow::{Context as _, Result};
use app::Cx;
use app::shop::{self, KeyView};
use domain::ShopId;
use serde_json::{Value, json};

use super::{shown, until_seen_by_servers};
use crate::cli::ShopKey;
use crate::output::{Output, table};

/// Runs one of the commands.
pub(super) async fn run(cx: &Cx, command: ShopKey) -> Result<Output> {
    match command {
        ShopKey::Add { shop } => add(cx, shop).await,
        ShopKey::List { shop } => list(cx, shop).await,
        ShopKey::Revoke { shop, key } => revoke(cx, shop, &key).await,
    }
}

async fn add(cx: &Cx, shop: ShopId) -> Result<Output> {
    let key = shop::add_key(cx, shop).await.context("add a secret key")?;
    let json = json!({ "shop_id": shop.to_string(), "secret_key": key });
    let text = format!("secret key  {key}\n\nThe key is shown only now.");
    Ok(Output::good(text, json))
}

async fn list(cx: &Cx, shop: ShopId) -> Result<Output> {
    let keys = shop::list_keys(cx, shop).await;
    let keys = keys.context("list the secret keys")?;
    let rows: Vec<Vec<String>> = keys.iter().map(row).collect();
    let heads = ["number", "ends in", "state", "made", "last used"];
    let items: Vec<Value> = keys.iter().map(json).collect();
    Ok(Output::good(
        table(&heads, &rows),
        json!({ "items": items }),
    ))
}

async fn revoke(cx: &Cx, shop: ShopId, named: &str) -> Result<Output> {
    let revoked = shop::revoke_key(cx, shop, named).await;
    let revoked = revoked.context("take the key back")?;
    let left = shop::list_keys(cx, shop).await;
    let left = left.context("list the secret keys")?;
    let left = left.iter().filter(|view| view.key.revoked_at.is_none());
    let left = left.count();
    until_seen_by_servers().await;
    let left_over = match left {
        0 => format!("none is left: `altyn shop key add --shop {shop}` gives another"),
        left => format!("{left} left"),
    };
    let text = format!(
        "Key {}, which ends in {}, is refused from now on; {left_over}.",
        revoked.number, revoked.key.hint
    );
    let json = json!({
        "shop_id": shop.to_string(), "revoked": true, "number": revoked.number,
        "hint": revoked.key.hint, "keys_left": left,
    });
    Ok(Output::good(text, json))
}

fn row(view: &KeyView) -> Vec<String> {
    let key = &view.key;
    vec![
        view.number.to_string(),
        key.hint.clone(),
        if key.revoked_at.is_some() {
            "revoked"
        } else {
            "in use"
        }
        .to_owned(),
        shown(key.created_at),
        key.last_used_at.map_or_else(|| "-".to_owned(), shown),
    ]
}

fn json(view: &KeyView) -> Value {
    let key = &view.key;
    json!({
        "number": view.number,
        "hint": key.hint,
        "created_at": shown(key.created_at),
        "last_used_at": key.last_used_at.map(shown),
        "revoked_at": key.revoked_at.map(shown),
    })
}

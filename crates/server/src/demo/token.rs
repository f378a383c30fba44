//! The demo's application, and its token in the demo's shop.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use app::{Cx, application, grant};
use domain::application::{Callback, NewApplication};
use domain::{Application, Scope, ShopId};
use serde_json::Value;

const NAME: &str = "Демо-приложение";

/// The token of an earlier start, if it still opens the shop, or a new one.
pub(super) async fn prepare(
    cx: &Cx,
    path: &Path,
    (shop, secret_key): (ShopId, &str),
) -> Result<String> {
    if let Some(token) = written(path) {
        match grant::authenticate(cx.app(), &token, String::new()).await {
            Ok(known) if known.actor().account() == Some(shop) => return Ok(token),
            Ok(_) | Err(app::Error::Denied) => {}
            Err(error) => return Err(error).context("look for the demo's token"),
        }
    }
    let application = find_or_make(cx).await?;
    let proved = grant::prove_shop(cx.app(), shop, secret_key, None).await;
    let code = grant::agree(
        &proved.context("open the demo's shop")?,
        application.id,
        None,
    )
    .await;
    let code = code.context("grant the demo's application access")?;
    let issued = grant::exchange(cx.app(), &application, &code, None).await;
    Ok(issued.context("make the demo's token")?.token)
}

/// The token in the file; `None` if the file cannot be understood.
fn written(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let parsed: Value = serde_json::from_str(&text).ok()?;
    parsed.get("oauth_token")?.as_str().map(str::to_owned)
}

async fn find_or_make(cx: &Cx) -> Result<Application> {
    let all = application::list(cx).await;
    let mut all = all.context("look for the demo's application")?.into_iter();
    if let Some(found) = all.find(|application| application.name == NAME) {
        return Ok(found);
    }
    let new = NewApplication {
        name: NAME.to_owned(),
        description: Some("Пробует API от имени партнёра".to_owned()),
        site: None,
        callback: Callback::Shown,
        scopes: Scope::ALL.to_vec(),
    };
    let created = application::create(cx, new).await;
    Ok(created.context("make the demo's application")?.application)
}

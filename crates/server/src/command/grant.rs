//! `altyn shop grants` and `altyn shop revoke`: what a shop has granted to applications.

use anyhow::{Context as _, Result};
use app::Cx;
use app::grant::{self, GrantView};
use domain::grant::State;
use domain::{GrantId, ShopId};
use serde_json::{Value, json};

use super::{shown, until_seen_by_servers};
use crate::output::{Output, table};

/// Lists what a shop has granted.
pub(super) async fn list(cx: &Cx, shop: ShopId) -> Result<Output> {
    let views = grant::list(cx, shop).await.context("list the grants")?;
    let rows: Vec<Vec<String>> = views.iter().map(row).collect();
    let text = if rows.is_empty() {
        "The shop has granted nothing.".to_owned()
    } else {
        table(
            &["grant", "state", "granted", "last used", "application"],
            &rows,
        )
    };
    let items: Vec<Value> = views.iter().map(json).collect();
    Ok(Output::good(text, json!({ "items": items })))
}

/// Takes a grant back.
pub(super) async fn revoke(cx: &Cx, shop: ShopId, id: GrantId) -> Result<Output> {
    let revoked = grant::revoke(cx, shop, id).await;
    revoked.context("revoke the grant")?;
    until_seen_by_servers().await;
    let json = json!({ "grant": id.to_string(), "revoked": true });
    Ok(Output::good("The token is refused from now on.", json))
}

fn row(view: &GrantView) -> Vec<String> {
    let grant = &view.grant;
    vec![
        grant.id.to_string(),
        grant.state.code().to_owned(),
        shown(grant.granted_at),
        grant.last_used_at.map_or_else(|| "-".to_owned(), shown),
        view.application_name.clone(),
    ]
}

fn json(view: &GrantView) -> Value {
    let grant = &view.grant;
    let (expires_at, revoked) = match &grant.state {
        State::Coded { expires_at } | State::Issued { expires_at, .. } => (Some(*expires_at), None),
        State::Revoked { by, revoked_at } => (None, Some((by.code(), *revoked_at))),
    };
    let codes: Vec<&str> = grant.scopes.iter().map(|scope| scope.code()).collect();
    json!({
        "grant": grant.id.to_string(),
        "client_id": grant.application_id.to_string(),
        "application": view.application_name,
        "scopes": codes,
        "state": grant.state.code(),
        "granted_at": shown(grant.granted_at),
        "last_used_at": grant.last_used_at.map(shown),
        "expires_at": expires_at.map(shown),
        "revoked_by": revoked.map(|(by, _)| by),
        "revoked_at": revoked.map(|(_, at)| shown(at)),
    })
}

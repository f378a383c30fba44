//! `altyn shop`: shops and their secret keys.

use anyhow::{Context as _, Result, bail};
use app::Cx;
use app::shop::{self, NewShop, ShopState};
use domain::connector::Choice;
use domain::shop::Site;
use domain::{ConnectorName, MethodKind, Shop, ShopId, ShopKind};
use serde_json::{Value, json};

use super::{grant, key, receipts, shown, until_seen_by_servers, webhook};
use crate::cli;
use crate::config::Config;
use crate::output::{Output, table};
use crate::platform::Platform;
use crate::sealing::prepare;

/// Runs one of the commands.
pub(super) async fn run(config: &Config, command: cli::Shop) -> Result<Output> {
    let platform = Platform::of_command(config).await?;
    if let cli::Shop::Webhook(cli::ShopWebhook::Add { .. } | cli::ShopWebhook::Renew { .. }) =
        &command
    {
        prepare(config, &platform.store, platform.app.sealing()).await?;
    }
    let output = match command {
        cli::Shop::Create(new) => create(&platform.cx, *new).await,
        cli::Shop::List => list(&platform.cx).await,
        cli::Shop::Disable { shop } => switch(&platform.cx, shop, ShopState::Disabled).await,
        cli::Shop::Enable { shop } => switch(&platform.cx, shop, ShopState::Enabled).await,
        cli::Shop::Key(command) => key::run(&platform.cx, command).await,
        cli::Shop::Webhook(command) => webhook::run(&platform.cx, command).await,
        cli::Shop::Receipts(command) => receipts::run(&platform.cx, command).await,
        cli::Shop::Widget { shop, sites } => set_widget_sites(&platform.cx, shop, sites).await,
        cli::Shop::Connector(command) => connector(config, &platform.cx, command).await,
        cli::Shop::Grants { shop } => grant::list(&platform.cx, shop).await,
        cli::Shop::Revoke { shop, grant } => grant::revoke(&platform.cx, shop, grant).await,
    };
    platform.close().await;
    output
}

async fn create(cx: &Cx, new: cli::CreateShop) -> Result<Output> {
    let methods = if new.methods.is_empty() {
        MethodKind::ALL.to_vec()
    } else {
        new.methods
    };
    let new = NewShop {
        kind: ShopKind::Shop,
        platform: new.platform,
        name: new.name,
        test: new.test,
        currency: new.currency,
        methods,
        may_send_cards: new.raw_cards,
        may_save_methods: !new.no_saved_methods,
        deal_life: new.deals,
        may_use_tokens: new.tokens,
        widget_retries: !new.no_widget_retries,
        rate: new.commission,
        vat: new.vat,
        inn: new.inn,
    };
    let created = shop::create(cx, new).await.context("add the shop")?;
    let mut json = json(&created.shop);
    if let Some(fields) = json.as_object_mut() {
        let key = Value::String(created.secret_key.clone());
        fields.insert("secret_key".to_owned(), key);
    }
    let text = format!(
        "shop id     {}\nsecret key  {}\n\nThe key is shown only now.",
        created.shop.id, created.secret_key
    );
    Ok(Output::good(text, json))
}

async fn switch(cx: &Cx, id: ShopId, state: ShopState) -> Result<Output> {
    let switched = shop::set_state(cx, id, state).await;
    let switched = switched.context("switch the shop")?;
    until_seen_by_servers().await;
    let text = match state {
        ShopState::Enabled => format!("{id} takes money again."),
        ShopState::Disabled => format!(
            "{id} begins nothing any more: its key may only look, and its pages say that it takes \
             no payments.\nWhat was begun is finished; holds that are not captured end by their \
             time."
        ),
    };
    Ok(Output::good(text, json(&switched)))
}

async fn list(cx: &Cx) -> Result<Output> {
    let shops = shop::list(cx).await.context("list the shops")?;
    let rows: Vec<Vec<String>> = shops.iter().map(row).collect();
    let text = if rows.is_empty() {
        "There are no shops; `altyn shop create` adds one.".to_owned()
    } else {
        table(
            &["shop", "kind", "state", "currency", "created", "name"],
            &rows,
        )
    };
    let items: Vec<Value> = shops.iter().map(json).collect();
    Ok(Output::good(text, json!({ "items": items })))
}

fn row(shop: &Shop) -> Vec<String> {
    vec![
        shop.id.to_string(),
        match (shop.test, shop.is_gateway()) {
            (true, false) => "test",
            (false, false) => "live",
            (true, true) => "test gateway",
            (false, true) => "live gateway",
        }
        .to_owned(),
        if shop.enabled { "enabled" } else { "disabled" }.to_owned(),
        shop.currency.code().to_owned(),
        shown(shop.created_at),
        shop.name.clone(),
    ]
}

fn json(shop: &Shop) -> Value {
    let methods: Vec<&str> = shop.methods.iter().map(|method| method.code()).collect();
    json!({
        "shop_id": shop.id.to_string(),
        "kind": if shop.is_gateway() { "gateway" } else { "shop" },
        "name": shop.name,
        "test": shop.test,
        "enabled": shop.enabled,
        "currency": shop.currency.code(),
        "platform": shop.platform_id.map(|platform| platform.to_string()),
        "methods": methods,
        "raw_cards": shop.may_send_cards,
        "saved_methods": shop.may_save_methods,
        "deal_days": shop.deal_life.map(domain::deal::Life::days),
        "tokens": shop.may_use_tokens,
        "widget_retries": shop.widget_retries,
        "widget_sites": shop.widget_sites.iter().map(Site::as_str).collect::<Vec<_>>(),
        "connectors": shop.choices.iter().map(Choice::to_string).collect::<Vec<_>>(),
        "clock_offset_seconds": shop.clock_offset.as_seconds(),
        "inn": shop.inn,
        "created_at": shown(shop.created_at),
    })
}

async fn connector(config: &Config, cx: &Cx, command: cli::ShopConnector) -> Result<Output> {
    let names = config.connectors.names();
    let shop = match command {
        cli::ShopConnector::Set { shop, rules } => {
            if let Some(rule) = rules.iter().find(|rule| !names.contains(&rule.connector)) {
                let known: Vec<_> = names.iter().map(ConnectorName::as_str).collect();
                bail!(
                    "{rule}: there is no connector {}; `connectors` names {}",
                    rule.connector,
                    known.join(", ")
                );
            }
            let set = shop::set_choices(cx, shop, rules).await;
            let set = set.context("set who is asked")?;
            until_seen_by_servers().await;
            set
        }
        cli::ShopConnector::List { shop } => {
            shop::show(cx, shop).await.context("show who is asked")?
        }
    };
    let rules: Vec<String> = shop.choices.iter().map(Choice::to_string).collect();
    let text = if rules.is_empty() {
        "The platform's order counts: the first bank that can.".to_owned()
    } else {
        rules.join("\n")
    };
    Ok(Output::good(text, json!({ "items": rules })))
}

async fn set_widget_sites(cx: &Cx, shop: ShopId, sites: Vec<Site>) -> Result<Output> {
    let changed = shop::set_widget_sites(cx, shop, sites)
        .await
        .context("set the sites of the widget")?;
    until_seen_by_servers().await;
    let text = if changed.widget_sites.is_empty() {
        "Any site may show the shop's widgets from now on.".to_owned()
    } else {
        let sites: Vec<&str> = changed.widget_sites.iter().map(Site::as_str).collect();
        format!(
            "The shop's widgets are shown on {} alone.",
            sites.join(", ")
        )
    };
    Ok(Output::good(text, json(&changed)))
}

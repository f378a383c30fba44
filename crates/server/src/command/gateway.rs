//! `altyn gateway`: payout gateways and their balances. Their keys, webhooks and clocks are those
//! of shops: `altyn shop key`, `altyn shop webhook`, `altyn clock`.

use anyhow::{Context as _, Result};
use app::Cx;
use app::shop::{self, NewShop};
use domain::{Currency, MethodKind, Money, Rate, ShopId, ShopKind};
use serde_json::json;

use super::key;
use crate::cli;
use crate::config::Config;
use crate::output::Output;
use crate::platform::Platform;

/// Runs one of the commands.
pub(super) async fn run(config: &Config, command: cli::Gateway) -> Result<Output> {
    let platform = Platform::of_command(config).await?;
    let output = match command {
        cli::Gateway::Create(new) => create(&platform.cx, *new).await,
        cli::Gateway::Key(command) => key::run(&platform.cx, command).await,
        cli::Gateway::TopUp { gateway, amount } => top_up(&platform.cx, gateway, &amount).await,
    };
    platform.close().await;
    output
}

/// The settings of a test gateway that can pay in every way.
pub(crate) fn test_gateway(
    name: String,
    may_send_cards: bool,
    cards_of: Option<ShopId>,
) -> NewShop {
    NewShop {
        kind: ShopKind::Gateway { cards_of },
        platform: None,
        name,
        test: true,
        currency: Currency::RUB,
        methods: vec![MethodKind::BankCard, MethodKind::YooMoney, MethodKind::Sbp],
        may_send_cards,
        may_save_methods: false,
        may_use_tokens: false,
        widget_retries: false,
        deal_life: None,
        rate: Rate::ZERO,
        vat: Rate::ZERO,
        inn: None,
    }
}

async fn create(cx: &Cx, new: cli::CreateGateway) -> Result<Output> {
    let new = test_gateway(new.name, new.raw_cards, new.cards_of);
    let created = shop::create(cx, new).await.context("add the gateway")?;
    let (id, key) = (created.shop.id, created.secret_key);
    let json = json!({
        "gateway_id": id.to_string(), "name": created.shop.name, "test": true,
        "secret_key": key,
    });
    let text = format!("gateway id  {id}\nsecret key  {key}\n\nThe key is shown only now.");
    Ok(Output::good(text, json))
}

async fn top_up(cx: &Cx, gateway: ShopId, amount: &str) -> Result<Output> {
    let shops = shop::list(cx).await.context("look for the gateway")?;
    let found = shops.iter().find(|shop| shop.id == gateway);
    let currency = found.map_or(Currency::RUB, |shop| shop.currency);
    let amount = Money::parse(amount, currency).context("read the amount")?;
    let balance = shop::top_up(cx, gateway, amount)
        .await
        .context("top the gateway up")?;
    let json = json!({
        "gateway_id": gateway.to_string(),
        "balance": {"value": balance.value(), "currency": balance.currency().code()},
    });
    Ok(Output::good(format!("The balance is {balance} now."), json))
}

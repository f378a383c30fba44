//! `altyn shop receipts`: how a shop's receipts are registered.

use anyhow::{Context as _, Result, anyhow, ensure};
use app::{Cx, shop};
use domain::ShopId;
use domain::fiscal::{AtolAccount, Fiscalization, Register};
use serde_json::json;
use std::fs;
use std::path::{self, Path};

use super::until_seen_by_servers;
use crate::cli;
use crate::output::Output;

/// Runs one of the commands.
pub(super) async fn run(cx: &Cx, command: cli::ShopReceipts) -> Result<Output> {
    match command {
        cli::ShopReceipts::Set(new) => set(cx, *new).await,
        cli::ShopReceipts::Off { shop } => off(cx, shop).await,
    }
}

async fn set(cx: &Cx, new: cli::SetReceipts) -> Result<Output> {
    let register = register(&new)?;
    let (provider, scenario) = (new.provider, new.scenario);
    let settings = Fiscalization {
        provider,
        scenario,
        register,
    };
    shop::set_fiscalization(cx, new.shop, Some(settings))
        .await
        .context("set how receipts are registered")?;
    until_seen_by_servers().await;
    let json = json!({
        "shop_id": new.shop.to_string(),
        "provider": provider.code(),
        "scenario": scenario.code(),
    });
    let text = format!(
        "Receipts are registered from now on: provider {}, scenario {}.",
        provider.code(),
        scenario.code()
    );
    Ok(Output::good(text, json))
}

/// The sandbox, or the account with ATOL Online; the parser requires all of its options or none.
fn register(new: &cli::SetReceipts) -> Result<Register> {
    let Some(login) = new.atol_login.clone() else {
        return Ok(Register::Sandbox);
    };
    let file = new.atol_password_file.as_ref();
    let file = password_file(file.context("the file with the password is missing")?)?;
    let given = |value: &Option<String>, name: &str| {
        let value = value.clone();
        value.with_context(|| format!("{name} is missing"))
    };
    Ok(Register::Atol(AtolAccount {
        version: new.atol_version,
        base_url: new.atol_url.trim_end_matches('/').to_owned(),
        login,
        password_file: file,
        group_code: given(&new.atol_group, "--atol-group")?,
        inn: given(&new.atol_inn, "--atol-inn")?,
        payment_address: given(&new.atol_site, "--atol-site")?,
        email: given(&new.atol_email, "--atol-email")?,
        tax_system: new.atol_tax_system,
    }))
}

/// The whole path of a file, which must hold a password now.
fn password_file(path: &Path) -> Result<String> {
    let path = path::absolute(path).context("find the file with the password")?;
    let place = path.display();
    let password =
        fs::read_to_string(&path).with_context(|| format!("read the password in {place}"))?;
    ensure!(!password.trim().is_empty(), "no password stands in {place}");
    let path = path.into_os_string().into_string();
    path.map_err(|path| anyhow!("{} is not text in UTF-8", path.display()))
}

async fn off(cx: &Cx, shop: ShopId) -> Result<Output> {
    shop::set_fiscalization(cx, shop, None)
        .await
        .context("switch receipts off")?;
    until_seen_by_servers().await;
    let json = json!({ "shop_id": shop.to_string(), "provider": null });
    Ok(Output::good(
        "No receipts are registered from now on.",
        json,
    ))
}

//! A key makes one object: that of which the merchant was told. What was refused made none.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use domain::Metadata;
use domain::receipt::Origin;
use testkit::World;

use super::{ALL, Facts};
use crate::merchant::Merchant;

/// Invoices are not listed: `invoices` is how many there are.
pub(super) async fn agree(
    world: &World,
    merchant: &Merchant,
    facts: &Facts,
    invoices: u64,
) -> Result<()> {
    let mut found: Vec<(Option<&str>, String)> = Vec::new();
    for payment in &facts.payments {
        let details = payment.details.as_ref();
        let by_buyer = details.is_some_and(|details| details.invoice.is_some());
        if !by_buyer {
            found.push((key(&payment.metadata), format!("/payments/{}", payment.id)));
        }
    }
    for refund in &facts.refunds {
        let key = key(&refund.metadata);
        // A deal whose time is over gives back by itself.
        if key.is_some() || refund.deal.is_none() {
            found.push((key, format!("/refunds/{}", refund.id)));
        }
    }
    for payout in &facts.payouts {
        found.push((key(&payout.metadata), format!("/payouts/{}", payout.id)));
    }
    for deal in &facts.deals {
        found.push((key(&deal.metadata), format!("/deals/{}", deal.id)));
    }
    let mut made: BTreeMap<&str, &String> = merchant
        .made
        .iter()
        .map(|(key, path)| (key.as_str(), path))
        .collect();
    for (key, path) in &found {
        let told = key.and_then(|key| made.remove(key));
        ensure!(
            told == Some(path),
            "{path} was made by key {key:?}, which was told of {told:?}"
        );
    }
    made.retain(|_, path| !path.starts_with("/invoices/"));
    receipts(world, &mut made).await?;
    ensure!(made.is_empty(), "made and not there: {made:?}");
    let told = u64::try_from(merchant.bills.len())?;
    ensure!(
        invoices == told,
        "there are {invoices} invoices and {told} were told of"
    );
    Ok(())
}

fn key(metadata: &Metadata) -> Option<&str> {
    let pairs = metadata.pairs().iter();
    let mut keys = pairs.filter(|(name, _)| name == "key");
    keys.next().map(|(_, key)| key.as_str())
}

/// Receipts of requests of their own keep no key.
async fn receipts(world: &World, made: &mut BTreeMap<&str, &String>) -> Result<()> {
    let shop = world.shop.id;
    let filter = store::receipt::Filter {
        limit: ALL,
        ..store::receipt::Filter::default()
    };
    let list = move |conn: &mut store::Conn<'_>| store::receipt::list(conn, shop, &filter);
    for receipt in world.store.read(list).await? {
        if receipt.origin == Origin::Merchant {
            let path = format!("/receipts/{}", receipt.id);
            let told = made.iter().find(|(_, made)| ***made == path);
            let key = told.map(|(key, _)| *key);
            ensure!(key.is_some(), "{path} was made and nobody was told");
            made.retain(|other, _| Some(*other) != key);
        }
    }
    Ok(())
}

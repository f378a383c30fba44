//! The auditor: lets everything come to rest and holds the platform's books against what the bank
//! and the register really did and what the merchant was told.

mod bank;
mod mail;
mod register;

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use domain::ledger::Account;
use domain::payment::Status;
use domain::{Duration, OperationObject, OperationState, Payment, Payout, ShopId};
use serde_json::Value;
use testkit::World;

use crate::Tally;
use crate::merchant::Merchant;

/// How often due work is done before everything must be at rest: longer than any hold.
const TURNS: usize = 40;
/// More than a history makes of anything.
const ALL: u32 = 100_000;

pub(crate) async fn audit(world: &World, mut merchant: Merchant, tally: &mut Tally) -> Result<()> {
    world.clock.advance(domain::operation::CALL_TIME_MAX);
    worker::run_due(&world.app).await?;
    merchant.repeat_open(world, tally).await?;
    for _ in 0..TURNS {
        world.bank.carry_out_late()?;
        world.clock.advance(Duration::hours(6));
        worker::run_due(&world.app).await?;
        world.app.settled().await;
        world.send_messages().await;
    }
    let report = app::audit::run(&world.store).await?;
    ensure!(
        report.findings.is_empty(),
        "the audit found {:#?}",
        report.findings
    );
    let payments = payments(world).await?;
    let mut payouts = payouts(world, world.shop.id).await?;
    payouts.extend(self::payouts(world, merchant.business.gateway.shop.id).await?);
    nothing_is_open(world, &payments, &payouts).await?;
    bank::agrees(world, &payments).await?;
    bank::paid_out(world, &payouts).await?;
    register::agrees(world, &merchant.business, &payments, tally).await?;
    nothing_is_lost(world, merchant.business.topped_up).await?;
    tally.mails += mail::agree(world, &payments).await?;
    every_deal_has_ended_once(world).await?;
    everything_is_told_once(world).await?;
    tally.refunded += the_merchant_was_told_the_truth(world, &merchant).await?;
    for payment in &payments {
        tally.captured += u64::from(payment.status() == Status::Succeeded);
    }
    let arrived = |payout: &&Payout| payout.status() == domain::payout::Status::Succeeded;
    tally.paid_out += u64::try_from(payouts.iter().filter(arrived).count())?;
    Ok(())
}

async fn payments(world: &World) -> Result<Vec<Payment>> {
    let shop = world.shop.id;
    let filter = store::payment::Filter {
        limit: ALL,
        ..store::payment::Filter::default()
    };
    Ok(world
        .store
        .read(move |conn| store::payment::list(conn, shop, &filter))
        .await?)
}

async fn payouts(world: &World, shop: ShopId) -> Result<Vec<Payout>> {
    let filter = store::payout::Filter {
        limit: ALL,
        ..store::payout::Filter::default()
    };
    Ok(world
        .store
        .read(move |conn| store::payout::list(conn, shop, &filter))
        .await?)
}

/// After all that time every payment and payout is decided and every call answered.
async fn nothing_is_open(world: &World, payments: &[Payment], payouts: &[Payout]) -> Result<()> {
    for payment in payments {
        let status = payment.status();
        let ended = matches!(status, Status::Succeeded | Status::Canceled);
        ensure!(ended, "payment {} is still {:?}", payment.id, payment.state);
        ensure!(
            payment.refunding.is_zero(),
            "payment {} has an open refund",
            payment.id
        );
        let object = OperationObject::Payment(payment.id);
        no_call_is_open(world, payment.shop_id, object).await?;
    }
    for payout in payouts {
        let ended = payout.status() != domain::payout::Status::Pending;
        ensure!(ended, "payout {} is still {:?}", payout.id, payout.state);
        let object = OperationObject::Payout(payout.id);
        no_call_is_open(world, payout.shop_id, object).await?;
    }
    Ok(())
}

async fn no_call_is_open(world: &World, shop: ShopId, object: OperationObject) -> Result<()> {
    let list = move |conn: &mut store::Conn<'_>| store::operation::list_of(conn, shop, object);
    for operation in world.store.read(list).await? {
        let open = matches!(
            operation.state,
            OperationState::Sent | OperationState::Unknown
        );
        ensure!(
            !open,
            "operation {} is still {:?}",
            operation.id,
            operation.state
        );
    }
    Ok(())
}

/// Payments are payouts, refunds, fees and balances: what the bank has taken and what came to the
/// gateway, less what it gave back and paid out, is what shops may have and the platform earned.
async fn nothing_is_lost(world: &World, topped_up: i64) -> Result<()> {
    let taken: i64 = world.bank.statistics().values().map(kept).sum();
    let paid_out = world.bank.paid_out();
    let paid_out: i64 = paid_out.values().map(|paid| paid.amount.minor()).sum();
    let shops = world.store.read(store::shop::list_any_shop).await?;
    let mut owned = 0;
    for shop in shops {
        let read = move |conn: &mut store::Conn<'_>| store::book::accounts(conn, shop.id);
        for (account, balance) in world.store.read(read).await? {
            match account {
                Account::Available | Account::Fees | Account::FeesVat => {
                    owned += balance.amount.minor();
                }
                Account::Refund(_) | Account::Deal(_) | Account::Payout(_) => {
                    let name = account.name();
                    ensure!(balance.amount.is_zero(), "{name} still holds {balance:?}");
                }
                Account::Acquirer | Account::Bank | Account::Clearing(_) => {}
            }
        }
    }
    ensure!(
        taken + topped_up - paid_out == owned,
        "{taken} taken, {topped_up} topped up, {paid_out} paid out, and there are {owned}"
    );
    Ok(())
}

/// What the bank took of a payment and did not give back.
fn kept(effects: &connectors::sandbox::Effects) -> i64 {
    effects.captured.minor() - effects.refunded.minor()
}

/// After all that time every deal is closed, was said to be once, and holds nothing.
async fn every_deal_has_ended_once(world: &World) -> Result<()> {
    let shop = world.shop.id;
    let filter = store::deal::Filter {
        limit: ALL,
        ..store::deal::Filter::default()
    };
    let list = move |conn: &mut store::Conn<'_>| store::deal::list(conn, shop, &filter);
    let deals = world.store.read(list).await?;
    let begin = domain::Timestamp::from_micros(0);
    let events = app::event::list(&world.app, shop, begin, None, ALL).await?;
    for deal in deals {
        let closed = deal.status() == domain::deal::Status::Closed;
        ensure!(closed, "deal {} is still {:?}", deal.id, deal.state);
        let id = deal.id.to_string();
        let told = events.iter().filter(|event| event.object_id == id).count();
        ensure!(told == 1, "deal {id} was closed {told} times");
    }
    Ok(())
}

/// No event happened twice to the same object.
async fn everything_is_told_once(world: &World) -> Result<()> {
    let shops = world.store.read(store::shop::list_any_shop).await?;
    let begin = domain::Timestamp::from_micros(0);
    for shop in shops {
        let mut seen = BTreeSet::new();
        for event in app::event::list(&world.app, shop.id, begin, None, ALL).await? {
            let (kind, id) = (event.kind.code(), event.object_id);
            ensure!(seen.insert((kind, id.clone())), "{kind} of {id} twice");
        }
    }
    Ok(())
}

/// What was acknowledged as final is still so. How many refunds succeeded.
async fn the_merchant_was_told_the_truth(world: &World, merchant: &Merchant) -> Result<u64> {
    let mut refunded = 0;
    for (path, told) in &merchant.told {
        let credentials = merchant.business.credentials(told.by);
        let shown = world
            .call_as(&credentials, "GET", path, "", &Value::Null)
            .await;
        ensure!(shown.status == 200, "{path} was acknowledged and is lost");
        let (now, told) = (shown.text("/status"), &told.status);
        let last = matches!(told.as_str(), "succeeded" | "canceled");
        ensure!(!last || now == *told, "{path} was {told} and is {now}");
        let ended = matches!(now.as_str(), "succeeded" | "canceled");
        ensure!(ended, "{path} is still {now}");
        refunded += u64::from(path.starts_with("/refunds/") && now == "succeeded");
    }
    Ok(refunded)
}

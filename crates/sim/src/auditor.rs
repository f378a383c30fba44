//! The auditor: lets everything come to rest and holds the platform's books against what the bank
//! really did and what the merchant was told.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use domain::ledger::Account;
use domain::message::About;
use domain::message::State::Sent;
use domain::payment::{State, Status};
use domain::{Duration, OperationState, Payment};
use serde_json::Value;
use testkit::World;

use crate::Tally;
use crate::merchant::Merchant;

/// How often due work is done before everything must be at rest: longer than any hold.
const TURNS: usize = 40;

pub(crate) async fn audit(world: &World, mut merchant: Merchant, tally: &mut Tally) -> Result<()> {
    world.clock.advance(domain::operation::CALL_TIME_MAX);
    worker::run_due(&world.app).await?;
    for request in std::mem::take(&mut merchant.open) {
        let answer = world
            .call("POST", &request.path, &request.key, &request.body)
            .await;
        merchant.told(&request, &answer, tally)?;
    }
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
    nothing_is_open(world, &payments).await?;
    the_bank_agrees(world, &payments).await?;
    every_deal_has_ended_once(world).await?;
    tally.mails += every_overview_was_mailed(world, &payments).await?;
    tally.refunded += the_merchant_was_told_the_truth(world, &merchant).await?;
    for payment in &payments {
        tally.captured += u64::from(payment.status() == Status::Succeeded);
    }
    Ok(())
}

async fn payments(world: &World) -> Result<Vec<Payment>> {
    let shop = world.shop.id;
    let filter = store::payment::Filter {
        limit: 10_000,
        ..store::payment::Filter::default()
    };
    Ok(world
        .store
        .read(move |conn| store::payment::list(conn, shop, &filter))
        .await?)
}

/// After all that time every payment is decided and every call answered.
async fn nothing_is_open(world: &World, payments: &[Payment]) -> Result<()> {
    for payment in payments {
        let status = payment.status();
        let ended = matches!(status, Status::Succeeded | Status::Canceled);
        ensure!(ended, "payment {} is still {:?}", payment.id, payment.state);
        ensure!(
            payment.refunding.is_zero(),
            "payment {} has an open refund",
            payment.id
        );
        let (shop, object) = (world.shop.id, domain::OperationObject::Payment(payment.id));
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
    }
    Ok(())
}

/// After all that time every deal is closed, was said to be once, and holds nothing.
async fn every_deal_has_ended_once(world: &World) -> Result<()> {
    let shop = world.shop.id;
    let filter = store::deal::Filter {
        limit: 10_000,
        ..store::deal::Filter::default()
    };
    let list = move |conn: &mut store::Conn<'_>| store::deal::list(conn, shop, &filter);
    let deals = world.store.read(list).await?;
    let begin = domain::Timestamp::from_micros(0);
    let events = app::event::list(&world.app, shop, begin, None, 100_000).await?;
    for deal in deals {
        let closed = deal.status() == domain::deal::Status::Closed;
        ensure!(closed, "deal {} is still {:?}", deal.id, deal.state);
        let id = deal.id.to_string();
        let told = events.iter().filter(|event| event.object_id == id).count();
        ensure!(told == 1, "deal {id} was closed {told} times");
    }
    Ok(())
}

/// What the bank took, let go and gave back is what the books say.
async fn the_bank_agrees(world: &World, payments: &[Payment]) -> Result<()> {
    let effects = world.bank.statistics();
    let mut booked: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for payment in payments {
        if let State::Succeeded { reference, .. } = &payment.state {
            let sums = (payment.amount.minor(), payment.refunded.minor());
            let before = booked.insert(reference, sums);
            ensure!(before.is_none(), "{reference} paid two payments");
        }
    }
    let mut total = 0;
    for (reference, effect) in &effects {
        let (captured, refunded) = (effect.captured.minor(), effect.refunded.minor());
        let (held, voided) = (effect.held.minor(), effect.voided.minor());
        total += captured - refunded;
        let kept = captured - refunded;
        match booked.remove(reference.as_str()) {
            Some(sums) => {
                ensure!(
                    sums == (captured, refunded),
                    "{reference}: {sums:?} but {effect:?}"
                );
                ensure!(
                    held == captured + voided,
                    "{reference} holds more: {effect:?}"
                );
            }
            None => {
                ensure!(
                    kept == 0,
                    "{reference} was taken and not booked: {effect:?}"
                );
                let let_go = held == captured + voided;
                ensure!(let_go, "{reference} is still held: {effect:?}");
            }
        }
    }
    ensure!(booked.is_empty(), "booked but never taken: {booked:?}");
    let shop = world.shop.clone();
    let read =
        move |conn: &mut store::Conn<'_>| store::book::balance(conn, &shop, Account::Acquirer);
    let owed = world.store.read(read).await?.amount.minor();
    ensure!(
        owed == total,
        "the acquirer owes {owed} by the books and {total} by its own"
    );
    Ok(())
}

/// What was acknowledged as final is still so. How many refunds succeeded.
async fn the_merchant_was_told_the_truth(world: &World, merchant: &Merchant) -> Result<u64> {
    let mut refunded = 0;
    let told = merchant.payments.iter().map(|told| ("payments", told));
    let told = told.chain(merchant.refunds.iter().map(|told| ("refunds", told)));
    let told = told.chain(merchant.payouts.iter().map(|told| ("payouts", told)));
    for (kind, (id, told)) in told {
        let shown = world
            .call("GET", &format!("/{kind}/{id}"), "", &Value::Null)
            .await;
        ensure!(
            shown.status == 200,
            "{kind} {id} was acknowledged and is lost"
        );
        let now = shown.text("/status");
        let last = matches!(told.as_str(), "succeeded" | "canceled");
        ensure!(!last || now == *told, "{kind} {id} was {told} and is {now}");
        refunded += u64::from(kind == "refunds" && now == "succeeded");
    }
    Ok(refunded)
}

/// Each payment that succeeded and was to be told of has one message, which was taken; others have
/// none. What was mailed more than once is the same mail, and none was mailed that was not written
/// down. How many mails there were.
async fn every_overview_was_mailed(world: &World, payments: &[Payment]) -> Result<u64> {
    let mails = world.mailer.mails();
    let mut written = BTreeSet::new();
    for payment in payments {
        let asked = payment.details.as_ref();
        let asked = asked.is_some_and(|details| details.extras.statements.is_some());
        let told = asked && payment.status() == Status::Succeeded;
        let (shop, about) = (world.shop.id, About::Payment(payment.id));
        let list =
            move |conn: &mut store::Conn<'_>| store::message::list_of_object(conn, shop, about);
        let messages = world.store.read(list).await?;
        ensure!(
            messages.len() == usize::from(told),
            "payment {} has {} messages",
            payment.id,
            messages.len()
        );
        for message in messages {
            let taken = matches!(message.state, Sent { .. });
            ensure!(taken, "message {} is {:?}", message.id, message.state);
            let same: Vec<_> = mails.iter().filter(|mail| mail.id == message.id).collect();
            let first = same.first();
            ensure!(first.is_some(), "message {} was never mailed", message.id);
            let equal = same.iter().all(|mail| Some(mail) == first);
            ensure!(equal, "repetitions of {} differ", message.id);
            written.insert(message.id);
        }
    }
    let strange = mails.iter().find(|mail| !written.contains(&mail.id));
    ensure!(strange.is_none(), "a mail was sent that nobody wrote");
    Ok(u64::try_from(mails.len())?)
}

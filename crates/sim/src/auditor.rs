//! The auditor: lets everything come to rest and holds the platform's books against what the bank,
//! the register, the servers for messages and the merchants' servers really did, and against what
//! merchants and buyers were told.
//!
//! It names all that is wrong, not the first thing only: the tests that damage a history want to
//! see what each look finds by itself.

mod bank;
mod deal;
mod event;
mod invoice;
mod key;
mod message;
mod notification;
mod refund;
mod register;

use anyhow::{Result, ensure};
use connectors::sandbox::{Call, Fault};
use domain::ledger::Account;
use domain::operation::{CALL_TIME_MAX, CLOCKS_APART_MAX};
use domain::payment::Status;
use domain::{
    Deal, Discrepancy, Duration, Message, OperationObject, OperationState, Payment, Payout, Refund,
    RefundId, ShopId, Timestamp,
};
use serde_json::Value;
use store::Conn;
use store::event::Event;
use testkit::World;

use crate::Tally;
use crate::merchant::{Merchant, is_end};

/// How often due work is done before everything must be at rest: longer than any hold.
const TURNS: usize = 40;
/// How often a request is repeated by then whose answer is still to come.
const REPEATED_MAX: usize = 3;
/// In so many of them, the first, the bank answers no look-up: longer than the looks take at what
/// never arrived.
const SILENT_TURNS: usize = 8;
/// More look-ups than a turn has.
const LOOKS: usize = 500;
/// More than a history makes of anything.
const ALL: u32 = 100_000;

/// Lets everything come to rest.
pub(crate) async fn rest(world: &World, merchant: &mut Merchant, tally: &mut Tally) -> Result<()> {
    for _ in 0..REPEATED_MAX {
        world.clock.advance(CALL_TIME_MAX.plus(CLOCKS_APART_MAX));
        worker::run_due(&world.app).await?;
        merchant.repeat_open(world, tally).await?;
    }
    let open = merchant.open.first();
    let open = open.map(|request| (&request.path, &request.key));
    ensure!(open.is_none(), "{open:?} is never answered");
    let mut turn = 0;
    while turn < TURNS || (turn < 2 * TURNS && given_up_is_due(world).await?) {
        world.bank.script().calm();
        if turn < SILENT_TURNS {
            for _ in 0..LOOKS {
                world.bank.script().next(Call::LookUp, Fault::RequestLost);
            }
        }
        world.bank.carry_out_late().await?;
        // A bank that has changed its mind says so until it is heard.
        for news in world.bank.overruled() {
            drop(world.bank_says(news.operation, news.answer).await);
        }
        world.clock.advance(Duration::hours(6));
        worker::run_due(&world.app).await?;
        world.app.settled().await;
        world.send_messages().await;
        worker::carry_all_due(&world.app).await;
        turn += 1;
    }
    Ok(())
}

/// Returns whether a call that never arrived has still to be looked at.
async fn given_up_is_due(world: &World) -> Result<bool> {
    let due = "select count(*) from operation where state = 'given_up' and due_at is not null";
    let read = world
        .store
        .read(move |conn| conn.query_one(due, &[], |row| row.get::<i64>(0)));
    Ok(read.await? != 0)
}

/// What is wrong; empty if nothing is.
pub(crate) async fn audit(
    world: &World,
    merchant: &Merchant,
    tally: &mut Tally,
) -> Result<Vec<String>> {
    let facts = Facts::read(world, merchant).await?;
    let business = &merchant.business;
    let mut report = app::audit::run(&world.machine()).await?;
    app::audit::bank::run(&world.machine(), &mut report).await?;
    let invoices = report.invoices;
    let mut findings = books(report);
    let stuck = bank::stuck(world, &facts.payments).await?;
    let looks = [
        nothing_is_open(world, &facts).await,
        bank::agrees(world, &facts, &stuck).await,
        bank::paid_out(world, &facts).await,
        bank::is_known(world, &stuck).await,
        nothing_is_lost(world, business.topped_up, stuck.values().sum()).await,
        register::agrees(world, business, &facts, tally).await,
        message::agree(world, merchant, &facts, tally),
        deal::agree(&facts),
        deal::pays_no_seller_twice(world, &facts).await,
        refund::hold_what_they_should(&facts),
        invoice::agree(world, merchant, &facts, tally).await,
        event::agree(&facts),
        notification::agree(world, business, &facts, tally).await,
        key::agree(world, merchant, &facts, invoices).await,
        the_merchant_was_told_the_truth(world, merchant, &facts, tally).await,
    ];
    let problems = looks.into_iter().filter_map(Result::err);
    findings.extend(problems.map(|problem| format!("{problem:#}")));
    for payment in &facts.payments {
        tally.captured += u64::from(payment.status() == Status::Succeeded);
    }
    tally.overruled += u64::try_from(world.bank.overruled().len())?;
    let arrived = |payout: &&Payout| payout.status() == domain::payout::Status::Succeeded;
    tally.paid_out += u64::try_from(facts.payouts.iter().filter(arrived).count())?;
    Ok(findings)
}

/// What the platform says of itself.
pub(crate) struct Facts {
    pub(crate) payments: Vec<Payment>,
    refunds: Vec<Refund>,
    payouts: Vec<Payout>,
    deals: Vec<Deal>,
    /// Of all shops, in the order of each.
    events: Vec<Event>,
    messages: Vec<Message>,
    /// Refunds that have reached the payer though they are canceled.
    left: Vec<RefundId>,
    /// What was noted where the bank did something else than was written down.
    discrepancies: Vec<Discrepancy>,
}

impl Facts {
    pub(crate) async fn read(world: &World, merchant: &Merchant) -> Result<Self> {
        let (shop, gateway) = (world.shop.id, merchant.business.gateway.shop.id);
        let read = move |conn: &mut Conn<'_>| {
            let mut payouts = payouts(conn, shop)?;
            payouts.extend(self::payouts(conn, gateway)?);
            let mut events = Vec::new();
            for shop in store::shop::list_any_shop(conn)? {
                let begin = Timestamp::from_micros(0);
                events.extend(store::event::list(conn, shop.id, begin, None, ALL)?);
            }
            let payments = payments(conn, shop)?;
            let mut left = Vec::new();
            for payment in &payments {
                left.extend(store::refund::left(conn, payment.id)?);
            }
            Ok::<_, store::StoreError>(Self {
                payments,
                left,
                discrepancies: store::discrepancy::list(conn, None, true, ALL)?,
                refunds: refunds(conn, shop)?,
                deals: deals(conn, shop)?,
                messages: store::message::list_any_shop(conn, ALL)?,
                payouts,
                events,
            })
        };
        Ok(world.store.read(read).await?)
    }
}

impl Facts {
    /// Returns whether the bank has carried out after all what it had refused of this object, and
    /// nothing else has changed.
    pub(crate) fn was_overruled(&self, path: &str, before: &str, now: &str) -> bool {
        let own = |noted: &Discrepancy| match noted.object {
            OperationObject::Refund(id) => path == format!("/refunds/{id}"),
            OperationObject::Payout(id) => path == format!("/payouts/{id}"),
            OperationObject::Payment(_)
            | OperationObject::PaymentMethod(_)
            | OperationObject::Receipt(_) => false,
        };
        (before, now) == ("canceled", "succeeded") && self.discrepancies.iter().any(own)
    }

    /// Returns whether the operator's list has something of this object, open or settled.
    pub(crate) fn is_noted(&self, object: OperationObject) -> bool {
        self.discrepancies
            .iter()
            .any(|noted| noted.object == object)
    }
}

fn payments(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<Payment>, store::StoreError> {
    let filter = store::payment::Filter {
        limit: ALL,
        ..store::payment::Filter::default()
    };
    store::payment::list(conn, shop, &filter)
}

fn refunds(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<Refund>, store::StoreError> {
    let filter = store::refund::Filter {
        limit: ALL,
        ..store::refund::Filter::default()
    };
    store::refund::list(conn, shop, &filter)
}

fn payouts(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<Payout>, store::StoreError> {
    let filter = store::payout::Filter {
        limit: ALL,
        ..store::payout::Filter::default()
    };
    store::payout::list(conn, shop, &filter)
}

fn deals(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<Deal>, store::StoreError> {
    let filter = store::deal::Filter {
        limit: ALL,
        ..store::deal::Filter::default()
    };
    store::deal::list(conn, shop, &filter)
}

/// What the platform's own audit finds.
fn books(report: app::audit::Report) -> Vec<String> {
    let findings = report.findings.into_iter();
    findings
        .map(|found| format!("the books: {}: {}", found.object, found.problem))
        .collect()
}

/// After all that time everything is decided and every call answered.
async fn nothing_is_open(world: &World, facts: &Facts) -> Result<()> {
    for payment in &facts.payments {
        let ended = is_end(payment.status().code());
        ensure!(ended, "payment {} is still {:?}", payment.id, payment.state);
        let object = OperationObject::Payment(payment.id);
        no_call_is_open(world, payment.shop_id, object).await?;
    }
    for refund in &facts.refunds {
        let ended = is_end(refund.status().code());
        ensure!(ended, "refund {} is still {:?}", refund.id, refund.state);
        let object = OperationObject::Refund(refund.id);
        no_call_is_open(world, refund.shop_id, object).await?;
    }
    for payout in &facts.payouts {
        let ended = is_end(payout.status().code());
        ensure!(ended, "payout {} is still {:?}", payout.id, payout.state);
        let object = OperationObject::Payout(payout.id);
        no_call_is_open(world, payout.shop_id, object).await?;
    }
    for deal in &facts.deals {
        let closed = deal.status() == domain::deal::Status::Closed;
        ensure!(closed, "deal {} is still {:?}", deal.id, deal.state);
    }
    Ok(())
}

async fn no_call_is_open(world: &World, shop: ShopId, object: OperationObject) -> Result<()> {
    let list = move |conn: &mut Conn<'_>| store::operation::list_of(conn, shop, object);
    for operation in world.store.read(list).await? {
        let open = matches!(
            operation.state,
            OperationState::Sent | OperationState::Unknown
        ) || (operation.state == OperationState::GivenUp && operation.due_at.is_some());
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
/// gateway, less what it gave back and paid out, is what shops may have and the platform earned,
/// but for what is stuck at the bank.
async fn nothing_is_lost(world: &World, topped_up: i64, stuck: i64) -> Result<()> {
    let taken: i64 = world.bank.statistics().values().map(kept).sum();
    let paid_out = world.bank.paid_out();
    let paid_out: i64 = paid_out.values().map(|paid| paid.amount.minor()).sum();
    let shops = world.store.read(store::shop::list_any_shop).await?;
    let mut owned = 0;
    for shop in shops {
        let read = move |conn: &mut Conn<'_>| store::book::accounts(conn, shop.id);
        for (account, balance) in world.store.read(read).await? {
            match account {
                Account::Available | Account::Fees | Account::FeesVat => {
                    owned += balance.amount.minor();
                }
                Account::Claim => owned -= balance.amount.minor(),
                Account::Refund(_) | Account::Deal(_) | Account::Payout(_) => {
                    let name = account.name();
                    ensure!(balance.amount.is_zero(), "{name} still holds {balance:?}");
                }
                Account::Acquirer(_) | Account::Bank | Account::Clearing(_) => {}
            }
        }
    }
    ensure!(
        taken + topped_up - paid_out == owned + stuck,
        "money is lost or made: {taken} taken, {topped_up} topped up, {paid_out} paid out, and \
         there are {owned}"
    );
    Ok(())
}

/// What the bank took of a payment and did not give back.
fn kept(effects: &connectors::sandbox::Effects) -> i64 {
    effects.captured.minor() - effects.refunded.minor()
}

/// What was acknowledged is there, and what was told as final is still so.
async fn the_merchant_was_told_the_truth(
    world: &World,
    merchant: &Merchant,
    facts: &Facts,
    tally: &mut Tally,
) -> Result<()> {
    for (path, told) in &merchant.told {
        let credentials = merchant.business.credentials(told.by);
        let shown = world
            .call_as(&credentials, "GET", path, "", &Value::Null)
            .await;
        ensure!(shown.status == 200, "{path} was acknowledged and is lost");
        let (now, told) = (shown.text("/status"), &told.status);
        let same = !is_end(told) || now == *told || facts.was_overruled(path, told, &now);
        ensure!(same, "{path} was {told} and is {now}");
        ensure!(is_end(&now), "{path} is still {now}");
        tally.refunded += u64::from(path.starts_with("/refunds/") && now == "succeeded");
    }
    Ok(())
}

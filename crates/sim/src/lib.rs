//! Seeded simulation of merchants, buyers, acquirer faults and crashes, with an auditor watching.
//!
//! A history is a few lives of the platform. In each life merchants and payers act, several at a
//! time; a life ends by a crash in the middle of what they do. The surroundings outlive it: the
//! database, the bank that takes and sends money, the fiscal register, the merchants' servers, and
//! what the merchants were told.

mod auditor;
mod business;
mod chance;
mod merchant;

use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result};
use store::{Database, Options, Store};
use testkit::Surroundings;

use business::Business;
use chance::Chance;
use merchant::Merchant;

/// What happened, over all seeds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Lives that ended by a crash.
    pub crashes: u64,
    /// Requests to the platform.
    pub requests: u64,
    /// Requests that were never answered.
    pub unanswered: u64,
    /// Payments that were created.
    pub payments: u64,
    /// Payments that were captured.
    pub captured: u64,
    /// Refunds that succeeded.
    pub refunded: u64,
    /// Deals that were opened.
    pub deals: u64,
    /// Payments in deals.
    pub in_deals: u64,
    /// Payouts of deals that were asked for.
    pub payouts: u64,
    /// Payouts of gateways that were asked for.
    pub gateway_payouts: u64,
    /// Payouts that reached their receiver.
    pub paid_out: u64,
    /// Payments that were split between shops.
    pub split: u64,
    /// Payments by a token.
    pub by_token: u64,
    /// Overviews that were mailed, repetitions too.
    pub mails: u64,
    /// Receipts that were registered.
    pub registered: u64,
    /// Receipts that the register refused.
    pub refused: u64,
}

impl Tally {
    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        self.crashes += other.crashes;
        self.requests += other.requests;
        self.unanswered += other.unanswered;
        self.payments += other.payments;
        self.captured += other.captured;
        self.refunded += other.refunded;
        self.deals += other.deals;
        self.in_deals += other.in_deals;
        self.payouts += other.payouts;
        self.gateway_payouts += other.gateway_payouts;
        self.paid_out += other.paid_out;
        self.split += other.split;
        self.by_token += other.by_token;
        self.mails += other.mails;
        self.registered += other.registered;
        self.refused += other.refused;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            requests,
            unanswered,
            crashes,
            payments,
            captured,
            refunded,
            deals,
            in_deals,
            payouts,
            gateway_payouts,
            paid_out,
            split,
            by_token,
            mails,
            registered,
            refused,
        } = self;
        writeln!(
            f,
            "{requests} requests, {unanswered} unanswered, {crashes} crashes; {payments} payments \
             ({split} split, {by_token} by token), {captured} captured, {refunded} refunds;"
        )?;
        write!(
            f,
            "{deals} deals, {in_deals} payments in them; {payouts} payouts of deals, \
             {gateway_payouts} of gateways, {paid_out} arrived; {registered} receipts registered, \
             {refused} refused; {mails} mails"
        )
    }
}

/// Lives of the platform in one history, at most.
const LIVES_MAX: u64 = 4;
/// Rounds of actions in one life, at most.
const ROUNDS_MAX: u64 = 8;
/// Actions at a time, at most.
const AT_A_TIME_MAX: u64 = 6;

/// Runs the history of a seed.
///
/// # Errors
/// What the auditor found, or what the platform should not have said.
pub fn run(seed: u64) -> Result<Tally> {
    // Memory, where there is a file system in it: the histories are about crashes of the process.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::TempDir::with_prefix_in("altyn-sim-", memory)
    } else {
        tempfile::TempDir::with_prefix("altyn-sim-")
    };
    let folder = folder.context("make a folder")?;
    let database = Database::Sqlite {
        path: folder.path().join("altyn.db"),
    };
    let surroundings = Surroundings::new(seed);
    let mut chance = Chance::new(seed);
    let mut tally = Tally::default();
    let mut merchant: Option<Merchant> = None;

    for _ in 0..1 + chance.below(LIVES_MAX) {
        let runtime = runtime()?;
        let life = async {
            let store = Store::open(Options::new(database.clone()))
                .await
                .context("open")?;
            let world = match &merchant {
                None => {
                    let (world, business) =
                        Business::open(store, surroundings.clone(), &mut chance).await?;
                    merchant = Some(Merchant::new(business));
                    world
                }
                Some(merchant) => merchant.business.world(store, surroundings.clone()),
            };
            let merchant = merchant.as_mut().context("a merchant")?;
            let (bank, register) = (chance.faults(), chance.register_faults());
            surroundings.bank.script().by_chance(chance.bits(), bank);
            surroundings.register.by_chance(chance.bits(), register);
            merchant.live(&world, &mut chance, &mut tally).await
        };
        runtime.block_on(life)?;
        // What is under way now dies with the process.
        runtime.shutdown_background();
        tally.crashes += 1;
    }

    let Some(merchant) = merchant else {
        return Ok(tally);
    };
    let runtime = runtime()?;
    runtime.block_on(async {
        surroundings.bank.script().calm();
        surroundings.register.calm();
        surroundings.mailer.calm();
        let store = Store::open(Options::new(database))
            .await
            .context("open at last")?;
        let world = merchant.business.world(store.clone(), surroundings);
        auditor::audit(&world, merchant, &mut tally).await?;
        store.close().await;
        Ok(tally)
    })
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(1)
        .enable_all()
        .build()
        .context("start an executor")
}

/// How many rounds a life has, and how many actions a round.
fn rounds(chance: &mut Chance) -> (u64, u64) {
    (
        1 + chance.below(ROUNDS_MAX),
        1 + chance.below(AT_A_TIME_MAX),
    )
}

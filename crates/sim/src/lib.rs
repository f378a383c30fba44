//! Seeded simulation of merchants, buyers, acquirer faults and crashes, with an auditor watching.
//!
//! A history is a few lives of the platform. In each life merchants and buyers act, several at a
//! time; a life ends by a crash in the middle of what they do. The surroundings outlive it: the
//! database, the bank that takes and sends money, the fiscal register, the mail server and the SMS
//! gateway, the merchants' servers, and what merchants and buyers were told.
//!
//! That the auditor can fail is proved too: the tests damage a history that is right, in one way at
//! a time, as a fault of the program would, and the auditor has to name each.

mod auditor;
mod business;
mod chance;
mod merchant;
mod tally;

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use store::{Database, Options, Store};
use tempfile::TempDir;
use testkit::{Surroundings, World};

use business::Business;
use chance::Chance;
use merchant::Merchant;
pub use tally::Tally;

/// Lives of the platform in one history, at most.
const LIVES_MAX: u64 = 4;
/// Rounds of actions in one life, at most.
const ROUNDS_MAX: u64 = 9;
/// Actions at a time, at most.
const AT_A_TIME_MAX: u64 = 8;
/// Units of work between the last round's beginning and the crash, at most.
const UNITS_TO_CRASH_MAX: u64 = 24;

/// How many of a thousand answers of banks, payers and registers the storage does not take.
const ANSWERS_TROUBLED_PER_MILLE: u64 = 50;

/// How many of a thousand calls the bank refuses and carries out after all, at most; twice as many
/// where the merchant lives of deals.
const OVERRULED_PER_MILLE_MOST: u64 = 200;

/// Runs the history of a seed.
///
/// # Errors
/// What the auditor found, or what the platform should not have said.
pub fn run(seed: u64) -> Result<Tally> {
    let mut history = History::live(seed)?;
    runtime()?.block_on(async {
        let world = history.world().await?;
        history.rest(&world).await?;
        let findings = history.audit(&world).await?;
        world.store.close().await;
        ensure!(findings.is_empty(), "{}", findings.join("\n  "));
        Ok(history.tally)
    })
}

/// What is left when all lives of a history are over.
struct History {
    database: Database,
    surroundings: Surroundings,
    merchant: Merchant,
    tally: Tally,
    /// Where the database is; it goes with the history.
    _folder: TempDir,
}

impl History {
    /// Lives through all lives of a seed's history, each up to its crash.
    fn live(seed: u64) -> Result<Self> {
        let folder = folder()?;
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
                let store = open(&database).await?;
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
                let overruled_most = match merchant.business.trades {
                    true => 2 * OVERRULED_PER_MILLE_MOST,
                    false => OVERRULED_PER_MILLE_MOST,
                };
                let bank = chance.faults(overruled_most);
                let register = chance.register_faults();
                surroundings.bank.script().by_chance(chance.bits(), bank);
                surroundings.register.by_chance(chance.bits(), register);
                // The storage refuses answers, or writes them down without a word.
                let troubles = world.app.storage_script();
                troubles.by_chance(seed ^ tally.crashes, ANSWERS_TROUBLED_PER_MILLE);
                merchant.live(&world, &mut chance, &mut tally).await
            };
            runtime.block_on(life)?;
            // What is under way now dies with the process.
            runtime.shutdown_background();
            tally.crashes += 1;
        }

        surroundings.bank.script().calm();
        surroundings.register.calm();
        surroundings.courier.calm();
        surroundings.mailer.calm();
        business::nobody_is_there(&surroundings.mailer);
        Ok(Self {
            database,
            surroundings,
            merchant: merchant.context("a merchant")?,
            tally,
            _folder: folder,
        })
    }

    /// The platform, started once more on what is left.
    async fn world(&self) -> Result<World> {
        self.world_on(&self.database).await
    }

    /// The platform on a copy of its database.
    async fn world_on(&self, database: &Database) -> Result<World> {
        let store = open(database).await?;
        Ok(self
            .merchant
            .business
            .world(store, self.surroundings.clone()))
    }

    /// Lets everything come to rest.
    async fn rest(&mut self, world: &World) -> Result<()> {
        auditor::rest(world, &mut self.merchant, &mut self.tally).await
    }

    /// What is wrong; empty if nothing is.
    async fn audit(&mut self, world: &World) -> Result<Vec<String>> {
        auditor::audit(world, &self.merchant, &mut self.tally).await
    }
}

/// Memory, where there is a file system in it: the histories are about crashes of the process.
fn folder() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        TempDir::with_prefix_in("altyn-sim-", memory)
    } else {
        TempDir::with_prefix("altyn-sim-")
    };
    folder.context("make a folder")
}

async fn open(database: &Database) -> Result<Store> {
    let store = Store::open(Options::new(database.clone())).await;
    store.context("open the database")
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

#[cfg(test)]
mod tests;

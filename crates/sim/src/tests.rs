//! The simulation can fail: a history that is right is damaged in one way at a time, as a fault of
//! the program would do it, and the auditor has to name the damage. Without this nobody knows what
//! green seeds mean.

mod books;
mod damage;
mod outside;

use std::path::Path;

use damage::{DAMAGES, Damage, How};
use domain::ShopId;
use store::{Altyn, Database, StoreError, ToParam, Tx};
use testkit::World;

use crate::merchant::{MADE_AT, Merchant};
use crate::{History, runtime};

/// Within so many histories each damage can be done.
const SEEDS_MAX: u64 = 150;

/// What was done to a history, and how the auditor disappointed.
#[derive(Default)]
struct Done {
    names: Vec<&'static str>,
    unnamed: Vec<String>,
}

#[test]
fn every_damage_is_named() {
    let mut left: Vec<&Damage> = DAMAGES.iter().collect();
    let mut unnamed = Vec::new();
    for seed in 1..=SEEDS_MAX {
        if left.is_empty() {
            break;
        }
        let mut history = History::live(seed).unwrap();
        let done = runtime().unwrap().block_on(async {
            let mut done = Done::default();
            unsettle(&mut history, &left, &mut done).await;
            if done.names.is_empty() {
                damage(&mut history, &left, &mut done).await;
            }
            done
        });
        left.retain(|damage| !done.names.contains(&damage.name));
        unnamed.extend(done.unnamed);
    }
    let left: Vec<&str> = left.iter().map(|damage| damage.name).collect();
    assert!(left.is_empty(), "never possible: {left:#?}");
    assert!(unnamed.is_empty(), "not named: {unnamed:#?}");
}

/// Does the first damage that is possible before everything is at rest.
async fn unsettle(history: &mut History, left: &[&Damage], done: &mut Done) {
    let world = history.world().await.unwrap();
    for damage in left {
        let possible = match damage.how {
            How::BeforeRest(sql) => 0 < execute(&world, sql, &[]).await,
            How::KeyForgotten => forget_a_key(&world, &history.merchant).await,
            How::Rows(_) | How::Told(_) | How::Books(_) | How::Outside(_) => false,
        };
        if possible {
            history.rest(&world).await.unwrap();
            look(history, &world, damage, done).await;
            break;
        }
    }
    world.store.close().await;
}

/// Does all damages to the database that are possible, each to a copy, and one outside of it.
async fn damage(history: &mut History, left: &[&Damage], done: &mut Done) {
    let world = history.world().await.unwrap();
    history.rest(&world).await.unwrap();
    let right = history.audit(&world).await.unwrap();
    assert_eq!(right, Vec::<String>::new());
    let folder = crate::folder().unwrap();
    let whole = folder.path().join("whole.db");
    world.store.backup(&whole).await.unwrap();
    for damage in left {
        let database = copy(&whole, &folder.path().join("damaged.db"));
        let damaged = history.world_on(&database).await.unwrap();
        let possible = match damage.how {
            How::Rows(sql) => 0 < execute(&damaged, sql, &[]).await,
            How::Told(sql) => turn_what_was_told(&damaged, &history.merchant, sql).await,
            How::Books(edit) => books::rewrite(&damaged, edit).await,
            How::BeforeRest(_) | How::KeyForgotten | How::Outside(_) => false,
        };
        if possible {
            look(history, &damaged, damage, done).await;
        }
        damaged.store.close().await;
    }
    for damage in left {
        if let How::Outside(fault) = damage.how
            && outside::happens(&world, fault).await
        {
            look(history, &world, damage, done).await;
            break;
        }
    }
    world.store.close().await;
}

/// The auditor looks, and says what it has to.
async fn look(history: &mut History, world: &World, damage: &Damage, done: &mut Done) {
    let findings = history.audit(world).await.unwrap();
    if !findings.iter().any(|found| found.contains(damage.words)) {
        let Damage { name, words, .. } = damage;
        done.unnamed
            .push(format!("{name}: {words:?} is not in {findings:#?}"));
    }
    done.names.push(damage.name);
}

fn copy(whole: &Path, path: &Path) -> Database {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        drop(std::fs::remove_file(name));
    }
    std::fs::copy(whole, path).unwrap();
    let path = path.to_owned();
    Database::Sqlite { path }
}

/// Runs a statement. How many rows it changed.
async fn execute(world: &World, sql: &'static str, params: &[&str]) -> u64 {
    let params: Vec<String> = params.iter().map(|&param| param.to_owned()).collect();
    let unit = move |tx: &mut Tx<'_>| {
        let params: Vec<&dyn ToParam<Altyn>> = params
            .iter()
            .map(|it| -> &dyn ToParam<Altyn> { it })
            .collect();
        tx.execute(sql, &params)
    };
    let changed: Result<u64, StoreError> = world.store.write(world.shop.id, unit).await;
    changed.unwrap_or_else(|error| panic!("{error}: {sql}"))
}

/// Turns a payment that the merchant was told has succeeded.
async fn turn_what_was_told(world: &World, merchant: &Merchant, sql: &'static str) -> bool {
    for (path, told) in &merchant.told {
        let id = path.strip_prefix("/payments/");
        if let Some(id) = id.filter(|_| told.status == "succeeded")
            && 0 < execute(world, sql, &[id]).await
        {
            return true;
        }
    }
    false
}

/// The platform forgets the key of a request that was carried out and not answered.
async fn forget_a_key(world: &World, merchant: &Merchant) -> bool {
    let sql = "delete from idempotency where key = $1 or key like '%:' || $1";
    for request in &merchant.open {
        let says = |member| request.body.get(member).is_some();
        // One that could not be carried out a second time makes no second object.
        let repeatable = request.path == MADE_AT[0] && !says("deal") && !says("payment_token");
        if repeatable && 0 < execute(world, sql, &[&request.key]).await {
            return true;
        }
    }
    false
}

/// All shops of the platform.
async fn shops(world: &World) -> Vec<ShopId> {
    let shops = world.store.read(store::shop::list_any_shop).await.unwrap();
    shops.iter().map(|shop| shop.id).collect()
}

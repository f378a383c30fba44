//! A fresh database with Altyn's schema for each test, on either engine.
//!
//! This file also stands in the tests of `store`, so it depends on nothing of ours but `store` and
//! its neighbour.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};

use store::{Database, Engine, MIGRATIONS, Options, Store};

pub use crate::cluster::{ENGINES, OwnCluster, TestDatabase, connect};
use crate::cluster::{address, maintenance, run};

/// Runs a test on a store with the whole schema, first on SQLite, then on PostgreSQL.
pub async fn both<F, Fut>(test: F)
where
    F: Fn(Store, Engine) -> Fut,
    Fut: Future<Output = ()>,
{
    for engine in ENGINES {
        let database = TestDatabase::new(engine).await;
        let store = database.open().await;
        test(store.clone(), engine).await;
        store.close().await;
    }
}

impl TestDatabase {
    /// A database with the schema. On PostgreSQL it is copied from a template.
    pub async fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::sqlite(),
            Engine::Postgres => {
                let template = template().await;
                Self::postgres(&template).await
            }
        }
    }

    /// Opens it.
    pub async fn open(&self) -> Store {
        Store::open(self.options())
            .await
            .expect("open the test's database")
    }
}

/// The name of a database with the current schema, made once.
async fn template() -> String {
    let mut hasher = DefaultHasher::new();
    MIGRATIONS
        .iter()
        .for_each(|migration| migration.postgres.hash(&mut hasher));
    let name = format!("altyn_template_{:016x}", hasher.finish());
    let client = maintenance().await;
    let exists = format!("select 1 from pg_database where datname = '{name}'");
    run(&client, "select pg_advisory_lock(1)").await;
    if client
        .query(&exists, &[])
        .await
        .expect("list the databases")
        .is_empty()
    {
        let building = format!("{name}_building");
        run(
            &client,
            &format!("drop database if exists {building} with (force)"),
        )
        .await;
        run(
            &client,
            &format!("create database {building} template template0"),
        )
        .await;
        let options = Options::new(Database::Postgres {
            url: address(&building),
        });
        Store::open(options)
            .await
            .expect("migrate the template")
            .close()
            .await;
        // A closed connection may still be leaving when the rename looks.
        let leave = format!(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity
              where datname = '{building}'"
        );
        run(&client, &leave).await;
        run(
            &client,
            &format!("alter database {building} rename to {name}"),
        )
        .await;
    }
    run(&client, "select pg_advisory_unlock(1)").await;
    name
}

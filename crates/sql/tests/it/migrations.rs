//! The schema's history: applied once, never edited, never from the future.

use sql::{Migration, Older, Options, StoreError};

use super::{SCHEMA, Store};
use crate::cluster::{ENGINES, TestDatabase, connect};

const APPLIED: &str = "select number from migration order by number";

const FIRST: Migration = SCHEMA[0];
const SECOND: Migration = Migration {
    number: 2,
    name: "0002_second",
    sqlite: "create table second (id integer not null) strict",
    postgres: "create table second (id bigint not null)",
};
const THIRD: Migration = Migration {
    number: 3,
    name: "0003_third",
    ..SECOND
};
const EDITED: Migration = Migration {
    sqlite: "create table edited (id integer not null) strict",
    postgres: "create table edited (id bigint not null)",
    ..FIRST
};
const BROKEN: Migration = Migration {
    number: 2,
    name: "0002_broken",
    sqlite: "create table half (id integer not null) strict; create nonsense",
    postgres: "create table half (id bigint not null); create nonsense",
};

const BOTH: &[Migration] = &[FIRST, SECOND];

async fn open(
    database: &TestDatabase,
    migrations: &'static [Migration],
) -> Result<Store, StoreError> {
    Store::open(Options {
        migrations: Some(migrations),
        ..database.options()
    })
    .await
}

async fn applied(store: &Store) -> Vec<i64> {
    store
        .read(|conn| conn.query(APPLIED, &[], |row| row.get::<i64>(0)))
        .await
        .unwrap()
}

#[tokio::test]
async fn migrations_are_applied_once_and_go_on_later() {
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        let as_it_is = || Options {
            migrations: Some(BOTH),
            older: Older::Refused,
            ..database.options()
        };
        // Twice: the first has made nothing.
        for _ in 0..2 {
            let refused = Store::open(as_it_is()).await.map(drop);
            assert!(matches!(refused, Err(StoreError::Unmade)), "{refused:?}");
        }
        let first: &[Migration] = &[FIRST];
        for (migrations, expected) in [(first, vec![1]), (first, vec![1]), (BOTH, vec![1, 2])] {
            let store = open(&database, migrations).await.unwrap();
            assert_eq!(applied(&store).await, expected);
            store.close().await;
        }
        let third: &[Migration] = &[FIRST, SECOND, THIRD];
        for (migrations, is_older) in [(third, true), (BOTH, false)] {
            let options = Options {
                migrations: Some(migrations),
                ..as_it_is()
            };
            match Store::open(options).await {
                Ok(store) => store.close().await,
                Err(StoreError::Outdated) => assert!(is_older),
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_nodes_may_start_at_once() {
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        let (a, b, c, d) = tokio::join!(
            open(&database, BOTH),
            open(&database, BOTH),
            open(&database, BOTH),
            open(&database, BOTH)
        );
        for store in [a, b, c, d] {
            let store = store.unwrap();
            assert_eq!(applied(&store).await, [1, 2]);
            store.close().await;
        }
    }
}

#[tokio::test]
async fn an_edited_or_newer_history_is_refused() {
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        open(&database, BOTH).await.unwrap().close().await;
        let check = async |migrations: &'static [Migration], number: i64, reason: &str| {
            let Err(StoreError::Migration {
                number: told,
                reason: why,
            }) = open(&database, migrations).await.map(drop)
            else {
                panic!("{engine:?} opened");
            };
            assert_eq!((told, why.as_str()), (number, reason));
        };
        check(
            &[EDITED, SECOND],
            1,
            "its text differs from what was applied",
        )
        .await;
        check(&[FIRST], 2, "the database is newer than this program").await;
        check(
            &[SECOND],
            2,
            "the program's migrations are not numbered in order",
        )
        .await;
        open(&database, BOTH).await.unwrap().close().await;
    }
}

#[tokio::test]
async fn a_broken_migration_leaves_nothing_behind() {
    for engine in ENGINES {
        let database = TestDatabase::empty(engine).await;
        open(&database, &[FIRST]).await.unwrap().close().await;
        let broken = open(&database, &[FIRST, BROKEN]).await.map(drop);
        assert!(
            matches!(broken, Err(StoreError::Migration { number: 2, .. })),
            "{engine:?}: {broken:?}"
        );
        let store = open(&database, BOTH).await.unwrap();
        assert_eq!(applied(&store).await, [1, 2]);
        let half = store.read(|conn| conn.query("select id from half", &[], |_| Ok(())));
        assert!(matches!(half.await, Err(StoreError::Engine { .. })));
        store.close().await;
    }
}

#[tokio::test]
async fn postgres_is_not_told_that_a_table_is_empty() {
    const LOOKED_AT: &str = "select relname::text
      from pg_class
     where relkind = 'r' and reltuples >= 0 and relnamespace = 'public'::regnamespace";
    let database = TestDatabase::empty(sql::Engine::Postgres).await;
    open(&database, BOTH).await.unwrap().close().await;
    let client = connect(database.database()).await;
    let tables = client.query(LOOKED_AT, &[]).await.unwrap();
    let tables: Vec<String> = tables.iter().map(|row| row.get(0)).collect();
    assert_eq!(tables, ["migration"]);
}

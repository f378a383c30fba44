//! A backup under load is one consistent moment in one file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use sql::{Database, Engine, Options, StoreError};

use super::{COUNTER_ADD, COUNTER_SUM, Store, insert_counter, open, place, postgres_only};
use crate::cluster::TestDatabase;

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_one_moment_in_one_file() {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    let store = open(&database).await;
    insert_counter(&store, "a", 100_000).await;
    insert_counter(&store, "b", 0).await;
    let stop = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn({
        let (store, stop) = (store.clone(), Arc::clone(&stop));
        async move {
            while !stop.load(Relaxed) {
                let moved = store.write(place(), |tx| {
                    tx.write_one(COUNTER_ADD, &[&"a", &-1i64])?;
                    tx.write_one(COUNTER_ADD, &[&"b", &1i64])
                });
                moved.await.unwrap();
            }
        }
    });
    let folder = database.folder().unwrap().to_owned();
    for number in 0..5 {
        let target = folder.join(format!("backup-{number}.db"));
        store.backup(&target).await.unwrap();
        let copy = folder.join(format!("copy-{number}.db"));
        std::fs::copy(&target, &copy).unwrap();
        let again = store.backup(&target).await;
        assert!(
            matches!(again, Err(StoreError::Unavailable { .. })),
            "it is not overwritten"
        );
        let names: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with(&format!("backup-{number}")))
            .collect();
        assert_eq!(names, [format!("backup-{number}.db")]);
        let options = Options::new(Database::Sqlite { path: copy });
        let restored = Store::open(options).await.unwrap();
        let sum = restored
            .read(|conn| conn.query_one(COUNTER_SUM, &[], |row| row.get::<i64>(0)))
            .await
            .unwrap();
        assert_eq!(sum, 100_000);
        restored.close().await;
    }
    stop.store(true, Relaxed);
    load.await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_backup_of_postgresql_names_its_tool() {
    let database = postgres_only().await;
    let store = open(&database).await;
    let error = store
        .backup(std::path::Path::new("/nonexistent"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("pg_dump"));
    store.close().await;
}

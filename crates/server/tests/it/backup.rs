//! `altyn backup` and `altyn restore`.

use store::{Database, Engine};
use testkit::database::TestDatabase;

use crate::altyn::Place;

/// Takes a backup beside a running server and brings it back elsewhere.
fn round_trip(here: &Place, there: &Place) {
    let server = here.serve(&["--demo"]);
    let paid = server.paid("72");
    let backup = here.path("backup");
    let path = backup.to_str().unwrap();
    assert_eq!(here.told(&["backup", path])["good"], true);
    let later = server.paid("73");
    let error = here.refused(&["backup", path]);
    assert!(error.contains("exists already"), "{error}");
    let error = here.refused(&["restore", path, "--force"]);
    assert!(error.contains("another server uses"), "{error}");
    let pass = server.told.clone();
    server.stop();

    let restored = there.told(&["restore", path]);
    assert_eq!(restored["good"], true);
    let server = there.serve(&["--demo"]);
    assert_eq!(server.told["shop_id"], pass["shop_id"]);
    assert_eq!(server.told["secret_key"], pass["secret_key"]);
    let show = |payment: &serde_json::Value| {
        let line = format!("GET /v3/payments/{}", payment["id"].as_str().unwrap());
        server.ask_as_demo(&line, "")
    };
    assert_eq!(show(&paid).json(), paid);
    assert_eq!(show(&later).status, 404);
    // The sandbox's memory came with it: it knows the payment that is given back.
    let refund = format!(
        r#"{{"payment_id":{},"amount":{{"value":"100.00","currency":"RUB"}}}}"#,
        paid["id"]
    );
    let refund = server.ask_as_demo("POST /v3/refunds", &refund).json();
    assert_eq!(refund["status"], "succeeded", "{refund}");
    server.stop();
    assert_eq!(there.told(&["audit"])["good"], true);
}

#[test]
fn a_backup_of_sqlite_is_a_whole_platform() {
    let (here, there) = (Place::new(), Place::new());
    round_trip(&here, &there);
    let path = here.path("backup");
    let path = path.to_str().unwrap();
    let error = there.refused(&["restore", path]);
    assert!(error.contains("--force replaces it"), "{error}");
    assert_eq!(there.told(&["restore", path, "--force"])["good"], true);
    // What came after the backup is gone again.
    assert_eq!(there.told(&["audit"])["refunds"], 0);
}

#[test]
fn a_backup_of_postgres_is_a_whole_platform() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let new = || runtime.block_on(TestDatabase::empty(Engine::Postgres));
    let (one, other) = (new(), new());
    let url = |database: &TestDatabase| match database.database() {
        Database::Postgres { url } => url.clone(),
        Database::Sqlite { .. } => panic!("not PostgreSQL"),
    };
    let (here, there) = (
        Place::on_postgres(&url(&one)),
        Place::on_postgres(&url(&other)),
    );
    round_trip(&here, &there);
    let path = here.path("backup");
    let path = path.to_str().unwrap();
    there.refused(&["restore", path]);
    assert_eq!(there.told(&["audit"])["refunds"], 1);
    assert_eq!(there.told(&["restore", path, "--force"])["good"], true);
    assert_eq!(there.told(&["audit"])["refunds"], 0);
}

#[test]
fn what_is_no_backup_is_refused() {
    let place = Place::new();
    let error = place.refused(&["restore", "nowhere"]);
    assert!(error.contains("nowhere is no backup"), "{error}");
    let other = place.path("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("backup.json"), r#"{"format": 99}"#).unwrap();
    let error = place.refused(&["restore", other.to_str().unwrap()]);
    assert!(error.contains("another version"), "{error}");
}

//! The sealing keys: their file, nodes with other keys, rotation beside a running server.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use store::sealing::Sealed;
use store::{Database, Engine, Options, Store, StoreError};
use testkit::database::TestDatabase;
use tokio::runtime::Runtime;

use crate::altyn::{Place, errors, mode, until};

/// A place, and the database that its commands use.
struct Home {
    runtime: Runtime,
    place: Place,
    database: Database,
    /// Dropped at the end.
    _postgres: Option<TestDatabase>,
}

impl Home {
    fn on(engine: Engine) -> Self {
        let runtime = Runtime::new().unwrap();
        let (place, database, postgres) = match engine {
            Engine::Sqlite => {
                let place = Place::new();
                let path = place.data().join("altyn.db");
                (place, Database::Sqlite { path }, None)
            }
            Engine::Postgres => {
                let database = runtime.block_on(TestDatabase::empty(Engine::Postgres));
                let at = database.database().clone();
                let Database::Postgres { url } = &at else {
                    panic!("not PostgreSQL")
                };
                (Place::on_postgres(url), at, Some(database))
            }
        };
        Self {
            runtime,
            place,
            database,
            _postgres: postgres,
        }
    }

    /// The content of the column for every webhook.
    fn held(&self) -> Vec<String> {
        self.runtime.block_on(async {
            let store = Store::open(Options::new(self.database.clone()))
                .await
                .unwrap();
            let read = store.read(|conn| store::webhook::secrets_any_shop(conn, None, 100));
            let held = read.await.unwrap().into_iter();
            store.close().await;
            held.map(|held| held.secret.as_text().to_owned()).collect()
        })
    }

    /// Writes into all columns, as an older program would have.
    fn write(&self, text: &str) {
        self.runtime.block_on(async {
            let store = Store::open(Options::new(self.database.clone()))
                .await
                .unwrap();
            let text = Sealed::new(text.to_owned());
            let unit = move |tx: &mut store::Tx<'_>| {
                for held in store::webhook::secrets_any_shop(tx, None, 100)? {
                    store::webhook::reseal(tx, &held, &text)?;
                }
                Ok::<_, StoreError>(())
            };
            store.write_any_shop(unit).await.unwrap();
            store.close().await;
        });
    }

    fn add_webhook(&self, shop: &str) -> Value {
        let words = ["shop", "webhook", "add", "--shop", shop];
        let hook = ["--url", "https://shop.example.com/hook"];
        self.place.told(&[&words[..], &hook].concat())
    }
}

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

fn check_node(engine: Engine) {
    let home = Home::on(engine);
    let place = &home.place;
    let server = place.serve(&["--demo"]);
    let shop = server.field("shop_id").to_owned();
    assert_eq!(mode(&place.keys()), 0o600);
    let secret = home.add_webhook(&shop)["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let held = home.held();
    assert!(held[0].starts_with("sealed:1:"), "{held:?}");
    assert!(!held[0].contains(&secret[6..]), "{held:?}");
    server.stop();

    let add = [
        "shop",
        "webhook",
        "add",
        "--shop",
        &shop,
        "--url",
        "https://shop.example.com/",
    ];
    let refuse_all = |expected: &str| {
        for words in [&SERVE[..], &add] {
            let error = place.refused(words);
            assert!(error.contains(expected), "{words:?}: {error}");
            assert_eq!(error.trim().lines().count(), 1, "{error}");
        }
        // Commands that do not need secrets work.
        place.told(&["shop", "list"]);
    };
    let kept = fs::read(place.keys()).unwrap();
    fs::set_permissions(place.keys(), Permissions::from_mode(0o640)).unwrap();
    refuse_all(&format!("chmod 600 {}", place.keys().display()));
    fs::remove_file(place.keys()).unwrap();
    refuse_all("the database is sealed with key 1, and there is no ");
    assert!(!place.keys().exists());
    let audit = place.altyn(&["audit", "--json"]).output().unwrap();
    assert!(!audit.status.success());
    let audit: Value = serde_json::from_slice(&audit.stdout).unwrap();
    let problem = audit["findings"][0]["problem"].as_str().unwrap();
    assert!(
        problem.contains("which this process does not have"),
        "{problem}"
    );

    assert_eq!(audit["books_right"], true);
    assert!(problem.contains("copy sealing.key from the node") && problem.contains("renew --shop"));

    // The keys of another platform.
    let other = Home::on(Engine::Sqlite);
    other.place.serve(&[]).stop();
    place.take_keys(&other.place);
    refuse_all("is not the one that the database is sealed with");
    fs::write(place.keys(), "key\n").unwrap();
    refuse_all("line 1 is no sealing key");

    // The same keys in another place.
    fs::remove_file(place.keys()).unwrap();
    let elsewhere = place.path("elsewhere.key");
    fs::write(&elsewhere, kept).unwrap();
    fs::set_permissions(&elsewhere, Permissions::from_mode(0o600)).unwrap();
    let named = ["--sealing-key-file", elsewhere.to_str().unwrap()];
    place.serve(&named).stop();
    assert_eq!(place.told(&[&["audit"][..], &named].concat())["good"], true);
    home.write(&secret);
    assert_eq!(home.held(), [secret]);
    place.serve(&named).stop();
    assert!(home.held()[0].starts_with("sealed:1:"));
}

#[test]
fn secrets_are_sealed_and_a_node_with_other_keys_says_so_and_does_not_start() {
    check_node(Engine::Sqlite);
    check_node(Engine::Postgres);
}

#[test]
fn of_two_nodes_that_begin_at_once_one_gives_its_key_and_the_other_refuses() {
    let home = Home::on(Engine::Postgres);
    let Database::Postgres { url } = &home.database else {
        panic!("not PostgreSQL")
    };
    let places = [Place::on_postgres(url), Place::on_postgres(url)];
    let mut running = places.each_ref().map(|place| {
        let words = ["serve", "--json", "--listen", "127.0.0.1:0"];
        place.start(place.altyn(&words))
    });
    let started = running.each_mut().map(|node| node.line().is_some());
    assert_ne!(started[0], started[1]);
    let (winner, loser) = if started[0] { (0, 1) } else { (1, 0) };
    let said = places[loser].said();
    assert!(said.contains("the database is sealed with key 1"), "{said}");
    assert!(places[winner].keys().exists() && !places[loser].keys().exists());
    places[loser].take_keys(&places[winner]);
    places[loser].serve(&[]).stop();
}

fn check_rotation(engine: Engine) {
    let home = Home::on(engine);
    let place = &home.place;
    let server = place.serve(&["--demo"]);
    let shop = server.field("shop_id").to_owned();
    let words = ["listen", "--shop", &shop, "--json"];
    let mut listening = place.start(place.altyn(&words));
    assert!(listening.line().is_some());
    let mut hear = |order: &str| {
        let paid = server.paid(order);
        assert_eq!(listening.line().unwrap()["object_id"], paid["id"]);
    };
    let all_begin = |number: u64| {
        let (held, begin) = (home.held(), format!("sealed:{number}:"));
        let right = held.iter().all(|text| text.starts_with(&begin));
        assert!(!held.is_empty() && right, "{number}: {held:?}");
    };
    hear("before");
    all_begin(1);
    let rotated = place.told(&["sealing", "rotate"]);
    assert_eq!(
        (&rotated["key"], &rotated["sealed"]),
        (&2.into(), &1.into())
    );
    assert_eq!(mode(&place.keys()), 0o600);
    all_begin(2);
    // The server was not told, and finds the new key by itself.
    hear("after");
    let prepared = place.told(&["sealing", "rotate", "--prepare"]);
    assert_eq!(prepared["key"], 3);
    all_begin(2);
    hear("prepared");
    assert_eq!(place.told(&["sealing", "rotate"])["key"], 3);
    all_begin(3);
    hear("rotated");
    listening.interrupt();
    server.stop();

    // The rest of an interrupted rotation is sealed before another key is added.
    let added = home.add_webhook(&shop);
    home.write(added["secret"].as_str().unwrap());
    let finished = place.told(&["sealing", "rotate"]);
    assert_eq!(
        (&finished["key"], &finished["sealed"]),
        (&3.into(), &1.into())
    );
    all_begin(3);
    let error = place.refused(&["sealing", "rotate", "--lost"]);
    assert!(error.contains("no key is lost"), "{error}");
    check_pruning(place, &shop);

    // The keys are lost for good.
    fs::remove_file(place.keys()).unwrap();
    let error = place.refused(&["sealing", "rotate"]);
    assert!(error.contains("altyn sealing rotate --lost"), "{error}");
    let lost = place.run(&["sealing", "rotate", "--lost"]);
    assert!(!lost.status.success(), "{}", errors(&lost));
    let said = String::from_utf8(lost.stdout).unwrap();
    let id = added["id"].as_str().unwrap();
    let renew = format!("altyn shop webhook renew --shop {shop} {id}");
    assert!(said.contains(&renew), "{said}");
    let server = place.serve(&["--demo"]);
    server.paid("lost");
    let line = "altyn_webhook_secrets_unopened_total 1";
    until("nothing is sent unsigned", || {
        let text = server.metrics();
        text.lines().any(|said| said == line)
    });
    until("the log says so", || {
        place.said().contains("a notification is not sent")
    });
    let renewed = place.told(&["shop", "webhook", "renew", "--shop", &shop, id]);
    assert_ne!(renewed["secret"], added["secret"]);
    all_begin(4);
    server.stop();
    assert_eq!(place.told(&["audit"])["good"], true);
}

/// Three keys, of which the last one seals both secrets.
fn check_pruning(place: &Place, shop: &str) {
    let listed = || {
        let keys = place.told(&["sealing", "list"]);
        let items = keys["items"].as_array().unwrap().iter();
        let shown = items.map(|key| format!("{} {} {}", key["key"], key["state"], key["secrets"]));
        shown.collect::<Vec<_>>()
    };
    let (first, second) = ("1 \"opens\" 0", "2 \"opens\" 0");
    assert_eq!(listed(), [first, second, "3 \"seals\" 1"]);
    let before = place.path("before-pruning");
    place.told(&["backup", before.to_str().unwrap()]);
    place.told(&["sealing", "rotate", "--prepare"]);
    let shown = place.told(&["sealing", "prune"]);
    assert_eq!(shown["unused"], serde_json::json!([1, 2]));
    assert_eq!(shown["dropped"], serde_json::json!([]));
    assert_eq!(listed().len(), 4);
    let all = fs::read_to_string(place.keys()).unwrap();
    let dropped = place.told(&["sealing", "prune", "--drop"]);
    assert_eq!(dropped["dropped"], serde_json::json!([1, 2]));
    assert!(dropped["backups_before"].is_string(), "{dropped}");
    assert_eq!(listed(), ["3 \"seals\" 1", "4 \"prepared\" 0"]);
    let left = fs::read_to_string(place.keys()).unwrap();
    let kept = |number: u32| {
        all.lines()
            .filter(move |line| line.starts_with(&format!("{number} ")))
    };
    for line in kept(1).chain(kept(2)) {
        assert!(!left.contains(line), "{left}");
    }
    assert_eq!(
        kept(3)
            .chain(kept(4))
            .filter(|line| left.contains(line))
            .count(),
        2
    );
    assert_eq!(mode(&place.keys()), 0o600);
    place.serve(&[]).stop();
    is_whole(place, shop);
    // An older backup needs what was dropped, and says so.
    let told = place.told(&["restore", before.to_str().unwrap(), "--force"]);
    let advice = told["advice"].as_str().unwrap();
    assert!(advice.contains("does not have key 2"), "{advice}");
    fs::write(place.keys(), all).unwrap();
    place.serve(&[]).stop();
    is_whole(place, shop);
}

fn is_whole(place: &Place, shop: &str) {
    assert_eq!(place.told(&["audit"])["good"], true);
    let hooks = place.told(&["shop", "webhook", "list", "--shop", shop]);
    assert_eq!(hooks["items"].as_array().unwrap().len(), 1);
}

#[test]
fn keys_are_rotated_beside_a_running_server_and_lost_ones_are_given_up() {
    check_rotation(Engine::Sqlite);
    check_rotation(Engine::Postgres);
}

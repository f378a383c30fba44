//! Commands beside a running server.

use std::collections::BTreeSet;

use domain::ConnectorName;
use store::{Database, MIGRATIONS, Options, Store, StoreError};

use crate::altyn::{Place, postgres_place, until};

#[test]
fn a_new_shop_can_be_used_at_once_and_its_revoked_key_no_more() {
    let place = Place::new();
    let server = place.serve(&[]);
    let words = [
        "shop",
        "create",
        "--name",
        "Лавка",
        "--methods",
        "sbp,bank_card",
    ];
    let made = place.told(&words);
    let shop = made["shop_id"].as_str().unwrap();
    let key = made["secret_key"].as_str().unwrap();
    assert_eq!(made["methods"], serde_json::json!(["sbp", "bank_card"]));
    assert_eq!(server.ask((shop, key), "GET /v3/me", "").status, 200);

    let second = place.told(&["shop", "key", "add", "--shop", shop]);
    let second = second["secret_key"].as_str().unwrap();
    assert_eq!(server.ask((shop, second), "GET /v3/me", "").status, 200);
    let whole = place.run(&["shop", "key", "revoke", "--shop", shop, key]);
    assert!(!whole.status.success());
    let said = String::from_utf8_lossy(&whole.stderr).into_owned();
    assert!(
        said.contains("by its number") && !said.contains(key),
        "{said}"
    );
    let listed = place.told(&["shop", "key", "list", "--shop", shop]);
    assert_eq!(listed["items"][0]["hint"], key[key.len() - 4..]);
    assert_eq!(listed["items"][1]["number"], 2);
    let revoked = place.told(&["shop", "key", "revoke", "--shop", shop, "1"]);
    assert_eq!(revoked["keys_left"], 1);
    assert_eq!(server.ask((shop, key), "GET /v3/me", "").status, 401);
    assert_eq!(server.ask((shop, second), "GET /v3/me", "").status, 200);
    let last = place.run(&["shop", "key", "revoke", "--shop", shop, "2"]);
    let last = String::from_utf8(last.stdout).unwrap();
    let next = format!("none is left: `altyn shop key add --shop {shop}`");
    assert!(last.contains(&next), "{last}");
    let third = place.told(&["shop", "key", "add", "--shop", shop]);
    let second = third["secret_key"].as_str().unwrap();
    place.told(&["shop", "disable", "--shop", shop]);
    let refused = server.ask((shop, second), "POST /v3/payments", "{}");
    assert_eq!(refused.status, 403);
    place.told(&["shop", "enable", "--shop", shop]);
    assert_eq!(place.told(&["shop", "list"])["items"][0]["name"], "Лавка");
    server.stop();
}

#[test]
fn what_is_no_value_is_refused_before_anything_is_done() {
    let place = Place::new();
    let cases: [&[&str]; 4] = [
        &["shop", "create", "--name", "x", "--currency", "RUR"],
        &["shop", "create", "--name", "x", "--methods", "gold"],
        &["shop", "create", "--name", "x", "--commission", "101"],
        &["clock", "advance", "--shop", "1", "7w"],
    ];
    for words in cases {
        let output = place.run(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
    }
    assert!(!place.data().exists());
}

#[test]
fn commands_do_not_make_a_database_by_a_slip_in_its_path() {
    let place = Place::new();
    for words in [
        &["audit"][..],
        &["shop", "list"],
        &["event", "list", "--shop", "1"],
    ] {
        let error = place.refused(words);
        assert!(error.contains("there is no database at"), "{error}");
        assert!(error.contains("no altyn.toml here was read"), "{error}");
    }
    assert!(!place.data().exists());
    std::fs::write(place.data(), "no directory").unwrap();
    let error = place.refused(&["audit"]);
    assert!(error.contains("look for the database at"), "{error}");
    std::fs::remove_file(place.data()).unwrap();
    place.told(&["migrate"]);
    assert_eq!(place.told(&["audit"])["good"], true);
    let journal = place.told(&["journal", "list"]);
    let line = &journal["items"][0];
    assert_eq!(
        (&line["way"], &line["right"]),
        (&"migrate".into(), &"data.move".into())
    );
    assert!(line["who"].as_str().is_some_and(|who| !who.is_empty()));
    for words in [
        ["event", "list"],
        ["discrepancy", "list"],
        ["journal", "list"],
    ] {
        let error = place.refused(&[&words[..], &["--shop", "999"]].concat());
        assert!(error.contains("shop 999 not found"), "{error}");
    }
    let error = place.refused(&["shop", "webhook", "list", "--shop", "999"]);
    assert!(error.contains("shop 999 not found"), "{error}");
    let heads =
        r#"{"created_at": "x", "heads": [{"shop_id": "7", "sequence": 5, "hash": "HASH"}]}"#;
    let heads = heads.replace("HASH", &"ab".repeat(32));
    std::fs::write(place.data().join("heads.json"), heads).unwrap();
    let audit = String::from_utf8(place.run(&["audit"]).stdout).unwrap();
    assert!(
        audit.contains("heads.json is of another database"),
        "{audit}"
    );
    let words = [
        "discrepancy",
        "settle",
        "op-31f00000-0051-5000-8000-1a2b3c4d5e6f",
        "--note",
    ];
    let error = place.refused(&[&words[..], &["Asked the bank"]].concat());
    assert!(error.contains("not found"), "{error}");
    let error = place.refused(&[&words[..], &["Asked the bank", "--came-back"]].concat());
    assert!(error.contains("not found"), "{error}");
    let error = place.refused(&[&words[..], &[" "]].concat());
    assert!(error.contains("say what you have done about it"), "{error}");
}

#[test]
fn webhooks_are_added_listed_and_removed() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    let shop = server.field("shop_id");
    let on_shop = |verb: &'static str| ["shop", "webhook", verb, "--shop", shop];
    let url = "https://shop.example.com/hook";
    let words = [
        &on_shop("add")[..],
        &["--url", url, "--event", "refund.succeeded"],
    ]
    .concat();
    let added = place.told(&words);
    assert!(added["secret"].as_str().unwrap().starts_with("whsec_"));
    let listed = place.told(&on_shop("list"));
    assert_eq!(listed["items"][0]["id"], added["id"]);
    assert_eq!(
        listed["items"][0]["events"],
        serde_json::json!(["refund.succeeded"])
    );
    assert!(listed["items"][0].get("secret").is_none());
    assert_eq!(added["strict_order"], false);
    for (url, why) in [
        ("http://10.0.0.1/", "not on a public network"),
        ("http://[fd00::1]/", "not on a public network"),
        ("ftp://x/", "does not begin with https://"),
        ("hook", "does not begin with https://"),
        ("https://user:word@x.example/", "a user or a password"),
        ("https://x.example:99999/", "its port"),
    ] {
        let error = place.refused(&[&on_shop("add")[..], &["--url", url]].concat());
        assert!(error.contains(why), "{url}: {error}");
    }
    // The demo lets notifications go to this machine; without it the command refuses that too.
    let local = ["--url", "http://127.0.0.1:9/", "--strict-order"];
    let strict = place.told(&[&on_shop("add")[..], &local].concat());
    assert_eq!(strict["strict_order"], true);
    place.told(&[&on_shop("remove")[..], &[strict["id"].as_str().unwrap()]].concat());
    std::fs::remove_file(place.data().join("demo.json")).unwrap();
    for url in [
        "http://127.0.0.1:9/",
        "http://shop.example.com/",
        "https://localhost/",
    ] {
        place.refused(&[&on_shop("add")[..], &["--url", url]].concat());
    }
    let id = added["id"].as_str().unwrap();
    place.told(&[&on_shop("remove")[..], &[id]].concat());
    assert_eq!(place.told(&on_shop("list"))["items"], serde_json::json!([]));
    server.stop();
}

#[test]
fn time_passes_in_a_test_shop_by_command() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    let shop = server.field("shop_id");
    let body = r#"{"amount":{"value":"1.00","currency":"RUB"},
                   "confirmation":{"type":"redirect","return_url":"https://x.test/"}}"#;
    let payment = server.ask_as_demo("POST /v3/payments", body).json();
    let line = format!("GET /v3/payments/{}", payment["id"].as_str().unwrap());
    assert_eq!(payment["status"], "pending", "{payment}");
    place.told(&["clock", "advance", "--shop", shop, "2h"]);
    until("the payment expires", || {
        server.ask_as_demo(&line, "").json()["status"] == "canceled"
    });
    place.refused(&["clock", "advance", "--shop", "999999", "2h"]);
    server.stop();
}

#[test]
fn events_are_listed_shown_and_told_again() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    let shop = server.field("shop_id");
    let paid = server.paid("72");
    let events = place.told(&["event", "list", "--shop", shop, "--since", "1h"]);
    assert_eq!(events["items"].as_array().unwrap().len(), 1);
    assert_eq!(events["items"][0]["event"], "payment.succeeded");
    assert_eq!(events["items"][0]["object_id"], paid["id"]);
    let id = events["items"][0]["id"].as_str().unwrap();
    assert_eq!(events["older"], false);
    let paid_id = paid["id"].as_str().unwrap();
    let object = ["event", "list", "--shop", shop, "--object", paid_id];
    assert_eq!(place.told(&object)["items"], events["items"]);
    let error = place.refused(&["event", "show", paid_id]);
    let advice = format!("`altyn event list --shop SHOP --object {paid_id}`");
    assert!(error.contains(&advice), "{error}");
    let newer = server.paid("73");
    let newest = place.told(&["event", "list", "--shop", shop, "--limit", "1"]);
    assert_eq!(newest["items"][0]["object_id"], newer["id"]);
    assert_eq!(newest["items"].as_array().unwrap().len(), 1);
    assert_eq!(newest["older"], true);
    let both = place.told(&[
        "event",
        "list",
        "--shop",
        shop,
        "--until",
        "2999-01-01T00:00:00Z",
    ]);
    assert_eq!(both["items"].as_array().unwrap().len(), 2);
    assert_eq!(both["items"][0], events["items"][0]);
    let shown = place.told(&["event", "show", id]);
    assert_eq!(shown["body"]["object"]["id"], paid["id"]);
    assert_eq!(place.told(&["event", "resend", id])["deliveries"], 0);
    let replayed = place.told(&[
        "event",
        "replay",
        "--shop",
        shop,
        "--since",
        "2020-01-01T00:00:00Z",
    ]);
    assert_eq!(replayed["deliveries"], 0);
    assert_eq!(place.told(&["audit"])["payments"], 2);
    server.stop();
}

#[test]
fn a_schema_is_made_and_changed_by_migrate_and_serve_alone() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sqlite = Place::new();
    sqlite.make_data();
    let path = sqlite.data().join("altyn.db");
    // An empty file, which SQLite takes for an empty database.
    std::fs::write(&path, "").unwrap();
    let (postgres, _database, url) = postgres_place(&runtime);
    for (place, database) in [
        (&sqlite, Database::Sqlite { path }),
        (&postgres, Database::Postgres { url }),
    ] {
        every_other_command_refuses(place, "Altyn has no tables there yet: `altyn serve` or");
        let (_, before) = MIGRATIONS.split_last().unwrap();
        runtime.block_on(async {
            let options = Options {
                migrations: Some(before),
                ..Options::new(database)
            };
            Store::open(options).await.unwrap().close().await;
        });
        every_other_command_refuses(place, "it is of an older program");
        place.told(&["migrate"]);
        assert_eq!(
            place.told(&["shop", "list"])["items"],
            serde_json::json!([])
        );
    }
}

fn every_other_command_refuses(place: &Place, why: &str) {
    let target = place.path("backup");
    for words in [
        &["shop", "list"][..],
        &["shop", "create", "--name", "x"],
        &["gateway", "create", "--name", "x"],
        &["audit"],
        &["event", "list", "--shop", "1"],
        &["sealing", "rotate"],
        &["backup", target.to_str().unwrap()],
    ] {
        // Twice: the first has changed nothing.
        for _ in 0..2 {
            let error = place.refused(words);
            assert!(error.contains(why), "{words:?}: {error}");
            assert_eq!(error.trim().lines().count(), 1, "{error}");
        }
    }
    assert!(!target.exists());
}

#[test]
fn what_a_sandbox_of_before_left_in_files_is_taken_over_by_migrate() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    server.paid("72");
    let path = place.data().join("altyn.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let record = runtime.block_on(async {
        let store = Store::open(Options::new(Database::Sqlite { path }));
        let store = store.await.unwrap();
        let list = |conn: &mut store::Conn<'_>| {
            store::sandbox_record::list(conn, ConnectorName::SANDBOX, None, 10)
        };
        let records = store.read(list).await.unwrap();
        let forget = |tx: &mut store::Tx<'_>| tx.execute("delete from sandbox_record", &[]);
        let forgotten: Result<u64, StoreError> = store.write_any_shop(forget).await;
        assert_eq!(forgotten.unwrap(), 1);
        store.close().await;
        records[0].1.clone()
    });
    let file = place.data().join("sandbox/operations-000001.jsonl");
    std::fs::write(&file, format!("{record}\n")).unwrap();
    // A running server of the older program goes on writing there.
    let error = place.refused(&["migrate"]);
    assert!(error.contains("another server uses"), "{error}");
    server.stop();
    place.refused(&["audit"]);
    place.told(&["migrate"]);
    assert!(!file.exists());
    assert_eq!(place.told(&["audit"])["good"], true);
}

#[test]
fn a_connector_that_takes_nothing_new_gives_its_own_money_back() {
    let place = Place::new();
    let server = place.serve(&["--demo", "--connectors", "second,sandbox"]);
    let paid = server.paid("72");
    let body = r#"{"operation_id":"31f00000-0004-5000-8000-1a2b3c4d5e6f"}"#;
    let call = |name: &str| format!("POST /connectors/{name}/callback");
    assert_eq!(server.ask_as_demo(&call("second"), body).status, 403);
    assert_eq!(server.ask_as_demo(&call("third"), body).status, 404);
    server.stop();

    let words = [
        "--connectors",
        "sandbox,second",
        "--connectors-off",
        "second",
    ];
    let server = place.serve(&[&["--demo"], &words[..]].concat());
    server.paid("73");
    let back = format!(
        r#"{{"payment_id":{},"amount":{}}}"#,
        paid["id"], paid["amount"]
    );
    let back = server.ask_as_demo("POST /v3/refunds", &back).json();
    assert_eq!(back["status"], "succeeded");
    let audit = |names: &str| place.told(&["audit", "--connectors", names]);
    let both = audit("second,sandbox");
    assert_eq!(
        (&both["good"], &both["carried_out"]),
        (&true.into(), &3.into())
    );
    assert_eq!(audit("second")["carried_out"], 2);
    let refused = place.refused(&["audit", "--connectors", "a,a"]);
    assert!(refused.contains("named twice"), "{refused}");
    let refused = place.refused(&["audit", "--connectors-off", "secnd"]);
    assert!(refused.contains("names secnd, which is not"), "{refused}");
    let shop = server.field("shop_id");
    let refused = place.refused(&["shop", "connector", "set", "--shop", shop, "*=third"]);
    assert!(
        refused.contains("*=third: there is no connector third; `connectors` names sandbox"),
        "{refused}"
    );
    server.stop();
}

#[test]
fn every_command_has_the_rights_that_it_asks_for() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    let shop = server.field("shop_id").to_owned();
    server.paid("72");
    let events = place.told(&["event", "list", "--shop", &shop]);
    let (backup, event) = (place.path("backup"), &events["items"][0]["id"]);
    let (backup, event) = (backup.to_str().unwrap(), event.as_str().unwrap());
    let webhook = ["--url", "https://shop.example.com/hook"];
    let webhook = [&["shop", "webhook", "add", "--shop", &shop], &webhook[..]].concat();
    let webhook = place.told(&webhook)["id"].as_str().unwrap().to_owned();
    let gateway = place.told(&["gateway", "create", "--name", "x"]);
    let gateway = gateway["gateway_id"].as_str().unwrap().to_owned();
    let fill = |word: &'static str| match word {
        "SHOP" => shop.clone(),
        "GATEWAY" => gateway.clone(),
        "WEBHOOK" => webhook.clone(),
        "EVENT" => event.to_owned(),
        "BACKUP" => backup.to_owned(),
        _ => word.to_owned(),
    };
    let mut ran = BTreeSet::new();
    let mut run = |command: &'static str, given: &'static str| {
        let words = command.split(' ').chain(given.split_whitespace());
        let words: Vec<String> = words.map(fill).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = place.run(&words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains(" is missing"), "{words:?}: {said}");
        assert_ne!(output.status.code(), Some(2), "{words:?}: {said}");
        ran.insert(command);
    };
    for (command, given) in BESIDE_A_SERVER {
        run(command, given);
    }
    server.stop();
    for (command, given) in ALONE {
        run(command, given);
    }
    let table = include_str!("../../../../docs/routes.md");
    let table = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `altyn "));
    let mut table: BTreeSet<&str> = table.map(|line| line.split('`').next().unwrap()).collect();
    // These go on until they are stopped, and have tests of their own.
    assert!(table.remove("serve") && table.remove("listen"));
    assert_eq!(ran, table);
}

/// Commands with what they are given; where there is nothing to name, an id that nothing has.
const BESIDE_A_SERVER: [(&str, &str); 39] = [
    ("shop create", "--name x"),
    ("shop list", ""),
    ("shop disable", "--shop SHOP"),
    ("shop enable", "--shop SHOP"),
    ("shop key add", "--shop SHOP"),
    ("shop key list", "--shop SHOP"),
    ("shop key revoke", "--shop SHOP 1"),
    ("shop webhook add", "--shop SHOP --url https://x.example/"),
    ("shop webhook renew", "--shop SHOP WEBHOOK"),
    ("shop webhook list", "--shop SHOP"),
    ("shop webhook remove", "--shop SHOP WEBHOOK"),
    ("shop receipts set", "--shop SHOP"),
    ("shop receipts off", "--shop SHOP"),
    ("shop widget", "--shop SHOP --sites https://x.example"),
    ("shop connector set", "--shop SHOP bank_card=sandbox"),
    ("shop connector list", "--shop SHOP"),
    ("shop grants", "--shop SHOP"),
    (
        "shop revoke",
        "--shop SHOP gr-30000000-0062-5000-8000-000000000000",
    ),
    ("app create", "--name x --callback https://x.example/"),
    ("app list", ""),
    ("app show", "ap-30000000-0061-5000-8000-000000000000"),
    ("app secret", "ap-30000000-0061-5000-8000-000000000000"),
    ("app delete", "ap-30000000-0061-5000-8000-000000000000"),
    ("gateway create", "--name x"),
    ("gateway key add", "--gateway GATEWAY"),
    ("gateway key list", "--gateway GATEWAY"),
    ("gateway key revoke", "--gateway GATEWAY 1"),
    ("gateway top-up", "--gateway GATEWAY 100.00"),
    ("event list", "--shop SHOP"),
    ("event show", "EVENT"),
    ("event resend", "EVENT"),
    ("event replay", "--shop SHOP --since 1h"),
    ("message list", ""),
    ("message show", "ms-30000000-0057-5000-8000-000000000000"),
    ("discrepancy list", ""),
    (
        "discrepancy settle",
        "op-30000000-0051-5000-8000-000000000000 --note x",
    ),
    ("journal list", ""),
    ("clock advance", "--shop SHOP 1h"),
    ("audit", ""),
];
const ALONE: [(&str, &str); 7] = [
    ("sealing list", ""),
    ("sealing rotate", ""),
    ("sealing prune", ""),
    ("backup", "BACKUP"),
    ("migrate", ""),
    ("bench-store", "--tasks 1 --shops 1 --time 1ms"),
    ("restore", "BACKUP --force"),
];

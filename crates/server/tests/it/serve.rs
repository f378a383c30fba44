//! `altyn serve`: starting, finding the demo again, roles, ports, stopping.

use std::io::{Read as _, Write as _};

use store::{Database, Engine};
use testkit::database::TestDatabase;

use crate::altyn::{Place, mode};

#[test]
fn the_demo_starts_on_a_free_port_and_stops_when_asked() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    assert!(!server.field("base_url").ends_with(":0"));
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.get("/readyz").status, 200);
    let me = server.ask_as_demo("GET /v3/me", "").json();
    assert_eq!(me["account_id"], server.told["shop_id"]);
    assert_eq!(me["test"], true);
    server.stop();
}

#[test]
fn the_demo_is_written_for_its_owner_alone_and_found_again() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    let first = server.told.clone();
    let text = std::fs::read_to_string(place.data().join("demo.json")).unwrap();
    let demo: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut names: Vec<&String> = demo.as_object().unwrap().keys().collect();
    names.sort();
    let keys = [
        "oauth_token",
        "payout_gateway_id",
        "payout_secret_key",
        "secret_key",
        "shop_id",
    ];
    assert_eq!(names, [&["api_url", "base_url"][..], &keys].concat());
    assert_eq!(demo["api_url"], format!("{}/v3", server.field("base_url")));
    assert_eq!(mode(&place.data()), 0o700);
    assert_eq!(mode(&place.data().join("demo.json")), 0o600);
    server.running.interrupt();

    let again = place.serve(&["--demo"]);
    for key in keys {
        assert_eq!(again.told[key], first[key], "{key}");
    }
    again.stop();
    let accounts = place.told(&["shop", "list"]);
    let accounts = accounts["items"].as_array().unwrap();
    assert_eq!(accounts.len(), 2, "the shop and the payout gateway");
}

#[test]
fn a_demo_whose_key_opens_nothing_is_made_anew() {
    let place = Place::new();
    place.make_data();
    let stale = r#"{"shop_id": "100001", "secret_key": "test_stale"}"#;
    std::fs::write(place.data().join("demo.json"), stale).unwrap();
    let server = place.serve(&["--demo"]);
    assert_ne!(server.field("secret_key"), "test_stale");
    assert_eq!(server.ask_as_demo("GET /v3/me", "").status, 200);
    server.stop();
}

#[test]
fn a_process_does_only_what_its_roles_say() {
    let place = Place::new();
    let server = place.serve(&["--roles", "worker"]);
    assert_eq!(server.get("/v3/me").status, 404);
    assert_eq!(server.get("/readyz").status, 200);
    server.stop();
    let server = place.serve(&["--roles", "api"]);
    assert_eq!(server.get("/v3/me").status, 401);
    assert_eq!(
        server
            .get("/checkout/payments/v2/contract?orderId=x")
            .status,
        404
    );
    server.stop();
}

#[test]
fn roles_that_come_later_are_refused_as_such() {
    let place = Place::new();
    let output = place.run(&["serve", "--roles", "cabinet"]);
    assert_eq!(output.status.code(), Some(2));
    let error = crate::altyn::errors(&output);
    assert!(
        error.contains("this version has no role cabinet"),
        "{error}"
    );
}

#[test]
fn a_data_directory_serves_one_server() {
    let place = Place::new();
    let server = place.serve(&[]);
    let error = place.refused(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        error.contains("another server uses the data directory"),
        "{error}"
    );
    server.stop();
}

#[test]
fn a_port_that_is_taken_is_named() {
    let place = Place::new();
    let server = place.serve(&[]);
    let address = server.field("base_url").strip_prefix("http://").unwrap();
    let error = Place::new().refused(&["serve", "--listen", address]);
    assert!(
        error.contains(&format!("cannot listen on {address}")),
        "{error}"
    );
    server.stop();
}

#[test]
fn a_request_that_was_begun_is_answered_though_the_server_stops() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    let mut stream = server.connect();
    let body = "{}";
    let head = "POST /v3/payments HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    // The server has seen this connection once it answers the next one.
    assert_eq!(server.get("/healthz").status, 200);
    let stopping = std::thread::spawn(move || server.stop());
    stream.write_all(body.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 401 "), "{text}");
    stopping.join().unwrap();
}

#[test]
fn the_metrics_tell_what_was_asked_and_how_the_storage_is() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    server.paid("72");
    let text = server.metrics();
    for line in [
        "altyn_http_requests_total{method=\"POST\",route=\"/v3/payments\",status=\"200\"} 1",
        "altyn_acquirer_calls_total{call=\"authorize\",outcome=\"approved\"} 1",
        "altyn_store_healthy 1",
        "altyn_events_total{event=\"payment.succeeded\"} 1",
        "altyn_operations_open 0",
        "altyn_deliveries_pending 0",
    ] {
        assert!(
            text.lines().any(|said| said == line),
            "{line} is not in\n{text}"
        );
    }
    server.stop();

    let server = place.serve(&["--metrics-listen", "off"]);
    assert!(server.told["metrics_url"].is_null());
    server.stop();
}

#[test]
fn two_processes_on_one_postgres_serve_the_same_shops() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(TestDatabase::new(Engine::Postgres));
    let Database::Postgres { url } = database.database() else {
        panic!("not PostgreSQL")
    };
    let (here, there) = (Place::on_postgres(url), Place::on_postgres(url));
    let one = here.serve(&["--demo"]);
    there.take_keys(&here);
    let other = there.serve(&[]);
    let paid = one.paid("72");
    let pass = (one.field("shop_id"), one.field("secret_key"));
    let line = format!("GET /v3/payments/{}", paid["id"].as_str().unwrap());
    assert_eq!(other.ask(pass, &line, "").json(), paid);
    other.stop();
    one.stop();
    assert_eq!(here.told(&["audit"])["good"], true);
}

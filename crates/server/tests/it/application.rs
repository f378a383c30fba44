//! `altyn app`, `altyn shop grants` and the demo's token.

use serde_json::{Value, json};

use crate::altyn::Place;

const CREATE: [&str; 8] = [
    "app",
    "create",
    "--name",
    "Касса",
    "--callback",
    "https://partner.example.com/back",
    "--scope",
    "checkout:payments_get,checkout:get_fees",
];

#[test]
fn applications_are_added_shown_renewed_and_taken_away() {
    let place = Place::new();
    place.told(&["migrate"]);
    let made = place.told(&CREATE);
    let id = made["client_id"].as_str().unwrap();
    let secret = made["client_secret"].as_str().unwrap();
    assert_eq!(secret.len(), 43);
    let scopes = json!(["checkout:payments_get", "checkout:get_fees"]);
    assert_eq!(made["scopes"], scopes);
    let shown = place.told(&["app", "show", id]);
    assert_eq!(shown["callback_url"], "https://partner.example.com/back");
    assert_eq!(shown.get("client_secret"), None);
    assert_eq!(place.told(&["app", "list"])["items"], json!([shown]));
    let renewed = place.told(&["app", "secret", id]);
    assert_ne!(renewed["client_secret"], made["client_secret"]);
    assert_eq!(place.told(&["app", "delete", id])["grants_ended"], 0);
    assert_eq!(place.told(&["app", "list"])["items"], json!([]));
    place.refused(&["app", "show", id]);
}

#[test]
fn an_application_that_cannot_be_used_is_not_added() {
    let place = Place::new();
    place.told(&["migrate"]);
    for callback in ["http://partner.example.com/", "javascript:alert(1)", ""] {
        let words = ["app", "create", "--name", "Касса", "--callback", callback];
        place.refused(&words);
    }
    let words = ["app", "create", "--name", "Касса", "--scope", "everything"];
    assert_eq!(place.run(&words).status.code(), Some(2));
    assert_eq!(place.told(&["app", "list"])["items"], json!([]));
}

#[test]
fn the_demos_token_stays_the_same_until_it_is_revoked() {
    let place = Place::new();
    let token = || {
        let text = std::fs::read_to_string(place.data().join("demo.json")).unwrap();
        let demo: Value = serde_json::from_str(&text).unwrap();
        demo["oauth_token"].as_str().unwrap().to_owned()
    };
    let server = place.serve(&["--demo"]);
    let shop = server.field("shop_id").to_owned();
    let first = token();
    server.stop();
    place.serve(&["--demo"]).stop();
    assert_eq!(token(), first);

    let grants = place.told(&["shop", "grants", "--shop", &shop]);
    assert_eq!(grants["items"][0]["state"], "issued");
    let grant = grants["items"][0]["grant"].as_str().unwrap();
    place.told(&["shop", "revoke", "--shop", &shop, grant]);
    place.serve(&["--demo"]).stop();
    assert_ne!(token(), first);
    let grants = place.told(&["shop", "grants", "--shop", &shop]);
    let states: Vec<&Value> = grants["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["state"])
        .collect();
    assert_eq!(states, ["revoked", "issued"]);
    assert_eq!(
        place.told(&["app", "list"])["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

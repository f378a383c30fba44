//! Who is asking.

use axum::body::Body;
use http::Request;
use serde_json::Value;

use crate::{Fixture, refused, world};

/// The words of the refusal.
async fn words(world: &Fixture, authorization: &str) -> String {
    let request = Request::builder()
        .uri("/v3/me")
        .header("Authorization", authorization);
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    let parameter = refused(&answer, 401, "invalid_credentials");
    assert_eq!(parameter.as_deref(), Some("Authorization"));
    answer.text("/description")
}

#[tokio::test]
async fn a_wrong_key_and_an_unknown_shop_sound_the_same() {
    let world = world().await;
    let right = format!("{}:{}", world.shop.id, world.secret_key);
    let answer = world.call_as(&right, "GET", "/me", "", &Value::Null).await;
    assert_eq!(answer.status.as_u16(), 200);
    let wrong = format!("{}:test_wrong", world.shop.id);
    let unknown = format!("999999999:{}", world.secret_key);
    for credentials in [wrong, unknown] {
        let answer = world
            .call_as(&credentials, "GET", "/me", "", &Value::Null)
            .await;
        refused(&answer, 401, "invalid_credentials");
        assert!(
            answer
                .text("/description")
                .starts_with("Error in shopId or secret key.")
        );
        assert!(!answer.json().to_string().contains(&world.secret_key));
    }
}

#[tokio::test]
async fn a_header_that_proves_nothing_is_named() {
    let world = world().await;
    assert_eq!(
        words(&world, "Basic ????").await,
        "Authorization header has illegal format"
    );
    assert_eq!(
        words(&world, "Digest token").await,
        "Authentication type is not allowed"
    );
    assert_eq!(
        words(&world, "Bearer token").await,
        "Access token is unknown, expired or revoked"
    );
    // "shop:key"
    assert_eq!(
        words(&world, "Basic c2hvcDprZXk=").await,
        "Login has illegal format"
    );
    // "1:"
    let words = words(&world, "Basic MTo=").await;
    assert!(words.starts_with("Incorrect password format"), "{words}");
}

#[tokio::test]
async fn two_headers_where_one_is_meant_are_refused() {
    let world = world().await;
    let pair = crate::body::authorization(&world);
    for (names, expected) in [
        (["Authorization", "Authorization"], "Authorization"),
        (["Authorization", "Idempotence-Key"], "Idempotence-Key"),
    ] {
        let request = Request::builder()
            .method("POST")
            .uri("/v3/payments")
            .header("Idempotence-Key", "one")
            .header(names[0], &pair)
            .header(
                names[1],
                if names[1] == "Authorization" {
                    &pair
                } else {
                    "two"
                },
            );
        let answer = world.send(request.body(Body::empty()).unwrap()).await;
        let parameter = refused(&answer, 400, "invalid_request");
        assert_eq!(parameter.as_deref(), Some(expected));
    }
}

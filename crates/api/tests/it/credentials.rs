//! Who is asking.

use std::net::SocketAddr;

use app::KeyDoor;
use axum::body::Body;
use axum::extract::ConnectInfo;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Duration, Scope};
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

/// Asks with these credentials from an address.
async fn from(world: &Fixture, address: [u8; 4], authorization: &str) -> testkit::Answer {
    let request = Request::builder()
        .uri("/v3/me")
        .extension(ConnectInfo(SocketAddr::from((address, 5_000))))
        .header("Authorization", authorization);
    world.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn wrong_keys_are_limited_by_address_and_right_ones_never() {
    let world = world().await;
    let basic = |key: &str| {
        format!(
            "Basic {}",
            STANDARD.encode(format!("{}:{key}", world.shop.id))
        )
    };
    let (wrong, right) = (basic("test_wrong"), basic(&world.secret_key));
    let (guesser, other) = ([192, 0, 2, 1], [192, 0, 2, 2]);
    let token = format!("Bearer {}", "a".repeat(43));
    for attempt in 0..40 {
        let shown = if attempt % 2 == 0 { &wrong } else { &token };
        let answer = from(&world, guesser, shown).await;
        // A wrong token is counted, and its application is always told that it has ended.
        if attempt < 30 || attempt % 2 == 1 {
            refused(&answer, 401, "invalid_credentials");
        } else {
            refused(&answer, 429, "too_many_requests");
            assert_eq!(answer.json()["retry_after"], 2_000);
        }
    }
    assert_eq!(from(&world, guesser, &right).await.status, 200);
    refused(
        &from(&world, other, &wrong).await,
        401,
        "invalid_credentials",
    );
    world.clock.advance(Duration::seconds(2));
    refused(
        &from(&world, guesser, &wrong).await,
        401,
        "invalid_credentials",
    );
    refused(
        &from(&world, guesser, &wrong).await,
        429,
        "too_many_requests",
    );

    let made = world.application(&Scope::ALL).await;
    let id = made.application.id;
    let exchange = async |secret: &str| {
        let fields =
            format!("grant_type=authorization_code&code=a&client_id={id}&client_secret={secret}");
        let request = Request::builder()
            .method("POST")
            .uri("/oauth/v2/token")
            .extension(ConnectInfo(SocketAddr::from((guesser, 5_000))))
            .header("Content-Type", "application/x-www-form-urlencoded");
        world.send(request.body(Body::from(fields)).unwrap()).await
    };
    let answer = exchange("wrong").await;
    assert_eq!(answer.status, 429, "{}", answer.json());
    assert_eq!(answer.headers["retry-after"], "2");
    assert_eq!(exchange(&made.secret).await.text("/error"), "invalid_grant");
    let counted = world.app.wrong_keys();
    assert_eq!(counted[0], (KeyDoor::Api, 43));
    assert_eq!(counted[1], (KeyDoor::Token, 1));
}

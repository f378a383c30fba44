//! `/oauth/v2`, and what a token opens.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Application, Duration, Scope};
use http::Request;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{Fixture, page_payment, refused, world};

async fn form(world: &Fixture, to: &str, authorization: Option<&str>, fields: &str) -> Answer {
    let mut request = Request::builder()
        .method("POST")
        .uri(format!("/oauth/v2/{to}"))
        .header("Content-Type", "application/x-www-form-urlencoded");
    if let Some(authorization) = authorization {
        request = request.header("Authorization", authorization);
    }
    let request = request.body(Body::from(fields.to_owned())).unwrap();
    world.send(request).await
}

fn basic(application: &Application, secret: &str) -> String {
    format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{secret}", application.id))
    )
}

#[track_caller]
fn failed(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.json());
    assert_eq!(answer.text("/error"), error);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_code_becomes_a_token_and_the_token_is_given_back() {
    let world = world().await;
    let made = world.application(&Scope::ALL).await;
    let header = basic(&made.application, &made.secret);
    let in_form = format!(
        "&client_id={}&client_secret={}",
        made.application.id, made.secret
    );
    for (header, in_form) in [(Some(header.as_str()), ""), (None, in_form.as_str())] {
        let code = world.code(&made.application).await;
        let fields = format!("grant_type=authorization_code&code={code}{in_form}");
        let answer = form(&world, "token", header, &fields).await;
        assert_eq!(answer.status.as_u16(), 200);
        assert_eq!(answer.headers["cache-control"], "no-store");
        let token = answer.text("/access_token");
        assert!((32..=512).contains(&token.len()), "{token}");
        assert_eq!(answer.json()["expires_in"], json!(94_607_999));
        let me = world.call_by(&token, "GET", "/me", "", &Value::Null).await;
        assert_eq!(me.text("/account_id"), world.shop.id.to_string());

        let fields = format!("token={token}{in_form}");
        for _ in 0..2 {
            let answer = form(&world, "revoke_token", header, &fields).await;
            assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({})));
        }
        let me = world.call_by(&token, "GET", "/me", "", &Value::Null).await;
        let parameter = refused(&me, 401, "invalid_credentials");
        assert_eq!(parameter.as_deref(), Some("Authorization"));
    }
}

#[tokio::test]
async fn whoever_is_not_the_application_gets_nothing() {
    let world = world().await;
    let made = world.application(&Scope::ALL).await;
    let other = world.application(&Scope::ALL).await;
    let code = world.code(&made.application).await;
    let fields = format!("grant_type=authorization_code&code={code}");
    let unknown = basic(&made.application, "wrong");
    let shop = format!("{}:{}", world.shop.id, world.secret_key);
    let shop = format!("Basic {}", STANDARD.encode(shop));
    for header in [None, Some(unknown.as_str()), Some(&shop), Some("Bearer x")] {
        let answer = form(&world, "token", header, &fields).await;
        failed(&answer, 401, "invalid_client");
        assert!(answer.headers.contains_key("www-authenticate"));
    }
    let foreign = basic(&other.application, &other.secret);
    let answer = form(&world, "token", Some(&foreign), &fields).await;
    failed(&answer, 400, "invalid_grant");
    let old = basic(&made.application, &made.secret);
    let secret = app::application::renew_secret(&world.machine(), made.application.id).await;
    let answer = form(&world, "token", Some(&old), &fields).await;
    failed(&answer, 401, "invalid_client");
    let new = basic(&made.application, &secret.unwrap());
    let answer = form(&world, "token", Some(&new), &fields).await;
    assert_eq!(answer.status.as_u16(), 200, "nothing was used up");
    let token = answer.text("/access_token");
    let fields = format!("token={token}");
    let answer = form(&world, "revoke_token", Some(&foreign), &fields).await;
    failed(&answer, 400, "invalid_grant");
    let me = world.call_by(&token, "GET", "/me", "", &Value::Null).await;
    assert_eq!(me.status.as_u16(), 200);
}

#[tokio::test]
async fn a_code_is_used_once_and_in_time() {
    let world = world().await;
    let made = world.application(&Scope::ALL).await;
    let header = basic(&made.application, &made.secret);
    let code = world.code(&made.application).await;
    let fields = format!("grant_type=authorization_code&code={code}");
    let first = form(&world, "token", Some(&header), &fields).await;
    let token = first.text("/access_token");
    let answer = form(&world, "token", Some(&header), &fields).await;
    failed(&answer, 400, "invalid_grant");
    let me = world.call_by(&token, "GET", "/me", "", &Value::Null).await;
    refused(&me, 401, "invalid_credentials");
    let late = world.code(&made.application).await;
    world.clock.advance(Duration::minutes(5));
    let fields = format!("grant_type=authorization_code&code={late}");
    let answer = form(&world, "token", Some(&header), &fields).await;
    failed(&answer, 400, "invalid_grant");
}

#[tokio::test]
async fn a_form_that_makes_no_sense_is_refused() {
    let world = world().await;
    for (name, value) in [
        ("Content-Encoding", "gzip"),
        ("Authorization", "Basic Og=="),
    ] {
        let request = Request::builder()
            .method("POST")
            .uri("/oauth/v2/token")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Authorization", "Basic Og==")
            .header(name, value);
        let fields = Body::from("grant_type=authorization_code&code=x");
        let answer = world.send(request.body(fields).unwrap()).await;
        failed(&answer, 400, "invalid_request");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
    let made = world.application(&Scope::ALL).await;
    let header = basic(&made.application, &made.secret);
    for fields in [
        "",
        "grant_type=authorization_code",
        "code=abc",
        "grant_type=authorization_code&code=a&code=b",
        "grant_type=authorization_code&code=a&client_id=ap-1",
        "grant_type=authorization_code&code=a&client_secret=b",
    ] {
        let answer = form(&world, "token", Some(&header), fields).await;
        failed(&answer, 400, "invalid_request");
    }
    let answer = form(&world, "token", Some(&header), "grant_type=password&code=a").await;
    failed(&answer, 400, "unsupported_grant_type");
    let request = Request::builder()
        .method("POST")
        .uri("/oauth/v2/token")
        .header("Authorization", &header)
        .header("Content-Type", "application/json");
    let body = r#"{"grant_type":"authorization_code","code":"a"}"#;
    let answer = world.send(request.body(Body::from(body)).unwrap()).await;
    failed(&answer, 400, "invalid_request");
    let long = format!("grant_type=authorization_code&code={}", "a".repeat(9_000));
    let answer = form(&world, "token", Some(&header), &long).await;
    assert_eq!(answer.status.as_u16(), 413);
}

#[tokio::test]
async fn an_application_pays_and_reads_in_the_shop_that_granted_it() {
    let world = world().await;
    let scopes = [Scope::PaymentsCreate, Scope::PaymentsGet];
    let made = world.application(&scopes).await;
    let token = world.token(&made.application).await;
    let body = page_payment();
    let answer = world.call_by(&token, "POST", "/payments", "a", &body).await;
    let id = answer.text("/id");
    let account = answer.text("/recipient/account_id");
    assert_eq!(account, world.shop.id.to_string());
    let path = format!("/payments/{id}");
    let seen = world.call_by(&token, "GET", &path, "", &Value::Null).await;
    assert_eq!(seen.bytes, answer.bytes);
    let own = world.post("/payments", "b", &body).await.text("/id");
    let path = format!("/payments/{own}");
    let hidden = world.call_by(&token, "GET", &path, "", &Value::Null).await;
    let parameter = refused(&hidden, 404, "not_found");
    assert_eq!(parameter.as_deref(), Some("payment_id"));
}

#[tokio::test]
async fn the_shop_sees_its_grants_and_takes_one_back() {
    let world = world().await;
    let made = world.application(&[Scope::PaymentsGet]).await;
    let token = world.token(&made.application).await;
    let none = Value::Null;
    let opens = world.call_by(&token, "GET", "/me", "", &none).await;
    assert_eq!(opens.status, 200);
    world.app.settled().await;
    let listed = world.call("GET", "/altyn/v1/grants", "", &none).await;
    let grant = listed.json()["items"][0].clone();
    assert_eq!(grant["application"], "Касса");
    assert_eq!(grant["client_id"], made.application.id.to_string());
    assert_eq!(grant["scopes"], json!(["checkout:payments_get"]));
    assert_eq!(grant["status"], "issued");
    assert_eq!(grant["last_used_at"], "2026-07-20T12:00:00.000Z");
    let path = format!("/altyn/v1/grants/{}", grant["id"].as_str().unwrap());
    let by_token = world.call_by(&token, "DELETE", &path, "", &none).await;
    refused(&by_token, 401, "invalid_credentials");
    for _ in 0..2 {
        let removed = world.call("DELETE", &path, "", &none).await;
        assert_eq!(removed.json(), json!({}));
    }
    let shut = world.call_by(&token, "GET", "/me", "", &none).await;
    refused(&shut, 401, "invalid_credentials");
    let listed = world
        .call("GET", "/altyn/v1/grants", "", &none)
        .await
        .json();
    assert_eq!(listed["items"][0]["status"], "revoked");
    assert_eq!(listed["items"][0]["revoked_by"], "shop");
    let unknown = world.call("DELETE", "/altyn/v1/grants/x", "", &none).await;
    assert_eq!(
        refused(&unknown, 404, "not_found").as_deref(),
        Some("grant_id")
    );
}

#[tokio::test]
async fn a_code_with_a_challenge_is_exchanged_with_its_verifier_alone() {
    let world = world().await;
    let made = world.application(&Scope::ALL).await;
    let header = basic(&made.application, &made.secret);
    // The example of RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = app::grant::challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    assert!(challenge.is_some() && app::grant::challenge(&verifier[1..]).is_none());
    let cx = app::grant::prove_shop(&world.app, world.shop.id, &world.secret_key, None).await;
    let code = app::grant::agree(&cx.unwrap(), made.application.id, challenge)
        .await
        .unwrap();
    let other = "a".repeat(43);
    for (proof, error) in [
        (String::new(), "invalid_grant"),
        (format!("&code_verifier={other}"), "invalid_grant"),
        ("&code_verifier=short".to_owned(), "invalid_request"),
    ] {
        let fields = format!("grant_type=authorization_code&code={code}{proof}");
        failed(
            &form(&world, "token", Some(&header), &fields).await,
            400,
            error,
        );
    }
    let fields = format!("grant_type=authorization_code&code={code}&code_verifier={verifier}");
    let answer = form(&world, "token", Some(&header), &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    // An application that set no challenge has nothing to prove.
    let code = world.code(&made.application).await;
    let fields = format!("grant_type=authorization_code&code={code}&code_verifier={verifier}");
    let answer = form(&world, "token", Some(&header), &fields).await;
    failed(&answer, 400, "invalid_grant");
}

//! Bodies: their form and their size, before their content is read.

use axum::body::Body;
use http::Request;
use testkit::Answer;

use crate::{Fixture, page_payment, refused, world};

pub(crate) async fn send(
    world: &Fixture,
    path: &str,
    content_type: Option<&str>,
    body: Body,
) -> Answer {
    let mut request = Request::builder()
        .method("POST")
        .uri(format!("/v3{path}"))
        .header("Authorization", authorization(world))
        .header("Idempotence-Key", "key");
    if let Some(content_type) = content_type {
        request = request.header("Content-Type", content_type);
    }
    world.send(request.body(body).unwrap()).await
}

pub(crate) fn authorization(world: &Fixture) -> String {
    use base64::Engine as _;
    let pair = format!("{}:{}", world.shop.id, world.secret_key);
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(pair)
    )
}

#[tokio::test]
async fn a_body_has_to_be_announced_as_json() {
    let world = world().await;
    let body = || Body::from(page_payment().to_string());
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
    ] {
        let answer = send(&world, "/payments", content_type, body()).await;
        refused(&answer, 415, "invalid_request");
    }
    let json = Some("application/json; charset=utf-8");
    assert_eq!(send(&world, "/payments", json, body()).await.status, 200);
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let world = world().await;
    let json = Some("application/json");
    for body in [&b"{"[..], b"", b"[1]", b"null", b"\"text\"", b"\xff\xfe"] {
        let answer = send(&world, "/payments", json, Body::from(body)).await;
        assert_eq!(refused(&answer, 400, "invalid_request"), None);
        assert_eq!(answer.text("/description"), "Failed to parse request body");
    }
}

#[tokio::test]
async fn a_body_has_a_largest_size() {
    let world = world().await;
    let json = Some("application/json");
    let fits = format!("{{\"x\":\"{}\"}}", "x".repeat(256 * 1024 - 8));
    assert_eq!(fits.len(), 256 * 1024);
    let answer = send(&world, "/payments", json, Body::from(fits.clone())).await;
    refused(&answer, 400, "invalid_request");
    let answer = send(&world, "/payments", json, Body::from(fits + " ")).await;
    refused(&answer, 413, "invalid_request");
}

#[tokio::test]
async fn a_body_on_a_question_is_ignored() {
    let world = world().await;
    for path in ["/me", "/payments", "/refunds"] {
        let request = Request::builder()
            .uri(format!("/v3{path}"))
            .header("Authorization", authorization(&world))
            .header("Idempotence-Key", "not a key")
            .header("Content-Type", "text/plain");
        let answer = world
            .send(request.body(Body::from("not json")).unwrap())
            .await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_body_that_will_not_be_read_is_refused_before_it_is_sent() {
    let world = world().await;
    let announced = |name: &'static str, value: &'static str| {
        let request = Request::builder()
            .method("POST")
            .uri("/v3/payments")
            .header("Authorization", authorization(&world))
            .header("Idempotence-Key", "key")
            .header("Content-Type", "application/json")
            .header(name, value);
        // A client that waits for `100 Continue` sends nothing before it has it.
        let never = Body::from_stream(futures_util::stream::pending::<std::io::Result<Vec<u8>>>());
        request.body(never).unwrap()
    };
    let long = world.send(announced("Content-Length", "300000")).await;
    refused(&long, 413, "invalid_request");
    for packed in ["gzip", "br", "identity, gzip"] {
        let answer = world.send(announced("Content-Encoding", packed)).await;
        let parameter = refused(&answer, 415, "invalid_request");
        assert_eq!(parameter.as_deref(), Some("Content-Encoding"));
    }
}

#[tokio::test]
async fn a_name_that_comes_twice_is_refused() {
    let world = world().await;
    let text = page_payment().to_string();
    let body = format!("{{\"capture\":false,{}", text.strip_prefix('{').unwrap());
    assert!(text.contains("\"capture\""), "{text}");
    let answer = send(
        &world,
        "/payments",
        Some("application/json"),
        Body::from(body),
    )
    .await;
    let parameter = refused(&answer, 400, "invalid_request");
    assert_eq!(parameter.as_deref(), Some("capture"));
}

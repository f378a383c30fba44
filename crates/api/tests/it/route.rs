//! Every route: closed without credentials, strict about methods.

use api::ROUTES;
use axum::body::Body;
use http::Request;
use serde_json::Value;
use testkit::Answer;

use crate::{Fixture, refused, world};

const SOME_ID: &str = "31f00000-000f-5000-8000-1a2b3c4d5e6f";

/// The path below `/v3`, or the whole path of one of Altyn's own, with an id in place of a name in
/// braces.
pub(crate) fn path(route: &str) -> String {
    let below = route.strip_prefix("/v3").unwrap_or(route);
    let parts = below.split('/');
    let filled = parts.map(|part| if part.starts_with('{') { SOME_ID } else { part });
    filled.collect::<Vec<_>>().join("/")
}

async fn without_credentials(world: &Fixture, method: &str, path: &str) -> Answer {
    let whole = match path.strip_prefix("/altyn") {
        Some(_) => path.to_owned(),
        None => format!("/v3{path}"),
    };
    let request = Request::builder().method(method).uri(whole);
    world.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn nobody_comes_in_without_credentials() {
    let world = world().await;
    for route in &ROUTES {
        let answer = without_credentials(&world, route.method.as_str(), &path(route.path)).await;
        let parameter = refused(&answer, 401, "invalid_credentials");
        assert_eq!(parameter.as_deref(), Some("Authorization"), "{route:?}");
        assert_eq!(answer.headers["www-authenticate"], "Basic realm=\"API\"");
    }
}

#[tokio::test]
async fn nothing_that_is_said_is_kept_or_taken_for_anything_else() {
    let world = world().await;
    for (method, path) in [
        ("GET", "/me"),
        ("GET", "/nowhere"),
        ("PUT", "/payments"),
        ("POST", "/payments"),
        ("GET", "/altyn/v1/nowhere"),
    ] {
        for answer in [
            world.call(method, path, "", &Value::Null).await,
            without_credentials(&world, method, path).await,
        ] {
            assert_eq!(
                answer.headers["cache-control"], "no-store",
                "{method} {path}"
            );
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        }
    }
}

#[tokio::test]
async fn a_route_is_there_with_its_method_and_with_no_other() {
    let world = world().await;
    for route in &ROUTES {
        let path = path(route.path);
        let known = ROUTES.iter().filter(|other| other.path == route.path);
        let known: Vec<&str> = known.map(|other| other.method.as_str()).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = world.call(method, &path, "key", &Value::Null).await;
            if known.contains(&method) {
                assert_ne!(answer.status.as_u16(), 405, "{method} {path}");
            } else {
                refused(&answer, 405, "invalid_request");
                assert!(answer.headers.contains_key("allow"), "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn other_paths_are_not_found() {
    let world = world().await;
    for path in [
        "",
        "/",
        "/nothing",
        "/payments/",
        "/payments/1/2",
        "/invoices/1/2",
        "/me/1",
    ] {
        refused(&world.get(path).await, 404, "not_found");
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_not_found() {
    let world = world().await;
    for (path, parameter) in [
        ("/payments", "payment_id"),
        ("/refunds", "refund_id"),
        ("/payment_methods", "payment_method_id"),
        ("/deals", "deal_id"),
        ("/invoices", "invoice_id"),
    ] {
        for id in [
            SOME_ID,
            "x",
            "31F00000-%00",
            "'",
            "%ff",
            "31f00500-0051-5000-8000-1a2b3c4d5e6f",
        ] {
            let answer = world.get(&format!("{path}/{id}")).await;
            let found = refused(&answer, 404, "not_found");
            assert_eq!(found.as_deref(), Some(parameter), "{path}/{id}");
        }
    }
    let answer = world
        .call("POST", "/payments/x/cancel", "key", &Value::Null)
        .await;
    refused(&answer, 404, "not_found");
}

#[tokio::test]
async fn each_answer_has_an_id_which_may_be_brought_along() {
    let world = world().await;
    let (first, second) = (world.get("/me").await, world.get("/me").await);
    assert_ne!(
        first.headers["x-request-id"],
        second.headers["x-request-id"]
    );
    for (brought, kept) in [
        ("from-outside.1", true),
        ("with space", false),
        (&"x".repeat(65), false),
    ] {
        let request = Request::builder()
            .uri("/v3/me")
            .header("X-Request-Id", brought);
        let answer = world.send(request.body(Body::empty()).unwrap()).await;
        refused(&answer, 401, "invalid_credentials");
        assert_eq!(answer.headers["x-request-id"] == brought, kept, "{brought}");
    }
}

#[tokio::test]
async fn anybody_may_read_the_description() {
    let world = world().await;
    let request = Request::builder().uri(api::DESCRIPTION);
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.text("/openapi"), "3.1.0");
    assert_eq!(
        answer.json(),
        serde_json::from_str::<Value>(&api::openapi::document()).unwrap()
    );
}

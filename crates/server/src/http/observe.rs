//! The layer around each request: gives it an id and a time limit, answers in its place if it
//! panics or takes too long, logs one line and counts it. It does not look at queries and bodies.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use app::Random;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::card;
use futures_util::FutureExt as _;
use serde_json::json;
use tracing::{Instrument as _, error, field, info, info_span, warn};

use super::refused::is_of_api;
use super::seat::refuse;
use super::unplaced;
use crate::clock::Stopwatch;
use crate::config::Proxies;
use crate::metrics::Metrics;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id that is taken over from the caller.
const REQUEST_ID_CHARS_MAX: usize = 64;
/// The name of the route if there is none.
const NO_ROUTE: &str = "none";
/// The methods that have a name in metrics and logs. Any other is `other`: a metric is kept for
/// ever, so callers must not be able to make up new ones.
const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE",
];

/// What the layer needs.
pub(crate) struct Observer {
    pub(crate) metrics: Metrics,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) proxies: Proxies,
    pub(crate) time_max: Duration,
}

impl Observer {
    /// Notes where a request comes from, if that is known.
    fn place(&self, request: &mut Request) {
        let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<_>>().copied() else {
            return;
        };
        if let Some(client) = self.proxies.client(peer, request.headers()) {
            request.extensions_mut().insert(ConnectInfo(client));
        } else {
            request.extensions_mut().remove::<ConnectInfo<SocketAddr>>();
            self.metrics.requests_unplaced.inc();
            unplaced::warn(&self.proxies, peer, request.headers());
        }
    }
}

/// The layer around all routes.
pub(crate) async fn observe(
    State(observer): State<Arc<Observer>>,
    mut request: Request,
    next: Next,
) -> Response {
    let watch = Stopwatch::start();
    let method = known(request.method());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let of_api = is_of_api(request.uri().path());

    let id = taken_over(request.headers())
        .unwrap_or_else(|| made_up(observer.random.bits(), observer.random.bits()));
    request.headers_mut().insert(REQUEST_ID, id.clone());
    observer.place(&mut request);
    let shown = id.to_str().unwrap_or_default();
    let span = info_span!("request", request.id = shown, shop.id = field::Empty);

    let answer = AssertUnwindSafe(refuse(request, next)).catch_unwind();
    let answer = tokio::time::timeout(observer.time_max, answer)
        .instrument(span.clone())
        .await;
    let mut response = match answer {
        Ok(Ok(response)) => response,
        Ok(Err(_panic)) => {
            span.in_scope(|| error!("the request's handler panicked"));
            in_its_place(of_api, shown)
        }
        Err(_elapsed) => {
            span.in_scope(|| warn!("the request took too long"));
            in_its_place(of_api, shown)
        }
    };
    response.headers_mut().insert(REQUEST_ID, id.clone());
    say_when(&mut response);

    let (took, status) = (watch.elapsed(), response.status().as_u16());
    observer.metrics.answered(method, route, status, took);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| info!(method, route, status, micros, "answered"));
    response
}

/// The name of a method in metrics and logs.
fn known(method: &Method) -> &'static str {
    let known = METHODS.into_iter().find(|name| *name == method.as_str());
    known.unwrap_or("other")
}

/// Tells every client that is refused for now when to try again, whatever has refused it.
fn say_when(response: &mut Response) {
    let later = [
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::SERVICE_UNAVAILABLE,
    ];
    if later.contains(&response.status()) {
        let soon = HeaderValue::from_static("1");
        response.headers_mut().entry(RETRY_AFTER).or_insert(soon);
    }
}

/// The id that a request was given.
pub(super) fn id_of(headers: &HeaderMap) -> String {
    let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    id.unwrap_or("none").to_owned()
}

/// The caller's own id of its request, if it may stand in a log.
fn taken_over(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(REQUEST_ID)?;
    let bytes = value.as_bytes();
    let sane = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let fits = !bytes.is_empty() && bytes.len() <= REQUEST_ID_CHARS_MAX;
    let text = value.to_str().ok()?;
    (fits && bytes.iter().all(sane) && !card::stands_in(text)).then(|| value.clone())
}

fn made_up(high: u64, low: u64) -> HeaderValue {
    // In the form of ids on the wire: a random UUID.
    let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xfff);
    let (d, e) = (((low >> 48) & 0x3fff) | 0x8000, low & 0xffff_ffff_ffff);
    HeaderValue::try_from(format!("{a:08x}-{b:04x}-4{c:03x}-{d:04x}-{e:012x}"))
        .unwrap_or_else(|_never| HeaderValue::from_static("none"))
}

/// The answer in place of one that will not come. The request may have been carried out: the caller
/// repeats it with the same idempotency key to find out.
fn in_its_place(of_api: bool, id: &str) -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    if of_api {
        let body = json!({
            "type": "error",
            "id": id,
            "code": "internal_server_error",
            "description": "Internal server error. Repeat the request with the same \
                            Idempotence-Key to learn its outcome",
        });
        let json = (CONTENT_TYPE, "application/json");
        return (status, [json], body.to_string()).into_response();
    }
    let text = format!("Что-то пошло не так. / Something went wrong. ({id})\n");
    (status, text).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use app::Random;
    use axum::Router;
    use axum::body::Body;
    use axum::http::{Request, Response, StatusCode};
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::{Observer, Proxies, observe};
    use crate::metrics::Metrics;

    const MADE_UP: &str = "00000000-0000-40ab-8000-0000000000ab";

    struct Same;

    impl Random for Same {
        fn bits(&self) -> u64 {
            0xab
        }
    }

    /// Some routes with the observer around them.
    fn observed(metrics: &Metrics) -> Router {
        let observer = Arc::new(Observer {
            metrics: metrics.clone(),
            random: Arc::new(Same),
            proxies: Proxies::default(),
            time_max: Duration::ZERO,
        });
        Router::new()
            .route("/v3/at-once/{id}", get(|| async { "here" }))
            .route("/v3/never", get(std::future::pending::<()>))
            .route("/busy", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
            .route("/panic", get(|| async { assert!(path_is_empty()) }))
            .layer(axum::middleware::from_fn_with_state(observer, observe))
    }

    /// Answers one request to `path` with the observer around it.
    async fn answer(path: &str, id: Option<&str>) -> (Response<Body>, Metrics) {
        let metrics = Metrics::new();
        let router = observed(&metrics);
        let mut request = Request::builder().uri(path);
        if let Some(id) = id {
            request = request.header("X-Request-Id", id);
        }
        let request = request.body(Body::empty()).unwrap();
        (router.oneshot(request).await.unwrap(), metrics)
    }

    fn path_is_empty() -> bool {
        std::env::args().count() == 0
    }

    fn id(response: &Response<Body>) -> &str {
        response.headers()["x-request-id"].to_str().unwrap()
    }

    #[tokio::test]
    async fn a_request_gets_an_id_and_is_counted_by_its_route() {
        let (response, metrics) = answer("/v3/at-once/7", None).await;
        assert_eq!(response.status(), 200);
        assert_eq!(id(&response), MADE_UP);
        let text = metrics.text().unwrap();
        let line = "altyn_http_requests_total{method=\"GET\",route=\"/v3/at-once/{id}\",\
                    status=\"200\"} 1";
        assert!(text.contains(line), "{text}");
    }

    #[tokio::test]
    async fn a_sane_id_of_the_caller_is_kept_and_any_other_is_not() {
        let (response, _) = answer("/v3/at-once/7", Some("order-72.a_b")).await;
        assert_eq!(id(&response), "order-72.a_b");
        let long = "x".repeat(65);
        for odd in [
            "",
            "a b",
            "a\"b",
            "a;b",
            long.as_str(),
            "4111111111111111",
            "order-4111-1111-1111-1111",
        ] {
            let (response, _) = answer("/v3/at-once/7", Some(odd)).await;
            assert_eq!(id(&response), MADE_UP, "{odd:?}");
        }
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_answered_in_its_place() {
        let (response, metrics) = answer("/v3/never", None).await;
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["content-type"], "application/json");
        assert!(
            metrics
                .text()
                .unwrap()
                .contains("route=\"/v3/never\",status=\"500\"} 1")
        );
    }

    #[tokio::test]
    async fn who_is_turned_away_for_now_hears_when_to_come_again() {
        let (response, _) = answer("/busy", None).await;
        assert_eq!(response.headers()["retry-after"], "1");
        let (response, _) = answer("/v3/at-once/7", None).await;
        assert!(!response.headers().contains_key("retry-after"));
    }

    #[tokio::test]
    async fn a_panic_is_answered_in_its_place() {
        let (response, _) = answer("/panic", None).await;
        assert_eq!(response.status(), 500);
    }

    #[tokio::test]
    async fn what_has_no_route_is_counted_without_its_path() {
        let (response, metrics) = answer("/4242424242424242", None).await;
        assert_eq!(response.status(), 404);
        let text = metrics.text().unwrap();
        assert!(text.contains("route=\"none\",status=\"404\"} 1"), "{text}");
        assert!(!text.contains("4242"));
    }

    #[tokio::test]
    async fn made_up_methods_share_one_figure() {
        let (_, metrics) = answer("/v3/at-once/7", None).await;
        let router = observed(&metrics);
        for number in 0..1_000 {
            let method = format!("X{number}{}", "Y".repeat(100));
            let request = Request::builder()
                .method(method.as_str())
                .uri("/v3/at-once/7");
            let request = request.body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap();
        }
        let text = metrics.text().unwrap();
        let series = |family: &str| text.lines().filter(|line| line.starts_with(family)).count();
        // One for GET and one for all the others.
        assert_eq!(series("altyn_http_requests_total{"), 2, "{text}");
        assert_eq!(series("altyn_http_request_seconds_count{"), 2, "{text}");
        assert!(text.contains("{method=\"other\",route=\"/v3/at-once/{id}\",status=\"405\"} 1000"));
    }
}

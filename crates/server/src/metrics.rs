//! Metrics for Prometheus: requests to the platform, its calls to others, its storage and its
//! process.

mod process;
mod storage;

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use app::{App, Waiting};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use tracing::warn;

use crate::version;

/// How long what waits in the storage is counted: whoever asks for figures does not wait for ever.
const LOOK_TIME_MAX: Duration = Duration::from_secs(2);

/// The content type of what [`Metrics::text`] writes.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A histogram of times, in seconds.
fn seconds() -> Histogram {
    let ends = [
        0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    ];
    Histogram::new(ends)
}

type Times<L> = Family<L, Histogram, fn() -> Histogram>;

fn times<L: Clone + Eq + std::hash::Hash>() -> Times<L> {
    Family::new_with_constructor(seconds)
}

/// The metrics. Clones share them.
#[derive(Clone)]
pub(crate) struct Metrics {
    registry: Arc<Mutex<Registry>>,
    requests: Family<Request, Counter>,
    request_times: Times<Route>,
    /// Open HTTP connections.
    pub(crate) connections: Gauge,
    /// Connections that found no place, or lost it.
    pub(crate) connections_dropped: Counter,
    /// Requests of proxies that did not name their client.
    pub(crate) requests_unplaced: Counter,
    operations_open: Gauge,
    deliveries_pending: Gauge,
    deliveries: Family<Delivery, Counter>,
    delivery_times: Times<Delivery>,
    messages_queued: Gauge,
    discrepancies_open: Gauge,
    messages: Family<Message, Counter>,
    message_times: Times<Message>,
    calls: Family<Call, Counter>,
    call_times: Times<Call>,
    app: Arc<OnceLock<Weak<App>>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Delivery {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Message {
    channel: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    call: &'static str,
    outcome: &'static str,
}

impl Metrics {
    /// Metrics that are all zero.
    pub(crate) fn new() -> Self {
        let metrics = Self {
            registry: Arc::new(Mutex::new(Registry::with_prefix("altyn"))),
            requests: Family::default(),
            request_times: times(),
            connections: Gauge::default(),
            connections_dropped: Counter::default(),
            requests_unplaced: Counter::default(),
            operations_open: Gauge::default(),
            deliveries_pending: Gauge::default(),
            deliveries: Family::default(),
            delivery_times: times(),
            messages_queued: Gauge::default(),
            discrepancies_open: Gauge::default(),
            messages: Family::default(),
            message_times: times(),
            calls: Family::default(),
            call_times: times(),
            app: Arc::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&self) {
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let build = Info::new([("version", version::of_build())]);
        registry.register("build", "Which build of Altyn this is", build);
        let requests = "Requests answered, by route and status";
        registry.register("http_requests", requests, self.requests.clone());
        let request_times = "Time from a request's head to its answer";
        registry.register(
            "http_request_seconds",
            request_times,
            self.request_times.clone(),
        );
        let connections = "Open HTTP connections";
        registry.register("http_connections", connections, self.connections.clone());
        let dropped = "HTTP connections that ended to make room for others";
        registry.register(
            "http_connections_dropped",
            dropped,
            self.connections_dropped.clone(),
        );
        let unplaced = "Requests of trusted proxies that did not say for whom they ask";
        registry.register(
            "http_requests_unplaced",
            unplaced,
            self.requests_unplaced.clone(),
        );
        let open = "Calls to acquirers without an answer yet, over all nodes";
        registry.register("operations_open", open, self.operations_open.clone());
        let pending = "Notifications not delivered yet, over all nodes";
        registry.register(
            "deliveries_pending",
            pending,
            self.deliveries_pending.clone(),
        );
        let deliveries = "Attempts to deliver a notification, by outcome";
        registry.register("deliveries", deliveries, self.deliveries.clone());
        let delivery_times = "Time of an attempt to deliver a notification";
        registry.register(
            "delivery_seconds",
            delivery_times,
            self.delivery_times.clone(),
        );
        let differing = "Discrepancies with the bank that nobody has put right, over all nodes";
        registry.register(
            "discrepancies_open",
            differing,
            self.discrepancies_open.clone(),
        );
        self.register_messages(&mut registry);
        let calls = "Calls to acquirers, by outcome; unknown ones are looked up later";
        registry.register("acquirer_calls", calls, self.calls.clone());
        let call_times = "Time of a call to an acquirer";
        registry.register("acquirer_call_seconds", call_times, self.call_times.clone());
        registry.register_collector(Box::new(process::Process));
    }

    fn register_messages(&self, registry: &mut Registry) {
        let queued = "Mail and SMS that no server has taken yet, over all nodes";
        registry.register("messages_queued", queued, self.messages_queued.clone());
        let messages = "Attempts to send mail and SMS, by outcome";
        registry.register("messages", messages, self.messages.clone());
        let times = "Time of an attempt to send mail or an SMS";
        registry.register("message_seconds", times, self.message_times.clone());
    }

    /// Adds the platform's own metrics, which are read when they are asked for.
    pub(crate) fn watch(&self, app: &Arc<App>) {
        let app = Weak::clone(self.app.get_or_init(|| Arc::downgrade(app)));
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.register_collector(Box::new(storage::Storage(app)));
    }

    /// A request was answered. The client chooses none of the labels: the method is one of a list,
    /// and the route is the router's own name for it.
    pub(crate) fn answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        let request = Request {
            method,
            route,
            status,
        };
        self.requests.get_or_create(&request).inc();
        let Request { method, route, .. } = request;
        let times = self.request_times.get_or_create(&Route { method, route });
        times.observe(took.as_secs_f64());
    }

    /// A notification was sent.
    pub(crate) fn carried(&self, outcome: &'static str, took: Duration) {
        let delivery = Delivery { outcome };
        self.deliveries.get_or_create(&delivery).inc();
        let times = self.delivery_times.get_or_create(&delivery);
        times.observe(took.as_secs_f64());
    }

    /// A message was handed to its server, or not.
    pub(crate) fn handed_over(&self, channel: &'static str, outcome: &'static str, took: Duration) {
        let message = Message { channel, outcome };
        self.messages.get_or_create(&message).inc();
        let times = self.message_times.get_or_create(&message);
        times.observe(took.as_secs_f64());
    }

    /// An acquirer was called.
    pub(crate) fn called(&self, call: &'static str, outcome: &'static str, took: Duration) {
        let call = Call { call, outcome };
        self.calls.get_or_create(&call).inc();
        self.call_times
            .get_or_create(&call)
            .observe(took.as_secs_f64());
    }

    /// Reads how much waits in the storage; a number that cannot be read keeps its last value.
    async fn look(&self) {
        let Some(app) = self.app.get().and_then(Weak::upgrade) else {
            return;
        };
        // A longer read before it must not keep all other figures back.
        let Ok(waiting) = tokio::time::timeout(LOOK_TIME_MAX, app.waiting()).await else {
            return warn!("what waits was not counted in time");
        };
        match waiting {
            Ok(Waiting {
                operations,
                deliveries,
                messages,
                discrepancies,
            }) => {
                let figure = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
                self.operations_open.set(figure(operations));
                self.deliveries_pending.set(figure(deliveries));
                self.messages_queued.set(figure(messages));
                self.discrepancies_open.set(figure(discrepancies));
            }
            Err(error) => warn!(%error, "what waits could not be counted"),
        }
    }

    /// All metrics in the text form of OpenMetrics.
    pub(crate) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        encode(&mut text, &registry)?;
        Ok(text)
    }

    /// `/metrics`, for a listener of its own.
    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route("/metrics", get(show))
            .with_state(self.clone())
    }
}

async fn show(State(metrics): State<Metrics>) -> Response {
    metrics.look().await;
    match metrics.text() {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(std::fmt::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Metrics;
    use crate::version;

    #[test]
    fn what_happened_stands_in_the_text() {
        let metrics = Metrics::new();
        metrics.called("authorize", "approved", Duration::from_millis(3));
        metrics.carried("delivered", Duration::from_millis(3));
        metrics.handed_over("email", "accepted", Duration::from_millis(3));
        metrics.connections.inc();
        let text = metrics.text().unwrap();
        let lines = [
            "altyn_acquirer_calls_total{call=\"authorize\",outcome=\"approved\"} 1",
            "altyn_acquirer_call_seconds_count{call=\"authorize\",outcome=\"approved\"} 1",
            "altyn_deliveries_total{outcome=\"delivered\"} 1",
            "altyn_messages_total{channel=\"email\",outcome=\"accepted\"} 1",
            "altyn_messages_queued 0",
            "altyn_http_connections 1",
            &format!("altyn_build_info{{version=\"{}\"}} 1", version::of_build()),
        ];
        for line in lines {
            assert!(
                text.lines().any(|said| said == line),
                "{line} is not in\n{text}"
            );
        }
        assert!(text.ends_with("# EOF\n"));
    }
}

//! Accepts connections and serves a router on them: limits, time-outs, and an end that loses no
//! accepted request.

mod health;
mod observe;
mod patient;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use prometheus_client::metrics::gauge::Gauge;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::Service as _;
use tracing::{debug, info, warn};

use crate::config::Config;

pub(crate) use health::router as health;
pub(crate) use observe::{Observer, observe};
use patient::Patient;

/// Most header fields of a request.
const HEADERS_MAX: usize = 100;
/// Pause after a failed accept: mostly there are no file descriptors left, and some come free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a connection may cost.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    connections_max: usize,
    header_time_max: Duration,
    header_bytes_max: usize,
    drain_time_max: Duration,
}

impl Limits {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            connections_max: config.connections_max.get().min(Semaphore::MAX_PERMITS),
            header_time_max: config.header_time_max,
            header_bytes_max: config.header_bytes_max,
            drain_time_max: config.drain_time_max,
        }
    }
}

/// An address that is listened on, with what is served there.
pub(crate) struct Door {
    listener: TcpListener,
    router: Router,
    limits: Limits,
    /// Open connections.
    open: Gauge,
}

impl Door {
    pub(crate) fn new(listener: TcpListener, router: Router, limits: Limits) -> Self {
        Self {
            listener,
            router,
            limits,
            open: Gauge::default(),
        }
    }

    /// Counts the open connections there.
    pub(crate) fn counted(self, open: Gauge) -> Self {
        Self { open, ..self }
    }

    /// Serves until `stop` becomes true, then lets open requests end, for a bounded time.
    pub(crate) async fn serve(self, mut stop: watch::Receiver<bool>) {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(self.limits.connections_max));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_time_max)
            .max_headers(HEADERS_MAX)
            .max_buf_size(self.limits.header_bytes_max)
            .pipeline_flush(true);
        while !*stop.borrow() {
            let accepted = tokio::select! {
                accepted = accept(&self.listener, &places) => accepted,
                _ = stop.changed() => continue,
            };
            let Some((stream, from, place)) = accepted else {
                continue;
            };
            let router = self.router.clone();
            let service = service_fn(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(ConnectInfo(from));
                let answer = router
                    .clone()
                    .call(request.map(|body| Body::new(Patient::new(body))));
                async move {
                    let answer = answer.await.unwrap_or_else(|never| match never {});
                    Ok::<_, Infallible>(answer)
                }
            });
            let connection = http.serve_connection(TokioIo::new(stream), service);
            let connection = graceful.watch(connection);
            let open = self.open.clone();
            open.inc();
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    debug!(%error, "a connection ended early");
                }
                open.dec();
                drop(place);
            });
        }
        drop(self.listener);
        drain(graceful, self.limits.drain_time_max).await;
    }
}

/// Lets open requests end.
async fn drain(graceful: GracefulShutdown, time_max: Duration) {
    let open = graceful.count();
    if open > 0 {
        info!(connections = open, "waiting for open requests");
    }
    let ended = pin!(graceful.shutdown());
    if tokio::time::timeout(time_max, ended).await.is_err() {
        warn!("open requests did not end in time and are cut off");
    }
}

/// The next connection and where it comes from, once there is a place for it. None if it failed.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, from)) => {
            // An answer is one small packet: waiting for more would only delay it.
            if let Err(error) = stream.set_nodelay(true) {
                debug!(%error, "a connection keeps its delay");
            }
            Some((stream, from, place))
        }
        Err(error) => {
            warn!(%error, "a connection could not be accepted");
            pause().await;
            None
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a full table of file descriptors is no event that could be waited for"
)]
async fn pause() {
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

/// Binds an address, with its real port if any was asked for.
pub(crate) async fn bind(address: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    use anyhow::Context as _;

    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr().context("the listening address")?;
    Ok((listener, address))
}

//! Accepts connections and serves a router on them: limits, time-outs, and an end that loses no
//! accepted request.

mod framing;
mod head;
mod health;
mod line;
mod observe;
mod patient;
mod places;
mod refused;
mod seat;
#[cfg(test)]
mod tests;
mod unplaced;
mod wire;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tracing::{debug, info, warn};

use crate::config::{Config, Proxies};

pub(crate) use health::router as health;
pub(crate) use observe::{Observer, observe};
use patient::Pace;
use places::{Most, Places};
use seat::Seat;
pub(crate) use seat::refuse;
use wire::{Patience, Wire};

/// Pause after a failed accept: mostly the file descriptors are used up, and some become free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Connections that the system may keep until they are accepted.
const BACKLOG: u32 = 1_024;
/// How much of an unread answer the system may keep; it takes twice as much.
const SEND_BUFFER_BYTES: u32 = 128 * 1_024;
/// A head is given to hyper only when it is complete and not too long.
const HYPER_SLACK_BYTES: usize = 8_192;

/// The limits of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    most: Most,
    patience: Patience,
    pace: Pace,
    proxies: Proxies,
    drain_time_max: Duration,
}

impl Limits {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            most: Most {
                in_all: config.connections_max.get(),
                per_address: config.connections_per_address_max.get(),
                spare: config.connections_spare.get(),
                unread_bytes: config.unread_bytes_max,
            },
            patience: Patience {
                header_time_max: config.header_time_max,
                header_bytes_max: config.header_bytes_max,
                unread_time_max: config.unread_time_max,
                bytes_per_second_min: config.bytes_per_second_min,
            },
            pace: Pace {
                time_max: config.body_time_max,
                grace: config.body_grace_time,
                bytes_per_second_min: config.bytes_per_second_min,
            },
            proxies: config.proxies.clone(),
            drain_time_max: config.drain_time_max,
        }
    }
}

/// An address to listen on, with its router.
pub(crate) struct Door {
    listener: TcpListener,
    router: Router,
    limits: Limits,
    /// Open connections.
    open: Gauge,
    /// Connections that found no place, or lost it.
    dropped: Counter,
}

impl Door {
    pub(crate) fn new(listener: TcpListener, router: Router, limits: Limits) -> Self {
        Self {
            listener,
            router,
            limits,
            open: Gauge::default(),
            dropped: Counter::default(),
        }
    }

    /// Counts the open connections there, and those that were dropped.
    pub(crate) fn counted(self, open: Gauge, dropped: Counter) -> Self {
        Self {
            open,
            dropped,
            ..self
        }
    }

    /// Serves until `stop` becomes true, then lets open requests end, for a limited time.
    pub(crate) async fn serve(self, mut stop: watch::Receiver<bool>) {
        let graceful = GracefulShutdown::new();
        let places = Places::new(self.limits.most);
        let mut http = http1::Builder::new();
        let buffer = self.limits.patience.header_bytes_max;
        http.header_read_timeout(None)
            .max_buf_size(buffer.saturating_add(HYPER_SLACK_BYTES));
        while !*stop.borrow() {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                _ = stop.changed() => continue,
            };
            match accepted {
                Ok((stream, from)) => self.begin((stream, from), &http, &graceful, &places),
                Err(error) => {
                    warn!(%error, "a connection could not be accepted");
                    // Mostly the file descriptors are used up.
                    places.make_room();
                    pause().await;
                }
            }
        }
        drop(self.listener);
        drain(graceful, self.limits.drain_time_max).await;
    }

    /// Serves a connection, if there is a place for it.
    fn begin(
        &self,
        (stream, from): (TcpStream, SocketAddr),
        http: &http1::Builder,
        graceful: &GracefulShutdown,
        places: &Arc<Places>,
    ) {
        let trusted = self.limits.proxies.trusts(from.ip().to_canonical());
        let Some(place) = places.take(from.ip().to_canonical(), trusted) else {
            self.dropped.inc();
            // Whoever opens too many connections opens the next one when this one has ended, so it
            // has to be cheap: the system need not even wait for a farewell.
            if let Err(error) = stream.set_zero_linger() {
                debug!(%error, "a connection ends slowly");
            }
            return;
        };
        // An answer is one small packet: waiting for more would only delay it.
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "a connection keeps its delay");
        }
        let line = Arc::clone(&place.line);
        let wire = Wire::new(stream, &line, self.limits.patience, Arc::clone(places));
        let seat = Arc::new(Seat {
            from,
            place,
            places: Arc::clone(places),
            proxies: self.limits.proxies.clone(),
            router: self.router.clone(),
            pace: self.limits.pace,
        });
        let service = service_fn(move |request| Arc::clone(&seat).answer(request));
        let connection = http.serve_connection(TokioIo::new(wire), service);
        let connection = graceful.watch(connection);
        let (open, dropped) = (self.open.clone(), self.dropped.clone());
        open.inc();
        tokio::spawn(async move {
            tokio::select! {
                biased;
                ended = connection => if let Err(error) = ended {
                    debug!(%error, "a connection ended early");
                },
                () = line.ended.notified() => {
                    dropped.inc();
                    debug!("a connection gave way to others");
                }
            }
            open.dec();
        });
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

    let listener = listen(address).with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr().context("the listening address")?;
    Ok((listener, address))
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    // Connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

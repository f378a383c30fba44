//! Answers the requests of one connection: checks whether there is room for each of them, and calls
//! the router.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, EXPECT, HeaderMap,
    HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, Incoming, SizeHint};
use tower::Service as _;

use super::health;
use super::line::Line;
use super::patient::{Arriving, Pace};
use super::places::{AskedFor, Place, Places};
use super::refused::{Refused, Why, is_of_api};
use crate::config::Proxies;

/// What the requests of a connection are answered with.
pub(super) struct Seat {
    pub(super) from: SocketAddr,
    pub(super) place: Place,
    pub(super) places: Arc<Places>,
    pub(super) proxies: Proxies,
    pub(super) router: Router,
    pub(super) pace: Pace,
}

/// The connection of a request.
#[derive(Clone)]
struct Through(Arc<Line>);

impl Seat {
    /// Answers a request.
    pub(super) async fn answer(
        self: Arc<Self>,
        mut request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<Answer>, Infallible> {
        let line = Arc::clone(&self.place.line);
        let path = request.uri().path();
        let asked_for = match self.room(path, request.headers()) {
            Ok(asked_for) => asked_for,
            Err(why) => {
                let of_api = is_of_api(path);
                let refused = Refused { why, of_api };
                line.refused.get_or_init(|| refused);
                None
            }
        };
        let extensions = request.extensions_mut();
        extensions.insert(ConnectInfo(self.from));
        extensions.insert(Through(Arc::clone(&line)));
        let waits = request.headers().contains_key(EXPECT);
        let request =
            request.map(|body| Body::new(Arriving::new(body, Arc::clone(&line), self.pace, waits)));
        let response = self.router.clone().call(request).await;
        let mut response = response.unwrap_or_else(|never| match never {});
        guard(response.headers_mut());
        if self.place.is_spare {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        Ok(response.map(|body| Answer {
            body,
            line,
            _asked_for: asked_for,
        }))
    }

    /// Returns whether there is room for a request. Questions about health are always answered.
    fn room(&self, path: &str, headers: &HeaderMap) -> Result<Option<AskedFor>, Why> {
        if health::PATHS.contains(&path) || self.place.line.refused.get().is_some() {
            return Ok(None);
        }
        if self.place.is_spare {
            return Err(Why::Full);
        }
        if !self.place.is_of_proxy() {
            return Ok(None);
        }
        // A proxy that does not name its client must not make all its clients count as one.
        let Some(client) = self.proxies.client(self.from, headers) else {
            return Ok(None);
        };
        let client = client.ip();
        if client == self.from.ip().to_canonical() {
            return self.place.is_no_proxy().then_some(None).ok_or(Why::Full);
        }
        self.places.ask_for(client).map(Some).ok_or(Why::Full)
    }
}

/// Headers of every answer, unless its handler sets them: it may not be cached, its type may not be
/// guessed, and it may not be shown as a page.
fn guard(headers: &mut HeaderMap) {
    let mut add = |name: HeaderName, value| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    add(CACHE_CONTROL, "no-store");
    add(X_CONTENT_TYPE_OPTIONS, "nosniff");
    let is_json = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/json");
    if is_json || headers.contains_key(CONTENT_SECURITY_POLICY) {
        return;
    }
    let add = [
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (REFERRER_POLICY, "same-origin"),
        (X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in add {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// The layer in which a refusal is answered in place of carrying a request out.
pub(crate) async fn refuse(request: Request, next: Next) -> Response {
    let Some(Through(line)) = request.extensions().get::<Through>().cloned() else {
        return next.run(request).await;
    };
    let id = super::observe::id_of(request.headers());
    if let Some(refused) = line.refused.get() {
        return refused.answer(&id);
    }
    let of_api = is_of_api(request.uri().path());
    let response = next.run(request).await;
    if line.body_late.load(Relaxed) && response.status().is_client_error() {
        let why = Why::BodyLate;
        return Refused { why, of_api }.answer(&id);
    }
    response
}

/// An answer on its way out.
pub(super) struct Answer {
    body: Body,
    line: Arc<Line>,
    _asked_for: Option<AskedFor>,
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // The next request may come once hyper has written what it still holds of this answer.
        self.line.set_answering(false);
    }
}

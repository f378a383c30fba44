//! Bodies that their handler leaves unread: of refused requests, and of questions and cancels
//! with which some SDKs send a stale body along. They are read to their end, so that the
//! connection stays open for the next request instead of being cut under it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};

/// A longer rest is not waited for: the connection is closed.
const REST_BYTES_MAX: u64 = 256 * 1024;
/// A rest that comes slower is not waited for either.
const REST_TIME_MAX: Duration = Duration::from_secs(2);

/// A body whose rest is read when its handler drops it.
pub(crate) struct Patient(Option<Incoming>);

impl Patient {
    pub(crate) fn new(body: Incoming) -> Self {
        Self(Some(body))
    }
}

impl Body for Patient {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.0 {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0
            .as_ref()
            .map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        let rest = self.0.take().filter(|body| !body.is_end_stream());
        if let Some(rest) = rest.filter(|body| body.size_hint().lower() <= REST_BYTES_MAX) {
            tokio::spawn(tokio::time::timeout(REST_TIME_MAX, read_away(rest)));
        }
    }
}

async fn read_away(mut rest: Incoming) {
    let mut bytes = 0_u64;
    while let Some(Ok(frame)) = rest.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        bytes = bytes.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if REST_BYTES_MAX < bytes {
            return;
        }
    }
}

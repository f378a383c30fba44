//! Bodies. One that comes too slowly is not waited for. One that its handler does not read is read
//! to its end, so that the connection stays open for the next request. That happens to refused
//! requests, and to requests without a body to which some SDKs attach an old one.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::line::Line;

/// A longer rest is not waited for; the connection is closed.
const REST_BYTES_MAX: u64 = 256 * 1024;
/// A slower rest is not waited for either.
const REST_TIME_MAX: Duration = Duration::from_secs(2);
/// How often the speed of a body is checked.
const LOOK: Duration = Duration::from_secs(1);

/// How fast a body has to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// The time from the first read to its end.
    pub(super) time_max: Duration,
    /// How long it may be slower.
    pub(super) grace: Duration,
    pub(super) bytes_per_second_min: u32,
}

impl Pace {
    /// How much must have come after this time.
    fn least(self, passed: Duration) -> u64 {
        least(self.bytes_per_second_min, passed)
    }
}

/// How many bytes come in this time at this speed.
pub(super) fn least(bytes_per_second: u32, passed: Duration) -> u64 {
    let millis = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
    u64::from(bytes_per_second).saturating_mul(millis) / 1_000
}

/// A body that must come in time, and whose rest is read when its handler drops it.
pub(super) struct Patient<B: Body<Data = Bytes> + Unpin + Send + 'static> {
    body: Option<B>,
    line: Arc<Line>,
    pace: Pace,
    /// Whether the client sends it only when it is asked to.
    waits: bool,
    since: Option<Instant>,
    bytes: u64,
    alarm: Option<Pin<Box<Sleep>>>,
}

/// The error of a body that did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("the body did not arrive in time")]
struct Late;

pub(super) type Arriving = Patient<Incoming>;

impl<B: Body<Data = Bytes> + Unpin + Send + 'static> Patient<B> {
    pub(super) fn new(body: B, line: Arc<Line>, pace: Pace, waits: bool) -> Self {
        Self {
            body: Some(body),
            line,
            pace,
            waits,
            since: None,
            bytes: 0,
            alarm: None,
        }
    }

    /// Returns whether it has been waited for long enough. Otherwise the task is woken for the next
    /// check.
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        loop {
            let now = Instant::now();
            let since = *self.since.get_or_insert(now);
            let passed = now.duration_since(since);
            let slow = self.pace.grace <= passed && self.bytes < self.pace.least(passed);
            if slow || self.pace.time_max <= passed {
                return true;
            }
            let next = self
                .pace
                .grace
                .saturating_sub(passed)
                .max(LOOK.min(self.pace.grace));
            let next = (now + next).min(since + self.pace.time_max);
            let alarm = self
                .alarm
                .get_or_insert_with(|| Box::pin(sleep_until(next)));
            if alarm.as_mut().poll(cx).is_pending() {
                return false;
            }
            alarm.as_mut().reset(next);
            if alarm.as_mut().poll(cx).is_pending() {
                return false;
            }
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin + Send + 'static> Body for Patient<B>
where
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let patient = self.get_mut();
        let Some(body) = &mut patient.body else {
            return Poll::Ready(None);
        };
        patient.waits = false;
        match Pin::new(body).poll_frame(cx) {
            Poll::Ready(frame) => {
                if let Some(Ok(frame)) = &frame {
                    let length = frame.data_ref().map_or(0, Bytes::len);
                    let length = u64::try_from(length).unwrap_or(u64::MAX);
                    patient.bytes = patient.bytes.saturating_add(length);
                }
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending if patient.is_late(cx) => {
                patient.line.body_late.store(true, Relaxed);
                // Nobody waits for the rest.
                patient.body = None;
                Poll::Ready(Some(Err(Late.into())))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl<B: Body<Data = Bytes> + Unpin + Send + 'static> Drop for Patient<B> {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| !body.is_end_stream());
        let rest = rest.filter(|_| !self.waits && self.line.refused.get().is_none());
        if let Some(rest) = rest.filter(|body| body.size_hint().lower() <= REST_BYTES_MAX) {
            tokio::spawn(tokio::time::timeout(REST_TIME_MAX, read_away(rest)));
        }
    }
}

async fn read_away<B: Body<Data = Bytes> + Unpin>(mut rest: B) {
    let mut bytes = 0_u64;
    while let Some(Ok(frame)) = rest.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        bytes = bytes.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if REST_BYTES_MAX < bytes {
            return;
        }
    }
}

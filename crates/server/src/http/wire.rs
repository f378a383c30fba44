//! The bytes of a connection on their way to hyper and back. Requests are handed on one at a time,
//! the next one only after the answer has been written: so a connection costs at most one answer,
//! however many requests are sent without reading. A head is checked first; a refused one is
//! replaced by a harmless request, in whose place the refusal is answered, after the answers before
//! it. Clients that neither send nor read are not waited for.

use std::future::Future as _;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::framing::Framing;
use super::head::{self, Head};
use super::line::{Doing, Line};
use super::patient::least;
use super::places::Places;
use super::refused::{Refused, Why, is_of_api};

/// How much is read at once.
const BLOCK: usize = 8_192;
/// The request in whose place a refusal is answered.
const IN_ITS_PLACE: &[u8] = b"GET /refused HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
/// The largest answer that is sent in one part.
const SMALL: usize = 4_096;
/// An unread answer of at least this size counts.
const LARGE: usize = 64 * 1_024;
/// How long the rest of a refused request is read. If a connection is closed with unread bytes, the
/// system throws away what its client has not read yet.
const LINGER: Duration = Duration::from_secs(1);

/// How long a client is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) header_time_max: Duration,
    pub(super) header_bytes_max: usize,
    /// How long a client may read nothing of its answer.
    pub(super) unread_time_max: Duration,
    /// The least speed at which it has to read.
    pub(super) bytes_per_second_min: u32,
}

/// A connection.
pub(super) struct Wire<S> {
    stream: S,
    line: Arc<Line>,
    patience: Patience,
    places: Arc<Places>,
    /// Bytes that were read and not handed on.
    held: Vec<u8>,
    /// How many bytes at the beginning were handed on.
    from: usize,
    /// Up to where they may be handed on.
    to: usize,
    /// How many bytes of a head were checked.
    seen: usize,
    stage: Stage,
    /// Whether a request was handed on whose answer is not written.
    answering: bool,
    /// Whether the client sends nothing more.
    ended: bool,
    /// When it began to wait for a head.
    since: Instant,
    slow: Option<Slow>,
    closed: bool,
    alarm: Option<Pin<Box<Sleep>>>,
}

/// What is expected next.
enum Stage {
    Head,
    Body(Framing),
    /// Nothing more that counts.
    Refused,
}

/// A client that does not read as fast as it is written to.
struct Slow {
    since: Instant,
    /// When it last took something.
    took: Instant,
    bytes: u64,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(
        stream: S,
        line: &Arc<Line>,
        patience: Patience,
        places: Arc<Places>,
    ) -> Self {
        Self {
            stream,
            line: Arc::clone(line),
            patience,
            places,
            held: Vec::new(),
            from: 0,
            to: 0,
            seen: 0,
            stage: Stage::Head,
            answering: false,
            ended: false,
            since: Instant::now(),
            slow: None,
            closed: false,
            alarm: None,
        }
    }

    /// Everything that was read and not handed on.
    fn rest(&self) -> &[u8] {
        self.held.get(self.from..).unwrap_or_default()
    }

    /// Hands on what may be handed on.
    fn hand_on(&mut self, buffer: &mut ReadBuf<'_>) {
        let allowed = self.held.get(self.from..self.to).unwrap_or_default();
        let here = allowed.len().min(buffer.remaining());
        buffer.put_slice(allowed.get(..here).unwrap_or_default());
        self.from = self.from.saturating_add(here);
        if self.from == self.held.len() {
            self.forget();
        }
    }

    fn forget(&mut self) {
        // An idle connection has to cost little.
        if BLOCK < self.held.capacity() {
            self.held = Vec::new();
        }
        self.held.clear();
        (self.from, self.to) = (0, 0);
    }

    /// Checks how far the bytes at hand may be handed on.
    fn look(&mut self) {
        match &self.stage {
            Stage::Head => self.look_at_head(),
            Stage::Body(framing) => {
                let (length, rest) = framing.pass(self.rest());
                self.to = self.from.saturating_add(length);
                self.stage = rest.map_or(Stage::Head, Stage::Body);
            }
            Stage::Refused => self.forget(),
        }
    }

    fn look_at_head(&mut self) {
        let blank = |byte: &&u8| **byte == b'\r' || **byte == b'\n';
        let blanks = self.rest().iter().take_while(blank).count();
        self.from = self.from.saturating_add(blanks);
        self.to = self.from;
        let bytes_max = self.patience.header_bytes_max;
        let rest = self.rest();
        let unfinished = self.seen != 0 && !head::may_end(rest, self.seen);
        if rest.is_empty() || unfinished && rest.len() < bytes_max {
            self.seen = rest.len();
            return;
        }
        match head::read(rest, bytes_max) {
            Ok(None) => self.seen = rest.len(),
            Ok(Some(Head { length, body })) => {
                self.to = self.from.saturating_add(length);
                self.stage = body.map_or(Stage::Head, Stage::Body);
                self.begin();
            }
            Err(why) => self.refuse(why),
        }
    }

    /// A request is handed on.
    fn begin(&mut self) {
        self.seen = 0;
        self.answering = true;
        self.line.set_answering(true);
        self.line.does(Doing::Working);
    }

    fn refuse(&mut self, why: Why) {
        let path = self.rest().split(|byte| *byte == b' ').nth(1);
        let path = path.and_then(|path| std::str::from_utf8(path).ok());
        let of_api = path.is_some_and(is_of_api);
        if self.line.refused.set(Refused { why, of_api }).is_err() {
            return;
        }
        self.forget();
        self.held.extend_from_slice(IN_ITS_PLACE);
        self.to = self.held.len();
        self.stage = Stage::Refused;
        self.begin();
    }

    /// Reads what has come.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut block = [const { MaybeUninit::uninit() }; BLOCK];
        let mut block = ReadBuf::uninit(&mut block);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut block))?;
        self.ended = block.filled().is_empty();
        // A client that keeps sending would make the part that was handed on grow without end.
        if BLOCK <= self.from {
            self.held.drain(..self.from);
            self.to = self.to.saturating_sub(self.from);
            self.from = 0;
        }
        self.held.extend_from_slice(block.filled());
        Poll::Ready(Ok(()))
    }

    /// Reads a body in which nothing has to be found.
    fn poll_plain(
        &mut self,
        cx: &mut Context<'_>,
        left: u64,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let mut stream = (&mut self.stream).take(left);
        ready!(Pin::new(&mut stream).poll_read(cx, buffer))?;
        let left = stream.limit();
        self.ended = buffer.filled().len() == before;
        if left == 0 {
            self.stage = Stage::Head;
        } else {
            self.stage = Stage::Body(Framing::Length(left));
        }
        Poll::Ready(Ok(()))
    }

    /// Waits while nothing comes. Returns whether something can be handed on after that.
    fn wait(&mut self, cx: &mut Context<'_>) -> bool {
        let waits = matches!(self.stage, Stage::Head) && !self.answering;
        self.line.does(match &self.stage {
            Stage::Body(_) => Doing::Reading,
            Stage::Head if waits && self.rest().is_empty() => Doing::Idle,
            Stage::Head if waits => Doing::Reading,
            Stage::Head | Stage::Refused => Doing::Working,
        });
        let over = self.since + self.patience.header_time_max;
        if !waits || !self.rings(cx, over) {
            return false;
        }
        if self.rest().is_empty() {
            self.ended = true;
        } else {
            self.refuse(Why::HeadLate);
        }
        true
    }

    /// Returns whether it is `time`. Otherwise the task is woken then.
    fn rings(&mut self, cx: &mut Context<'_>, time: Instant) -> bool {
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(sleep_until(time)));
        // An alarm that is too early is left as it is: setting it for each request would cost more.
        if time < alarm.deadline() {
            alarm.as_mut().reset(time);
        }
        while alarm.as_mut().poll(cx).is_ready() {
            if time <= Instant::now() {
                return true;
            }
            alarm.as_mut().reset(time);
        }
        false
    }

    /// The client took so many bytes.
    fn taken(&mut self, bytes: usize) {
        if let Some(slow) = &mut self.slow {
            slow.took = Instant::now();
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            slow.bytes = slow.bytes.saturating_add(bytes);
        }
    }

    /// The client does not take `bytes`. Returns whether that is waited for.
    fn poll_slow(&mut self, cx: &mut Context<'_>, bytes: usize) -> Poll<io::Error> {
        let now = Instant::now();
        self.line.does(Doing::Blocked);
        self.line.unread.store(bytes, Relaxed);
        if self.slow.is_none() && LARGE <= bytes {
            self.places.shed_unread();
        }
        let slow = self.slow.get_or_insert(Slow {
            since: now,
            took: now,
            bytes: 0,
        });
        let passed = now.duration_since(slow.since);
        let least = least(self.patience.bytes_per_second_min, passed);
        let too_slow = self.patience.unread_time_max < passed && slow.bytes < least;
        let over = slow.took + self.patience.unread_time_max;
        if too_slow || self.rings(cx, over) {
            return Poll::Ready(io::ErrorKind::TimedOut.into());
        }
        Poll::Pending
    }

    fn written(
        &mut self,
        cx: &mut Context<'_>,
        bytes: usize,
        outcome: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match outcome {
            Poll::Pending => self.poll_slow(cx, bytes).map(Err),
            Poll::Ready(outcome) => {
                if let Ok(taken) = outcome {
                    self.taken(taken);
                }
                Poll::Ready(outcome)
            }
        }
    }

    /// Reads bytes that nobody needs, until the client ends or it has lasted long enough.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.ended {
            if self.rings(cx, self.since + LINGER) {
                return Poll::Ready(());
            }
            match ready!(self.poll_fill(cx)) {
                Ok(()) => self.forget(),
                Err(_gone) => return Poll::Ready(()),
            }
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        loop {
            if wire.from < wire.to {
                wire.hand_on(buffer);
                return Poll::Ready(Ok(()));
            }
            let next_waits = matches!(wire.stage, Stage::Head) && wire.answering;
            if !next_waits && !wire.rest().is_empty() {
                wire.look();
                if wire.from < wire.to {
                    continue;
                }
            }
            if wire.ended {
                // Requests that were sent before the end are answered first.
                let more = next_waits && !wire.rest().is_empty();
                let more = more || matches!(wire.stage, Stage::Refused);
                return if more {
                    Poll::Pending
                } else {
                    Poll::Ready(Ok(()))
                };
            }
            if next_waits && wire.patience.header_bytes_max <= wire.rest().len() {
                return Poll::Pending;
            }
            let read = match wire.stage {
                Stage::Body(Framing::Length(left)) => {
                    let read = wire.poll_plain(cx, left, buffer);
                    if read.is_ready() {
                        return read;
                    }
                    read
                }
                Stage::Head | Stage::Body(_) | Stage::Refused => wire.poll_fill(cx),
            };
            match read {
                Poll::Ready(read) => read?,
                Poll::Pending if wire.wait(cx) => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wire = self.get_mut();
        let outcome = Pin::new(&mut wire.stream).poll_write(cx, bytes);
        wire.written(cx, bytes.len(), outcome)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wire = self.get_mut();
        let bytes = parts
            .iter()
            .fold(0_usize, |sum, part| sum.saturating_add(part.len()));
        // A small answer is sent faster in one part, copied, than in several.
        let outcome = if bytes <= SMALL {
            let mut whole = [const { MaybeUninit::uninit() }; SMALL];
            let mut whole = ReadBuf::uninit(&mut whole);
            parts.iter().for_each(|part| whole.put_slice(part));
            Pin::new(&mut wire.stream).poll_write(cx, whole.filled())
        } else {
            Pin::new(&mut wire.stream).poll_write_vectored(cx, parts)
        };
        wire.written(cx, bytes, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called when hyper has nothing more to write.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        ready!(Pin::new(&mut wire.stream).poll_flush(cx))?;
        if wire.slow.take().is_some() {
            wire.line.unread.store(0, Relaxed);
        }
        if wire.answering && !wire.line.is_answering() {
            wire.answering = false;
            wire.since = Instant::now();
            // The next request may be here already; if not, it is waited for.
            let waits = matches!(wire.stage, Stage::Head) && wire.rest().is_empty();
            if !waits || wire.wait(cx) {
                cx.waker().wake_by_ref();
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        if !wire.closed {
            ready!(Pin::new(&mut wire.stream).poll_shutdown(cx))?;
            wire.closed = true;
            wire.since = Instant::now();
        }
        let unread = !matches!(wire.stage, Stage::Head) || !wire.rest().is_empty();
        if unread {
            ready!(wire.poll_linger(cx));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::super::places::Most;
    use super::*;

    #[tokio::test]
    async fn what_was_handed_on_is_not_kept() {
        let (mut client, stream) = tokio::io::duplex(1 << 16);
        let places = Places::new(Most {
            in_all: 1,
            per_address: 1,
            spare: 1,
            unread_bytes: 1,
        });
        let patience = Patience {
            header_time_max: Duration::from_secs(20),
            header_bytes_max: BLOCK,
            unread_time_max: Duration::from_secs(20),
            bytes_per_second_min: 1,
        };
        let line = Arc::new(Line::default());
        let mut wire = Wire::new(stream, &line, patience, places);
        let request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        let sending = tokio::spawn(async move { client.write_all(&request.repeat(50_000)).await });
        let mut part = [0; 1_024];
        for _ in 0..50_000 {
            // One request at a time, however many were sent.
            assert_eq!(wire.read(&mut part).await.unwrap(), request.len());
            line.set_answering(false);
            wire.flush().await.unwrap();
            assert!(
                wire.held.len() <= 4 * BLOCK,
                "{} bytes are kept",
                wire.held.len()
            );
        }
        sending.await.unwrap().unwrap();
        assert_eq!(wire.read(&mut part).await.unwrap(), 0);
    }
}

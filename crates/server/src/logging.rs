//! Logs: structured lines on the standard error output, as text or JSON, without bodies, card
//! numbers, keys or addresses.
//!
//! Lines are handed to a thread that writes many at once: a slow terminal or disk must not delay
//! payments. Lines for which there is no room are counted and dropped.

use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use crate::config::{Config, LogFormat};

/// Most bytes of lines that wait for the writing thread.
const WAITING_BYTES_MAX: usize = 4 * 1_048_576;
/// Lines are written at once when they have so many bytes.
const BATCH_BYTES: usize = 65_536;
/// Otherwise they wait this long for others: a write for each line would cost more than the line.
const BATCH_TIME: Duration = Duration::from_millis(20);

/// Lines that were left out because too many waited.
static DROPPED: AtomicU64 = AtomicU64::new(0);

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    #[error("the key log is not a list of tracing directives")]
    Directives(#[from] tracing_subscriber::filter::ParseError),
    #[error("the writing thread could not be started")]
    Thread(#[from] io::Error),
    #[error("logging was set up already")]
    Twice(#[from] TryInitError),
}

/// Keeps logging alive; what waits is written when it is dropped.
pub(crate) struct Logging {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
}

#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    ended: bool,
}

/// Sets logging up; `level` counts if the configuration sets none.
pub(crate) fn start(config: &Config, level: &str) -> Result<Logging, LogError> {
    let directives = config.log.as_deref().unwrap_or(level);
    let filter = EnvFilter::builder().parse(directives)?;
    let shared = Arc::new(Shared::default());
    let thread = std::thread::Builder::new().name("log".to_owned()).spawn({
        let shared = Arc::clone(&shared);
        move || shared.write_all()
    })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(Lines(Arc::clone(&shared)));
    let registry = tracing_subscriber::registry().with(filter);
    match config.log_format {
        LogFormat::Text => registry.with(lines.with_ansi(false)).try_init()?,
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init()?,
    }
    std::panic::set_hook(Box::new(log_panic));
    Ok(Logging {
        shared,
        thread: Some(thread),
    })
}

/// How many lines were dropped until now.
pub(crate) fn dropped() -> u64 {
    DROPPED.load(Relaxed)
}

/// A panic's message may quote data, so it is logged only if it is a constant of the code.
fn log_panic(info: &PanicHookInfo<'_>) {
    let message: Option<&&'static str> = info.payload().downcast_ref();
    let message = message.copied().unwrap_or("not told");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    tracing::error!(panic.place = %place, panic.message = message, thread, "a part panicked");
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The writing thread.
    fn write_all(&self) {
        let mut lines = Vec::new();
        while self.take(&mut lines) {
            // Nobody can be told that logs cannot be written.
            drop(io::stderr().lock().write_all(&lines));
            lines.clear();
        }
    }

    /// Waits for lines, and a moment for more, and takes them all. Returns false if no more will
    /// come.
    fn take(&self, lines: &mut Vec<u8>) -> bool {
        let empty = |queue: &mut Queue| queue.bytes.is_empty() && !queue.ended;
        let few = |queue: &mut Queue| queue.bytes.len() < BATCH_BYTES && !queue.ended;
        let queue = self.queue();
        let queue = self.wake.wait_while(queue, empty);
        let queue = queue.unwrap_or_else(PoisonError::into_inner);
        let waited = self.wake.wait_timeout_while(queue, BATCH_TIME, few);
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut queue.bytes, lines);
        !lines.is_empty()
    }

    fn add(&self, line: &[u8]) {
        let mut queue = self.queue();
        let before = queue.bytes.len();
        let after = before.saturating_add(line.len());
        if after > WAITING_BYTES_MAX {
            DROPPED.fetch_add(1, Relaxed);
            return;
        }
        queue.bytes.extend_from_slice(line);
        drop(queue);
        if before == 0 || (before < BATCH_BYTES && BATCH_BYTES <= after) {
            self.wake.notify_one();
        }
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        self.shared.queue().ended = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Gives each event a writer; an event arrives in one piece.
struct Lines(Arc<Shared>);

struct Line<'a>(&'a Shared);

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(&self.0)
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;

    use super::{DROPPED, Shared, WAITING_BYTES_MAX};

    #[test]
    fn what_does_not_fit_is_counted_and_left_out() {
        let shared = Shared::default();
        let line = vec![b'x'; WAITING_BYTES_MAX / 2];
        for _ in 0..3 {
            shared.add(&line);
        }
        assert_eq!(shared.queue().bytes.len(), WAITING_BYTES_MAX);
        assert_eq!(DROPPED.load(Relaxed), 1);
    }

    #[test]
    fn what_waits_is_taken_at_the_end() {
        let shared = Shared::default();
        shared.add(b"one\n");
        shared.add(b"two\n");
        shared.queue().ended = true;
        let mut lines = Vec::new();
        assert!(shared.take(&mut lines));
        assert_eq!(lines, b"one\ntwo\n");
        lines.clear();
        assert!(!shared.take(&mut lines));
    }
}

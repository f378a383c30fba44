//! What was heard stands: an answer from outside is kept in the process until a unit has written
//! it. Only this module writes answers down.
//!
//! The unit may fail for reasons of ours: a conflict, a lock, a lost connection, a full disk. It is
//! tried again with growing pauses, without end; whoever waits for the object is woken once the
//! answer is written. A defect or a corrupt row is logged once and tried with longer pauses, and
//! the requester is told at once that the outcome is open. A process that ends leaves unwritten
//! answers to the reconciler, which asks again.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{OperationId, OperationObject};
use store::{Quiet, StoreError};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tracing::{error, info, warn};

use crate::call;
use crate::cx::{Allowed, Work};
use crate::effects::Recorded;
use crate::error::Error;

mod script;

pub use script::{Script, Trouble};

/// The first and the longest pause after a trouble of the storage that passes by itself.
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_millis(250);

/// The first and the longest pause after any other failure, which somebody has to repair.
const SLOW_PAUSE_MIN: Duration = Duration::from_millis(500);
const SLOW_PAUSE_MAX: Duration = Duration::from_mins(1);

/// Objects share this many bells: who waits for one may be woken for another.
const BELLS: usize = 64;

/// The answers that wait to be written, and who waits for them.
pub(crate) struct Kept {
    /// How many answers of each operation were refused by the storage and are tried again.
    waiting: Mutex<BTreeMap<OperationId, u64>>,
    bells: [Notify; BELLS],
    troubles: AtomicU64,
    script: Script,
}

/// Whose answer it is.
#[derive(Clone, Copy)]
pub(crate) struct Of {
    pub(crate) operation: OperationId,
    pub(crate) object: OperationObject,
}

/// Which try it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    First,
    /// An earlier try failed, or was done without our knowing.
    Again,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            waiting: Mutex::default(),
            bells: std::array::from_fn(|_| Notify::new()),
            troubles: AtomicU64::new(0),
            script: Script::default(),
        }
    }
}

impl Kept {
    /// Returns whether an answer of this operation waits to be written.
    pub(crate) fn has(&self, operation: OperationId) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.contains_key(&operation)
    }

    /// How many answers wait to be written.
    pub(crate) fn count(&self) -> u64 {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.values().sum()
    }

    /// How often a unit with an answer has failed.
    pub(crate) fn troubles(&self) -> u64 {
        self.troubles.load(Ordering::Relaxed)
    }

    /// The storage troubles of tests and simulations.
    pub(crate) fn script(&self) -> &Script {
        &self.script
    }

    /// Rings when an answer of this object, or perhaps of another, has been written.
    pub(crate) fn bell(&self, object: OperationObject) -> Notified<'_> {
        self.place(object).notified()
    }

    fn ring(&self, object: OperationObject) {
        self.place(object).notify_waiters();
    }

    #[expect(clippy::indexing_slicing, reason = "the remainder is below the length")]
    fn place(&self, object: OperationObject) -> &Notify {
        let mut hasher = DefaultHasher::new();
        object.hash(&mut hasher);
        let place = hasher.finish() % u64::try_from(BELLS).unwrap_or(1);
        &self.bells[usize::try_from(place).unwrap_or(0)]
    }
}

/// An entry in the list of waiting answers, for as long as it waits.
struct Waiting {
    cx: Allowed,
    operation: OperationId,
}

impl Waiting {
    fn enter(cx: &Allowed, operation: OperationId) -> Self {
        let waiting = &cx.app.kept.waiting;
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.entry(operation).or_default();
        *count = count.saturating_add(1);
        Self {
            cx: cx.clone(),
            operation,
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let waiting = &self.cx.app.kept.waiting;
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = waiting.get_mut(&self.operation) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                waiting.remove(&self.operation);
            }
        }
    }
}

/// Writes an answer that was heard: runs its unit until it has been done, and then what the step
/// left to do. To be called in a task that nobody cuts off; [`take`] makes one.
///
/// `unit` may find that it was done before: then it has to change nothing.
///
/// # Errors
/// A defect, or a row that makes no sense. The answer stays kept, and is tried again.
pub(crate) async fn write<T, F>(cx: &Allowed, of: Of, unit: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: Fn(&mut Work<'_, '_>, Turn) -> Result<(T, Recorded), Error> + Send + Sync + 'static,
{
    let unit = Arc::new(unit);
    let first = attempt(cx, of, &unit, Turn::First).await;
    let Err(mut failed) = first else {
        return first;
    };
    let waiting = Waiting::enter(cx, of.operation);
    let mut pause = PAUSE_MIN;
    let mut tries = 1_u32;
    while failed.passes() {
        note(of, tries, &failed);
        rest(pause).await;
        pause = PAUSE_MAX.min(pause.saturating_mul(2));
        tries = tries.saturating_add(1);
        match attempt(cx, of, &unit, Turn::Again).await {
            Ok(done) => {
                drop(waiting);
                info!(operation.id = %of.operation, tries, "an answer stands after it had to wait");
                return Ok(done);
            }
            Err(error) => failed = error,
        }
    }
    error!(
        operation.id = %of.operation,
        error = ?failed,
        "an answer cannot be written down, somebody has to look; it is kept and tried again"
    );
    cx.app.tasks.spawn(slowly(waiting, of, unit));
    Err(failed)
}

/// Reads what an answer needs before it can be written, as often as the storage wants it.
pub(crate) async fn patiently<T, R>(read: impl Fn() -> R) -> Result<T, Error>
where
    R: Future<Output = Result<T, Error>>,
{
    let mut pause = PAUSE_MIN;
    loop {
        match read().await {
            Err(error) if error.passes() => rest(pause).await,
            done => return done,
        }
        pause = PAUSE_MAX.min(pause.saturating_mul(2));
    }
}

/// Writes an answer in a task of its own, which goes on if its caller is dropped.
pub(crate) async fn take<F>(cx: &Allowed, of: Of, unit: F) -> Result<(), Error>
where
    F: Fn(&mut Work<'_, '_>) -> Result<Recorded, Error> + Send + Sync + 'static,
{
    let cx = cx.clone();
    let app = Arc::clone(&cx.app);
    let written = async move { write(&cx, of, move |work, _turn| Ok(((), unit(work)?))).await };
    app.tasks.spawn(written).await?
}

async fn attempt<T, F>(cx: &Allowed, of: Of, unit: &Arc<F>, turn: Turn) -> Result<T, Error>
where
    T: Send + 'static,
    F: Fn(&mut Work<'_, '_>, Turn) -> Result<(T, Recorded), Error> + Send + Sync + 'static,
{
    let cx = cx.later();
    let unit = Arc::clone(unit);
    let written = match cx.app.kept.script.turn() {
        None => cx.write_once(move |work| unit(work, turn)).await,
        Some(Trouble::Refused) => Err(StoreError::Retry.into()),
        Some(Trouble::Unconfirmed) => {
            let written = cx.write_once(move |work| unit(work, turn)).await;
            written.and_then(|_done| Err(StoreError::OutcomeUnknown.into()))
        }
    };
    let (done, recorded) = written.inspect_err(|_failed| {
        cx.app.kept.troubles.fetch_add(1, Ordering::Relaxed);
    })?;
    if turn == Turn::Again {
        // An earlier try may have been done without our knowing; then its notifications wait.
        cx.app.wake_deliveries();
        cx.app.wake_messages();
    }
    call::follow_up(&cx, recorded);
    cx.app.kept.ring(of.object);
    Ok(done)
}

/// Tries an answer that fails for other reasons than the storage, until somebody has repaired the
/// cause.
async fn slowly<T, F>(waiting: Waiting, of: Of, unit: Arc<F>)
where
    T: Send + 'static,
    F: Fn(&mut Work<'_, '_>, Turn) -> Result<(T, Recorded), Error> + Send + Sync + 'static,
{
    let mut pause = SLOW_PAUSE_MIN;
    loop {
        rest(pause).await;
        pause = SLOW_PAUSE_MAX.min(pause.saturating_mul(2));
        if attempt(&waiting.cx, of, &unit, Turn::Again).await.is_ok() {
            info!(operation.id = %of.operation, "an answer that could not be written stands now");
            return;
        }
    }
}

/// Logs that an answer waits: once for each, and not for every one while the storage is away.
fn note(of: Of, tries: u32, failed: &Error) {
    if 1 < tries {
        return;
    }
    static QUIET: Quiet = Quiet::new();
    if let Some(unsaid) = QUIET.turn() {
        warn!(
            operation.id = %of.operation,
            error = ?failed,
            unsaid,
            "an answer waits for the storage to write it down"
        );
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "waits for the storage, whatever the platform's clock says"
)]
async fn rest(pause: Duration) {
    tokio::time::sleep(pause).await;
}

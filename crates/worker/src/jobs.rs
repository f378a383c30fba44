//! The jobs that run by the clock: expiry, lost answers, old idempotency keys; and the listener for
//! the acquirer's callbacks.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use tokio::sync::watch;
use tracing::warn;

/// How often due work is looked for.
const INTERVAL: Duration = Duration::from_millis(500);
/// How many objects of each kind are processed in one turn.
const BATCH: u32 = 256;
/// How long a callback is waited for before the next one is taken in.
const HEAR_TIME: Duration = Duration::from_millis(500);
/// Old idempotency keys are forgotten every so many turns.
const FORGET_TURNS: u64 = 120;

pub(crate) async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut interval = tokio::time::interval(INTERVAL);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut turns = 0_u64;
    while !*stop.borrow() {
        tokio::select! {
            _ = interval.tick() => {}
            _ = stop.changed() => break,
        }
        if let Err(error) = run_due(&app).await {
            crate::failed(&error, "due work could not be done");
        }
        turns = turns.wrapping_add(1);
        if turns.is_multiple_of(FORGET_TURNS) {
            forget(&app).await;
        }
    }
}

/// Forgets what nobody can ask for any more.
async fn forget(app: &Arc<App>) {
    if let Err(error) = app::expire::forget_keys(app, BATCH).await {
        crate::failed(&error, "old idempotency keys could not be forgotten");
    }
    if let Err(error) = app::token::forget(app, BATCH).await {
        crate::failed(&error, "old payment tokens could not be forgotten");
    }
    if let Err(error) = app::sandbox::forget(app, BATCH).await {
        crate::failed(&error, "old records of the sandbox could not be forgotten");
    }
    if let Err(error) = app::message::send::forget(app, BATCH).await {
        crate::failed(&error, "old messages could not be forgotten");
    }
}

/// Does everything that is due, until nothing is.
///
/// # Errors
/// The storage fails.
pub async fn run_due(app: &Arc<App>) -> Result<(), app::Error> {
    loop {
        let expired = app::expire::run(app, BATCH).await?;
        let looked = app::reconcile::run(app, BATCH).await?;
        let full = usize::try_from(BATCH).unwrap_or(usize::MAX);
        if expired < full && looked < full {
            return Ok(());
        }
    }
}

/// Takes in what banks say by themselves.
pub(crate) async fn listen(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let Some(mut callbacks) = app.callbacks() else {
        return;
    };
    loop {
        let called = tokio::select! {
            called = callbacks.recv() => called,
            _ = stop.changed() => return,
        };
        let Some(called) = called else { return };
        let (inner, id) = (Arc::clone(&app), called.callback.operation);
        let hearing = tokio::spawn(async move {
            if let Err(error) = app::hear(&inner, called).await {
                warn!(operation.id = %id, ?error, "a callback could not be taken in");
            }
        });
        // If others hold its rows, a task of its own waits for them, and the next one has its turn.
        drop(tokio::time::timeout(HEAR_TIME, hearing).await);
    }
}

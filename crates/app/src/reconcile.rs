//! The reconciler: finds calls that nobody answered and asks what became of them. Nothing else ends
//! an unknown state; it takes no input and works through a bounded batch.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use connectors::acquirer::Found;
use domain::access::Job;
use domain::operation::CALL_TIME_MAX;
use domain::{
    Answer, Duration, Operation, OperationId, OperationKind, OperationObject, OperationState,
    Right, ShopId, Timestamp,
};
use tracing::{info, warn};

use crate::answer;
use crate::app::App;
use crate::call::{self, Absence, Heard};
use crate::cx::Allowed;
use crate::error::Error;
use crate::heard::Of;
use crate::{payout, register};

/// After how long the reconciler asks whether a look's answer waits for the storage.
const WRITE_TIME: std::time::Duration = std::time::Duration::from_secs(2);
/// How many operations that the outside does not know are remembered before old ones are forgotten.
const ABSENT_MAX: usize = 10_000;
/// How long one is remembered that is not looked at any more.
const ABSENT_LIFE: Duration = Duration::days(1);

/// Looks at the calls that are due. Returns how many there were.
///
/// # Errors
/// The storage fails.
pub async fn run(app: &Arc<App>, limit: u32) -> Result<usize, Error> {
    let now = app.now();
    // Those whose answers wait to be written are due all the while, and not looked at.
    let limit = limit.saturating_add(u32::try_from(app.kept.count()).unwrap_or(u32::MAX));
    let read = move |conn: &mut store::Conn<'_>| {
        Ok::<_, Error>(store::operation::due_any_shop(conn, now, limit)?)
    };
    let rows = app.job(Job::Reconciler);
    let due = rows.require_any_shop(Right::OutcomeAsk)?.read(read).await?;
    let mut held = BTreeSet::new();
    let mut looked = 0_usize;
    for (shop, operation) in due {
        if app.kept.has(operation) || held.contains(&shop) {
            continue;
        }
        looked = looked.saturating_add(1);
        match look_in_turn(app, shop, operation).await {
            Ok(Turn::Over) => {}
            Ok(Turn::Held) => {
                held.insert(shop);
            }
            Err(error) => {
                warn!(operation.id = %operation, ?error, "an operation could not be reconciled");
            }
        }
    }
    Ok(looked)
}

/// How a look ended.
enum Turn {
    /// Its result is written.
    Over,
    /// Its result waits, because somebody holds rows of its shop.
    Held,
}

/// Looks at one operation, in a task that writes the result however long that takes, because others
/// are due meanwhile.
async fn look_in_turn(app: &Arc<App>, shop: ShopId, operation: OperationId) -> Result<Turn, Error> {
    let reconciler = app.job(Job::Reconciler);
    let cx = reconciler.require_in(shop, Right::OutcomeAsk).await?;
    let mut looking = app.tasks.spawn(async move { look(&cx, operation).await });
    // It may look and repeat.
    let mut patience = app.settings.call_time_max.saturating_mul(2);
    loop {
        if let Ok(looked) = tokio::time::timeout(WRITE_TIME, &mut looking).await {
            looked??;
            return Ok(Turn::Over);
        }
        if app.kept.has(operation) || patience.is_zero() {
            return Ok(Turn::Held);
        }
        patience = patience.saturating_sub(WRITE_TIME);
    }
}

/// Asks what became of one operation, unless an answer waits to be written.
pub(crate) async fn look(cx: &Allowed, id: OperationId) -> Result<(), Error> {
    if cx.app.kept.has(id) {
        return Ok(());
    }
    let shop = cx.shop.id;
    let found = cx
        .read(move |conn| Ok(store::operation::find(conn, shop, id)?))
        .await?;
    let operation = found.ok_or_else(|| Error::not_found("operation", id))?;
    if operation.is_final() && operation.state != OperationState::GivenUp {
        return Ok(());
    }
    let connector = cx.app.connector(operation.connector);
    let asking = match operation.object {
        OperationObject::Receipt(_) => return register::look(cx, &operation).await,
        OperationObject::Payout(_) => {
            let payer = connector.and_then(|one| one.payer.as_ref());
            payer.map(|payer| (payer.look_up(id), payer.arrives_within()))
        }
        OperationObject::Payment(_)
        | OperationObject::Refund(_)
        | OperationObject::PaymentMethod(_) => {
            let acquirer = connector.map(|one| &one.acquirer);
            acquirer.map(|acquirer| (acquirer.look_up(id), acquirer.arrives_within()))
        }
    };
    let object = operation.object;
    let of = Of {
        operation: id,
        object,
    };
    let Some((look_up, arrives_within)) = asking else {
        return answer::take(cx, of, Heard::Nobody).await;
    };
    let heard = match tokio::time::timeout(cx.app.settings.call_time_max, look_up).await {
        // The payer has still not decided: it is looked at again later.
        Ok(Ok(Found::Answered(Answer::Challenged(_))))
            if operation.state == OperationState::Challenged =>
        {
            Heard::Silence
        }
        Ok(Ok(Found::Answered(answer))) => Heard::Answer(answer.in_time_of(&cx.shop)),
        Ok(Ok(Found::Nothing)) if operation.state == OperationState::GivenUp => {
            Heard::Absent(Absence::Settled)
        }
        Ok(Ok(Found::Nothing)) => match operation.kind {
            // The payer's means are gone with the call: it cannot be repeated.
            OperationKind::Authorize | OperationKind::Bind | OperationKind::Register => {
                Heard::Absent(absence(cx, &operation, arrives_within))
            }
            OperationKind::PayOut if !sendable(cx, &operation).await? => {
                Heard::Absent(absence(cx, &operation, arrives_within))
            }
            OperationKind::Capture
            | OperationKind::Void
            | OperationKind::Refund
            | OperationKind::PayOut => {
                info!(operation.id = %id, "a call did not arrive and is repeated");
                return repeat(cx, id).await;
            }
        },
        Ok(Ok(Found::Open)) | Ok(Err(_)) | Err(_) => Heard::Silence,
    };
    if !matches!(heard, Heard::Absent(Absence::Early)) {
        cx.app.forget_absent(id);
    }
    if operation.state != OperationState::Challenged {
        info!(operation.id = %id, "looked an unanswered call up");
    }
    answer::take(cx, of, heard).await
}

/// Returns whether everything that a payout's call needs is still known. A name that is to be
/// compared may be forgotten.
async fn sendable(cx: &Allowed, operation: &Operation) -> Result<bool, Error> {
    match operation.object {
        OperationObject::Payout(id) => Ok(payout::task_of(cx, id, operation.id).await?.is_some()),
        OperationObject::Payment(_)
        | OperationObject::Receipt(_)
        | OperationObject::Refund(_)
        | OperationObject::PaymentMethod(_) => Ok(true),
    }
}

/// Repeats a call with the same key. If it stays silent it is due again later.
async fn repeat(cx: &Allowed, id: OperationId) -> Result<(), Error> {
    call::run(cx, id).await
}

/// What it means that the outside does not know this call. It never arrived if its time is over and
/// this process has twice found it unknown, with the longest time of a call between: then no call
/// is under way any more, whatever the clocks of other nodes say.
fn absence(cx: &Allowed, operation: &Operation, arrives_within: Duration) -> Absence {
    let now = cx.shop.now(cx.app.now());
    let since = cx.app.absent_since(operation.id, now);
    let looked_twice = since.plus(CALL_TIME_MAX) <= now;
    if operation.state == OperationState::Challenged {
        Absence::Forgotten
    } else if looked_twice && operation.is_overdue(arrives_within, now) {
        Absence::Settled
    } else {
        Absence::Early
    }
}

impl App {
    /// Since when this process knows that the outside does not know an operation; in its shop's
    /// time.
    fn absent_since(&self, id: OperationId, now: Timestamp) -> Timestamp {
        let mut absent = self.absent.lock().unwrap_or_else(PoisonError::into_inner);
        if absent.len() >= ABSENT_MAX {
            let old = now.minus(ABSENT_LIFE);
            absent.retain(|_, since| *since > old);
        }
        *absent.entry(id).or_insert(now)
    }

    fn forget_absent(&self, id: OperationId) {
        let mut absent = self.absent.lock().unwrap_or_else(PoisonError::into_inner);
        absent.remove(&id);
    }
}

//! Idempotency: a request with the same key is carried out once, and each repetition gets the first
//! answer, byte for byte (YooKassa API v3: idempotency).
//!
//! The key is written in the transaction of the effect. While the first request waits for the
//! outside, the key has no answer yet, and repetitions wait for it. The answer that is stored first
//! is the answer, whoever stores it: no node gives another one.

mod seen;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use domain::operation::{CALL_TIME_MAX, CLOCKS_APART_MAX};
use domain::{Duration, OperationId, OperationObject, OperationState};
use store::idempotency::{Object, Stored};
use store::{StoreError, UnitError as _};
use tokio::time::Instant;

use crate::answer;
use crate::call::{self, Heard, Task};
use crate::cx::{Allowed, Work};
use crate::effects::Recorded;
use crate::error::{Error, Refusal};
use crate::heard::{self, Of, Turn};
use crate::render;

pub(crate) use seen::Seen;

/// How long a key is remembered.
pub(crate) const KEY_LIFE: Duration = Duration::hours(24);
/// A repetition waits longer for the answer of the first request than a call may take, by a fifth:
/// after that it is certain, whatever the clocks of other nodes say, that no call is under way any
/// more.
const WAIT_MORE: u32 = 5;
/// The first and the longest pause between two looks for that answer.
const LOOK_PAUSE_MIN: std::time::Duration = std::time::Duration::from_millis(20);
const LOOK_PAUSE_MAX: std::time::Duration = std::time::Duration::from_millis(200);

/// What makes a request the same as another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// The key, 1 to 64 characters; unique in a shop for 24 hours.
    pub key: String,
    /// SHA-256 of everything that the request says.
    pub fingerprint: [u8; 32],
}

/// A request's key on its way into the database.
struct Key {
    once: Once,
    /// Whether the next run of its unit looks first whether the key is known. The first run of one
    /// that this node has not seen lately takes it for new, and the database says if it is not.
    looks: AtomicBool,
}

/// An answer's body, exactly as it is stored for repetitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply(pub Vec<u8>);

/// How far a request comes in its own unit of work.
pub(crate) struct Started {
    /// The object that it is about.
    pub(crate) object: OperationObject,
    /// What its step left to do.
    pub(crate) recorded: Recorded,
    /// The call that decides it, if the outside has to be asked.
    pub(crate) task: Option<(OperationId, Task)>,
}

/// What a request made that needs no call to the outside.
pub(crate) struct Made {
    /// The object's id.
    pub(crate) object_id: String,
    /// The answer.
    pub(crate) body: Vec<u8>,
}

enum Begun {
    Replay(Vec<u8>),
    Open(OperationObject),
    Done(Vec<u8>, Recorded),
    Calling(OperationObject, OperationId, Task),
}

/// Carries a request out once that needs no call to the outside. `make` is its unit of work.
pub(crate) async fn make<F>(cx: &Allowed, once: Once, make: F) -> Result<Reply, Error>
where
    F: Fn(&mut Work<'_, '_>) -> Result<Made, Error> + Send + Sync + 'static,
{
    let key = Key::of(cx, once);
    cx.write(move |work| {
        key.take(work, known_as_made, |work, expired| {
            let made = make(work)?;
            remember(
                work,
                &key.once,
                expired,
                Object::Other(made.object_id),
                Some(made.body.clone()),
            )?;
            Ok(Reply(made.body))
        })
    })
    .await
}

/// The answer to a repetition of what needs no call.
fn known_as_made(known: Known) -> Result<Reply, Error> {
    match known {
        Known::Answer(body) => Ok(Reply(body)),
        Known::Open(_) => Err(Error::defect("a call for what needs none")),
    }
}

/// Returns whether a request with this key was carried out or is under way, so that nothing outside
/// needs to be asked to prepare it.
pub(crate) async fn is_known(cx: &Allowed, once: &Once) -> Result<bool, Error> {
    let (shop, key) = (cx.shop.id, cx.key(&once.key));
    let find = move |conn: &mut store::Conn<'_>| Ok(store::idempotency::find(conn, shop, &key)?);
    let stored = cx.read(find).await?;
    Ok(stored.is_some_and(|stored| !is_expired(cx, &stored)))
}

/// Returns whether the life of this key is over.
fn is_expired(cx: &Allowed, stored: &Stored) -> bool {
    stored.created_at.plus(KEY_LIFE) <= cx.now
}

/// Carries a request out once. `start` is its unit of work.
pub(crate) async fn carry_out<F>(cx: &Allowed, once: Once, start: F) -> Result<Reply, Error>
where
    F: Fn(&mut Work<'_, '_>) -> Result<Started, Error> + Send + Sync + 'static,
{
    under(cx, Key::of(cx, once), start).await
}

/// The same for a request that may try a card: its key is always looked for first, so that a
/// repetition takes no attempt from the next buyer, not even for a moment.
pub(crate) async fn try_card<F>(cx: &Allowed, once: Once, start: F) -> Result<Reply, Error>
where
    F: Fn(&mut Work<'_, '_>) -> Result<Started, Error> + Send + Sync + 'static,
{
    let key = Key::of(cx, once);
    key.looks.store(true, Relaxed);
    under(cx, key, start).await
}

async fn under<F>(cx: &Allowed, key: Key, start: F) -> Result<Reply, Error>
where
    F: Fn(&mut Work<'_, '_>) -> Result<Started, Error> + Send + Sync + 'static,
{
    let key = Arc::new(key);
    let of_unit = Arc::clone(&key);
    match cx.write(move |work| begin(work, &of_unit, &start)).await? {
        Begun::Replay(body) => Ok(Reply(body)),
        Begun::Open(object) => wait_for_answer(cx, &key, object).await,
        Begun::Done(body, recorded) => {
            call::follow_up(cx, recorded);
            Ok(Reply(body))
        }
        // The call goes on when the caller hangs up.
        Begun::Calling(object, operation, task) => {
            cx.app
                .tasks
                .spawn(finish(cx.clone(), key, object, operation, task))
                .await?
        }
    }
}

impl Key {
    /// The key is the shop's or the application's that sent it: they never meet.
    fn of(cx: &Allowed, sent: Once) -> Self {
        let once = Once {
            key: cx.key(&sent.key),
            ..sent
        };
        let seen = cx.app.keys_seen.note(cx.shop.id, &once.key);
        Self {
            once,
            looks: AtomicBool::new(seen),
        }
    }

    /// Runs the inside of the unit that the key stands for, unless the key is known. `new` gets the
    /// row that is there if its time is over, and writes the key down.
    fn take<T>(
        &self,
        work: &mut Work<'_, '_>,
        known: impl FnOnce(Known) -> Result<T, Error>,
        new: impl FnOnce(&mut Work<'_, '_>, Option<Stored>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.looks.swap(true, Relaxed) {
            return match remembered(work, &self.once)? {
                Remembered::Known(what) => {
                    // An earlier run may have taken the request for a new one.
                    work.count_no_card();
                    known(what)
                }
                Remembered::Nothing(expired) => new(work, expired),
            };
        }
        let done = new(work, None);
        if let Err(error) = &done
            && error.store_error().is_none()
        {
            // A repetition may be refused for what its first request has done.
            let (shop, key) = (work.cx.shop.id, &self.once.key);
            if store::idempotency::find(work.tx, shop, key)?.is_some() {
                return Err(Error::from(StoreError::Conflict));
            }
        }
        done
    }
}

/// What is known of a key.
enum Known {
    /// The answer.
    Answer(Vec<u8>),
    /// The request is under way.
    Open(OperationObject),
}

/// What a look for a key finds.
enum Remembered {
    /// A request.
    Known(Known),
    /// Nothing, or a row whose time is over.
    Nothing(Option<Stored>),
}

fn remembered(work: &mut Work<'_, '_>, once: &Once) -> Result<Remembered, Error> {
    let cx = work.cx;
    let stored = store::idempotency::find(work.tx, cx.shop.id, &once.key)?;
    let Some(fresh) = stored.as_ref().filter(|stored| !is_expired(cx, stored)) else {
        return Ok(Remembered::Nothing(stored));
    };
    if fresh.fingerprint != once.fingerprint {
        return Err(Refusal::KeyReused.into());
    }
    if let Some(body) = &fresh.response {
        return Ok(Remembered::Known(Known::Answer(body.clone())));
    }
    let object = match &fresh.object {
        Some(Object::Asked(object)) => Some(*object),
        // A program of before knew no kinds.
        Some(Object::Other(id)) => store::operation::object_with_id(work.tx, cx.shop.id, id)?,
        None => None,
    };
    match object {
        Some(object) => Ok(Remembered::Known(Known::Open(object))),
        None => Err(Error::defect(
            "an idempotency key without answer and object",
        )),
    }
}

/// Writes a key down, in the place of `expired` if that was there.
fn remember(
    work: &mut Work<'_, '_>,
    once: &Once,
    expired: Option<Stored>,
    object: Object,
    response: Option<Vec<u8>>,
) -> Result<(), Error> {
    let new = Stored {
        fingerprint: once.fingerprint,
        object: Some(object),
        response,
        created_at: work.cx.now,
    };
    let (shop, key) = (work.cx.shop.id, once.key.as_str());
    match expired {
        Some(expired) => store::idempotency::replace(work.tx, shop, key, &expired, &new)?,
        None => store::idempotency::insert(work.tx, shop, key, &new)?,
    }
    Ok(())
}

fn begin<F>(work: &mut Work<'_, '_>, key: &Key, start: &F) -> Result<Begun, Error>
where
    F: Fn(&mut Work<'_, '_>) -> Result<Started, Error>,
{
    let known = |known| match known {
        Known::Answer(body) => Ok(Begun::Replay(body)),
        Known::Open(object) => Ok(Begun::Open(object)),
    };
    key.take(work, known, |work, expired| {
        let mut started = start(work)?;
        if let Some(application) = work.cx.application() {
            store::authorship::note(work.tx, work.cx.shop.id, started.object, application)?;
        }
        let response = match (&started.task, started.recorded.shown.take()) {
            (Some(_), _) => None,
            (None, Some(shown)) => Some(render::seen(work.cx, shown)),
            (None, None) => Some(render::object(work.tx, work.cx, started.object)?),
        };
        let object = Object::Asked(started.object);
        remember(work, &key.once, expired, object, response.clone())?;
        match (response, started.task) {
            (Some(body), _) => Ok(Begun::Done(body, started.recorded)),
            (None, Some((operation, task))) => Ok(Begun::Calling(started.object, operation, task)),
            (None, None) => Err(Error::defect("a request with neither answer nor call")),
        }
    })
}

/// Makes the call, takes its answer in and stores what the caller is told, in one unit.
async fn finish(
    cx: Allowed,
    key: Arc<Key>,
    object: OperationObject,
    operation: OperationId,
    task: Task,
) -> Result<Reply, Error> {
    let heard = call::perform(&cx, task).await;
    if let Heard::Answer(answer) = &heard {
        cx.app.card_attempts.heard(operation, answer);
    }
    let body = heard::write(&cx, Of { operation, object }, move |work, turn| {
        let mut recorded = answer::take_in(work, object, operation, &heard)?;
        let mut keyed = true;
        if turn == Turn::Again {
            // The answer does not depend on the key, which may be forgotten, used again, or closed
            // by a repetition by now; then everybody gets the answer that the repetition has
            // stored.
            let stored = store::idempotency::find(work.tx, work.cx.shop.id, &key.once.key)?;
            let own = stored.filter(|stored| stored.object == Some(Object::Asked(object)));
            keyed = own.is_some();
            if let Some(body) = own.and_then(|stored| stored.response) {
                return Ok((body, recorded));
            }
        }
        let body = match recorded.shown.take() {
            Some(shown) => render::seen(work.cx, shown),
            None => render::object(work.tx, work.cx, object)?,
        };
        if keyed {
            store::idempotency::complete(work.tx, work.cx.shop.id, &key.once.key, &body)?;
        }
        Ok((body, recorded))
    });
    Ok(Reply(body.await?))
}

/// The state of the first request, for which a repetition waits.
enum First {
    /// It has its answer.
    Answered(Vec<u8>),
    /// The outside was asked, and what it says has not been written.
    Open,
    /// The call was given up, perhaps too early, by a node whose clock is ahead.
    Silent,
    /// Nobody works on it any more: its process died.
    Lost,
}

/// Waits until the first request has its answer, also while the storage is away. If it is lost
/// (its process died), the object as the reconciler leaves it becomes the answer. Nobody ever hears
/// an answer that is not stored with the key: as long as the call is open, there is none.
///
/// A first request that is not lost after all finds the key closed and answers with what is stored.
async fn wait_for_answer(
    cx: &Allowed,
    key: &Arc<Key>,
    object: OperationObject,
) -> Result<Reply, Error> {
    let call_time = cx.app.settings.call_time_max;
    let until = Instant::now() + call_time + call_time / WAIT_MORE;
    let mut pause = LOOK_PAUSE_MIN;
    loop {
        let bell = cx.app.kept.bell(object);
        let looked = look_at_first(cx, key, object).await;
        let over = until <= Instant::now();
        match (looked, over) {
            (Ok(First::Answered(body)), _) => return Ok(Reply(body)),
            (Ok(First::Lost), _) | (Ok(First::Silent), true) => {
                match close(cx, key, object).await {
                    Err(error) if error.passes() && !over => {}
                    closed => return closed,
                }
            }
            (Ok(First::Open), true) => return Err(StoreError::OutcomeUnknown.into()),
            (Err(error), over) if over || !error.passes() => return Err(error),
            (Ok(First::Open | First::Silent), false) | (Err(_), _) => {}
        }
        // Rung in this process; a request of another node is only found by looking.
        drop(tokio::time::timeout(pause, bell).await);
        pause = LOOK_PAUSE_MAX.min(pause.saturating_mul(2));
    }
}

async fn look_at_first(
    cx: &Allowed,
    key: &Arc<Key>,
    object: OperationObject,
) -> Result<First, Error> {
    // A test shop's clock may be moved meanwhile.
    let now = cx.present().await?;
    let (key, inner) = (Arc::clone(key), cx.clone());
    cx.read(move |conn| {
        let stored = store::idempotency::find(conn, inner.shop.id, &key.once.key)?;
        let sent_at = stored.as_ref().map(|stored| stored.created_at);
        if let Some(body) = stored.and_then(|stored| stored.response) {
            return Ok(First::Answered(body));
        }
        let operations = store::operation::list_of(conn, inner.shop.id, object)?;
        let is = |state| operations.iter().any(|operation| operation.state == state);
        let kept = operations.iter().any(|it| inner.app.kept.has(it.id));
        // Its node may still be calling if that node's clock is behind this one's.
        let calls_until = sent_at.map(|at| at.plus(CALL_TIME_MAX).plus(CLOCKS_APART_MAX));
        let fresh = calls_until.is_some_and(|until| now < until);
        Ok(if kept || is(OperationState::Sent) {
            First::Open
        } else if fresh && is(OperationState::Unknown) {
            First::Silent
        } else {
            First::Lost
        })
    })
    .await
}

/// Gives the key of a lost request the object as its answer.
async fn close(cx: &Allowed, key: &Arc<Key>, object: OperationObject) -> Result<Reply, Error> {
    let key = Arc::clone(key);
    cx.write(move |work| {
        let stored = store::idempotency::find(work.tx, work.cx.shop.id, &key.once.key)?;
        if let Some(body) = stored.and_then(|stored| stored.response) {
            return Ok(Reply(body));
        }
        let body = render::object(work.tx, work.cx, object)?;
        store::idempotency::complete(work.tx, work.cx.shop.id, &key.once.key, &body)?;
        Ok(Reply(body))
    })
    .await
}

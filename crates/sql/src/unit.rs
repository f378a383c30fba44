//! Units of work and reads on their way from a caller to an engine's thread and back.
//!
//! A unit keeps its answer until the engine says how the transaction ended. Also a refusal waits:
//! it may rest on rows of a neighbour in the same batch that then failed to commit.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::conn::{Conn, Link, Tx};
use crate::error::{StoreError, UnitError};
use crate::patience::Watch;

/// What the engine must do with a unit's writes after it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Keep them.
    Keep,
    /// Undo them; the unit has an answer.
    Undo,
    /// Undo them and run the unit once more, alone.
    Again,
}

/// How the transaction of a unit ended.
#[derive(Debug, Clone)]
pub(crate) enum End {
    /// As the unit wished: its own answer counts.
    Settled,
    /// Not as the unit wished: this is the answer.
    Failed(StoreError),
}

/// A unit of work, whatever it answers.
pub(crate) trait Work: Send {
    fn run(&mut self, link: Link<'_>) -> Verdict;
    fn finish(self: Box<Self>, end: End);
    /// Whose rows it works on; units of one place meet the same locks.
    fn place(&self) -> u64;
}

/// A read, whatever it answers.
pub(crate) trait Reading: Send {
    /// Its time begins.
    fn watch(&self) -> Watch;
    /// Returns whether nobody waits for it any more.
    fn is_abandoned(&self) -> bool;
    fn run(&mut self, link: Link<'_>);
    fn finish(self: Box<Self>, end: End);
}

/// What a thread of the engine receives.
pub(crate) enum Message<W: ?Sized> {
    Do(Box<W>),
    /// Finish what was accepted, then end.
    Stop,
}

pub(crate) struct Unit<F, T, E, S> {
    body: F,
    place: u64,
    answer: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
    schema: PhantomData<fn() -> S>,
}

impl<F, T, E, S> Unit<F, T, E, S> {
    pub(crate) fn new(body: F, place: u64, caller: oneshot::Sender<Result<T, E>>) -> Self {
        Self {
            body,
            place,
            answer: None,
            caller,
            schema: PhantomData,
        }
    }
}

impl<F, T, E: UnitError, S> Unit<F, T, E, S> {
    fn settle(self, end: End) {
        let answer = match end {
            End::Settled => self
                .answer
                .unwrap_or_else(|| Err(StoreError::Panicked.into())),
            End::Failed(error) => Err(error.into()),
        };
        // A caller that went away does not need its answer.
        drop(self.caller.send(answer));
    }
}

impl<F, T, E, S> Work for Unit<F, T, E, S>
where
    F: Fn(&mut Tx<'_, S>) -> Result<T, E> + Send,
    T: Send,
    E: UnitError,
{
    fn run(&mut self, link: Link<'_>) -> Verdict {
        self.answer = None;
        let mut tx = Tx::new(link);
        let Ok(answer) = catch_unwind(AssertUnwindSafe(|| (self.body)(&mut tx))) else {
            return Verdict::Undo;
        };
        let verdict = match &answer {
            Ok(_) => Verdict::Keep,
            Err(error) if error.store_error().is_some_and(StoreError::worth_replaying) => {
                Verdict::Again
            }
            Err(_) => Verdict::Undo,
        };
        self.answer = Some(answer);
        verdict
    }

    fn finish(self: Box<Self>, end: End) {
        self.settle(end);
    }

    fn place(&self) -> u64 {
        self.place
    }
}

/// The same for a read. A type of its own, because a closure over [`Conn`] is not one over [`Tx`].
pub(crate) struct ReadUnit<F, T, E, S> {
    pub(crate) unit: Unit<F, T, E, S>,
    pub(crate) time_max: Duration,
    /// Canceled when the asker of a patient read goes.
    pub(crate) asker: Option<CancellationToken>,
}

impl<F, T, E, S> Reading for ReadUnit<F, T, E, S>
where
    F: Fn(&mut Conn<'_, S>) -> Result<T, E> + Send,
    T: Send,
    E: UnitError,
{
    fn watch(&self) -> Watch {
        Watch::begin(self.time_max, self.asker.clone())
    }

    fn is_abandoned(&self) -> bool {
        self.unit.caller.is_closed()
    }

    fn run(&mut self, link: Link<'_>) {
        let (mut conn, body) = (Conn::new(link), &self.unit.body);
        self.unit.answer = catch_unwind(AssertUnwindSafe(|| body(&mut conn))).ok();
    }

    fn finish(self: Box<Self>, end: End) {
        self.unit.settle(end);
    }
}

//! What the parts of one connection share: the wire that reads and writes it, the service that
//! answers, and the search for a place for the next connection.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering::Relaxed};

use tokio::sync::Notify;

use super::refused::Refused;

/// The state of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// It waits for its next request.
    Idle,
    /// A request arrives.
    Reading,
    /// A request is being carried out, or its answer written.
    Working,
    /// Its client does not read the answer.
    Blocked,
}

/// One connection.
#[derive(Debug, Default)]
pub(super) struct Line {
    doing: AtomicU8,
    /// Whether a request was handed on whose answer is not finished.
    answering: AtomicBool,
    /// Why its last request is refused.
    pub(super) refused: OnceLock<Refused>,
    /// Whether the body of the request did not arrive in time.
    pub(super) body_late: AtomicBool,
    /// Bytes of its answer that its client has not taken.
    pub(super) unread: AtomicUsize,
    /// Notified when it must end to make room for others.
    pub(super) ended: Notify,
}

impl Line {
    pub(super) fn doing(&self) -> Doing {
        match self.doing.load(Relaxed) {
            0 => Doing::Idle,
            1 => Doing::Reading,
            2 => Doing::Working,
            _ => Doing::Blocked,
        }
    }

    pub(super) fn does(&self, doing: Doing) {
        let number = match doing {
            Doing::Idle => 0,
            Doing::Reading => 1,
            Doing::Working => 2,
            Doing::Blocked => 3,
        };
        self.doing.store(number, Relaxed);
    }

    pub(super) fn is_answering(&self) -> bool {
        self.answering.load(Relaxed)
    }

    pub(super) fn set_answering(&self, yes: bool) {
        self.answering.store(yes, Relaxed);
    }
}

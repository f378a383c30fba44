//! Figures about the platform's work, for metrics. No rule rests on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use domain::access::Job;
use domain::{EventKind, Right};

use crate::app::App;
use crate::card_attempts::Limit;
use crate::error::Error;

const KINDS: usize = EventKind::ALL.len();

/// What happened since the process started, by kind of event.
#[derive(Debug, Default)]
pub(crate) struct Happened([AtomicU64; KINDS]);

/// What waits in the storage, over all shops and nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Calls to acquirers that have no answer yet.
    pub operations: u64,
    /// Notifications that are not delivered yet.
    pub deliveries: u64,
    /// Messages that no server has taken yet.
    pub messages: u64,
    /// Discrepancies that nobody has put right.
    pub discrepancies: u64,
}

impl Happened {
    /// Counts what a committed step brought about.
    pub(crate) fn count(&self, kinds: &[EventKind]) {
        for (kind, count) in EventKind::ALL.iter().zip(&self.0) {
            let times = kinds.iter().filter(|happened| *happened == kind).count();
            count.fetch_add(u64::try_from(times).unwrap_or(0), Relaxed);
        }
    }
}

impl App {
    /// What happened in this process since it started, by kind of event.
    #[must_use]
    pub fn happened(&self) -> [(EventKind, u64); KINDS] {
        let mut counts = self.happened.0.iter();
        EventKind::ALL.map(|kind| {
            let count = counts.next().map_or(0, |count| count.load(Relaxed));
            (kind, count)
        })
    }

    /// How many cards were not tried since the process started, by what was used up.
    #[must_use]
    pub fn cards_refused(&self) -> [(Limit, u64); Limit::ALL.len()] {
        self.card_attempts.refused()
    }

    /// What waits now.
    ///
    /// # Errors
    /// The storage fails.
    pub async fn waiting(self: &Arc<Self>) -> Result<Waiting, Error> {
        let read = |conn: &mut store::Conn<'_>| {
            Ok::<_, Error>(Waiting {
                operations: store::operation::count_open_any_shop(conn)?,
                deliveries: store::delivery::count_pending_any_shop(conn)?,
                messages: store::message::count_queued_any_shop(conn)?,
                discrepancies: store::discrepancy::count_open_any_shop(conn)?,
            })
        };
        let meter = self.job(Job::Meter);
        meter.require_any_shop(Right::FigureRead)?.read(read).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;

    use domain::EventKind;

    use super::Happened;

    #[test]
    fn each_kind_is_counted_on_its_own() {
        let happened = Happened::default();
        happened.count(&[]);
        happened.count(&[EventKind::PaymentSucceeded, EventKind::PaymentMethodActive]);
        happened.count(&[EventKind::PaymentSucceeded]);
        let counts = happened.0.each_ref().map(|count| count.load(Relaxed));
        assert_eq!(counts, [0, 2, 0, 0, 1, 0, 0, 0]);
    }
}

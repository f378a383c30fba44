//! Figures about the platform's work, for metrics. No rule rests on them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use domain::EventKind;

/// How many kinds of events there are.
pub(crate) const KINDS: usize = EventKind::ALL.len();

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

    /// How often each has happened.
    pub(crate) fn counts(&self) -> [(EventKind, u64); KINDS] {
        let mut counts = self.0.iter();
        EventKind::ALL.map(|kind| {
            let count = counts.next().map_or(0, |count| count.load(Relaxed));
            (kind, count)
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::EventKind;

    use super::Happened;

    #[test]
    fn each_kind_is_counted_on_its_own() {
        let happened = Happened::default();
        happened.count(&[]);
        happened.count(&[EventKind::PaymentSucceeded, EventKind::PaymentMethodActive]);
        happened.count(&[EventKind::PaymentSucceeded]);
        let counts = happened.counts().map(|(_, count)| count);
        assert_eq!(counts, [0, 2, 0, 0, 1, 0, 0, 0]);
    }
}

//! Which part of a list: ranges of time, and the place after which the next page begins.

use domain::Timestamp;

/// A range of time, open where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// From this time on.
    pub gte: Option<Timestamp>,
    /// After this time.
    pub gt: Option<Timestamp>,
    /// Up to this time, this time included.
    pub lte: Option<Timestamp>,
    /// Before this time.
    pub lt: Option<Timestamp>,
}

impl Range {
    /// The first microsecond in it.
    pub(crate) fn first(&self) -> i64 {
        let from = self.gte.map_or(i64::MIN, Timestamp::as_micros);
        let after = self
            .gt
            .map_or(i64::MIN, |time| time.as_micros().saturating_add(1));
        from.max(after)
    }

    /// The last microsecond in it.
    pub(crate) fn last(&self) -> i64 {
        let until = self.lte.map_or(i64::MAX, Timestamp::as_micros);
        let before = self
            .lt
            .map_or(i64::MAX, |time| time.as_micros().saturating_sub(1));
        until.min(before)
    }

    /// The first microsecond in it, if it has one.
    pub(crate) fn from(&self) -> Option<i64> {
        Some(self.first()).filter(|first| *first != i64::MIN)
    }

    /// The last microsecond in it, if it has one.
    pub(crate) fn until(&self) -> Option<i64> {
        Some(self.last()).filter(|last| *last != i64::MAX)
    }

    /// The place above which nothing is listed, newest first: behind `after`, the last row of the
    /// page before, or behind the end of the range, whichever is lower.
    pub(crate) fn below(&self, after: Option<(Timestamp, String)>) -> (i64, String) {
        let end = (self.last().saturating_add(1), String::new());
        match after {
            Some((time, id)) => end.min((time.as_micros(), id)),
            None => end,
        }
    }
}

//! Checks whether calls to the outside lead to the state of the object they were made for, if all
//! of them are about one sum: a refund, a payout.

use domain::Money;
use store::audit::Call;

/// The calls.
pub(super) struct Called<'a> {
    calls: &'a [Call],
    amount: Money,
}

impl<'a> Called<'a> {
    pub(super) fn new(calls: &'a [Call], amount: Money) -> Self {
        Self { calls, amount }
    }

    /// Returns whether one of them is under way.
    pub(super) fn waits(&self) -> bool {
        self.are_of_one_sum() && self.calls.iter().any(|call| call.awaited && call.is_open())
    }

    /// Returns whether one of this kind was carried out.
    pub(super) fn is_done(&self, kind: &str) -> bool {
        let done = |call: &Call| call.is_done(kind, self.amount);
        self.are_of_one_sum() && self.calls.iter().any(done)
    }

    /// Returns whether they came to nothing. If nothing was set aside, nothing may have been asked.
    pub(super) fn is_over(&self, reserved: bool) -> bool {
        self.are_of_one_sum() && self.calls.is_empty() != reserved
    }

    fn are_of_one_sum(&self) -> bool {
        self.calls.iter().all(|call| call.amount == self.amount)
    }
}

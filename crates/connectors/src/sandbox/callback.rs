//! Callbacks: the sandbox tells the platform what a payer decided. They may be lost, doubled, held
//! back and reordered, so nobody can rely on them alone.

use domain::{Answer, OperationId, ShopId};

use super::script::{self, CallbackFault};

/// The sandbox's answer to an operation that its call did not decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// Whose it is.
    pub shop_id: ShopId,
    /// The operation.
    pub operation: OperationId,
    /// The answer.
    pub answer: Answer,
}

/// In which order held callbacks come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they were sent.
    AsSent,
    /// The last one first.
    Reversed,
    /// Any, from a seed.
    Shuffled(u64),
}

/// Who hears callbacks; `false` if nobody does any more.
pub(super) type Hears = Box<dyn Fn(Callback) -> bool + Send>;

/// Where callbacks go, and those that are held back.
#[derive(Default)]
pub(super) struct Callbacks {
    listener: Option<Hears>,
    held: Vec<Callback>,
}

impl Callbacks {
    /// The new listener; the one before gets none any more.
    pub(super) fn listen(&mut self, listener: Hears) {
        self.listener = Some(listener);
    }

    pub(super) fn send(&mut self, callback: Callback, fault: Option<CallbackFault>) {
        match fault {
            None => self.deliver(callback),
            Some(CallbackFault::Lost) => {}
            Some(CallbackFault::Twice) => {
                self.deliver(callback.clone());
                self.deliver(callback);
            }
            Some(CallbackFault::Held) => self.held.push(callback),
        }
    }

    /// Lets held callbacks go. How many there were.
    pub(super) fn release(&mut self, order: Order) -> usize {
        let mut held = std::mem::take(&mut self.held);
        match order {
            Order::AsSent => {}
            Order::Reversed => held.reverse(),
            Order::Shuffled(mut seed) => held.sort_by_cached_key(|_| script::random(&mut seed)),
        }
        let count = held.len();
        for callback in held {
            self.deliver(callback);
        }
        count
    }

    /// Without a listener a callback is lost, as it would be when the platform is down.
    fn deliver(&mut self, callback: Callback) {
        let heard = self.listener.as_ref().map(|hears| hears(callback));
        if heard == Some(false) {
            self.listener = None;
        }
    }
}

//! A courier for tests and simulations: it keeps what it was given, and answers as it was told.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::Duration;

use super::{Courier, Outcome, Parcel, Receipt};
use crate::gate::Gate;

/// How a receiver answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// At once.
    Now(Outcome),
    /// When the gate opens.
    After(Gate, Outcome),
}

/// A courier that carries nothing anywhere.
#[derive(Debug, Default)]
pub struct MemoryCourier(Mutex<Desk>);

#[derive(Debug, Default)]
struct Desk {
    parcels: Vec<Parcel>,
    taken: Vec<Parcel>,
    next: BTreeMap<String, VecDeque<Reply>>,
    always: BTreeMap<String, Reply>,
}

impl Reply {
    /// An answer with this status and no body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Now(Outcome::Answered {
            status,
            body: String::new(),
        })
    }

    /// No answer, for this reason.
    #[must_use]
    pub fn failed(reason: &str) -> Self {
        Self::Now(Outcome::Failed {
            reason: reason.to_owned(),
        })
    }
}

impl MemoryCourier {
    /// A courier whose receivers all answer 200.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How the next parcel to this URL is answered; several queue up.
    pub fn next(&self, url: &str, reply: Reply) {
        self.desk()
            .next
            .entry(url.to_owned())
            .or_default()
            .push_back(reply);
    }

    /// How parcels to this URL are answered from now on.
    pub fn always(&self, url: &str, reply: Reply) {
        self.desk().always.insert(url.to_owned(), reply);
    }

    /// All receivers answer 200 from now on.
    pub fn calm(&self) {
        let mut desk = self.desk();
        desk.next.clear();
        desk.always.clear();
    }

    /// What was posted so far, in order.
    #[must_use]
    pub fn parcels(&self) -> Vec<Parcel> {
        self.desk().parcels.clone()
    }

    /// What was posted so far and answered with 200, in order.
    #[must_use]
    pub fn taken(&self) -> Vec<Parcel> {
        self.desk().taken.clone()
    }

    /// What was posted so far, and forgets it.
    #[must_use]
    pub fn take(&self) -> Vec<Parcel> {
        std::mem::take(&mut self.desk().parcels)
    }

    fn accept(&self, parcel: Parcel) -> Reply {
        let mut desk = self.desk();
        let next = desk.next.get_mut(&parcel.url).and_then(VecDeque::pop_front);
        let reply = next.or_else(|| desk.always.get(&parcel.url).cloned());
        desk.parcels.push(parcel);
        reply.unwrap_or_else(|| Reply::status(200))
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Courier for MemoryCourier {
    async fn post(&self, parcel: Parcel) -> Receipt {
        let outcome = match self.accept(parcel.clone()) {
            Reply::Now(outcome) => outcome,
            Reply::After(gate, outcome) => {
                gate.passed().await;
                outcome
            }
        };
        if matches!(outcome, Outcome::Answered { status: 200, .. }) {
            self.desk().taken.push(parcel);
        }
        Receipt {
            outcome,
            took: Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests;

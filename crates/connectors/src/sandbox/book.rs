//! What the sandbox remembers: operations in two generations. When the younger one is full the
//! older one is forgotten, except for payers who have not decided yet.

use std::collections::BTreeMap;

use domain::OperationId;
use serde::{Deserialize, Serialize};

use super::followup::Followup;
use super::payout::Paid;
use super::purchase::Purchase;
use super::wire;

/// One thing to remember. As JSON it is a line of the journal; the last line about an operation
/// counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    Purchase(#[serde(with = "wire")] OperationId, Purchase),
    Followup(#[serde(with = "wire")] OperationId, Followup),
    Payout(#[serde(with = "wire")] OperationId, Paid),
}

#[derive(Debug, Default)]
struct Generation {
    purchases: BTreeMap<OperationId, Purchase>,
    followups: BTreeMap<OperationId, Followup>,
    payouts: BTreeMap<OperationId, Paid>,
}

/// All that is remembered.
#[derive(Debug)]
pub(super) struct Book {
    young: Generation,
    old: Generation,
    generation_size: usize,
}

/// Most payers whose decision is awaited that outlive their generation.
const AWAITED_MAX: usize = 10_000;

impl Book {
    /// An empty book that remembers one to two times `generation_size` operations.
    pub(super) fn new(generation_size: usize) -> Self {
        Self {
            young: Generation::default(),
            old: Generation::default(),
            generation_size,
        }
    }

    pub(super) fn purchase(&self, id: OperationId) -> Option<&Purchase> {
        let young = self.young.purchases.get(&id);
        young.or_else(|| self.old.purchases.get(&id))
    }

    pub(super) fn followup(&self, id: OperationId) -> Option<&Followup> {
        let young = self.young.followups.get(&id);
        young.or_else(|| self.old.followups.get(&id))
    }

    pub(super) fn payout(&self, id: OperationId) -> Option<&Paid> {
        let young = self.young.payouts.get(&id);
        young.or_else(|| self.old.payouts.get(&id))
    }

    /// Remembers.
    pub(super) fn put(&mut self, record: Record) {
        match record {
            Record::Purchase(id, purchase) => {
                self.old.purchases.remove(&id);
                self.young.purchases.insert(id, purchase);
            }
            Record::Followup(id, followup) => {
                self.young.followups.insert(id, followup);
            }
            Record::Payout(id, paid) => {
                self.young.payouts.insert(id, paid);
            }
        }
    }

    /// Is it time to [`Self::turn`]?
    pub(super) fn is_full(&self) -> bool {
        let young = &self.young;
        let others = young.followups.len().saturating_add(young.payouts.len());
        young.purchases.len().saturating_add(others) >= self.generation_size
    }

    /// The records that outlive the next turn of the generations.
    pub(super) fn survivors(&self) -> Vec<Record> {
        let awaited = self.old.purchases.iter().rev();
        let awaited = awaited.filter(|(_, purchase)| purchase.ruling().is_none());
        let awaited = awaited.take(AWAITED_MAX);
        awaited
            .map(|(id, purchase)| Record::Purchase(*id, purchase.clone()))
            .collect()
    }

    /// Begins a new generation and forgets the older one.
    pub(super) fn turn(&mut self) {
        let survivors = self.survivors();
        self.old = std::mem::take(&mut self.young);
        for survivor in survivors {
            self.put(survivor);
        }
    }

    /// Every remembered payout.
    pub(super) fn payouts(&self) -> impl Iterator<Item = (OperationId, &Paid)> {
        let all = self.old.payouts.iter().chain(&self.young.payouts);
        all.map(|(id, paid)| (*id, paid))
    }

    /// Every remembered payment and binding.
    pub(super) fn purchases(&self) -> impl Iterator<Item = (OperationId, &Purchase)> {
        let all = self.old.purchases.iter().chain(&self.young.purchases);
        all.map(|(id, purchase)| (*id, purchase))
    }
}

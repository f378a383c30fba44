//! What the sandbox remembers: one record for each operation, as JSON. Where that is kept is not
//! the sandbox's matter: a server keeps it in the database, for all nodes; tests keep it in the
//! process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{Answer, OperationId, ShopId};
use serde::{Deserialize, Serialize};

use super::followup::Followup;
use super::payout::Paid;
use super::purchase::Purchase;
use super::wire;

/// Why nothing could be read or written.
pub type MemoryError = Box<dyn std::error::Error + Send + Sync>;

/// A record that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose record it is.
    pub operation: OperationId,
    /// The record as it was found; `None` if there was none.
    pub before: Option<String>,
    /// The record from now on.
    pub after: String,
}

/// Where the sandbox's records are.
#[async_trait]
pub trait Memory: Send + Sync {
    /// The record of an operation.
    async fn find(&self, operation: OperationId) -> Result<Option<String>, MemoryError>;

    /// Writes all or none. `false` if a record is not as it was found. Once this was polled, what
    /// `shop` writes afterwards is not written before it, unless it fails.
    async fn change(&self, shop: ShopId, changes: Vec<Change>) -> Result<bool, MemoryError>;

    /// The records that follow `after`, by their operations, at most `limit`.
    async fn list(
        &self,
        after: Option<OperationId>,
        limit: u32,
    ) -> Result<Vec<(OperationId, String)>, MemoryError>;
}

/// Memory that goes with its process.
#[derive(Debug, Default)]
pub(super) struct InProcess(Mutex<BTreeMap<OperationId, String>>);

impl InProcess {
    /// Every record.
    pub(super) fn records(&self) -> Vec<Record> {
        let records = self.locked();
        records
            .values()
            .filter_map(|text| Record::read(text))
            .collect()
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<OperationId, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Memory for InProcess {
    async fn find(&self, operation: OperationId) -> Result<Option<String>, MemoryError> {
        Ok(self.locked().get(&operation).cloned())
    }

    async fn change(&self, _shop: ShopId, changes: Vec<Change>) -> Result<bool, MemoryError> {
        let mut records = self.locked();
        let same = |change: &Change| records.get(&change.operation) == change.before.as_ref();
        if !changes.iter().all(same) {
            return Ok(false);
        }
        records.extend(
            changes
                .into_iter()
                .map(|change| (change.operation, change.after)),
        );
        Ok(true)
    }

    async fn list(
        &self,
        after: Option<OperationId>,
        limit: u32,
    ) -> Result<Vec<(OperationId, String)>, MemoryError> {
        let records = self.locked();
        let later = records
            .iter()
            .filter(|(id, _)| after.is_none_or(|after| **id > after));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let page = later.take(limit).map(|(id, text)| (*id, text.clone()));
        Ok(page.collect())
    }
}

/// One thing to remember.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    Purchase(#[serde(with = "wire")] OperationId, Purchase),
    Followup(#[serde(with = "wire")] OperationId, Followup),
    Payout(#[serde(with = "wire")] OperationId, Paid),
}

impl Record {
    /// The record in this text; `None` if it is not a record.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Returns whether the text is the record of a payout, by how it begins.
    pub(super) fn is_payout(text: &str) -> bool {
        text.starts_with(r#"{"payout""#)
    }

    /// The text that is kept.
    pub(super) fn write(&self) -> Result<String, MemoryError> {
        Ok(serde_json::to_string(self)?)
    }

    pub(super) fn operation(&self) -> OperationId {
        match self {
            Self::Purchase(operation, _)
            | Self::Followup(operation, _)
            | Self::Payout(operation, _) => *operation,
        }
    }

    pub(super) fn shop(&self) -> ShopId {
        match self {
            Self::Purchase(_, purchase) => purchase.shop,
            Self::Followup(_, followup) => followup.shop,
            Self::Payout(_, paid) => paid.shop,
        }
    }

    /// What the platform is told of it.
    pub(super) fn answer(&self, base_url: &str) -> Answer {
        match self {
            Self::Purchase(operation, purchase) => purchase.answer(*operation, base_url),
            Self::Followup(operation, followup) => followup.answer(*operation),
            Self::Payout(operation, paid) => paid.answer(*operation),
        }
    }
}

//! The sandbox's records in the database: any node looks up, shows and finishes what another began.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use connectors::sandbox::{Change, Clock, Memory, MemoryError, left_in_files, set_files_aside};
use domain::access::Job;
use domain::{ConnectorName, Duration, OperationId, Right, ShopId};
use store::{Store, StoreError};
use tracing::info;

use crate::app::App;
use crate::error::Error;

/// How long a record is kept after its last change: longer than any payment waits for its payer or
/// for its capture. What is asked later about a payment is approved.
const RECORD_LIFE: Duration = Duration::days(60);
/// How many records of files are written at once.
const AT_ONCE: usize = 500;

/// A sandbox's records.
pub struct Records {
    store: Store,
    connector: ConnectorName,
    clock: Clock,
}

impl Records {
    /// The records in this database of the sandbox behind this connector.
    #[must_use]
    pub fn new(store: Store, connector: ConnectorName, clock: Clock) -> Self {
        Self {
            store,
            connector,
            clock,
        }
    }

    /// Takes over what a server of before has left in the files of this directory.
    ///
    /// # Errors
    /// A file cannot be read or renamed, or the storage fails.
    pub async fn take_over(&self, directory: &Path) -> Result<(), MemoryError> {
        let left = left_in_files(directory)?;
        let connector = self.connector;
        let now = (self.clock)();
        for part in left.chunks(AT_ONCE) {
            let part = part.to_vec();
            let unit = move |tx: &mut store::Tx<'_>| {
                for (
                    shop,
                    Change {
                        operation, after, ..
                    },
                ) in &part
                {
                    store::sandbox_record::take_over(
                        tx,
                        (connector, *shop),
                        (*operation, after),
                        now,
                    )?;
                }
                Ok::<_, StoreError>(())
            };
            self.store.write_any_shop(unit).await?;
        }
        if set_files_aside(directory)? > 0 {
            let records = left.len();
            info!(
                records,
                "the sandbox's files were taken over into the database"
            );
        }
        Ok(())
    }
}

#[async_trait]
impl Memory for Records {
    async fn find(&self, operation: OperationId) -> Result<Option<String>, MemoryError> {
        let connector = self.connector;
        let read = move |conn: &mut store::Conn<'_>| {
            store::sandbox_record::find(conn, connector, operation)
        };
        Ok(self.store.read(read).await?)
    }

    async fn change(&self, shop: ShopId, changes: Vec<Change>) -> Result<bool, MemoryError> {
        let (connector, now) = (self.connector, (self.clock)());
        let unit = move |tx: &mut store::Tx<'_>| {
            for change in &changes {
                let (id, after) = (change.operation, change.after.as_str());
                match change.before.as_deref() {
                    None => {
                        let owner = (connector, shop);
                        store::sandbox_record::insert(tx, owner, (id, after), now)?;
                    }
                    Some(before) => {
                        let place = (connector, id);
                        store::sandbox_record::update(tx, place, (before, after), now)?;
                    }
                }
            }
            Ok::<_, StoreError>(())
        };
        match self.store.write_beside(shop, unit).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn list(
        &self,
        after: Option<OperationId>,
        limit: u32,
    ) -> Result<Vec<(OperationId, String)>, MemoryError> {
        let connector = self.connector;
        let read = move |conn: &mut store::Conn<'_>| {
            store::sandbox_record::list(conn, connector, after, limit)
        };
        Ok(self.store.read(read).await?)
    }
}

/// Forgets old records. How many.
///
/// # Errors
/// The storage fails.
pub async fn forget(app: &Arc<App>, limit: u32) -> Result<u64, Error> {
    let before = app.now().minus(RECORD_LIFE);
    let unit = move |tx: &mut store::Tx<'_>| {
        Ok::<_, Error>(store::sandbox_record::purge_any_shop(tx, before, limit)?)
    };
    let rows = app
        .job(Job::Forgetter)
        .require_any_shop(Right::TraceForget)?;
    rows.write(unit).await
}

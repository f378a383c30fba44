//! Where the outside did something else than was written down: noted in the unit that finds it,
//! counted and told after its commit, and looked at by the operator.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Discrepancy, DiscrepancyKind, Operation, OperationId, Remedy, ShopId};
use tracing::warn;

use crate::app::App;
use crate::cx::Work;
use crate::effects::Recorded;
use crate::error::Error;

/// How many were found since the process started, by kind and by what was done.
#[derive(Debug, Default)]
pub(crate) struct Found(Mutex<BTreeMap<(&'static str, &'static str), u64>>);

/// Notes a discrepancy, once.
pub(crate) fn note(
    work: &mut Work<'_, '_>,
    operation: &Operation,
    (kind, remedy): (DiscrepancyKind, Remedy),
    mut recorded: Recorded,
) -> Result<Recorded, Error> {
    let shop = work.cx.shop.id;
    if store::discrepancy::find(work.tx, shop, operation.id, kind)?.is_some() {
        return Ok(recorded);
    }
    let found = Discrepancy::found(operation, kind, remedy, work.now());
    store::discrepancy::insert(work.tx, &found)?;
    recorded.discrepancies.push(found);
    Ok(recorded)
}

/// Money has come back that was given back by this operation.
pub(crate) fn given_back(work: &mut Work<'_, '_>, operation: OperationId) -> Result<(), Error> {
    let (shop, now) = (work.cx.shop.id, work.now());
    Ok(store::discrepancy::resolve(work.tx, shop, operation, now)?)
}

/// What is open, or with `all` everything; of one shop, or of all.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn list(
    app: &Arc<App>,
    shop: Option<ShopId>,
    all: bool,
    limit: u32,
) -> Result<Vec<Discrepancy>, Error> {
    if let Some(shop) = shop {
        app.cx(shop).await?;
    }
    let read = move |conn: &mut store::Conn<'_>| {
        Ok::<_, Error>(store::discrepancy::list(conn, shop, all, limit)?)
    };
    app.store.read(read).await
}

/// A person has dealt with what is open of this operation, as the note says: it is listed no more
/// but with everything. How many rows that were.
///
/// # Errors
/// Nothing is open of it, or the storage fails.
pub async fn settle(app: &Arc<App>, operation: OperationId, note: String) -> Result<u64, Error> {
    let find = move |conn: &mut store::Conn<'_>| {
        let found = store::operation::find_any_shop(conn, operation)?;
        found.ok_or_else(|| Error::not_found("operation", operation))
    };
    let cx = app.cx(app.store.read(find).await?.shop_id).await?;
    cx.write(move |work| {
        let now = work.now();
        let settled = store::discrepancy::settle_any_shop(work.tx, operation, (now, &note))?;
        match settled {
            0 => Err(Error::not_found(
                "open discrepancy of the operation",
                operation,
            )),
            settled => Ok(settled),
        }
    })
    .await
}

impl Found {
    /// Tells and counts what a committed unit has noted.
    pub(crate) fn count(&self, noted: &[Discrepancy]) {
        if noted.is_empty() {
            return;
        }
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for found in noted {
            let (kind, remedy) = (found.kind.code(), found.remedy.code());
            warn!(
                shop.id = %found.shop_id,
                operation.id = %found.operation_id,
                asked = found.asked.code(),
                remedy,
                "the outside and what is written down differ: {kind}"
            );
            let count = counts.entry((kind, remedy)).or_default();
            *count = count.saturating_add(1);
        }
    }
}

impl App {
    /// How many discrepancies this process has found since it started, by kind and remedy.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<((&'static str, &'static str), u64)> {
        let counts = self
            .discrepancies
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        counts
            .iter()
            .map(|(place, count)| (*place, *count))
            .collect()
    }
}

//! Where the outside did something else than was written down: noted in the unit that finds it,
//! counted and told after its commit, and looked at by the operator.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use domain::ledger::Account;
use domain::{
    Discrepancy, DiscrepancyKind, Operation, OperationId, OperationObject, Remedy, Right, ShopId,
};
use store::discrepancy::Settles;
use tracing::warn;

use crate::app::App;
use crate::cx::{Cx, LIST_TIME_MAX, Work};
use crate::effects::{self, Recorded};
use crate::error::Error;
use crate::refund;

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

/// Something that was left alone after a call came late is done now.
pub(crate) fn remedied(
    work: &mut Work<'_, '_>,
    operation: OperationId,
    remedy: Remedy,
) -> Result<(), Error> {
    let (shop, now) = (work.cx.shop.id, work.now());
    let resolved_at = remedy.is_final().then_some(now);
    Ok(store::discrepancy::remedy(
        work.tx,
        shop,
        operation,
        (remedy, resolved_at),
    )?)
}

/// What is open, or with `all` everything; of one shop, or of all.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn list(
    cx: &Cx,
    shop: Option<ShopId>,
    all: bool,
    limit: u32,
) -> Result<Vec<Discrepancy>, Error> {
    let rows = cx.require_any_shop(Right::DiscrepancyRead)?;
    if let Some(shop) = shop {
        cx.at(shop).await?;
    }
    let read = move |conn: &mut store::Conn<'_>| {
        Ok::<_, Error>(store::discrepancy::list(conn, shop, all, limit)?)
    };
    rows.read_patiently(LIST_TIME_MAX, read).await
}

/// How a person has dealt with a discrepancy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// What happened is final: what is held because of it stays held, so that whoever has the money
    /// does not get it again.
    Stands,
    /// The money of a refund that stays canceled has come back, or had never left: the shop has it
    /// again, and nothing is held any more. This may follow after [`Self::Stands`].
    CameBack,
}

/// A person has dealt with what is open of this operation, as the note says: it is now listed only
/// with `all`. Returns how many rows that were.
///
/// # Errors
/// Nothing of it is open, nothing of it is held that could have come back, or the storage fails.
pub async fn settle(
    cx: &Cx,
    operation: OperationId,
    settlement: Settlement,
    note: String,
) -> Result<u64, Error> {
    let right = Right::DiscrepancySettle;
    let find = move |conn: &mut store::Conn<'_>| {
        let found = store::operation::find_any_shop(conn, operation)?;
        found.ok_or_else(|| Error::not_found("operation", operation))
    };
    let found = cx.require_any_shop(right)?.read(find).await?;
    let cx = cx.require_in(found.shop_id, right).await?;
    cx.write(move |work| {
        work.about(operation);
        let what = match settlement {
            Settlement::Stands => Settles::Open,
            Settlement::CameBack => {
                came_back(work, &found)?;
                Settles::Held
            }
        };
        let said = (work.now(), note.as_str());
        match store::discrepancy::settle_any_shop(work.tx, operation, what, said)? {
            0 => Err(Error::not_found(
                "open discrepancy of the operation",
                operation,
            )),
            settled => Ok(settled),
        }
    })
    .await
}

/// The money of a refund that was canceled is back: its payment holds no room for it any more.
fn came_back(work: &mut Work<'_, '_>, operation: &Operation) -> Result<(), Error> {
    let cx = work.cx;
    let nothing = || Error::not_found("held money of the operation", operation.id);
    let OperationObject::Refund(id) = operation.object else {
        return Err(nothing());
    };
    let (payment, refund) = refund::lock(work, id)?;
    let mut left = store::refund::left(work.tx, payment.id)?;
    if !left.contains(&id) {
        return Err(nothing());
    }
    left.retain(|other| *other != id);
    let refunds = store::refund::list_of_payment(work.tx, cx.shop.id, payment.id)?;
    let payment = payment.recount_refunds(&refunds, &left)?;
    store::book::lock(work.tx, &BTreeSet::from([cx.shop.id]))?;
    let owes = store::book::balance(work.tx, &cx.shop, Account::Claim)?.amount;
    let step = refund.came_back(payment, owes)?.ok_or_else(nothing)?;
    effects::late_refund(work, &step)?;
    Ok(())
}

impl Found {
    /// Logs and counts what a committed unit has noted.
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

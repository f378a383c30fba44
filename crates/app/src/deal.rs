//! Safe deals: create, show, list. What payments, refunds and payouts do in them.
//!
//! Locks are taken in one order: the payment, then its deal, then the refund or the payout, then
//! the book. Who needs no payment, such as a payout, begins with the deal.
//!
//! For payouts, within the payout's own unit of work:
//!
//! - [`reserve_payout`] locks the deal and sets the sum aside in it; the transfer from `deal/{id}`
//!   to `payout/{id}` is the payout's;
//! - [`settle_payout`] once the money has reached the seller: the deal may close by it;
//! - [`release_payout`] once the payout has failed; the transfer back from `payout/{id}` to
//!   `deal/{id}` is the payout's, and is posted before this is called;
//! - [`pay_late`] once a payout that had failed has reached the seller after all, of which the deal
//!   gives [`share_of_late`]. What it cannot give the platform advances, and whatever comes back to
//!   the deal repays that first: see [`repay`].

mod end;
mod payment;
mod refund;

use std::collections::BTreeSet;
use std::time::Duration;

pub(crate) use end::end;
pub(crate) use payment::{attach, check, check_attempt, correct, tell as tell_payment};
pub(crate) use refund::{reserve as reserve_refund, tell as tell_refund};

use contract::deal::{CreateDeal, ListDeals};
use domain::deal::{NewDeal, Step};
use domain::ledger::{Account, Transfer, TransferKind};
use domain::{Currency, Deal, DealId, Money, Payout, Right};
use store::Conn;

use crate::cx::{Allowed, Cx, Work};
use crate::effects::{self, Recorded};
use crate::error::{Error, Refusal};
use crate::once::{self, Made, Once, Reply};
use crate::payment::range;
use crate::render;

/// Opens a deal.
///
/// # Errors
/// The shop is no platform, the key was used for something else, or the storage fails.
pub async fn create(cx: &Cx, once: Once, command: CreateDeal) -> Result<Reply, Error> {
    let cx = &cx.require(Right::DealCreate)?;
    once::make(cx, once, move |work| {
        let new = NewDeal {
            id: DealId::new(work.ids.next()),
            fee_moment: command.fee_moment,
            description: command.description.clone(),
            metadata: command.metadata.clone(),
        };
        let deal = Deal::create(work.shop(), new, work.now())?;
        store::deal::insert(work.tx, &work.cx.shop, &deal)?;
        Ok(Made {
            object_id: deal.id.to_string(),
            body: contract::deal::body(&deal),
        })
    })
    .await
}

/// How long a search may take.
const SEARCH_TIME_MAX: Duration = Duration::from_secs(10);

/// Shows a deal.
///
/// # Errors
/// It is not in this shop.
pub async fn show(cx: &Cx, id: DealId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::DealRead)?;
    permitted(cx)?;
    let shop = cx.shop.id;
    let deal = cx
        .read(move |conn| Ok(store::deal::find(conn, shop, id)?))
        .await?;
    let deal = deal.ok_or_else(|| Error::not_found("deal", id))?;
    Ok(Reply(contract::deal::body(&deal)))
}

/// Lists deals, newest first.
///
/// # Errors
/// The shop is no platform, or the storage fails.
pub async fn list(cx: &Cx, list: ListDeals) -> Result<Reply, Error> {
    let cx = &cx.require(Right::DealRead)?;
    permitted(cx)?;
    let shop = cx.shop.id;
    let filter = store::deal::Filter {
        created: range(list.created),
        expires: range(list.expires),
        status: list.status,
        text: list.text.clone(),
        limit: list.limit.saturating_add(1),
        after: list.after,
    };
    let is_search = filter.text.is_some();
    let read = move |conn: &mut Conn<'_>| Ok(store::deal::list(conn, shop, &filter)?);
    let deals = if is_search {
        // It looks through all deals of the shop until it has found enough.
        cx.read_patiently(SEARCH_TIME_MAX, read).await?
    } else {
        cx.read(read).await?
    };
    let cursor = |last: &_| list.next_cursor(last);
    Ok(render::page(
        deals,
        list.limit,
        cursor,
        contract::deal::body,
    ))
}

/// Checks that the shop may make deals.
fn permitted(cx: &Allowed) -> Result<(), Error> {
    match cx.shop.deal_life {
        Some(_) => Ok(()),
        None => Err(domain::deal::CreateRefused::NotPermitted.into()),
    }
}

/// The deal, which nobody else changes until this unit has ended.
pub(crate) fn lock(work: &mut Work<'_, '_>, id: DealId) -> Result<Deal, Error> {
    let found = store::deal::lock(work.tx, work.cx.shop.id, id)?;
    found.ok_or_else(|| Error::not_found("deal", id))
}

/// Sets a payout's sum aside in its deal.
///
/// # Errors
/// [`Refusal::DealNotFound`] if the shop has no such deal, [`Refusal::DealPayout`] if the deal
/// does not allow it, or the storage fails.
pub(crate) fn reserve_payout(
    work: &mut Work<'_, '_>,
    id: DealId,
    amount: Money,
) -> Result<(), Error> {
    permitted(work.cx)?;
    let found = store::deal::lock(work.tx, work.cx.shop.id, id)?;
    let deal = found.ok_or(Refusal::DealNotFound)?;
    let next = deal.reserve_payout(amount, work.now())?;
    store::deal::update(work.tx, &work.cx.shop, &next)?;
    Ok(())
}

/// A payout of a deal has reached the seller.
///
/// # Errors
/// The storage fails, or less was set aside.
pub(crate) fn settle_payout(
    work: &mut Work<'_, '_>,
    id: DealId,
    amount: Money,
) -> Result<Recorded, Error> {
    let step = lock(work, id)?.settle_payout(amount, work.now())?;
    effects::deal(work, &step)
}

/// A payout of a deal has failed.
///
/// # Errors
/// The storage fails, or less was set aside.
pub(crate) fn release_payout(
    work: &mut Work<'_, '_>,
    id: DealId,
    payout: &Payout,
) -> Result<Recorded, Error> {
    let advanced = advanced(work, id, payout.amount.currency())?;
    let step = lock(work, id)?.release_payout(payout.amount, advanced, work.now())?;
    repay(work, &step, TransferKind::PayoutRepay(payout.id))?;
    effects::deal(work, &step)
}

/// How much the deal gives for a payout that was canceled and has reached the seller after all.
pub(crate) fn share_of_late(work: &mut Work<'_, '_>, payout: &Payout) -> Result<Money, Error> {
    match payout.deal_id {
        Some(id) => Ok(lock(work, id)?.share_of_late(payout.amount)?),
        None => Ok(Money::zero(payout.amount.currency())),
    }
}

/// A payout that was canceled has reached the seller after all: the deal gives its share.
pub(crate) fn pay_late(
    work: &mut Work<'_, '_>,
    payout: &Payout,
    share: Money,
) -> Result<Recorded, Error> {
    match payout.deal_id.filter(|_| share.is_positive()) {
        Some(id) => {
            let step = lock(work, id)?.paid_out_late(share, work.now())?;
            effects::deal(work, &step)
        }
        None => Ok(Recorded::default()),
    }
}

/// What the platform has advanced to the seller of this deal, and has not got back.
fn advanced(work: &mut Work<'_, '_>, id: DealId, currency: Currency) -> Result<Money, Error> {
    let minor = store::payout::advanced(work.tx, work.cx.shop.id, id)?;
    Ok(Money::new(minor, currency))
}

/// Gives the platform back what it had advanced, as far as the step says. Once it has everything,
/// nothing is left to do about the payouts that came late.
pub(crate) fn repay(work: &mut Work<'_, '_>, step: &Step, kind: TransferKind) -> Result<(), Error> {
    let (shop, deal) = (&work.cx.shop, &step.next);
    if !step.repaid.is_positive() {
        return Ok(());
    }
    store::book::lock(work.tx, &BTreeSet::from([shop.id]))?;
    let owes = store::book::balance(work.tx, shop, Account::Claim)?.amount;
    let repaid = Transfer::deal_repay(kind, deal.id, step.repaid, owes)?;
    effects::transfers(work, &[repaid])?;
    if advanced(work, deal.id, deal.currency())?.is_zero() {
        store::discrepancy::resolve_late_payouts(work.tx, shop.id, deal.id, work.now())?;
    }
    Ok(())
}

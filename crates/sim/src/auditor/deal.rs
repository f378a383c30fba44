//! Deals, as their payments, payouts and refunds have it: one payment at most is taken, and the
//! seller never gets more than the seller's part of it. What the deal's own row says is not asked.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use domain::ledger::TransferKind;
use domain::payment::Status as PaymentStatus;
use domain::payout::Status as PayoutStatus;
use domain::refund::Status as RefundStatus;
use domain::{DealId, Payment, PaymentId, PayoutId, RefundId};
use store::Conn;
use testkit::World;

use super::Facts;

pub(super) fn agree(facts: &Facts) -> Result<()> {
    for deal in &facts.deals {
        let id = deal.id;
        let taken = |payment: &&Payment| {
            let own = payment.deal.is_some_and(|own| own.id == id);
            own && payment.status() == PaymentStatus::Succeeded
        };
        let taken: Vec<&Payment> = facts.payments.iter().filter(taken).collect();
        let payments: Vec<PaymentId> = taken.iter().map(|payment| payment.id).collect();
        ensure!(payments.len() <= 1, "deal {id} is paid for by {payments:?}");
        let part = taken.iter().filter_map(|payment| payment.deal);
        let part: i64 = part.map(|own| own.payout.minor()).sum();
        let payouts = facts
            .payouts
            .iter()
            .filter(|payout| payout.deal_id == Some(id));
        let payouts = payouts.filter(|payout| payout.status() == PayoutStatus::Succeeded);
        let paid: i64 = payouts.map(|payout| payout.amount.minor()).sum();
        let refunds = facts.refunds.iter();
        let refunds = refunds.filter(|refund| refund.status() == RefundStatus::Succeeded);
        let own = refunds.filter_map(|refund| refund.deal.filter(|own| own.id == id));
        let returned: i64 = own.map(|own| own.payout.minor()).sum();
        ensure!(
            paid + returned <= part,
            "deal {id} paid its seller {paid} and the buyer {returned} of {part}"
        );
    }
    Ok(())
}

/// Whenever a payout was set aside, the seller had not got, and was not about to get, more than the
/// seller's part with it: by the order of the book.
pub(super) async fn pays_no_seller_twice(world: &World, facts: &Facts) -> Result<()> {
    let shop = world.shop.clone();
    let read = move |conn: &mut Conn<'_>| store::book::transfers(conn, &shop, 0, super::ALL);
    let payouts = facts.payouts.iter();
    let payouts = payouts.filter_map(|it| Some((it.id, (it.deal_id?, it.amount.minor()))));
    let payouts: BTreeMap<PayoutId, (DealId, i64)> = payouts.collect();
    let refunds = facts.refunds.iter();
    let refunds = refunds.filter_map(|it| Some((it.id, it.deal?)));
    let refunds: BTreeMap<RefundId, (DealId, i64)> = refunds
        .map(|(id, own)| (id, (own.id, own.payout.minor())))
        .collect();
    let parts = facts.payments.iter();
    let parts = parts.filter(|it| it.status() == PaymentStatus::Succeeded);
    let parts: BTreeMap<DealId, i64> = parts
        .filter_map(|it| it.deal.map(|own| (own.id, own.payout.minor())))
        .collect();
    let mut gone: BTreeMap<DealId, i64> = BTreeMap::new();
    for transfer in world.store.read(read).await? {
        let (found, sign) = match transfer.kind {
            TransferKind::PayoutReserve(id) | TransferKind::PayoutLate(id) => (payouts.get(&id), 1),
            TransferKind::PayoutRelease(id) => (payouts.get(&id), -1),
            TransferKind::RefundReserve(id) => (refunds.get(&id), 1),
            TransferKind::RefundRelease(id) => (refunds.get(&id), -1),
            TransferKind::PayoutSettle(_)
            | TransferKind::PayoutRepay(_)
            | TransferKind::RefundSettle(_)
            | TransferKind::RefundLate(_)
            | TransferKind::RefundReturn(_)
            | TransferKind::RefundRepay(_)
            | TransferKind::Capture(_)
            | TransferKind::DealClose(_)
            | TransferKind::TopUp(_)
            | TransferKind::SplitCapture(..)
            | TransferKind::SplitReserve(..)
            | TransferKind::SplitRelease(..) => (None, 0),
        };
        let Some((deal, amount)) = found else {
            continue;
        };
        let gone = gone.entry(*deal).or_default();
        *gone += sign * amount;
        let part = parts.get(deal).copied().unwrap_or_default();
        let asked = matches!(transfer.kind, TransferKind::PayoutReserve(_));
        ensure!(
            !asked || *gone <= part,
            "deal {deal} sends its seller what makes {gone} of {part}"
        );
    }
    Ok(())
}

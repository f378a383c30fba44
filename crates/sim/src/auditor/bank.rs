//! What the bank took, let go, gave back and paid out is what the books say.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use connectors::sandbox::PaidOut;
use domain::ledger::Account;
use domain::payment::State;
use domain::payout::Status;
use domain::{ConnectorName, OperationId, OperationKind, OperationObject, OperationState, Payment};
use testkit::World;

use super::{Facts, kept};

/// What came when its payment was over and the bank refused to give back, by its reference: a
/// person has to put that right. The refusal was written down.
pub(super) async fn stuck(world: &World, payments: &[Payment]) -> Result<BTreeMap<String, i64>> {
    let mut stuck = BTreeMap::new();
    let effects = world.bank.statistics();
    for payment in payments {
        let (shop, object) = (payment.shop_id, OperationObject::Payment(payment.id));
        let list = move |conn: &mut store::Conn<'_>| store::operation::list_of(conn, shop, object);
        for operation in world.store.read(list).await? {
            let refused = operation.kind == OperationKind::Refund
                && matches!(operation.state, OperationState::Declined(_));
            let reference = operation.reference.filter(|_| refused);
            let kept = reference.and_then(|it| Some((effects.get(&it).map(kept)?, it)));
            stuck.extend(kept.map(|(kept, reference)| (reference, kept)));
        }
    }
    Ok(stuck)
}

/// What the bank took, let go and gave back is what the books say, but for what is stuck.
pub(super) async fn agrees(
    world: &World,
    facts: &Facts,
    stuck: &BTreeMap<String, i64>,
) -> Result<()> {
    let mut effects = world.bank.statistics();
    effects.retain(|reference, _| !stuck.contains_key(reference));
    let mut booked: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for payment in &facts.payments {
        if let State::Succeeded { reference, .. } = &payment.state {
            let own = facts.refunds.iter();
            let own = own.filter(|it| it.payment_id == payment.id && facts.left.contains(&it.id));
            let left: i64 = own.map(|refund| refund.amount.minor()).sum();
            let sums = (payment.amount.minor(), payment.refunded.minor() + left);
            let before = booked.insert(reference, sums);
            ensure!(before.is_none(), "{reference} paid two payments");
        }
    }
    let mut total = 0;
    for (reference, effect) in &effects {
        let (captured, refunded) = (effect.captured.minor(), effect.refunded.minor());
        let (held, voided) = (effect.held.minor(), effect.voided.minor());
        total += kept(effect);
        match booked.remove(reference.as_str()) {
            Some(sums) => {
                ensure!(
                    sums == (captured, refunded),
                    "{reference} is taken and refunded by the books {sums:?} but {effect:?}"
                );
                ensure!(
                    held == captured + voided,
                    "{reference} holds more: {effect:?}"
                );
            }
            None => {
                ensure!(
                    kept(effect) == 0,
                    "{reference} was taken and not booked: {effect:?}"
                );
                let let_go = held == captured + voided;
                ensure!(let_go, "{reference} is still held: {effect:?}");
            }
        }
    }
    ensure!(booked.is_empty(), "booked but never taken: {booked:?}");
    let shop = world.shop.clone();
    let account = Account::Acquirer(ConnectorName::SANDBOX);
    let read = move |conn: &mut store::Conn<'_>| store::book::balance(conn, &shop, account);
    let owed = world.store.read(read).await?.amount.minor();
    ensure!(
        owed == total,
        "the acquirer owes {owed} by the books and {total} by its own"
    );
    Ok(())
}

/// All that the bank carried out is known as carried out, whenever it was heard, and what it keeps
/// of it for nobody is on the operator's list.
pub(super) async fn is_known(world: &World, stuck: &BTreeMap<String, i64>) -> Result<()> {
    let list = app::discrepancy::list(&world.machine(), None, false, super::ALL).await?;
    for (reference, effect) in world.bank.statistics() {
        let id = effect.operation;
        let find = move |conn: &mut store::Conn<'_>| store::operation::find_any_shop(conn, id);
        let found = world.store.read(find).await?;
        let known = found.as_ref().map(|found| found.state) == Some(OperationState::Approved);
        ensure!(
            known,
            "{reference} was carried out and is not known as that"
        );
        // By its approval, or by that of a capture, that came too late.
        let object = found.map(|found| found.object);
        let mut own = list.iter().filter(|one| Some(one.object) == object);
        let listed = own.any(|one| one.remedy.given_back_by().is_some());
        let open = stuck.get(&reference).is_some_and(|kept| *kept > 0);
        ensure!(
            listed || !open,
            "{reference} is stuck and not on the operator's list"
        );
    }
    Ok(())
}

/// Each payout that succeeded has reached its receiver once, and no other has.
pub(super) async fn paid_out(world: &World, facts: &Facts) -> Result<()> {
    let mut arrived: BTreeMap<OperationId, _> = world.bank.paid_out();
    for payout in &facts.payouts {
        let (shop, object) = (payout.shop_id, OperationObject::Payout(payout.id));
        let list = move |conn: &mut store::Conn<'_>| store::operation::list_of(conn, shop, object);
        let mut here = Vec::new();
        for operation in world.store.read(list).await? {
            here.extend(arrived.remove(&operation.id));
        }
        let id = payout.id;
        let is_same = |one: &PaidOut| one.shop_id == shop && one.amount == payout.amount;
        match (payout.status(), here.as_slice()) {
            (Status::Succeeded, [one]) => {
                let same = is_same(one);
                ensure!(same, "payout {id} is {payout:?} and arrived as {one:?}");
            }
            (Status::Canceled, []) => {}
            // The deal has given its seller something else: its platform has paid this one.
            (Status::Canceled, [one])
                if payout.deal_id.is_some() && facts.is_noted(object) && is_same(one) => {}
            (status, _) => anyhow::bail!("payout {id} is {status:?} and arrived as {here:?}"),
        }
    }
    ensure!(arrived.is_empty(), "paid out and not booked: {arrived:?}");
    Ok(())
}

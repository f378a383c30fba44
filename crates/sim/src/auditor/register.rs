//! What the register holds is what the receipts say: none is lost, none is there twice, and none
//! tells of money that did not move.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use domain::fiscal::Scenario;
use domain::payment::Status;
use domain::receipt::{Origin, ReceiptKind, State};
use domain::{OperationId, OperationObject, Payment, Receipt};
use testkit::World;

use super::Facts;
use crate::Tally;
use crate::business::Business;

/// Holds the register's journal against the receipts, and these against the payments.
pub(super) async fn agrees(
    world: &World,
    business: &Business,
    facts: &Facts,
    tally: &mut Tally,
) -> Result<()> {
    let sellers = business.sellers();
    let mut held = BTreeMap::new();
    for document in world.register.registered() {
        let seller = document.shop_id;
        let known = sellers.contains(&seller);
        ensure!(known, "registered for {seller}, who has no register");
        let document_says = (seller, document.kind, document.total_minor);
        held.insert(document.operation, document_says);
    }
    for payment in &facts.payments {
        let (shop, id) = (payment.shop_id, payment.id);
        let read = move |conn: &mut store::Conn<'_>| store::receipt::all_of_payment(conn, shop, id);
        let receipts = world.store.read(read).await?;
        for receipt in &receipts {
            match &receipt.state {
                State::Registered(facts) => {
                    let operation: OperationId = facts.register_id.parse()?;
                    let own = held.remove(&operation).with_context(|| {
                        format!("receipt {} is not in the register", receipt.id)
                    })?;
                    let said = (receipt.seller(), receipt.kind, receipt.total.minor());
                    ensure!(
                        own == said,
                        "receipt {} is another in the register: {own:?}",
                        receipt.id
                    );
                    tally.registered += 1;
                    tally.by_partners += u64::from(receipt.on_behalf_of.is_some());
                }
                State::Canceled { .. } => tally.refused += 1,
                State::Dropped => {}
                State::Draft | State::Registering { .. } => {
                    anyhow::bail!("receipt {} is still {:?}", receipt.id, receipt.state)
                }
            }
        }
        // A receipt of another sum than a late capture took is dropped: the merchant makes one.
        let noted = facts.is_noted(OperationObject::Payment(id));
        let is_dropped = |receipt: &Receipt| receipt.state == State::Dropped;
        let dropped = noted && receipts.iter().any(is_dropped);
        tells_the_truth(business, payment, (&receipts, dropped))?;
    }
    ensure!(held.is_empty(), "registered and not known: {held:?}");
    Ok(())
}

/// What came with the payment and was registered adds up to what was taken, or to nothing.
fn tells_the_truth(
    business: &Business,
    payment: &Payment,
    (receipts, dropped): (&[Receipt], bool),
) -> Result<()> {
    let own = |receipt: &&Receipt| {
        receipt.refund_id.is_none() && receipt.origin != Origin::Merchant && receipt.is_shown()
    };
    let registered = |receipt: &&Receipt| matches!(receipt.state, State::Registered(_));
    let own: Vec<&Receipt> = receipts.iter().filter(own).collect();
    let told: i64 = own
        .iter()
        .copied()
        .filter(registered)
        .map(|receipt| match receipt.kind {
            ReceiptKind::Payment => receipt.total.minor(),
            ReceiptKind::Refund => -receipt.total.minor(),
        })
        .sum();
    let (id, taken) = (payment.id, payment.amount.minor());
    let first = business.scenario == Some(Scenario::ReceiptFirst);
    let by_itself = payment.deal.is_some() || payment.split.is_some();
    let needed = match business.scenario {
        Some(Scenario::Together | Scenario::ReceiptFirst) => !by_itself && !dropped,
        Some(Scenario::Separate) | None => false,
    };
    match payment.status() {
        Status::Succeeded => {
            ensure!(!needed || !own.is_empty(), "payment {id} has no receipt");
            let before = !needed || !first || told == taken;
            ensure!(before, "payment {id} was taken before its receipt");
            ensure!(told == 0 || told == taken, "payment {id} tells of {told}");
        }
        Status::Canceled => {
            // A receipt that could not be taken back is for a person to put right.
            let stuck = own
                .iter()
                .any(|receipt| receipt.origin == Origin::Reversal && !registered(receipt));
            ensure!(told == 0 || stuck, "payment {id} tells of {told}");
        }
        Status::Pending | Status::WaitingForCapture => {}
    }
    Ok(())
}

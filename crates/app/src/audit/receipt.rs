//! Holds receipts against the money that they tell of, and against what the register was asked:
//! what was taken or given back with a receipt has exactly the one it must, of the same sum, and no
//! document belongs to two.

use domain::payment::ReceiptOrder;
use domain::receipt::{Origin, ReceiptKind, Registration, State};
use domain::{Receipt, Shop};
use store::Conn;
use store::audit::{Asked, Owner, Progress, ReceiptProof, Siblings};

use super::{PAGE, Report, each};
use crate::error::Error;

/// Holds all receipts of a shop against their payments and refunds.
pub(super) fn check(conn: &mut Conn<'_>, shop: &Shop, report: &mut Report) -> Result<(), Error> {
    let page = |conn: &mut Conn<'_>, after| store::audit::receipts(conn, shop.id, after, PAGE);
    let key = |last: &ReceiptProof| (last.receipt.created_at, last.receipt.id);
    each(conn, page, key, |_, proof| {
        report.receipts = report.receipts.saturating_add(1);
        for problem in problems(proof) {
            report.find(shop, proof.receipt.id.to_string(), problem);
        }
        Ok(())
    })?;
    for payment in store::audit::receipts_missing(conn, shop.id)? {
        let problem = "it or a refund of it has a receipt that is not there";
        report.find(shop, payment.to_string(), problem);
    }
    for receipt in store::audit::registered_twice(conn, shop.id)? {
        let problem = "its document in the register is another receipt's too";
        report.find(shop, receipt.to_string(), problem);
    }
    Ok(())
}

fn problems(proof: &ReceiptProof) -> Vec<&'static str> {
    let ReceiptProof {
        receipt,
        payment,
        refund,
        asked,
        siblings,
    } = proof;
    let owner = match receipt.refund_id {
        None => payment.as_ref(),
        Some(_) => refund.as_ref(),
    };
    let Some(owner) = owner else {
        return vec!["it belongs to nothing of its shop"];
    };
    let total = receipt.content.total(receipt.total.currency());
    let rules = [
        (
            total.is_ok_and(|total| total == receipt.total),
            "its lines do not add up to what it says",
        ),
        (
            is_asked(receipt, asked),
            "its state and what the register was asked do not agree",
        ),
        (
            is_due(receipt, owner, siblings),
            "it and the money that it tells of do not agree",
        ),
        (
            is_told(receipt, owner),
            "its payment or refund says otherwise of its registration",
        ),
    ];
    let broken = rules.into_iter().filter(|(holds, _)| !holds);
    broken.map(|(_, problem)| problem).collect()
}

/// Returns whether its calls lead to its state. Each attempt is a call of its own, and at most one
/// arrives.
fn is_asked(receipt: &Receipt, asked: &Asked) -> bool {
    let counted = receipt.attempts == asked.attempts;
    let closed = asked.open == 0 && asked.registered == 0;
    match &receipt.state {
        State::Draft | State::Dropped => counted && asked.attempts == 0,
        State::Registering { .. } => {
            counted && asked.open == 1 && asked.waits && asked.registered == 0
        }
        State::Registered(facts) => {
            let same = asked.register_id.as_ref() == Some(&facts.register_id);
            counted && asked.open == 0 && asked.registered == 1 && same
        }
        State::Canceled { .. } => counted && asked.attempts > 0 && closed,
    }
}

/// Returns whether there is such a receipt of such money.
fn is_due(receipt: &Receipt, owner: &Owner, siblings: &Siblings) -> bool {
    let same = receipt.total == owner.amount;
    let usual = match receipt.refund_id {
        None => ReceiptKind::Payment,
        Some(_) => ReceiptKind::Refund,
    };
    let first = owner.order == Some(ReceiptOrder::BeforeMoney);
    match receipt.origin {
        Origin::Merchant => {
            let fits = match receipt.refund_id {
                None => true,
                Some(_) => owner.progress == Progress::Moved && receipt.kind == usual,
            };
            fits && receipt.is_shown()
        }
        Origin::Reversal => {
            let whole = siblings.registered == Some(receipt.total);
            let once = siblings.reversals == 1;
            let back = receipt.kind != usual && receipt.is_shown();
            owner.progress == Progress::Never && whole && once && back
        }
        Origin::Flow => {
            let fits = match (owner.progress, &receipt.state) {
                (Progress::Open, State::Draft) | (Progress::Never, State::Dropped) => true,
                (
                    Progress::AtRegister,
                    State::Registering { .. } | State::Registered(_) | State::Canceled { .. },
                )
                | (Progress::Moved, State::Registered(_)) => same,
                (Progress::Moved, State::Registering { .. } | State::Canceled { .. }) => {
                    same && !first
                }
                (Progress::Never, State::Registering { .. } | State::Canceled { .. }) => first,
                (Progress::Never, State::Registered(_)) => first && siblings.reversals == 1,
                // A capture that was carried out after all took another sum.
                (Progress::Moved, State::Dropped) => !same,
                (Progress::Open, _)
                | (Progress::AtRegister, State::Draft | State::Dropped)
                | (Progress::Moved, State::Draft)
                | (Progress::Never, State::Draft) => false,
            };
            fits && receipt.kind == usual && siblings.flow == 1
        }
    }
}

/// Returns whether the payment or the refund says of its own receipt what the receipt says. If its
/// money no longer waits for the receipt, it says that there is none until the register has
/// answered.
fn is_told(receipt: &Receipt, owner: &Owner) -> bool {
    match receipt.origin {
        Origin::Merchant | Origin::Reversal => true,
        Origin::Flow => {
            let given_up = owner.progress == Progress::Never
                && receipt.registration() == Registration::Pending
                && owner.registration == Some(Registration::Canceled);
            given_up || owner.registration == Some(receipt.registration())
        }
    }
}

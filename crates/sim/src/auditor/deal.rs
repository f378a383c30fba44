//! Deals, as their payments, payouts and refunds have it: one payment at most is taken, and the
//! seller never gets more than the seller's part of it. What the deal's own row says is not asked.

use anyhow::{Result, ensure};
use domain::payment::Status as PaymentStatus;
use domain::payout::Status as PayoutStatus;
use domain::refund::Status as RefundStatus;
use domain::{Payment, PaymentId};

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

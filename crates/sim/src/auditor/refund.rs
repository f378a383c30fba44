//! Refunds that have left though they are canceled: their payments hold room for them, and the
//! shops of a split payment their sources, as they would had all refunds come one after the other.

use anyhow::{Context as _, Result, ensure};

use super::Facts;

pub(super) fn hold_what_they_should(facts: &Facts) -> Result<()> {
    for payment in &facts.payments {
        let own = facts.refunds.iter();
        let own = own.filter(|refund| refund.payment_id == payment.id);
        let own: Vec<_> = own.cloned().collect();
        let expected = payment.recount_refunds(&own, &facts.left);
        let expected = expected.context("refunds do not fit their payment")?;
        ensure!(
            (expected.refunding, returned(&expected)) == (payment.refunding, returned(payment)),
            "payment {} holds {} of {own:?}",
            payment.id,
            payment.refunding
        );
    }
    Ok(())
}

/// What each shop has given back of its parts.
fn returned(payment: &domain::Payment) -> Vec<(domain::ShopId, i64, i64)> {
    let parts = payment.split.iter().flat_map(|split| &split.parts);
    let returned = parts.map(|part| {
        let (returned, fee) = (part.returned.minor(), part.fee_returned.minor());
        (part.shop_id, returned, fee)
    });
    returned.collect()
}

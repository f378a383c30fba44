//! What refunds do in their deal: set aside, settle, release.

use domain::deal::{RefundParts, RefundRefused, Reserved, Step};
use domain::refund::{RefundDeal, Status};
use domain::{Money, Payment, Refund};

use super::{advanced, lock};
use crate::cx::Work;
use crate::error::{Error, Refusal};

/// Sets a refund of a payment aside in its deal, if the payment has one. The deal after it is the
/// caller's to store.
pub(crate) fn reserve(
    work: &mut Work<'_, '_>,
    payment: &Payment,
    amount: Money,
    payout: Option<Money>,
) -> Result<Option<(Reserved, RefundDeal)>, Error> {
    let (own, payout) = match (&payment.deal, payout) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(Refusal::PaymentNotInDeal.into()),
        (Some(_), None) => return Err(Refusal::RefundWithoutDeal.into()),
        (Some(own), Some(payout)) => (own, payout),
    };
    let deal = lock(work, own.id)?;
    let reserved = deal.reserve_refund(RefundParts { amount, payout }, work.now())?;
    let part = RefundDeal {
        id: own.id,
        payout,
        covered: reserved.covered,
    };
    Ok(Some((reserved, part)))
}

/// Tells the deal that its refund is decided. Its next state is the caller's to store, before the
/// book is touched.
pub(crate) fn tell(work: &mut Work<'_, '_>, refund: &Refund) -> Result<Option<Step>, Error> {
    let Some(own) = &refund.deal else {
        return Ok(None);
    };
    let parts = RefundParts {
        amount: refund.amount,
        payout: own.payout,
    };
    let now = work.now();
    Ok(match refund.status() {
        Status::Pending => None,
        Status::Succeeded => Some(lock(work, own.id)?.settle_refund(parts.amount, now)?),
        Status::Canceled => {
            let advanced = advanced(work, own.id, refund.amount.currency())?;
            let deal = lock(work, own.id)?;
            Some(deal.release_refund(parts, own.covered, advanced, now)?)
        }
    })
}

impl From<RefundRefused> for Error {
    fn from(refused: RefundRefused) -> Self {
        Refusal::DealRefund(refused).into()
    }
}

//! What payments, captures and refunds say of their deal: the seller's part (YooKassa API v3:
//! safe deals).

pub(crate) mod schema;

use domain::{DealId, Money};
use serde::Serialize;

use crate::amount::{self, Amount};
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::wire::Shown;
use crate::words;

/// The only kind of settlements: the seller's part.
const PAYOUT: &str = "payout";

/// `deal` of a new payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DealPart {
    /// The deal.
    pub id: DealId,
    /// The seller's part.
    pub payout: Money,
}

/// Reads `deal` of a new payment.
pub(crate) fn read(fields: &Fields<'_>) -> Result<Option<DealPart>, InvalidRequest> {
    let Some(deal) = fields.object("deal")? else {
        return Ok(None);
    };
    let id = deal.required_text("id")?.parse();
    let id = id.map_err(|_kind| deal.refuse("id", words::DEAL_NOT_FOUND))?;
    let payout = payout(&deal, "settlements", amount::read_required)?;
    Ok(Some(DealPart { id, payout }))
}

/// Reads `deal` of a capture: the corrected seller's part.
pub(crate) fn read_corrected(fields: &Fields<'_>) -> Result<Option<Money>, InvalidRequest> {
    match fields.object("deal")? {
        None => Ok(None),
        Some(deal) => payout(&deal, "settlements", amount::read_required).map(Some),
    }
}

/// Reads `deal` of a refund: by how much the seller's part is reduced, which may be zero.
pub(crate) fn read_refunded(fields: &Fields<'_>) -> Result<Option<Money>, InvalidRequest> {
    match fields.object("deal")? {
        None => Ok(None),
        Some(deal) => payout(&deal, "refund_settlements", amount::read_or_nothing).map(Some),
    }
}

/// Reads the one settlement that has to be there.
fn payout(
    deal: &Fields<'_>,
    name: &'static str,
    read: impl Fn(&Fields<'_>) -> Result<Money, InvalidRequest>,
) -> Result<Money, InvalidRequest> {
    let settlements = deal.objects(name)?.unwrap_or_default();
    let [settlement] = settlements.as_slice() else {
        return Err(deal.illegal(name));
    };
    if settlement.required_text("type")? != PAYOUT {
        return Err(settlement.illegal("type"));
    }
    read(settlement)
}

/// `deal` of a payment.
#[derive(Serialize)]
pub(crate) struct PaymentDealBody {
    id: Shown<DealId>,
    settlements: [SettlementBody; 1],
}

/// `deal` of a refund.
#[derive(Serialize)]
pub(crate) struct RefundDealBody {
    id: Shown<DealId>,
    refund_settlements: [SettlementBody; 1],
}

#[derive(Serialize)]
struct SettlementBody {
    r#type: &'static str,
    amount: Amount,
}

impl SettlementBody {
    fn new(payout: Money) -> Self {
        Self {
            r#type: PAYOUT,
            amount: Amount(payout),
        }
    }
}

impl PaymentDealBody {
    pub(crate) fn new(id: DealId, payout: Money) -> Self {
        Self {
            id: Shown(id),
            settlements: [SettlementBody::new(payout)],
        }
    }
}

impl RefundDealBody {
    pub(crate) fn new(id: DealId, payout: Money) -> Self {
        Self {
            id: Shown(id),
            refund_settlements: [SettlementBody::new(payout)],
        }
    }
}

#[cfg(test)]
mod tests;

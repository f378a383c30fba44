//! From whom a refund of a split payment comes, both ways.

use domain::ShopId;
use domain::payment::Source;
use serde::Serialize;

use crate::amount::{self, Amount};
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::payment::account_id;
use crate::wire::Shown;

/// Reads `sources`; an empty list stands for none.
pub(super) fn read(fields: &Fields<'_>) -> Result<Vec<Source>, InvalidRequest> {
    let all = fields.objects("sources")?.unwrap_or_default();
    let read = |source: &Fields<'_>| {
        Ok(Source {
            shop_id: account_id(source)?,
            amount: amount::read_required(source)?,
            platform_fee: amount::read_from_zero(source, "platform_fee_amount")?,
        })
    };
    all.iter().map(read).collect()
}

#[derive(Serialize)]
pub(super) struct SourceBody {
    account_id: Shown<ShopId>,
    amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform_fee_amount: Option<Amount>,
}

impl SourceBody {
    pub(super) fn new(source: &Source) -> Self {
        Self {
            account_id: Shown(source.shop_id),
            amount: Amount(source.amount),
            platform_fee_amount: source.platform_fee.map(Amount),
        }
    }
}

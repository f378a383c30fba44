//! The parts of a split payment, both ways (YooKassa API v3: split payments).

pub(crate) mod schema;

use domain::payment::{NewPart, Part, Status};
use domain::{Metadata, ShopId};
use serde::Serialize;

use crate::amount::{self, Amount};
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::metadata::{self, Notes};
use crate::wire::Shown;

const DESCRIPTION_CHARS_MAX: usize = 128;

/// Reads `transfers`; an empty list stands for none.
pub(super) fn read(fields: &Fields<'_>) -> Result<Vec<NewPart>, InvalidRequest> {
    let all = fields.objects("transfers")?.unwrap_or_default();
    let read = |part: &Fields<'_>| {
        Ok(NewPart {
            description: part.description(DESCRIPTION_CHARS_MAX)?,
            metadata: metadata::read(part)?,
            ..read_at_capture(part)?
        })
    };
    let parts: Result<Vec<NewPart>, InvalidRequest> = all.iter().map(read).collect();
    let parts = parts?;
    for other in ["receipt", "deal"] {
        if !parts.is_empty() && fields.says(other) {
            return Err(fields.illegal(other));
        }
    }
    Ok(parts)
}

/// Reads `transfers` of a capture.
pub(super) fn read_of_capture(fields: &Fields<'_>) -> Result<Vec<NewPart>, InvalidRequest> {
    let all = fields.objects("transfers")?.unwrap_or_default();
    all.iter().map(read_at_capture).collect()
}

fn read_at_capture(part: &Fields<'_>) -> Result<NewPart, InvalidRequest> {
    Ok(NewPart {
        shop_id: account_id(part)?,
        amount: amount::read_required(part)?,
        platform_fee: amount::read_from_zero(part, "platform_fee_amount")?,
        description: None,
        metadata: Metadata::default(),
    })
}

/// Reads `account_id`, which has to be there.
pub(crate) fn account_id(fields: &Fields<'_>) -> Result<ShopId, InvalidRequest> {
    let text = fields.required_text("account_id")?;
    text.parse()
        .map_err(|_kind| fields.refuse("account_id", crate::words::ACCOUNT_ILLEGAL))
}

#[derive(Serialize)]
pub(super) struct TransferBody<'a> {
    account_id: Shown<ShopId>,
    amount: Amount,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform_fee_amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Notes<'a>>,
}

impl<'a> TransferBody<'a> {
    /// A part has the status of its payment.
    pub(super) fn new(part: &'a Part, status: Status) -> Self {
        Self {
            account_id: Shown(part.shop_id),
            amount: Amount(part.amount),
            status: status.code(),
            platform_fee_amount: part.platform_fee.map(Amount),
            description: part.description.as_deref(),
            metadata: Notes::unless_empty(&part.metadata),
        }
    }
}

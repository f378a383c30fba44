//! `POST /receipts`.

use domain::receipt::{Content, ReceiptKind, Settlement, SettlementType};
use domain::{PaymentId, RefundId, ShopId};

use super::read::{Form, read};
use crate::amount;
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;

/// A receipt that a merchant asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateReceipt {
    /// Which way the money goes.
    pub kind: ReceiptKind,
    /// What it belongs to.
    pub of: ReceiptOf,
    /// The partner of a split payment who sells.
    pub on_behalf_of: Option<ShopId>,
    /// What stands on it.
    pub content: Content,
}

/// What a receipt belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptOf {
    /// A payment.
    Payment(PaymentId),
    /// A refund.
    Refund(RefundId),
}

impl CreateReceipt {
    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        let kind = fields.text("type")?.and_then(ReceiptKind::from_code);
        let kind = kind.ok_or_else(|| fields.illegal("type"))?;
        let of = of(&fields, kind)?;
        let on_behalf_of = match fields.text("on_behalf_of")?.map(str::parse) {
            None => None,
            Some(Ok(id)) => Some(id),
            Some(Err(_malformed)) => return Err(fields.illegal("on_behalf_of")),
        };
        if fields.boolean("send")? != Some(true) {
            return Err(fields.illegal("send"));
        }
        let mut content = read(&fields, Form::Alone)?;
        content.settlements = settlements(&fields)?;
        Ok(Self {
            kind,
            of,
            on_behalf_of,
            content,
        })
    }
}

/// Reads exactly one of the two; a refund has no receipts of income.
fn of(fields: &Fields<'_>, kind: ReceiptKind) -> Result<ReceiptOf, InvalidRequest> {
    let payment = fields.text("payment_id")?;
    let refund = fields.text("refund_id")?;
    match (payment, refund, kind) {
        (Some(id), None, _) => match id.parse() {
            Ok(id) => Ok(ReceiptOf::Payment(id)),
            Err(_kind) => Err(fields.illegal("payment_id")),
        },
        (None, Some(id), ReceiptKind::Refund) => match id.parse() {
            Ok(id) => Ok(ReceiptOf::Refund(id)),
            Err(_kind) => Err(fields.illegal("refund_id")),
        },
        (Some(_), Some(_), _) => Err(fields.illegal("refund_id")),
        (None, None, _) | (None, Some(_), ReceiptKind::Payment) => {
            Err(fields.illegal("payment_id"))
        }
    }
}

fn settlements(fields: &Fields<'_>) -> Result<Vec<Settlement>, InvalidRequest> {
    let parts = fields.objects("settlements")?;
    let parts = parts.ok_or_else(|| fields.illegal("settlements"))?;
    let read = |part: &Fields<'_>| {
        let kind = part.text("type")?.and_then(SettlementType::from_code);
        Ok(Settlement {
            kind: kind.ok_or_else(|| part.illegal("type"))?,
            amount: amount::read_required(part)?,
        })
    };
    parts.iter().map(read).collect()
}

//! Errors of split payments, of certificates and of plates at tills.

use contract::error::ErrorCode;

use super::{ILLEGAL_VALUE, Row};

const fn row(
    name: &'static str,
    description: &'static str,
    parameter: &'static str,
    advice: &'static str,
) -> Row {
    Row {
        name,
        status: 400,
        code: ErrorCode::InvalidRequest,
        description,
        parameter: Some(parameter),
        retry_after: None,
        advice,
    }
}

pub(in crate::error) const SPLIT_TOO_MANY: Row = row(
    "payment.split.too_many",
    ILLEGAL_VALUE,
    "transfers",
    "Split a payment between at most 50 shops.",
);
pub(in crate::error) const SPLIT_PARTNER_UNKNOWN: Row = row(
    "payment.split.partner_unknown",
    "Invalid account_id format",
    "transfers.account_id",
    "Use the id of a shop of your platform that is enabled; of a capture, one of the payment's.",
);
pub(in crate::error) const SPLIT_CURRENCY_DIFFERS: Row = row(
    "payment.split.currency_differs",
    "Currencies do not match",
    "transfers.amount.currency",
    "Use the payment's currency.",
);
pub(in crate::error) const SPLIT_FEE_OUTSIDE_PART: Row = row(
    "payment.split.fee_outside_part",
    ILLEGAL_VALUE,
    "transfers.platform_fee_amount",
    "Keep between nothing and the whole of the part.",
);
pub(in crate::error) const SPLIT_SUM_DIFFERS: Row = row(
    "payment.split.sum_differs",
    "The sum of transfers differs from the payment amount by {x}",
    "transfers",
    "Let the parts add up to what is paid, or captured.",
);
pub(in crate::error) const SPLIT_NOT_SPLIT: Row = row(
    "payment.split.not_split",
    ILLEGAL_VALUE,
    "transfers",
    "Leave it out: the payment was created without.",
);
pub(in crate::error) const SPLIT_PARTS_MISSING: Row = row(
    "payment.split.parts_missing",
    ILLEGAL_VALUE,
    "transfers",
    "Say how much each shop gets of the part that is captured.",
);
pub(in crate::error) const SPLIT_METHOD: Row = row(
    "payment.split.method",
    "Illegal payment method type",
    "payment_method_data.type",
    "Use a method that can be split: not SBP, a company's account, a loan or a certificate.",
);

pub(in crate::error) const SOURCE_NOT_SPLIT: Row = row(
    "refund.source.not_split",
    ILLEGAL_VALUE,
    "sources",
    "Leave it out: the payment is not split.",
);
pub(in crate::error) const SOURCE_MISSING: Row = row(
    "refund.source.missing",
    ILLEGAL_VALUE,
    "sources",
    "Name the shop that gives the part back, or refund all that is left.",
);
pub(in crate::error) const SOURCE_SEVERAL: Row = row(
    "refund.source.several",
    ILLEGAL_VALUE,
    "sources",
    "Name one shop; make a refund for each.",
);
pub(in crate::error) const SOURCE_SHOP_UNKNOWN: Row = row(
    "refund.source.shop_unknown",
    "Invalid account_id format",
    "sources.account_id",
    "Use the id of a shop that got a part of the payment.",
);
pub(in crate::error) const SOURCE_CURRENCY_DIFFERS: Row = row(
    "refund.source.currency_differs",
    "Currencies do not match",
    "sources.amount.currency",
    "Use the payment's currency.",
);
pub(in crate::error) const SOURCE_SUM_DIFFERS: Row = row(
    "refund.source.sum_differs",
    "The sum of sources differs from the refund amount by {x}",
    "sources",
    "Let the source give what is refunded.",
);
pub(in crate::error) const SOURCE_EXCEEDS_PART: Row = row(
    "refund.source.exceeds_part",
    "Refund sum exceeded",
    "sources.amount.value",
    "Refund what is left of the shop's part or less; refunds under way count too.",
);
pub(in crate::error) const SOURCE_FEE_EXCEEDS: Row = row(
    "refund.source.fee_exceeds",
    ILLEGAL_VALUE,
    "sources.platform_fee_amount",
    "Return at most what you kept of the part, and at most the refund.",
);
pub(in crate::error) const REFUND_CERTIFICATES_MISMATCH: Row = row(
    "refund.certificates_mismatch",
    ILLEGAL_VALUE,
    "refund_method_data",
    "Say what certificates get back of a payment by certificate, and of no other.",
);

pub(in crate::error) const POS_LINK_NOT_FOUND: Row = Row {
    name: "pos_link.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "POS link not found or forbidden",
    parameter: Some("pos_link_id"),
    retry_after: None,
    advice: "Use the id of a plate of this shop.",
};
pub(in crate::error) const POS_LINK_UNKNOWN: Row = row(
    "payment.pos_link.unknown",
    "POS link not found or forbidden",
    "pos_link.id",
    "Use the id of a plate of this shop.",
);
pub(in crate::error) const POS_LINK_INACTIVE: Row = row(
    "payment.pos_link.inactive",
    "POS link is inactive",
    "pos_link.id",
    "Switch the plate on first.",
);
pub(in crate::error) const POS_LINK_BUSY: Row = row(
    "payment.pos_link.busy",
    "POS link is used by another payment",
    "pos_link.id",
    "Wait until the payment at the plate has ended.",
);
pub(in crate::error) const POS_LINK_OTHER_GATEWAY: Row = row(
    "payment.pos_link.other_gateway",
    ILLEGAL_VALUE,
    "recipient.gateway_id",
    "Name the till that the plate stands at, or none.",
);
pub(in crate::error) const POS_LINK_TWO_STAGES: Row = row(
    "payment.pos_link.two_stages",
    ILLEGAL_VALUE,
    "capture",
    "Send true: money is taken at once at a till.",
);
pub(in crate::error) const POS_LINK_TIME: Row = row(
    "payment.pos_link.time",
    ILLEGAL_VALUE,
    "pos_link.expires_at",
    "Give the payer between 1 and 20 minutes.",
);
pub(in crate::error) const POS_LINK_METHOD: Row = row(
    "payment.pos_link.method",
    "Illegal payment method type",
    "payment_method_data.type",
    "Plates are paid by `sbp`.",
);
pub(in crate::error) const POS_LINK_UNCHANGED: Row = row(
    "pos_link.unchanged",
    ILLEGAL_VALUE,
    "pos_link_id",
    "Nothing is to be done: the plate is so already.",
);
pub(in crate::error) const POS_LINK_TAKEN: Row = row(
    "pos_link.link_taken",
    ILLEGAL_VALUE,
    "pos_link_data.link",
    "The code belongs to another plate: read it again.",
);

/// All of them, in the order of the table.
pub(super) const SPLIT_ERRORS: &[&Row] = &[
    &SPLIT_METHOD,
    &SPLIT_TOO_MANY,
    &SPLIT_PARTNER_UNKNOWN,
    &SPLIT_CURRENCY_DIFFERS,
    &SPLIT_FEE_OUTSIDE_PART,
    &SPLIT_SUM_DIFFERS,
    &SPLIT_NOT_SPLIT,
    &SPLIT_PARTS_MISSING,
    &SOURCE_NOT_SPLIT,
    &SOURCE_MISSING,
    &SOURCE_SEVERAL,
    &SOURCE_SHOP_UNKNOWN,
    &SOURCE_CURRENCY_DIFFERS,
    &SOURCE_SUM_DIFFERS,
    &SOURCE_EXCEEDS_PART,
    &SOURCE_FEE_EXCEEDS,
    &REFUND_CERTIFICATES_MISMATCH,
    &POS_LINK_NOT_FOUND,
    &POS_LINK_UNKNOWN,
    &POS_LINK_METHOD,
    &POS_LINK_INACTIVE,
    &POS_LINK_BUSY,
    &POS_LINK_OTHER_GATEWAY,
    &POS_LINK_TWO_STAGES,
    &POS_LINK_TIME,
    &POS_LINK_UNCHANGED,
    &POS_LINK_TAKEN,
];

//! Errors of receipts.

use contract::error::ErrorCode;

use super::Row;

pub(in crate::error) const RECEIPT_NOT_FOUND: Row = Row {
    name: "receipt.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Receipt not found or forbidden",
    parameter: Some("receipt_id"),
    retry_after: None,
    advice: "Use the id of a receipt of this shop.",
};

pub(in crate::error) const RECEIPT_MISSING: Row = Row {
    name: "receipt.data.missing",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipt is missing or illegal",
    parameter: Some("receipt"),
    retry_after: None,
    advice: "Send the receipt: the shop registers receipts, and this request needs one of its own.",
};

pub(in crate::error) const RECEIPT_NOT_ENABLED: Row = Row {
    name: "receipt.data.not_enabled",
    status: 403,
    code: ErrorCode::Forbidden,
    description: "Receipts are not enabled for this store",
    parameter: Some("receipt"),
    retry_after: None,
    advice: "Have receipts switched on for the shop, or send none.",
};

pub(in crate::error) const RECEIPT_IN_DEAL: Row = Row {
    name: "receipt.data.in_deal",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipt is missing or illegal: a deal's payments and refunds carry none",
    parameter: Some("receipt"),
    retry_after: None,
    advice: "Make the receipt by a request of its own when the money has moved.",
};

pub(in crate::error) const RECEIPT_IN_SPLIT: Row = Row {
    name: "receipt.data.in_split",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipt is missing or illegal: a split payment and its refunds carry none",
    parameter: Some("receipt"),
    retry_after: None,
    advice: "Make the receipt by a request of its own when the money has moved.",
};

pub(in crate::error) const RECEIPT_NOT_BY_PROVIDER: Row = Row {
    name: "receipt.create.not_by_provider",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipts of deals and split payments are not registered by this provider",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Have the receipts registered by a register of the seller's own.",
};

pub(in crate::error) const RECEIPT_SELLER_UNKNOWN: Row = Row {
    name: "receipt.create.seller_unknown",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Invalid parameter's value: the shop has no part of the payment",
    parameter: Some("on_behalf_of"),
    retry_after: None,
    advice: "Name a shop that the payment was split to, or none for the platform's own receipt.",
};

pub(in crate::error) const RECEIPT_CONTACT_MISSING: Row = Row {
    name: "receipt.data.contact_missing",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipt is missing or illegal: the buyer's {x} is missing",
    parameter: Some("receipt.customer"),
    retry_after: None,
    advice: "Send the buyer's e-mail; with a register of your own its phone will do.",
};

pub(in crate::error) const RECEIPT_TOO_MANY_ITEMS: Row = Row {
    name: "receipt.data.too_many_items",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipt is missing or illegal: there are more than {x} items",
    parameter: Some("receipt.items"),
    retry_after: None,
    advice: "Send fewer items.",
};

pub(in crate::error) const RECEIPT_ITEM_CURRENCY: Row = Row {
    name: "receipt.data.item_currency",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Currencies do not match",
    parameter: Some("receipt.items.amount.currency"),
    retry_after: None,
    advice: "Use the payment's currency; the description says in which item.",
};

pub(in crate::error) const RECEIPT_ITEM_MEASURE: Row = Row {
    name: "receipt.data.item_measure",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipt is missing or illegal: the measure is missing",
    parameter: Some("receipt.items.measure"),
    retry_after: None,
    advice: "Say what the quantity counts; the description says in which item.",
};

pub(in crate::error) const RECEIPT_ITEM_PRODUCT_CODE: Row = Row {
    name: "receipt.data.item_product_code",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipt is missing or illegal: product_code is of an old format",
    parameter: Some("receipt.items.product_code"),
    retry_after: None,
    advice: "Send mark_code_info instead.",
};

pub(in crate::error) const RECEIPT_TOO_LARGE: Row = Row {
    name: "receipt.data.too_large",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipt is missing or illegal: the sum of items is too large",
    parameter: Some("receipt.items"),
    retry_after: None,
    advice: "Check prices and quantities.",
};

pub(in crate::error) const RECEIPT_SUM_DIFFERS: Row = Row {
    name: "receipt.data.sum_differs",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipt is missing or illegal: the items add up to {x}",
    parameter: Some("receipt.items"),
    retry_after: None,
    advice: "Make price times quantity, rounded half up in each item, add up to the amount.",
};

pub(in crate::error) const RECEIPT_SETTLEMENTS_DIFFER: Row = Row {
    name: "receipt.data.settlements_differ",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipt is missing or illegal: the settlements add up to {x}",
    parameter: Some("settlements"),
    retry_after: None,
    advice: "Make the settlements add up to the items.",
};

pub(in crate::error) const RECEIPT_PAYMENT_UNKNOWN: Row = Row {
    name: "receipt.create.payment_unknown",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment not found or forbidden",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Use the id of a payment of this shop.",
};

pub(in crate::error) const RECEIPT_REFUND_UNKNOWN: Row = Row {
    name: "receipt.create.refund_unknown",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Refund not found or forbidden",
    parameter: Some("refund_id"),
    retry_after: None,
    advice: "Use the id of a refund of this shop.",
};

pub(in crate::error) const RECEIPT_PAYMENT_STATUS: Row = Row {
    name: "receipt.create.payment_status",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipt can not be created for payment in current status",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Income belongs to a payment that is held or taken, its return to one that was taken \
             or canceled.",
};

pub(in crate::error) const RECEIPT_REFUND_STATUS: Row = Row {
    name: "receipt.create.refund_status",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Receipt can not be created for refund in current status",
    parameter: Some("refund_id"),
    retry_after: None,
    advice: "Wait until the refund succeeds.",
};

pub(in crate::error) const RECEIPTS_TOO_MANY: Row = Row {
    name: "receipt.create.too_many",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "No more than 50 receipts can be created for one payment or refund",
    parameter: Some("payment_id"),
    retry_after: None,
    advice: "Nothing more can be registered for it here.",
};

/// All of them, in the order of the table.
pub(super) const RECEIPT_ERRORS: &[&Row] = &[
    &RECEIPT_NOT_FOUND,
    &RECEIPT_MISSING,
    &RECEIPT_NOT_ENABLED,
    &RECEIPT_IN_DEAL,
    &RECEIPT_IN_SPLIT,
    &RECEIPT_NOT_BY_PROVIDER,
    &RECEIPT_SELLER_UNKNOWN,
    &RECEIPT_CONTACT_MISSING,
    &RECEIPT_TOO_MANY_ITEMS,
    &RECEIPT_ITEM_CURRENCY,
    &RECEIPT_ITEM_MEASURE,
    &RECEIPT_ITEM_PRODUCT_CODE,
    &RECEIPT_TOO_LARGE,
    &RECEIPT_SUM_DIFFERS,
    &RECEIPT_SETTLEMENTS_DIFFER,
    &RECEIPT_PAYMENT_UNKNOWN,
    &RECEIPT_REFUND_UNKNOWN,
    &RECEIPT_PAYMENT_STATUS,
    &RECEIPT_REFUND_STATUS,
    &RECEIPTS_TOO_MANY,
];

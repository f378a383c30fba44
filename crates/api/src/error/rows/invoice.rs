//! Errors of invoices.

use contract::error::ErrorCode;

use super::{ILLEGAL_VALUE, Row};

pub(in crate::error) const INVOICE_NOT_FOUND: Row = Row {
    name: "invoice.not_found",
    status: 404,
    code: ErrorCode::NotFound,
    description: "Invoice not found or forbidden",
    parameter: Some("invoice_id"),
    retry_after: None,
    advice: "Use the id of an invoice of this shop.",
};

pub(in crate::error) const INVOICE_CART_CURRENCY: Row = Row {
    name: "invoice.cart.currency_differs",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Currencies do not match",
    parameter: Some("cart"),
    retry_after: None,
    advice: "Use the payment's currency in each line of the cart.",
};

pub(in crate::error) const INVOICE_CART_DISCOUNT: Row = Row {
    name: "invoice.cart.discount_above_price",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("cart"),
    retry_after: None,
    advice: "The price with the discount is at most the full price; leave it out if there is none.",
};

pub(in crate::error) const INVOICE_CART_TOO_LARGE: Row = Row {
    name: "invoice.cart.too_large",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "Payment amount is illegal",
    parameter: Some("cart"),
    retry_after: None,
    advice: "Sell less at once: the cart's sum is larger than any payment.",
};

pub(in crate::error) const INVOICE_CART_SUM: Row = Row {
    name: "invoice.cart.sum_differs",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: "The items of the cart add up to {x}",
    parameter: Some("cart"),
    retry_after: None,
    advice: "Make price (with its discount) times quantity, rounded half up for each line, add up \
             to `payment_data.amount`.",
};

pub(in crate::error) const INVOICE_EXPIRY: Row = Row {
    name: "invoice.expiry_outside_limits",
    status: 400,
    code: ErrorCode::InvalidRequest,
    description: ILLEGAL_VALUE,
    parameter: Some("expires_at"),
    retry_after: None,
    advice: "Name a time after now and at most 30 days from now.",
};

/// All of them, in the order of the table.
pub(super) const INVOICE_ERRORS: &[&Row] = &[
    &INVOICE_NOT_FOUND,
    &INVOICE_CART_CURRENCY,
    &INVOICE_CART_DISCOUNT,
    &INVOICE_CART_TOO_LARGE,
    &INVOICE_CART_SUM,
    &INVOICE_EXPIRY,
];

//! What enters and leaves as JSON: bodies, filters, notifications, errors. Knows no HTTP and no
//! SQL.
//!
//! What enters parses into commands that cannot be invalid; a refusal names the parameter. What
//! leaves is written straight from the domain's objects.

pub mod address;
mod amount;
mod card;
mod confirmation;
mod fees;
mod fields;
mod invalid;
mod json;
mod means;
mod metadata;
mod moment;
mod settlement;
mod wire;

pub mod account;
pub mod clock;
pub mod deal;
pub mod error;
pub mod event;
pub mod grant;
pub mod invoice;
pub mod list;
pub mod oauth;
pub mod payment;
pub mod payment_method;
pub mod payout;
pub mod personal_data;
pub mod pos_link;
pub mod query;
pub mod receipt;
pub mod refund;
pub mod sbp_bank;
pub mod schema;
pub mod self_employed;
pub mod webhook;
pub mod words;

pub use confirmation::Links;
pub use invalid::InvalidRequest;
pub use json::canonical;
pub use query::Range;

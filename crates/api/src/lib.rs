//! Door 1: the merchant API, JSON over HTTP, compatible with YooKassa API v3.
//!
//! A handler extracts, parses, calls, answers. What is wrong with a request is refused in the order
//! of the extractors: credentials, rate, address, key, body.

mod credentials;
mod cx;
mod describe;
mod error;
mod id;
mod key;
mod limit;
mod once;
pub mod openapi;
mod request;
mod response;
mod router;
mod routes;
mod russian;
mod state;

mod account;
mod bank_call;
mod clock;
mod deal;
mod event;
mod fiscal;
mod grant;
mod invoice;
mod oauth;
mod payment;
mod payment_method;
mod payout;
mod personal_data;
mod pos_link;
mod receipt;
mod refund;
mod self_employed;
mod webhook;

pub use error::rows;
pub use router::{router, router_with};
pub use routes::{BESIDE, DESCRIPTION, Endpoint, ROUTES, Route};
pub use state::Settings;

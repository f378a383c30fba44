//! `/v3/payments`

mod cancel;
mod capture;
mod create;
mod list;

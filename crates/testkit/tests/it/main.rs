//! The pages as a browser without script sees them: links and forms, on a platform in memory; and
//! what banks see that call.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod bank_call;
mod browser;
mod build;
mod checkout;
mod oauth;
mod samples;
mod sandbox;
mod sent;
mod widget;

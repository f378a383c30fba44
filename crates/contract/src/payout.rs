//! Payouts, both ways (YooKassa API v3: payouts).

mod create;
mod list;
mod schema;
mod show;

pub use create::{CreatePayout, Receiver};
pub use list::{ListPayouts, SearchPayouts};
pub use schema::{CREATE_PAYOUT, PAYOUT, PAYOUT_LIST};
pub use show::body;

#[cfg(test)]
mod tests;

//! The store against real databases: each test runs on SQLite and on PostgreSQL. The engine below
//! it has tests of its own in `sql`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

/// The same files as in `testkit`, which would bring the whole platform with it.
#[path = "../../../testkit/src/cluster.rs"]
pub mod cluster;
#[path = "../../../testkit/src/database.rs"]
pub mod database;
mod plan;
mod prepare;
mod samples;
mod schema;

mod application;
mod book;
mod deal;
mod delivery;
mod event;
mod grant;
mod idempotency;
mod invoice;
mod message;
mod operation;
mod payment;
mod payment_method;
mod payout;
mod pos_link;
mod receipt;
mod refund;
mod sealing;
mod shop;
mod token;

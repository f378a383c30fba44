//! SQL, transactions and migrations for SQLite and PostgreSQL. No HTTP, no rules.
//!
//! [`Store`] is the handle, [`Tx`] and [`Conn`] are what a unit of work sees, [`StoreError`] is
//! what can go wrong. The SQL itself is in one module per noun.

mod columns;
mod conn;
mod engine;
mod error;
mod facts;
mod fiscalization;
mod migrate;
mod param;
mod postgres;
mod quiet;
mod range;
mod row;
mod serving;
mod sqlite;
mod statistics;
mod unit;

pub mod sealing;
pub mod secret_key;
pub mod shop;
pub mod tariff;

pub mod application;
pub mod authorship;
pub mod deal;
pub mod grant;

pub mod discrepancy;
pub mod idempotency;
pub mod invoice;
pub mod operation;
pub mod payment;
pub mod payment_method;
pub mod pos_link;
pub mod receipt;
pub mod refund;
pub mod sandbox_record;
pub mod token;

pub mod payout;
pub mod personal_data;
pub mod self_employed;

pub mod audit;
pub mod backup;
pub mod book;

pub mod attempt;
pub mod delivery;
pub mod event;
pub mod message;
pub mod webhook;

pub use conn::{Conn, Params, ROWS_MAX, Tx, many};
pub use engine::{Database, Engine, Older, Options, Store};
pub use error::{StoreError, UnitError};
pub use migrate::{MIGRATIONS, Migration};
pub use param::{Json, Param, ToParam};
pub use quiet::Quiet;
pub use range::Range;
pub use row::{FromColumn, Row, Value};
pub use serving::Serving;
pub use statistics::Statistics;

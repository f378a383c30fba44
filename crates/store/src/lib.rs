//! SQL, transactions and migrations for SQLite and PostgreSQL. No HTTP, no rules.
//!
//! [`Store`] is the handle, [`Tx`] and [`Conn`] are what a unit of work sees, [`StoreError`] is
//! what can go wrong. The SQL itself is in one module per noun.

mod backup;
mod conn;
mod engine;
mod error;
mod migrate;
mod param;
mod postgres;
mod row;
mod sqlite;
mod statistics;
mod unit;

pub use conn::{Conn, Params, ROWS_MAX, Tx, many};
pub use engine::{Database, Engine, Options, Store};
pub use error::{StoreError, UnitError};
pub use migrate::{MIGRATIONS, Migration};
pub use param::{Json, Param, ToParam};
pub use row::{FromColumn, Row, Value};
pub use statistics::Statistics;

//! The engine under the store: units of work, statements, rows and migrations on SQLite and on
//! PostgreSQL. It knows no noun: whose tables these are, a [`Schema`] says.
//!
//! [`Handle`] is an open database, [`Tx`] and [`Conn`] are what a unit of work sees, [`StoreError`]
//! is what can go wrong.

mod conn;
mod engine;
mod error;
mod migrate;
mod param;
mod patience;
mod postgres;
mod quiet;
mod row;
mod serving;
mod sqlite;
mod statistics;
mod unit;

pub mod backup;

pub use conn::{Conn, Params, ROWS_MAX, Tx, many};
pub use engine::{Database, Engine, Handle, NO_PLACE, Older, Options};
pub use error::{StoreError, UnitError};
pub use migrate::{Migration, Schema};
pub use param::{Json, Param, ToParam};
pub use quiet::Quiet;
pub use row::{FromColumn, Row, Value};
pub use serving::Serving;
pub use statistics::Statistics;

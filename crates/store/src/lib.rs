//! The tables of Altyn, and the statements on them in one module per noun. No HTTP, no rules.
//!
//! [`Store`] is the handle, [`Tx`] and [`Conn`] are what a unit of work sees, [`StoreError`] is
//! what can go wrong. The engine below it is [`sql`].

mod columns;
mod database;
mod facts;
mod fiscalization;
mod list;
mod migrations;
mod range;
mod table;

pub mod sealing;
pub mod secret_key;
pub mod shop;
pub mod tariff;

pub mod action;
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
pub mod texts;

pub mod attempt;
pub mod delivery;
pub mod event;
pub mod message;
pub mod webhook;

pub use database::{Altyn, Conn, Store, Tx};
pub use migrations::MIGRATIONS;
pub use range::Range;
pub use sql::{
    Database, Engine, Older, Options, Quiet, Serving, Statistics, StoreError, ToParam, UnitError,
};

//! Use cases: who may, in which transaction, with which effects.
//!
//! A use case that asks the outside has three parts: a unit of work writes the intention (an
//! operation), the call is made with the operation's id as idempotency key, and a second unit
//! takes the answer in. A crash between them leaves the operation for [`reconcile`].

mod app;
mod attempts;
mod card_attempts;
mod connector;
mod cx;
mod error;
mod letter;
mod ports;
mod secret;
mod use_of_keys;

pub mod application;
pub mod bank_call;
pub mod grant;

pub mod checkout;
pub mod deal;
pub mod demo;
pub mod invoice;
pub mod journal;
pub mod payment;
pub mod payment_method;
pub mod payout;
pub mod personal_data;
pub mod pos_link;
pub mod receipt;
pub mod refund;
pub mod sandbox;
pub mod sealing;
pub mod self_employed;
pub mod shop;
pub mod simulate;
pub mod token;
pub mod webhook;

mod answer;
mod call;
mod effects;
mod figures;
mod heard;
mod once;
pub mod register;
mod render;
mod split;
mod statement;

pub mod audit;
pub mod deliver;
pub mod discrepancy;
pub mod event;
pub mod expire;
pub mod message;
pub mod reconcile;

pub use answer::hear;
pub use app::{App, MERCHANT_FRESH, Parts, Settings};
pub use attempts::{KeyDoor, TooManyKeys};
pub use card_attempts::{CardLimits, Exceeded, Limit};
pub use connectors::Called;
pub use cx::{Allowed, Cx};
pub use error::{Error, Refusal};
pub use figures::Waiting;
pub use heard::{Script, Trouble};
pub use letter::{InvoiceLetter, Letter, Letters, Overview, Written};
pub use once::{Once, Reply};
pub use ports::{Clock, Random};
pub use store::Quiet;

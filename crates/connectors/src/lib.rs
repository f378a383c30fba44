//! Everything outside the process: acquirers, payers, notification delivery, mail and SMS, real
//! ones and scriptable sandboxes. No SQL, and none of our states.

pub mod acquirer;
pub mod bank_call;
pub mod payer;
pub mod registry;

pub mod local;
pub mod sandbox;

pub mod courier;

pub mod fiscal;

pub mod mail;
mod said;
pub mod sms;

pub mod gate;

pub use acquirer::{Acquirer, CallError, Callback};
pub use courier::Courier;
pub use fiscal::Fiscal;
pub use gate::Gate;
pub use local::Local;
pub use mail::Mailer;
pub use payer::Payer;
pub use registry::{Called, Connector, Connectors};
pub use sms::SmsGateway;

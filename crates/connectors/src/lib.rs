//! Everything outside the process: acquirers, payers and notification delivery, real ones and
//! scriptable sandboxes. No SQL, and none of our states.

pub mod acquirer;
pub mod payer;
pub mod sandbox;

pub mod courier;

pub mod fiscal;

pub mod gate;

pub use acquirer::{Acquirer, CallError};
pub use courier::Courier;
pub use fiscal::Fiscal;
pub use gate::Gate;
pub use payer::Payer;

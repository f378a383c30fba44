//! Sends notifications to merchants' servers: what is sent, and the result.

mod http;
mod memory;

mod resolver;
pub(crate) mod tls;

use async_trait::async_trait;
use domain::Duration;

pub use http::{Certificates, HttpCourier, Settings, SetupError};
pub use memory::{MemoryCourier, Reply};

/// Sends notifications.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Posts once. Never fails: what went wrong is a part of the result.
    async fn post(&self, parcel: Parcel) -> Receipt;
}

/// One request to a merchant's server.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Where to.
    pub url: String,
    /// Headers beside `Content-Type: application/json`.
    pub headers: Vec<(&'static str, String)>,
    /// The body, JSON.
    pub body: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The receiver's word.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// The receiver's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An HTTP answer.
    Answered {
        /// Its status; only 200 means delivered.
        status: u16,
        /// The first kilobyte of its body.
        body: String,
    },
    /// No answer, and why, in words for the merchant: `connection refused`.
    Failed {
        /// Why.
        reason: String,
    },
    /// The address may not be called: private, link-local, or not resolvable to a public one.
    Forbidden {
        /// Why.
        reason: String,
    },
}

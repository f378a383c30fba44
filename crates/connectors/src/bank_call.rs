//! Calls that a bank makes to the platform. Anybody can make one; the connector gets it as it came
//! and proves by its signature that it is its bank's.

use std::error::Error;
use std::fmt;

use async_trait::async_trait;
use http::HeaderMap;

use crate::acquirer::Callback;

/// A call as it came.
#[derive(Clone)]
pub struct BankCall {
    /// The path after the connector's name, without the first slash.
    pub path: String,
    /// The query, if there is one.
    pub query: Option<String>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, untouched: the signature is of these bytes.
    pub body: Vec<u8>,
}

/// A call that is the bank's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// What it says of an operation, if it says anything that counts.
    pub callback: Option<Callback>,
    /// What the bank expects to get once that is taken in.
    pub reply: Reply,
}

/// What a bank expects to get; otherwise it calls again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// Why a call is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum NotReceived {
    /// Nothing proves that it is the bank's.
    #[error("nothing proves that the bank has called")]
    Unproven,
    /// It is the bank's, and cannot be understood.
    #[error("the bank's call makes no sense")]
    Unreadable,
    /// It could not be checked now.
    #[error("the bank's call could not be looked into")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

/// A connector whose bank calls.
#[async_trait]
pub trait TakesCalls: Send + Sync {
    /// Proves that a call is the bank's, and reads it.
    async fn receive(&self, call: &BankCall) -> Result<Received, NotReceived>;
}

impl fmt::Debug for BankCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BankCall")
            .field("path", &self.path)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

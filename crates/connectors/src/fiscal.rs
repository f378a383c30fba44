//! The contract between the platform and fiscal registers, which a real one and the sandbox both
//! fulfil.
//!
//! Each document carries the id of its operation as the register's external id: the same id again
//! registers nothing twice and gets the same answer.

mod atol;
mod desk;
mod sandbox;

pub use atol::AtolOnline;
pub use desk::Desk;
pub use sandbox::{Chances, Fault, Registered, SandboxRegister};

use async_trait::async_trait;
use domain::fiscal::{Register, Said};
use domain::receipt::{Content, ReceiptKind};
use domain::{Money, OperationId, ShopId, Timestamp};

use crate::acquirer::CallError;

/// A fiscal register, or a service in front of several.
#[async_trait]
pub trait Fiscal: Send + Sync {
    /// Asks to register a document. The same operation again hears what became of the first.
    async fn register(&self, document: Document) -> Result<Said, CallError>;

    /// Asks what became of a document that was accepted under this id.
    async fn report(&self, asked: Asked) -> Result<Said, CallError>;
}

/// A document to be registered.
#[derive(Clone, Debug)]
pub struct Document {
    /// The external id: idempotency key.
    pub operation: OperationId,
    /// Whose document it is.
    pub shop_id: ShopId,
    /// The register that is asked.
    pub register: Register,
    /// Which way the money goes.
    pub kind: ReceiptKind,
    /// What stands on it.
    pub content: Content,
    /// What its lines add up to.
    pub total: Money,
    /// When it was made, in the shop's time.
    pub created_at: Timestamp,
    /// Where a register calls back when it is done; the content of that call is not believed.
    pub callback_url: Option<String>,
}

/// A question about a document.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The external id.
    pub operation: OperationId,
    /// The register that was asked.
    pub register: Register,
    /// The register's own id of the document.
    pub register_id: String,
    /// The shop's time.
    pub now: Timestamp,
}

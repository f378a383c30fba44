//! A bank that lives in this process: Altyn shows its pages to payers, it reports by itself what
//! they decided there, and it may still have to write down what it has answered.

use async_trait::async_trait;
use domain::OperationId;

use crate::acquirer::Callback;
use crate::sandbox::{DecideError, Decided, Decision, MemoryError, Shown};

/// Gets what a local bank says by itself; `false` if nobody listens any more.
pub type Listener = Box<dyn Fn(Callback) -> bool + Send>;

/// A bank in this process.
#[async_trait]
pub trait Local: Send + Sync {
    /// What its page shows of an operation. `None` if it knows none that has a page.
    async fn shown(&self, operation: OperationId) -> Result<Option<Shown>, MemoryError>;

    /// The payer decides on its page.
    async fn decide(
        &self,
        operation: OperationId,
        decision: Decision,
    ) -> Result<Decided, DecideError>;

    /// Sends everything to this listener from now on; an earlier one gets nothing any more.
    fn listen(&self, listener: Listener);

    /// Waits until everything that was answered is written down: before the process ends.
    async fn settled(&self);
}

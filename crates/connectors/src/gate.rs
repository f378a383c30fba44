//! A gate that an answer waits at until a test opens it: slowness without a clock.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// A gate; its clones are the same gate. It is closed at first, and once open stays open.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Semaphore>);

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn closed() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// Lets everyone through who waits or will come.
    pub fn open(&self) {
        self.0.close();
    }

    /// Waits until the gate is open.
    pub async fn passed(&self) {
        // The semaphore has no permits and ends every wait with an error when it is closed.
        let closed = self.0.acquire().await.is_err();
        debug_assert!(closed, "a gate has no permits to give");
    }
}

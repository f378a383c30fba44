//! What every handler needs from the process, and what the operator sets for it.

use std::sync::Arc;

use app::App;

use crate::limit::Limiter;

/// What the operator sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many requests a shop may send in a second; 0 means no limit.
    pub requests_per_second: u32,
    /// How many it may send at once after a pause.
    pub requests_burst: u32,
    /// Largest body of a request, in bytes.
    pub body_bytes_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            requests_per_second: 2_000,
            requests_burst: 4_000,
            body_bytes_max: 256 * 1_024,
        }
    }
}

/// What handlers need from the process.
#[derive(Clone)]
pub(crate) struct ApiState {
    pub(crate) app: Arc<App>,
    pub(crate) limiter: Arc<Limiter>,
    /// Largest body of a request.
    pub(crate) body_bytes_max: usize,
}

//! Secrets that the platform gives away: drawn from chance, shown once, kept as hashes. Never made
//! of a unit's ids, which are shown.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::app::App;

/// 256 random bits, as 43 letters, digits, hyphens and underscores.
pub(crate) fn fresh(app: &App) -> String {
    URL_SAFE_NO_PAD.encode(app.random_seed())
}

/// The hash that a secret is stored and looked up by. Secrets are random, so one round is enough.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

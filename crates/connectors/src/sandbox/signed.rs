//! The sandbox calls like a real bank: it names an operation, and signs the bytes of the body with
//! a key that only it and the platform have. What it says of the operation stands in its records.

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::OperationId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

use super::Sandbox;
use crate::acquirer::Callback;
use crate::bank_call::{BankCall, NotReceived, Received, Reply, TakesCalls};

/// The header with the signature: HMAC-SHA256 of the body, in Base64.
pub const SIGNATURE: &str = "x-sandbox-signature";
/// The path after the connector's name.
pub const CALLBACK_PATH: &str = "callback";

/// The key with which both sides sign.
#[derive(Clone)]
pub(super) struct Key(Hmac<Sha256>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    operation_id: String,
}

impl Key {
    /// `None` for no key at all, which would prove nothing.
    fn new(secret: &[u8]) -> Option<Self> {
        let keyed = Hmac::new_from_slice(secret).ok();
        keyed.filter(|_| !secret.is_empty()).map(Self)
    }
}

impl Sandbox {
    /// The same sandbox, which signs its calls with this secret. Without one, no call is accepted
    /// as its own.
    #[must_use]
    pub fn signing_by(mut self, secret: &[u8]) -> Self {
        self.key = Key::new(secret);
        self
    }

    /// The signature of a body; `None` without a key.
    #[must_use]
    pub fn signature(&self, body: &[u8]) -> Option<String> {
        let mut mac = self.key.clone()?.0;
        mac.update(body);
        Some(BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }

    /// Proves in constant time that the body was signed with the key.
    fn prove(&self, call: &BankCall) -> Option<()> {
        let mut mac = self.key.clone()?.0;
        let given = call.headers.get(SIGNATURE)?.as_bytes();
        let given = BASE64_STANDARD.decode(given).ok()?;
        mac.update(&call.body);
        mac.verify_slice(&given).ok()
    }
}

#[async_trait]
impl TakesCalls for Sandbox {
    async fn receive(&self, call: &BankCall) -> Result<Received, NotReceived> {
        if call.path != CALLBACK_PATH {
            return Err(NotReceived::Unreadable);
        }
        self.prove(call).ok_or(NotReceived::Unproven)?;
        let body: Option<Body> = serde_json::from_slice(&call.body).ok();
        let operation = body.and_then(|body| body.operation_id.parse::<OperationId>().ok());
        let operation = operation.ok_or(NotReceived::Unreadable)?;
        let known = self.recall(operation).await.map_err(NotReceived::Failed)?;
        let (record, _) = known.ok_or(NotReceived::Unreadable)?;
        let callback = Callback {
            operation,
            answer: record.answer(&self.base_url),
        };
        Ok(Received {
            callback: Some(callback),
            reply: Reply {
                content_type: "text/plain; charset=utf-8",
                body: b"OK".to_vec(),
            },
        })
    }
}

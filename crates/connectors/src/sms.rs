//! SMS to people: what is sent, and the gateways that take it.

mod http;

use std::fmt;

use async_trait::async_trait;
use domain::MessageId;
use domain::message::{Outcome, Phone};

pub use http::{HttpSms, Settings, SetupError, Sign, TIME_MAX};

/// Sends SMS.
#[async_trait]
pub trait SmsGateway: Send + Sync {
    /// Sends once. Never fails: what went wrong is a part of the outcome.
    async fn send(&self, sms: Sms) -> Outcome;
}

/// A short message to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// The message's id, for gateways that recognise a repetition by it.
    pub id: MessageId,
    /// To whom.
    pub to: Phone,
    /// The text.
    pub text: String,
}

/// No gateway: nobody gets anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSms;

#[async_trait]
impl SmsGateway for NoSms {
    async fn send(&self, _sms: Sms) -> Outcome {
        Outcome::NoServer
    }
}

/// Neither the content nor the address is shown.
impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sms({})", self.id)
    }
}

//! Mail to people: what is sent, and the servers that take it.

mod letter;
mod memory;
mod smtp;

use std::fmt;

use async_trait::async_trait;
use domain::message::{Email, Outcome};
use domain::payment::Locale;
use domain::{MessageId, Timestamp};

pub use memory::{Answer, MemoryMailer};
pub use smtp::{Login, Settings, SetupError, SmtpMailer, TIME_MAX, Tls};

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends once. Never fails: what went wrong is a part of the outcome.
    async fn send(&self, mail: Mail) -> Outcome;
}

/// A mail to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The message's id; its `Message-ID` is made of it, so a repetition can be recognised.
    pub id: MessageId,
    /// To whom.
    pub to: Email,
    /// Its language.
    pub locale: Locale,
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// When it was written, by its shop's clock.
    pub written_at: Timestamp,
}

/// No mail server: nobody gets anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMailer;

#[async_trait]
impl Mailer for NoMailer {
    async fn send(&self, _mail: Mail) -> Outcome {
        Outcome::NoServer
    }
}

/// Neither the content nor the address is shown.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail({})", self.id)
    }
}

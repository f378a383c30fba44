//! A mail server, spoken to by SMTP: a connection for each mail, one time limit for all of it.
//!
//! What the server says to the mail itself decides about the mail. What it says before that, to
//! our name, our password or our TLS, only says that it has to wait.

use std::time::Duration;

use async_trait::async_trait;
use domain::fiscal::Secret;
use domain::message::Outcome;
use lettre::address::Envelope;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;
use tracing::debug;

use super::letter::{self, LetterError};
use super::{Mail, Mailer};
use crate::courier::Certificates;
use crate::said::shortened;

/// How long one mail may take, from the first packet to the server's last word.
pub const TIME_MAX: Duration = Duration::from_secs(30);
/// How long a server may take to say goodbye.
const GOODBYE_TIME_MAX: Duration = Duration::from_secs(2);

/// Answers that are about us and not about the mail, although they come to it: a command that is
/// not understood or out of order, and everything about logging in (RFC 5321, RFC 4954).
const ABOUT_US: [&str; 8] = ["500", "502", "503", "504", "530", "534", "535", "538"];

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    None,
    /// From the server's greeting on, and never without.
    StartTls,
    /// From the first byte.
    Implicit,
}

/// Who we are to the server.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// The operator's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Which certificates are trusted.
    pub certificates: Certificates,
    /// Who we are to it; `None` for servers that know us by our address.
    pub login: Option<Login>,
    /// The sender: `pay@example.com` or `Shop <pay@example.com>`.
    pub from: String,
    /// How long one mail may take.
    pub time_max: Duration,
}

/// Sends mail by SMTP.
pub struct SmtpMailer {
    host: String,
    port: u16,
    tls: Protection,
    credentials: Option<Credentials>,
    from: Mailbox,
    hello: ClientId,
    time_max: Duration,
}

enum Protection {
    None,
    StartTls(TlsParameters),
    Implicit(TlsParameters),
}

/// The mailer cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The sender is not an address.
    #[error("{0:?} is no sender such as pay@example.com or Shop <pay@example.com>")]
    From(String, #[source] lettre::address::AddressError),
    /// TLS cannot be set up.
    #[error("TLS to the mail server cannot be set up")]
    Tls(#[source] Error),
}

impl SmtpMailer {
    /// A mailer.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let parameters = || {
            TlsParameters::builder(settings.host.clone())
                .dangerous_accept_invalid_certs(settings.certificates == Certificates::Any)
                .build()
                .map_err(SetupError::Tls)
        };
        let tls = match settings.tls {
            Tls::None => Protection::None,
            Tls::StartTls => Protection::StartTls(parameters()?),
            Tls::Implicit => Protection::Implicit(parameters()?),
        };
        let from: Result<Mailbox, _> = settings.from.parse();
        let from = from.map_err(|error| SetupError::From(settings.from, error))?;
        let credentials = settings.login.map(|login| {
            let password = login.password.expose().to_owned();
            Credentials::new(login.user, password)
        });
        Ok(Self {
            host: settings.host,
            port: settings.port,
            tls,
            credentials,
            hello: ClientId::Domain(from.email.domain().to_owned()),
            from,
            time_max: settings.time_max,
        })
    }

    /// Connects, and proves who we are.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let implicit = match &self.tls {
            Protection::Implicit(parameters) => Some(parameters.clone()),
            Protection::None | Protection::StartTls(_) => None,
        };
        let server = (self.host.as_str(), self.port);
        let time_max = Some(self.time_max);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, time_max, &self.hello, implicit, None)
                .await?;
        if let Protection::StartTls(parameters) = &self.tls {
            let parameters = parameters.clone();
            connection.starttls(parameters, &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    /// Hands a mail over. The server's answer, and the connection to say goodbye on.
    async fn hand_over(
        &self,
        envelope: &Envelope,
        bytes: &[u8],
    ) -> Result<(String, AsyncSmtpConnection), Outcome> {
        let mut connection = self.connect().await.map_err(|error| Outcome::Failed {
            reason: explained(&error),
        })?;
        match connection.send(envelope, bytes).await {
            Ok(answer) => {
                let lines: Vec<&str> = answer.message().collect();
                let answer = format!("{} {}", answer.code(), lines.join(" "));
                Ok((shortened(&answer), connection))
            }
            Err(error) => {
                let ours = |address: &lettre::Address| address.to_string().is_ascii();
                let plain = envelope.to().iter().all(ours);
                Err(judged(&error, plain))
            }
        }
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: Mail) -> Outcome {
        let (envelope, bytes) = match letter::write(&mail, &self.from) {
            Ok(written) => written,
            Err(error @ (LetterError::Address(_) | LetterError::Parts(_))) => {
                let reason = error.to_string();
                return Outcome::Refused { reason };
            }
        };
        match timeout(self.time_max, self.hand_over(&envelope, &bytes)).await {
            Ok(Ok((answer, mut connection))) => {
                // It has the mail already.
                let goodbye = timeout(GOODBYE_TIME_MAX, connection.quit()).await;
                if !matches!(goodbye, Ok(Ok(_))) {
                    debug!(message.id = %mail.id, "the mail server did not say goodbye");
                }
                Outcome::Accepted { answer }
            }
            Ok(Err(outcome)) => outcome,
            Err(_elapsed) => Outcome::Failed {
                reason: format!("no answer within {} ms", self.time_max.as_millis()),
            },
        }
    }
}

/// What an error in the middle of a mail to an address, in plain letters or not, means for it.
fn judged(error: &Error, plain: bool) -> Outcome {
    let reason = explained(error);
    let about_us = error
        .status()
        .is_some_and(|code| ABOUT_US.contains(&code.to_string().as_str()));
    // The one thing that is said before the server is asked: it takes no such addresses.
    let unspeakable = error.is_client() && !plain;
    if (error.is_permanent() && !about_us) || unspeakable {
        Outcome::Refused { reason }
    } else {
        Outcome::Failed { reason }
    }
}

/// An error in words for the operator: the server's own, if it said any.
fn explained(error: &Error) -> String {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    let text = match (error.status(), cause) {
        (Some(code), Some(said)) => format!("{code} {said}"),
        (Some(code), None) => code.to_string(),
        (None, Some(cause)) if error.is_response() && cause == "incomplete response" => {
            "the connection broke".to_owned()
        }
        (None, Some(cause)) => cause,
        (None, None) => error.to_string(),
    };
    shortened(&text)
}

#[cfg(test)]
mod tests;

//! A mail as the bytes of RFC 5322. The same mail always gives the same bytes.

use std::time::{Duration, UNIX_EPOCH};

use domain::payment::Locale;
use lettre::address::{AddressError, Envelope};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};

use super::Mail;

/// Why a mail cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum LetterError {
    /// Mail cannot be sent to the address.
    #[error("mail cannot go to this address")]
    Address(#[from] AddressError),
    /// The parts do not fit together.
    #[error("the mail cannot be put together")]
    Parts(#[from] lettre::error::Error),
}

/// The envelope and the bytes of a mail from `from`.
pub(super) fn write(mail: &Mail, from: &Mailbox) -> Result<(Envelope, Vec<u8>), LetterError> {
    let to = mail.to.expose().parse()?;
    let seconds = u64::try_from(mail.written_at.as_seconds()).unwrap_or(0);
    let language = match mail.locale {
        Locale::Russian => "ru",
        Locale::English => "en",
    };
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .date(UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(format!("<{}@{}>", mail.id, from.email.domain())))
        .subject(mail.subject.as_str())
        .raw_header(header("Content-Language", language))
        // The machines of people who are away do not answer to machines (RFC 3834).
        .raw_header(header("Auto-Submitted", "auto-generated"));
    let text = part(ContentType::TEXT_PLAIN, &mail.text);
    let message = match &mail.html {
        None => message.singlepart(text)?,
        Some(html) => {
            let both = MultiPart::alternative().boundary(mail.id.to_string());
            let html = part(ContentType::TEXT_HTML, html);
            message.multipart(both.singlepart(text).singlepart(html))?
        }
    };
    Ok((message.envelope().clone(), message.formatted()))
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).body(text.to_owned())
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests;

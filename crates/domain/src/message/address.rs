//! Where a message goes. Only a message can tell whether anyone reads there.

use std::fmt;

use email_address::{EmailAddress, Options};

/// A way for messages to travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// Mail.
    Email,
    /// A short message to a phone.
    Sms,
}

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// To a mailbox.
    Email(Email),
    /// To a phone.
    Phone(Phone),
}

/// An e-mail address by RFC 5322: one `@`, a name of at most 64 bytes before it, a host with a dot
/// after it; no spaces, and nothing that would begin another address in a list.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Email(String);

/// A phone number with the country's code: 4 to 15 digits (E.164), nothing else.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phone(String);

/// Longest e-mail address, in characters (RFC 5321).
pub const EMAIL_CHARS_MAX: usize = 254;

impl Email {
    /// The address; `None` if the text is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let options = Options::default()
            .with_required_tld()
            .without_display_text()
            .without_domain_literal();
        let sound = text.chars().count() <= EMAIL_CHARS_MAX
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
            && !text.contains(['<', '>', ','])
            && text.matches('@').count() == 1
            && EmailAddress::parse_with_options(text, options).is_ok();
        sound.then(|| Self(text.to_owned()))
    }

    /// An address that was accepted earlier, by the rules of that time.
    #[must_use]
    pub fn kept(text: String) -> Self {
        Self(text)
    }

    /// The address, for whoever sends to it or stores it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Phone {
    /// The number; `None` if the text is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let sound = (4..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        sound.then(|| Self(text.to_owned()))
    }

    /// The digits, for whoever sends to it or stores it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Address {
    /// How messages travel there.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Phone(_) => Channel::Sms,
        }
    }

    /// The address on this channel, which was accepted earlier.
    #[must_use]
    pub fn kept(channel: Channel, text: &str) -> Option<Self> {
        match channel {
            Channel::Email => Some(Self::Email(Email::kept(text.to_owned()))),
            Channel::Sms => Phone::parse(text).map(Self::Phone),
        }
    }

    /// The address, for whoever sends to it or stores it.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Self::Email(email) => email.expose(),
            Self::Phone(phone) => phone.expose(),
        }
    }
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Email, Self::Sms];

    /// Its name in the database and in reports.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// The channel of this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

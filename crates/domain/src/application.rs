//! Applications of partners: programs that act in other merchants' shops, with the rights that
//! these shops have granted (YooKassa API v3: OAuth for partners).

use percent_encoding::{AsciiSet, utf8_percent_encode};

use crate::id::ApplicationId;
use crate::time::Timestamp;
use crate::web_address;

/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 100;
/// Longest description, in characters.
pub const DESCRIPTION_CHARS_MAX: usize = 500;
/// Longest address, in bytes.
pub const ADDRESS_BYTES_MAX: usize = 2_048;

/// A right that a shop grants to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Creates payments; saves payment methods and charges saved ones.
    PaymentsCreate,
    /// Takes held money.
    PaymentsCapture,
    /// Lets held money go.
    PaymentsCancel,
    /// Reads payments and payment methods.
    PaymentsGet,
    /// Gives money back.
    RefundsCreate,
    /// Reads refunds.
    RefundsGet,
    /// Reads receipts.
    ReceiptsGet,
    /// Sees what the shop pays for each payment.
    GetFees,
}

/// How an application gets the code that it exchanges for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callback {
    /// The browser carries it to this address.
    Address(String),
    /// It is shown to the merchant, who types it into the application.
    Shown,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its id: `client_id` of OAuth.
    pub id: ApplicationId,
    /// The name that merchants see.
    pub name: String,
    /// What it does, for merchants.
    pub description: Option<String>,
    /// The address of its site.
    pub site: Option<String>,
    /// How it gets codes.
    pub callback: Callback,
    /// The rights that it asks for; never empty.
    pub scopes: Vec<Scope>,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// When it was added, by the platform's clock.
    pub created_at: Timestamp,
    /// When it was taken away, by the platform's clock.
    pub deleted_at: Option<Timestamp>,
    /// Counts changes.
    pub version: i64,
}

/// What a new application is made of.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// The name that merchants see.
    pub name: String,
    /// What it does, for merchants.
    pub description: Option<String>,
    /// The address of its site.
    pub site: Option<String>,
    /// How it gets codes.
    pub callback: Callback,
    /// The rights that it asks for.
    pub scopes: Vec<Scope>,
}

/// Why an application cannot be added, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplicationRefused {
    /// The name is empty or too long.
    #[error("the name needs 1 to {NAME_CHARS_MAX} characters")]
    NameIllegal,
    /// The description is too long.
    #[error("the description has more than {DESCRIPTION_CHARS_MAX} characters")]
    DescriptionTooLong,
    /// The site is not an address.
    #[error("the site needs an https address")]
    SiteIllegal,
    /// Its host is not spelled as browsers send it.
    #[error(
        "site and callback need a host in ASCII: write a host in other letters in its form that \
         begins with xn--; the rest is escaped by itself"
    )]
    HostNotAscii,
    /// The callback is not an address that a browser may be sent to.
    #[error("the callback needs an https address without fragment; http only on this machine")]
    CallbackIllegal,
    /// It asks for no right.
    #[error("the application needs at least one right")]
    NoScopes,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PaymentsCreate,
        Self::PaymentsCapture,
        Self::PaymentsCancel,
        Self::PaymentsGet,
        Self::RefundsCreate,
        Self::RefundsGet,
        Self::ReceiptsGet,
        Self::GetFees,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PaymentsCreate => "checkout:payments_create",
            Self::PaymentsCapture => "checkout:payments_capture",
            Self::PaymentsCancel => "checkout:payments_cancel",
            Self::PaymentsGet => "checkout:payments_get",
            Self::RefundsCreate => "checkout:refunds_create",
            Self::RefundsGet => "checkout:refunds_get",
            Self::ReceiptsGet => "checkout:receipts_get",
            Self::GetFees => "checkout:get_fees",
        }
    }

    /// The right with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }
}

impl Application {
    /// A new application.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn create(
        id: ApplicationId,
        mut new: NewApplication,
        secret_hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Self, ApplicationRefused> {
        if !(1..=NAME_CHARS_MAX).contains(&new.name.trim().chars().count()) {
            return Err(ApplicationRefused::NameIllegal);
        }
        let description = new.description.as_deref().unwrap_or("");
        if DESCRIPTION_CHARS_MAX < description.chars().count() {
            return Err(ApplicationRefused::DescriptionTooLong);
        }
        let callback = match &new.callback {
            Callback::Address(url) => Some(url.as_str()),
            Callback::Shown => None,
        };
        let given = || new.site.as_deref().into_iter().chain(callback);
        if given().any(|url| !host(url).is_ascii()) {
            return Err(ApplicationRefused::HostNotAscii);
        }
        new.site = new.site.map(|site| escaped(&site));
        if let Callback::Address(url) = &mut new.callback {
            *url = escaped(url);
        }
        if new.site.as_deref().is_some_and(|site| !is_https(site)) {
            return Err(ApplicationRefused::SiteIllegal);
        }
        if !new.callback.is_usable() {
            return Err(ApplicationRefused::CallbackIllegal);
        }
        if new.scopes.is_empty() {
            return Err(ApplicationRefused::NoScopes);
        }
        new.scopes.sort_unstable();
        new.scopes.dedup();
        Ok(Self {
            id,
            name: new.name.trim().to_owned(),
            description: new.description,
            site: new.site,
            callback: new.callback,
            scopes: new.scopes,
            secret_hash,
            created_at: now,
            deleted_at: None,
            version: 1,
        })
    }

    /// Returns whether it may still be used.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.deleted_at.is_none()
    }
}

impl Callback {
    /// Returns whether a browser may be sent to the callback.
    fn is_usable(&self) -> bool {
        match self {
            Self::Shown => true,
            Self::Address(url) => is_https(url) || is_loopback(url),
        }
    }

    /// The callback's address with these pairs in its query; `None` if the code is shown instead.
    /// Every byte of a value is escaped, except letters, digits and a few harmless signs.
    #[must_use]
    pub fn with(&self, pairs: &[(&str, &str)]) -> Option<String> {
        let Self::Address(url) = self else {
            return None;
        };
        let mut address = url.clone();
        for (name, value) in pairs {
            let first = !address.contains('?');
            address.push(if first { '?' } else { '&' });
            address.push_str(name);
            address.push('=');
            address.extend(web_address::in_query(value));
        }
        Some(address)
    }
}

/// The host and port of an address.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or("")
}

/// An address with what is not ASCII escaped, as browsers send it.
fn escaped(url: &str) -> String {
    utf8_percent_encode(url, &AsciiSet::EMPTY).to_string()
}

fn is_https(url: &str) -> bool {
    url.strip_prefix("https://").is_some_and(is_place)
}

/// Returns whether it is the developer's own machine, which needs no TLS.
fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://").filter(|rest| is_place(rest)) else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or("");
    let port = |text: &str| text.is_empty() || text.starts_with(':');
    ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|host| authority.strip_prefix(host).is_some_and(port))
}

/// Returns whether this is a host, with whatever follows it, in a spelling that every browser reads
/// alike.
fn is_place(rest: &str) -> bool {
    let authority = rest.split(['/', '?']).next().unwrap_or("");
    let spelled = rest
        .bytes()
        .all(|b| b.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&b));
    spelled && rest.len() <= ADDRESS_BYTES_MAX && !authority.is_empty() && !authority.contains('@')
}

#[cfg(test)]
mod tests;

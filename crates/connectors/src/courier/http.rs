//! The real courier: HTTP/1.1 with kept connections, one time limit for everything, no redirects,
//! no proxies, and no address that a merchant's URL must not lead to.

use std::error::Error as StdError;
use std::io;
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::{Duration, Reach};
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, redirect};
use tokio::time::Instant;
use url::{Host, Url};

use super::resolver::{NotFound, NotPublic, Resolver};
use super::{Courier, Outcome, Parcel, Receipt, tls};

/// How long a delivery may take in all.
const TIME_MAX: StdDuration = StdDuration::from_secs(10);
/// How much of an answer is read.
const BODY_BYTES_MAX: usize = 1_024;
/// How many connections to one host are kept for the next delivery.
const IDLE_PER_HOST_MAX: usize = 32;
/// How long they are kept.
const IDLE_TIME_MAX: StdDuration = StdDuration::from_secs(30);
const USER_AGENT: &str = "Altyn";

/// Which certificates are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificates {
    /// Those that the system trusts.
    Trusted,
    /// Any, self-signed ones too. YooKassa does this, so merchants who move may need it; but
    /// someone on the way can then read and answer notifications in their place.
    Any,
}

/// The operator's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What may be called.
    pub reach: Reach,
    /// Which certificates are trusted.
    pub certificates: Certificates,
    /// How long a delivery may take in all.
    pub time_max: StdDuration,
}

impl Default for Settings {
    /// Public addresses, trusted certificates, ten seconds.
    fn default() -> Self {
        Self {
            reach: Reach::Public,
            certificates: Certificates::Trusted,
            time_max: TIME_MAX,
        }
    }
}

/// Carries notifications over HTTP.
#[derive(Clone, Debug)]
pub struct HttpCourier {
    client: Client,
    settings: Settings,
}

/// The courier cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    /// The client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Client(#[from] reqwest::Error),
}

impl HttpCourier {
    /// A courier.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls::config(settings.certificates)?)
            .dns_resolver(Resolver {
                reach: settings.reach,
            })
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .user_agent(USER_AGENT)
            .timeout(settings.time_max)
            .connect_timeout(settings.time_max)
            .pool_max_idle_per_host(IDLE_PER_HOST_MAX)
            .pool_idle_timeout(IDLE_TIME_MAX)
            .tcp_nodelay(true)
            .build()?;
        Ok(Self { client, settings })
    }

    async fn deliver(&self, parcel: Parcel) -> Outcome {
        let url = match self.checked(&parcel.url) {
            Ok(url) => url,
            Err(outcome) => return outcome,
        };
        let request = match with_headers(self.client.post(url), &parcel.headers) {
            Ok(request) => request.body(parcel.body),
            Err(outcome) => return outcome,
        };
        match request.send().await {
            Ok(response) => Outcome::Answered {
                status: response.status().as_u16(),
                body: beginning(response).await,
            },
            Err(error) => self.explain(&error),
        }
    }

    /// The URL, if it may be called, judging by its text; names are checked when they are resolved.
    fn checked(&self, text: &str) -> Result<Url, Outcome> {
        let reach = self.settings.reach;
        let url = Url::parse(text).map_err(|error| failed(format!("invalid URL: {error}")))?;
        if !reach.allows_scheme(url.scheme()) {
            return Err(forbidden(format!("{} is not allowed", url.scheme())));
        }
        let allowed = match url.host() {
            None => return Err(failed("the URL has no host".to_owned())),
            Some(Host::Ipv4(address)) => reach.allows(address.into()),
            Some(Host::Ipv6(address)) => reach.allows(address.into()),
            Some(Host::Domain(name)) => reach.allows_name(name),
        };
        if !allowed {
            return Err(forbidden(NotPublic.to_string()));
        }
        Ok(url)
    }

    /// Why there is no answer, in words for the merchant.
    fn explain(&self, error: &reqwest::Error) -> Outcome {
        if find::<NotPublic>(error).is_some() {
            return forbidden(NotPublic.to_string());
        }
        if error.is_timeout() {
            let limit_ms = self.settings.time_max.as_millis();
            return failed(format!("no answer within {limit_ms} ms"));
        }
        if let Some(error) = find::<NotFound>(error) {
            return failed(error.to_string());
        }
        if let Some(error) = find::<rustls::Error>(error) {
            return failed(format!("TLS: {error}"));
        }
        if let Some(error) = find::<io::Error>(error) {
            return failed(error.kind().to_string());
        }
        let what = if error.is_connect() {
            "cannot connect"
        } else {
            "the connection broke"
        };
        failed(what.to_owned())
    }
}

#[async_trait]
impl Courier for HttpCourier {
    async fn post(&self, parcel: Parcel) -> Receipt {
        let begun = Instant::now();
        let outcome = self.deliver(parcel).await;
        let micros = i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX);
        Receipt {
            outcome,
            took: Duration::micros(micros),
        }
    }
}

fn failed(reason: String) -> Outcome {
    Outcome::Failed { reason }
}

fn forbidden(reason: String) -> Outcome {
    Outcome::Forbidden { reason }
}

fn with_headers(
    mut request: RequestBuilder,
    headers: &[(&'static str, String)],
) -> Result<RequestBuilder, Outcome> {
    request = request.header(CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        let valid = name
            .parse::<HeaderName>()
            .ok()
            .zip(HeaderValue::from_str(value).ok());
        let (name, value) = valid.ok_or_else(|| failed(format!("invalid header {name}")))?;
        request = request.header(name, value);
    }
    Ok(request)
}

/// The beginning of the body, as text that can be stored. The answer counts even if its body breaks
/// off or never comes, because receivers are told that it is ignored.
async fn beginning(mut response: Response) -> String {
    let mut body = Vec::new();
    while body.len() < BODY_BYTES_MAX {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    body.truncate(BODY_BYTES_MAX);
    String::from_utf8_lossy(&body).replace('\0', "\u{fffd}")
}

/// The cause of this type behind an error.
fn find<'e, T: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // An I/O error hides what it was made from: its source is the source of that.
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

#[cfg(test)]
mod tests;

//! Any gateway that takes an SMS as one HTTP POST: address, header and body are the operator's, the
//! body with `{phone}`, `{text}` and `{id}` for what differs. One that begins like JSON is sent as
//! JSON, any other as a form.
//!
//! Gateways answer in two ways. Some say it by the HTTP status; others answer 200 to everything
//! and say it in a JSON body. So two signs can be named, as `/pointer` or `/pointer=value,value`:
//! one of success, one of a refusal for good. Whatever is neither is tried again. The operator
//! configures the address, so any may be called; it may hold a key, as header and body may, and
//! none of them is ever printed.

use std::time::Duration;

use async_trait::async_trait;
use domain::fiscal::Secret;
use domain::message::Outcome;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Client, Response, redirect};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::{Sms, SmsGateway};
use crate::courier::{self, Certificates, tls};
use crate::said::shortened;

/// How long one SMS may take.
pub const TIME_MAX: Duration = Duration::from_secs(20);
/// How much of an answer is read.
const BODY_BYTES_MAX: usize = 16 * 1_024;
const USER_AGENT: &str = "Altyn";

/// The operator's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to.
    pub url: Secret,
    /// `Name: value`, mostly a key.
    pub header: Option<Secret>,
    /// What is sent, with `{phone}`, `{text}` and `{id}`.
    pub body: Secret,
    /// What an answer has that means success; `None`: any 2xx does.
    pub success: Option<Sign>,
    /// What an answer has that means never; `None`: 400, 404 and 422 do.
    pub refusal: Option<Sign>,
    /// Which certificates are trusted.
    pub certificates: Certificates,
    /// How long one SMS may take.
    pub time_max: Duration,
}

/// A member of a JSON answer, and the values that count; any value if none is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// A JSON pointer; `{phone}` in it stands for the number.
    pointer: String,
    values: Vec<String>,
}

/// Sends SMS by HTTP.
pub struct HttpSms {
    client: Client,
    url: Url,
    header: Option<(HeaderName, HeaderValue)>,
    body: Secret,
    success: Option<Sign>,
    refusal: Option<Sign>,
}

/// The gateway cannot be called with these settings. They are not repeated, because they may hold a
/// key.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is not an address.
    #[error("the gateway's address is none such as https://sms.example.com/send")]
    Url,
    /// The header is not a header.
    #[error("the gateway's header is none such as `Authorization: Bearer …`")]
    Header,
    /// The body has no place for the number or the text.
    #[error("the gateway's body lacks {0}")]
    Body(&'static str),
    /// TLS or the HTTP client cannot be set up.
    #[error("calls to the gateway cannot be set up")]
    Calls(#[from] courier::SetupError),
}

impl Sign {
    /// Reads `/pointer` or `/pointer=value,value`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (pointer, values) = match text.split_once('=') {
            Some((pointer, values)) => (pointer, values.split(',').map(str::to_owned).collect()),
            None => (text, Vec::new()),
        };
        let sound = pointer.starts_with('/') && values.iter().all(|value| !value.is_empty());
        sound.then(|| Self {
            pointer: pointer.to_owned(),
            values,
        })
    }

    /// Returns whether the answer has it.
    fn is_in(&self, answer: &Value, phone: &str) -> bool {
        let found = answer.pointer(&self.pointer.replace("{phone}", phone));
        let said = match found {
            None | Some(Value::Null) => return false,
            Some(Value::String(text)) => text.clone(),
            Some(
                other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)),
            ) => other.to_string(),
        };
        self.values.is_empty() || self.values.contains(&said)
    }
}

impl HttpSms {
    /// A gateway.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let url = Url::parse(settings.url.expose()).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let header = settings.header.as_ref().map(|text| header(text.expose()));
        let header = header.map(|header| header.ok_or(SetupError::Header));
        for place in ["{phone}", "{text}"] {
            if !settings.body.expose().contains(place) {
                return Err(SetupError::Body(place));
            }
        }
        let tls = tls::config(settings.certificates).map_err(courier::SetupError::from)?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .user_agent(USER_AGENT)
            .timeout(settings.time_max)
            .build()
            .map_err(courier::SetupError::from)?;
        Ok(Self {
            client,
            url: url.ok_or(SetupError::Url)?,
            header: header.transpose()?,
            body: settings.body,
            success: settings.success,
            refusal: settings.refusal,
        })
    }

    /// The kind of body, and the body.
    fn filled(&self, sms: &Sms) -> (&'static str, String) {
        let template = self.body.expose();
        let is_json = template.trim_start().starts_with(['{', '[']);
        let (kind, fill): (_, fn(&str) -> String) = if is_json {
            ("application/json", in_json)
        } else {
            ("application/x-www-form-urlencoded", in_form)
        };
        // The text comes last: it may itself look like a place to fill.
        let body = template
            .replace("{phone}", sms.to.expose())
            .replace("{id}", &sms.id.to_string())
            .replace("{text}", &fill(&sms.text));
        (kind, body)
    }

    fn judge(&self, sms: &Sms, status: u16, body: &str) -> Outcome {
        let answer: Value = serde_json::from_str(body).unwrap_or(Value::Null);
        let phone = sms.to.expose();
        let has = |sign: &Sign| sign.is_in(&answer, phone);
        let said = shortened(&format!("{status} {body}"));
        let is_2xx = (200..300).contains(&status);
        if is_2xx && self.success.as_ref().is_none_or(has) {
            return Outcome::Accepted { answer: said };
        }
        let never = matches!(status, 400 | 404 | 422);
        if self.refusal.as_ref().map_or(never, has) {
            Outcome::Refused { reason: said }
        } else {
            Outcome::Failed { reason: said }
        }
    }
}

#[async_trait]
impl SmsGateway for HttpSms {
    async fn send(&self, sms: Sms) -> Outcome {
        let (kind, body) = self.filled(&sms);
        let mut request = self.client.post(self.url.clone()).body(body);
        request = request.header(CONTENT_TYPE, kind);
        if let Some((name, value)) = &self.header {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                self.judge(&sms, status, &beginning(response).await)
            }
            Err(error) => Outcome::Failed {
                reason: explained(error),
            },
        }
    }
}

fn header(text: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = text.split_once(':')?;
    let mut value = HeaderValue::from_str(value.trim()).ok()?;
    value.set_sensitive(true);
    Some((name.trim().parse().ok()?, value))
}

/// A text between the quotes of a JSON string.
fn in_json(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    let inside = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inside.unwrap_or_default().to_owned()
}

/// A text as the value of a form's field.
fn in_form(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The beginning of an answer, whatever comes of the rest.
async fn beginning(mut response: Response) -> String {
    let mut seen = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = BODY_BYTES_MAX.saturating_sub(seen.len());
        seen.extend(chunk.iter().take(room));
        if room <= chunk.len() {
            break;
        }
    }
    String::from_utf8_lossy(&seen).into_owned()
}

/// Why there was no answer, without the address.
fn explained(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    if error.is_connect() {
        return "no connection to the gateway".to_owned();
    }
    shortened(&error.without_url().to_string())
}

#[cfg(test)]
mod tests;

//! ATOL Online, protocols v4 (documents of format 1.05) and v5 (1.2).
//!
//! The service is asked with a token that lives for a day; one that has ended is replaced and the
//! question asked once more. A document is sent with the operation's id as external id: sent
//! again, it is answered with the id that the service gave it first. What became of it is polled;
//! the service's callback only says when to ask. The operator configures the addresses, so any may
//! be called.

mod answer;
mod document;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::fiscal::{AtolAccount, Register, Said, Secret};
use domain::receipt::ReceiptKind;
use reqwest::{Client, RequestBuilder, Response, redirect};
use serde_json::{Value, json};

use super::{Asked, Document, Fiscal};
use crate::acquirer::CallError;
use crate::courier::{Certificates, SetupError, tls};
use answer::Heard;

/// How long one call may take.
const TIME_MAX: Duration = Duration::from_secs(20);
/// The longest answer that is read; the service's own take a few kilobytes.
const BODY_BYTES_MAX: usize = 256 * 1_024;
/// The longest address that the service takes.
const CALLBACK_CHARS_MAX: usize = 256;
const USER_AGENT: &str = "Altyn";

/// Asks ATOL Online.
pub struct AtolOnline {
    client: Client,
    tokens: Mutex<BTreeMap<TokenKey, String>>,
}

/// The owner of a token. With another password it is somebody else, until the service says that the
/// password is right.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct TokenKey {
    base_url: String,
    login: String,
    password_file: String,
}

/// A question that may be asked again with a new token.
struct Question<'a> {
    account: &'a AtolAccount,
    path: String,
    body: Option<Value>,
}

impl AtolOnline {
    /// A connector.
    ///
    /// # Errors
    /// TLS or the HTTP client cannot be set up.
    pub fn new() -> Result<Self, SetupError> {
        Self::with_time_max(TIME_MAX)
    }

    fn with_time_max(time_max: Duration) -> Result<Self, SetupError> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls::config(Certificates::Trusted)?)
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .user_agent(USER_AGENT)
            .timeout(time_max)
            .build()?;
        Ok(Self {
            client,
            tokens: Mutex::default(),
        })
    }

    /// Asks with a token, and once more with a new one if the service wants that.
    async fn ask(&self, question: &Question<'_>) -> Result<Heard, CallError> {
        let account = question.account;
        let mut renewed = false;
        loop {
            let token = self.token(account).await?;
            let url = address(account, &question.path);
            let request = match &question.body {
                Some(body) => self.client.post(url).json(body),
                None => self.client.get(url),
            };
            let heard = answer::read(sent(request.header("Token", &token)).await?);
            if !matches!(heard, Heard::TokenEnded) || renewed {
                return Ok(heard);
            }
            self.forget(&key(account), &token);
            renewed = true;
        }
    }

    async fn token(&self, account: &AtolAccount) -> Result<String, CallError> {
        let known = self.tokens().get(&key(account)).cloned();
        if let Some(token) = known {
            return Ok(token);
        }
        let password = password(account.password_file.clone()).await?;
        let body = json!({"login": account.login, "pass": password.expose()});
        let url = address(account, "getToken");
        let request = self.client.post(url).json(&body);
        // Without a token nothing was registered.
        let said = sent(request).await.map_err(|error| match error {
            CallError::NotSent(cause) | CallError::Unknown(cause) => CallError::NotSent(cause),
        })?;
        match said.1.get("token").and_then(Value::as_str) {
            Some(token) => {
                self.tokens().insert(key(account), token.to_owned());
                Ok(token.to_owned())
            }
            None => Err(CallError::NotSent(Some(
                format!("no token: {}", answer::why(&said.1)).into(),
            ))),
        }
    }

    /// Forgets a token that has ended, unless another question has brought a new one meanwhile.
    fn forget(&self, key: &TokenKey, ended: &str) {
        let mut tokens = self.tokens();
        if tokens.get(key).is_some_and(|token| token == ended) {
            tokens.remove(key);
        }
    }

    fn tokens(&self) -> MutexGuard<'_, BTreeMap<TokenKey, String>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(account: &AtolAccount) -> TokenKey {
    TokenKey {
        base_url: format!("{}/{}", account.base_url, account.version.code()),
        login: account.login.clone(),
        password_file: account.password_file.clone(),
    }
}

/// Reads a password. Without it no request was sent.
async fn password(file: String) -> Result<Secret, CallError> {
    let missing = |why: String| CallError::NotSent(Some(why.into()));
    let read = tokio::task::spawn_blocking(move || {
        let text = std::fs::read_to_string(&file);
        let text = text.map_err(|error| format!("read the password in {file}: {error}"))?;
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Err(format!("no password stands in {file}"));
        }
        Ok(Secret::new(text.to_owned()))
    });
    let read = read.await.map_err(|error| missing(error.to_string()))?;
    read.map_err(missing)
}

fn address(account: &AtolAccount, path: &str) -> String {
    let base = account.base_url.trim_end_matches('/');
    format!("{base}/{}/{path}", account.version.code())
}

/// Sends a request. Returns its status and body; a body that is not JSON counts as no answer.
async fn sent(request: RequestBuilder) -> Result<(u16, Value), CallError> {
    let response = request.send().await.map_err(|error| {
        let connected = !error.is_connect();
        let cause = error.without_url().into();
        if connected {
            CallError::Unknown(Some(cause))
        } else {
            CallError::NotSent(Some(cause))
        }
    })?;
    let status = response.status().as_u16();
    let body = body(response).await?;
    let body = serde_json::from_slice(&body);
    body.map(|body| (status, body))
        .map_err(|error| CallError::Unknown(Some(error.into())))
}

async fn body(mut response: Response) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|error| CallError::Unknown(Some(error.without_url().into())))?;
        let Some(chunk) = chunk else {
            return Ok(body);
        };
        if BODY_BYTES_MAX.saturating_sub(body.len()) < chunk.len() {
            let why = "the service's answer is longer than any of its answers";
            return Err(CallError::Unknown(Some(why.into())));
        }
        body.extend_from_slice(&chunk);
    }
}

fn account(register: &Register) -> Result<&AtolAccount, CallError> {
    match register {
        Register::Atol(account) => Ok(account),
        Register::Sandbox => Err(CallError::NotSent(Some(
            "the shop has no account with ATOL Online".into(),
        ))),
    }
}

/// What was heard of a document; an error if it says nothing about it.
fn said(heard: Heard, register_id: Option<&str>) -> Result<Said, CallError> {
    match heard {
        Heard::Said(said) => Ok(said),
        Heard::NotReady => match register_id {
            Some(id) => Ok(Said::Accepted {
                register_id: id.to_owned(),
            }),
            None => Err(CallError::Unknown(None)),
        },
        Heard::TokenEnded => Err(CallError::NotSent(Some(
            "the service does not take its own token".into(),
        ))),
        Heard::Closed(why) => Err(CallError::NotSent(Some(why.into()))),
        Heard::Broken(why) => Err(CallError::Unknown(Some(why.into()))),
    }
}

#[async_trait]
impl Fiscal for AtolOnline {
    async fn register(&self, document: Document) -> Result<Said, CallError> {
        let account = account(&document.register)?;
        let operation = match document.kind {
            ReceiptKind::Payment => "sell",
            ReceiptKind::Refund => "sell_refund",
        };
        let body = match document::written(account, &document) {
            Ok(body) => body,
            Err(error) => {
                let reason = format!("the document cannot be written: {error}");
                return Ok(Said::Refused { reason });
            }
        };
        let question = Question {
            account,
            path: format!("{}/{operation}", account.group_code),
            body: Some(body),
        };
        said(self.ask(&question).await?, None)
    }

    async fn report(&self, asked: Asked) -> Result<Said, CallError> {
        let account = account(&asked.register)?;
        let question = Question {
            account,
            path: format!("{}/report/{}", account.group_code, asked.register_id),
            body: None,
        };
        said(self.ask(&question).await?, Some(&asked.register_id))
    }
}

#[cfg(test)]
mod tests;

//! One HTTP/1.1 connection that stays open, and the requests a merchant sends over it.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// Who asks: a shop's identifier and its key, as a header.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) shop_id: String,
    header: HeaderValue,
}

impl Credentials {
    pub(crate) fn new(shop_id: &str, secret_key: &str) -> Result<Self> {
        let coded = STANDARD.encode(format!("{shop_id}:{secret_key}"));
        let header = HeaderValue::try_from(format!("Basic {coded}"))?;
        Ok(Self {
            shop_id: shop_id.to_owned(),
            header,
        })
    }
}

/// One request.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) credentials: Credentials,
    pub(crate) key: Option<String>,
    pub(crate) body: Bytes,
}

/// One answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Reply {
    /// The text of a field of the answer.
    pub(crate) fn field(&self, name: &str) -> Result<String> {
        let object: serde_json::Value = serde_json::from_slice(&self.body)?;
        let text = object.get(name).and_then(|value| value.as_str());
        Ok(text
            .with_context(|| format!("the answer has no {name}: {object}"))?
            .to_owned())
    }
}

/// A connection that stays open.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

impl Connection {
    /// Connects within the runtime of the caller.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .context("connect to the server")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            // A connection that breaks shows itself in the next request.
            drop(connection.await);
        });
        Ok(Self {
            sender,
            host: HeaderValue::try_from(address.to_string())?,
        })
    }

    /// Sends a request and reads its whole answer.
    pub(crate) async fn send(&mut self, call: Call) -> Result<Reply> {
        let mut request = Request::builder()
            .method(call.method)
            .uri(call.path)
            .header(HOST, self.host.clone())
            .header(AUTHORIZATION, call.credentials.header)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(key) = call.key {
            request = request.header("Idempotence-Key", key);
        }
        let request = request.body(Full::new(call.body))?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await?.to_bytes();
        Ok(Reply { status, body })
    }
}

//! Requests that change something: their idempotency key and body (YooKassa API v3: idempotency).

use app::Once;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Method};
use sha2::{Digest as _, Sha256};

use crate::error::ApiError;
use crate::key;
use crate::state::ApiState;

/// The body that stands for an empty one, where a request needs none.
const EMPTY_OBJECT: &[u8] = b"{}";

/// A request with a body. It is the same request as another if method, path and content are equal.
pub(crate) struct Post {
    pub(crate) once: Once,
    pub(crate) body: Bytes,
}

/// A request whose body is ignored: PHP's SDK repeats the body of an earlier one.
pub(crate) struct Bare(pub(crate) Once);

/// A body without a key, for Altyn's own operations, which clients do not repeat blindly.
pub(crate) struct Plain(pub(crate) Bytes);

impl FromRequest<ApiState> for Plain {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        Ok(Self(read(request, state).await?))
    }
}

impl FromRequest<ApiState> for Post {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        let key = key::read(request.headers())?;
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let body = read(request, state).await?;
        let content = if body.is_empty() {
            EMPTY_OBJECT
        } else {
            &body[..]
        };
        let fingerprint = fingerprint(&method, &path, &contract::canonical(content));
        let once = Once { key, fingerprint };
        Ok(Self { once, body })
    }
}

impl FromRequest<ApiState> for Bare {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        let key = key::read(request.headers())?;
        let fingerprint = fingerprint(request.method(), request.uri().path(), EMPTY_OBJECT);
        // Read off the connection, so that the next request can come over it.
        match Bytes::from_request(request, state)
            .await
            .map_err(Into::into)
        {
            Ok(_) | Err(ApiError::BodyTooLarge) => Ok(Self(Once { key, fingerprint })),
            Err(broken) => Err(broken),
        }
    }
}

/// The body, which has to be JSON. A body that is announced as too large is not waited for.
async fn read(request: Request, state: &ApiState) -> Result<Bytes, ApiError> {
    let headers = request.headers();
    let is_json = is_json(headers);
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    let announced: Option<usize> = announced.and_then(|length| length.parse().ok());
    if announced.is_some_and(|length| state.body_bytes_max < length) {
        return Err(ApiError::BodyTooLarge);
    }
    if is_encoded(headers) {
        return Err(ApiError::Encoded);
    }
    let body = Bytes::from_request(request, state).await?;
    if !body.is_empty() && !is_json {
        return Err(ApiError::NotJson);
    }
    Ok(body)
}

/// Returns whether the body is compressed.
pub(crate) fn is_encoded(headers: &HeaderMap) -> bool {
    let encodings = headers.get_all(CONTENT_ENCODING).iter();
    let mut plain = encodings.map(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"));
    plain.any(|plain| !plain)
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn fingerprint(method: &Method, path: &str, content: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [method.as_str().as_bytes(), path.as_bytes(), content] {
        hash.update(part);
        hash.update(b"\n");
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn json_has_one_name_and_may_have_parameters() {
        let json = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(text));
            is_json(&headers)
        };
        assert!(json("application/json") && json("Application/JSON; charset=utf-8"));
        assert!(!json("text/plain") && !json("application/jsonp") && !json(""));
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn method_path_and_content_make_a_request_the_same() {
        let of = |method: &Method, path: &str, body: &str| {
            fingerprint(method, path, &contract::canonical(body.as_bytes()))
        };
        let first = of(&Method::POST, "/v3/payments", r#"{"a":1,"b":2}"#);
        assert_eq!(
            first,
            of(&Method::POST, "/v3/payments", r#"{ "b": 2, "a": 1 }"#)
        );
        assert_ne!(first, of(&Method::POST, "/v3/payments", r#"{"a":1,"b":3}"#));
        assert_ne!(first, of(&Method::POST, "/v3/refunds", r#"{"a":1,"b":2}"#));
        assert_ne!(first, of(&Method::PUT, "/v3/payments", r#"{"a":1,"b":2}"#));
    }
}

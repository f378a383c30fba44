//! `/oauth/v2/token` and `/oauth/v2/revoke_token`: forms in, JSON out, errors in the form of RFC
//! 6749 (YooKassa API v3: OAuth for partners).

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use app::{App, Error, KeyDoor, Refusal, TooManyKeys};
use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use contract::oauth::{ClientShown, OauthError, RevokeRequest, TokenRequest};
use domain::{Application, ApplicationId};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use tracing::{error, info};

use crate::credentials::{CredentialsRefused, basic};
use crate::once::is_encoded;
use crate::request::guard;
use crate::response::JSON;
use crate::routes;

/// The largest form: a client, its secret, a code or token.
const FORM_BYTES_MAX: usize = 8 * 1_024;

/// The two addresses, for applications only.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(routes::TOKEN, post(token))
        .route(routes::REVOKE_TOKEN, post(revoke_token))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .with_state(app)
}

/// Exchanges a code for a token.
async fn token(
    State(app): State<Arc<App>>,
    From(from): From,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answered(exchange(&app, from, &headers, &body).await)
}

async fn exchange(
    app: &Arc<App>,
    from: Option<IpAddr>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Vec<u8>, OauthError> {
    let request = TokenRequest::parse(form(headers, body)?)?;
    let application = client(app, from, headers, &request.client).await?;
    let verifier = request.verifier.as_ref().map(|verifier| verifier.as_str());
    let issued = app::grant::exchange(app, &application, &request.code, verifier).await;
    let issued = issued.map_err(reason)?;
    info!(application.id = %application.id, "a code was exchanged for a token");
    Ok(contract::oauth::token_body(&issued.token, issued.life))
}

/// Ends a token.
async fn revoke_token(
    State(app): State<Arc<App>>,
    From(from): From,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answered(revoke(&app, from, &headers, &body).await)
}

async fn revoke(
    app: &Arc<App>,
    from: Option<IpAddr>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Vec<u8>, OauthError> {
    let request = RevokeRequest::parse(form(headers, body)?)?;
    let application = client(app, from, headers, &request.client).await?;
    let ended = app::grant::give_back(app, &application, &request.token).await;
    ended.map_err(reason)?;
    info!(application.id = %application.id, "a token was given back");
    Ok(contract::oauth::REVOKED.to_vec())
}

fn form<'b>(headers: &HeaderMap, body: &'b [u8]) -> Result<&'b [u8], OauthError> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or("");
    let is_form = kind
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded");
    let readable = is_form && !is_encoded(headers);
    readable.then_some(body).ok_or(OauthError::InvalidRequest)
}

/// Finds out who is asking, by the header or by the form, but not by both.
async fn client(
    app: &Arc<App>,
    from: Option<IpAddr>,
    headers: &HeaderMap,
    shown: &ClientShown,
) -> Result<Application, OauthError> {
    let (id, secret) = match headers.get(AUTHORIZATION) {
        Some(_) if shown.secret.is_some() => return Err(OauthError::InvalidRequest),
        Some(_) => {
            let (id, secret) = basic(headers).map_err(|unusable| match unusable {
                CredentialsRefused::Twice => OauthError::InvalidRequest,
                CredentialsRefused::Missing
                | CredentialsRefused::Malformed
                | CredentialsRefused::Kind
                | CredentialsRefused::Login
                | CredentialsRefused::Password
                | CredentialsRefused::Token => OauthError::InvalidClient,
            })?;
            if shown.id.as_ref().is_some_and(|other| *other != id) {
                return Err(OauthError::InvalidRequest);
            }
            (id, secret)
        }
        None => {
            let id = shown.id.clone().ok_or(OauthError::InvalidClient)?;
            let secret = shown.secret.clone().ok_or(OauthError::InvalidClient)?;
            (id, secret)
        }
    };
    let id: ApplicationId = id.parse().map_err(|_kind| OauthError::InvalidClient)?;
    let proved = app::application::prove(app, id, &secret).await;
    proved.map_err(|failure| {
        let wrong = matches!(failure, Error::Denied);
        match wrong.then(|| app.wrong_key(KeyDoor::Token, &id, from)) {
            Some(Err(TooManyKeys(wait))) => OauthError::TooManySecrets { wait },
            Some(Ok(())) | None => reason(failure),
        }
    })
}

/// The address that a request comes from.
struct From(Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(from.map(|ConnectInfo(from)| from.ip())))
    }
}

fn reason(failure: Error) -> OauthError {
    match failure {
        Error::Denied => OauthError::InvalidClient,
        Error::Refused(Refusal::Exchange(refused)) => {
            info!(%refused, "a code or token was refused");
            OauthError::InvalidGrant
        }
        Error::Conflict | Error::Busy | Error::Unavailable(_) | Error::Unconfirmed(_) => {
            OauthError::TemporarilyUnavailable
        }
        failure @ (Error::NotFound { .. }
        | Error::Forbidden { .. }
        | Error::Invalid(_)
        | Error::Refused(_)
        | Error::Internal(_)) => {
            error!(cause = ?failure, "a request for a token failed");
            OauthError::ServerError
        }
    }
}

fn answered(outcome: Result<Vec<u8>, OauthError>) -> Response {
    let mut wait = None;
    let (status, body) = match outcome {
        Ok(body) => (StatusCode::OK, body),
        Err(refused) => {
            if let OauthError::TooManySecrets { wait: until } = refused {
                wait = Some(until);
            }
            (status(refused), contract::oauth::error_body(refused))
        }
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    guard(headers);
    headers.insert("pragma", HeaderValue::from_static("no-cache"));
    if let Some(wait) = wait {
        let seconds = wait
            .as_millis()
            .saturating_add(999)
            .div_euclid(1_000)
            .max(1);
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Basic realm=\"applications\"");
        headers.insert(WWW_AUTHENTICATE, scheme);
    }
    response
}

fn status(refused: OauthError) -> StatusCode {
    match refused {
        OauthError::InvalidRequest
        | OauthError::InvalidGrant
        | OauthError::UnsupportedGrantType => StatusCode::BAD_REQUEST,
        OauthError::InvalidClient => StatusCode::UNAUTHORIZED,
        OauthError::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        OauthError::TooManySecrets { .. } => StatusCode::TOO_MANY_REQUESTS,
        OauthError::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

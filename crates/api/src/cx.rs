//! Finds out who is asking, and whether they may. A handler that takes an [`ApiCx`] acts in that
//! shop and in no other; the access table says who may use its route.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use app::{Cx, KeyDoor, TooManyKeys};
use axum::extract::{ConnectInfo, FromRequestParts};
use domain::{Right, Role};
use http::Method;
use http::request::Parts;
use tracing::{Span, field};

use crate::credentials::{Credentials, CredentialsRefused};
use crate::error::ApiError;
use crate::request::RequestId;
use crate::state::ApiState;

/// The context of a request by a shop that has proved who it is.
pub(crate) struct ApiCx(pub(crate) Cx);

impl FromRequestParts<ApiState> for ApiCx {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let right = parts.extensions.get::<Right>().copied();
        let shown = Credentials::read(&parts.headers)?;
        let id = parts.extensions.get::<RequestId>();
        let id = id.map(|RequestId(id)| id.clone()).unwrap_or_default();
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let from = from.map(|ConnectInfo(from)| from.ip());
        // A path outside of the table gives no right.
        let right = right.ok_or(ApiError::UnknownPath)?;
        let cx = authenticate(state, right, shown, (id, from))
            .await?
            .from(from);
        let shop = cx.actor().account().ok_or(CredentialsRefused::Kind)?;
        if !state.limiter.permits(shop, state.app.now()) {
            return Err(ApiError::TooManyRequests);
        }
        if !cx.actor().role().may(right) {
            return Err(CredentialsRefused::Kind.into());
        }
        Span::current().record("shop.id", field::display(shop));
        // Reading stays possible, for the bookkeeping and for questions that come later.
        if parts.method != Method::GET {
            cx.require_enabled()?;
        }
        if !cx.actor().may(right) {
            return Err(ApiError::ScopeMissing);
        }
        Ok(Self(cx))
    }
}

/// The context of whoever shows these credentials, if the route takes credentials of their kind.
async fn authenticate(
    state: &ApiState,
    right: Right,
    shown: Credentials,
    (id, from): (String, Option<IpAddr>),
) -> Result<Cx, ApiError> {
    let wrong = |login: &dyn fmt::Display, refused: ApiError| match state.app.wrong_key(
        KeyDoor::Api,
        login,
        from,
    ) {
        Ok(()) => refused,
        Err(TooManyKeys(_)) => ApiError::TooManyKeys,
    };
    match shown {
        Credentials::Key { shop, secret } if Role::Key.may(right) || Role::Gateway.may(right) => {
            match app::shop::authenticate(&state.app, shop, &secret, id).await {
                Err(denied @ app::Error::Denied) => Err(wrong(&shop, denied.into())),
                proved => Ok(proved?),
            }
        }
        Credentials::Token(token) if Role::Application.may(right) => {
            match app::grant::authenticate(&state.app, &token, id).await {
                // Nobody can guess a token, and only a 401 tells its application that it has ended.
                // So a wrong token is counted, but never answered with "try again later".
                Err(app::Error::Denied) => {
                    let _counted = state.app.wrong_key(KeyDoor::Api, &"an application", from);
                    Err(CredentialsRefused::Token.into())
                }
                proved => Ok(proved?),
            }
        }
        Credentials::Key { .. } | Credentials::Token(_) => Err(CredentialsRefused::Kind.into()),
    }
}

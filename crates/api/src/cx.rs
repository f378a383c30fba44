//! Who is asking, and may they do this. A handler that takes an [`ApiCx`] acts in that shop and in
//! no other; who may use its route stands in the access table.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use app::{Cx, KeyDoor, TooManyKeys};
use axum::extract::{ConnectInfo, FromRequestParts};
use http::Method;
use http::request::Parts;
use tracing::{Span, field};

use crate::credentials::{Credentials, CredentialsRefused};
use crate::door::Door;
use crate::error::ApiError;
use crate::request::RequestId;
use crate::routes::Who;

/// The context of a request by a shop that has proved who it is.
pub(crate) struct ApiCx(pub(crate) Cx);

impl FromRequestParts<Door> for ApiCx {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, ApiError> {
        // A path outside of the table is for shops.
        let who = parts.extensions.get::<Who>().copied();
        let who = who.unwrap_or(Who::Shop);
        let shown = Credentials::read(&parts.headers)?;
        let id = parts.extensions.get::<RequestId>();
        let id = id.map(|RequestId(id)| id.clone()).unwrap_or_default();
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let from = from.map(|ConnectInfo(from)| from.ip());
        let mut cx = authenticate(door, who, shown, (id, from)).await?;
        cx.client_ip = from;
        if !door.limiter.permits(cx.shop.id, door.app.now()) {
            return Err(ApiError::TooManyRequests);
        }
        let kind_fits = match who {
            Who::Shop | Who::ShopOrGranted(_) | Who::Application => !cx.shop.is_gateway(),
            Who::Gateway => cx.shop.is_gateway(),
            Who::ShopOrGateway | Who::Anyone => true,
        };
        if !kind_fits {
            return Err(CredentialsRefused::Kind.into());
        }
        Span::current().record("shop.id", field::display(cx.shop.id));
        // Looking stays possible: there may be books to keep and questions to answer.
        if parts.method != Method::GET {
            cx.require_enabled()?;
        }
        match who {
            Who::ShopOrGranted(scope) if !cx.permits(scope) => Err(ApiError::ScopeMissing),
            Who::Shop
            | Who::Gateway
            | Who::ShopOrGateway
            | Who::ShopOrGranted(_)
            | Who::Anyone
            | Who::Application => Ok(Self(cx)),
        }
    }
}

/// The context of whoever shows these credentials, if they are of a kind that the route takes.
async fn authenticate(
    door: &Door,
    who: Who,
    shown: Credentials,
    (id, from): (String, Option<IpAddr>),
) -> Result<Cx, ApiError> {
    let wrong = |login: &dyn fmt::Display, refused: ApiError| match door.app.wrong_key(
        KeyDoor::Api,
        login,
        from,
    ) {
        Ok(()) => refused,
        Err(TooManyKeys(_)) => ApiError::TooManyKeys,
    };
    match (shown, who) {
        (
            Credentials::Key { shop, secret },
            Who::Shop | Who::Gateway | Who::ShopOrGateway | Who::ShopOrGranted(_) | Who::Anyone,
        ) => match app::shop::authenticate(&door.app, shop, &secret, id).await {
            Err(denied @ app::Error::Denied) => Err(wrong(&shop, denied.into())),
            proved => Ok(proved?),
        },
        (Credentials::Token(token), Who::ShopOrGranted(_) | Who::Anyone | Who::Application) => {
            match app::grant::authenticate(&door.app, &token, id).await {
                // Nobody guesses a token, and only a 401 tells its application that it is over: so
                // it is counted and never turned away for now.
                Err(app::Error::Denied) => {
                    let _counted = door.app.wrong_key(KeyDoor::Api, &"an application", from);
                    Err(CredentialsRefused::Token.into())
                }
                proved => Ok(proved?),
            }
        }
        (Credentials::Key { .. }, Who::Application)
        | (Credentials::Token(_), Who::Shop | Who::Gateway | Who::ShopOrGateway) => {
            Err(CredentialsRefused::Kind.into())
        }
    }
}

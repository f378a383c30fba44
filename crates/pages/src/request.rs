//! What a browser sends with each request that pages look at.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use app::Error;
use axum::extract::{ConnectInfo, FromRequestParts};
use domain::id::EntityId;
use domain::payment::Locale;
use http::request::Parts;
use http::{HeaderMap, Uri, header};

use crate::form_guard::OverTls;
use crate::lang::Lang;

/// The request's headers and the language that the buyer chose on the page.
#[derive(Debug)]
pub struct PageRequest {
    /// The headers.
    pub headers: HeaderMap,
    /// The address that it comes from.
    pub from: ClientAddress,
    chosen: Option<String>,
}

/// The address that a request comes from: that of its connection, or the one given by a proxy that
/// the server trusts.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub Option<IpAddr>);

impl ClientAddress {
    fn of(parts: &Parts) -> Self {
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Self(from.map(|ConnectInfo(from)| from.ip()))
    }
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

/// The id in an address. A text that is not an id belongs to no object.
///
/// # Errors
/// It is not an id.
pub fn id<T: EntityId>(text: &str) -> Result<T, Error> {
    let unknown = |_no_id| Error::NotFound {
        kind: T::KIND,
        id: String::new(),
    };
    text.parse().map_err(unknown)
}

/// Asks `app` about the object whose id stands in an address.
///
/// # Errors
/// It is not an id, or what `ask` fails with.
pub async fn with_id<T: EntityId, R, F>(text: &str, ask: impl FnOnce(T) -> F) -> Result<R, Error>
where
    F: Future<Output = Result<R, Error>>,
{
    ask(id(text)?).await
}

impl PageRequest {
    /// The language of the answer, for an object whose merchant asked for `locale`.
    #[must_use]
    pub fn lang(&self, locale: Option<Locale>) -> Lang {
        self.lang_of_form("", locale)
    }

    /// The same, for a form that says in which language it was shown.
    #[must_use]
    pub fn lang_of_form(&self, field: &str, locale: Option<Locale>) -> Lang {
        let chosen = self
            .chosen
            .as_deref()
            .or((!field.is_empty()).then_some(field));
        Lang::choose(chosen, locale, accepted(&self.headers))
    }
}

/// The language of the answer to a request, if nothing else is known.
pub(crate) fn lang(uri: &Uri, headers: &HeaderMap) -> Lang {
    Lang::choose(chosen(uri), None, accepted(headers))
}

/// The language that was chosen on the page.
fn chosen(uri: &Uri) -> Option<&str> {
    let pairs = uri.query().unwrap_or("").split('&');
    let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(name, _)| *name == "lang");
    found.map(|(_, value)| value)
}

fn accepted(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()
}

impl<S: Sync> FromRequestParts<S> for PageRequest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            headers: match parts.extensions.get::<OverTls>() {
                Some(over_tls) => over_tls.own(parts.headers.clone()),
                None => parts.headers.clone(),
            },
            from: ClientAddress::of(parts),
            chosen: chosen(&parts.uri).map(str::to_owned),
        })
    }
}

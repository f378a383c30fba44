//! What a browser sends with a request: a form, the query of an address, a part of its path. What
//! cannot be read, such as a field that comes twice, is answered with a page that says so.

use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::frame::Frame;
use crate::lang::Lang;
use crate::request;
use crate::response;
use crate::result::{Ending, ResultPage};

/// A form of our pages.
pub struct Form<T>(pub T);

/// The query of an address.
pub struct Query<T>(pub T);

/// The variable part of an address's path.
pub struct Path(pub String);

/// Why nothing was read. As an answer it is a page of the checkout; pages in a frame say it in
/// their own way.
#[derive(Debug)]
pub struct Unread {
    lang: Lang,
    status: StatusCode,
    ending: Ending,
}

impl Unread {
    /// A form that cannot be read, or that has a field twice.
    pub fn form(lang: Lang, status: StatusCode) -> Self {
        Self {
            lang,
            status,
            ending: Ending::FormWrong,
        }
    }

    fn address(lang: Lang) -> Self {
        Self {
            lang,
            status: StatusCode::BAD_REQUEST,
            ending: Ending::LinkWrong,
        }
    }
}

impl IntoResponse for Unread {
    fn into_response(self) -> Response {
        let page = ResultPage::new(Frame::plain(self.lang), None, self.ending);
        response::page(self.status, &page)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Unread;

    async fn from_request(request: Request, state: &S) -> Result<Self, Unread> {
        let lang = request::lang(request.uri(), request.headers());
        match axum::Form::from_request(request, state).await {
            Ok(axum::Form(form)) => Ok(Self(form)),
            Err(FormRejection::BytesRejection(cut_off)) => {
                Err(Unread::form(lang, cut_off.status()))
            }
            Err(_) => Err(Unread::form(lang, StatusCode::BAD_REQUEST)),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Unread;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Unread> {
        let read = axum::extract::Query::try_from_uri(&parts.uri);
        let unread = |_| Unread::address(request::lang(&parts.uri, &parts.headers));
        read.map(|axum::extract::Query(query)| Self(query))
            .map_err(unread)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Path {
    type Rejection = Unread;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Unread> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        let unread = |_| Unread::address(request::lang(&parts.uri, &parts.headers));
        read.map(|axum::extract::Path(part)| Self(part))
            .map_err(unread)
    }
}

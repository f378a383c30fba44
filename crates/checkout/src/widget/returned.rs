//! The page to which a payer of the widget comes back from the bank: in the layer above the shop's
//! page, which the widget closes, or in a tab of its own.

use askama::Template;
use axum::response::Response;
use domain::shop::Site;
use http::StatusCode;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::response;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "widget/returned.html")]
pub struct ReturnedPage {
    /// Language, style, script.
    pub frame: Frame,
}

/// The answer with the page.
pub(crate) fn show(lang: Lang, sites: &[Site]) -> Response {
    let page = ReturnedPage::new(lang, sites);
    response::framed_page(StatusCode::OK, &page, &page.frame)
}

impl ReturnedPage {
    fn new(lang: Lang, sites: &[Site]) -> Self {
        let frame = Frame::new(lang, |_| String::new());
        Self {
            frame: frame.framed("returned", "", sites),
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        vec![("plain".to_owned(), Self::new(lang, &[]))]
    }
}

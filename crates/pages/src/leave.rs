//! The step to another host's page. A form must not be answered with a redirect to another host,
//! because the content policy of its page forbids that; so this page stands between.

use askama::Template;

use crate::frame::Frame;
use crate::lang::Lang;
use crate::routes;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "leave.html")]
pub struct LeavePage {
    /// Language, style, script.
    pub frame: Frame,
    /// The address that it leads to.
    pub target: String,
}

impl LeavePage {
    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let frame = Frame::new(lang, |lang| routes::contract("1", lang));
        let target = "https://acs.bank.example/3ds?id=1&x=2".to_owned();
        vec![("plain".to_owned(), Self { frame, target })]
    }
}

//! The test bank's page after the decision, or if there is nothing to decide.

use askama::Template;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::routes;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "sandbox/done.html")]
pub struct DonePage {
    /// Language, style, script.
    pub frame: Frame,
    /// The message on top.
    pub title: &'static str,
    /// The payment's page.
    pub back: Option<String>,
}

impl DonePage {
    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        [
            ("accepted", "bank-done-accepted"),
            ("declined", "bank-done-declined"),
        ]
        .into_iter()
        .map(|(name, title)| {
            let frame = Frame::new(lang, |lang| routes::sandbox_approve("1", lang));
            let back = Some(routes::contract("1", lang));
            (name.to_owned(), Self { frame, title, back })
        })
        .collect()
    }
}

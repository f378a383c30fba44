//! The test bank's 3-D Secure page.

use askama::Template;
use domain::{Currency, Money};

use crate::frame::Frame;
use crate::lang::Lang;
use crate::money;
use crate::routes;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "sandbox/three_ds.html")]
pub struct ThreeDsPage {
    /// Language, style, script.
    pub frame: Frame,
    /// Who is paid.
    pub shop_name: String,
    /// How much.
    pub amount: String,
    /// With which card.
    pub means: Option<String>,
    /// The operation's id.
    pub operation: String,
    /// Where the form goes.
    pub action: &'static str,
}

impl ThreeDsPage {
    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let page = Self {
            frame: Frame::new(lang, |lang| routes::sandbox_3ds("1", lang)),
            shop_name: "Кофе на Чистых".to_owned(),
            amount: money::text(Money::new(100_000, Currency::RUB), lang),
            means: Some("5555 55•• •••• 4477".to_owned()),
            operation: "1".to_owned(),
            action: routes::SANDBOX_3DS,
        };
        vec![("plain".to_owned(), page)]
    }
}

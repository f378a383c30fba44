//! The test bank's 3-D Secure page.

use app::sandbox::Shown;
use askama::Template;
use domain::{Currency, Money};
use pages::frame::Frame;
use pages::lang::Lang;
use pages::money;
use pages::routes;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "sandbox/three_ds.html")]
pub struct ThreeDsPage {
    /// Language, style, script.
    pub frame: Frame,
    /// The shop's number.
    pub shop: String,
    /// How much.
    pub amount: String,
    /// With which card.
    pub means: Option<String>,
    /// The operation's id.
    pub operation: String,
    /// Proof that the form was served by us.
    pub csrf: String,
    /// The address that the form is sent to.
    pub action: &'static str,
}

impl ThreeDsPage {
    /// The page for what the test bank asks the payer.
    pub(crate) fn of(frame: Frame, operation: &str, shown: &Shown) -> Self {
        Self {
            shop: shown.shop_id.to_string(),
            amount: super::sum(&frame, shown),
            means: super::means(&frame, shown),
            operation: operation.to_owned(),
            csrf: String::new(),
            action: routes::SANDBOX_3DS,
            frame,
        }
    }

    /// The page with the secret of its form.
    pub(crate) fn with_secret(mut self, secret: &str) -> Self {
        secret.clone_into(&mut self.csrf);
        self
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let page = Self {
            frame: Frame::new(lang, |lang| routes::sandbox_3ds("1", lang)),
            shop: "100001".to_owned(),
            amount: money::text(Money::new(100_000, Currency::RUB), lang),
            means: Some("5555 55•• •••• 4477".to_owned()),
            operation: "1".to_owned(),
            csrf: "0123456789abcdef".to_owned(),
            action: routes::SANDBOX_3DS,
        };
        vec![("plain".to_owned(), page)]
    }
}

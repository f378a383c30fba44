//! The payout widget's form: the number of the card that receives the money.

use askama::Template;
use domain::ShopId;
use domain::shop::Site;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::routes;

use crate::card_form::CardFields;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "widget/payout.html")]
pub struct PayoutPage {
    /// Language, style, script.
    pub frame: Frame,
    /// The account that pays.
    pub account: ShopId,
    /// The number's field.
    pub card: CardFields,
    /// The address that the number is sent to.
    pub action: &'static str,
}

impl PayoutPage {
    /// The form of an account.
    #[must_use]
    pub fn new(lang: Lang, account: ShopId, sites: &[Site]) -> Self {
        let frame = Frame::new(lang, |_| String::new());
        Self {
            frame: frame.framed("form", "", sites),
            account,
            card: CardFields::default(),
            action: routes::PAYOUTS_TOKENS,
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let account = ShopId::new(100_001).into_iter();
        account
            .map(|account| ("plain".to_owned(), Self::new(lang, account, &[])))
            .collect()
    }
}

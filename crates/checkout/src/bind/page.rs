//! The page that binds a card: the card form, and no money.

use askama::Template;
use domain::acquiring::CancellationReason;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::notice::Notice;
use pages::order::Order;
use pages::routes;
use pages::test_cards::{self, TestCards};
use pages::text::Texts;

use crate::card_form::CardFields;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "bind.html")]
pub struct BindPage {
    /// Language, style, script.
    pub frame: Frame,
    /// Who binds.
    pub order: Order,
    /// What went wrong before.
    pub notice: Option<Notice>,
    /// The card's fields.
    pub card: CardFields,
    /// The cards of the sandbox.
    pub test_cards: &'static [TestCards],
    /// The payment method's id.
    pub payment_method_id: String,
    /// Proof that the form was served by us.
    pub csrf: String,
    /// Where the form goes.
    pub action: &'static str,
    /// The address of the shop's page.
    pub back: Option<String>,
}

impl BindPage {
    /// A page on which nothing has been typed yet.
    #[must_use]
    pub fn fresh(lang: Lang, shop_name: &str, test: bool, payment_method_id: &str) -> Self {
        let sum = Texts::of(lang).say("bind-sum");
        Self {
            frame: Frame::new(lang, |lang| routes::bind(payment_method_id, lang)),
            order: Order::new(shop_name, None, sum, test),
            notice: None,
            card: CardFields::default(),
            test_cards: test_cards::ALL,
            payment_method_id: payment_method_id.to_owned(),
            csrf: String::new(),
            action: routes::BIND,
            back: None,
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let id = "2f4b7c10-000f-5000-8000-1d9a8b7c6d5e";
        let mut fresh = Self::fresh(lang, "Кофе на Чистых", true, id);
        fresh.csrf = "0123456789abcdef".to_owned();
        fresh.back = Some("https://shop.example/cards".to_owned());
        let mut declined = fresh.clone();
        let reason = CancellationReason::CardExpired;
        declined.notice = Some(Notice::declined(reason, declined.frame.t));
        vec![
            ("fresh".to_owned(), fresh),
            ("declined".to_owned(), declined),
        ]
    }
}

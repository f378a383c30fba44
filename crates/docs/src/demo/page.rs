//! The demo's one page in its looks: the list of ways to pay, and each of them by itself.

use askama::Template;
use domain::ShopId;
use pages::assets;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::routes;
use pages::test_cards::{self, TestCards};

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "demo/page.html")]
pub struct DemoPage {
    /// Language, style, script.
    pub frame: Frame,
    /// The demo's own style.
    pub style: String,
    /// The demo's own script, if it has been built.
    pub script: Option<String>,
    /// What is shown.
    pub look: Look,
    /// The shop.
    pub shop: ShopId,
    /// The gateway that pays out.
    pub gateway: ShopId,
    /// The address of the platform, as merchants write it into their pages.
    pub base: String,
    /// The widget's token.
    pub token: String,
    /// The cards of the sandbox.
    pub test_cards: &'static [TestCards],
    /// Proof that the form was served by us.
    pub csrf: String,
    /// The demo's pages and forms.
    pub home: String,
    /// The address that the forms are sent to.
    pub action: &'static str,
    /// The page that the buyer comes back to after paying.
    pub thanks: String,
}

/// What the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The list of ways to pay.
    Start,
    /// The widget in the page.
    Widget,
    /// The widget above the page.
    Modal,
    /// A form of the shop's own, with Checkout.js.
    Checkout,
    /// The payout widget.
    Payout,
    /// The page that a buyer comes back to.
    Thanks,
}

impl Look {
    const ALL: [Self; 6] = [
        Self::Start,
        Self::Widget,
        Self::Modal,
        Self::Checkout,
        Self::Payout,
        Self::Thanks,
    ];

    /// Its name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Widget => "widget",
            Self::Modal => "modal",
            Self::Checkout => "checkout-js",
            Self::Payout => "payout",
            Self::Thanks => "thanks",
        }
    }

    /// The look with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|look| look.name() == name)
    }
}

impl DemoPage {
    /// The page in a look.
    #[must_use]
    pub fn new(lang: Lang, look: Look, (shop, gateway): (ShopId, ShopId), base: &str) -> Self {
        let frame = Frame::new(lang, |lang| routes::demo(look.name(), "", lang));
        Self {
            frame,
            style: assets::demo_style_url(),
            script: assets::demo_script_url(),
            look,
            shop,
            gateway,
            base: base.to_owned(),
            token: String::new(),
            test_cards: test_cards::ALL,
            csrf: String::new(),
            home: routes::demo("", "", lang),
            action: routes::DEMO_BUY,
            thanks: format!("{base}{}", routes::demo(Look::Thanks.name(), "", lang)),
        }
    }

    /// Its heading.
    #[must_use]
    pub fn title(&self) -> String {
        let key = match self.look {
            Look::Start => "demo-title",
            Look::Widget => "demo-widget",
            Look::Modal => "demo-modal",
            Look::Checkout => "demo-checkout",
            Look::Payout => "demo-payout",
            Look::Thanks => "demo-thanks",
        };
        self.frame.t.say(key)
    }

    /// The text below it.
    #[must_use]
    pub fn text(&self) -> String {
        let key = match self.look {
            Look::Start => "demo-text",
            Look::Widget => "demo-widget-text",
            Look::Modal => "demo-modal-text",
            Look::Checkout => "demo-checkout-text",
            Look::Payout => "demo-payout-text",
            Look::Thanks => "demo-thanks-text",
        };
        self.frame.t.say(key)
    }

    /// The script of the platform that this look needs.
    #[must_use]
    pub fn loads(&self) -> Option<String> {
        match self.look {
            Look::Start | Look::Thanks => None,
            Look::Widget | Look::Modal => Some(routes::WIDGET_SCRIPT.to_owned()),
            Look::Checkout => Some(routes::CHECKOUT_JS.to_owned()),
            Look::Payout => Some(routes::payouts_script()),
        }
    }

    /// The address of another look.
    #[must_use]
    pub fn link(&self, look: &str) -> String {
        routes::demo(look, "", self.frame.lang)
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let shop = ShopId::new(100_001);
        let page = |look: Look| {
            let shop = shop?;
            let mut page = Self::new(lang, look, (shop, shop), "http://127.0.0.1:8080");
            page.csrf = "0123456789abcdef".to_owned();
            if matches!(look, Look::Widget | Look::Modal) {
                page.token = "ct-2f4b7c10-000f-5000-8000-1d9a8b7c6d5e".to_owned();
            }
            Some((look.name().to_owned(), page))
        };
        Look::ALL.into_iter().filter_map(page).collect()
    }
}

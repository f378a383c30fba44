//! The payment page: the shop's ways to pay, one of them open.

use askama::Template;
use domain::acquiring::CancellationReason;
use domain::method::MethodKind;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::means;
use pages::notice::Notice;
use pages::order::Order;
use pages::routes;
use pages::test_cards::{self, TestCards};

use crate::card_form::CardFields;
use crate::phone_form::PhoneField;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "payment.html")]
pub struct PaymentPage {
    /// Language, style, script.
    pub frame: Frame,
    /// Who is paid, for what, how much.
    pub order: Order,
    /// What went wrong before.
    pub notice: Option<Notice>,
    /// The ways to pay.
    pub methods: Vec<MethodOption>,
    /// The card's fields.
    pub card: CardFields,
    /// The phone's field.
    pub phone: PhoneField,
    /// The cards of the sandbox.
    pub test_cards: &'static [TestCards],
    /// The payment's id.
    pub order_id: String,
    /// Proof that the form was served by us.
    pub csrf: String,
    /// Where the forms go.
    pub action: String,
    /// The address of the shop's page, or of the invoice's.
    pub back: Option<String>,
    /// The message with the text of that link.
    pub back_text: &'static str,
}

/// A way to pay, as a row of the page.
#[derive(Clone, Debug)]
pub struct MethodOption {
    /// Its code in the API.
    pub code: &'static str,
    /// The message that names it.
    pub title: &'static str,
    /// The message that says what will happen.
    pub help: &'static str,
    /// The message on its button.
    pub button: &'static str,
    /// Whether its form is shown.
    pub open: bool,
    /// Whether the buyer may choose to have the means remembered.
    pub asks_to_save: bool,
    /// Whether the shop said that the means is remembered.
    pub always_saves: bool,
}

/// What happens to the means after the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saving {
    /// It is forgotten.
    Never,
    /// The buyer decides.
    Asked,
    /// It is saved.
    Always,
}

impl MethodOption {
    /// The row of `kind`.
    #[must_use]
    pub fn new(kind: MethodKind, open: bool, saving: Saving) -> Self {
        let (title, help) = means::messages(kind);
        let cash = kind == MethodKind::Cash;
        Self {
            code: kind.code(),
            title,
            help,
            button: if cash { "code-button" } else { "pay-button" },
            open,
            asks_to_save: saving == Saving::Asked,
            always_saves: saving == Saving::Always,
        }
    }

    /// The rows of `kinds`; the one of `chosen` is open, otherwise the first.
    #[must_use]
    pub fn list(kinds: &[MethodKind], chosen: Option<MethodKind>, saving: Saving) -> Vec<Self> {
        let chosen = chosen.filter(|kind| kinds.contains(kind));
        let open = chosen.or_else(|| kinds.first().copied());
        kinds
            .iter()
            .map(|kind| Self::new(*kind, open == Some(*kind), saving))
            .collect()
    }
}

impl PaymentPage {
    /// A page on which nothing has been typed yet.
    #[must_use]
    pub fn fresh(frame: Frame, order: Order, order_id: &str, methods: Vec<MethodOption>) -> Self {
        Self {
            frame,
            order,
            notice: None,
            methods,
            card: CardFields::default(),
            phone: PhoneField::default(),
            test_cards: test_cards::ALL,
            order_id: order_id.to_owned(),
            csrf: String::new(),
            action: routes::PAY.to_owned(),
            back: None,
            back_text: "back-without-paying",
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let id = "2f4b7c10-000f-5000-8000-1d9a8b7c6d5e";
        let t = pages::text::Texts::of(lang);
        let page = |order: &Order, chosen, saving| {
            let frame = Frame::new(lang, |lang| routes::contract(id, lang));
            let methods = MethodOption::list(&MethodKind::ALL, chosen, saving);
            let mut page = Self::fresh(frame, order.clone(), id, methods);
            page.csrf = "0123456789abcdef".to_owned();
            page.back = Some("https://shop.example/orders/72".to_owned());
            page
        };
        let orders = Order::samples(lang);
        let mut samples: Vec<(String, Self)> = orders
            .iter()
            .map(|(name, order)| ((*name).to_owned(), page(order, None, Saving::Asked)))
            .collect();
        for (_, order) in orders.iter().skip(1).take(1) {
            for kind in MethodKind::ALL {
                let opened = page(order, Some(kind), Saving::Always);
                samples.push((format!("open-{}", kind.code()), opened));
            }
            for reason in CancellationReason::ALL {
                let mut declined = page(order, None, Saving::Asked);
                declined.notice = Some(Notice::declined(*reason, t));
                samples.push((format!("declined-{}", reason.code()), declined));
            }
            let mut over = page(order, Some(MethodKind::Sbp), Saving::Never);
            over.methods.retain(|method| method.code != "bank_card");
            over.notice = Some(Notice::cards_over(t));
            samples.push(("cards-over".to_owned(), over));
            let mut wrong = page(order, None, Saving::Asked);
            wrong.notice = Some(Notice::form_wrong(t));
            wrong.card = CardFields {
                expiry: "10/21".to_owned(),
                save: true,
                number_error: Some(t.say("card-number-wrong")),
                expiry_error: Some(t.say("card-expiry-past")),
                csc_error: Some(t.say("card-csc-empty")),
            };
            samples.push(("wrong-card".to_owned(), wrong));
            let mut wrong = page(order, Some(MethodKind::MobileBalance), Saving::Never);
            wrong.notice = Some(Notice::form_wrong(t));
            wrong.phone = PhoneField {
                typed: "+7 921".to_owned(),
                error: Some(t.say("phone-wrong")),
            };
            samples.push(("wrong-phone".to_owned(), wrong));
            let mut one = page(order, None, Saving::Never);
            one.methods = MethodOption::list(&[MethodKind::BankCard], None, Saving::Never);
            one.notice = Some(Notice::form_stale(t));
            one.back = None;
            samples.push(("one-method".to_owned(), one));
        }
        samples
    }
}

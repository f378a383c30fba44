//! How it ended: paid, held, over, or no such payment; and the way back to the shop.

use askama::Template;
use domain::acquiring::CancellationReason;

use crate::frame::Frame;
use crate::lang::Lang;
use crate::notice;
use crate::order::Order;
use crate::routes;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "result.html")]
pub struct ResultPage {
    /// Language, style, script.
    pub frame: Frame,
    /// What it was about; `None` if there is no such payment.
    pub order: Option<Order>,
    /// `good`, `held`, `late` or `bad`, for colour and picture.
    pub tone: &'static str,
    /// What happened, in a few words.
    pub title: String,
    /// What it means for the money, and what to do.
    pub text: String,
    /// What a buyer may want to note.
    pub facts: Vec<Fact>,
    /// The shop's page, or the invoice's.
    pub back: Option<String>,
    /// The message with the text of that link.
    pub back_text: &'static str,
    /// Whether the page leads back by itself.
    pub returns: bool,
}

/// A line of facts.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The message that names it.
    pub label: &'static str,
    /// Its value.
    pub value: String,
}

/// The ways in which it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Paid just now.
    Paid,
    /// Paid some time ago.
    AlreadyPaid,
    /// Held until the shop confirms.
    Held,
    /// Nobody paid in time.
    Expired,
    /// The shop did not confirm in time.
    HoldExpired,
    /// The shop canceled.
    Canceled,
    /// Declined for good.
    Declined(CancellationReason),
    /// A card was bound.
    Bound,
    /// A card was not bound.
    NotBound(CancellationReason),
    /// So many attempts were declined that no way is left.
    AttemptsOver,
    /// The shop is switched off.
    ShopClosed,
    /// There is no such payment.
    NotFound,
    /// A form that does not come from our pages.
    Refused,
    /// A form with values that the page does not offer.
    FormWrong,
    /// An address that cannot be read.
    LinkWrong,
    /// It is not possible as asked.
    NotPossible,
    /// Too much to do.
    Busy,
}

impl ResultPage {
    /// The page of `ending`, without facts and a way back.
    #[must_use]
    pub fn new(frame: Frame, order: Option<Order>, ending: Ending) -> Self {
        let t = frame.t;
        let plain = |tone, key: &str| (tone, t.say(key), t.say(&format!("{key}-text")));
        let refused = |key, reason| {
            let why = notice::title(reason, t);
            let text = format!("{why}. {}", notice::text(reason, t));
            ("bad", t.say(key), text)
        };
        let (tone, title, text) = match ending {
            Ending::Paid => plain("good", "result-paid"),
            Ending::AlreadyPaid => plain("good", "result-already"),
            Ending::Held => plain("held", "result-held"),
            Ending::Expired => plain("late", "result-expired"),
            Ending::HoldExpired => plain("late", "result-hold-expired"),
            Ending::Canceled => plain("late", "result-canceled"),
            Ending::Declined(reason) => refused("result-failed", reason),
            Ending::Bound => ("good", t.say("bind-done-title"), t.say("bind-done-text")),
            Ending::NotBound(reason) => refused("bind-failed-title", reason),
            Ending::AttemptsOver => plain("bad", "result-attempts-over"),
            Ending::ShopClosed => plain("late", "result-shop-closed"),
            Ending::NotFound => plain("late", "result-not-found"),
            Ending::Refused => plain("bad", "result-refused"),
            Ending::FormWrong => plain("bad", "result-form-wrong"),
            Ending::LinkWrong => plain("late", "result-link-wrong"),
            Ending::NotPossible => plain("bad", "result-not-possible"),
            Ending::Busy => plain("late", "result-busy"),
        };
        Self {
            frame,
            order,
            tone,
            title,
            text,
            facts: Vec::new(),
            back: None,
            back_text: "back-to-shop",
            returns: false,
        }
    }

    /// The page after a failure of ours, with the number for support.
    #[must_use]
    pub fn error(frame: Frame, request_id: &str) -> Self {
        let mut page = Self::new(frame, None, Ending::Busy);
        let t = page.frame.t;
        page.tone = "bad";
        page.title = t.say("result-error");
        page.text = t.say_with("result-error-text", "request", request_id);
        page
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let id = "2f4b7c10-000f-5000-8000-1d9a8b7c6d5e";
        let endings = [
            ("paid", Ending::Paid),
            ("already", Ending::AlreadyPaid),
            ("held", Ending::Held),
            ("expired", Ending::Expired),
            ("hold-expired", Ending::HoldExpired),
            ("canceled", Ending::Canceled),
            (
                "declined",
                Ending::Declined(CancellationReason::InsufficientFunds),
            ),
            ("attempts-over", Ending::AttemptsOver),
            ("shop-closed", Ending::ShopClosed),
            ("bound", Ending::Bound),
            (
                "not-bound",
                Ending::NotBound(CancellationReason::ThreeDSecureFailed),
            ),
        ];
        let frame = || Frame::new(lang, |lang| routes::contract(id, lang));
        let mut samples = Vec::new();
        for (name, order) in Order::samples(lang) {
            for (kind, ending) in endings {
                let mut page = Self::new(frame(), Some(order.clone()), ending);
                let t = page.frame.t;
                page.facts = vec![
                    Fact {
                        label: "fact-shop",
                        value: order.shop_name.clone(),
                    },
                    Fact {
                        label: "fact-means",
                        value: t.say_with("means-card", "last4", "4477"),
                    },
                    Fact {
                        label: "fact-number",
                        value: id.to_owned(),
                    },
                ];
                page.back = Some("https://shop.example/orders/72".to_owned());
                page.returns = ending == Ending::Paid;
                samples.push((format!("{kind}-{name}"), page));
            }
        }
        for (kind, ending) in [
            ("none", Ending::NotFound),
            ("refused", Ending::Refused),
            ("form-wrong", Ending::FormWrong),
            ("link-wrong", Ending::LinkWrong),
            ("impossible", Ending::NotPossible),
            ("busy", Ending::Busy),
        ] {
            samples.push((kind.to_owned(), Self::new(frame(), None, ending)));
        }
        samples.push(("error".to_owned(), Self::error(frame(), "7d3f0c1a")));
        samples
    }
}

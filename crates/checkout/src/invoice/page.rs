//! The page of an invoice: what is to be paid for, until when, and the button; or how it ended.

use askama::Template;
use domain::invoice::{Invoice, Line, Reason, State};
use domain::payment::{self, Payment};
use domain::receipt::Quantity;
use domain::{Currency, Money, Timestamp};
use pages::cart::{self, LineRow};
use pages::frame::Frame;
use pages::lang::Lang;
use pages::order::Order;
use pages::text::Texts;
use pages::{moment, money, routes};

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "invoice.html")]
pub struct InvoicePage {
    /// Language, style, script.
    pub frame: Frame,
    /// Who is paid, for what, how much.
    pub order: Order,
    /// The sum that is to be paid, or was.
    pub sum: String,
    /// How it ended, if it did.
    pub ended: Option<Ended>,
    /// `good`, `held` or `late`, for colour and picture of the end.
    pub tone: &'static str,
    /// What the buyer pays for.
    pub lines: Vec<LineRow>,
    /// How much the buyer saves by discounts.
    pub saved: Option<String>,
    /// Until when it can be paid.
    pub until: String,
    /// Whether the buyer has begun to pay.
    pub begun: bool,
    /// Proof that the form was served by us.
    pub csrf: String,
    /// Where the form goes.
    pub action: String,
}

/// How it ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// What happened, in a few words.
    pub title: String,
    /// What it means for the money, and what to do.
    pub text: String,
}

/// How far the buyer of an invoice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// It can be paid.
    Open {
        /// Whether the buyer has begun to pay.
        begun: bool,
    },
    /// The sum is held.
    Held,
    /// Paid.
    Paid,
    /// Nobody paid in time.
    Expired,
    /// The shop let the held sum go.
    Canceled,
    /// The shop did not take the held sum in time.
    HoldExpired,
    /// The shop took the invoice back, or no details are known.
    Withdrawn,
}

impl Stand {
    /// The state of an invoice whose begun payment is `attempt`.
    #[must_use]
    pub fn of(invoice: &Invoice, attempt: Option<&Payment>, now: Timestamp) -> Self {
        match invoice.state {
            State::Open { .. } => {
                // A call under way may still pay it; an attempt that waits for the buyer may not.
                let under_way = attempt.is_some_and(|payment| {
                    !matches!(
                        payment.state,
                        payment::State::Pending { .. } | payment::State::Challenged { .. }
                    )
                });
                if invoice.expires_at <= now && !under_way {
                    return Self::Expired;
                }
                let begun = attempt.is_some_and(|it| under_way || now < it.confirm_until);
                Self::Open { begun }
            }
            State::Held { .. } => Self::Held,
            State::Succeeded { .. } => Self::Paid,
            State::Canceled { cause, .. } => match cause.reason {
                Reason::InvoiceExpired => Self::Expired,
                Reason::PaymentCanceled => Self::Canceled,
                Reason::PaymentExpiredOnCapture => Self::HoldExpired,
                Reason::InvoiceCanceled | Reason::GeneralDecline => Self::Withdrawn,
            },
        }
    }

    const fn tone(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Paid => "good",
            Self::Open { .. }
            | Self::Expired
            | Self::Canceled
            | Self::HoldExpired
            | Self::Withdrawn => "late",
        }
    }

    fn ended(self, t: Texts) -> Option<Ended> {
        let (title, text) = match self {
            Self::Open { .. } => return None,
            Self::Held => ("result-held", "result-held-text"),
            Self::Paid => ("invoice-paid", "result-paid-text"),
            Self::Expired => ("invoice-expired", "invoice-expired-text"),
            Self::Canceled => ("result-canceled", "result-canceled-text"),
            Self::HoldExpired => ("result-hold-expired", "result-hold-expired-text"),
            Self::Withdrawn => ("invoice-withdrawn", "invoice-withdrawn-text"),
        };
        Some(Ended {
            title: t.say(title),
            text: t.say(text),
        })
    }
}

impl InvoicePage {
    /// The page of an invoice of this shop.
    #[must_use]
    pub fn new(lang: Lang, shop_name: &str, invoice: &Invoice, stand: Stand) -> Self {
        let id = invoice.id.to_string();
        let frame = Frame::new(lang, |lang| routes::invoice(&id, lang));
        let amount = money::text(invoice.order.amount, lang);
        let description = invoice.description.as_deref();
        let saved = saved(&invoice.cart, invoice.order.amount);
        Self {
            sum: amount.clone(),
            order: Order::new(shop_name, description, amount, invoice.test),
            ended: stand.ended(frame.t),
            tone: stand.tone(),
            lines: cart::rows(&invoice.cart, lang),
            saved: saved.map(|saved| money::text(saved, lang)),
            until: moment::text(invoice.expires_at, lang),
            begun: stand == Stand::Open { begun: true },
            csrf: String::new(),
            action: routes::invoice_pay(&id),
            frame,
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let stands = [
            ("open", Stand::Open { begun: false }),
            ("begun", Stand::Open { begun: true }),
            ("held", Stand::Held),
            ("paid", Stand::Paid),
            ("expired", Stand::Expired),
            ("canceled", Stand::Canceled),
            ("hold-expired", Stand::HoldExpired),
            ("withdrawn", Stand::Withdrawn),
        ];
        let mut samples = Vec::new();
        for (name, order) in Order::samples(lang) {
            for (stands, stand) in stands {
                samples.push((format!("{stands}-{name}"), sample(lang, &order, stand)));
            }
        }
        samples
    }
}

fn sample(lang: Lang, order: &Order, stand: Stand) -> InvoicePage {
    let id = "in-31f00400-0031-5000-8000-1a2b3c4d5e6f";
    let frame = Frame::new(lang, |lang| routes::invoice(id, lang));
    let rub = |minor| Money::new(minor, Currency::RUB);
    let line = |name: &str, price, discount_price, thousandths| {
        let quantity = Quantity::from_thousandths(thousandths)?;
        let line = Line {
            description: name.to_owned(),
            price: rub(price),
            discount_price,
            quantity,
        };
        Some(cart::row(&line, lang))
    };
    let long = "Кофе в зёрнах «Эфиопия Иргачиф», натуральная обработка, обжарка под фильтр, \
        Сверхдлинноеназваниебезединогопробела & <b>подарок</b>";
    let lines = [
        line("Кофе, 250 г", 100_000, Some(rub(94_500)), 2_000),
        line(long, 12_345_678_901, None, 1_250),
        line("Доставка", 30_000, Some(rub(0)), 1_000),
    ];
    InvoicePage {
        sum: order.amount.clone(),
        order: order.clone(),
        ended: stand.ended(frame.t),
        tone: stand.tone(),
        lines: lines.into_iter().flatten().collect(),
        saved: Some(money::text(rub(41_000), lang)),
        until: moment::text(Timestamp::from_micros(1_795_259_100_000_000), lang),
        begun: stand == Stand::Open { begun: true },
        csrf: "0123456789abcdef".to_owned(),
        action: routes::invoice_pay(id),
        frame,
    }
}

/// How much discounts take off the full price; `None` if nothing.
fn saved(cart: &[Line], amount: Money) -> Option<Money> {
    let mut full = Money::zero(amount.currency());
    for line in cart {
        full = full.checked_add(line.full_cost().ok()?).ok()?;
    }
    let saved = full.checked_sub(amount).ok()?;
    saved.is_positive().then_some(saved)
}

//! The page between an attempt and its answer: a code to scan, a code to name, a message to answer,
//! or a bank to wait for. It updates by itself, with a script and without.

use askama::Template;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::order::Order;
use pages::routes;

use crate::qr::Qr;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "waiting.html")]
pub struct WaitingPage {
    /// Language, style, script.
    pub frame: Frame,
    /// Who is paid, for what, how much.
    pub order: Order,
    /// The message on top.
    pub heading: &'static str,
    /// A code to scan.
    pub qr: Option<Qr>,
    /// A code to name at a terminal.
    pub code: Option<String>,
    /// The phone that got a message.
    pub phone: Option<String>,
    /// The acquirer's page, for a payer who came back without an answer.
    pub go: Option<String>,
    /// Until when the taker of a loan may withdraw, as text.
    pub loan_until: Option<String>,
    /// Until when the payer may confirm, as text.
    pub until: Option<String>,
    /// The sandbox's page that decides.
    pub sandbox: Option<String>,
    /// The way to the other methods.
    pub other: Option<String>,
    /// The address that the script asks.
    pub status_url: String,
    /// The stamp of the state that is shown; a different one reloads the page.
    pub stamp: String,
}

impl WaitingPage {
    /// A page that only waits.
    #[must_use]
    pub fn plain(frame: Frame, order: Order, order_id: &str, heading: &'static str) -> Self {
        Self {
            frame,
            order,
            heading,
            qr: None,
            code: None,
            phone: None,
            go: None,
            loan_until: None,
            until: None,
            sandbox: None,
            other: None,
            status_url: routes::status(order_id),
            stamp: String::new(),
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let id = "2f4b7c10-000f-5000-8000-1d9a8b7c6d5e";
        let mut samples = Vec::new();
        for (name, order) in Order::samples(lang) {
            let page = |heading| {
                let frame = Frame::new(lang, |lang| routes::contract(id, lang));
                let mut page = Self::plain(frame, order.clone(), id, heading);
                page.stamp = "pending-1".to_owned();
                page
            };
            let mut sbp = page("wait-title-sbp");
            let link = "https://qr.nspk.ru/AS10003P3RH0LJ2A9ROO038L6NT5RU1M?type=02&sum=100000";
            sbp.qr = Qr::draw(link, link, "QR");
            sbp.until = Some("14:05\u{a0}МСК".to_owned());
            sbp.sandbox = Some(routes::sandbox_approve("1", lang));
            sbp.other = Some(routes::contract(id, lang));
            let mut cash = page("wait-title-cash");
            cash.code = Some("1234\u{a0}5678\u{a0}9012".to_owned());
            let mut mobile = page("wait-title-mobile");
            mobile.phone = Some(pages::phone::masked("79211234567"));
            let mut go = page("wait-title");
            go.go = Some(routes::sandbox_approve("1", lang));
            let mut loan = page("wait-title-loan");
            loan.loan_until = Some("18:05\u{a0}МСК".to_owned());
            let pages = [
                ("sbp", sbp),
                ("cash", cash),
                ("mobile", mobile),
                ("go", go),
                ("loan", loan),
                ("unknown", page("wait-title-unknown")),
            ];
            samples.extend(
                pages
                    .into_iter()
                    .map(|(kind, page)| (format!("{kind}-{name}"), page)),
            );
        }
        samples
    }
}

//! The message that brings an invoice to its buyer: a letter, or one line to a phone.

use app::InvoiceLetter;
use askama::Template;
use domain::invoice::{Invoice, Line};
use domain::receipt::Quantity;
use domain::{Currency, Money, Timestamp};

use crate::cart::{LineRow, rows};
use crate::lang::Lang;
use crate::text::Texts;
use crate::{moment, money};

/// The letter, as text or, by its template, as HTML.
#[derive(Clone, Debug, Template)]
#[template(path = "letter/invoice.html")]
pub struct InvoiceMail {
    /// The language.
    pub lang: Lang,
    /// Its texts.
    pub t: Texts,
    /// The line that mailboxes show.
    pub subject: String,
    /// The shop's name.
    pub shop: String,
    /// What is to be paid.
    pub sum: String,
    /// What the invoice is for, in the merchant's words.
    pub description: Option<String>,
    /// The cart.
    pub lines: Vec<LineRow>,
    /// Until when it can be paid.
    pub until: String,
    /// The address of its page.
    pub page: String,
    /// Whether no real money is involved.
    pub test: bool,
}

impl InvoiceMail {
    /// The letter in this language.
    #[must_use]
    pub fn new(lang: Lang, letter: &InvoiceLetter<'_>) -> Self {
        Self::of(lang, &letter.shop.name, letter.invoice, &letter.page)
    }

    fn of(lang: Lang, shop: &str, invoice: &Invoice, page: &str) -> Self {
        let t = Texts::of(lang);
        Self {
            lang,
            t,
            subject: t.say_with("invoice-heading", "shop", shop),
            shop: shop.to_owned(),
            sum: money::text(invoice.order.amount, lang),
            description: invoice.description.clone(),
            lines: rows(&invoice.cart, lang),
            until: moment::text(invoice.expires_at, lang),
            page: page.to_owned(),
            test: invoice.test,
        }
    }

    /// The letter in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let rub = |minor| Money::new(minor, Currency::RUB);
        let line = |name: &str, discount_price, thousandths| {
            Some(Line {
                description: name.to_owned(),
                price: rub(100_000),
                discount_price,
                quantity: Quantity::from_thousandths(thousandths)?,
            })
        };
        let lines = [
            line("Кофе & <b>чай</b>", Some(rub(94_500)), 1_500),
            line("Доставка", None, 1_000),
        ];
        let lines: Vec<Line> = lines.into_iter().flatten().collect();
        let long = "Сверхдлинноеназваниебезединогопробелаияещёнезакончил & <b>Сыновья</b>";
        let looks = [("plain", "Кофе на Чистых", true), ("long", long, false)];
        let letter = |(name, shop, test): (&str, &str, bool)| {
            let t = Texts::of(lang);
            let letter = Self {
                lang,
                t,
                subject: t.say_with("invoice-heading", "shop", shop),
                shop: shop.to_owned(),
                sum: money::text(rub(241_750), lang),
                description: test.then(|| "Заказ № 72".to_owned()),
                lines: rows(&lines, lang),
                until: moment::text(Timestamp::from_micros(1_795_259_100_000_000), lang),
                page: "https://pay.example/invoice/in-31f00400-0031-5000-8000-1a2b3c4d5e6f"
                    .to_owned(),
                test,
            };
            (name.to_owned(), letter)
        };
        looks.map(letter).into_iter().collect()
    }

    /// The letter as text.
    #[must_use]
    pub fn text(&self) -> String {
        let t = self.t;
        let mut lines = vec![self.subject.clone(), self.sum.clone()];
        lines.extend(self.description.clone());
        lines.push(String::new());
        let row = |line: &LineRow| format!("{}: {} = {}", line.name, line.count, line.sum);
        lines.extend(self.lines.iter().map(row));
        lines.extend([
            String::new(),
            t.say_with("wait-until", "time", &self.until),
            self.page.clone(),
            String::new(),
        ]);
        if self.test {
            lines.push(t.say("invoice-test"));
        }
        lines.push(t.say_with("invoice-mail-why", "shop", &self.shop));
        let mut text = lines.join("\n");
        text.push('\n');
        text
    }

    /// The letter in one line, for a phone.
    #[must_use]
    pub fn short(&self) -> String {
        let t = self.t;
        let what = t.say_with("invoice-title", "amount", &self.sum);
        let until = t.say_with("wait-until", "time", &self.until);
        let (shop, page) = (&self.shop, &self.page);
        // A non-breaking space would make messages in Latin letters twice as long.
        format!("{what}, {shop}. {until} {page}").replace('\u{a0}', " ")
    }
}

#[cfg(test)]
mod tests;

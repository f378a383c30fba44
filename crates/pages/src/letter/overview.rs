//! The overview of a payment that a shop orders for its buyer: who was paid, what for, how much, by
//! which method, when (YooKassa API v3: statements).

use app::Overview;
use askama::Template;
use domain::{Money, Payment};

use crate::lang::Lang;
use crate::means;
use crate::result::Fact;
use crate::text::Texts;
use crate::{moment, money};

/// The letter, as text or, by its template, as HTML.
#[derive(Clone, Debug, Template)]
#[template(path = "letter/overview.html")]
pub struct OverviewLetter {
    /// The language.
    pub lang: Lang,
    /// Its texts.
    pub t: Texts,
    /// The line that mailboxes show.
    pub subject: String,
    /// The shop's name.
    pub shop: String,
    /// What was paid.
    pub sum: String,
    /// Further facts.
    pub facts: Vec<Fact>,
    /// Whether no real money moved.
    pub test: bool,
}

impl OverviewLetter {
    /// The letter in this language.
    #[must_use]
    pub fn new(lang: Lang, overview: &Overview<'_>) -> Self {
        let t = Texts::of(lang);
        let payment: &Payment = overview.payment;
        let mut facts = Vec::new();
        let mut fact = |label, value| facts.push(Fact { label, value });
        fact("fact-shop", overview.shop.name.clone());
        if let Some(description) = &payment.description {
            fact("fact-what", description.clone());
        }
        if let Some(method) = &payment.method {
            fact("fact-means", means::text(method, t));
        }
        fact("fact-when", moment::text(overview.paid_at, lang));
        fact("fact-number", payment.id.to_string());
        let shop = &overview.shop.name;
        Self::of((lang, t), shop, (payment.amount, payment.test), facts)
    }

    fn of(
        (lang, t): (Lang, Texts),
        shop: &str,
        (amount, test): (Money, bool),
        facts: Vec<Fact>,
    ) -> Self {
        Self {
            lang,
            t,
            subject: t.say_with("overview-subject", "shop", shop),
            shop: shop.to_owned(),
            sum: money::text(amount, lang),
            facts,
            test,
        }
    }

    /// The letter as text.
    #[must_use]
    pub fn text(&self) -> String {
        let t = self.t;
        let mut lines = vec![
            t.say("overview-title"),
            String::new(),
            format!("{}: {}", t.say("fact-sum"), self.sum),
        ];
        let facts = self.facts.iter();
        lines.extend(facts.map(|fact| format!("{}: {}", t.say(fact.label), fact.value)));
        lines.extend([String::new(), t.say("overview-text")]);
        if self.test {
            lines.push(t.say("test-result"));
        }
        lines.extend([
            String::new(),
            t.say("overview-not-receipt"),
            t.say_with("overview-why", "shop", &self.shop),
        ]);
        let mut text = lines.join("\n");
        text.push('\n');
        text
    }

    /// The letter in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let t = Texts::of(lang);
        let long = "Общество с ограниченной ответственностью «Межрегиональная \
            Сверхдлинноеназваниебезединогопробелаияещёнезакончил» & <b>Сыновья</b>";
        let looks = [
            ("plain", "Кофе на Чистых", "Заказ № 72", false),
            ("test", "Кофе на Чистых", "Заказ № 72", true),
            (
                "long",
                long,
                "<script>alert(1)</script> & \"кавычки\"",
                false,
            ),
        ];
        let letter = |(name, shop, what, test): (&str, &str, &str, bool)| {
            let fact = |label, value: &str| Fact {
                label,
                value: value.to_owned(),
            };
            let facts = vec![
                fact("fact-shop", shop),
                fact("fact-what", what),
                fact("fact-means", &t.say_with("means-card", "last4", "4477")),
                fact("fact-number", "2f4b7c10-000f-5000-8000-1d9a8b7c6d5e"),
            ];
            let sum = Money::new(123_456_789, domain::Currency::RUB);
            (
                name.to_owned(),
                Self::of((lang, t), shop, (sum, test), facts),
            )
        };
        looks.map(letter).into_iter().collect()
    }
}

#[cfg(test)]
mod tests;

//! Who is paid, for what, how much: the top of each checkout page.

use domain::{Currency, Money};

use crate::lang::Lang;
use crate::money;

/// Sums of up to this many characters fit a phone in the largest figures.
const SUM_CHARS_LARGE: usize = 14;

/// The top of a page.
#[derive(Clone, Debug)]
pub struct Order {
    /// The shop's name as its buyers know it.
    pub shop_name: String,
    /// Its first letter, for the picture beside the name.
    pub initial: String,
    /// What is paid for, in the merchant's words.
    pub description: Option<String>,
    /// The sum, as text.
    pub amount: String,
    /// Whether no real money moves.
    pub test: bool,
}

impl Order {
    /// An order of `shop_name` over `amount`.
    #[must_use]
    pub fn new(shop_name: &str, description: Option<&str>, amount: String, test: bool) -> Self {
        let letter = shop_name.chars().find(|c| c.is_alphanumeric());
        Self {
            shop_name: shop_name.to_owned(),
            initial: letter.map_or_else(String::new, |c| c.to_uppercase().collect()),
            description: description.map(str::to_owned),
            amount,
            test,
        }
    }

    /// Returns whether the sum is too long for large figures on a phone.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.amount.chars().count() > SUM_CHARS_LARGE
    }

    /// Usual orders, and one with names that are far too long.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let rub = |minor| money::text(Money::new(minor, Currency::RUB), lang);
        let long = "Общество с ограниченной ответственностью «Межрегиональная \
            Сверхдлинноеназваниебезединогопробелаияещёнезакончил» & <b>Сыновья</b>";
        let what = "Оплата заказа № 2026/11-000000000000000000000000000000000000000000042 от \
            21.11.2026: кофе в зёрнах, фильтры, доставка до двери";
        vec![
            (
                "plain",
                Self::new("Кофе на Чистых", Some("Заказ № 72"), rub(100_000), false),
            ),
            (
                "test",
                Self::new("Demo shop", Some("Order 72"), rub(100_000), true),
            ),
            (
                "long",
                Self::new(long, Some(what), rub(123_456_789_012), true),
            ),
            ("bare", Self::new("Кофе на Чистых", None, rub(99_90), false)),
        ]
    }
}

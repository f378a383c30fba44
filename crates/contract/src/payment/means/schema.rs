//! `payment_method_data`: what a merchant says of a method beside its name.

use domain::MethodKind;
use domain::method::VatRate;

use super::{
    ARTICLE_CHARS_MAX, ARTICLE_NUMBER_MAX, BASKET_DIGITS, PURPOSE_CHARS_MAX, QUANTITY_MAX,
};
use crate::card;
use crate::schema::{Member, Named, Schema, amount_asked, form, may, metadata_asked, must};

pub(crate) static PAYMENT_METHOD_DATA: Named = Named {
    name: "PaymentMethodData",
    schema: || {
        Schema::one_of(MethodKind::ALL.into_iter().flat_map(method_data))
            .says("The method that the payer chose in the shop; without it, the page asks.")
    },
};

fn method_data(kind: MethodKind) -> Vec<Schema> {
    let with = |members: Vec<Member>| {
        let mut all = vec![form(kind.code(), says(kind))];
        all.extend(members);
        Schema::object(all)
    };
    vec![match kind {
        MethodKind::BankCard => with(vec![may(
            "card",
            Schema::refer(&card::schema::CARD_ASKED)
                .says("Only for shops that may send card numbers themselves."),
        )]),
        MethodKind::Sberbank | MethodKind::Cash | MethodKind::SberBnpl => {
            with(vec![may("phone", phone())])
        }
        MethodKind::MobileBalance => with(vec![must("phone", phone())]),
        MethodKind::B2bSberbank => with(vec![
            must(
                "payment_purpose",
                Schema::text()
                    .at_least(1)
                    .at_most(PURPOSE_CHARS_MAX)
                    .says("What a company pays for."),
            ),
            must("vat_data", vat()),
        ]),
        MethodKind::ElectronicCertificate => {
            let own_form = with(vec![
                must("card", Schema::refer(&card::schema::CARD_ASKED)),
                must("electronic_certificate", basket()),
            ]);
            let articles = Schema::array(article()).with("minItems", 1_usize);
            let page = with(vec![must(
                "articles",
                articles.says("The goods that certificates pay for."),
            )]);
            return vec![own_form, page];
        }
        MethodKind::YooMoney
        | MethodKind::Sbp
        | MethodKind::TinkoffBank
        | MethodKind::AlfaPay
        | MethodKind::SberLoan => with(Vec::new()),
    }]
}

/// The description of a method.
pub(crate) const fn says(kind: MethodKind) -> &'static str {
    match kind {
        MethodKind::BankCard => "A bank card: Mir, Visa, Mastercard and others.",
        MethodKind::YooMoney => "A YooMoney wallet.",
        MethodKind::Sbp => "A transfer from a bank account through SBP; in one stage.",
        MethodKind::Sberbank => "SberPay: the payer confirms in Sberbank's application.",
        MethodKind::TinkoffBank => "T-Pay: the payer confirms in T-Bank's application.",
        MethodKind::MobileBalance => "The balance of a mobile phone.",
        MethodKind::Cash => "Cash at a terminal, by a payment code.",
        MethodKind::AlfaPay => "Alfa Pay: the payer confirms in Alfa-Bank's application.",
        MethodKind::SberLoan => "A loan or instalments of Sberbank.",
        MethodKind::SberBnpl => "Payment in parts, by Sberbank's service.",
        MethodKind::B2bSberbank => "A company's payment in Sberbank Business Online; in one stage.",
        MethodKind::ElectronicCertificate => {
            "A certificate of the state for certain goods, with a Mir card behind it."
        }
    }
}

fn phone() -> Schema {
    Schema::text()
        .pattern("^[0-9]{4,15}$")
        .says("The payer's phone: the country's code and the number, digits only: `79000000000`.")
}

/// The tax in a company's payment.
pub(crate) fn vat() -> Schema {
    let tax = || must("amount", amount_asked("How much of the payment is tax."));
    let rate = Schema::codes(VatRate::ALL.map(VatRate::code)).says("The rate, in percent.");
    Schema::one_of([
        Schema::object([
            form("calculated", "VAT at one rate."),
            must("rate", rate),
            tax(),
        ]),
        Schema::object([form("mixed", "VAT at several rates."), tax()]),
        Schema::object([form("untaxed", "Without VAT.")]),
    ])
    .says("VAT in the payment.")
}

/// What the system of certificates has approved.
pub(crate) fn basket() -> Schema {
    let id = Schema::text().pattern(format!("^[0-9]{{{BASKET_DIGITS}}}$"));
    Schema::object([
        must("amount", amount_asked("What certificates pay.")),
        must("basket_id", id.says("The basket's number.")),
    ])
    .says("The basket that the system of certificates has approved.")
}

/// The place of an article in a basket.
pub(crate) fn number() -> Schema {
    Schema::integer(1, ARTICLE_NUMBER_MAX).says("The article's place in the basket, from 1.")
}

/// An article's code in the catalogue of the state.
pub(crate) fn tru_code() -> Schema {
    Schema::text()
        .pattern("^[0-9]{9}\\.[0-9]{20}$")
        .says("The article's code in the state's catalogue (TRU).")
}

/// An article's code in the shop.
pub(crate) fn article_code() -> Schema {
    Schema::text()
        .at_most(ARTICLE_CHARS_MAX)
        .says("The article's code in the shop.")
}

/// How many units.
pub(crate) fn quantity() -> Schema {
    Schema::integer(1, QUANTITY_MAX).says("How many units.")
}

fn article() -> Schema {
    Schema::object([
        must("article_number", number()),
        must("tru_code", tru_code()),
        may("article_code", article_code()),
        must(
            "article_name",
            Schema::text()
                .at_most(ARTICLE_CHARS_MAX)
                .says("What the payer sees it is called."),
        ),
        must("quantity", quantity()),
        must("price", amount_asked("The price of one.")),
        may("metadata", metadata_asked()),
    ])
}

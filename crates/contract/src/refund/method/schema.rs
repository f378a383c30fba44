//! What a refund gives back to certificates.

use super::CERTIFICATE;
use crate::payment::means_schema::{basket, number, quantity, tru_code};
use crate::schema::{Member, Schema, form, must};

/// `refund_method_data`, and `refund_method`, which says the same.
pub(crate) fn method() -> Schema {
    let of =
        |member: Member| Schema::object([form(CERTIFICATE, "A refund to certificates."), member]);
    let article = Schema::object([
        must("article_number", number()),
        must(
            "payment_article_number",
            number().says("The article's place in the payment's basket, from 1."),
        ),
        must("tru_code", tru_code()),
        must("quantity", quantity()),
    ]);
    let articles = Schema::array(article).with("minItems", 1_usize);
    Schema::one_of([
        of(must("electronic_certificate", basket())),
        of(must("articles", articles.says("The goods that come back."))),
    ])
    .says("What is given back to certificates.")
}

//! What a refund gives back to certificates.

use super::CERTIFICATE;
use crate::payment::means_schema::{basket, number, quantity, tru_code};
use crate::schema::{Member, Schema, must};

/// `refund_method_data`, and `refund_method`, which says the same.
pub(crate) fn method() -> Schema {
    let of = |member: Member| Schema::object([must("type", Schema::constant(CERTIFICATE)), member]);
    let article = Schema::object([
        must("article_number", number()),
        must("payment_article_number", number()),
        must("tru_code", tru_code()),
        must("quantity", quantity()),
    ]);
    let articles = Schema::array(article).with("minItems", 1_usize);
    Schema::one_of([
        of(must("electronic_certificate", basket())),
        of(must("articles", articles)),
    ])
    .says("What is given back to certificates.")
}

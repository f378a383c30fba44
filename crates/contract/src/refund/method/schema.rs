//! How money goes back by other ways than a card.

use super::{CERTIFICATE, SBP};
use crate::payment::means_schema::{basket, number, quantity, tru_code};
use crate::schema::{Member, Schema, form, must};

/// `refund_method_data`.
pub(crate) fn asked() -> Schema {
    Schema::one_of(to_certificates()).says("What is given back to certificates.")
}

/// `refund_method`: what was asked for, or how SBP did it.
pub(crate) fn shown() -> Schema {
    let sbp = Schema::object([
        form(SBP, "A refund through SBP."),
        must(
            "sbp_operation_id",
            Schema::text().says("SBP's own id of the transfer."),
        ),
    ]);
    let [basket, articles] = to_certificates();
    Schema::one_of([basket, articles, sbp]).says("How the money went back.")
}

fn to_certificates() -> [Schema; 2] {
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
    [
        of(must("electronic_certificate", basket())),
        of(must("articles", articles.says("The goods that come back."))),
    ]
}

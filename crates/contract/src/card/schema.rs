//! Cards, asked for and shown.

use domain::card::CardBrand;

use super::CARDHOLDER_CHARS_MAX;
use crate::schema::{Named, Schema, may, must};

const YEAR: &str = "The year of its expiry, four digits.";
const MONTH: &str = "The month of its expiry, two digits.";

/// A card in a request.
pub(crate) static CARD_ASKED: Named = Named {
    name: "CardRequestData",
    schema: || {
        let digits = |pattern: &'static str| Schema::text().pattern(pattern);
        Schema::object([
            must(
                "number",
                digits("^[0-9]{14,19}$")
                    .says("The card's number, digits only; its check digit has to be right."),
            ),
            must("expiry_year", digits("^20[0-9]{2}$").says(YEAR)),
            must("expiry_month", digits("^(0[1-9]|1[0-2])$").says(MONTH)),
            may("csc", digits("^[0-9]{3,4}$").says("The code on its back.")),
            may(
                "cardholder",
                digits("^[a-zA-Z '-]{0,26}$")
                    .at_most(CARDHOLDER_CHARS_MAX)
                    .says("The name on it."),
            ),
        ])
        .says("Only for shops that may send card numbers themselves.")
    },
};

/// A card in an answer.
pub(crate) static CARD: Named = Named {
    name: "BankCardData",
    schema: || {
        let digits = |pattern: &'static str| Schema::text().pattern(pattern);
        Schema::object([
            must("first6", digits("^[0-9]{6}$").says("Its first digits.")),
            must("last4", digits("^[0-9]{4}$").says("Its last digits.")),
            must("expiry_year", digits("^[0-9]{4}$").says(YEAR)),
            must("expiry_month", digits("^[0-9]{2}$").says(MONTH)),
            must(
                "card_type",
                Schema::codes(CardBrand::ALL.map(CardBrand::code)).says("The card's network."),
            ),
            may(
                "issuer_country",
                digits("^[A-Z]{2}$").says("The country of the bank that issued it: `RU`."),
            ),
            may(
                "issuer_name",
                Schema::text().says("The bank that issued it."),
            ),
        ])
        .says("What may be shown of the card.")
    },
};

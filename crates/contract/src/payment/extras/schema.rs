//! What a shop sends along for others.

use domain::message::EMAIL_CHARS_MAX;

use super::{
    ACCOUNT_DIGITS, BANK_NAME_CHARS_MAX, BOOKING_CHARS_MAX, LEGS_MAX, NAME_CHARS_MAX,
    NUMBER_CHARS_MAX, PASSENGERS_MAX, PURPOSE_CHARS_MAX, TICKET_DIGITS_MAX, WALLET_CHARS_MAX,
};
use crate::schema::{Member, Named, Schema, amount_asked, may, must};

/// `airline`.
pub(crate) static AIRLINE: Named = Named {
    name: "Airline",
    schema: || {
        let name = || Schema::text().at_least(1).at_most(NAME_CHARS_MAX);
        let passenger = Schema::object([must("first_name", name()), must("last_name", name())]);
        let airport = || Schema::text().pattern("^[A-Z]{3}$");
        let leg = Schema::object([
            must("departure_airport", airport()),
            must("destination_airport", airport()),
            must(
                "departure_date",
                Schema::text().pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
            ),
            may("carrier_code", Schema::text().at_least(2).at_most(3)),
        ]);
        let ticket = format!("^[0-9]{{1,{TICKET_DIGITS_MAX}}}$");
        Schema::object([
            may("ticket_number", Schema::text().pattern(ticket)),
            may(
                "booking_reference",
                Schema::text().at_least(1).at_most(BOOKING_CHARS_MAX),
            ),
            may(
                "passengers",
                Schema::array(passenger).items(0, PASSENGERS_MAX),
            ),
            may("legs", Schema::array(leg).items(0, LEGS_MAX)),
        ])
        .says("An airline's ticket or booking; one of the two has to be there. Cards only.")
    },
};

fn digits(length: usize) -> Schema {
    Schema::text().pattern(format!("^[0-9]{{{length}}}$"))
}

static PAYMENT_ORDER: Named = Named {
    name: "PaymentOrder",
    schema: || {
        let bank = Schema::object([
            must(
                "name",
                Schema::text().at_least(1).at_most(BANK_NAME_CHARS_MAX),
            ),
            must("bic", digits(9)),
            must("account", digits(ACCOUNT_DIGITS)),
            must("correspondent_account", digits(ACCOUNT_DIGITS)),
        ]);
        let recipient = Schema::object([
            must("name", Schema::text().at_least(1)),
            must("inn", digits(10)),
            must("kpp", digits(9)),
            must("bank", bank),
        ]);
        let period = Schema::object([
            must("month", Schema::integer(1, 12)),
            must("year", Schema::integer(1920, 2050)),
        ]);
        let exactly = |length| Schema::text().at_least(length).at_most(length);
        let number = || Schema::text().at_least(1).at_most(NUMBER_CHARS_MAX);
        Schema::object([
            must("type", Schema::constant("utilities")),
            must("amount", amount_asked("The payment's amount.")),
            must(
                "payment_purpose",
                Schema::text().at_least(1).at_most(PURPOSE_CHARS_MAX),
            ),
            must("recipient", recipient),
            may("kbk", Schema::text().pattern("^([0-9]{20}|0)$")),
            may("oktmo", Schema::text().pattern("^([0-9]{8}|0)$")),
            may("payment_period", period),
            may("payment_document_id", exactly(18)),
            may("payment_document_number", number()),
            may("account_number", number()),
            may("unified_account_number", exactly(10)),
            may("service_id", exactly(13)),
        ])
        .says(
            "An order to the bank of a housing company; at least one of the last five members has \
             to be there.",
        )
    },
};

static RECEIVER: Named = Named {
    name: "Receiver",
    schema: || {
        let of = |kind: &'static str, members: Vec<Member>| {
            let mut all = vec![must("type", Schema::constant(kind))];
            all.extend(members);
            Schema::object(all)
        };
        let wallet = Schema::text().at_least(1).at_most(WALLET_CHARS_MAX);
        Schema::one_of([
            of(
                "mobile_balance",
                vec![must("phone", Schema::text().pattern("^[0-9]{4,15}$"))],
            ),
            of("digital_wallet", vec![must("account_number", wallet)]),
            of(
                "bank_account",
                vec![
                    must("account_number", digits(ACCOUNT_DIGITS)),
                    must("bic", digits(9)),
                ],
            ),
        ])
        .says("Whose balance, wallet or account is topped up.")
    },
};

/// The members of `POST /payments` that are passed on.
pub(crate) fn members() -> Vec<Member> {
    let delivery = Schema::object([
        must("type", Schema::constant("email")),
        must("email", Schema::text().at_most(EMAIL_CHARS_MAX)),
    ]);
    let statement = Schema::object([
        must("type", Schema::constant("payment_overview")),
        must("delivery_method", delivery),
    ]);
    let account = Schema::object([
        may("account_number", digits(ACCOUNT_DIGITS)),
        may("bic", digits(9)),
    ]);
    let fraud = Schema::object([
        may("topped_up_phone", Schema::text().pattern("^[0-9]{4,15}$")),
        may("merchant_customer_bank_account", account),
    ]);
    vec![
        may("airline", Schema::refer(&AIRLINE)),
        may("payment_order", Schema::refer(&PAYMENT_ORDER)),
        may("receiver", Schema::refer(&RECEIVER)),
        may(
            "statements",
            Schema::array(statement).says(
                "To whom overviews of the payment are mailed once it succeeds: of those by bank \
                 card, SberPay and SBP.",
            ),
        ),
        may("fraud_data", fraud.says("What helps to find fraud.")),
    ]
}

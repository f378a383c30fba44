//! What a shop sends along for others.

use super::{
    ACCOUNT_DIGITS, BANK_NAME_CHARS_MAX, BOOKING_CHARS_MAX, LEGS_MAX, NAME_CHARS_MAX,
    NUMBER_CHARS_MAX, PASSENGERS_MAX, PURPOSE_CHARS_MAX, TICKET_DIGITS_MAX, WALLET_CHARS_MAX,
};
use crate::schema::{Member, Named, Schema, amount_asked, email_asked, form, may, must};

/// `airline`.
pub(crate) static AIRLINE: Named = Named {
    name: "Airline",
    schema: || {
        let name = || Schema::text().at_least(1).at_most(NAME_CHARS_MAX);
        let passenger = Schema::object([
            must("first_name", name().says("First name, in Latin letters.")),
            must("last_name", name().says("Last name, in Latin letters.")),
        ]);
        let airport = |says| Schema::text().pattern("^[A-Z]{3}$").says(says);
        let leg = Schema::object([
            must(
                "departure_airport",
                airport("Where from: the airport's IATA code."),
            ),
            must(
                "destination_airport",
                airport("Where to: the airport's IATA code."),
            ),
            must(
                "departure_date",
                Schema::text()
                    .pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
                    .says("The day of departure: `2026-07-20`."),
            ),
            may(
                "carrier_code",
                Schema::text()
                    .at_least(2)
                    .at_most(3)
                    .says("The airline's IATA code."),
            ),
        ]);
        let ticket = format!("^[0-9]{{1,{TICKET_DIGITS_MAX}}}$");
        Schema::object([
            may(
                "ticket_number",
                Schema::text()
                    .pattern(ticket)
                    .says("The ticket's number, once there is a ticket."),
            ),
            may(
                "booking_reference",
                Schema::text()
                    .at_least(1)
                    .at_most(BOOKING_CHARS_MAX)
                    .says("The booking's code, as long as there is no ticket."),
            ),
            may(
                "passengers",
                Schema::array(passenger)
                    .items(0, PASSENGERS_MAX)
                    .says("Who flies."),
            ),
            may(
                "legs",
                Schema::array(leg)
                    .items(0, LEGS_MAX)
                    .says("The flights, one after the other."),
            ),
        ])
        .says("An airline's ticket or booking; one of the two has to be there. Cards only.")
    },
};

fn digits(length: usize) -> Schema {
    Schema::text().pattern(format!("^[0-9]{{{length}}}$"))
}

fn bic() -> Schema {
    digits(9).says("The bank's BIC.")
}

fn account_number() -> Schema {
    digits(ACCOUNT_DIGITS).says("The number of the account.")
}

fn phone() -> Schema {
    let phone = Schema::text().pattern("^[0-9]{4,15}$");
    phone.says("The phone that is topped up, digits only.")
}

static PAYMENT_ORDER: Named = Named {
    name: "PaymentOrder",
    schema: || {
        let bank = Schema::object([
            must(
                "name",
                Schema::text()
                    .at_least(1)
                    .at_most(BANK_NAME_CHARS_MAX)
                    .says("The bank's name."),
            ),
            must("bic", bic()),
            must(
                "account",
                digits(ACCOUNT_DIGITS).says("The receiver's account."),
            ),
            must(
                "correspondent_account",
                digits(ACCOUNT_DIGITS).says("The bank's correspondent account."),
            ),
        ]);
        let recipient = Schema::object([
            must(
                "name",
                Schema::text().at_least(1).says("The receiver's name."),
            ),
            must("inn", digits(10).says("Taxpayer number of the company.")),
            must("kpp", digits(9).says("The company's KPP.")),
            must("bank", bank.says("The receiver's bank.")),
        ]);
        let period = Schema::object([
            must("month", Schema::integer(1, 12).says("The month.")),
            must("year", Schema::integer(1920, 2050).says("The year.")),
        ]);
        let exactly = |length, says| Schema::text().at_least(length).at_most(length).says(says);
        let number = |says| {
            let number = Schema::text().at_least(1).at_most(NUMBER_CHARS_MAX);
            number.says(says)
        };
        Schema::object([
            must("type", Schema::always("utilities")),
            must("amount", amount_asked("The payment's amount.")),
            must(
                "payment_purpose",
                Schema::text()
                    .at_least(1)
                    .at_most(PURPOSE_CHARS_MAX)
                    .says("What the order says it is for."),
            ),
            must("recipient", recipient.says("Who receives the money.")),
            may(
                "kbk",
                Schema::text()
                    .pattern("^([0-9]{20}|0)$")
                    .says("Code of budget classification (KBK), or `0`."),
            ),
            may(
                "oktmo",
                Schema::text()
                    .pattern("^([0-9]{8}|0)$")
                    .says("Code of the municipality (OKTMO), or `0`."),
            ),
            may("payment_period", period.says("The month that is paid for.")),
            may(
                "payment_document_id",
                exactly(18, "The payment document's id in GIS ZhKKh."),
            ),
            may(
                "payment_document_number",
                number("The payment document's number at the company."),
            ),
            may(
                "account_number",
                number("The payer's account at the company."),
            ),
            may(
                "unified_account_number",
                exactly(10, "The dwelling's single account in GIS ZhKKh."),
            ),
            may("service_id", exactly(13, "The service's id in GIS ZhKKh.")),
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
        let wallet = Schema::text().at_least(1).at_most(WALLET_CHARS_MAX);
        Schema::one_of([
            Schema::object([
                form("mobile_balance", "A phone's balance is topped up."),
                must("phone", phone()),
            ]),
            Schema::object([
                form("digital_wallet", "An electronic wallet is topped up."),
                must("account_number", wallet.says("The number of a wallet.")),
            ]),
            Schema::object([
                form("bank_account", "An account at a bank is topped up."),
                must("account_number", account_number()),
                must("bic", bic()),
            ]),
        ])
        .says("Whose balance, wallet or account is topped up.")
    },
};

/// The members of `POST /payments` that are passed on.
pub(crate) fn members() -> Vec<Member> {
    let delivery = Schema::object([
        form("email", "By e-mail."),
        must("email", email_asked("The payer's e-mail address.")),
    ]);
    let statement = Schema::object([
        form("payment_overview", "A letter that sums the payment up."),
        must("delivery_method", delivery.says("How the letter is sent.")),
    ]);
    let account = Schema::object([may("account_number", account_number()), may("bic", bic())]);
    let fraud = Schema::object([
        may("topped_up_phone", phone()),
        may(
            "merchant_customer_bank_account",
            account.says("The account that is topped up."),
        ),
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
        may(
            "fraud_data",
            fraud.says("Whose balance or account is topped up; new shops say it in `receiver`."),
        ),
    ]
}

//! What `/payouts` takes and gives.

use domain::card::CardBrand;
use domain::payout::{DestinationKind, Status};
use domain::{DealId, Party, PaymentMethodId, Payout, PayoutId, PersonalDataId, SelfEmployedId};

use super::create::{DESCRIPTION_CHARS_MAX, PERSONAL_DATA_MAX, SERVICE_NAME_CHARS_MAX};
use super::list::{KEY_CHARS_MAX, VALUE_CHARS_MAX};
use super::{ListPayouts, SearchPayouts};
use crate::schema::{
    AMOUNT, CANCELED, Member, Named, Parameter, Schema, amount_asked, description, form, id_of,
    limit_and_cursor, list_of, may, metadata, metadata_asked, must, of_time, parameter, party,
    reason,
};

/// `type` of a destination.
fn kind(kind: DestinationKind) -> Member {
    let says = match kind {
        DestinationKind::Card => "To a bank card.",
        DestinationKind::Wallet => "To a YooMoney wallet.",
        DestinationKind::Sbp => "To an account at a bank, by phone number through SBP.",
    };
    form(kind.code(), says)
}

fn named<I: domain::EntityId>(says: &'static str) -> Schema {
    Schema::object([must("id", id_of::<I>("Its id."))]).says(says)
}

fn account_number() -> Schema {
    let number = Schema::text().pattern("^[0-9]{11,33}$");
    number.says("The number of a wallet.")
}

fn phone() -> Schema {
    Schema::text()
        .pattern("^[0-9]{4,15}$")
        .says("A phone: the country's code and the number, digits only: `79000000000`.")
}

fn bank_id() -> Schema {
    let id = Schema::text().pattern("^[a-zA-Z0-9]{12}$");
    id.says("The bank's id in SBP.")
}

const NUMBER: &str = "The card's number, digits only; its check digit has to be right.";

fn asked_destination() -> Schema {
    let number = Schema::text().pattern("^[0-9]{16,19}$");
    Schema::one_of([
        Schema::object([
            kind(DestinationKind::Card),
            must(
                "card",
                Schema::object([must("number", number.says(NUMBER))])
                    .says("Only for shops that may send card numbers themselves."),
            ),
        ]),
        Schema::object([
            kind(DestinationKind::Wallet),
            must("account_number", account_number()),
        ]),
        Schema::object([
            kind(DestinationKind::Sbp),
            must("phone", phone()),
            must("bank_id", bank_id()),
        ]),
    ])
}

fn service_name() -> Schema {
    let name = Schema::text().at_least(1).at_most(SERVICE_NAME_CHARS_MAX);
    name.says("What was done.")
}

/// The body of `POST /payouts`.
pub static CREATE_PAYOUT: Named = Named {
    name: "CreatePayoutRequest",
    schema: || {
        let ids = Schema::array(Schema::object([must(
            "id",
            id_of::<PersonalDataId>("Their id."),
        )]));
        let people = ids.items(0, PERSONAL_DATA_MAX);
        let receipt = Schema::object([
            must("service_name", service_name()),
            may("amount", amount_asked("The sum in it.")),
        ]);
        Schema::object([
            must("amount", amount_asked("What the person receives.")),
            may(
                "payout_destination_data",
                asked_destination().says("Where the money goes to."),
            ),
            may(
                "payout_token",
                Schema::text().pattern("^[0-9A-Za-z_-]{43}$").says(
                    "A card that the payout widget took; it can be paid to any number of times.",
                ),
            ),
            may(
                "payment_method_id",
                id_of::<PaymentMethodId>("A saved card, instead of the destination."),
            ),
            may("description", description(DESCRIPTION_CHARS_MAX)),
            may("deal", named::<DealId>("The deal whose money it is.")),
            may("personal_data", people.says("Data of the receiver.")),
            may("self_employed", named::<SelfEmployedId>("Who receives it.")),
            may("receipt_data", receipt.says("The person's receipt.")),
            may("metadata", metadata_asked()),
        ])
    },
};

fn destination() -> Schema {
    let card = Schema::object([
        must("first6", Schema::text().says("Its first digits.")),
        must("last4", Schema::text().says("Its last digits.")),
        must(
            "card_type",
            Schema::codes(CardBrand::ALL.map(CardBrand::code)).says("The card's network."),
        ),
        may(
            "issuer_country",
            Schema::text().says("The country of the bank that issued it: `RU`."),
        ),
        may(
            "issuer_name",
            Schema::text().says("The bank that issued it."),
        ),
    ]);
    let checked = Schema::boolean().says("Whether the receiver's name was compared.");
    Schema::one_of([
        Schema::object([
            kind(DestinationKind::Card),
            must("card", card.says("What may be shown of the card.")),
        ]),
        Schema::object([
            kind(DestinationKind::Wallet),
            must("account_number", account_number()),
        ]),
        Schema::object([
            kind(DestinationKind::Sbp),
            must("phone", phone()),
            must("bank_id", bank_id()),
            may(
                "sbp_operation_id",
                Schema::text().says("The operation's number in SBP."),
            ),
            must("recipient_checked", checked),
        ]),
    ])
}

fn cancellation() -> Schema {
    let parties = [Party::YooMoney, Party::PayoutNetwork];
    Schema::object([
        party(parties),
        reason(Payout::REASONS.map(domain::CancellationReason::code)),
    ])
    .says(CANCELED)
}

const STATUS: &str = "`pending` is on its way, `succeeded` has arrived, `canceled` did not go; the \
                      last two are final.";

/// A payout.
pub static PAYOUT: Named = Named {
    name: "Payout",
    schema: || {
        let statuses = Schema::codes(Status::ALL.map(Status::code));
        let receipt = Schema::object([
            must("service_name", service_name()),
            may("amount", Schema::refer(&AMOUNT).says("The sum in it.")),
        ]);
        Schema::object([
            must("id", id_of::<PayoutId>("Its id.")),
            must(
                "amount",
                Schema::refer(&AMOUNT).says("What the person receives."),
            ),
            must("status", statuses.says(STATUS)),
            must(
                "payout_destination",
                destination().says("Where the money goes to."),
            ),
            may("description", description(DESCRIPTION_CHARS_MAX)),
            must("created_at", Schema::moment().says("When it was created.")),
            may("succeeded_at", Schema::moment().says("When it arrived.")),
            may("deal", named::<DealId>("The deal whose money it is.")),
            may("self_employed", named::<SelfEmployedId>("Who receives it.")),
            may("receipt", receipt.says("The person's receipt.")),
            may("cancellation_details", cancellation()),
            must("metadata", metadata()),
            must(
                "test",
                Schema::boolean().says("Whether it is only a test, without real money."),
            ),
        ])
    },
};

/// A page of payouts.
pub static PAYOUT_LIST: Named = Named {
    name: "PayoutList",
    schema: || list_of(&PAYOUT),
};

impl ListPayouts {
    /// Its filters.
    #[must_use]
    pub fn parameters() -> Vec<Parameter> {
        let mut filters = of_time("created_at");
        filters.extend(of_time("succeeded_at"));
        let kinds = Schema::codes(DestinationKind::ALL.map(DestinationKind::code));
        filters.push(parameter("payout_destination.type", kinds, "By which way."));
        let statuses = Schema::codes(Status::ALL.map(Status::code));
        filters.push(parameter("status", statuses, "How far they are."));
        filters.extend(limit_and_cursor());
        filters
    }
}

impl SearchPayouts {
    /// Its filters.
    #[must_use]
    pub fn parameters() -> Vec<Parameter> {
        let mut filters = of_time("created_at");
        let value = Schema::text().at_most(VALUE_CHARS_MAX);
        let says = "The value of one pair of metadata, with its key of at most 32 characters in \
                    the brackets.";
        const _: () = assert!(KEY_CHARS_MAX == 32, "the text names the limit");
        filters.push(parameter("metadata[key]", value, says));
        filters.extend(limit_and_cursor());
        filters
    }
}

//! Schemas that many objects share: amounts, metadata, pages of lists, errors, notifications.

use domain::{
    CancellationReason, EntityId, EventKind, Party,
    message::EMAIL_CHARS_MAX,
    metadata::{KEY_CHARS_MAX, KEYS_MAX, VALUE_CHARS_MAX},
};

use super::{Member, Named, Node, Schema, may, must};
use crate::amount::CURRENCIES;
use crate::error::ErrorCode;
use crate::query::{LIMIT_DEFAULT, LIMIT_MAX};

/// The pattern of an amount in an answer.
const AMOUNT_PATTERN: &str = r"^-?[0-9]{1,15}(\.[0-9]{2,4})?$";
/// The pattern of an amount in a request.
const AMOUNT_ASKED_PATTERN: &str = r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?$";

/// An amount of money in an answer.
pub static AMOUNT: Named = Named {
    name: "MonetaryAmount",
    schema: || {
        amount(AMOUNT_PATTERN, Schema::text().pattern("^[A-Z]{3}$")).says("An amount of money.")
    },
};

static AMOUNT_ASKED: Named = Named {
    name: "MonetaryAmountAsked",
    schema: || {
        amount(AMOUNT_ASKED_PATTERN, Schema::codes(CURRENCIES))
            .says("An amount of money, more than zero.")
    },
};

fn amount(pattern: &'static str, currency: Schema) -> Schema {
    let value = Schema::text()
        .pattern(pattern)
        .says("A number with a dot and the currency's decimals, as a string: `1000.00`.");
    let currency = currency.says("ISO 4217; the shop's own.");
    Schema::object([must("value", value), must("currency", currency)])
}

/// `amount` of a request.
pub(crate) fn amount_asked(says: &'static str) -> Schema {
    Schema::refer(&AMOUNT_ASKED).says(says)
}

/// An e-mail address of a request.
pub(crate) fn email_asked(says: &'static str) -> Schema {
    Schema::text()
        .at_most(EMAIL_CHARS_MAX)
        .pattern(r"^[^@\s]{1,64}@[^@\s]+\.[^@\s.]+$")
        .says(says)
}

/// `description`.
pub(crate) fn description(chars_max: usize) -> Schema {
    Schema::text()
        .at_most(chars_max)
        .says("What it is for: the order, the contract.")
}

/// `metadata` of a request.
pub(crate) fn metadata_asked() -> Schema {
    metadata().with("maxProperties", KEYS_MAX).with(
        "propertyNames",
        Schema::default().at_most(KEY_CHARS_MAX).node(),
    )
}

const _: () = assert!(
    KEYS_MAX == 16 && KEY_CHARS_MAX == 32 && VALUE_CHARS_MAX == 512,
    "the text of metadata names the limits"
);

/// `metadata` of an answer.
pub(crate) fn metadata() -> Schema {
    let value = Schema::text().at_most(VALUE_CHARS_MAX);
    Schema::texts(value).says(
        "Notes of the shop's own, given back as they came: up to 16 keys of up to 32 characters, \
         with values of up to 512.",
    )
}

/// An id of an object, with what it is.
pub(crate) fn id_of<I: EntityId>(says: &'static str) -> Schema {
    Schema::id::<I>().says(says)
}

/// `type` of an object with several forms: names one of them.
pub(crate) fn form(code: &'static str, says: &'static str) -> Member {
    must("type", Schema::constant(code).says(says))
}

/// Who ended something.
pub(crate) fn party(parties: impl IntoIterator<Item = Party>) -> Member {
    let says = "Who ended it: `merchant` is the shop, `yoo_money` this platform; networks are \
                banks and payment systems.";
    let codes = parties.into_iter().map(Party::code);
    must("party", Schema::codes(codes).says(says))
}

/// Why something ended.
pub(crate) fn reason(codes: impl IntoIterator<Item = &'static str>) -> Member {
    must("reason", Schema::codes(codes).says("Why it ended."))
}

/// A page of a list of these objects.
pub(crate) fn list_of(item: &'static Named) -> Schema {
    Schema::object([
        must("type", Schema::always("list")),
        must(
            "items",
            Schema::array(Schema::refer(item)).says("The objects of this page."),
        ),
        may(
            "next_cursor",
            Schema::text().says("Where the next page begins; absent on the last one."),
        ),
    ])
}

/// The description of `cancellation_details`.
pub(crate) const CANCELED: &str = "Who ended it, and why; of what is canceled.";

/// Who ended a payment or a refund, and why.
pub static CANCELLATION: Named = Named {
    name: "CancellationDetails",
    schema: || {
        let parties = Party::ALL
            .iter()
            .filter(|party| **party != Party::PayoutNetwork);
        let of_payouts = &CancellationReason::OF_PAYOUTS;
        let reasons = CancellationReason::ALL
            .iter()
            .filter(|reason| !of_payouts.contains(reason));
        Schema::object([
            party(parties.copied()),
            reason(reasons.map(|reason| reason.code())),
        ])
        .says(CANCELED)
    },
};

/// The body of every answer that is not 200.
pub static ERROR: Named = Named {
    name: "Error",
    schema: || {
        let codes = ErrorCode::ALL.map(ErrorCode::code);
        Schema::object([
            must("type", Schema::always("error")),
            must(
                "id",
                Schema::text().says("The request's id, also in `X-Request-Id` and in the log."),
            ),
            must(
                "code",
                Schema::codes(codes)
                    .says("The class of the error; programs decide by it and by `parameter`."),
            ),
            must("description", Schema::text().says("What is wrong.")),
            may(
                "parameter",
                Schema::text().says(
                    "What is wrong: a dotted path into the body, or the name of a filter or \
                     header. Places in arrays stand in `description`.",
                ),
            ),
            may(
                "retry_after",
                Schema::integer(0, i64::from(u32::MAX))
                    .says("After how many milliseconds the same request may be sent again."),
            ),
        ])
    },
};

/// A notification of one of these events, about an object with this schema.
#[must_use]
pub fn notification(events: &[EventKind], object: &'static Named) -> Schema {
    Schema::object([
        must("type", Schema::always("notification")),
        must(
            "event",
            Schema::codes(events.iter().map(|event| event.code()))
                .says("What happened: the kind of the object and its new status."),
        ),
        must(
            "object",
            Schema::refer(object).says("The object at that moment."),
        ),
    ])
}

/// A filter of a list.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name in the query.
    pub name: String,
    /// What it may be.
    pub schema: Schema,
    /// What it does.
    pub says: &'static str,
}

/// A filter of a list.
#[must_use]
pub fn parameter(name: &str, schema: Schema, says: &'static str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        schema,
        says,
    }
}

/// The four filters of a time.
#[must_use]
pub fn of_time(name: &str) -> Vec<Parameter> {
    let bounds = [
        ("gte", "Not before this time."),
        ("gt", "After this time."),
        ("lte", "Not after this time."),
        ("lt", "Before this time."),
    ];
    let filter = |(bound, says)| parameter(&format!("{name}.{bound}"), Schema::moment(), says);
    bounds.into_iter().map(filter).collect()
}

/// The size of a page, and where it begins.
#[must_use]
pub fn limit_and_cursor() -> Vec<Parameter> {
    let limit = Schema::integer(1, i64::from(LIMIT_MAX))
        .with("default", Node::from(i64::from(LIMIT_DEFAULT)));
    vec![
        parameter("limit", limit, "Most objects on the page."),
        parameter(
            "cursor",
            Schema::text(),
            "`next_cursor` of the page before, with the same filters.",
        ),
    ]
}

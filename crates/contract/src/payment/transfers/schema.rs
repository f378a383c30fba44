//! The parts of a split payment.

use domain::payment::{PARTS_MAX, Status};

use super::DESCRIPTION_CHARS_MAX;
use crate::schema::{
    AMOUNT, Member, Schema, amount_asked, description, may, metadata, metadata_asked, must,
};

fn account(says: &'static str) -> Member {
    must(
        "account_id",
        Schema::text().pattern("^[1-9][0-9]{0,17}$").says(says),
    )
}

fn fee(says: &'static str) -> Member {
    may("platform_fee_amount", Schema::refer(&AMOUNT).says(says))
}

fn base() -> Vec<Member> {
    vec![
        account("A shop of the platform."),
        must("amount", amount_asked("Its part.")),
        fee("What the platform keeps of it."),
    ]
}

/// `transfers` of `POST /payments`.
pub(crate) fn asked() -> Schema {
    let mut members = base();
    members.push(may("description", description(DESCRIPTION_CHARS_MAX)));
    members.push(may("metadata", metadata_asked()));
    Schema::array(Schema::object(members))
        .items(0, PARTS_MAX)
        .says("Who gets what; together what is paid.")
}

/// `transfers` of a capture.
pub(crate) fn asked_at_capture() -> Schema {
    Schema::array(Schema::object(base()))
        .items(0, PARTS_MAX)
        .says("Who gets what of what is taken, where that changes.")
}

/// `transfers` of a payment.
pub(crate) fn shown() -> Schema {
    let statuses = Schema::codes(Status::ALL.map(Status::code));
    Schema::array(Schema::object([
        account("The shop."),
        must("amount", Schema::refer(&AMOUNT).says("Its part.")),
        must(
            "status",
            statuses.says("How far this part is: as the payment."),
        ),
        fee("What the platform keeps of it."),
        may("description", description(DESCRIPTION_CHARS_MAX)),
        may("metadata", metadata()),
    ]))
    .says("Who gets what.")
}

/// `sources` of a refund, both ways.
pub(crate) fn sources() -> Schema {
    Schema::array(Schema::object([
        account("The shop that gives it back."),
        must(
            "amount",
            Schema::refer(&AMOUNT).says("What this shop gives back."),
        ),
        fee("What the platform gives of what it kept."),
    ]))
    .says("From whom it comes, of a split payment.")
}

//! What `/personal_data` takes and gives.

use domain::personal_data::{Kind, Status};
use domain::{Party, PersonalDataId};

use super::{FIRST_NAME_CHARS_MAX, LAST_NAME_CHARS_MAX, MIDDLE_NAME_CHARS_MAX};
use crate::schema::{CANCELED, Named, Schema, id_of, may, metadata, metadata_asked, must, party};

fn name(says: &'static str, chars_max: usize) -> Schema {
    let name = Schema::text()
        .pattern("^[—–‐a-zA-Zа-яёА-ЯЁ -]*$")
        .at_least(1)
        .at_most(chars_max);
    name.says(says)
}

const KIND: &str = "What they are for: to compare the receiver's name in SBP, or for a statement \
                    of payouts.";

/// The body of `POST /personal_data`.
pub static CREATE_PERSONAL_DATA: Named = Named {
    name: "CreatePersonalDataRequest",
    schema: || {
        let date = Schema::text().with("format", "date");
        let kinds = Schema::codes(Kind::ALL.map(Kind::code));
        Schema::object([
            must("type", kinds.says(KIND)),
            must("last_name", name("The family name.", LAST_NAME_CHARS_MAX)),
            must("first_name", name("The given name.", FIRST_NAME_CHARS_MAX)),
            may(
                "middle_name",
                name("The patronymic.", MIDDLE_NAME_CHARS_MAX),
            ),
            may(
                "birthdate",
                date.says("The day of birth; needed for statements."),
            ),
            may("metadata", metadata_asked()),
        ])
    },
};

/// Personal data, without the data themselves.
pub static PERSONAL_DATA: Named = Named {
    name: "PersonalData",
    schema: || {
        let statuses = [
            Status::WaitingForOperation,
            Status::Active,
            Status::Canceled,
        ];
        let canceled = Schema::object([
            party([Party::YooMoney]),
            must(
                "reason",
                Schema::constant("expired_by_timeout").says("No payout named them in time."),
            ),
        ]);
        Schema::object([
            must("id", id_of::<PersonalDataId>("Their id.")),
            must("type", Schema::codes(Kind::ALL.map(Kind::code)).says(KIND)),
            must(
                "status",
                Schema::codes(statuses.map(Status::code)).says(
                    "`waiting_for_operation` until a payout names them, then `active`; `canceled` \
                     when none did in time.",
                ),
            ),
            may("cancellation_details", canceled.says(CANCELED)),
            must(
                "created_at",
                Schema::moment().says("When they were created."),
            ),
            may(
                "expires_at",
                Schema::moment().says("Until when they can be used."),
            ),
            must("metadata", metadata()),
        ])
    },
};

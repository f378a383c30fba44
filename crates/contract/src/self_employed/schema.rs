//! What `/self_employed` takes and gives.

use domain::SelfEmployedId;
use domain::self_employed::State;

use crate::schema::{Named, Schema, id_of, may, must};

fn itn() -> Schema {
    let itn = Schema::text().pattern("^[0-9]{12}$");
    itn.says("Taxpayer number (INN): 10 digits of a company, 12 of a person.")
}

fn phone() -> Schema {
    let phone = Schema::text().pattern("^[0-9]{4,15}$");
    phone.says("The phone, digits; it or the number is needed.")
}

/// The body of `POST /self_employed`.
pub static CREATE_SELF_EMPLOYED: Named = Named {
    name: "CreateSelfEmployedRequest",
    schema: || {
        let redirect = Schema::object([must("type", Schema::always("redirect"))]);
        Schema::object([
            may("itn", itn()),
            may("phone", phone()),
            may("confirmation", redirect.says("Where the person agrees.")),
        ])
    },
};

/// A self-employed person.
pub static SELF_EMPLOYED: Named =
    Named {
        name: "SelfEmployed",
        schema: || {
            let redirect = Schema::object([
                must("type", Schema::always("redirect")),
                must(
                    "confirmation_url",
                    Schema::text().says("The page that the person is sent to."),
                ),
            ]);
            Schema::object([
            must("id", id_of::<SelfEmployedId>("Their id.")),
            must(
                "status",
                Schema::codes(State::ALL.map(State::code)).says(
                    "`pending` waits for the person, `confirmed` can be paid, `canceled` refused, \
                     `unregistered` is not self-employed any more.",
                ),
            ),
            must("created_at", Schema::moment().says("When they were added.")),
            may("itn", itn()),
            may("phone", phone()),
            may("confirmation", redirect.says("Where the person agrees.")),
            must("test", Schema::boolean().says("Whether it is only a test, without real money.")),
        ])
        },
    };

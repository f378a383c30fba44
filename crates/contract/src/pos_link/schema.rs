//! What `/pos_links` takes and gives.

use domain::{PaymentId, PosLinkId};

use super::LINK_CHARS_MAX;
use crate::payment::gateway_schema;
use crate::schema::{Named, Schema, id_of, may, must};

/// The body of `POST /pos_links`.
pub static CREATE_POS_LINK: Named = Named {
    name: "CreatePosLinkRequest",
    schema: || {
        let link = Schema::text()
            .pattern("^https://")
            .at_most(LINK_CHARS_MAX)
            .says("The address in the plate's code.");
        Schema::object([
            must("recipient", gateway_schema()),
            must(
                "pos_link_data",
                Schema::object([must("link", link)]).says("Which plate it is."),
            ),
        ])
    },
};

/// The body of `POST /pos_links/{pos_link_id}/recipient`.
pub static MOVE_POS_LINK: Named = Named {
    name: "PosLinkRecipientRequest",
    schema: || Schema::object([must("recipient", gateway_schema())]),
};

/// A plate.
pub static POS_LINK: Named = Named {
    name: "PosLink",
    schema: || {
        let last = Schema::object([
            must("id", id_of::<PaymentId>("The payment.")),
            must(
                "status",
                Schema::codes(["pending", "succeeded", "canceled"])
                    .says("How far that payment is."),
            ),
        ]);
        let till = Schema::text().says("The till that it stands at.");
        Schema::object([
            must("id", id_of::<PosLinkId>("Its id.")),
            must(
                "status",
                Schema::codes(["active", "inactive"]).says("Whether payments may go through it."),
            ),
            must("type", Schema::always("nspk")),
            must(
                "recipient",
                Schema::object([must("gateway_id", till)]).says("Who receives its payments."),
            ),
            may("payment", last.says("The last payment through it.")),
        ])
    },
};

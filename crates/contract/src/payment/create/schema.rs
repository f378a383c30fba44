//! What `POST /payments` takes.

use domain::{ConfirmationKind, PaymentMethodId, PosLinkId};

use super::{CUSTOMER_CHARS_MAX, DESCRIPTION_CHARS_MAX, extras, means, transfers};
use crate::confirmation;
use crate::receipt::RECEIPT_DATA;
use crate::schema::{Named, Schema, amount_asked, description, id_of, may, metadata_asked, must};
use crate::settlement::schema::PAYMENT_DEAL_ASKED;

/// The body of `POST /payments`.
pub static CREATE_PAYMENT: Named = Named {
    name: "CreatePaymentRequest",
    schema: || {
        let mut members = vec![
            must("amount", amount_asked("What the payer pays.")),
            may("description", description(DESCRIPTION_CHARS_MAX)),
            may("receipt", Schema::refer(&RECEIPT_DATA)),
            may(
                "payment_method_data",
                Schema::refer(&means::schema::PAYMENT_METHOD_DATA),
            ),
            may(
                "payment_method_id",
                id_of::<PaymentMethodId>("A saved method, which is charged without the payer."),
            ),
            may(
                "payment_token",
                Schema::text()
                    .pattern("^[0-9A-Za-z_-]{43}$")
                    .says("A card that Checkout.js took; pays once, within an hour."),
            ),
            may(
                "confirmation",
                confirmation::schema::asked(&ConfirmationKind::ALL)
                    .says("How the payer confirms; a charge of a saved method needs none."),
            ),
            may(
                "capture",
                Schema::boolean()
                    .otherwise(false)
                    .says("True takes the money at once; false holds it until the capture."),
            ),
            may(
                "save_payment_method",
                Schema::boolean()
                    .otherwise(false)
                    .says("Saves the method, to charge it again without the payer."),
            ),
            may("client_ip", client_ip()),
            may("metadata", metadata_asked()),
            may(
                "merchant_customer_id",
                Schema::text()
                    .at_most(CUSTOMER_CHARS_MAX)
                    .says("The merchant's own name for the payer."),
            ),
            may("deal", Schema::refer(&PAYMENT_DEAL_ASKED)),
            may("recipient", gateway()),
            may("transfers", transfers::schema::asked()),
            may("pos_link", pos_link()),
        ];
        members.extend(extras::schema::members());
        Schema::object(members)
    },
};

fn pos_link() -> Schema {
    Schema::object([
        must("id", id_of::<PosLinkId>("The plate.")),
        may(
            "expires_at",
            Schema::moment().says("Until when the payer may confirm: 1 to 20 minutes from now."),
        ),
    ])
    .says("The plate at a till that is paid through.")
}

/// `client_ip`.
pub(crate) fn client_ip() -> Schema {
    let formats = ["ipv4", "ipv6"].map(|format| Schema::text().with("format", format));
    Schema::one_of(formats).says("The payer's address, IPv4 or IPv6.")
}

/// `recipient` and `holder`.
pub(crate) fn gateway() -> Schema {
    let id = Schema::text()
        .pattern("^[1-9][0-9]{0,17}$")
        .says("The shop's sub-account: it keeps flows of payments apart.");
    Schema::object([must("gateway_id", id)]).says("Which of the shop's sub-accounts it is for.")
}

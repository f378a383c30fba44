//! What `POST /payments` takes.

use domain::{ConfirmationKind, MethodKind, PaymentMethodId};

use super::{CUSTOMER_CHARS_MAX, DESCRIPTION_CHARS_MAX};
use crate::receipt::RECEIPT_DATA;
use crate::schema::{Named, Schema, amount_asked, description, id_of, may, metadata_asked, must};
use crate::settlement::schema::PAYMENT_DEAL_ASKED;
use crate::{card, confirmation};

/// The body of `POST /payments`.
pub static CREATE_PAYMENT: Named = Named {
    name: "CreatePaymentRequest",
    schema: || {
        Schema::object([
            must("amount", amount_asked("How much.")),
            may("description", description(DESCRIPTION_CHARS_MAX)),
            may("receipt", Schema::refer(&RECEIPT_DATA)),
            may("payment_method_data", Schema::refer(&PAYMENT_METHOD_DATA)),
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
                confirmation::schema::asked(&ConfirmationKind::ALL),
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
        ])
    },
};

static PAYMENT_METHOD_DATA: Named = Named {
    name: "PaymentMethodData",
    schema: || {
        Schema::one_of(MethodKind::ALL.map(method_data))
            .says("The method that the payer chose in the shop; without it, the page asks.")
    },
};

fn method_data(kind: MethodKind) -> Schema {
    let r#type = must("type", Schema::constant(kind.code()));
    match kind {
        MethodKind::BankCard => Schema::object([
            r#type,
            may(
                "card",
                Schema::refer(&card::schema::CARD_ASKED)
                    .says("Only for shops that may send card numbers themselves."),
            ),
        ]),
        MethodKind::Sberbank | MethodKind::Cash => Schema::object([r#type, may("phone", phone())]),
        MethodKind::MobileBalance => Schema::object([r#type, must("phone", phone())]),
        MethodKind::YooMoney | MethodKind::Sbp | MethodKind::TinkoffBank => {
            Schema::object([r#type])
        }
    }
}

fn phone() -> Schema {
    Schema::text()
        .pattern("^[0-9]{4,15}$")
        .says("The payer's phone, digits only.")
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
        .says("The shop's sub-account.");
    Schema::object([must("gateway_id", id)])
}

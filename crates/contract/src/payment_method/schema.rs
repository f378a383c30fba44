//! What `/payment_methods` takes and gives.

use domain::MethodKind;

use super::CONFIRMATIONS;
use crate::payment::{RECIPIENT, client_ip_schema, gateway_schema, means_schema};
use crate::schema::{Named, Schema, form, may, metadata, metadata_asked, must};
use crate::{card, confirmation, means};

/// What can be bound without a payment.
const KINDS: [MethodKind; 2] = [MethodKind::BankCard, MethodKind::Sbp];

/// The body of `POST /payment_methods`.
pub static CREATE_PAYMENT_METHOD: Named = Named {
    name: "CreatePaymentMethodRequest",
    schema: || Schema::one_of(KINDS.map(asked)),
};

fn asked(kind: MethodKind) -> Schema {
    let mut members = vec![form(kind.code(), means_schema::says(kind))];
    if kind == MethodKind::BankCard {
        let says = "Only for shops that may send card numbers themselves.";
        let card = Schema::refer(&card::schema::CARD_ASKED).says(says);
        members.push(may("card", card));
    }
    members.extend([
        may("holder", gateway_schema()),
        may("client_ip", client_ip_schema()),
        may("confirmation", confirmation::schema::asked(CONFIRMATIONS)),
        may("metadata", metadata_asked()),
    ]);
    Schema::object(members)
}

/// A payment method that can be charged again, or is on its way to that.
pub static PAYMENT_METHOD: Named = Named {
    name: "SavedPaymentMethod",
    schema: || {
        let mut members = means::schema::head(MethodKind::ALL);
        members.push(must("holder", Schema::refer(&RECIPIENT)));
        members.extend(means::schema::tail(means::schema::bank()));
        members.extend([
            may("account_number", Schema::text().says("The wallet.")),
            may(
                "sbp_operation_id",
                Schema::text().says("The operation's number in SBP."),
            ),
            may(
                "confirmation",
                Schema::refer(&confirmation::schema::CONFIRMATION),
            ),
            may("metadata", metadata()),
        ]);
        Schema::object(members)
    },
};

//! A payment of an answer.

use domain::PaymentId;
use domain::payment::Status;

use crate::payment::transfers_schema;
use crate::receipt::registration;
use crate::schema::{
    AMOUNT, CANCELLATION, Named, Schema, description, id_of, list_of, may, metadata, must,
};
use crate::settlement::schema::PAYMENT_DEAL;
use crate::{confirmation, means};

const STATUS: &str = "`pending` waits for the payer or a bank, `waiting_for_capture` is held, \
                      `succeeded` is paid, `canceled` is over; the last two are final.";

/// A payment.
pub static PAYMENT: Named = Named {
    name: "Payment",
    schema: || {
        let amount = |says| Schema::refer(&AMOUNT).says(says);
        Schema::object([
            must("id", id_of::<PaymentId>("Its id.")),
            must(
                "status",
                Schema::codes(Status::ALL.map(Status::code)).says(STATUS),
            ),
            must(
                "amount",
                amount("What is paid; after a capture, what was taken."),
            ),
            may(
                "income_amount",
                amount(
                    "What the shop receives: the amount less the commission and the VAT on it; of \
                     what is paid.",
                ),
            ),
            may("description", description(128)),
            must("recipient", Schema::refer(&RECIPIENT)),
            may(
                "payment_method",
                Schema::refer(&means::schema::PAYMENT_METHOD_OF_PAYMENT),
            ),
            may(
                "captured_at",
                Schema::moment().says("When the money was taken; of what has succeeded."),
            ),
            must("created_at", Schema::moment().says("When it was created.")),
            may(
                "expires_at",
                Schema::moment()
                    .says("Until when the money is held; then the payment is canceled."),
            ),
            may(
                "confirmation",
                Schema::refer(&confirmation::schema::CONFIRMATION),
            ),
            must(
                "test",
                Schema::boolean().says("Whether it is only a test, without real money."),
            ),
            may(
                "refunded_amount",
                amount("What was given back so far; of what has succeeded."),
            ),
            must(
                "paid",
                Schema::boolean().says("Whether the money is held or taken."),
            ),
            must(
                "refundable",
                Schema::boolean().says("Whether something can be given back now."),
            ),
            must("metadata", metadata()),
            may("receipt_registration", registration()),
            may("cancellation_details", Schema::refer(&CANCELLATION)),
            may("authorization_details", Schema::refer(&AUTHORIZATION)),
            may("deal", Schema::refer(&PAYMENT_DEAL)),
            may("transfers", transfers_schema::shown()),
            may(
                "merchant_customer_id",
                Schema::text().says("The merchant's own name for the payer."),
            ),
            may("invoice_details", crate::invoice::details_schema()),
        ])
    },
};

/// A page of payments.
pub static PAYMENT_LIST: Named = Named {
    name: "PaymentList",
    schema: || list_of(&PAYMENT),
};

/// Whose money it is.
pub(crate) static RECIPIENT: Named = Named {
    name: "Recipient",
    schema: || {
        Schema::object([
            must("account_id", Schema::text().says("The shop.")),
            must(
                "gateway_id",
                Schema::text().says("The shop's sub-account: it keeps flows of payments apart."),
            ),
        ])
        .says("Whose money it is.")
    },
};

static AUTHORIZATION: Named = Named {
    name: "AuthorizationDetails",
    schema: || {
        let secure = Schema::object([
            must(
                "applied",
                Schema::boolean().says("Whether the payer was asked."),
            ),
            must(
                "method_completed",
                Schema::boolean().says("Whether the bank looked at the payer's browser."),
            ),
            must(
                "challenge_completed",
                Schema::boolean().says("Whether the payer answered the bank."),
            ),
        ]);
        Schema::object([
            may(
                "rrn",
                Schema::text().says("The network's number of the operation."),
            ),
            may("auth_code", Schema::text().says("The issuer's code.")),
            must("three_d_secure", secure.says("How 3-D Secure went.")),
        ])
        .says("What the bank said of the card.")
    },
};

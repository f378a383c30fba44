//! What `POST /payments/{payment_id}/capture` takes.

use super::{extras, transfers};
use crate::receipt::RECEIPT_DATA;
use crate::schema::{Named, Schema, amount_asked, may};
use crate::settlement::schema::CAPTURE_DEAL;

/// The body of `POST /payments/{payment_id}/capture`; it may be absent.
pub static CAPTURE_PAYMENT: Named = Named {
    name: "CapturePaymentRequest",
    schema: || {
        Schema::object([
            may(
                "amount",
                amount_asked("How much is taken of what is held; without it, all."),
            ),
            may("receipt", Schema::refer(&RECEIPT_DATA)),
            may("deal", Schema::refer(&CAPTURE_DEAL)),
            may("airline", Schema::refer(&extras::schema::AIRLINE)),
            may("transfers", transfers::schema::asked_at_capture()),
        ])
    },
};

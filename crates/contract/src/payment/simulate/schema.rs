//! What decides a test payment.

use domain::MethodKind;

use super::Outcome;
use crate::schema::{Named, Schema, may, must};

/// The body of `POST /altyn/v1/payments/{payment_id}/simulate`.
pub static SIMULATE_PAYMENT: Named = Named {
    name: "SimulatePaymentRequest",
    schema: || {
        let outcomes = Schema::codes(Outcome::ALL.map(Outcome::code));
        let methods = Schema::codes(MethodKind::ALL.map(MethodKind::code));
        let says = "By which method the buyer pays, if none was chosen; by default a card.";
        Schema::object([
            must("outcome", outcomes.says("Whether the buyer pays.")),
            may("payment_method", methods.says(says)),
        ])
    },
};

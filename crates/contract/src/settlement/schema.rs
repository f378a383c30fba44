//! What payments, captures and refunds say of their deal.

use domain::DealId;

use super::PAYOUT;
use crate::schema::{AMOUNT, Named, Schema, amount_asked, id_of, must};

/// The one settlement of a deal.
fn settlements(amount: Schema) -> Schema {
    let settlement = Schema::object([must("type", Schema::always(PAYOUT)), must("amount", amount)]);
    Schema::array(settlement)
        .items(1, 1)
        .says("What of it is the seller's: one part.")
}

/// `deal` of a new payment.
pub(crate) static PAYMENT_DEAL_ASKED: Named = Named {
    name: "PaymentDealAsked",
    schema: || {
        let part = settlements(amount_asked("The seller's part."));
        Schema::object([
            must("id", id_of::<DealId>("The deal that the payment fills.")),
            must("settlements", part),
        ])
        .says("The safe deal whose buyer pays.")
    },
};

/// `deal` of a capture.
pub(crate) static CAPTURE_DEAL: Named = Named {
    name: "CaptureDeal",
    schema: || {
        let part = settlements(amount_asked("The seller's part of what is taken."));
        Schema::object([must("settlements", part)])
            .says("A capture of a part has to say what of it is the seller's.")
    },
};

/// `deal` of a refund that is asked for.
pub(crate) static REFUND_DEAL_ASKED: Named = Named {
    name: "RefundDealAsked",
    schema: || {
        let part = settlements(amount_asked(
            "By how much the seller's part becomes less; zero is permitted where the platform \
             gives back its own fee only.",
        ));
        Schema::object([must("refund_settlements", part)])
            .says("What of a refund in a safe deal is the seller's.")
    },
};

/// `deal` of a payment.
pub(crate) static PAYMENT_DEAL: Named = Named {
    name: "PaymentDeal",
    schema: || {
        let part = settlements(Schema::refer(&AMOUNT).says("The seller's part."));
        Schema::object([
            must("id", id_of::<DealId>("The deal that the payment fills.")),
            must("settlements", part),
        ])
        .says("The safe deal whose buyer pays.")
    },
};

/// `deal` of a refund.
pub(crate) static REFUND_DEAL: Named = Named {
    name: "RefundDeal",
    schema: || {
        let part =
            settlements(Schema::refer(&AMOUNT).says("By how much the seller's part becomes less."));
        Schema::object([
            must(
                "id",
                id_of::<DealId>("The deal that the refund comes from."),
            ),
            must("refund_settlements", part),
        ])
        .says("The safe deal that it comes from.")
    },
};

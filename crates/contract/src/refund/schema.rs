//! What `/refunds` takes and gives.

use domain::refund::Status;
use domain::{PaymentId, RefundId};

use super::{DESCRIPTION_CHARS_MAX, ListRefunds, method};
use crate::payment::transfers_schema;
use crate::receipt::{RECEIPT_DATA, registration};
use crate::schema::{
    AMOUNT, CANCELLATION, Named, Parameter, Schema, amount_asked, description, id_of,
    limit_and_cursor, list_of, may, metadata, metadata_asked, must, of_time, parameter,
};
use crate::settlement::schema::{REFUND_DEAL, REFUND_DEAL_ASKED};

/// The body of `POST /refunds`.
pub static CREATE_REFUND: Named = Named {
    name: "CreateRefundRequest",
    schema: || {
        Schema::object([
            must(
                "payment_id",
                id_of::<PaymentId>("The payment that is given back."),
            ),
            must("amount", amount_asked("How much of it.")),
            may("description", description(DESCRIPTION_CHARS_MAX)),
            may("receipt", Schema::refer(&RECEIPT_DATA)),
            may("metadata", metadata_asked()),
            may("deal", Schema::refer(&REFUND_DEAL_ASKED)),
            may("sources", transfers_schema::sources()),
            may("refund_method_data", method::schema::asked()),
        ])
    },
};

const STATUS: &str = "`pending` waits for the bank, `succeeded` is given back, `canceled` is not; \
                      the last two are final.";

/// A refund.
pub static REFUND: Named = Named {
    name: "Refund",
    schema: || {
        let statuses = Schema::codes(Status::ALL.map(Status::code));
        let authorization = Schema::object([must(
            "rrn",
            Schema::text().says("The network's number of the operation."),
        )]);
        Schema::object([
            must("id", id_of::<RefundId>("Its id.")),
            must("status", statuses.says(STATUS)),
            must("amount", Schema::refer(&AMOUNT).says("What is given back.")),
            must("created_at", Schema::moment().says("When it was created.")),
            must(
                "payment_id",
                id_of::<PaymentId>("The payment that is given back."),
            ),
            may("description", description(DESCRIPTION_CHARS_MAX)),
            may("deal", Schema::refer(&REFUND_DEAL)),
            may("receipt_registration", registration()),
            may("cancellation_details", Schema::refer(&CANCELLATION)),
            may("sources", transfers_schema::sources()),
            may("refund_method", method::schema::shown()),
            may(
                "refund_authorization_details",
                authorization.says("What the bank said of the refund to a card."),
            ),
            may("metadata", metadata()),
        ])
    },
};

/// A page of refunds.
pub static REFUND_LIST: Named = Named {
    name: "RefundList",
    schema: || list_of(&REFUND),
};

impl ListRefunds {
    /// Its filters.
    #[must_use]
    pub fn parameters() -> Vec<Parameter> {
        let mut filters = of_time("created_at");
        let payment = Schema::id::<PaymentId>();
        filters.push(parameter("payment_id", payment, "Of one payment only."));
        let statuses = Schema::codes(Status::ALL.map(Status::code));
        filters.push(parameter("status", statuses, "How far they are."));
        filters.extend(limit_and_cursor());
        filters
    }
}

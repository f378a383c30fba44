//! What `/invoices` takes and gives.

use domain::invoice::{LINES_MAX, Reason, Status};
use domain::payment::Status as PaymentStatus;
use domain::{InvoiceId, Party, PaymentId};

use super::create::DESCRIPTION_CHARS_MAX;
use crate::payment::{client_ip_schema, gateway_schema};
use crate::receipt::RECEIPT_DATA;
use crate::schema::{
    AMOUNT, CANCELED, Named, Schema, amount_asked, description, email_asked, form, id_of, may,
    metadata, metadata_asked, must, party, reason,
};

const STATUS: &str =
    "`pending` can be paid, `succeeded` is paid, `canceled` cannot be paid any more.";

/// The body of `POST /invoices`.
pub static CREATE_INVOICE: Named = Named {
    name: "CreateInvoiceRequest",
    schema: || {
        let cart = Schema::array(Schema::refer(&LINE_ASKED)).items(1, LINES_MAX);
        Schema::object([
            must("payment_data", Schema::refer(&PAYMENT_DATA)),
            must(
                "cart",
                cart.says("What the buyer pays for; adds up to the payment's amount."),
            ),
            may("delivery_method_data", delivery_asked()),
            must(
                "expires_at",
                Schema::moment().says("Until when it can be paid: at most 30 days from now."),
            ),
            may(
                "locale",
                Schema::codes(["ru_RU", "en_US"]).says("The language of its page and messages."),
            ),
            may("description", description(DESCRIPTION_CHARS_MAX)),
            may("metadata", metadata_asked()),
        ])
    },
};

static PAYMENT_DATA: Named = Named {
    name: "PaymentData",
    schema: || {
        Schema::object([
            must("amount", amount_asked("What the payer pays.")),
            may("receipt", Schema::refer(&RECEIPT_DATA)),
            may("recipient", gateway_schema()),
            may(
                "save_payment_method",
                Schema::boolean()
                    .otherwise(false)
                    .says("Saves the method, to charge it again without the payer."),
            ),
            may(
                "capture",
                Schema::boolean()
                    .otherwise(false)
                    .says("True takes the money at once; false holds it until the capture."),
            ),
            may("client_ip", client_ip_schema()),
            may("description", description(DESCRIPTION_CHARS_MAX)),
            may("metadata", metadata_asked()),
        ])
        .says("What the invoice's payment is made of.")
    },
};

static LINE_ASKED: Named = Named {
    name: "LineItemAsked",
    schema: || {
        let quantity = Schema::number().with("exclusiveMinimum", 0_i64);
        Schema::object([
            must(
                "description",
                Schema::text()
                    .at_least(1)
                    .at_most(DESCRIPTION_CHARS_MAX)
                    .says("What is sold."),
            ),
            must("price", amount_asked("The full price of one.")),
            may(
                "discount_price",
                amount_asked("The price of one with its discount; zero is permitted."),
            ),
            must(
                "quantity",
                quantity.says("How many, with at most three decimals."),
            ),
        ])
    },
};

fn delivery_asked() -> Schema {
    let of = |kind, more| {
        let mut members = vec![kind];
        members.extend(more);
        Schema::object(members)
    };
    let phone = Schema::text()
        .pattern("^[0-9]{4,15}$")
        .says("The buyer's phone: the country's code and the number, digits only.");
    let email = email_asked("The buyer's e-mail address.");
    Schema::one_of([
        of(form("self", "You hand the link over yourself."), None),
        of(
            form("sms", "The link goes to the buyer's phone."),
            Some(must("phone", phone)),
        ),
        of(
            form("email", "The link goes to the buyer by e-mail."),
            Some(must("email", email)),
        ),
    ])
    .says("How the buyer gets it; without this you pass the page's address on yourself.")
}

/// An invoice.
pub static INVOICE: Named = Named {
    name: "Invoice",
    schema: || {
        let statuses = Schema::codes(Status::ALL.map(Status::code));
        let line = Schema::object([
            must("description", Schema::text().says("What is sold.")),
            must(
                "price",
                Schema::refer(&AMOUNT).says("The full price of one."),
            ),
            may(
                "discount_price",
                Schema::refer(&AMOUNT).says("The price of one with its discount."),
            ),
            must("quantity", Schema::number().says("How many.")),
        ]);
        Schema::object([
            must("id", id_of::<InvoiceId>("Its id.")),
            must("status", statuses.says(STATUS)),
            must("cart", Schema::array(line).says("What the buyer pays for.")),
            may("delivery_method", delivery_shown()),
            may("payment_details", payment_shown()),
            must("created_at", Schema::moment().says("When it was created.")),
            may(
                "expires_at",
                Schema::moment().says("Until when it can be paid; shown while it is pending."),
            ),
            may("description", description(DESCRIPTION_CHARS_MAX)),
            may("cancellation_details", cause()),
            must("metadata", metadata()),
        ])
    },
};

fn delivery_shown() -> Schema {
    let url = Schema::text().with("format", "uri").at_most(2_048);
    Schema::object([
        must(
            "type",
            Schema::codes(["self", "sms", "email"])
                .says("`self` is a link of yours to hand over; the others are sent."),
        ),
        may("url", url.says("The page; with `self` only.")),
    ])
    .says("How the buyer gets it; shown while it is pending.")
}

fn payment_shown() -> Schema {
    let statuses = PaymentStatus::ALL
        .into_iter()
        .filter(|status| *status != PaymentStatus::Pending);
    Schema::object([
        must("id", id_of::<PaymentId>("The payment.")),
        must(
            "status",
            Schema::codes(statuses.map(PaymentStatus::code)).says("How far that payment is."),
        ),
    ])
    .says("The payment that the buyer has confirmed.")
}

fn cause() -> Schema {
    let parties = [Party::YooMoney, Party::Merchant];
    Schema::object([party(parties), reason(Reason::ALL.map(Reason::code))]).says(CANCELED)
}

/// `invoice_details` of a payment.
pub(crate) fn details() -> Schema {
    Schema::object([must("id", id_of::<InvoiceId>("The invoice."))])
        .says("The invoice that it comes from.")
}

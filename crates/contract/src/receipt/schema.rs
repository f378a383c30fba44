//! What `/receipts` takes and gives, and the receipt inside payments, captures and refunds.

use domain::receipt::{
    AgentType, MarkForm, Measure, PaymentMode, PaymentSubject, ReceiptKind, Registration,
    SettlementType,
};
use domain::{PaymentId, ReceiptId, RefundId};

use super::ListReceipts;
use super::read::Form;
use crate::schema::{
    AMOUNT, Member, Named, Parameter, Schema, amount_asked, id_of, limit_and_cursor, list_of, may,
    must, of_time, parameter,
};

/// `receipt` of a payment, a capture or a refund.
pub(crate) static RECEIPT_DATA: Named = Named {
    name: "ReceiptData",
    schema: || {
        let mut members = common(Form::Inside);
        members.insert(0, may("customer", Schema::refer(&CUSTOMER)));
        Schema::object(members)
    },
};

/// The body of `POST /receipts`.
pub static CREATE_RECEIPT: Named = Named {
    name: "CreateReceiptRequest",
    schema: || {
        let kinds = Schema::codes(ReceiptKind::ALL.map(ReceiptKind::code));
        let settlement = Schema::object([
            must(
                "type",
                Schema::codes(SettlementType::ALL.map(SettlementType::code)),
            ),
            must("amount", amount_asked("How much in this form.")),
        ]);
        let props = Schema::object([
            must("name", Schema::text().at_least(1).at_most(64)),
            must("value", Schema::text().at_least(1).at_most(234)),
        ]);
        let mut members = vec![
            must("type", kinds.says("Which way the money goes.")),
            may(
                "payment_id",
                id_of::<PaymentId>("The payment that it belongs to."),
            ),
            may(
                "refund_id",
                id_of::<RefundId>("The refund that it belongs to, instead."),
            ),
            must("customer", Schema::refer(&CUSTOMER)),
            must("send", Schema::boolean().with("const", true)),
            must(
                "settlements",
                Schema::array(settlement).says("How it was paid; adds up to the items."),
            ),
            may("on_behalf_of", seller()),
            may("additional_user_props", props),
        ];
        members.extend(common(Form::Alone));
        Schema::object(members)
    },
};

static CUSTOMER: Named = Named {
    name: "ReceiptCustomer",
    schema: || {
        Schema::object([
            may("full_name", Schema::text().at_most(256)),
            may("inn", inn()),
            may(
                "email",
                Schema::text().at_most(254).pattern("^[^@\\s]+@[^@\\s]+$"),
            ),
            may("phone", phone()),
        ])
        .says("The buyer: at least e-mail or phone.")
    },
};

static INDUSTRY: Named = Named {
    name: "IndustryDetails",
    schema: || {
        Schema::object([
            must(
                "federal_id",
                Schema::text().pattern("^0([0-6][0-9]|7[0-3])$"),
            ),
            must("document_date", Schema::text().with("format", "date")),
            must("document_number", Schema::text().at_least(1).at_most(32)),
            must("value", Schema::text().at_least(1).at_most(256)),
        ])
    },
};

static MARK_CODE: Named = Named {
    name: "MarkCodeInfo",
    schema: || {
        Schema::object(MarkForm::ALL.map(|form| {
            let (least, most) = form.chars();
            may(form.code(), Schema::text().at_least(least).at_most(most))
        }))
        .says("A code of marked goods, in one form at least.")
    },
};

fn inn() -> Schema {
    Schema::text().pattern("^([0-9]{10}|[0-9]{12})$")
}

fn phone() -> Schema {
    Schema::text().pattern("^[0-9]{4,15}$")
}

fn industry() -> Schema {
    Schema::array(Schema::refer(&INDUSTRY))
}

fn common(form: Form) -> Vec<Member> {
    let operational = Schema::object([
        must("operation_id", Schema::integer(0, 255)),
        must("value", Schema::text().at_least(1).at_most(64)),
        must("created_at", Schema::moment()),
    ]);
    vec![
        must("items", Schema::array(item(form)).items(1, 100)),
        may("internet", Schema::boolean()),
        may("tax_system_code", Schema::integer(1, 6)),
        may("timezone", Schema::integer(1, 11)),
        may("receipt_industry_details", industry()),
        may("receipt_operational_details", operational),
    ]
}

fn item(form: Form) -> Schema {
    let mut members = vec![
        must("description", Schema::text().at_least(1).at_most(128)),
        must("amount", amount_asked("What one unit costs.")),
        must(
            "quantity",
            Schema::number()
                .with("exclusiveMinimum", 0_i64)
                .says("At most three decimals."),
        ),
        must("vat_code", Schema::integer(1, 12)),
        may(
            "excise",
            Schema::text().pattern(r"^[0-9]{1,12}(\.[0-9]{1,2})?$"),
        ),
    ];
    members.extend(details());
    if form == Form::Alone {
        let supplier = Schema::object([
            may("name", Schema::text().at_least(1).at_most(256)),
            may("phone", phone()),
            may("inn", inn()),
        ]);
        members.extend([
            may(
                "additional_payment_subject_props",
                Schema::text().at_most(64),
            ),
            may("supplier", supplier),
            may(
                "agent_type",
                Schema::codes(AgentType::ALL.map(AgentType::code)),
            ),
        ]);
    }
    Schema::object(members)
}

/// What requests and answers say alike of a line.
fn details() -> Vec<Member> {
    let positive = || Schema::integer(1, i64::from(i32::MAX));
    let part = Schema::object([
        must("numerator", positive()),
        must("denominator", positive()),
    ]);
    vec![
        may("measure", Schema::codes(Measure::ALL.map(Measure::code))),
        may("mark_quantity", part),
        may(
            "payment_subject",
            Schema::codes(PaymentSubject::ALL.map(PaymentSubject::code)),
        ),
        may(
            "payment_mode",
            Schema::codes(PaymentMode::ALL.map(PaymentMode::code)),
        ),
        may(
            "country_of_origin_code",
            Schema::text().pattern("^[A-Z]{2}$"),
        ),
        may(
            "customs_declaration_number",
            Schema::text().at_least(1).at_most(32),
        ),
        may(
            "product_code",
            Schema::text().pattern("^[0-9A-Fa-f]{2}( [0-9A-Fa-f]{2}){0,31}$"),
        ),
        may("planned_status", Schema::integer(1, 6)),
        may("mark_code_info", Schema::refer(&MARK_CODE)),
        may("mark_mode", Schema::constant("0")),
        may("payment_subject_industry_details", industry()),
    ]
}

/// A receipt.
pub static RECEIPT: Named = Named {
    name: "Receipt",
    schema: || {
        let mut line = vec![
            must("description", Schema::text()),
            must("quantity", Schema::number()),
            must("amount", Schema::refer(&AMOUNT)),
            must("vat_code", Schema::integer(1, 12)),
            may("excise", Schema::text()),
        ];
        line.extend(details());
        let supplier = Schema::object([
            may("name", Schema::text()),
            may("phone", phone()),
            may("inn", Schema::text().says("Masked.")),
        ]);
        line.extend([
            may("additional_payment_subject_props", Schema::text()),
            may("supplier", supplier),
            may(
                "agent_type",
                Schema::codes(AgentType::ALL.map(AgentType::code)),
            ),
        ]);
        let settlement = Schema::object([
            must(
                "type",
                Schema::codes(SettlementType::ALL.map(SettlementType::code)),
            ),
            must("amount", Schema::refer(&AMOUNT)),
        ]);
        let operational = Schema::object([
            must("operation_id", Schema::integer(0, 255)),
            must("value", Schema::text()),
            must("created_at", Schema::moment()),
        ]);
        let registered = |says| Schema::text().says(says);
        Schema::object([
            must("id", id_of::<ReceiptId>("Its id.")),
            must(
                "type",
                Schema::codes(ReceiptKind::ALL.map(ReceiptKind::code)),
            ),
            may(
                "payment_id",
                id_of::<PaymentId>("The payment that it belongs to."),
            ),
            may(
                "refund_id",
                id_of::<RefundId>("The refund that it belongs to."),
            ),
            must("status", registration()),
            may(
                "fiscal_document_number",
                registered("Number of the fiscal document."),
            ),
            may(
                "fiscal_storage_number",
                registered("Number of the fiscal storage."),
            ),
            may(
                "fiscal_attribute",
                registered("The document's fiscal sign."),
            ),
            may("registered_at", Schema::moment()),
            may(
                "fiscal_provider_id",
                registered("The register's own id of it."),
            ),
            must("items", Schema::array(Schema::object(line))),
            may("settlements", Schema::array(settlement)),
            may("on_behalf_of", seller()),
            may("internet", Schema::boolean()),
            may("tax_system_code", Schema::integer(1, 6)),
            may("timezone", Schema::integer(1, 11)),
            may("receipt_industry_details", industry()),
            may("receipt_operational_details", operational),
        ])
    },
};

/// A page of receipts.
pub static RECEIPT_LIST: Named = Named {
    name: "ReceiptList",
    schema: || list_of(&RECEIPT),
};

/// A partner of a split payment.
fn seller() -> Schema {
    Schema::text()
        .pattern("^[0-9]{1,18}$")
        .says("The partner of a split payment who sells, if it is not the shop itself.")
}

/// How far a registration is.
pub(crate) fn registration() -> Schema {
    Schema::codes(Registration::ALL.map(Registration::code)).says("Is the receipt registered?")
}

impl ListReceipts {
    /// Its filters.
    #[must_use]
    pub fn parameters() -> Vec<Parameter> {
        let mut filters = of_time("created_at");
        let payment = Schema::id::<PaymentId>();
        filters.push(parameter("payment_id", payment, "Of one payment only."));
        let refund = Schema::id::<RefundId>();
        filters.push(parameter(
            "refund_id",
            refund,
            "Of one refund only, instead.",
        ));
        filters.push(parameter("status", registration(), "How far they are."));
        filters.extend(limit_and_cursor());
        filters
    }
}

//! What `/receipts` takes and gives, and the receipt inside payments, captures and refunds.

use domain::receipt::{
    AgentType, Measure, PaymentMode, PaymentSubject, ReceiptKind, Registration, SettlementType,
};
use domain::{PaymentId, ReceiptId, RefundId};

use self::mark::MARK_CODE;
use super::ListReceipts;
use super::read::Form;
use crate::schema::{
    AMOUNT, Member, Named, Parameter, Schema, amount_asked, email_asked, id_of, limit_and_cursor,
    list_of, may, must, of_time, parameter,
};

mod mark;

const EXCISE: &str = "The excise in the price (tag 1229).";
const MORE: &str = "One more property of the line (tag 1191).";
const SUPPLIER: &str = "The supplier's name (tag 1225).";
const TAX_SYSTEM: &str = "The shop's system of taxes: 1 general, 2 simplified (income), \
                          3 simplified (income less expenses), 4 ENVD, 5 agricultural, 6 patent \
                          (tag 1055).";
const TIME_ZONE: &str = "The time zone of the place of sale, from 1, Kaliningrad, to 11, \
                         Kamchatka; of marked goods (tag 1011).";
const VAT: &str = "The rate of VAT: 1 none, 2 0%, 3 10%, 4 20%, 5 10/110, 6 20/120, 7 5%, 8 7%, \
                   9 5/105, 10 7/107, 11 22%, 12 22/122 (tag 1199).";

/// `receipt` of a payment, a capture or a refund.
pub(crate) static RECEIPT_DATA: Named = Named {
    name: "ReceiptData",
    schema: || {
        let mut members = common(Form::Inside);
        members.insert(0, may("customer", Schema::refer(&CUSTOMER)));
        Schema::object(members).says("The receipt for the tax service (54-FZ).")
    },
};

/// The body of `POST /receipts`.
pub static CREATE_RECEIPT: Named = Named {
    name: "CreateReceiptRequest",
    schema: || {
        let settlement = Schema::object([
            must("type", settlement_type()),
            must("amount", amount_asked("How much in this form.")),
        ]);
        let props = Schema::object([
            must(
                "name",
                Schema::text()
                    .at_least(1)
                    .at_most(64)
                    .says("The name of the line (tag 1085)."),
            ),
            must(
                "value",
                Schema::text()
                    .at_least(1)
                    .at_most(234)
                    .says("What the line says (tag 1086)."),
            ),
        ]);
        let mut members = vec![
            must("type", kind()),
            may(
                "payment_id",
                id_of::<PaymentId>("The payment that it belongs to."),
            ),
            may(
                "refund_id",
                id_of::<RefundId>("The refund that it belongs to, instead."),
            ),
            must("customer", Schema::refer(&CUSTOMER)),
            must(
                "send",
                Schema::boolean()
                    .with("const", true)
                    .says("It is registered at once."),
            ),
            must(
                "settlements",
                Schema::array(settlement).says("How it was paid; adds up to the items."),
            ),
            may("on_behalf_of", seller()),
            may(
                "additional_user_props",
                props.says("One more line of the receipt: its name and value."),
            ),
        ];
        members.extend(common(Form::Alone));
        Schema::object(members)
    },
};

static CUSTOMER: Named = Named {
    name: "ReceiptCustomer",
    schema: || {
        Schema::object([
            may(
                "full_name",
                Schema::text()
                    .at_most(256)
                    .says("The name of a person or company."),
            ),
            may("inn", inn()),
            may("email", email_asked("Where the receipt goes to.")),
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
                Schema::text()
                    .pattern("^0([0-6][0-9]|7[0-3])$")
                    .says("Number of the federal authority (tag 1262)."),
            ),
            must(
                "document_date",
                Schema::text()
                    .with("format", "date")
                    .says("Date of its document (tag 1263)."),
            ),
            must(
                "document_number",
                Schema::text()
                    .at_least(1)
                    .at_most(32)
                    .says("Number of its document (tag 1264)."),
            ),
            must(
                "value",
                Schema::text()
                    .at_least(1)
                    .at_most(256)
                    .says("What the document requires (tag 1265)."),
            ),
        ])
    },
};

fn inn() -> Schema {
    Schema::text()
        .pattern("^([0-9]{10}|[0-9]{12})$")
        .says("Taxpayer number (INN): 10 digits of a company, 12 of a person.")
}

fn phone() -> Schema {
    Schema::text()
        .pattern("^[0-9]{4,15}$")
        .says("A phone: the country's code and the number, digits only: `79000000000`.")
}

fn industry() -> Schema {
    Schema::array(Schema::refer(&INDUSTRY))
        .says("What the branch of trade requires (tags 1260 and 1261).")
}

fn common(form: Form) -> Vec<Member> {
    let operational = operational(Schema::text().at_least(1).at_most(64));
    let items = Schema::array(item(form)).items(1, 100);
    let mut members = vec![must("items", items.says("What is sold, line by line."))];
    members.extend(of_receipt(operational));
    members
}

/// `receipt_operational_details`.
fn operational(value: Schema) -> Schema {
    Schema::object([
        must(
            "operation_id",
            Schema::integer(0, 255).says("Number of the operation (tag 1271)."),
        ),
        must("value", value.says("Data of the operation (tag 1272).")),
        must(
            "created_at",
            Schema::moment().says("When the operation took place (tag 1273)."),
        ),
    ])
}

/// What requests and answers have in common for the whole receipt.
fn of_receipt(operational: Schema) -> [Member; 5] {
    [
        may(
            "internet",
            Schema::boolean().says("Whether it was sold over the internet (tag 1125)."),
        ),
        may("tax_system_code", Schema::integer(1, 6).says(TAX_SYSTEM)),
        may("timezone", Schema::integer(1, 11).says(TIME_ZONE)),
        may("receipt_industry_details", industry()),
        may(
            "receipt_operational_details",
            operational.says("What the operation requires (tag 1270)."),
        ),
    ]
}

fn item(form: Form) -> Schema {
    let mut members = vec![
        must(
            "description",
            Schema::text()
                .at_least(1)
                .at_most(128)
                .says("What is sold."),
        ),
        must(
            "amount",
            amount_asked("What one unit costs; zero is permitted, for gifts."),
        ),
        must(
            "quantity",
            Schema::number()
                .with("exclusiveMinimum", 0_i64)
                .says("How many, with at most three decimals."),
        ),
        must("vat_code", vat_code()),
        may(
            "excise",
            Schema::text()
                .pattern(r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$")
                .says(EXCISE),
        ),
    ];
    members.extend(details());
    if form == Form::Alone {
        let supplier = Schema::object([
            may(
                "name",
                Schema::text().at_least(1).at_most(256).says(SUPPLIER),
            ),
            may("phone", phone()),
            may("inn", inn()),
        ]);
        members.extend([
            may(
                "additional_payment_subject_props",
                Schema::text().at_most(64).says(MORE),
            ),
            may(
                "supplier",
                supplier.says("Whose goods an agent sells (tag 1224)."),
            ),
            may("agent_type", agent_type()),
        ]);
    }
    Schema::object(members)
}

/// What requests and answers have in common for a line.
fn details() -> Vec<Member> {
    let positive = || Schema::integer(1, i64::from(i32::MAX));
    let part = Schema::object([
        must(
            "numerator",
            positive().says("How many pieces are sold (tag 1293)."),
        ),
        must(
            "denominator",
            positive().says("How many pieces the package has (tag 1294)."),
        ),
    ]);
    vec![
        may(
            "measure",
            Schema::codes(Measure::ALL.map(Measure::code))
                .says("What the quantity counts (tag 2108)."),
        ),
        may(
            "mark_quantity",
            part.says("The part of a marked package that is sold."),
        ),
        may(
            "payment_subject",
            Schema::codes(PaymentSubject::ALL.map(PaymentSubject::code))
                .says("What kind of thing is sold (tag 1212)."),
        ),
        may(
            "payment_mode",
            Schema::codes(PaymentMode::ALL.map(PaymentMode::code))
                .says("How it is paid: before, at once, on credit (tag 1214)."),
        ),
        may(
            "country_of_origin_code",
            Schema::text()
                .pattern("^[A-Z]{2}$")
                .says("The country that it comes from: `RU` (tag 1230)."),
        ),
        may(
            "customs_declaration_number",
            Schema::text()
                .at_least(1)
                .at_most(32)
                .says("Number of the customs declaration."),
        ),
        may(
            "product_code",
            Schema::text()
                .pattern("^[0-9A-Fa-f]{2}( [0-9A-Fa-f]{2}){0,31}$")
                .says("A code of marked goods in the old form, hexadecimal."),
        ),
        may(
            "planned_status",
            Schema::integer(1, 6).says("What becomes of the marked goods (tag 2003)."),
        ),
        may("mark_code_info", Schema::refer(&MARK_CODE)),
        may(
            "mark_mode",
            Schema::constant("0").says("How the register handles the mark (tag 2102)."),
        ),
        may("payment_subject_industry_details", industry()),
    ]
}

/// A receipt.
pub static RECEIPT: Named = Named {
    name: "Receipt",
    schema: || {
        let mut line = vec![
            must("description", Schema::text().says("What is sold.")),
            must("quantity", Schema::number().says("How many.")),
            must(
                "amount",
                Schema::refer(&AMOUNT).says("What one unit costs."),
            ),
            must("vat_code", vat_code()),
            may("excise", Schema::text().says(EXCISE)),
        ];
        line.extend(details());
        // Without the taxpayer number of requests: see `show`.
        let supplier = Schema::object([
            may("name", Schema::text().says(SUPPLIER)),
            may("phone", phone()),
        ]);
        line.extend([
            may(
                "additional_payment_subject_props",
                Schema::text().says(MORE),
            ),
            may(
                "supplier",
                supplier.says("Whose goods an agent sells (tag 1224)."),
            ),
            may("agent_type", agent_type()),
        ]);
        let settlement = Schema::object([
            must("type", settlement_type()),
            must(
                "amount",
                Schema::refer(&AMOUNT).says("How much in this form."),
            ),
        ]);
        let operational = operational(Schema::text());
        let registered = |says| Schema::text().says(says);
        let mut members = vec![
            must("id", id_of::<ReceiptId>("Its id.")),
            must("type", kind()),
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
                registered("Number of the fiscal document (tag 1040)."),
            ),
            may(
                "fiscal_storage_number",
                registered("Number of the fiscal storage (tag 1041)."),
            ),
            may(
                "fiscal_attribute",
                registered("The document's fiscal sign (tag 1077)."),
            ),
            may(
                "registered_at",
                Schema::moment().says("When it was registered."),
            ),
            may(
                "fiscal_provider_id",
                registered("The register's own id of it."),
            ),
            must(
                "items",
                Schema::array(Schema::object(line)).says("What is sold, line by line."),
            ),
            may(
                "settlements",
                Schema::array(settlement).says("How it was paid."),
            ),
            may("on_behalf_of", seller()),
        ];
        members.extend(of_receipt(operational));
        Schema::object(members)
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

fn kind() -> Schema {
    Schema::codes(ReceiptKind::ALL.map(ReceiptKind::code))
        .says("Which way the money goes: `payment` to the shop, `refund` back to the buyer.")
}

/// The form of payment of a settlement.
fn settlement_type() -> Schema {
    Schema::codes(SettlementType::ALL.map(SettlementType::code)).says(
        "The form of payment: `cashless`, `prepayment` that is counted, `postpayment` on credit, \
         `consideration` in kind.",
    )
}

fn vat_code() -> Schema {
    Schema::integer(1, 12).says(VAT)
}

fn agent_type() -> Schema {
    Schema::codes(AgentType::ALL.map(AgentType::code))
        .says("As whose agent the shop sells (tag 1222).")
}

/// How far a registration is.
pub(crate) fn registration() -> Schema {
    Schema::codes(Registration::ALL.map(Registration::code)).says(
        "`pending` waits for the fiscal register, `succeeded` is registered, `canceled` could not \
         be registered.",
    )
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

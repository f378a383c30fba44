//! The means of a payment, and a saved one.

use domain::{MethodKind, PaymentMethodId};

use crate::card::schema::CARD;
use crate::payment::means_schema;
use crate::schema::{AMOUNT, Member, Named, Schema, id_of, may, must};

/// The statuses of a means that is being saved.
const STATUSES: [&str; 3] = ["pending", "active", "inactive"];

/// `payment_method` of a payment.
pub(crate) static PAYMENT_METHOD_OF_PAYMENT: Named = Named {
    name: "PaymentMethod",
    schema: || {
        let mut members = head(MethodKind::ALL);
        members.extend(tail(of_payment_payer()));
        members.extend(more());
        members.extend([
            may(
                "account_number",
                Schema::text().pattern("^[0-9]{11,33}$").says("The wallet."),
            ),
            may(
                "phone",
                Schema::text()
                    .pattern("^[0-9]{4,15}$")
                    .says("The payer's phone."),
            ),
            may(
                "sbp_operation_id",
                Schema::text().says("The operation's number in SBP."),
            ),
        ]);
        Schema::object(members).says("How it is paid.")
    },
};

/// What every means begins with.
pub(crate) fn head(kinds: impl IntoIterator<Item = MethodKind>) -> Vec<Member> {
    let kinds = Schema::codes(kinds.into_iter().map(MethodKind::code));
    vec![
        must("type", kinds.says("The method.")),
        must(
            "id",
            id_of::<PaymentMethodId>("Its id, to charge it again by."),
        ),
        must(
            "saved",
            Schema::boolean().says("Whether it can be charged again."),
        ),
        must(
            "status",
            Schema::codes(STATUSES)
                .says("`pending` waits for the payer, `active` is saved, `inactive` is not."),
        ),
    ]
}

/// What may become known of a means.
pub(crate) fn tail(payer: Schema) -> Vec<Member> {
    vec![
        may(
            "title",
            Schema::text().says("A name for people: `Bank card *4444`."),
        ),
        may("card", Schema::refer(&CARD)),
        may("payer_bank_details", payer),
    ]
}

/// The payer's bank in SBP.
pub(crate) fn bank() -> Schema {
    Schema::object([
        must("bank_id", Schema::text().says("The bank in SBP.")),
        may("bic", Schema::text().says("Its BIC.")),
    ])
    .says("The payer's bank in SBP.")
}

fn of_payment_payer() -> Schema {
    let text = |name, says| must(name, Schema::text().says(says));
    let company = Schema::object([
        text("full_name", "The company's full name."),
        text("short_name", "The company's short name."),
        text("address", "The company's address."),
        text(
            "inn",
            "Taxpayer number (INN): 10 digits of a company, 12 of a person.",
        ),
        text("bank_name", "The bank's name."),
        text("bank_branch", "The bank's branch."),
        text("bank_bik", "The bank's BIC."),
        text("account", "The number of the account."),
        may("kpp", Schema::text().says("The company's KPP.")),
    ]);
    Schema::one_of([bank(), company.says("The company that paid.")])
        .says("Where the money came from: a bank in SBP, or a company's account.")
}

/// Members that only some methods have.
fn more() -> Vec<Member> {
    let amount = |name, says| must(name, Schema::refer(&AMOUNT).says(says));
    let certificate = Schema::object([
        must(
            "certificate_id",
            Schema::text().says("The certificate's number."),
        ),
        must(
            "tru_quantity",
            Schema::integer(0, i64::MAX).says("How many units it pays for."),
        ),
        amount(
            "available_compensation",
            "The most that it may pay for one unit.",
        ),
        amount("applied_compensation", "What it pays for one unit."),
    ]);
    let article = Schema::object([
        must("article_number", means_schema::number()),
        must("tru_code", means_schema::tru_code()),
        may("article_code", means_schema::article_code()),
        must(
            "certificates",
            Schema::array(certificate).says("The certificates that pay for it."),
        ),
    ]);
    vec![
        may(
            "payment_purpose",
            Schema::text().says("What a company pays for."),
        ),
        may("vat_data", means_schema::vat()),
        may(
            "loan_option",
            Schema::text().says("`loan`, or `installments_` and the number of months."),
        ),
        may(
            "discount_amount",
            Schema::refer(&AMOUNT).says("The discount of instalments."),
        ),
        may(
            "suspended_until",
            Schema::moment().says("Until when the taker of a loan may step back."),
        ),
        may("electronic_certificate", means_schema::basket()),
        may(
            "articles",
            Schema::array(article).says("The goods that certificates pay for."),
        ),
    ]
}

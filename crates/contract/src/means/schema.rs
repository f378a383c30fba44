//! The means of a payment, and a saved one.

use domain::{MethodKind, PaymentMethodId};

use crate::card::schema::CARD;
use crate::schema::{Member, Named, Schema, id_of, may, must};

/// Where a means is on its way to being saved.
const STATUSES: [&str; 3] = ["pending", "active", "inactive"];

/// `payment_method` of a payment.
pub(crate) static PAYMENT_METHOD_OF_PAYMENT: Named = Named {
    name: "PaymentMethod",
    schema: || {
        let mut members = head(MethodKind::ALL);
        members.extend(tail());
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
        Schema::object(members)
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
        must("saved", Schema::boolean().says("Can it be charged again?")),
        must("status", Schema::codes(STATUSES)),
    ]
}

/// What may become known of a means.
pub(crate) fn tail() -> Vec<Member> {
    let bank = Schema::object([
        must("bank_id", Schema::text().says("The bank in SBP.")),
        may("bic", Schema::text().says("Its BIC.")),
    ]);
    vec![
        may(
            "title",
            Schema::text().says("A name for people: `Bank card *4444`."),
        ),
        may("card", Schema::refer(&CARD)),
        may("payer_bank_details", bank.says("The payer's bank in SBP.")),
    ]
}

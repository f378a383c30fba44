//! What `GET /me` gives.

use domain::MethodKind;
use domain::fiscal::Provider;
use domain::payout::DestinationKind;

use super::ShowAccount;
use crate::schema::{AMOUNT, Named, Parameter, Schema, may, must, parameter};

/// The settings of a shop, or of a payout gateway.
pub static ACCOUNT: Named = Named {
    name: "Me",
    schema: || {
        let ways = Schema::array(Schema::codes(
            DestinationKind::ALL.map(DestinationKind::code),
        ));
        let methods = Schema::array(Schema::codes(MethodKind::ALL.map(MethodKind::code)));
        let provider = Schema::codes(Provider::ALL.map(Provider::code));
        let fiscalization = Schema::object([
            must(
                "enabled",
                Schema::boolean().says("Whether receipts are sent."),
            ),
            must("provider", provider.says("Who registers them.")),
        ]);
        Schema::object([
            must("account_id", Schema::text().says("The shop's id.")),
            must(
                "status",
                Schema::codes(["enabled", "disabled"])
                    .says("Whether it may take payments, or pay out."),
            ),
            must(
                "test",
                Schema::boolean().says("Whether everything in it is only a test."),
            ),
            may(
                "fiscalization",
                fiscalization.says("Receipts of 54-FZ: whether they are sent, and by whom."),
            ),
            may(
                "fiscalization_enabled",
                Schema::boolean().says("The same as `fiscalization.enabled`, for old clients."),
            ),
            may(
                "payment_methods",
                methods.says("What its buyers can pay by."),
            ),
            may(
                "itn",
                Schema::text()
                    .says("Taxpayer number (INN): 10 digits of a company, 12 of a person."),
            ),
            may("payout_methods", ways.says("How a gateway pays.")),
            may("name", Schema::text().says("A gateway's name.")),
            may(
                "payout_balance",
                Schema::refer(&AMOUNT).says("What is on a gateway's balance."),
            ),
        ])
    },
};

impl ShowAccount {
    /// Its filters.
    #[must_use]
    pub fn parameters() -> Vec<Parameter> {
        let id = Schema::text().pattern("^[0-9]{1,18}$");
        let says = "A partner's shop of the platform that is asking.";
        vec![parameter("on_behalf_of", id, says)]
    }
}

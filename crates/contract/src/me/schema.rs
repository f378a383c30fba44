//! What `GET /me` gives.

use domain::MethodKind;
use domain::fiscal::Provider;
use domain::payout::DestinationKind;

use crate::schema::{AMOUNT, Named, Schema, may, must};

/// The settings of a shop, or of a payout gateway.
pub static ME: Named = Named {
    name: "Me",
    schema: || {
        let ways = Schema::array(Schema::codes(
            DestinationKind::ALL.map(DestinationKind::code),
        ));
        let methods = Schema::array(Schema::codes(MethodKind::ALL.map(MethodKind::code)));
        let provider = Schema::codes(Provider::ALL.map(Provider::code));
        let fiscalization = Schema::object([
            must("enabled", Schema::boolean().says("Are receipts sent?")),
            must("provider", provider.says("Who registers them.")),
        ]);
        Schema::object([
            must("account_id", Schema::text().says("The shop's id.")),
            must("status", Schema::codes(["enabled", "disabled"])),
            must(
                "test",
                Schema::boolean().says("Is everything in it only a test?"),
            ),
            may("fiscalization", fiscalization),
            may(
                "fiscalization_enabled",
                Schema::boolean().says("Are receipts sent?"),
            ),
            may(
                "payment_methods",
                methods.says("What its buyers can pay by."),
            ),
            may("itn", Schema::text().says("Taxpayer number.")),
            may("payout_methods", ways.says("How a gateway pays.")),
            may("name", Schema::text().says("A gateway's name.")),
            may(
                "payout_balance",
                Schema::refer(&AMOUNT).says("What is on a gateway's balance."),
            ),
        ])
    },
};

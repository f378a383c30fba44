//! What `GET /me` gives.

use domain::MethodKind;
use domain::fiscal::Provider;

use crate::schema::{Named, Schema, may, must};

/// A shop's settings.
pub static ME: Named = Named {
    name: "Me",
    schema: || {
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
            must(
                "fiscalization_enabled",
                Schema::boolean().says("Are receipts sent?"),
            ),
            must(
                "payment_methods",
                methods.says("What its buyers can pay by."),
            ),
            may("itn", Schema::text().says("Taxpayer number.")),
        ])
    },
};

//! Confirmations, asked for and shown.

use domain::ConfirmationKind;
use domain::web_address::CHARS_MAX;

use crate::schema::{Named, Schema, form, may, must};

const ENFORCE: &str = "Asks for 3-D Secure in any case.";

/// `confirmation` of a request, of one of these kinds.
pub(crate) fn asked(kinds: &[ConfirmationKind]) -> Schema {
    Schema::one_of(kinds.iter().copied().map(kind_asked)).says("How the payer confirms.")
}

fn kind_asked(kind: ConfirmationKind) -> Schema {
    let url = || {
        let says = "Where the payer goes back to: a page, or an application's own address.";
        Schema::text()
            .with("format", "uri")
            .at_most(CHARS_MAX)
            .says(says)
    };
    let mut members = vec![form(kind.code(), says(kind))];
    match kind {
        ConfirmationKind::Redirect | ConfirmationKind::MobileApplication => {
            members.push(must("return_url", url()));
        }
        ConfirmationKind::Qr => members.push(may("return_url", url())),
        ConfirmationKind::Embedded | ConfirmationKind::External => {}
    }
    members.push(may(
        "locale",
        Schema::codes(["ru_RU", "en_US"]).says("The language of the pages."),
    ));
    if kind == ConfirmationKind::Redirect {
        members.push(may(
            "enforce",
            Schema::boolean().otherwise(false).says(ENFORCE),
        ));
    }
    Schema::object(members)
}

/// The description of a kind.
const fn says(kind: ConfirmationKind) -> &'static str {
    match kind {
        ConfirmationKind::Redirect => "The payer goes to a page, ours or a bank's, and comes back.",
        ConfirmationKind::Embedded => "The payer pays in the widget, on the shop's own page.",
        ConfirmationKind::External => "The payer confirms elsewhere: in a message, or at a till.",
        ConfirmationKind::Qr => "The payer scans a code that the shop shows.",
        ConfirmationKind::MobileApplication => "The payer confirms in the bank's application.",
    }
}

/// `confirmation` of an answer; present while the payer can still confirm.
pub(crate) static CONFIRMATION: Named = Named {
    name: "Confirmation",
    schema: || {
        Schema::one_of(ConfirmationKind::ALL.map(kind_shown))
            .says("What the payer is shown, as long as there is something to confirm.")
    },
};

fn kind_shown(kind: ConfirmationKind) -> Schema {
    let url = || Schema::text().with("format", "uri");
    let mut members = vec![form(kind.code(), says(kind))];
    match kind {
        ConfirmationKind::Redirect => members.extend([
            must(
                "confirmation_url",
                url().says("The page that the payer is sent to."),
            ),
            may("enforce", Schema::boolean().says(ENFORCE)),
            may(
                "return_url",
                Schema::text().says("Where the payer goes back to."),
            ),
        ]),
        ConfirmationKind::Embedded => {
            let token = Schema::text().pattern("^ct-[0-9a-f-]{36}$");
            members.push(must("confirmation_token", token.says("Opens the widget.")));
        }
        ConfirmationKind::External => {}
        ConfirmationKind::Qr => {
            let data = Schema::text().says("What the code says.");
            members.push(must("confirmation_data", data));
        }
        ConfirmationKind::MobileApplication => {
            members.push(must(
                "confirmation_url",
                url().says("Opens the bank's application."),
            ));
        }
    }
    Schema::object(members)
}

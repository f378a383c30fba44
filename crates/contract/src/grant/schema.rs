//! What `/altyn/v1/grants` gives.

use domain::grant::RevokedBy;
use domain::{ApplicationId, GrantId, Scope};

use crate::schema::{Named, Schema, id_of, list_of, may, must};

/// A grant.
pub static GRANT: Named = Named {
    name: "Grant",
    schema: || {
        let scopes = Schema::array(Schema::codes(Scope::ALL.map(Scope::code)));
        let status = Schema::codes(["coded", "issued", "revoked"]);
        let by = Schema::codes(RevokedBy::ALL.map(RevokedBy::code));
        Schema::object([
            must("id", id_of::<GrantId>("Its id.")),
            must("client_id", id_of::<ApplicationId>("The application.")),
            must(
                "application",
                Schema::text().says("The application's name."),
            ),
            must("scopes", scopes.says("What it may do.")),
            must(
                "status",
                status.says(
                    "`coded`: the code is on its way; `issued`: the application has its token, \
                     which opens the shop until `expires_at`; `revoked`: over.",
                ),
            ),
            must("granted_at", Schema::moment().says("When the shop agreed.")),
            may(
                "expires_at",
                Schema::moment().says("When the code or the token ends by itself."),
            ),
            may(
                "last_used_at",
                Schema::moment().says("When the token was last used, to the hour."),
            ),
            may("revoked_by", by.says("Who ended it.")),
            may("revoked_at", Schema::moment().says("When it was ended.")),
        ])
    },
};

/// All grants of a shop.
pub static GRANT_LIST: Named = Named {
    name: "GrantList",
    schema: || list_of(&GRANT),
};

/// The answer to `DELETE /altyn/v1/grants/{grant_id}`.
pub static GRANT_REMOVED: Named = Named {
    name: "GrantRemoved",
    schema: || Schema::object([]),
};

//! What `/sbp_banks` gives.

use crate::schema::{Named, Schema, must};

/// A bank that SBP reaches.
static SBP_BANK: Named = Named {
    name: "SbpBank",
    schema: || {
        let id = Schema::text().pattern("^[a-zA-Z0-9]{12}$");
        let bic = Schema::text().pattern("^[0-9]{9}$");
        Schema::object([
            must("bank_id", id.says("Its id in SBP.")),
            must(
                "name",
                Schema::text().says("The bank's name, for people to choose by."),
            ),
            must("bic", bic.says("Its bank identification code.")),
        ])
    },
};

/// The whole list.
pub static SBP_BANK_LIST: Named = Named {
    name: "SbpBankList",
    schema: || {
        Schema::object([
            must("type", Schema::always("list")),
            must(
                "items",
                Schema::array(Schema::refer(&SBP_BANK)).says("All banks, by falling id."),
            ),
        ])
    },
};

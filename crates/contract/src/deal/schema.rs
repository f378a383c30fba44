//! What `/deals` takes and gives.

use domain::DealId;
use domain::deal::{FeeMoment, Status};

use super::{DESCRIPTION_CHARS_MAX, ListDeals, SAFE_DEAL, SEARCH_CHARS_MAX, SEARCH_CHARS_MIN};
use crate::schema::{
    AMOUNT, Named, Parameter, Schema, description, id_of, limit_and_cursor, list_of, may, metadata,
    metadata_asked, must, of_time, parameter,
};

const STATUS: &str = "`opened` until its money is paid out or given back, then `closed` for good.";

fn fee_moment() -> Schema {
    let moments = Schema::codes(FeeMoment::ALL.map(FeeMoment::code));
    moments.says("When the platform gets its fee: with the payment, or when the deal is closed.")
}

/// The body of `POST /deals`.
pub static CREATE_DEAL: Named = Named {
    name: "CreateDealRequest",
    schema: || {
        Schema::object([
            must("type", Schema::always(SAFE_DEAL)),
            must("fee_moment", fee_moment()),
            may("description", description(DESCRIPTION_CHARS_MAX)),
            may("metadata", metadata_asked()),
        ])
    },
};

/// A safe deal.
pub static DEAL: Named = Named {
    name: "SafeDeal",
    schema: || {
        let amount = |says| Schema::refer(&AMOUNT).says(says);
        let statuses = Schema::codes(Status::ALL.map(Status::code));
        Schema::object([
            must("type", Schema::always(SAFE_DEAL)),
            must("fee_moment", fee_moment()),
            must("id", id_of::<DealId>("Its id.")),
            must("balance", amount("What the deal holds.")),
            must("payout_balance", amount("What can be paid out of it now.")),
            must("status", statuses.says(STATUS)),
            must("created_at", Schema::moment().says("When it was opened.")),
            must(
                "expires_at",
                Schema::moment()
                    .says("When it ends by itself, and what is left goes back to the buyer."),
            ),
            must("metadata", metadata()),
            may("description", description(DESCRIPTION_CHARS_MAX)),
            must(
                "test",
                Schema::boolean().says("Whether it is only a test, without real money."),
            ),
        ])
    },
};

/// A page of deals.
pub static DEAL_LIST: Named = Named {
    name: "SafeDealList",
    schema: || list_of(&DEAL),
};

impl ListDeals {
    /// Its filters.
    #[must_use]
    pub fn parameters() -> Vec<Parameter> {
        let mut filters = of_time("created_at");
        filters.extend(of_time("expires_at"));
        let statuses = Schema::codes(Status::ALL.map(Status::code));
        filters.push(parameter("status", statuses, "How far they are."));
        let text = Schema::text()
            .at_least(SEARCH_CHARS_MIN)
            .at_most(SEARCH_CHARS_MAX);
        filters.push(parameter(
            "full_text_search",
            text,
            "A part of their description.",
        ));
        filters.extend(limit_and_cursor());
        filters
    }
}

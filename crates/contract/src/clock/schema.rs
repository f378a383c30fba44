//! What a test shop's clock takes and gives.

use super::SECONDS_MAX;
use crate::schema::{Named, Schema, must};

/// The body of `POST /altyn/v1/clock/advance`.
pub static ADVANCE_CLOCK: Named = Named {
    name: "AdvanceClockRequest",
    schema: || {
        let seconds = Schema::integer(1, SECONDS_MAX);
        Schema::object([must(
            "seconds",
            seconds.says("How many seconds pass; a clock only goes forward."),
        )])
    },
};

/// A shop's clock.
pub static CLOCK: Named = Named {
    name: "Clock",
    schema: || {
        let now = Schema::moment().says("What time it is in the shop.");
        Schema::object([must("now", now)])
    },
};

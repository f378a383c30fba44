//! The clock of a test shop, which is Altyn's own.

use domain::{Duration, Timestamp};
use serde::Serialize;

use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::moment::Moment;
use crate::wire::written;

/// Longest step of one request: a year with its leap day.
const SECONDS_MAX: i64 = 366 * 24 * 60 * 60;

/// `POST /altyn/v1/clock/advance`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdvanceClock {
    /// How much time passes.
    pub by: Duration,
}

impl AdvanceClock {
    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        let name = "seconds";
        let seconds = match fields.value(name) {
            Some(Json::Number(number)) => number.as_i64(),
            Some(Json::Null | Json::Bool(_) | Json::Text(_) | Json::Array(_) | Json::Object(_))
            | None => None,
        };
        let seconds = seconds.filter(|seconds| (1..=SECONDS_MAX).contains(seconds));
        let seconds = seconds.ok_or_else(|| fields.illegal(name))?;
        Ok(Self {
            by: Duration::seconds(seconds),
        })
    }
}

#[derive(Serialize)]
struct ClockBody {
    now: Moment,
}

/// The body that says what time it is.
#[must_use]
pub fn body(now: Timestamp) -> Vec<u8> {
    written(&ClockBody { now: Moment(now) })
}

mod schema;
pub use schema::{ADVANCE_CLOCK, CLOCK};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_second_to_a_year() {
        for (seconds, by) in [("1", 1), ("31622400", SECONDS_MAX)] {
            let body = format!(r#"{{"seconds":{seconds}}}"#);
            let step = AdvanceClock::parse(body.as_bytes()).unwrap();
            assert_eq!(step.by, Duration::seconds(by));
        }
        for seconds in ["0", "-1", "31622401", "1.5", "\"1\"", "null", "1e3"] {
            let body = format!(r#"{{"seconds":{seconds}}}"#);
            let refused = AdvanceClock::parse(body.as_bytes()).unwrap_err();
            assert_eq!(refused.parameter.as_deref(), Some("seconds"), "{seconds}");
        }
    }

    #[test]
    fn a_clock_says_what_time_it_is() {
        let shown = body(Timestamp::from_micros(1_784_548_800_000_000));
        assert_eq!(shown, br#"{"now":"2026-07-20T12:00:00.000Z"}"#);
    }
}

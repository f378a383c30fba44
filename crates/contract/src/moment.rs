//! Points in time, both ways. Answers always have milliseconds and `Z`, because SDKs refuse every
//! other form; requests may have any form of ISO 8601.

use domain::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

pub(crate) const MICROS_PER_MILLI: i64 = 1_000;

/// A point in time as the wire has it.
pub(crate) struct Moment(pub(crate) Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let millis = self.0.as_micros().div_euclid(MICROS_PER_MILLI);
        // A test shop's clock can be moved past the year 9999, where calendars end.
        let time = jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX);
        serializer.collect_str(&format_args!("{time:.3}"))
    }
}

/// Reads a time with an offset, a time without one, which is UTC, or a day, which is its midnight.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let time = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let civil = text.parse::<DateTime>().ok()?;
        TimeZone::UTC.to_timestamp(civil).ok()
    })?;
    Some(Timestamp::from_micros(time.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(micros: i64) -> String {
        serde_json::to_string(&Moment(Timestamp::from_micros(micros))).unwrap()
    }

    #[test]
    fn answers_have_milliseconds_and_are_cut_off_not_rounded() {
        assert_eq!(
            written(1_784_548_800_000_000),
            r#""2026-07-20T12:00:00.000Z""#
        );
        assert_eq!(
            written(1_784_548_800_001_999),
            r#""2026-07-20T12:00:00.001Z""#
        );
        assert_eq!(
            written(1_784_548_800_999_999),
            r#""2026-07-20T12:00:00.999Z""#
        );
        assert_eq!(written(-1), r#""1969-12-31T23:59:59.999Z""#);
    }

    #[test]
    fn requests_have_any_form() {
        for text in [
            "2026-07-20T12:00:00.000Z",
            "2026-07-20T12:00:00Z",
            "2026-07-20T15:00:00+03:00",
            "2026-07-20T15:00:00.000000+0300",
            "2026-07-20T12:00:00.000+00:00",
            "2026-07-20T12:00:00",
            "2026-07-20T12:00",
            "20260720T120000Z",
        ] {
            let expected = Timestamp::from_micros(1_784_548_800_000_000);
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        assert_eq!(parse("2026-07-20"), parse("2026-07-20T00:00:00Z"));
        for text in [
            "yesterday",
            "",
            "2026-13-01",
            "1784548800",
            "2026-07-20T25:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

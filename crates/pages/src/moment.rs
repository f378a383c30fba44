//! Points in time as people write them: `21 нояб. 2026, 14:05`, in the zone of the page.

use domain::Timestamp;
use jiff::tz::TimeZone;

use crate::lang::Lang;

const MONTHS_RU: [&str; 12] = [
    "янв.",
    "февр.",
    "марта",
    "апр.",
    "мая",
    "июня",
    "июля",
    "авг.",
    "сент.",
    "окт.",
    "нояб.",
    "дек.",
];
const MONTHS_EN: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The moment in Moscow time, which the checkout shows until merchants have time zones; with the
/// name of the zone, because a buyer may be elsewhere.
#[must_use]
pub fn text(at: Timestamp, lang: Lang) -> String {
    let Ok(instant) = jiff::Timestamp::from_microsecond(at.as_micros()) else {
        return String::new();
    };
    let zone = TimeZone::get("Europe/Moscow").unwrap_or(TimeZone::UTC);
    let local = instant.to_zoned(zone);
    let place = usize::from(local.month().unsigned_abs()).saturating_sub(1);
    let (months, zone) = match lang {
        Lang::Ru => (MONTHS_RU, "МСК"),
        Lang::En => (MONTHS_EN, "MSK"),
    };
    let month = months.get(place).copied().unwrap_or("");
    let (day, year) = (local.day(), local.year());
    let (hour, minute) = (local.hour(), local.minute());
    format!("{day}\u{a0}{month} {year}, {hour:02}:{minute:02}\u{a0}{zone}")
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use super::text;
    use crate::lang::Lang;

    #[test]
    fn a_moment_is_written_in_moscow_time() {
        let at = Timestamp::from_micros(1_795_259_100_000_000);
        assert_eq!(
            text(at, Lang::Ru).replace('\u{a0}', "_"),
            "21_нояб. 2026, 14:05_МСК"
        );
        assert_eq!(
            text(at, Lang::En).replace('\u{a0}', "_"),
            "21_Nov 2026, 14:05_MSK"
        );
    }
}

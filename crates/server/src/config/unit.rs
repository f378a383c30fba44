//! Lengths of time and sizes as people write them: `7d`, `90s`, `256KiB`.

use std::time::Duration;

const MILLIS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

const BYTES: [(&str, u64); 3] = [("KiB", 1_024), ("MiB", 1_048_576), ("B", 1)];

/// Longest length of time, in days: longer ones are typing errors.
const DAYS_MAX: u64 = 36_500;

/// Reads `250ms`, `90s`, `15m`, `2h` or `7d`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a length of time; write 250ms, 90s, 15m, 2h or 7d");
    let millis = parse(text, &MILLIS).ok_or_else(wrong)?;
    if millis > DAYS_MAX.saturating_mul(86_400_000) {
        return Err(format!("{text:?} is longer than {DAYS_MAX} days"));
    }
    Ok(Duration::from_millis(millis))
}

/// Reads `64KiB`, `1MiB` or `512B`.
pub(super) fn parse_bytes(text: &str) -> Result<usize, String> {
    let wrong = || format!("{text:?} is not a size; write 512B, 64KiB or 1MiB");
    let bytes = parse(text, &BYTES).ok_or_else(wrong)?;
    usize::try_from(bytes).map_err(|_too_large| wrong())
}

fn parse(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let end = text.find(|character: char| !character.is_ascii_digit())?;
    let (digits, name) = text.split_at(end);
    let (_, unit) = units.iter().find(|(known, _)| *known == name)?;
    digits.parse::<u64>().ok()?.checked_mul(*unit)
}

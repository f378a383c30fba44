//! Filters and cursors of lists (YooKassa API v3: lists).

use std::fmt::Write as _;
use std::str::FromStr;

use domain::{Duration, Timestamp, card};
use percent_encoding::percent_decode_str;

use crate::invalid::InvalidRequest;
use crate::moment::{self, MICROS_PER_MILLI};

/// How many objects a page has if the request does not say.
pub(crate) const LIMIT_DEFAULT: u32 = 10;
pub(crate) const LIMIT_MAX: u32 = 100;

/// A span of time: not before `gte`, and before `lt`.
///
/// The wire shows milliseconds, the platform keeps microseconds. The four filters of the wire
/// compare what the wire shows, and are turned into these two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The earliest time within the span.
    pub gte: Option<Timestamp>,
    /// The first time after the span.
    pub lt: Option<Timestamp>,
}

/// The decoded pairs of a query. Names in brackets, `created_at[gte]`, mean the dotted ones. Pairs
/// with an empty value count as absent; names that nobody reads are ignored.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidRequest> {
        let mut pairs = Vec::new();
        for pair in text.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name).ok_or_else(|| InvalidRequest::value("query"))?;
            let name = name.replace('[', ".").replace(']', "");
            // In a time, a plus sign stays one, because SDKs send offsets such as `+03:00` without
            // encoding them. In any other value they mean a space by it.
            let value = if is_time(&name) {
                decode(value)
            } else {
                decode(&value.replace('+', " "))
            };
            // The name is the caller's own, and is repeated unless it is a card's number.
            let shown = if card::stands_in(&name) {
                "query"
            } else {
                &name
            };
            let value = value.ok_or_else(|| InvalidRequest::value(shown))?;
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        Ok(Self(pairs))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rfind(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The pairs whose names are `owner` and a member of it: `metadata[order]`.
    pub(crate) fn members<'q>(
        &'q self,
        owner: &'q str,
    ) -> impl Iterator<Item = (&'q str, &'q str)> {
        self.0.iter().filter_map(move |(name, value)| {
            let member = name.strip_prefix(owner)?.strip_prefix('.')?;
            Some((member, value.as_str()))
        })
    }

    /// A value that `read` understands.
    pub(crate) fn read<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, InvalidRequest> {
        match self.get(name) {
            None => Ok(None),
            Some(text) => match read(text) {
                Some(value) => Ok(Some(value)),
                None => Err(InvalidRequest::value(name)),
            },
        }
    }

    /// The four filters `name.gte`, `name.gt`, `name.lte` and `name.lt` together.
    pub(crate) fn range(&self, name: &str) -> Result<Range, InvalidRequest> {
        let time = |bound: &str| self.read(&format!("{name}.{bound}"), moment::parse);
        let at_least = time("gte")?.map(shown_at_or_after);
        let after = time("gt")?.map(shown_after);
        let until = time("lte")?.map(shown_after);
        let before = time("lt")?.map(shown_at_or_after);
        Ok(Range {
            gte: at_least.max(after),
            lt: [until, before].into_iter().flatten().min(),
        })
    }

    pub(crate) fn limit(&self) -> Result<u32, InvalidRequest> {
        let read = |text: &str| {
            let number = text.parse().ok()?;
            (1..=LIMIT_MAX).contains(&number).then_some(number)
        };
        Ok(self.read("limit", read)?.unwrap_or(LIMIT_DEFAULT))
    }

    /// The place after which a page begins; an error if the cursor belongs to a list with other
    /// filters.
    pub(crate) fn after<I: FromStr>(
        &self,
        filters: Filters,
    ) -> Result<Option<(Timestamp, I)>, InvalidRequest> {
        self.read("cursor", |text| {
            let mut parts = text.split('.');
            let micros = i64::from_str_radix(parts.next()?, 16).ok()?;
            let id = parts.next()?.parse().ok()?;
            let own = u64::from_str_radix(parts.next()?, 16).ok()? == filters.0;
            (own && parts.next().is_none()).then_some((Timestamp::from_micros(micros), id))
        })
    }
}

fn is_time(name: &str) -> bool {
    let bound = name.rsplit_once('.').map(|(_, bound)| bound);
    let bounds = matches!(bound, Some("gte" | "gt" | "lte" | "lt"));
    bounds && !name.starts_with("metadata.")
}

fn decode(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    (!decoded.contains('\0')).then(|| decoded.into_owned())
}

/// The earliest time that is shown as `time` or later.
fn shown_at_or_after(time: Timestamp) -> Timestamp {
    let up = Duration::micros(MICROS_PER_MILLI - 1);
    shown(time.plus(up))
}

/// The earliest time that is shown as later than `time`.
fn shown_after(time: Timestamp) -> Timestamp {
    shown(time).plus(Duration::millis(1))
}

fn shown(time: Timestamp) -> Timestamp {
    let part = time.as_micros().rem_euclid(MICROS_PER_MILLI);
    time.minus(Duration::micros(part))
}

/// A short mark of a list's filters, so that a cursor is not used with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filters(u64);

impl Filters {
    /// The mark of a list of `noun` with these filters. FNV-1a, because it has to be the same on
    /// every node.
    pub(crate) fn of(noun: &str, filters: &impl std::fmt::Debug) -> Self {
        struct Fnv(u64);

        impl std::fmt::Write for Fnv {
            fn write_str(&mut self, text: &str) -> std::fmt::Result {
                for byte in text.bytes() {
                    self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                }
                Ok(())
            }
        }

        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        match write!(hash, "{noun} {filters:?}") {
            Ok(()) | Err(std::fmt::Error) => Self(hash.0),
        }
    }

    /// Where the next page begins: after this object.
    pub(crate) fn cursor(self, at: Timestamp, id: impl std::fmt::Display) -> String {
        format!("{:x}.{id}.{:016x}", at.as_micros(), self.0)
    }
}

#[cfg(test)]
mod tests;

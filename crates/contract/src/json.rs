//! A JSON text as a tree that borrows from the text, so that a card number is not copied. Strings
//! that had to be unescaped are wiped when dropped. Numbers keep the digits that they were written
//! with, because a float would lose some. Members keep their order; a name that comes twice in one
//! object is refused.

mod number;
mod twice;

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

pub(crate) use self::number::Number;
use self::number::Numbers;
use crate::invalid::InvalidRequest;

/// A value.
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number<'a>),
    Text(Text<'a>),
    Array(Vec<Json<'a>>),
    Object(Vec<(Text<'a>, Json<'a>)>),
}

/// A string.
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Unescaped(Zeroizing<String>),
}

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Unescaped(text) => text,
        }
    }
}

impl<'a> Json<'a> {
    /// Reads a whole text and refuses names that come twice in an object.
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, InvalidRequest> {
        let json = Self::read(body)?;
        twice::refuse(&json)?;
        Ok(json)
    }

    /// Reads a whole text.
    fn read(body: &'a [u8]) -> Result<Self, InvalidRequest> {
        let mut numbers = Numbers::of(body);
        let mut text = serde_json::Deserializer::from_slice(body);
        let json = Value(&mut numbers).deserialize(&mut text);
        let json = json.and_then(|json| text.end().map(|()| json));
        json.map_err(|_detail| InvalidRequest::unreadable())
    }
}

/// A value that is being read, with the numbers of the text that have not been reached yet.
struct Value<'n, 'a>(&'n mut Numbers<'a>);

impl<'a> Value<'_, 'a> {
    fn number<E: serde::de::Error>(self) -> Result<Json<'a>, E> {
        let number = self.0.next().map(Json::Number);
        number.ok_or_else(|| E::custom("a number that stands nowhere"))
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, 'de> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, 'de> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, _value: i64) -> Result<Json<'de>, E> {
        self.number()
    }

    fn visit_u64<E: serde::de::Error>(self, _value: u64) -> Result<Json<'de>, E> {
        self.number()
    }

    fn visit_f64<E: serde::de::Error>(self, _value: f64) -> Result<Json<'de>, E> {
        self.number()
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Text::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        let text = Zeroizing::new(value.to_owned());
        Ok(Json::Text(Text::Unescaped(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(Value(self.0))? {
            values.push(value);
        }
        Ok(Json::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let mut values = Vec::new();
        while let Some(Name(name)) = members.next_key()? {
            let value = members.next_value_seed(Value(self.0))?;
            values.push((name, value));
        }
        Ok(Json::Object(values))
    }
}

/// A member's name.
struct Name<'a>(Text<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Text::Borrowed(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                let text = Zeroizing::new(value.to_owned());
                Ok(Name(Text::Unescaped(text)))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// The body in one spelling, for telling whether two requests are the same: members sorted by name,
/// without spaces. Of a card it has only what may be kept: a hash of it is kept, and must not help
/// to guess the number. A body that is not JSON stays as it is.
#[must_use]
pub fn canonical(body: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(body.len()));
    match Json::read(body) {
        Ok(json) => write(&json, Owner::Other, &mut out),
        Err(_unreadable) => out.extend_from_slice(body),
    }
    out
}

/// Whose members are being written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Card,
    Other,
}

fn write(json: &Json<'_>, owner: Owner, out: &mut Vec<u8>) {
    match json {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Json::Number(value) => out.extend_from_slice(value.canonical().as_bytes()),
        Json::Text(text) => write_text(text.as_str(), out),
        Json::Array(values) => {
            out.push(b'[');
            for value in values {
                write(value, Owner::Other, out);
                out.push(b',');
            }
            out.push(b']');
        }
        Json::Object(members) => write_members(members, owner, out),
    }
}

fn write_members(members: &[(Text<'_>, Json<'_>)], owner: Owner, out: &mut Vec<u8>) {
    let mut sorted: Vec<_> = members
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    sorted.sort_by_key(|(name, _)| *name);
    out.push(b'{');
    for (name, value) in sorted {
        write_text(name, out);
        out.push(b':');
        match (owner, name, value) {
            (Owner::Card, "number", Json::Text(number)) => {
                write_text(&outer(number.as_str()), out);
            }
            (Owner::Card, "number" | "csc", _) => {}
            (Owner::Card | Owner::Other, "card", _) => write(value, Owner::Card, out),
            (Owner::Card | Owner::Other, _, _) => write(value, Owner::Other, out),
        }
        out.push(b',');
    }
    out.push(b'}');
}

/// The first six and the last four digits, which may be kept of a card number.
fn outer(number: &str) -> String {
    let length = number.chars().count();
    let last = number.chars().skip(length.saturating_sub(4));
    number.chars().take(6).chain(last).collect()
}

/// A string between quotes, with its length before it, so that no two strings read the same.
fn write_text(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(text.len().to_string().as_bytes());
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

#[cfg(test)]
mod tests;

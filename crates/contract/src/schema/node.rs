//! JSON that keeps the order in which it was made, so that readers of a description see members in
//! the order of the wire.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::invalid::InvalidRequest;
use crate::json::Json;

/// A value of a description.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Null.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A string.
    Text(Cow<'static, str>),
    /// An array.
    List(Vec<Node>),
    /// An object.
    Map(Vec<(Cow<'static, str>, Node)>),
}

impl Node {
    /// An object with these members.
    #[must_use]
    pub fn map<K: Into<Cow<'static, str>>>(members: impl IntoIterator<Item = (K, Self)>) -> Self {
        let members = members.into_iter().map(|(name, node)| (name.into(), node));
        Self::Map(members.collect())
    }

    /// Reads a JSON text.
    ///
    /// # Errors
    /// It is not JSON.
    pub fn parse(json: &str) -> Result<Self, InvalidRequest> {
        Ok(Self::of(&Json::parse(json.as_bytes())?))
    }

    /// Writes it, indented for people.
    #[must_use]
    pub fn written(&self) -> String {
        // Strings and numbers under string keys: JSON can hold all of that.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    fn of(json: &Json<'_>) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(value) => {
                let number = value.as_str().parse::<serde_json::Number>();
                number.map_or(Self::Null, Self::Number)
            }
            Json::Text(text) => Self::Text(Cow::Owned(text.as_str().to_owned())),
            Json::Array(values) => Self::List(values.iter().map(Self::of).collect()),
            Json::Object(members) => {
                let member = |(name, value): &(crate::json::Text<'_>, Json<'_>)| {
                    (Cow::Owned(name.as_str().to_owned()), Self::of(value))
                };
                Self::Map(members.iter().map(member).collect())
            }
        }
    }
}

impl From<&'static str> for Node {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Node {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<usize> for Node {
    fn from(value: usize) -> Self {
        Self::Number(value.into())
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => value.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(values) => serializer.collect_seq(values),
            Self::Map(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

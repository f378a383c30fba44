//! A merchant's notes, both ways.

use domain::Metadata;
use serde::{Serialize, Serializer};

use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;

/// Notes as the wire has them: an object of strings.
pub(crate) struct Notes<'a>(pub(crate) &'a Metadata);

impl Serialize for Notes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.pairs().iter().map(|(key, value)| (key, value)))
    }
}

impl<'a> Notes<'a> {
    /// The notes; `None` if there are none.
    pub(crate) fn unless_empty(metadata: &'a Metadata) -> Option<Self> {
        (!metadata.is_empty()).then_some(Self(metadata))
    }
}

/// Reads `metadata`. Numbers and booleans become strings as they were written, because clients
/// cannot read others; a pair without a value is left out.
pub(crate) fn read(fields: &Fields<'_>) -> Result<Metadata, InvalidRequest> {
    let name = "metadata";
    let Some(object) = fields.object(name)? else {
        return Ok(Metadata::default());
    };
    let mut pairs = Vec::new();
    for (key, value) in object.members() {
        let value = match value {
            Json::Null => continue,
            Json::Bool(value) => value.to_string(),
            Json::Number(value) => value.as_str().to_owned(),
            Json::Text(text) => text.as_str().to_owned(),
            Json::Array(_) | Json::Object(_) => return Err(fields.illegal(name)),
        };
        if key.contains('\0') || value.contains('\0') {
            return Err(fields.illegal(name));
        }
        fields.without_card(name, key)?;
        fields.without_card(name, &value)?;
        pairs.push((key.to_owned(), value));
    }
    Metadata::new(pairs).map_err(|error| InvalidRequest::new(error.to_string(), fields.path(name)))
}

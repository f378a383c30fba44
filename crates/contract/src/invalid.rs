//! A request that cannot be understood, with the parameter that is wrong (YooKassa API v3: errors).

use std::borrow::Cow;

use crate::words;

/// A request that cannot be understood. It never quotes what was sent, which may be a card number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{description}")]
pub struct InvalidRequest {
    /// What is wrong, in the wire's words.
    pub description: Cow<'static, str>,
    /// The parameter: a dotted path with places in arrays, or a header's name.
    pub parameter: Option<String>,
}

impl InvalidRequest {
    /// The refusal of `parameter`, in the words of the catalogue.
    #[must_use]
    pub fn new(
        description: impl Into<Cow<'static, str>>,
        parameter: impl Into<Option<String>>,
    ) -> Self {
        Self {
            description: description.into(),
            parameter: parameter.into(),
        }
    }

    /// The refusal of the value of `parameter`, in general words.
    #[must_use]
    pub fn value(parameter: impl Into<String>) -> Self {
        Self::new(words::ILLEGAL_VALUE, parameter.into())
    }

    /// The refusal of a body that is not a JSON object.
    #[must_use]
    pub fn unreadable() -> Self {
        Self::new(words::UNREADABLE, None)
    }
}

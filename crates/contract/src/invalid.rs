//! A request that makes no sense, with the parameter that is wrong (yookassa-api, sections 2.5
//! and 3).

use std::borrow::Cow;

/// The wire's general words for a wrong value.
const ILLEGAL_VALUE: &str = "Invalid parameter's value (for example, the value is illegal or its \
                             format is incorrect). Send the value in accordance with the \
                             documentation.";
/// The wire's words for a body that is no JSON object.
const UNREADABLE: &str = "Failed to parse request body";

/// A request that makes no sense. It never quotes what was sent: that may be a card number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{description}")]
pub struct InvalidRequest {
    /// What is wrong, in the wire's words.
    pub description: Cow<'static, str>,
    /// The parameter: a dotted path without indexes, or a header's name.
    pub parameter: Option<String>,
}

impl InvalidRequest {
    /// `parameter` is wrong, in the words of the catalogue.
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

    /// `parameter` has a value that is not permitted, in general words.
    #[must_use]
    pub fn value(parameter: impl Into<String>) -> Self {
        Self::new(ILLEGAL_VALUE, parameter.into())
    }

    /// The body is no JSON object.
    #[must_use]
    pub fn unreadable() -> Self {
        Self::new(UNREADABLE, None)
    }
}

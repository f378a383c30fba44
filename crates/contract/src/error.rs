//! The body of every answer that is not 200 (YooKassa API v3: the error object).

use std::borrow::Cow;

use serde::Serialize;

/// The classes of errors that clients know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The request is wrong, or not possible now.
    InvalidRequest,
    /// Nobody knows who is asking.
    InvalidCredentials,
    /// The right is not granted.
    Forbidden,
    /// There is no such object.
    NotFound,
    /// More than is permitted, or more than can be done.
    TooManyRequests,
    /// The result is unknown.
    InternalServerError,
}

impl ErrorCode {
    /// All classes.
    pub const ALL: [Self; 6] = [
        Self::InvalidRequest,
        Self::InvalidCredentials,
        Self::Forbidden,
        Self::NotFound,
        Self::TooManyRequests,
        Self::InternalServerError,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidCredentials => "invalid_credentials",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::TooManyRequests => "too_many_requests",
            Self::InternalServerError => "internal_server_error",
        }
    }
}

/// An error on its way to the client.
#[derive(Clone, Copy, Debug)]
pub struct ErrorBody<'a> {
    /// The request's id, by which support finds it.
    pub id: &'a str,
    /// Its class.
    pub code: ErrorCode,
    /// What is wrong.
    pub description: &'a str,
    /// The parameter that is wrong: a dotted path, with places in arrays.
    pub parameter: Option<&'a str>,
    /// After how many milliseconds the request may be repeated.
    pub retry_after: Option<u32>,
}

#[derive(Serialize)]
struct Wire<'a> {
    r#type: &'static str,
    id: &'a str,
    code: &'static str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
}

/// The body of an error. Clients compare `parameter`, so places in arrays stand in the description
/// instead: `Payment amount is illegal (receipt.items[1].amount.value)`.
#[must_use]
pub fn body(error: &ErrorBody<'_>) -> Vec<u8> {
    let parameter = error.parameter.map(without_places);
    let description = match (error.parameter, &parameter) {
        (Some(place), Some(Cow::Owned(_))) => {
            Cow::Owned(format!("{} ({place})", error.description))
        }
        (_, Some(Cow::Borrowed(_)) | None) | (None, _) => Cow::Borrowed(error.description),
    };
    crate::wire::written(&Wire {
        r#type: "error",
        id: error.id,
        code: error.code.code(),
        description: &description,
        parameter: parameter.as_deref(),
        retry_after: error.retry_after,
    })
}

/// The path without the places in arrays; borrowed if it has none.
fn without_places(path: &str) -> Cow<'_, str> {
    let mut parts = path.split('[');
    let mut bare = parts.next().unwrap_or("").to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((place, rest)) if place.parse::<usize>().is_ok() => bare.push_str(rest),
            Some(_) | None => {
                bare.push('[');
                bare.push_str(part);
            }
        }
    }
    if bare == path {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(bare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_the_documented_order_of_fields() {
        let body = body(&ErrorBody {
            id: "019c0000-0000-7000-8000-000000000001",
            code: ErrorCode::InvalidRequest,
            description: "Idempotence key duplicated",
            parameter: Some("Idempotence-Key"),
            retry_after: None,
        });
        insta::assert_snapshot!(String::from_utf8(body).unwrap());
    }

    #[test]
    fn a_parameter_has_no_places_and_the_description_has_them() {
        let shown = |parameter| {
            let body = body(&ErrorBody {
                id: "1",
                code: ErrorCode::InvalidRequest,
                description: "Wrong",
                parameter,
                retry_after: None,
            });
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            (body["parameter"].clone(), body["description"].clone())
        };
        for (path, parameter, description) in [
            (Some("amount.value"), Some("amount.value"), "Wrong"),
            (None, None, "Wrong"),
            (Some("e[10]"), Some("e"), "Wrong (e[10])"),
            (
                Some("receipt.items[0].details[12].value"),
                Some("receipt.items.details.value"),
                "Wrong (receipt.items[0].details[12].value)",
            ),
            (Some("created_at[gte]"), Some("created_at[gte]"), "Wrong"),
            (Some("metadata[7"), Some("metadata[7"), "Wrong"),
        ] {
            assert_eq!(
                shown(path),
                (parameter.into(), description.into()),
                "{path:?}"
            );
        }
    }
}

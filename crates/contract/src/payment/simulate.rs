//! `POST /altyn/v1/payments/{id}/simulate`, which is Altyn's own.

use domain::MethodKind;

use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::words;

/// What the buyer of a test payment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimulatePayment {
    /// Pays or refuses.
    pub outcome: Outcome,
    /// By which method, if nobody has chosen one; a card otherwise.
    pub method: Option<MethodKind>,
}

/// Whether a buyer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Pays.
    Approve,
    /// Refuses.
    Decline,
}

impl Outcome {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Approve, Self::Decline];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Decline => "decline",
        }
    }
}

impl SimulatePayment {
    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        let text = fields.required_text("outcome")?;
        let outcome = Outcome::ALL.into_iter().find(|known| known.code() == text);
        let method = match fields.text("payment_method")? {
            None => None,
            Some(code) => {
                let refuse = || fields.refuse("payment_method", words::METHOD_ILLEGAL);
                Some(MethodKind::from_code(code).ok_or_else(refuse)?)
            }
        };
        Ok(Self {
            outcome: outcome.ok_or_else(|| fields.illegal("outcome"))?,
            method,
        })
    }
}

mod schema;
pub use schema::SIMULATE_PAYMENT;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buyer_pays_or_refuses() {
        let read = |body: &str| SimulatePayment::parse(body.as_bytes());
        let pays = read(r#"{"outcome":"approve"}"#).unwrap();
        assert_eq!((pays.outcome, pays.method), (Outcome::Approve, None));
        let refuses = read(r#"{"outcome":"decline","payment_method":"sbp"}"#).unwrap();
        assert_eq!(refuses.outcome, Outcome::Decline);
        assert_eq!(refuses.method, Some(MethodKind::Sbp));
        for (body, parameter) in [
            ("{}", "outcome"),
            (r#"{"outcome":"maybe"}"#, "outcome"),
            (
                r#"{"outcome":"approve","payment_method":"barter"}"#,
                "payment_method",
            ),
        ] {
            let refused = read(body).unwrap_err();
            assert_eq!(refused.parameter.as_deref(), Some(parameter), "{body}");
        }
    }
}

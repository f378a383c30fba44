//! `POST /payments/{id}/capture`.

use domain::Money;
use domain::payment::NewPart;
use domain::receipt::Content;

use super::{extras, transfers};
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::{amount, receipt, settlement};

/// Taking held money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CapturePayment {
    /// How much; `None` is all of it.
    pub amount: Option<Money>,
    /// The corrected seller's part, in a deal.
    pub payout: Option<Money>,
    /// A receipt in the place of the payment's.
    pub receipt: Option<Content>,
    /// What an airline says now.
    pub airline: Option<String>,
    /// Who gets what of it, where that changes.
    pub parts: Vec<NewPart>,
}

impl CapturePayment {
    /// Reads a body, which may be empty.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        Ok(Self {
            amount: amount::read(&fields)?,
            payout: settlement::read_corrected(&fields)?,
            receipt: receipt::inside(&fields)?,
            airline: extras::airline(&fields)?,
            parts: transfers::read_of_capture(&fields)?,
        })
    }
}

mod schema;
pub use schema::CAPTURE_PAYMENT;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> Option<String> {
        CapturePayment::parse(body.as_bytes())
            .unwrap_err()
            .parameter
    }

    #[test]
    fn a_capture_needs_nothing() {
        for body in [
            "",
            " \n",
            "{}",
            "[]",
            r#"{"receipt":[],"deal":[],"amount":[]}"#,
            r#"{"transfers":[],"amount":null}"#,
        ] {
            let capture = CapturePayment::parse(body.as_bytes()).unwrap();
            assert_eq!(capture.amount, None, "{body}");
        }
    }

    #[test]
    fn a_part_is_read_and_what_is_wrong_is_named() {
        let part = br#"{"amount":{"value":"80.50","currency":"RUB"}}"#;
        let amount = CapturePayment::parse(part).unwrap().amount.unwrap();
        assert_eq!(amount.to_string(), "80.50 RUB");
        let wrong = |value: &str| format!(r#"{{"amount":{{"value":"{value}","currency":"RUB"}}}}"#);
        assert_eq!(refused(&wrong("0.00")).unwrap(), "amount.value");
        assert_eq!(refused(&wrong("1.001")).unwrap(), "amount.value");
        assert_eq!(refused(r#"{"amount":"80.50"}"#).unwrap(), "amount");
        assert_eq!(refused("null"), None);
    }
}

//! Amounts of money, both ways.

use domain::{Currency, Money};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::words;

/// Largest amount of one request, in minor units. Sums of many still fit 64 bits.
const AMOUNT_MINOR_MAX: i64 = 10_000_000_000_000;

/// The currencies that clients know (YooKassa API v3: common types). A shop has one of them; the
/// parser takes every other one of ISO 4217 as well, for a shop that has it.
pub(crate) const CURRENCIES: [&str; 12] = [
    "RUB", "EUR", "USD", "KZT", "BYN", "UAH", "UZS", "TRY", "INR", "MDL", "AZN", "AMD",
];

/// An amount as the wire has it.
pub(crate) struct Amount(pub(crate) Money);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Amount", 2)?;
        out.serialize_field("value", &self.0.value())?;
        out.serialize_field("currency", self.0.currency().code())?;
        out.end()
    }
}

/// Reads `amount`: more than zero, with at most the currency's decimals.
pub(crate) fn read(fields: &Fields<'_>) -> Result<Option<Money>, InvalidRequest> {
    read_named(fields, "amount")
}

/// Reads an amount of this name: more than zero.
pub(crate) fn read_named(
    fields: &Fields<'_>,
    name: &'static str,
) -> Result<Option<Money>, InvalidRequest> {
    read_where(fields, name, Money::is_positive)
}

/// Reads an amount of this name: zero or more.
pub(crate) fn read_from_zero(
    fields: &Fields<'_>,
    name: &'static str,
) -> Result<Option<Money>, InvalidRequest> {
    read_where(fields, name, |money| 0 <= money.minor())
}

fn read_where(
    fields: &Fields<'_>,
    name: &'static str,
    permitted: fn(Money) -> bool,
) -> Result<Option<Money>, InvalidRequest> {
    let Some(amount) = fields.object(name)? else {
        return Ok(None);
    };
    let value = spelled(&amount)?;
    let code = amount.required_text("currency")?;
    let currency = Currency::from_code(code)
        .ok_or_else(|| amount.refuse("currency", words::CURRENCY_ILLEGAL))?;
    let money = Money::parse(value, currency).ok();
    let money = money.filter(|m| permitted(*m) && m.minor() <= AMOUNT_MINOR_MAX);
    let money = money.ok_or_else(|| amount.refuse("value", words::AMOUNT_ILLEGAL))?;
    Ok(Some(money))
}

/// The number as it is spelled. Clients are told to send a string. Some send a JSON number; its
/// digits are read as they stand, so that nothing is rounded.
fn spelled<'j>(amount: &Fields<'j>) -> Result<&'j str, InvalidRequest> {
    match amount.value("value") {
        Some(Json::Number(number)) => Ok(number.as_str()),
        None
        | Some(Json::Null | Json::Bool(_) | Json::Text(_) | Json::Array(_) | Json::Object(_)) => {
            amount.required_text("value")
        }
    }
}

/// Reads an `amount` that has to be there and may be zero.
pub(crate) fn read_or_nothing(fields: &Fields<'_>) -> Result<Money, InvalidRequest> {
    let amount = fields
        .object("amount")?
        .ok_or_else(|| fields.illegal("amount"))?;
    let zero = Currency::from_code(amount.required_text("currency")?).and_then(|currency| {
        let money = Money::parse(spelled(&amount).ok()?, currency).ok()?;
        money.is_zero().then_some(money)
    });
    zero.map_or_else(|| read_required(fields), Ok)
}

/// Reads an `amount` that has to be there.
pub(crate) fn read_required(fields: &Fields<'_>) -> Result<Money, InvalidRequest> {
    read(fields)?.ok_or_else(|| fields.illegal("amount"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_currencies_that_clients_know_are_read() {
        for code in CURRENCIES {
            assert!(Currency::from_code(code).is_some(), "{code}");
        }
    }

    #[test]
    fn an_amount_has_the_digits_that_it_is_spelled_with_as_text_and_as_number() {
        let minor = |value: &str| {
            let body = format!(r#"{{"amount":{{"value":{value},"currency":"RUB"}}}}"#);
            let json = Json::parse(body.as_bytes()).unwrap();
            let read = read_required(&Fields::root(&json).unwrap());
            read.map(Money::minor)
                .map_err(|refused| refused.parameter.unwrap())
        };
        for (value, kopecks) in [
            ("100", 10_000),
            ("100.5", 10_050),
            ("100.50", 10_050),
            ("0.07", 7),
            ("99999999999.99", 9_999_999_999_999),
        ] {
            assert_eq!(minor(value), Ok(kopecks), "{value}");
            assert_eq!(minor(&format!("\"{value}\"")), Ok(kopecks), "{value}");
        }
        for value in [
            "0",
            "-1",
            "1e2",
            "1.0E1",
            "100.001",
            "100.000",
            "0.1000000000000000055",
            "10.199999999999999",
            "\"01.00\"",
            "\"00.50\"",
            "\"1e2\"",
            "\"+1\"",
            "true",
            "[]",
            "null",
            "{}",
            "100000000000.01",
        ] {
            assert_eq!(minor(value), Err("amount.value".to_owned()), "{value}");
        }
    }
}

//! What ATOL Online says, by its tables of codes.

use domain::Timestamp;
use domain::fiscal::{FiscalFacts, Said};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use serde_json::Value;

/// What an answer means.
pub(super) enum Heard {
    /// Something of the document.
    Said(Said),
    /// The document is known and its state is not ready: it is polled, never sent again.
    NotReady,
    /// The token has ended, or was never one.
    TokenEnded,
    /// The service lets nobody in with these settings: nothing was registered.
    Closed(String),
    /// The service is out of order: what became of the question is not known.
    Broken(String),
}

/// Codes of the service.
mod code {
    pub(super) const NOT_PROCESSED: i64 = 1;
    pub(super) const MISSING_TOKEN: i64 = 10;
    pub(super) const EXPIRED_TOKEN: i64 = 11;
    pub(super) const ACCESS: [i64; 4] = [12, 14, 20, 21];
    pub(super) const ALREADY_EXISTS: i64 = 33;
    pub(super) const STATE_NOT_FOUND: i64 = 34;
    pub(super) const SERVER: [i64; 2] = [0, 50];
}

/// Codes of registers that are about the register and not about the document: no link, no answer,
/// a shift that is too long, a full storage; and of agents, a wrong clock.
const DRIVER_PASSES: [i64; 4] = [-1, -20, -3_822, -3_916];
const AGENT_PASSES: i64 = 3;

/// Reads an answer: of registering and of reporting alike.
pub(super) fn read((status, body): (u16, Value)) -> Heard {
    let register_id = text(&body, "uuid");
    match body.get("error").filter(|error| !error.is_null()) {
        Some(error) => failed(status, error, register_id),
        None => match (body.get("status").and_then(Value::as_str), register_id) {
            (Some("wait"), Some(register_id)) => Heard::Said(Said::Accepted { register_id }),
            (Some("done"), Some(register_id)) => match facts(&body, register_id) {
                Some(facts) => Heard::Said(Said::Registered(facts)),
                None => Heard::Broken("a document without its numbers".to_owned()),
            },
            _ => Heard::Broken(format!("an answer {status} without a state")),
        },
    }
}

fn failed(status: u16, error: &Value, register_id: Option<String>) -> Heard {
    let number = error.get("code").and_then(Value::as_i64).unwrap_or(0);
    let kind = error.get("type").and_then(Value::as_str).unwrap_or("");
    let reason = why_of(error);
    match kind {
        "timeout" => return Heard::Said(Said::Failed { reason }),
        "driver" if DRIVER_PASSES.contains(&number) => {
            return Heard::Said(Said::Failed { reason });
        }
        "agent" if number == AGENT_PASSES => return Heard::Said(Said::Failed { reason }),
        "driver" | "agent" => return Heard::Said(Said::Refused { reason }),
        _ => {}
    }
    match (number, register_id) {
        (code::ALREADY_EXISTS, Some(register_id)) => Heard::Said(Said::Accepted { register_id }),
        (code::STATE_NOT_FOUND, _) => Heard::NotReady,
        (code::MISSING_TOKEN | code::EXPIRED_TOKEN, _) => Heard::TokenEnded,
        (number, _) if code::ACCESS.contains(&number) => Heard::Closed(reason),
        // A document that was registered before, without its id, is not refused.
        (code::ALREADY_EXISTS | code::NOT_PROCESSED, _) => Heard::Broken(reason),
        (number, _) if code::SERVER.contains(&number) || 500 <= status => Heard::Broken(reason),
        _ => Heard::Said(Said::Refused { reason }),
    }
}

/// Why an answer is an error, for staff.
pub(super) fn why(body: &Value) -> String {
    match body.get("error").filter(|error| !error.is_null()) {
        Some(error) => why_of(error),
        None => "no reason was given".to_owned(),
    }
}

fn why_of(error: &Value) -> String {
    let code = error.get("code").map(Value::to_string).unwrap_or_default();
    let text = error.get("text").and_then(Value::as_str).unwrap_or("");
    let said = format!("ATOL Online, code {code}: {text}");
    said.chars().filter(|c| *c != '\0').take(500).collect()
}

fn facts(body: &Value, register_id: String) -> Option<FiscalFacts> {
    let payload = body.get("payload")?;
    Some(FiscalFacts {
        document_number: text(payload, "fiscal_document_number")?,
        storage_number: text(payload, "fn_number")?,
        attribute: text(payload, "fiscal_document_attribute")?,
        registered_at: moscow(&text(payload, "receipt_datetime")?)?,
        register_id,
    })
}

/// A member that is a string or a number.
fn text(object: &Value, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A time as registers write it, Moscow's: `20.07.2026 15:01:00`.
fn moscow(text: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime("%d.%m.%Y %H:%M:%S", text).ok()?;
    let zone = TimeZone::fixed(Offset::constant(3));
    let time = zone.to_timestamp(civil).ok()?;
    Some(Timestamp::from_micros(time.as_microsecond()))
}

//! Data of persons who are paid, both ways (YooKassa API v3: personal data).

use domain::personal_data::{Kind, Person, State};
use domain::{Metadata, PersonalData, PersonalDataId};
use jiff::civil::Date;
use serde::Serialize;

use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::metadata::{self, Notes};
use crate::moment::Moment;
use crate::wire::Shown;

const LAST_NAME_CHARS_MAX: usize = 200;
const FIRST_NAME_CHARS_MAX: usize = 100;
const MIDDLE_NAME_CHARS_MAX: usize = 200;

/// `POST /personal_data`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatePersonalData {
    /// What they are for.
    pub kind: Kind,
    /// Who it is.
    pub person: Person,
    /// The merchant's notes.
    pub metadata: Metadata,
}

impl CreatePersonalData {
    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        let kind = fields.text("type")?.and_then(Kind::from_code);
        let kind = kind.ok_or_else(|| fields.illegal("type"))?;
        let required = |name, chars_max| {
            name_of(&fields, name, chars_max)?.ok_or_else(|| fields.illegal(name))
        };
        let person = Person {
            last_name: required("last_name", LAST_NAME_CHARS_MAX)?,
            first_name: required("first_name", FIRST_NAME_CHARS_MAX)?,
            middle_name: name_of(&fields, "middle_name", MIDDLE_NAME_CHARS_MAX)?,
            birthdate: match kind {
                Kind::SbpPayoutRecipient => None,
                Kind::PayoutStatementRecipient => Some(birthdate(&fields)?),
            },
        };
        Ok(Self {
            kind,
            person,
            metadata: metadata::read(&fields)?,
        })
    }
}

/// A name of Latin and Russian letters, spaces, hyphens and dashes.
fn name_of(
    fields: &Fields<'_>,
    name: &str,
    chars_max: usize,
) -> Result<Option<String>, InvalidRequest> {
    let Some(text) = fields.short_text(name, chars_max)? else {
        return Ok(None);
    };
    let permitted = |c: char| {
        c.is_ascii_alphabetic()
            || matches!(c, 'а'..='я' | 'ё' | 'А'..='Я' | 'Ё' | ' ' | '-' | '‐' | '–' | '—')
    };
    if text.trim().is_empty() || !text.chars().all(permitted) {
        return Err(fields.illegal(name));
    }
    Ok(Some(text))
}

fn birthdate(fields: &Fields<'_>) -> Result<String, InvalidRequest> {
    let name = "birthdate";
    let text = fields.required_text(name)?;
    let date: Option<Date> = text.parse().ok();
    let date = date.filter(|date| text.len() == 10 && (1900..=2100).contains(&date.year()));
    Ok(date.ok_or_else(|| fields.illegal(name))?.to_string())
}

#[derive(Serialize)]
struct PersonalDataBody<'a> {
    id: Shown<PersonalDataId>,
    r#type: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_details: Option<Canceled>,
    created_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
    metadata: Notes<'a>,
}

/// The details of the only way in which data end.
#[derive(Serialize)]
struct Canceled {
    party: &'static str,
    reason: &'static str,
}

/// The body of personal data. It does not name the person.
#[must_use]
pub fn body(data: &PersonalData) -> Vec<u8> {
    let (expires_at, canceled) = match &data.state {
        State::Waiting { .. } => (None, None),
        State::Active { expires_at, .. } => (Some(*expires_at), None),
        State::Canceled => {
            let (party, reason) = ("yoo_money", "expired_by_timeout");
            (None, Some(Canceled { party, reason }))
        }
    };
    crate::wire::written(&PersonalDataBody {
        id: Shown(data.id),
        r#type: data.kind.code(),
        status: data.status().code(),
        cancellation_details: canceled,
        created_at: Moment(data.created_at),
        expires_at: expires_at.map(Moment),
        metadata: Notes(&data.metadata),
    })
}

mod schema;
pub use schema::{CREATE_PERSONAL_DATA, PERSONAL_DATA};

#[cfg(test)]
mod tests {
    use domain::{ShopId, Timestamp};
    use serde_json::{Value, json};

    use super::*;

    fn request() -> Value {
        json!({
            "type": "payout_statement_recipient", "last_name": "Иванова-Смит",
            "first_name": "Ann Мария", "middle_name": "Ёлкина", "birthdate": "1990-02-28",
        })
    }

    #[test]
    fn data_are_read() {
        let read = CreatePersonalData::parse(request().to_string().as_bytes()).unwrap();
        assert_eq!(read.person.birthdate.as_deref(), Some("1990-02-28"));
        assert!(!format!("{read:?}").contains("Смит"), "{read:?}");
        let mut sbp = request();
        sbp["type"] = json!("sbp_payout_recipient");
        let read = CreatePersonalData::parse(sbp.to_string().as_bytes()).unwrap();
        assert_eq!(read.person.birthdate, None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (name, value) in [
            ("type", Value::Null),
            ("type", json!("other")),
            ("last_name", Value::Null),
            ("last_name", json!("")),
            ("last_name", json!("я".repeat(201))),
            ("last_name", json!("Иванов7")),
            ("first_name", Value::Null),
            ("first_name", json!("я".repeat(101))),
            ("first_name", json!("Мария!")),
            ("middle_name", json!("я".repeat(201))),
            ("middle_name", json!(5)),
            ("birthdate", Value::Null),
            ("birthdate", json!("1990-02-30")),
            ("birthdate", json!("28.02.1990")),
            ("birthdate", json!("1990-02-28T00:00:00Z")),
            ("metadata", json!([{}])),
        ] {
            let mut request = request();
            request[name] = value;
            let refused = CreatePersonalData::parse(request.to_string().as_bytes()).unwrap_err();
            assert_eq!(refused.parameter.as_deref(), Some(name), "{request}");
        }
    }

    #[test]
    fn each_state_has_its_answer_without_names() {
        let at = Timestamp::from_micros(1_784_635_200_000_000);
        let read = CreatePersonalData::parse(request().to_string().as_bytes()).unwrap();
        let id = "pd-31f00600-0033-5000-8000-1a2b3c4d5e6f".parse().unwrap();
        let shop = ShopId::new(500_001).unwrap();
        let waiting =
            PersonalData::create(id, shop, (read.kind, read.person), Metadata::default(), at);
        let active = waiting.used(at).unwrap();
        let canceled = active.expire(active.due_at().unwrap()).unwrap();
        let bodies = [&waiting, &active, &canceled].map(body);
        let text = String::from_utf8(bodies.join(&b'\n')).unwrap();
        insta::assert_snapshot!(text);
    }
}

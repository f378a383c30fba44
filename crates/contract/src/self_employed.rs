//! Self-employed persons, both ways (YooKassa API v3 of before 2026: self-employed).

use domain::self_employed::{Confirmation, State};
use domain::{SelfEmployed, SelfEmployedId};
use serde::Serialize;

use crate::Links;
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::moment::Moment;
use crate::wire::Shown;
use crate::words;

const ITN_DIGITS: usize = 12;

/// `POST /self_employed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateSelfEmployed {
    /// Taxpayer number; it or the phone is given.
    pub itn: Option<String>,
    /// The phone, digits.
    pub phone: Option<String>,
    /// Where the person confirms.
    pub confirmation: Confirmation,
}

impl CreateSelfEmployed {
    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let itn = fields.text("itn")?;
        if itn.is_some_and(|itn| itn.len() != ITN_DIGITS || !digits(itn)) {
            return Err(fields.illegal("itn"));
        }
        let phone = fields.text("phone")?;
        if phone.is_some_and(|phone| !(4..=15).contains(&phone.len()) || !digits(phone)) {
            return Err(fields.refuse("phone", words::PHONE_ILLEGAL));
        }
        if itn.is_none() && phone.is_none() {
            return Err(fields.illegal("itn"));
        }
        let confirmation = match fields.object("confirmation")? {
            None => Confirmation::Application,
            Some(asked) if asked.text("type")? == Some("redirect") => Confirmation::Redirect,
            Some(asked) => return Err(asked.refuse("type", words::CONFIRMATION_ILLEGAL)),
        };
        Ok(Self {
            itn: itn.map(str::to_owned),
            phone: phone.map(str::to_owned),
            confirmation,
        })
    }
}

#[derive(Serialize)]
struct SelfEmployedBody<'a> {
    id: Shown<SelfEmployedId>,
    status: &'static str,
    created_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    itn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmation: Option<Redirect>,
    test: bool,
}

#[derive(Serialize)]
struct Redirect {
    r#type: &'static str,
    confirmation_url: String,
}

/// The body of a self-employed person.
#[must_use]
pub fn body(person: &SelfEmployed, links: &Links) -> Vec<u8> {
    let asked = person.state == State::Pending && person.confirmation == Confirmation::Redirect;
    crate::wire::written(&SelfEmployedBody {
        id: Shown(person.id),
        status: person.state.code(),
        created_at: Moment(person.created_at),
        itn: person.itn.as_deref(),
        phone: person.phone.as_deref(),
        confirmation: asked.then(|| Redirect {
            r#type: "redirect",
            confirmation_url: links.self_employed_page(person.id),
        }),
        test: person.test,
    })
}

mod schema;
pub use schema::{CREATE_SELF_EMPLOYED, SELF_EMPLOYED};

#[cfg(test)]
mod tests {
    use domain::{ShopId, Timestamp};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        let good = json!({"itn": "123456789012", "confirmation": {"type": "redirect"}});
        let read = CreateSelfEmployed::parse(good.to_string().as_bytes()).unwrap();
        assert_eq!(read.confirmation, Confirmation::Redirect);
        for (name, value, parameter) in [
            ("itn", json!("12345678901"), "itn"),
            ("itn", json!("12345678901x"), "itn"),
            ("itn", Value::Null, "itn"),
            ("phone", json!("+79000000000"), "phone"),
            ("confirmation", json!({"type": "qr"}), "confirmation.type"),
            ("confirmation", json!({}), "confirmation.type"),
        ] {
            let mut request = good.clone();
            request[name] = value;
            let refused = CreateSelfEmployed::parse(request.to_string().as_bytes()).unwrap_err();
            assert_eq!(refused.parameter.as_deref(), Some(parameter), "{request}");
        }
    }

    #[test]
    fn a_person_is_sent_to_the_page_until_they_decide() {
        let mut person = SelfEmployed {
            id: "se-31f00800-0045-5000-8000-1a2b3c4d5e6f".parse().unwrap(),
            shop_id: ShopId::new(500_001).unwrap(),
            test: true,
            itn: Some("123456789012".to_owned()),
            phone: None,
            confirmation: Confirmation::Redirect,
            state: State::Pending,
            created_at: Timestamp::from_micros(1_784_548_800_000_000),
            version: 1,
        };
        let links = Links {
            checkout_url: "https://pay.example".to_owned(),
        };
        let pending = String::from_utf8(body(&person, &links)).unwrap();
        person.state = State::Confirmed;
        let confirmed = String::from_utf8(body(&person, &links)).unwrap();
        insta::assert_snapshot!(format!("{pending}\n{confirmed}"));
    }
}

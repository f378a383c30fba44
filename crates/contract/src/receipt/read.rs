//! What all receipts have in common: buyer, lines, details.

use domain::message::Email;
use domain::receipt::{
    Content, Customer, IndustryDetails, OperationalDetails, TaxSystem, UserProps,
};

use super::item;
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::{moment, words};

const NAME_CHARS_MAX: usize = 256;
const DOCUMENT_CHARS_MAX: usize = 32;
const INDUSTRY_CHARS_MAX: usize = 256;
const OPERATIONAL_CHARS_MAX: usize = 64;
/// More than any provider takes; the provider's own limit is a rule of the domain.
const ITEMS_MAX: usize = 1_000;

/// Where the lines stand: those of `POST /receipts` may say more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `receipt` of a payment, a capture, a refund or an invoice.
    Inside,
    /// `POST /receipts`.
    Alone,
}

/// Reads the member `receipt` of a request. It is compared with the money and the provider later.
pub(crate) fn inside(fields: &Fields<'_>) -> Result<Option<Content>, InvalidRequest> {
    match fields.object("receipt")? {
        None => Ok(None),
        Some(receipt) => read(&receipt, Form::Inside).map(Some),
    }
}

pub(super) fn read(fields: &Fields<'_>, form: Form) -> Result<Content, InvalidRequest> {
    let items = fields.objects("items")?;
    let items = items.filter(|items| items.len() <= ITEMS_MAX);
    let items = items.ok_or_else(|| fields.illegal("items"))?;
    let items: Result<Vec<_>, _> = items.iter().map(|line| item::read(line, form)).collect();
    Ok(Content {
        customer: customer(fields)?,
        items: items?,
        settlements: Vec::new(),
        internet: fields.boolean("internet")?,
        tax_system: number(fields, "tax_system_code", TaxSystem::from_code)?,
        timezone: number(fields, "timezone", |zone| within(zone, 1, 11))?,
        industry: industry(fields, "receipt_industry_details")?,
        operational: operational(fields)?,
        user_props: user_props(fields)?,
    })
}

/// The buyer. Official SDKs write contacts beside `customer` too.
fn customer(fields: &Fields<'_>) -> Result<Customer, InvalidRequest> {
    let beside = Customer {
        email: email(fields)?,
        phone: phone(fields, "phone")?,
        ..Customer::default()
    };
    let Some(customer) = fields.object("customer")? else {
        return Ok(beside);
    };
    Ok(Customer {
        full_name: customer.short_text("full_name", NAME_CHARS_MAX)?,
        inn: inn(&customer, "inn")?,
        email: email(&customer)?.or(beside.email),
        phone: phone(&customer, "phone")?.or(beside.phone),
    })
}

fn email(fields: &Fields<'_>) -> Result<Option<String>, InvalidRequest> {
    let name = "email";
    let Some(text) = fields.text(name)? else {
        return Ok(None);
    };
    match Email::parse(text) {
        Some(_) => Ok(Some(text.to_owned())),
        None => Err(fields.illegal(name)),
    }
}

/// A phone number, digits; a plus sign before it is ignored.
pub(crate) fn phone(
    fields: &Fields<'_>,
    name: &'static str,
) -> Result<Option<String>, InvalidRequest> {
    let Some(text) = fields.text(name)? else {
        return Ok(None);
    };
    let text = text.strip_prefix('+').unwrap_or(text);
    let valid = (4..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if valid {
        Ok(Some(text.to_owned()))
    } else {
        Err(fields.refuse(name, words::PHONE_ILLEGAL))
    }
}

/// A taxpayer number.
pub(super) fn inn(
    fields: &Fields<'_>,
    name: &'static str,
) -> Result<Option<String>, InvalidRequest> {
    let Some(text) = fields.text(name)? else {
        return Ok(None);
    };
    let valid = matches!(text.len(), 10 | 12) && text.bytes().all(|b| b.is_ascii_digit());
    if valid {
        Ok(Some(text.to_owned()))
    } else {
        Err(fields.illegal(name))
    }
}

/// A number that `read` accepts. SDKs send some of them as strings.
pub(super) fn number<T>(
    fields: &Fields<'_>,
    name: &'static str,
    read: impl Fn(i64) -> Option<T>,
) -> Result<Option<T>, InvalidRequest> {
    let parsed = match fields.value(name) {
        None => return Ok(None),
        Some(Json::Number(number)) => number.as_i64(),
        Some(Json::Text(text)) => text.as_str().parse().ok(),
        Some(Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_)) => None,
    };
    match parsed.and_then(read) {
        Some(value) => Ok(Some(value)),
        None => Err(fields.illegal(name)),
    }
}

pub(super) fn within(number: i64, least: u8, most: u8) -> Option<u8> {
    let number = u8::try_from(number).ok()?;
    (least <= number && number <= most).then_some(number)
}

/// A text that has to be there, of at least one and at most `chars_max` characters.
pub(crate) fn required(
    fields: &Fields<'_>,
    name: &'static str,
    chars_max: usize,
) -> Result<String, InvalidRequest> {
    let text = fields.short_text(name, chars_max)?;
    text.filter(|text| !text.is_empty())
        .ok_or_else(|| fields.illegal(name))
}

/// What an industry requires, in the member of this name.
pub(super) fn industry(
    fields: &Fields<'_>,
    name: &'static str,
) -> Result<Vec<IndustryDetails>, InvalidRequest> {
    let read = |details: &Fields<'_>| {
        let federal_id = required(details, "federal_id", 3)?;
        let authority = Some(&federal_id).filter(|id| id.len() == 3);
        let authority = authority.and_then(|id| id.parse::<u8>().ok());
        if !authority.is_some_and(|number| (1..=73).contains(&number)) {
            return Err(details.illegal("federal_id"));
        }
        let document_date = required(details, "document_date", 10)?;
        if document_date.len() != 10 || document_date.parse::<jiff::civil::Date>().is_err() {
            return Err(details.illegal("document_date"));
        }
        Ok(IndustryDetails {
            federal_id,
            document_date,
            document_number: required(details, "document_number", DOCUMENT_CHARS_MAX)?,
            value: required(details, "value", INDUSTRY_CHARS_MAX)?,
        })
    };
    let details = fields.objects(name)?.unwrap_or_default();
    details.iter().map(read).collect()
}

fn operational(fields: &Fields<'_>) -> Result<Option<OperationalDetails>, InvalidRequest> {
    let Some(details) = fields.object("receipt_operational_details")? else {
        return Ok(None);
    };
    let id = number(&details, "operation_id", |id| within(id, 0, u8::MAX))?;
    let created_at = details.required_text("created_at")?;
    Ok(Some(OperationalDetails {
        operation_id: id.ok_or_else(|| details.illegal("operation_id"))?,
        value: required(&details, "value", OPERATIONAL_CHARS_MAX)?,
        created_at: moment::parse(created_at).ok_or_else(|| details.illegal("created_at"))?,
    }))
}

fn user_props(fields: &Fields<'_>) -> Result<Option<UserProps>, InvalidRequest> {
    let Some(props) = fields.object("additional_user_props")? else {
        return Ok(None);
    };
    Ok(Some(UserProps {
        name: required(&props, "name", 64)?,
        value: required(&props, "value", 234)?,
    }))
}

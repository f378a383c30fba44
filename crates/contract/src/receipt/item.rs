//! A line of a receipt as requests have it.

use domain::receipt::{
    AgentType, Item, MarkCode, MarkForm, MarkQuantity, Measure, PaymentMode, PaymentSubject,
    Quantity, Supplier, VatCode,
};
use domain::{Currency, Money};

use super::read::{Form, industry, inn, number, phone, required, within};
use crate::amount;
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;

const DESCRIPTION_CHARS_MAX: usize = 128;
const CUSTOMS_CHARS_MAX: usize = 32;
const EXTRA_CHARS_MAX: usize = 64;
const SUPPLIER_CHARS_MAX: usize = 256;
/// Bytes of a product code of the old format.
const PRODUCT_CODE_BYTES_MAX: usize = 32;

pub(super) fn read(fields: &Fields<'_>, form: Form) -> Result<Item, InvalidRequest> {
    let description = required(fields, "description", DESCRIPTION_CHARS_MAX)?;
    let price = amount::read_from_zero(fields, "amount")?;
    let price = price.ok_or_else(|| fields.illegal("amount"))?;
    let quantity = quantity(fields)?;
    let vat = number(fields, "vat_code", VatCode::from_code)?;
    let vat = vat.ok_or_else(|| fields.illegal("vat_code"))?;
    let alone = form == Form::Alone;
    Ok(Item {
        description,
        price,
        quantity,
        vat,
        measure: named(fields, "measure", Measure::from_code)?,
        mark_quantity: mark_quantity(fields)?,
        subject: named(fields, "payment_subject", PaymentSubject::from_code)?,
        mode: named(fields, "payment_mode", PaymentMode::from_code)?,
        country: country(fields)?,
        customs_declaration: at_least_one(fields, "customs_declaration_number", CUSTOMS_CHARS_MAX)?,
        excise: excise(fields, price.currency())?,
        product_code: product_code(fields)?,
        planned_status: number(fields, "planned_status", |status| within(status, 1, 6))?,
        mark_code: mark_code(fields)?,
        mark_mode: mark_mode(fields)?,
        industry: industry(fields, "payment_subject_industry_details")?,
        extra: match alone {
            true => fields.short_text("additional_payment_subject_props", EXTRA_CHARS_MAX)?,
            false => None,
        },
        supplier: if alone { supplier(fields)? } else { None },
        agent: match alone {
            true => named(fields, "agent_type", AgentType::from_code)?,
            false => None,
        },
    })
}

/// The quantity, as a number or, as one SDK sends it, as a string.
pub(crate) fn quantity(fields: &Fields<'_>) -> Result<Quantity, InvalidRequest> {
    let name = "quantity";
    let parsed = match fields.value(name) {
        Some(Json::Number(number)) => Quantity::parse(number.as_str()),
        Some(Json::Text(text)) => Quantity::parse(text.as_str()),
        None | Some(Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_)) => None,
    };
    parsed.ok_or_else(|| fields.illegal(name))
}

fn named<T>(
    fields: &Fields<'_>,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, InvalidRequest> {
    match fields.text(name)? {
        None => Ok(None),
        Some(text) => read(text).map(Some).ok_or_else(|| fields.illegal(name)),
    }
}

fn at_least_one(
    fields: &Fields<'_>,
    name: &'static str,
    chars_max: usize,
) -> Result<Option<String>, InvalidRequest> {
    match fields.value(name) {
        None => Ok(None),
        Some(_) => required(fields, name, chars_max).map(Some),
    }
}

fn mark_quantity(fields: &Fields<'_>) -> Result<Option<MarkQuantity>, InvalidRequest> {
    let Some(part) = fields.object("mark_quantity")? else {
        return Ok(None);
    };
    let read = |name: &'static str| {
        let positive = |number: i64| (0 < number).then_some(number);
        number(&part, name, positive)?.ok_or_else(|| part.illegal(name))
    };
    let (numerator, denominator) = (read("numerator")?, read("denominator")?);
    if denominator <= numerator {
        return Err(part.illegal("numerator"));
    }
    Ok(Some(MarkQuantity {
        numerator,
        denominator,
    }))
}

fn country(fields: &Fields<'_>) -> Result<Option<String>, InvalidRequest> {
    let name = "country_of_origin_code";
    match fields.text(name)? {
        None => Ok(None),
        Some(text) if text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()) => {
            Ok(Some(text.to_owned()))
        }
        Some(_) => Err(fields.illegal(name)),
    }
}

/// The excise, an amount as text: `20.00`.
fn excise(fields: &Fields<'_>, currency: Currency) -> Result<Option<Money>, InvalidRequest> {
    let name = "excise";
    let parsed = match fields.value(name) {
        None => return Ok(None),
        Some(Json::Text(text)) => Money::parse(text.as_str(), currency).ok(),
        Some(Json::Number(number)) => Money::parse(number.as_str(), currency).ok(),
        Some(Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_)) => None,
    };
    let money = parsed.filter(|money| money.is_zero() || money.is_positive());
    money.map(Some).ok_or_else(|| fields.illegal(name))
}

/// Hex bytes with spaces between them.
fn product_code(fields: &Fields<'_>) -> Result<Option<String>, InvalidRequest> {
    let name = "product_code";
    let Some(text) = fields.text(name)? else {
        return Ok(None);
    };
    let byte = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit());
    let bytes = text.split(' ').count();
    if PRODUCT_CODE_BYTES_MAX < bytes || !text.split(' ').all(byte) {
        return Err(fields.illegal(name));
    }
    Ok(Some(text.to_owned()))
}

fn mark_code(fields: &Fields<'_>) -> Result<Option<MarkCode>, InvalidRequest> {
    let Some(code) = fields.object("mark_code_info")? else {
        return Ok(None);
    };
    let mut forms = Vec::new();
    for form in MarkForm::ALL {
        let (least, most) = form.chars();
        let Some(text) = code.text(form.code())? else {
            continue;
        };
        if !(least..=most).contains(&text.chars().count()) {
            return Err(code.illegal(form.code()));
        }
        forms.push((form, text.to_owned()));
    }
    if forms.is_empty() {
        return Err(fields.illegal("mark_code_info"));
    }
    Ok(Some(MarkCode { forms }))
}

fn mark_mode(fields: &Fields<'_>) -> Result<Option<String>, InvalidRequest> {
    let name = "mark_mode";
    match fields.text(name)? {
        None => Ok(None),
        Some("0") => Ok(Some("0".to_owned())),
        Some(_) => Err(fields.illegal(name)),
    }
}

fn supplier(fields: &Fields<'_>) -> Result<Option<Supplier>, InvalidRequest> {
    let Some(supplier) = fields.object("supplier")? else {
        return Ok(None);
    };
    Ok(Some(Supplier {
        name: at_least_one(&supplier, "name", SUPPLIER_CHARS_MAX)?,
        phone: phone(&supplier, "phone")?,
        inn: inn(&supplier, "inn")?,
    }))
}

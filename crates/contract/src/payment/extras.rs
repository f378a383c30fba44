//! What a shop sends along for banks, airlines and registers (YooKassa API v3: airline tickets,
//! housing services, top-ups, statements). Each part is checked here and kept as it was checked.

pub(crate) mod schema;

use domain::Money;
use domain::message::Email;
use domain::payment::Extras;
use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::{amount, words};

const TICKET_DIGITS_MAX: usize = 150;
const BOOKING_CHARS_MAX: usize = 20;
const PASSENGERS_MAX: usize = 500;
const LEGS_MAX: usize = 4;
const NAME_CHARS_MAX: usize = 64;
const PURPOSE_CHARS_MAX: usize = 210;
const BANK_NAME_CHARS_MAX: usize = 45;
const NUMBER_CHARS_MAX: usize = 30;
const WALLET_CHARS_MAX: usize = 20;
const ACCOUNT_DIGITS: usize = 20;

/// An object built of members that were checked.
#[derive(Default)]
struct Kept(Map<String, Value>);

impl Kept {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Keeps a text that has to be there and that `permitted` accepts.
    fn required(
        &mut self,
        from: &Fields<'_>,
        name: &str,
        permitted: impl Fn(&str) -> bool,
    ) -> Result<(), InvalidRequest> {
        if self.optional(from, name, permitted)? {
            Ok(())
        } else {
            Err(from.illegal(name))
        }
    }

    /// Keeps a text that `permitted` accepts, if it is there. Returns whether it is.
    fn optional(
        &mut self,
        from: &Fields<'_>,
        name: &str,
        permitted: impl Fn(&str) -> bool,
    ) -> Result<bool, InvalidRequest> {
        let Some(text) = from.text(name)? else {
            return Ok(false);
        };
        if !permitted(text) {
            return Err(from.illegal(name));
        }
        self.put(name, text);
        Ok(true)
    }
}

/// Reads all of them. `total` is the payment's amount.
pub(super) fn read(fields: &Fields<'_>, total: Money) -> Result<Extras, InvalidRequest> {
    Ok(Extras {
        airline: airline(fields)?,
        payment_order: payment_order(fields, total)?,
        receiver: receiver(fields)?,
        statements: statements(fields)?,
        fraud_data: fraud_data(fields)?,
    })
}

/// Reads `airline`.
pub(super) fn airline(fields: &Fields<'_>) -> Result<Option<String>, InvalidRequest> {
    let Some(airline) = fields.object("airline")? else {
        return Ok(None);
    };
    let mut kept = Kept::default();
    let is_ticket = |text: &str| text.len() <= TICKET_DIGITS_MAX && all_digits(text);
    let ticket = kept.optional(&airline, "ticket_number", is_ticket)?;
    let booking = kept.optional(&airline, "booking_reference", short(BOOKING_CHARS_MAX))?;
    if !ticket && !booking {
        return Err(airline.illegal("ticket_number"));
    }
    if let Some(passengers) = few(&airline, "passengers", PASSENGERS_MAX)? {
        let read = |passenger: &Fields<'_>| {
            let mut kept = Kept::default();
            kept.required(passenger, "first_name", is_latin_name)?;
            kept.required(passenger, "last_name", is_latin_name)?;
            Ok(Value::Object(kept.0))
        };
        let all: Result<Vec<Value>, InvalidRequest> = passengers.iter().map(read).collect();
        kept.put("passengers", all?);
    }
    if let Some(legs) = few(&airline, "legs", LEGS_MAX)? {
        let read = |leg: &Fields<'_>| {
            let mut kept = Kept::default();
            kept.required(leg, "departure_airport", is_airport)?;
            kept.required(leg, "destination_airport", is_airport)?;
            kept.required(leg, "departure_date", is_date)?;
            kept.optional(leg, "carrier_code", |code| matches!(code.len(), 2 | 3))?;
            Ok(Value::Object(kept.0))
        };
        let all: Result<Vec<Value>, InvalidRequest> = legs.iter().map(read).collect();
        kept.put("legs", all?);
    }
    Ok(Some(written(kept)))
}

fn payment_order(fields: &Fields<'_>, total: Money) -> Result<Option<String>, InvalidRequest> {
    let Some(order) = fields.object("payment_order")? else {
        return Ok(None);
    };
    let mut kept = Kept::default();
    kept.required(&order, "type", |kind| kind == "utilities")?;
    let amount = amount::read_required(&order)?;
    if amount != total {
        let difference = amount.checked_sub(total).map(|money| money.to_string());
        let difference = difference.map_err(|_mix| order.illegal("amount"))?;
        let says = words::ORDER_SUM_DIFFERS.replace("{x}", &difference);
        return Err(InvalidRequest::new(says, order.path("amount")));
    }
    kept.put("amount", amount_kept(amount));
    kept.required(&order, "payment_purpose", short(PURPOSE_CHARS_MAX))?;
    order.without_card("payment_purpose", order.required_text("payment_purpose")?)?;

    let recipient = order.object("recipient")?;
    let recipient = recipient.ok_or_else(|| order.illegal("recipient"))?;
    let mut to = Kept::default();
    to.required(&recipient, "name", |name| !name.is_empty())?;
    to.required(&recipient, "inn", |inn| {
        digits(10)(inn) && !inn.starts_with("00")
    })?;
    to.required(&recipient, "kpp", digits(9))?;
    let bank = recipient.object("bank")?;
    let bank = bank.ok_or_else(|| recipient.illegal("bank"))?;
    let mut at = Kept::default();
    at.required(&bank, "name", short(BANK_NAME_CHARS_MAX))?;
    at.required(&bank, "bic", digits(9))?;
    at.required(&bank, "account", digits(ACCOUNT_DIGITS))?;
    at.required(&bank, "correspondent_account", digits(ACCOUNT_DIGITS))?;
    to.put("bank", at.0);
    kept.put("recipient", to.0);

    kept.optional(&order, "kbk", |text| text == "0" || digits(20)(text))?;
    kept.optional(&order, "oktmo", |text| text == "0" || digits(8)(text))?;
    if let Some(period) = order.object("payment_period")? {
        let mut of = Kept::default();
        for (name, first, last) in [("month", 1, 12), ("year", 1920, 2050)] {
            let number = period.integer(name)?;
            let number = number.filter(|number| (first..=last).contains(number));
            of.put(name, number.ok_or_else(|| period.illegal(name))?);
        }
        kept.put("payment_period", of.0);
    }
    // At least one of these, to tell whose debt it is.
    let exactly = |length: usize| move |text: &str| text.chars().count() == length;
    let named = kept.optional(&order, "payment_document_id", exactly(18))?
        | kept.optional(&order, "payment_document_number", short(NUMBER_CHARS_MAX))?
        | kept.optional(&order, "account_number", short(NUMBER_CHARS_MAX))?
        | kept.optional(&order, "unified_account_number", exactly(10))?
        | kept.optional(&order, "service_id", exactly(13))?;
    if !named {
        return Err(order.illegal("payment_document_id"));
    }
    Ok(Some(written(kept)))
}

fn receiver(fields: &Fields<'_>) -> Result<Option<String>, InvalidRequest> {
    let Some(receiver) = fields.object("receiver")? else {
        return Ok(None);
    };
    let mut kept = Kept::default();
    let kind = receiver.required_text("type")?;
    kept.put("type", kind);
    match kind {
        "mobile_balance" => kept.required(&receiver, "phone", is_phone)?,
        "digital_wallet" => {
            kept.required(&receiver, "account_number", short(WALLET_CHARS_MAX))?;
        }
        "bank_account" => {
            kept.required(&receiver, "account_number", digits(ACCOUNT_DIGITS))?;
            kept.required(&receiver, "bic", digits(9))?;
        }
        _ => return Err(receiver.illegal("type")),
    }
    Ok(Some(written(kept)))
}

fn statements(fields: &Fields<'_>) -> Result<Option<String>, InvalidRequest> {
    let Some(statements) = fields.objects("statements")? else {
        return Ok(None);
    };
    let read = |statement: &Fields<'_>| {
        let mut kept = Kept::default();
        kept.required(statement, "type", |kind| kind == "payment_overview")?;
        let method = statement.object("delivery_method")?;
        let method = method.ok_or_else(|| statement.illegal("delivery_method"))?;
        let mut by = Kept::default();
        by.required(&method, "type", |kind| kind == "email")?;
        by.required(&method, "email", is_email)?;
        kept.put("delivery_method", by.0);
        Ok(Value::Object(kept.0))
    };
    let all: Result<Vec<Value>, InvalidRequest> = statements.iter().map(read).collect();
    Ok(Some(Value::Array(all?).to_string()))
}

fn fraud_data(fields: &Fields<'_>) -> Result<Option<String>, InvalidRequest> {
    let Some(data) = fields.object("fraud_data")? else {
        return Ok(None);
    };
    let mut kept = Kept::default();
    kept.optional(&data, "topped_up_phone", is_phone)?;
    if let Some(account) = data.object("merchant_customer_bank_account")? {
        let mut of = Kept::default();
        of.optional(&account, "account_number", digits(ACCOUNT_DIGITS))?;
        of.optional(&account, "bic", digits(9))?;
        kept.put("merchant_customer_bank_account", of.0);
    }
    Ok(Some(written(kept)))
}

fn written(kept: Kept) -> String {
    Value::Object(kept.0).to_string()
}

fn amount_kept(amount: Money) -> Value {
    let mut kept = Kept::default();
    kept.put("value", amount.value());
    kept.put("currency", amount.currency().code());
    Value::Object(kept.0)
}

/// An array of at most so many objects.
fn few<'j>(
    fields: &Fields<'j>,
    name: &'static str,
    max: usize,
) -> Result<Option<Vec<Fields<'j>>>, InvalidRequest> {
    match fields.objects(name)? {
        Some(all) if max < all.len() => Err(fields.illegal(name)),
        other => Ok(other),
    }
}

fn short(chars_max: usize) -> impl Fn(&str) -> bool {
    move |text| !text.is_empty() && text.chars().count() <= chars_max
}

fn digits(length: usize) -> impl Fn(&str) -> bool {
    move |text| text.len() == length && all_digits(text)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_phone(text: &str) -> bool {
    (4..=15).contains(&text.len()) && all_digits(text)
}

fn is_latin_name(text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_alphabetic() || matches!(b, b' ' | b'\'' | b'-' | b'.');
    (1..=NAME_CHARS_MAX).contains(&text.len()) && text.bytes().all(letter)
}

fn is_airport(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// Only a message can tell whether anyone reads there.
fn is_email(text: &str) -> bool {
    Email::parse(text).is_some()
}

/// The addresses that overviews of a payment are mailed to: each address once, in the order of
/// `statements`.
///
/// # Errors
/// `statements` is not a list as it was kept.
pub fn overview_addresses(extras: &Extras) -> Result<Vec<Email>, serde_json::Error> {
    let statements = extras.statements.as_deref().unwrap_or("[]");
    let statements: Vec<Value> = serde_json::from_str(statements)?;
    let mut addresses: Vec<Email> = Vec::new();
    for statement in &statements {
        let email = statement.pointer("/delivery_method/email");
        let email = email.and_then(Value::as_str);
        let email = email.map(|email| Email::kept(email.to_owned()));
        addresses.extend(email.filter(|email| !addresses.contains(email)));
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests;

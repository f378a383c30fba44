//! The cart of an invoice as JSON. Amounts are minor units of the invoice's currency.

use domain::invoice::Line;
use domain::receipt::Quantity;
use domain::{Currency, Money};
use serde::{Deserialize, Serialize};
use sql::StoreError;

use super::{read, write};

#[derive(Serialize, Deserialize)]
struct LineJson {
    description: String,
    price: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    discount_price: Option<i64>,
    quantity_thousandths: i64,
}

pub(crate) fn write_cart(cart: &[Line]) -> Result<String, StoreError> {
    let json = |line: &Line| LineJson {
        description: line.description.clone(),
        price: line.price.minor(),
        discount_price: line.discount_price.map(Money::minor),
        quantity_thousandths: line.quantity.thousandths(),
    };
    let all: Vec<LineJson> = cart.iter().map(json).collect();
    write(&all)
}

pub(crate) fn read_cart(json: &str, currency: Currency) -> Option<Vec<Line>> {
    let money = |minor| Money::new(minor, currency);
    let line = |json: LineJson| {
        Some(Line {
            description: json.description,
            price: money(json.price),
            discount_price: json.discount_price.map(money),
            quantity: Quantity::from_thousandths(json.quantity_thousandths)?,
        })
    };
    let all: Vec<LineJson> = read(json)?;
    all.into_iter().map(line).collect()
}

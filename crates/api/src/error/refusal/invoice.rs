//! The refusals of invoices.

use app::Refusal;
use domain::invoice::CartRefused;

use super::super::rows;
use super::super::{Face, Row};
use super::{differs, face};

/// The member in which the request of an invoice describes its payment.
const PAYMENT: &str = "payment_data";

/// The refusal of the payment, with the parameter's path in the request of the invoice.
pub(super) fn payment(refused: &Refusal) -> Face<'static> {
    let face = face(refused);
    match face.parameter.clone() {
        None => face,
        Some(inner) => face.at(format!("{PAYMENT}.{inner}")),
    }
}

pub(super) fn cart(refused: CartRefused) -> Face<'static> {
    let of_line = |row: &'static Row, index: usize, name: &str| {
        Face::of(row).at(format!("cart[{index}].{name}"))
    };
    match refused {
        CartRefused::CurrencyDiffers { index, discount } => {
            let price = if discount { "discount_price" } else { "price" };
            let name = format!("{price}.currency");
            of_line(&rows::INVOICE_CART_CURRENCY, index, &name)
        }
        CartRefused::DiscountAbovePrice { index } => {
            of_line(&rows::INVOICE_CART_DISCOUNT, index, "discount_price.value")
        }
        CartRefused::TooLarge => Face::of(&rows::INVOICE_CART_TOO_LARGE),
        CartRefused::SumDiffers { cart, amount } => {
            Face::with(&rows::INVOICE_CART_SUM, &differs(cart, amount))
        }
    }
}

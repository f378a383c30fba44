//! What an invoice is for: lines with prices, discounts and quantities, added up exactly.

use crate::money::{Money, MoneyError};
use crate::receipt::Quantity;

/// Most lines of a cart.
pub const LINES_MAX: usize = 100;

/// A line of the cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is sold, 1 to 128 characters.
    pub description: String,
    /// The full price of one.
    pub price: Money,
    /// The price of one with its discount, if it has any.
    pub discount_price: Option<Money>,
    /// How many.
    pub quantity: Quantity,
}

/// Why a cart is refused, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CartRefused {
    /// A price is in another currency than the payment.
    #[error("line {index} is in another currency")]
    CurrencyDiffers {
        /// Which line, from zero.
        index: usize,
        /// Whether it is the price with the discount.
        discount: bool,
    },
    /// The price with the discount is higher than the one without.
    #[error("line {index} costs more with its discount than without")]
    DiscountAbovePrice {
        /// Which line, from zero.
        index: usize,
    },
    /// The sum does not fit.
    #[error("the cart is too large")]
    TooLarge,
    /// The lines add up to another sum than the payment's.
    #[error("the cart is {cart}, the payment {amount}")]
    SumDiffers {
        /// What the lines add up to.
        cart: Money,
        /// What the payment is.
        amount: Money,
    },
}

impl Line {
    /// What one costs the buyer.
    #[must_use]
    pub fn price_paid(&self) -> Money {
        self.discount_price.unwrap_or(self.price)
    }

    /// What the line costs the buyer, rounded half up to minor units as on a receipt.
    ///
    /// # Errors
    /// The sum does not fit.
    pub fn cost(&self) -> Result<Money, MoneyError> {
        self.quantity.cost(self.price_paid())
    }

    /// What the line would cost without its discount.
    ///
    /// # Errors
    /// The sum does not fit.
    pub fn full_cost(&self) -> Result<Money, MoneyError> {
        self.quantity.cost(self.price)
    }
}

/// Checks that these lines add up to the payment's `amount`.
///
/// # Errors
/// The first rule that is broken.
pub(super) fn check(cart: &[Line], amount: Money) -> Result<(), CartRefused> {
    let mut sum = Money::zero(amount.currency());
    for (index, line) in cart.iter().enumerate() {
        let differs = |money: Money| money.currency() != amount.currency();
        for (price, discount) in [(Some(line.price), false), (line.discount_price, true)] {
            if price.is_some_and(differs) {
                return Err(CartRefused::CurrencyDiffers { index, discount });
            }
        }
        let dearer = line.price_paid().compare(line.price);
        if dearer.is_ok_and(std::cmp::Ordering::is_gt) {
            return Err(CartRefused::DiscountAbovePrice { index });
        }
        let added = line.cost().and_then(|cost| sum.checked_add(cost));
        sum = added.map_err(|_overflow| CartRefused::TooLarge)?;
    }
    if sum == amount {
        Ok(())
    } else {
        Err(CartRefused::SumDiffers { cart: sum, amount })
    }
}

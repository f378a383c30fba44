//! The lines of a cart, as invoices and letters show them.

use domain::invoice::Line;
use domain::receipt::Quantity;

use crate::lang::Lang;
use crate::money;

/// A line of the cart, as text.
#[derive(Clone, Debug)]
pub struct LineRow {
    /// What is sold.
    pub name: String,
    /// How many, and at which price.
    pub count: String,
    /// What the line would cost without its discount.
    pub full: Option<String>,
    /// What it costs.
    pub sum: String,
}

/// A cart, as text.
#[must_use]
pub fn rows(cart: &[Line], lang: Lang) -> Vec<LineRow> {
    cart.iter().map(|line| row(line, lang)).collect()
}

/// One line of it. A sum that does not fit was refused when the invoice was made; it would be left
/// out here.
#[must_use]
pub fn row(line: &Line, lang: Lang) -> LineRow {
    let (cost, full) = (line.cost().ok(), line.full_cost().ok());
    let full = full.filter(|full| Some(*full) != cost);
    let price = money::text(line.price_paid(), lang);
    let count = quantity(line.quantity, lang);
    LineRow {
        name: line.description.clone(),
        count: format!("{count}\u{a0}× {price}"),
        full: full.map(|full| money::text(full, lang)),
        sum: cost.map_or_else(String::new, |cost| money::text(cost, lang)),
    }
}

/// The quantity as people write it: `2`, `1,25`.
fn quantity(quantity: Quantity, lang: Lang) -> String {
    let text = quantity.to_string();
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match lang {
        Lang::Ru => text.replace('.', ","),
        Lang::En => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use domain::receipt::Quantity;

    use super::quantity;
    use crate::lang::Lang;

    #[test]
    fn a_quantity_is_written_without_zeros() {
        let of = |thousandths| Quantity::from_thousandths(thousandths).unwrap();
        assert_eq!(quantity(of(2_000), Lang::Ru), "2");
        assert_eq!(quantity(of(1_250), Lang::Ru), "1,25");
        assert_eq!(quantity(of(100_001), Lang::En), "100.001");
        assert_eq!(quantity(of(10_000), Lang::En), "10");
    }
}

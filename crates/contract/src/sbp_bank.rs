//! Banks that SBP reaches (YooKassa API v3: SBP participants).

use serde::Serialize;

/// A bank as the wire has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SbpBank<'a> {
    /// Its id in SBP.
    pub bank_id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its bank identification code.
    pub bic: &'a str,
}

/// The whole list, by falling id.
#[must_use]
pub fn list(mut banks: Vec<SbpBank<'_>>) -> Vec<u8> {
    banks.sort_by(|one, other| other.bank_id.cmp(one.bank_id));
    let items: Vec<Vec<u8>> = banks.iter().map(crate::wire::written).collect();
    crate::list::body(&items, None)
}

mod schema;
pub use schema::SBP_BANK_LIST;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banks_come_by_falling_id() {
        let bank = |bank_id| SbpBank {
            bank_id,
            name: "Сбербанк",
            bic: "044525225",
        };
        let list = String::from_utf8(list(vec![bank("100000000004"), bank("100000000111")]));
        insta::assert_snapshot!(list.unwrap());
    }
}

//! The hosted payment page: choose, pay, wait, see how it ended.

pub mod bind;
pub mod card_form;
pub mod contract;
pub mod leave;
pub mod notice;
pub mod order;
pub mod phone_form;
pub mod result;
pub mod test_cards;
pub mod waiting;

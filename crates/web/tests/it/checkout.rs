//! `/checkout/…`

mod bind;
mod contract;
mod pay;

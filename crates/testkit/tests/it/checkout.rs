//! `/checkout/…`

mod bind;
mod contract;
mod invoice;
mod pay;

//! Payments, both ways (YooKassa API v3: payments and cancellation).

mod capture;
mod create;
mod extras;
mod list;
mod means;
mod show;
mod simulate;
mod transfers;

pub use crate::settlement::DealPart;
pub use capture::{CAPTURE_PAYMENT, CapturePayment};
pub use create::{CREATE_PAYMENT, CreatePayment, PosLinkPayment};
pub use extras::overview_addresses;
pub use list::{ListPayments, MethodFilter};
pub use means::{PaymentToken, RequestedMeans};
pub use show::{PAYMENT, PAYMENT_LIST, body, body_in_deal, id_of, without_fees};
pub use simulate::{Outcome, SIMULATE_PAYMENT, SimulatePayment};

pub(crate) use create::{client_ip, client_ip_schema, gateway_id, gateway_schema};
pub(crate) use means::schema as means_schema;
pub(crate) use means::{article_number, basket, quantity, tru_code};
pub(crate) use show::{RECIPIENT, RecipientBody};
pub(crate) use transfers::{account_id, schema as transfers_schema};

//! Payments, both ways (YooKassa API v3: payments and cancellation).

mod capture;
mod create;
mod list;
mod show;
mod simulate;

pub use crate::settlement::DealPart;
pub use capture::{CAPTURE_PAYMENT, CapturePayment};
pub use create::{CREATE_PAYMENT, CreatePayment, PaymentToken, RequestedMeans};
pub use list::ListPayments;
pub use show::{PAYMENT, PAYMENT_LIST, body, id_of, without_fees};
pub use simulate::{Outcome, SIMULATE_PAYMENT, SimulatePayment};

pub(crate) use create::{client_ip, client_ip_schema, gateway_id, gateway_schema};
pub(crate) use show::{RECIPIENT, RecipientBody};

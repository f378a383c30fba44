//! Payments, both ways (YooKassa API v3: payments and cancellation).

mod capture;
mod create;
mod list;
mod show;

pub use capture::CapturePayment;
pub use create::{CreatePayment, RequestedMeans};
pub use list::ListPayments;
pub use show::body;

pub(crate) use create::{client_ip, gateway_id};
pub(crate) use show::RecipientBody;

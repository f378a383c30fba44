//! Receipts, both ways (YooKassa API v3: receipts).

mod create;
mod item;
mod list;
mod read;
mod schema;
mod show;

pub use create::{CreateReceipt, ReceiptOf};
pub use list::ListReceipts;
pub use schema::{CREATE_RECEIPT, RECEIPT, RECEIPT_LIST};
pub(crate) use show::Exact;
pub use show::body;

pub(crate) use item::quantity;
pub(crate) use read::{inside, phone, required};
pub(crate) use schema::{RECEIPT_DATA, registration};

#[cfg(test)]
mod tests;

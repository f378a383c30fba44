//! Letters to people. Use cases give the facts; the words and the looks are up to the pages, behind
//! [`Letters`](crate::Letters).

use domain::payment::Locale;
use domain::{Invoice, Payment, Shop, Timestamp};

/// A letter, as the facts that it tells.
#[derive(Clone, Copy, Debug)]
pub enum Letter<'a> {
    /// What was paid, to whom and how (YooKassa API v3: statements).
    Overview(Overview<'a>),
    /// What is to be paid, and where (YooKassa API v3: invoices).
    Invoice(&'a InvoiceLetter<'a>),
}

/// What the message that brings an invoice tells; its delivery says whether it is a letter or a
/// short one.
#[derive(Clone, Debug)]
pub struct InvoiceLetter<'a> {
    /// Who wants to be paid.
    pub shop: &'a Shop,
    /// The invoice.
    pub invoice: &'a Invoice,
    /// The address of its page.
    pub page: String,
}

/// What an overview of a payment tells.
#[derive(Clone, Copy, Debug)]
pub struct Overview<'a> {
    /// Who was paid.
    pub shop: &'a Shop,
    /// The payment, which has succeeded.
    pub payment: &'a Payment,
    /// When its money was taken.
    pub paid_at: Timestamp,
}

/// A letter in words.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
}

/// Puts letters into words.
pub trait Letters: Send + Sync {
    /// The letter in this language.
    fn write(&self, letter: &Letter<'_>, locale: Locale) -> Written;
}

//! The checkout's pages in each of their looks.

use pages::lang::Lang;
use pages::samples::{Sample, add};

use crate::bind::page::BindPage;
use crate::invoice::page::InvoicePage;
use crate::payment::page::PaymentPage;
use crate::waiting::WaitingPage;
use crate::widget::payout::page::PayoutPage;
use crate::widget::problem::ProblemPage;
use crate::widget::returned::ReturnedPage;

/// All pages in `lang`.
///
/// # Errors
/// A template that cannot be rendered.
pub fn all(lang: Lang) -> Result<Vec<Sample>, askama::Error> {
    let mut samples = Vec::new();
    add(&mut samples, "payment", PaymentPage::samples(lang))?;
    add(&mut samples, "invoice", InvoicePage::samples(lang))?;
    add(&mut samples, "bind", BindPage::samples(lang))?;
    add(&mut samples, "waiting", WaitingPage::samples(lang))?;
    add(&mut samples, "widget-problem", ProblemPage::samples(lang))?;
    add(&mut samples, "widget-returned", ReturnedPage::samples(lang))?;
    add(&mut samples, "payout", PayoutPage::samples(lang))?;
    Ok(samples)
}

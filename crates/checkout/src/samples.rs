//! The checkout's pages in each of their looks.

use pages::lang::Lang;
use pages::samples::{Sample, add};

use crate::bind::BindPage;
use crate::contract::ContractPage;
use crate::invoice::InvoicePage;
use crate::waiting::WaitingPage;
use crate::widget::payout::PayoutPage;
use crate::widget::problem::ProblemPage;
use crate::widget::returned::ReturnedPage;

/// All pages in `lang`.
///
/// # Errors
/// A template that cannot be rendered.
pub fn all(lang: Lang) -> Result<Vec<Sample>, askama::Error> {
    let mut samples = Vec::new();
    add(&mut samples, "contract", ContractPage::samples(lang))?;
    add(&mut samples, "invoice", InvoicePage::samples(lang))?;
    add(&mut samples, "bind", BindPage::samples(lang))?;
    add(&mut samples, "waiting", WaitingPage::samples(lang))?;
    add(&mut samples, "widget-problem", ProblemPage::samples(lang))?;
    add(&mut samples, "widget-returned", ReturnedPage::samples(lang))?;
    add(&mut samples, "payout", PayoutPage::samples(lang))?;
    Ok(samples)
}

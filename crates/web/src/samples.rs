//! Every page in each of its looks, for the test that checks them and for whoever wants to see
//! them (`cargo run -p web --example gallery`).

use askama::Template;

use crate::checkout::bind::BindPage;
use crate::checkout::contract::ContractPage;
use crate::checkout::invoice::InvoicePage;
use crate::checkout::leave::LeavePage;
use crate::checkout::result::ResultPage;
use crate::checkout::waiting::WaitingPage;
use crate::demo::page::DemoPage;
use crate::docs::index::IndexPage;
use crate::docs::notifications::NotificationsPage;
use crate::docs::operation::OperationPage;
use crate::docs::problems::ProblemsPage;
use crate::docs::recipe::RecipePage;
use crate::docs::search::SearchPage;
use crate::docs::testing::TestingPage;
use crate::lang::Lang;
use crate::oauth::authorize::AuthorizePage;
use crate::oauth::message::MessagePage;
use crate::sandbox::approve::ApprovePage;
use crate::sandbox::done::DonePage;
use crate::sandbox::self_employed::SelfEmployedPage;
use crate::sandbox::three_ds::ThreeDsPage;
use crate::widget::payout::PayoutPage;
use crate::widget::problem::ProblemPage;
use crate::widget::returned::ReturnedPage;

/// A page that was rendered.
#[derive(Debug)]
pub struct Sample {
    /// `page/look`.
    pub name: String,
    /// Its HTML.
    pub html: String,
}

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
    add(&mut samples, "result", ResultPage::samples(lang))?;
    add(&mut samples, "leave", LeavePage::samples(lang))?;
    add(&mut samples, "authorize", AuthorizePage::samples(lang))?;
    add(&mut samples, "message", MessagePage::samples(lang))?;
    add(&mut samples, "three_ds", ThreeDsPage::samples(lang))?;
    add(&mut samples, "approve", ApprovePage::samples(lang))?;
    add(&mut samples, "done", DonePage::samples(lang))?;
    add(&mut samples, "docs", IndexPage::samples(lang))?;
    add(&mut samples, "docs_operation", OperationPage::samples(lang))?;
    add(&mut samples, "docs_recipe", RecipePage::samples(lang))?;
    add(&mut samples, "docs_problems", ProblemsPage::samples(lang))?;
    add(&mut samples, "docs_testing", TestingPage::samples(lang))?;
    add(
        &mut samples,
        "docs_notifications",
        NotificationsPage::samples(lang),
    )?;
    add(&mut samples, "docs_search", SearchPage::samples(lang))?;
    add(
        &mut samples,
        "self_employed",
        SelfEmployedPage::samples(lang),
    )?;
    add(&mut samples, "widget-problem", ProblemPage::samples(lang))?;
    add(&mut samples, "widget-returned", ReturnedPage::samples(lang))?;
    add(&mut samples, "payout", PayoutPage::samples(lang))?;
    add(&mut samples, "demo", DemoPage::samples(lang))?;
    Ok(samples)
}

fn add<T: Template>(
    samples: &mut Vec<Sample>,
    page: &str,
    looks: Vec<(String, T)>,
) -> Result<(), askama::Error> {
    for (look, template) in looks {
        samples.push(Sample {
            name: format!("{page}/{look}"),
            html: template.render()?,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;

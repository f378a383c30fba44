//! The documentation's, the demo's and the test bank's pages in each of their looks.

use pages::lang::Lang;
use pages::samples::{Sample, add};

use crate::demo::page::DemoPage;
use crate::index::IndexPage;
use crate::notifications::NotificationsPage;
use crate::operation::OperationPage;
use crate::problems::ProblemsPage;
use crate::recipe::RecipePage;
use crate::sandbox::approve::ApprovePage;
use crate::sandbox::done::DonePage;
use crate::sandbox::self_employed::SelfEmployedPage;
use crate::sandbox::three_ds::ThreeDsPage;
use crate::search::SearchPage;
use crate::testing::TestingPage;

/// All pages in `lang`.
///
/// # Errors
/// A template that cannot be rendered.
pub fn all(lang: Lang) -> Result<Vec<Sample>, askama::Error> {
    let mut samples = Vec::new();
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
    add(&mut samples, "demo", DemoPage::samples(lang))?;
    Ok(samples)
}

//! Every page in each of its looks, for the test that checks them and for anyone who wants to see
//! them (`cargo run -p testkit --example gallery`). Each crate of pages has its own list.

use askama::Template;

use crate::lang::Lang;
use crate::leave::LeavePage;
use crate::result::ResultPage;

/// A page that was rendered.
#[derive(Debug)]
pub struct Sample {
    /// `page/look`.
    pub name: String,
    /// Its HTML.
    pub html: String,
}

/// The shared pages in `lang`.
///
/// # Errors
/// A template that cannot be rendered.
pub fn all(lang: Lang) -> Result<Vec<Sample>, askama::Error> {
    let mut samples = Vec::new();
    add(&mut samples, "result", ResultPage::samples(lang))?;
    add(&mut samples, "leave", LeavePage::samples(lang))?;
    Ok(samples)
}

/// Renders a page in these looks.
///
/// # Errors
/// A template that cannot be rendered.
pub fn add<T: Template>(
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

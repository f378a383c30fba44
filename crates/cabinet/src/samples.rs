//! The cabinet's pages in each of their looks.

use pages::lang::Lang;
use pages::samples::{Sample, add};

use crate::oauth::authorize::AuthorizePage;
use crate::oauth::message::MessagePage;

/// All pages in `lang`.
///
/// # Errors
/// A template that cannot be rendered.
pub fn all(lang: Lang) -> Result<Vec<Sample>, askama::Error> {
    let mut samples = Vec::new();
    add(&mut samples, "authorize", AuthorizePage::samples(lang))?;
    add(&mut samples, "message", MessagePage::samples(lang))?;
    Ok(samples)
}

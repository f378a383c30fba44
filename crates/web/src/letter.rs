//! Letters in words: mail that people read in their own programs. These know neither our style nor
//! any script, so the little style that there is stands in the elements themselves.

pub mod overview;

use app::{Letter, Letters, Written};
use askama::Template as _;
use domain::payment::Locale;
use tracing::error;

use crate::lang::Lang;
use overview::OverviewLetter;

/// Puts letters into words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Writer;

impl Letters for Writer {
    fn write(&self, letter: &Letter<'_>, locale: Locale) -> Option<Written> {
        let lang = match locale {
            Locale::Russian => Lang::Ru,
            Locale::English => Lang::En,
        };
        match letter {
            Letter::Overview(overview) => {
                let letter = OverviewLetter::new(lang, overview);
                let html = match letter.render() {
                    Ok(html) => Some(html),
                    Err(error) => {
                        error!(%error, "an overview could not be rendered");
                        None
                    }
                };
                Some(Written {
                    subject: letter.subject.clone(),
                    text: letter.text(),
                    html,
                })
            }
        }
    }
}

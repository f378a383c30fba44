//! Letters in words: mail that people read in their own programs. These programs know neither our
//! style nor scripts, so the few styles stand in the elements themselves.

pub mod invoice;
pub mod overview;

use app::{InvoiceLetter, Letter, Letters, Written};
use askama::Template;
use domain::invoice::Delivery;
use domain::payment::Locale;
use invoice::InvoiceMail;
use overview::OverviewLetter;
use tracing::error;

use crate::lang::Lang;

/// Puts letters into words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Writer;

impl Letters for Writer {
    fn write(&self, letter: &Letter<'_>, locale: Locale) -> Written {
        let lang = Lang::from(locale);
        match letter {
            Letter::Overview(overview) => {
                let letter = OverviewLetter::new(lang, overview);
                Written {
                    subject: letter.subject.clone(),
                    text: letter.text(),
                    html: rendered(&letter),
                }
            }
            Letter::Invoice(told) => invoice_in_words(&InvoiceMail::new(lang, told), told),
        }
    }
}

fn invoice_in_words(mail: &InvoiceMail, told: &InvoiceLetter<'_>) -> Written {
    match told.invoice.delivery {
        Delivery::Sms => Written {
            subject: String::new(),
            text: mail.short(),
            html: None,
        },
        Delivery::Link | Delivery::Email => Written {
            subject: mail.subject.clone(),
            text: mail.text(),
            html: rendered(mail),
        },
    }
}

/// The HTML of a letter. If it cannot be rendered, the letter goes out as text alone.
fn rendered(letter: &impl Template) -> Option<String> {
    match letter.render() {
        Ok(html) => Some(html),
        Err(error) => {
            error!(%error, "a letter could not be rendered");
            None
        }
    }
}

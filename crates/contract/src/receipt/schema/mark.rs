//! Codes of marked goods, in each of their forms.

use domain::receipt::MarkForm;

use crate::schema::{Named, Schema, may};

/// `mark_code_info`.
pub(super) static MARK_CODE: Named = Named {
    name: "MarkCodeInfo",
    schema: || {
        Schema::object(MarkForm::ALL.map(|form| {
            let (least, most) = form.chars();
            let code = Schema::text().at_least(least).at_most(most);
            may(form.code(), code.says(form_says(form)))
        }))
        .says("A code of marked goods, in one form at least.")
    },
};

/// The description of a form of a code of marked goods.
const fn form_says(form: MarkForm) -> &'static str {
    match form {
        MarkForm::Raw => "The code as the scanner read it (tag 2000).",
        MarkForm::Unknown => "A code that was not recognised (tag 1300).",
        MarkForm::Ean8 => "EAN-8 (tag 1301).",
        MarkForm::Ean13 => "EAN-13 (tag 1302).",
        MarkForm::Itf14 => "ITF-14 (tag 1303).",
        MarkForm::Gs10 => "GS1.0 (tag 1304).",
        MarkForm::Gs1m => "GS1.M (tag 1305).",
        MarkForm::Short => "The short form of the code (tag 1306).",
        MarkForm::Fur => "The identification mark of fur goods (tag 1307).",
        MarkForm::Egais20 => "EGAIS-2.0, of alcohol (tag 1308).",
        MarkForm::Egais30 => "EGAIS-3.0, of alcohol (tag 1309).",
    }
}

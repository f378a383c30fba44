//! `/invoice/{id}`: one address for the whole life of an invoice. The button leads to the payment
//! page; pressing it twice, in two windows or after going back, leads to the same payment.

use std::sync::Arc;

use app::invoice::InvoiceView;
use app::{App, Error, Refusal};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::request::{self, PageRequest};
use pages::result::{Ending, ResultPage};
use pages::sent::{Form, Path};
use pages::{form_guard, money, response, routes};
use serde::Deserialize;

use self::page::{InvoicePage, Stand};

pub mod page;

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(crate) struct InvoiceForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    lang: String,
}

/// Shows an invoice.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    request: PageRequest,
    Path(id): Path,
) -> Response {
    let found = request::with_id(&id, |id| app::invoice::open(&app, id)).await;
    let view = match found {
        Ok(view) => view,
        Err(error) => return failed(&app, request.lang(None), &error),
    };
    if closed(&view) {
        let frame = Frame::plain(request.lang(view.invoice.locale));
        let page = ResultPage::new(frame, None, Ending::ShopClosed);
        return response::page(StatusCode::OK, &page);
    }
    let secret = form_guard::secret(&app, &request.headers);
    let mut page = page(request.lang(view.invoice.locale), &view);
    page.csrf.clone_from(&secret.field);
    secret.set(response::page(StatusCode::OK, &page))
}

/// The buyer wants to pay.
pub(crate) async fn pay(
    State(app): State<Arc<App>>,
    request: PageRequest,
    Path(id): Path,
    Form(form): Form<InvoiceForm>,
) -> Response {
    let lang = request.lang_of_form(&form.lang, None);
    if !form_guard::is_ours(&request.headers, &form.csrf) {
        return response::foreign_form(Frame::plain(lang));
    }
    let begun = request::with_id(&id, |id| app::invoice::pay(&app, id)).await;
    match begun {
        Ok(Some(payment)) => response::go(&routes::contract(&payment.to_string(), lang)),
        // It is paid, or over, or the shop is switched off: the invoice's page says which.
        Ok(None) | Err(Error::Refused(Refusal::ShopDisabled)) => {
            response::go(&routes::invoice(&id, lang))
        }
        Err(error) => failed(&app, lang, &error),
    }
}

/// Returns whether it could be paid if its shop were not switched off.
fn closed(view: &InvoiceView) -> bool {
    let stand = Stand::of(&view.invoice, view.payment.as_ref(), view.now);
    !view.shop.enabled && matches!(stand, Stand::Open { .. })
}

fn page(lang: Lang, view: &InvoiceView) -> InvoicePage {
    let stand = Stand::of(&view.invoice, view.payment.as_ref(), view.now);
    let mut page = InvoicePage::new(lang, &view.shop.name, &view.invoice, stand);
    if let Some(payment) = &view.payment
        && stand == Stand::Paid
    {
        // The shop may have taken less than was held.
        page.sum = money::text(payment.amount, lang);
    }
    if let Some(ended) = &mut page.ended
        && stand == Stand::Paid
        && view.told
    {
        ended.text = page.frame.t.say("result-paid-told");
    }
    page
}

fn failed(app: &App, lang: Lang, error: &Error) -> Response {
    let frame = Frame::plain(lang);
    if let Error::NotFound { .. } = error {
        let mut page = ResultPage::new(frame, None, Ending::NotFound);
        page.title = page.frame.t.say("invoice-not-found");
        page.text = page.frame.t.say("invoice-not-found-text");
        return response::page(StatusCode::NOT_FOUND, &page);
    }
    response::error(app, frame, error)
}

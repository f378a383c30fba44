//! `GET …/contract`: one address for the whole life of a payment. It shows the form, the waiting
//! page or the result, by the payment's state; reloading is always safe.

use std::sync::Arc;

use app::checkout::CheckoutView;
use app::{App, Exceeded};
use axum::extract::State;
use axum::response::Response;
use domain::MethodKind;
use domain::acquiring::Challenge;
use domain::payment::{Flow, SaveMethod};
use http::StatusCode;
use pages::form_guard;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::means;
use pages::notice::Notice;
use pages::order::Order;
use pages::phone;
use pages::request::{self, PageRequest};
use pages::response;
use pages::result::{Ending, Fact, ResultPage};
use pages::sent::Query;
use pages::{moment, money, routes};
use serde::Deserialize;

use super::page::{MethodOption, PaymentPage, Saving};
use crate::qr::Qr;
use crate::stage::{self, Stage};
use crate::waiting::WaitingPage;

/// The query of the address.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ContractQuery {
    #[serde(rename = "orderId", default)]
    pub(crate) order_id: String,
    /// The method that is to be open. If present, the form is shown although an attempt waits.
    pub(crate) method: Option<String>,
}

/// Shows a payment.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    request: PageRequest,
    Query(query): Query<ContractQuery>,
) -> Response {
    let found = request::with_id(&query.order_id, |id| app::checkout::show(&app, id)).await;
    match found {
        Ok(view) => {
            let locale = view.payment.confirmation.as_ref().and_then(|c| c.locale);
            present(&app, &request, request.lang(locale), &query, &view)
        }
        Err(error) => {
            let frame = frame(request.lang(None), &query.order_id);
            response::error(&app, frame, &error)
        }
    }
}

/// The frame of every page of one payment.
pub(crate) fn frame(lang: Lang, order_id: &str) -> Frame {
    Frame::new(lang, |lang| routes::contract(order_id, lang))
}

/// The page for the payer's stage.
fn present(
    app: &App,
    request: &PageRequest,
    lang: Lang,
    query: &ContractQuery,
    view: &CheckoutView,
) -> Response {
    let stage = Stage::of_payment(&view.payment, view.now);
    // A confirmation that a bank waits for may still be given.
    let closed = !view.shop.enabled && (stage == Stage::Choose || query.method.is_some());
    match stage {
        Stage::Choose | Stage::Confirm(_) if closed => {
            response::page(StatusCode::OK, &ended(lang, view, Ending::ShopClosed))
        }
        Stage::Choose if view.cards_over && view.methods.is_empty() => {
            response::page(StatusCode::OK, &ended(lang, view, Ending::AttemptsOver))
        }
        Stage::Choose => choose(app, request, lang, query, view),
        Stage::Confirm(_) if query.method.is_some() && view.payment.flow == Flow::Page => {
            choose(app, request, lang, query, view)
        }
        Stage::Confirm(challenge) => {
            response::page(StatusCode::OK, &confirm(lang, view, &challenge))
        }
        Stage::Unknown => {
            response::page(StatusCode::OK, &waiting(lang, view, "wait-title-unknown"))
        }
        Stage::Ended(ending) => response::page(StatusCode::OK, &ended(lang, view, ending)),
    }
}

fn choose(
    app: &App,
    request: &PageRequest,
    lang: Lang,
    query: &ContractQuery,
    view: &CheckoutView,
) -> Response {
    let page = form(lang, view, open_method(query.method.as_deref(), view));
    offer(app, request, view, page)
}

/// The method whose form is open: the one that is asked for, or the one that was tried last.
pub(crate) fn open_method(wanted: Option<&str>, view: &CheckoutView) -> Option<MethodKind> {
    let used = view.payment.method.as_ref().map(|method| method.kind);
    wanted.and_then(MethodKind::from_code).or(used)
}

/// The form, with a notice about the attempts before.
pub(crate) fn offer(
    app: &App,
    request: &PageRequest,
    view: &CheckoutView,
    mut page: PaymentPage,
) -> Response {
    let reason = view.last_decline.map(|decline| decline.reason);
    page.notice = Notice::of_attempts(reason, view.cards_over, page.frame.t);
    with_form_secret(app, request, StatusCode::OK, page)
}

/// The page with the secret of its forms, in a frame if it is made for one.
pub(crate) fn with_form_secret(
    app: &App,
    request: &PageRequest,
    status: StatusCode,
    mut page: PaymentPage,
) -> Response {
    let secret = form_guard::secret(app, &request.headers);
    page.csrf.clone_from(&secret.field);
    secret.set(if page.frame.framed.is_some() {
        response::framed_page(status, &page, &page.frame)
    } else {
        response::page(status, &page)
    })
}

/// The form again, although no card can be tried for a while.
pub(crate) fn too_often(
    app: &App,
    request: &PageRequest,
    exceeded: Exceeded,
    mut page: PaymentPage,
) -> Response {
    page.notice = Some(Notice::too_often(exceeded, page.frame.t));
    let page = with_form_secret(app, request, StatusCode::TOO_MANY_REQUESTS, page);
    response::after(page, exceeded.wait)
}

/// The form on which nothing has been typed yet, with `chosen` open.
pub(crate) fn form(lang: Lang, view: &CheckoutView, chosen: Option<MethodKind>) -> PaymentPage {
    let payment = &view.payment;
    let saving = match payment.save_method {
        SaveMethod::Always => Saving::Always,
        SaveMethod::PayerDecides | SaveMethod::PayerAgreed if view.may_save => Saving::Asked,
        SaveMethod::PayerDecides | SaveMethod::PayerAgreed => Saving::Never,
    };
    let id = payment.id.to_string();
    let methods = MethodOption::list(&view.methods, chosen, saving);
    let mut page = PaymentPage::fresh(frame(lang, &id), order(lang, view), &id, methods);
    page.card.save = payment.save_method == SaveMethod::PayerAgreed;
    page.back = back(view);
    if of_invoice(view) {
        page.back_text = BACK_TO_INVOICE;
    }
    page
}

/// The text of the link back from a payment of an invoice.
const BACK_TO_INVOICE: &str = "back-to-invoice";

fn of_invoice(view: &CheckoutView) -> bool {
    let details = view.payment.details.as_ref();
    details.is_some_and(|details| details.invoice.is_some())
}

fn order(lang: Lang, view: &CheckoutView) -> Order {
    let payment = &view.payment;
    let amount = money::text(payment.amount, lang);
    Order::new(
        &view.shop.name,
        payment.description.as_deref(),
        amount,
        payment.test,
    )
}

/// The way back to the shop.
fn back(view: &CheckoutView) -> Option<String> {
    let address = view.payment.confirmation.as_ref()?.return_url.as_deref()?;
    response::safe_link(address)
}

pub(crate) fn waiting(lang: Lang, view: &CheckoutView, heading: &'static str) -> WaitingPage {
    let id = view.payment.id.to_string();
    let mut page = WaitingPage::plain(frame(lang, &id), order(lang, view), &id, heading);
    page.stamp = stage::payment_stamp(&view.payment);
    page
}

/// The page for a payer who has to confirm somewhere.
pub(crate) fn confirm(lang: Lang, view: &CheckoutView, challenge: &Challenge) -> WaitingPage {
    let mut page = waiting(lang, view, "wait-title");
    match challenge {
        Challenge::Redirect { url } => page.go = response::safe_link(url),
        Challenge::Qr { data, url } => {
            page.heading = "wait-title-sbp";
            let link = response::safe_link(url).unwrap_or_default();
            page.qr = Qr::draw(data, &link, &page.frame.t.say("qr-label"));
        }
        Challenge::External {
            code: Some(code),
            url,
        } => {
            page.heading = "wait-title-cash";
            page.code = Some(grouped_code(code));
            page.sandbox.clone_from(url);
        }
        Challenge::External { code: None, url } => {
            page.heading = "wait-title-mobile";
            let phone = view
                .payment
                .method
                .as_ref()
                .and_then(|method| method.phone.as_deref());
            page.phone = phone.map(phone::masked);
            page.sandbox.clone_from(url);
        }
        Challenge::CoolingOff { until } => {
            page.heading = "wait-title-loan";
            page.loan_until = Some(moment::text(*until, lang));
            return page;
        }
    }
    page.until = Some(moment::text(view.payment.confirm_until, lang));
    if view.payment.flow == Flow::Page {
        let id = view.payment.id.to_string();
        let kind = view
            .payment
            .method
            .as_ref()
            .map_or("", |method| method.kind.code());
        page.other = Some(routes::contract_with_method(&id, kind, lang));
    }
    page
}

/// A long code in groups of four, as it is read aloud.
fn grouped_code(code: &str) -> String {
    let digits: Vec<char> = code.chars().collect();
    let groups = digits
        .chunks(4)
        .map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join("\u{a0}")
}

pub(crate) fn ended(lang: Lang, view: &CheckoutView, ending: Ending) -> ResultPage {
    let payment = &view.payment;
    let id = payment.id.to_string();
    let mut page = ResultPage::new(frame(lang, &id), Some(order(lang, view)), ending);
    let t = page.frame.t;
    let mut fact = |label, value| page.facts.push(Fact { label, value });
    fact("fact-shop", view.shop.name.clone());
    if let Some(description) = &payment.description {
        fact("fact-what", description.clone());
    }
    if payment.paid()
        && let Some(method) = &payment.method
    {
        fact("fact-means", means::text(method, t));
    }
    if let domain::payment::State::Succeeded { captured_at, .. } = &payment.state {
        fact("fact-when", moment::text(*captured_at, lang));
    }
    fact("fact-number", id);
    if ending == Ending::Paid && view.told {
        page.text = t.say("result-paid-told");
    }
    page.back = back(view);
    page.returns = page.back.is_some() && matches!(ending, Ending::Paid | Ending::Held);
    if of_invoice(view) {
        page.back_text = BACK_TO_INVOICE;
        page.returns = false;
    }
    page
}

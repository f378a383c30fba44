//! `GET /checkout-widget/v1/frame`: the payment page inside a shop's page. It shows what the hosted
//! page would, and its first element says how far the payer is, for the script to pass on.

use std::sync::Arc;

use app::App;
use app::checkout::CheckoutView;
use axum::extract::State;
use axum::response::Response;
use domain::payment::Flow;
use domain::shop::Site;
use domain::{Challenge, ConfirmationKind, MethodKind, PaymentId, Timestamp};
use http::StatusCode;
use pages::lang::Lang;
use pages::request::PageRequest;
use pages::result::Ending;
use pages::sent::{Query, Unread};
use pages::{response, routes};
use serde::Deserialize;

use super::problem::Problem;
use crate::payment::page::PaymentPage;
use crate::payment::show as hosted;
use crate::stage::Stage;

/// The query of the frame's address.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct FrameQuery {
    #[serde(default)]
    pub(crate) token: String,
    /// The methods that the shop's page wants, separated by commas.
    pub(crate) methods: Option<String>,
    /// The method that is to be open. If present, the form is shown although an attempt waits.
    pub(crate) method: Option<String>,
}

/// The widget's method that we have no acquirer for: it may be named, and is never shown.
const NOT_HERE: &str = "mir_pay";

/// Shows a payment.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    request: PageRequest,
    query: Result<Query<FrameQuery>, Unread>,
) -> Response {
    let Ok(Query(query)) = query else {
        return Problem::FormWrong.page(request.lang(None));
    };
    let (lang, found) = match find(&app, &query).await {
        Ok(view) => {
            let confirmation = view.payment.confirmation.as_ref();
            (request.lang(confirmation.and_then(|c| c.locale)), Ok(view))
        }
        Err(problem) => (request.lang(None), Err(problem)),
    };
    match found.and_then(|view| present(&app, &request, lang, &query, view)) {
        Ok(response) => response,
        Err(problem) => problem.page(lang),
    }
}

/// The payment that a token opens.
pub(crate) async fn find(app: &Arc<App>, query: &FrameQuery) -> Result<CheckoutView, Problem> {
    let id = PaymentId::from_confirmation_token(&query.token).ok_or(Problem::InvalidToken)?;
    let view = app::checkout::show(app, id).await;
    let view = view.map_err(|error| Problem::of(app, &error))?;
    let confirmation = view.payment.confirmation.as_ref();
    if confirmation.is_none_or(|c| c.kind != ConfirmationKind::Embedded) {
        return Err(Problem::InvalidToken);
    }
    Ok(view)
}

/// Keeps the methods that the shop's page asks for.
pub(crate) fn choose_methods(
    view: &mut CheckoutView,
    methods: Option<&str>,
) -> Result<(), Problem> {
    let Some(methods) = methods else {
        return if view.methods.is_empty() {
            Err(Problem::NoPaymentMethods)
        } else {
            Ok(())
        };
    };
    if view.payment.method_asked.is_some() {
        return Err(Problem::CustomizationNotAllowed);
    }
    let mut wanted = Vec::new();
    for code in methods.split(',') {
        match MethodKind::from_code(code) {
            Some(kind) => wanted.push(kind),
            None if code == NOT_HERE => {}
            None => return Err(Problem::InvalidPaymentMethods),
        }
    }
    wanted.retain(|kind| view.methods.contains(kind));
    view.methods = wanted;
    if view.methods.is_empty() {
        return Err(Problem::NoPaymentMethods);
    }
    Ok(())
}

fn present(
    app: &App,
    request: &PageRequest,
    lang: Lang,
    query: &FrameQuery,
    mut view: CheckoutView,
) -> Result<Response, Problem> {
    let open = query.method.as_deref().and_then(MethodKind::from_code);
    let stage = Stage::of_payment(&view.payment, view.now);
    let closed = !view.shop.enabled && (stage == Stage::Choose || open.is_some());
    match stage {
        Stage::Choose | Stage::Confirm(_) if closed => {
            let mut page = hosted::ended(lang, &view, Ending::ShopClosed);
            page.frame = page.frame.framed("failed", "", sites(&view));
            Ok(response::framed_page(StatusCode::OK, &page, &page.frame))
        }
        Stage::Choose if view.last_decline.is_some() && !view.shop.widget_retries => {
            Ok(failed(lang, &view))
        }
        Stage::Choose => {
            choose_methods(&mut view, query.methods.as_deref())?;
            Ok(choose(app, request, lang, query, &view))
        }
        Stage::Confirm(_) if open.is_some() && view.payment.flow == Flow::Page => {
            choose_methods(&mut view, query.methods.as_deref())?;
            Ok(choose(app, request, lang, query, &view))
        }
        Stage::Confirm(challenge) => Ok(confirm(lang, query, &view, &challenge)),
        Stage::Unknown => {
            let mut page = hosted::waiting(lang, &view, "wait-title-unknown");
            page.frame = page.frame.framed("waiting", "", sites(&view));
            Ok(response::framed_page(StatusCode::OK, &page, &page.frame))
        }
        Stage::Ended(ending) => Ok(ended(lang, &view, ending)),
    }
}

fn choose(
    app: &App,
    request: &PageRequest,
    lang: Lang,
    query: &FrameQuery,
    view: &CheckoutView,
) -> Response {
    let open = hosted::open_method(query.method.as_deref(), view);
    hosted::offer(app, request, view, form(lang, query, view, open))
}

/// The form on which nothing has been typed yet, with `chosen` open.
pub(crate) fn form(
    lang: Lang,
    query: &FrameQuery,
    view: &CheckoutView,
    chosen: Option<MethodKind>,
) -> PaymentPage {
    let mut page = hosted::form(lang, view, chosen);
    page.frame = page.frame.framed("form", "", sites(view)).left(left(view));
    page.action = routes::widget_pay(&query.token, query.methods.as_deref());
    page
}

/// For how many milliseconds the payment can still be paid.
fn left(view: &CheckoutView) -> i64 {
    let until: Timestamp = view.payment.confirm_until;
    until.since(view.now).as_millis().max(0)
}

/// The page for a payer who has to confirm somewhere: cards do it in a layer above the shop's page,
/// everything else in the bank's application or in a page of its own.
fn confirm(lang: Lang, query: &FrameQuery, view: &CheckoutView, challenge: &Challenge) -> Response {
    let mut page = hosted::confirm(lang, view, challenge);
    let kind = view.payment.method.as_ref().map(|method| method.kind);
    page.frame = match (challenge, kind) {
        (Challenge::Redirect { url }, Some(MethodKind::BankCard)) => {
            page.frame.framed("challenge", url, sites(view))
        }
        (
            Challenge::Redirect { .. }
            | Challenge::Qr { .. }
            | Challenge::External { .. }
            | Challenge::CoolingOff { .. },
            Some(_) | None,
        ) => page.frame.framed("waiting", "", sites(view)),
    };
    page.other = page.other.is_some().then(|| {
        let method = kind.map_or("", MethodKind::code);
        routes::widget_frame(&query.token, query.methods.as_deref(), Some(method), lang)
    });
    response::framed_page(StatusCode::OK, &page, &page.frame)
}

/// The page for a payer who may not try again.
fn failed(lang: Lang, view: &CheckoutView) -> Response {
    let ending = match view.last_decline {
        Some(decline) => Ending::Declined(decline.reason),
        None => Ending::NotPossible,
    };
    let mut page = hosted::ended(lang, view, ending);
    page.frame = page.frame.framed("failed", "", sites(view));
    response::framed_page(StatusCode::OK, &page, &page.frame)
}

fn ended(lang: Lang, view: &CheckoutView, ending: Ending) -> Response {
    let mut page = hosted::ended(lang, view, ending);
    let paid = matches!(ending, Ending::Paid | Ending::AlreadyPaid | Ending::Held);
    let state = if paid { "paid" } else { "over" };
    page.frame = page.frame.framed(state, "", sites(view));
    response::framed_page(StatusCode::OK, &page, &page.frame)
}

/// The sites that may show the shop's widget.
fn sites(view: &CheckoutView) -> &[Site] {
    &view.shop.widget_sites
}

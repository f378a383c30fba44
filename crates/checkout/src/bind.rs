//! `/checkout/bind`: the same steps for a card that is bound without a payment.

use std::sync::Arc;

use app::checkout::BindingView;
use app::{App, Error, Refusal};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::acquiring::Challenge;
use domain::method::MethodKind;
use domain::payment::Flow;
use http::StatusCode;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::notice::Notice;
use pages::order::Order;
use pages::request::{self, PageRequest};
use pages::result::{Ending, Fact, ResultPage};
use pages::sent::{Form, Query};
use pages::{form_guard, response, routes};
use serde::Deserialize;
use zeroize::Zeroizing;

use self::page::BindPage;
use crate::card_form::CardInput;
use crate::payment::back;
use crate::qr::Qr;
use crate::stage::{self, Stage};
use crate::waiting::WaitingPage;

pub mod page;

/// The query of the address.
#[derive(Debug, Deserialize)]
pub(crate) struct BindQuery {
    #[serde(default)]
    id: String,
    /// If present, the form is shown although an attempt waits.
    again: Option<String>,
}

/// What the form sends. Cannot be printed.
#[derive(Deserialize)]
pub(crate) struct BindForm {
    #[serde(default)]
    id: String,
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    card_number: Zeroizing<String>,
    #[serde(default)]
    card_expiry: String,
    #[serde(default)]
    card_csc: Zeroizing<String>,
}

/// Shows a binding.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    request: PageRequest,
    Query(query): Query<BindQuery>,
) -> Response {
    let view = match find(&app, &query.id).await {
        Ok(view) => view,
        Err(error) => return response::error(&app, frame(request.lang(None), &query.id), &error),
    };
    let lang = request.lang(locale(&view));
    let again = query.again.is_some() && view.method.flow == Flow::Page;
    let stage = Stage::of_binding(&view.method, view.now);
    let closed = !view.shop.enabled && (stage == Stage::Choose || again);
    match stage {
        Stage::Choose | Stage::Confirm(_) if closed => {
            response::page(StatusCode::OK, &ended(lang, &view, Ending::ShopClosed))
        }
        Stage::Confirm(challenge) if !again => {
            response::page(StatusCode::OK, &confirm(lang, &view, &challenge))
        }
        Stage::Choose | Stage::Confirm(_) if view.cards_over => {
            response::page(StatusCode::OK, &ended(lang, &view, Ending::AttemptsOver))
        }
        Stage::Choose | Stage::Confirm(_) if view.method.kind == MethodKind::BankCard => {
            let mut page = form(lang, &view);
            let t = page.frame.t;
            page.notice = view
                .last_decline
                .map(|decline| Notice::declined(decline.reason, t));
            with_form_secret(&app, &request, StatusCode::OK, page)
        }
        Stage::Choose | Stage::Confirm(_) | Stage::Unknown => {
            response::page(StatusCode::OK, &waiting(lang, &view, "wait-title-unknown"))
        }
        Stage::Ended(ending) => response::page(StatusCode::OK, &ended(lang, &view, ending)),
    }
}

/// Tries to bind the card.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    request: PageRequest,
    Form(sent): Form<BindForm>,
) -> Response {
    let lang = request.lang_of_form(&sent.lang, None);
    if !form_guard::is_ours(&request.headers, &sent.csrf) {
        return response::foreign_form(frame(lang, &sent.id));
    }
    match attempt(&app, &request, lang, &sent).await {
        Ok(answer) => answer,
        Err(Error::Refused(_) | Error::Conflict) => response::go(&routes::bind(&sent.id, lang)),
        Err(error) => response::error(&app, frame(lang, &sent.id), &error),
    }
}

async fn attempt(
    app: &Arc<App>,
    request: &PageRequest,
    lang: Lang,
    sent: &BindForm,
) -> Result<Response, Error> {
    let view = find(app, &sent.id).await?;
    let mut page = form(lang, &view);
    let typed = CardInput {
        number: &sent.card_number,
        expiry: &sent.card_expiry,
        csc: &sent.card_csc,
    };
    let card = match typed.parse(view.now, page.frame.t) {
        Ok(card) => card,
        Err(fields) => {
            page.card = fields;
            page.notice = Some(Notice::form_wrong(page.frame.t));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(with_form_secret(app, request, status, page));
        }
    };
    match app::checkout::bind_card(app, view.method.id, card, request.from.0).await {
        Err(Error::Refused(Refusal::CardAttempts(exceeded))) if exceeded.wait.is_some() => {
            page.notice = Some(Notice::too_often(exceeded, page.frame.t));
            let page = with_form_secret(app, request, StatusCode::TOO_MANY_REQUESTS, page);
            Ok(response::after(page, exceeded.wait))
        }
        after => Ok(on(request, lang, &after?)),
    }
}

/// The payer is back from a bank's page.
pub(crate) async fn returned(
    State(app): State<Arc<App>>,
    request: PageRequest,
    Query(query): Query<BindQuery>,
) -> Response {
    let found = request::with_id(&query.id, |id| app::checkout::binding_returned(&app, id)).await;
    match found {
        Ok(view) => {
            let direct = view.method.flow == Flow::Direct;
            match shop(&view).filter(|_| direct) {
                Some(shop) => response::go(&shop),
                None => response::go(&routes::bind(&query.id, request.lang(locale(&view)))),
            }
        }
        Err(error) => response::error(&app, frame(request.lang(None), &query.id), &error),
    }
}

/// Asked by the waiting page, again and again.
pub(crate) async fn status(
    State(app): State<Arc<App>>,
    Query(query): Query<BindQuery>,
) -> Response {
    match find(&app, &query.id).await {
        Ok(view) => back::stamp(stage::binding_stamp(&view.method)),
        Err(error) => response::failure(&app, &error).status.into_response(),
    }
}

async fn find(app: &Arc<App>, id: &str) -> Result<BindingView, Error> {
    app::checkout::show_binding(app, request::id(id)?).await
}

fn frame(lang: Lang, id: &str) -> Frame {
    Frame::new(lang, |lang| routes::bind(id, lang))
}

fn locale(view: &BindingView) -> Option<domain::payment::Locale> {
    view.method.confirmation.as_ref().and_then(|c| c.locale)
}

fn shop(view: &BindingView) -> Option<String> {
    let address = view.method.confirmation.as_ref()?.return_url.as_deref()?;
    response::safe_link(address)
}

fn with_form_secret(
    app: &App,
    request: &PageRequest,
    status: StatusCode,
    mut page: BindPage,
) -> Response {
    let secret = form_guard::secret(app, &request.headers);
    page.csrf.clone_from(&secret.field);
    secret.set(response::page(status, &page))
}

fn form(lang: Lang, view: &BindingView) -> BindPage {
    let id = view.method.id.to_string();
    let mut page = BindPage::fresh(lang, &view.shop.name, view.shop.test, &id);
    page.back = shop(view);
    page
}

fn order(lang: Lang, view: &BindingView) -> Order {
    let sum = pages::text::Texts::of(lang).say("bind-sum");
    Order::new(&view.shop.name, None, sum, view.shop.test)
}

fn waiting(lang: Lang, view: &BindingView, heading: &'static str) -> WaitingPage {
    let id = view.method.id.to_string();
    let mut page = WaitingPage::plain(frame(lang, &id), order(lang, view), &id, heading);
    page.status_url = routes::bind_status(&id);
    page.stamp = stage::binding_stamp(&view.method);
    page
}

fn confirm(lang: Lang, view: &BindingView, challenge: &Challenge) -> WaitingPage {
    let mut page = waiting(lang, view, "wait-title");
    match challenge {
        Challenge::Redirect { url } => page.go = response::safe_link(url),
        Challenge::Qr { data, url } => {
            page.heading = "wait-title-sbp";
            let link = response::safe_link(url).unwrap_or_default();
            page.qr = Qr::draw(data, &link, &page.frame.t.say("qr-label"));
        }
        Challenge::External { url, .. } => page.sandbox.clone_from(url),
        // Nobody takes a loan where nothing is paid.
        Challenge::CoolingOff { .. } => {}
    }
    page
}

fn ended(lang: Lang, view: &BindingView, ending: Ending) -> ResultPage {
    let id = view.method.id.to_string();
    let mut page = ResultPage::new(frame(lang, &id), Some(order(lang, view)), ending);
    let label = "fact-shop";
    page.facts.push(Fact {
        label,
        value: view.shop.name.clone(),
    });
    page.back = shop(view);
    page.returns = page.back.is_some() && ending == Ending::Bound;
    page
}

/// A redirect to the bank's page, or to the binding's own.
fn on(request: &PageRequest, lang: Lang, after: &BindingView) -> Response {
    let id = after.method.id.to_string();
    if let domain::payment_method::State::Challenged { challenge, .. } = &after.method.state
        && let Challenge::Redirect { url } = challenge
        && let Some(target) = response::safe_link(url)
    {
        return response::go_to_bank(&request.headers, frame(lang, &id), &target);
    }
    response::go(&routes::bind(&id, lang))
}

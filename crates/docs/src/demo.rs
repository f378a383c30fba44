//! The demo's shop: a page with each way to pay that a merchant can put into a page of its own. It
//! exists only if the server was started with `--demo`, and shows no key to anybody.

use std::sync::Arc;

use app::App;
use app::demo::{Purchase, Way};
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::payment::State as PaymentState;
use domain::{Challenge, Payment, PaymentId, ShopId};
use http::{StatusCode, header};
use pages::frame::Frame;
use pages::lang::Lang;
use pages::request::PageRequest;
use pages::sent::{Form, Query};
use pages::{form_guard, response, routes};
use serde::{Deserialize, Serialize};

pub mod page;

use page::{DemoPage, Look};

/// What the pages need.
#[derive(Clone)]
struct Demo {
    app: Arc<App>,
    shop: ShopId,
    gateway: ShopId,
}

/// The demo's pages, whose shop is `shop`; payouts are made from `gateway`.
pub fn router(app: Arc<App>, shop: ShopId, gateway: ShopId) -> Router {
    let pages = Router::new()
        .route(routes::DEMO, get(show))
        .route(routes::DEMO_BUY, post(buy))
        .route(routes::DEMO_TOKEN, post(pay_by_token));
    pages::guarded(pages, &app).with_state(Demo { app, shop, gateway })
}

/// The query of the address.
#[derive(Debug, Default, Deserialize)]
struct DemoQuery {
    #[serde(default)]
    look: String,
    #[serde(default)]
    token: String,
}

/// `GET /demo`
async fn show(
    State(demo): State<Demo>,
    request: PageRequest,
    Query(query): Query<DemoQuery>,
) -> Response {
    let lang = request.lang(None);
    let look = Look::from_name(&query.look).unwrap_or(Look::Start);
    let base = &demo.app.links().checkout_url;
    let mut page = DemoPage::new(lang, look, (demo.shop, demo.gateway), base);
    // The token goes into an attribute; anything else is dropped.
    let id = PaymentId::from_confirmation_token(&query.token);
    page.token = id.map_or_else(String::new, PaymentId::confirmation_token);
    let secret = form_guard::secret(&demo.app, &request.headers);
    page.csrf.clone_from(&secret.field);
    secret.set(response::demo_page(StatusCode::OK, &page))
}

/// What a button sends.
#[derive(Debug, Deserialize)]
struct BuyForm {
    #[serde(default)]
    look: String,
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    lang: String,
}

fn purchase(demo: &Demo, lang: Lang, way: Way) -> Purchase {
    let t = pages::text::Texts::of(lang);
    let thanks = routes::demo(Look::Thanks.name(), "", lang);
    Purchase {
        way,
        description: t.say("demo-order"),
        return_url: format!("{}{thanks}", demo.app.links().checkout_url),
        locale: lang.into(),
    }
}

/// `POST /demo/buy`: a payment for the platform's page, or for the widget.
async fn buy(
    State(demo): State<Demo>,
    request: PageRequest,
    Form(form): Form<BuyForm>,
) -> Response {
    let lang = request.lang_of_form(&form.lang, None);
    let frame = || Frame::new(lang, |lang| routes::demo("", "", lang));
    if !form_guard::is_ours(&request.headers, &form.csrf) {
        return response::foreign_form(frame());
    }
    let (look, way) = match Look::from_name(&form.look) {
        Some(look @ Look::Start) => (look, Way::Page),
        Some(look @ (Look::Widget | Look::Modal)) => (look, Way::Widget),
        Some(Look::Checkout | Look::Payout | Look::Thanks) | None => {
            return response::wrong_form(frame());
        }
    };
    match app::demo::create(&demo.app, demo.shop, purchase(&demo, lang, way)).await {
        Ok(payment) if look == Look::Start => {
            response::go(&routes::contract(&payment.id.to_string(), lang))
        }
        Ok(payment) => {
            let token = payment.id.confirmation_token();
            response::go(&routes::demo(look.name(), &token, lang))
        }
        Err(error) => response::error(&demo.app, frame(), &error),
    }
}

/// What the page's script sends.
#[derive(Deserialize)]
struct TokenForm {
    #[serde(default)]
    payment_token: String,
    #[serde(default)]
    lang: String,
}

/// What a shop's server would tell its page.
#[derive(Serialize)]
struct Reply {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    go: Option<String>,
}

/// `POST /demo/token`: pays with a token that Checkout.js made.
async fn pay_by_token(State(demo): State<Demo>, request: PageRequest, body: Bytes) -> Response {
    if !form_guard::is_ours(&request.headers, "") {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Ok(form) = serde_json::from_slice::<TokenForm>(&body) else {
        return (StatusCode::BAD_REQUEST, Json(nothing("failed"))).into_response();
    };
    let lang = request.lang_of_form(&form.lang, None);
    let way = Way::Token(form.payment_token);
    let created = app::demo::create(&demo.app, demo.shop, purchase(&demo, lang, way)).await;
    let (status, reply) = match created {
        Ok(payment) => (StatusCode::OK, reply(&payment)),
        Err(app::Error::Refused(_)) => (StatusCode::UNPROCESSABLE_ENTITY, nothing("refused")),
        Err(error) => (
            response::failure(&demo.app, &error).status,
            nothing("failed"),
        ),
    };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(reply)).into_response()
}

fn reply(payment: &Payment) -> Reply {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only a challenge leads anywhere"
    )]
    let challenged = match &payment.state {
        PaymentState::Challenged {
            challenge: Challenge::Redirect { url },
            ..
        } => Some(url.as_str()),
        _ => None,
    };
    let go = challenged.and_then(response::safe_link);
    Reply {
        status: payment.status().code(),
        go,
    }
}

const fn nothing(status: &'static str) -> Reply {
    Reply { status, go: None }
}

//! The test bank: the pages on which a developer decides for the buyer. They look like no real
//! bank's, so that nobody takes them for one.

use std::sync::Arc;

use app::App;
use app::sandbox::{Decision, Shown, ShownKind, ShownStatus};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::phone;
use pages::request::{self, PageRequest};
use pages::sent::{Form, Query};
use pages::{form_guard, money, response, routes};
use serde::Deserialize;

use self::approve::ApprovePage;
use self::done::DonePage;
use self::three_ds::ThreeDsPage;

pub mod approve;
pub mod done;
pub mod self_employed;
pub mod three_ds;

/// The query of the address.
#[derive(Debug, Deserialize)]
struct OperationQuery {
    #[serde(default)]
    operation: String,
}

/// What the form sends.
#[derive(Debug, Deserialize)]
struct DecisionForm {
    #[serde(default)]
    operation: String,
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    decision: String,
}

/// The test bank's addresses.
pub fn router(app: Arc<App>) -> Router {
    let page = || get(show).post(decide);
    let pages = Router::new()
        .route(routes::SANDBOX_3DS, page())
        .route(routes::SANDBOX_APPROVE, page())
        .route(
            routes::SANDBOX_SELF_EMPLOYED,
            get(self_employed::show).post(self_employed::decide),
        );
    pages::guarded(pages, &app).with_state(app)
}

/// Shows what there is to decide, on the page that the operation needs.
async fn show(
    State(app): State<Arc<App>>,
    request: PageRequest,
    Query(query): Query<OperationQuery>,
) -> Response {
    let lang = request.lang(None);
    let found = match request::id(&query.operation) {
        Ok(id) => app::sandbox::show(&app, id).await,
        Err(error) => Err(error),
    };
    let shown = match found {
        Ok(shown) => shown,
        Err(error) => return response::error(&app, frame(lang, &query.operation), &error),
    };
    match shown.status {
        ShownStatus::Waiting => {}
        ShownStatus::Approved | ShownStatus::Declined => {
            return done(lang, &query.operation, shown);
        }
    }
    let secret = form_guard::secret(&app, &request.headers);
    let page = match shown.kind {
        ShownKind::ThreeDSecure => {
            let page = ThreeDsPage::of(frame(lang, &query.operation), &query.operation, &shown);
            response::bank_page(StatusCode::OK, &page.with_secret(&secret.field))
        }
        ShownKind::Approve => {
            let page = ApprovePage::of(frame(lang, &query.operation), &query.operation, &shown);
            response::bank_page(StatusCode::OK, &page.with_secret(&secret.field))
        }
    };
    secret.set(page)
}

/// Takes the decision and leads back to where the payer came from.
async fn decide(
    State(app): State<Arc<App>>,
    request: PageRequest,
    Form(form): Form<DecisionForm>,
) -> Response {
    let lang = request.lang_of_form(&form.lang, None);
    if !form_guard::is_ours(&request.headers, &form.csrf) {
        return response::foreign_form(frame(lang, &form.operation));
    }
    let decision = match form.decision.as_str() {
        "accept" => Decision::Approve,
        "decline" => Decision::Decline,
        "close" => Decision::Close,
        _ => return response::wrong_form(frame(lang, &form.operation)),
    };
    let decided = request::with_id(&form.operation, |id| {
        app::sandbox::decide(&app, id, decision)
    })
    .await;
    match decided {
        Ok(return_url) => response::go(&return_url),
        Err(error) => response::error(&app, frame(lang, &form.operation), &error),
    }
}

fn done(lang: Lang, operation: &str, shown: Shown) -> Response {
    let title = match shown.status {
        ShownStatus::Declined => "bank-done-declined",
        ShownStatus::Approved | ShownStatus::Waiting => "bank-done-accepted",
    };
    let back = response::safe_link(&shown.return_url);
    let frame = frame(lang, operation);
    response::bank_page(StatusCode::OK, &DonePage { frame, title, back })
}

fn frame(lang: Lang, operation: &str) -> Frame {
    Frame::new(lang, |lang| routes::sandbox_approve(operation, lang))
}

/// The sum, or a text that there is none.
fn sum(frame: &Frame, shown: &Shown) -> String {
    if shown.binding {
        return frame.t.say("bind-sum");
    }
    money::text(shown.amount, frame.lang)
}

/// The card or the phone, in a form that may be shown.
fn means(frame: &Frame, shown: &Shown) -> Option<String> {
    let card = shown.card_last4.as_ref();
    let card = card.map(|last4| frame.t.say_with("means-card", "last4", last4));
    card.or_else(|| shown.phone.as_deref().map(phone::masked))
}

//! The page that stands for the tax service: a self-employed person agrees that receipts are made
//! out in their name, or refuses.

use std::sync::Arc;

use app::App;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::self_employed::{Decision, State as PersonState};
use http::StatusCode;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::request::{self, PageRequest};
use pages::sent::{Form, Query};
use pages::{form_guard, response, routes};
use serde::Deserialize;

use super::done::DonePage;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "sandbox/self_employed.html")]
pub struct SelfEmployedPage {
    /// Language, style, script.
    pub frame: Frame,
    /// The person's id.
    pub id: String,
    /// Proof that the form was served by us.
    pub csrf: String,
    /// The address that the form is sent to.
    pub action: &'static str,
}

impl SelfEmployedPage {
    fn new(lang: Lang, id: &str, csrf: &str) -> Self {
        Self {
            frame: frame(lang, id),
            id: id.to_owned(),
            csrf: csrf.to_owned(),
            action: routes::SANDBOX_SELF_EMPLOYED,
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        vec![("asked".to_owned(), Self::new(lang, "1", "0123456789abcdef"))]
    }
}

/// The query of the address.
#[derive(Debug, Deserialize)]
pub(super) struct PersonQuery {
    #[serde(default)]
    id: String,
}

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(super) struct PersonForm {
    #[serde(default)]
    id: String,
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    decision: String,
}

/// Shows what there is to decide.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    request: PageRequest,
    Query(query): Query<PersonQuery>,
) -> Response {
    let lang = request.lang(None);
    let found = request::with_id(&query.id, |id| app::self_employed::find(&app, id)).await;
    match found {
        Err(error) => response::error(&app, frame(lang, &query.id), &error),
        Ok(person) if person.state != PersonState::Pending => done(lang, &query.id, person.state),
        Ok(_) => {
            let secret = form_guard::secret(&app, &request.headers);
            let page = SelfEmployedPage::new(lang, &query.id, &secret.field);
            secret.set(response::bank_page(StatusCode::OK, &page))
        }
    }
}

/// Takes the decision.
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    request: PageRequest,
    Form(form): Form<PersonForm>,
) -> Response {
    let lang = request.lang_of_form(&form.lang, None);
    if !form_guard::is_ours(&request.headers, &form.csrf) {
        return response::foreign_form(frame(lang, &form.id));
    }
    let decision = match form.decision.as_str() {
        "accept" => Decision::Agree,
        "decline" => Decision::Refuse,
        _ => return response::wrong_form(frame(lang, &form.id)),
    };
    let decided = request::with_id(&form.id, |id| {
        app::self_employed::decide(&app, id, decision)
    })
    .await;
    match decided {
        Ok(person) => done(lang, &form.id, person.state),
        Err(error) => response::error(&app, frame(lang, &form.id), &error),
    }
}

fn done(lang: Lang, id: &str, state: PersonState) -> Response {
    let title = match state {
        PersonState::Confirmed => "npd-done-confirmed",
        PersonState::Pending | PersonState::Canceled | PersonState::Unregistered => {
            "npd-done-refused"
        }
    };
    let frame = frame(lang, id);
    let page = DonePage {
        frame,
        title,
        back: None,
    };
    response::bank_page(StatusCode::OK, &page)
}

fn frame(lang: Lang, id: &str) -> Frame {
    Frame::new(lang, |lang| routes::sandbox_self_employed(id, lang))
}

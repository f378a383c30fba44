//! `POST /checkout-widget/v1/pay`: an attempt from inside the frame. As on the hosted page, every
//! outcome is shown by the frame's own address; only a form with mistakes is answered here.

use std::sync::Arc;

use app::{App, Error, Refusal};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use pages::lang::Lang;
use pages::request::PageRequest;
use pages::sent::{Form, Query, Unread};
use pages::text::Texts;
use pages::{form_guard, response, routes};

use super::problem::Problem;
use super::show::{self, FrameQuery};
use crate::payment::pay::{PayForm, read, start};
use crate::payment::show as hosted;

/// Tries to pay.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    request: PageRequest,
    query: Result<Query<FrameQuery>, Unread>,
    form: Result<Form<PayForm>, Unread>,
) -> Response {
    let (Ok(Query(query)), Ok(Form(form))) = (query, form) else {
        return Problem::FormWrong.page(request.lang(None));
    };
    let lang = request.lang_of_form(&form.lang, None);
    if !form_guard::is_ours(&request.headers, &form.csrf) {
        return Problem::Refused.page(lang);
    }
    match attempt(&app, &request, lang, &query, &form).await {
        Ok(response) => response,
        Err(problem) => problem.page(lang),
    }
}

async fn attempt(
    app: &Arc<App>,
    request: &PageRequest,
    lang: Lang,
    query: &FrameQuery,
    form: &PayForm,
) -> Result<Response, Problem> {
    let kind = form.method().ok_or(Problem::FormWrong)?;
    let mut view = show::find(app, query).await?;
    show::choose_methods(&mut view, query.methods.as_deref())?;
    let again = |method| {
        let methods = query.methods.as_deref();
        response::go(&routes::widget_frame(&query.token, methods, method, lang))
    };
    if !view.methods.contains(&kind) {
        return Ok(again(None));
    }
    if view.last_decline.is_some() && !view.shop.widget_retries {
        return Ok(again(None));
    }
    let means = match read(form, kind, view.now, Texts::of(lang)) {
        Ok(means) => means,
        Err(mistakes) => {
            let page = mistakes.shown_in(show::form(lang, query, &view, Some(kind)));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(hosted::with_form_secret(app, request, status, page));
        }
    };
    match start(app, view.payment.id, kind, means, form.buyer(request)).await {
        Ok(after) => {
            let declined = matches!(after.payment.state, domain::payment::State::Pending { .. });
            Ok(again(declined.then(|| kind.code())))
        }
        Err(Error::Refused(Refusal::CardAttempts(exceeded))) if exceeded.wait.is_some() => {
            let page = show::form(lang, query, &view, Some(kind));
            Ok(hosted::too_often(app, request, exceeded, page))
        }
        // Someone else was faster, or the time was over: the frame shows the state.
        Err(Error::Refused(_) | Error::Conflict) => Ok(again(None)),
        Err(error) => Err(Problem::of(app, &error)),
    }
}

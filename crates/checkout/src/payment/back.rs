//! `GET …/return`, where acquirers send the payer back to, and `GET …/status`, which the waiting
//! page asks.

use std::sync::Arc;

use app::App;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ConfirmationKind;
use domain::payment::Flow;
use http::header;
use pages::request::{self, PageRequest};
use pages::sent::Query;
use pages::{response, routes};
use serde::Serialize;

use super::show::{ContractQuery, frame};
use crate::stage;
use crate::widget;

/// The payer is back: looks for the result and shows it. If the merchant takes cards on a page of
/// its own, the payer goes back there at once.
pub(crate) async fn returned(
    State(app): State<Arc<App>>,
    request: PageRequest,
    Query(query): Query<ContractQuery>,
) -> Response {
    let found = request::with_id(&query.order_id, |id| app::checkout::returned(&app, id)).await;
    let view = match found {
        Ok(view) => view,
        Err(error) => {
            return response::error(&app, frame(request.lang(None), &query.order_id), &error);
        }
    };
    let confirmation = view.payment.confirmation.as_ref();
    if view.payment.flow == Flow::Direct
        && let Some(shop) = confirmation.and_then(|c| c.return_url.as_deref())
        && let Some(shop) = response::safe_link(shop)
    {
        return response::go(&shop);
    }
    let lang = request.lang(confirmation.and_then(|c| c.locale));
    if confirmation.is_some_and(|c| c.kind == ConfirmationKind::Embedded) {
        return widget::returned_page(lang, &view.shop.widget_sites);
    }
    response::go(&routes::contract(&query.order_id, lang))
}

/// The stamp of a state: it tells that something changed, but not what.
#[derive(Serialize)]
pub(crate) struct Stamp {
    pub(crate) stamp: String,
}

/// Asked by the waiting page, again and again.
pub(crate) async fn status(
    State(app): State<Arc<App>>,
    Query(query): Query<ContractQuery>,
) -> Response {
    let found = request::with_id(&query.order_id, |id| app::checkout::show(&app, id)).await;
    match found {
        Ok(view) => stamp(stage::payment_stamp(&view.payment)),
        Err(error) => response::failure(&app, &error).status.into_response(),
    }
}

/// The answer with a stamp.
pub(crate) fn stamp(stamp: String) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(Stamp { stamp })).into_response()
}

//! `GET /payouts-data/frame`, the payout widget's form, and `POST /payouts-data/tokens`, which
//! exchanges a card for its synonym. Only our own frame may do that; a synonym is worthless without
//! the account's key.

use std::net::IpAddr;
use std::sync::Arc;

use app::token::PayoutToken;
use app::{App, Error, Exceeded, Refusal};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use card::CardNumber;
use domain::ShopId;
use http::{StatusCode, header};
use pages::request::PageRequest;
use pages::sent::{Query, Unread};
use pages::{form_guard, response};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use self::page::PayoutPage;
use super::problem::Problem;

pub mod page;

/// The fewest digits of a card that can be paid to.
const DIGITS_MIN: usize = 16;

/// The query of the frame's address.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PayoutQuery {
    #[serde(default)]
    account_id: String,
    #[serde(default)]
    r#type: String,
}

/// Shows the form.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    request: PageRequest,
    query: Result<Query<PayoutQuery>, Unread>,
) -> Response {
    let lang = request.lang(None);
    let Ok(Query(query)) = query else {
        return Problem::FormWrong.page(lang);
    };
    let known = matches!(query.r#type.as_str(), "payout" | "safedeal");
    let account = query.account_id.parse::<ShopId>().ok().filter(|_| known);
    let Some(account) = account else {
        return Problem::Refused.page(lang);
    };
    match app::shop::widget_sites(&app, account).await {
        Ok(sites) => {
            let page = PayoutPage::new(lang, account, &sites);
            response::framed_page(StatusCode::OK, &page, &page.frame)
        }
        Err(Error::NotFound { .. }) => Problem::Refused.page(lang),
        Err(error) => Problem::of(&app, &error).page(lang),
    }
}

/// What the form sends. Cannot be printed.
#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    account_id: String,
    #[serde(default)]
    number: Zeroizing<String>,
}

/// What the frame is told.
#[derive(Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Reply {
    Success { data: Data },
    Error { code: &'static str },
}

/// What the page's `success_callback` gets.
#[derive(Serialize)]
struct Data {
    payout_token: String,
    first6: String,
    last4: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer_country: Option<String>,
    card_type: &'static str,
}

/// The frame's own word for a number with a mistake; the page around it does not get it.
const NUMBER_WRONG: &str = "wrong";
const INTERNAL: &str = "internal_service_error";

/// Makes a synonym.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    request: PageRequest,
    body: Bytes,
) -> Response {
    let mut wait = None;
    let (status, reply) = if form_guard::is_ours(&request.headers, "") {
        match serde_json::from_slice::<Given>(&body) {
            Ok(given) => match given.account_id.parse::<ShopId>() {
                Ok(account) => {
                    let reply = exchange(&app, account, &given.number, request.from.0).await;
                    reply.unwrap_or_else(|exceeded| {
                        wait = exceeded.wait;
                        (StatusCode::TOO_MANY_REQUESTS, error(INTERNAL))
                    })
                }
                Err(_unknown) => (StatusCode::NOT_FOUND, error(INTERNAL)),
            },
            Err(_malformed) => (StatusCode::BAD_REQUEST, error(INTERNAL)),
        }
    } else {
        (StatusCode::FORBIDDEN, error(INTERNAL))
    };
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    response::after((status, headers, Json(reply)).into_response(), wait)
}

const fn error(code: &'static str) -> Reply {
    Reply::Error { code }
}

async fn exchange(
    app: &Arc<App>,
    account: ShopId,
    number: &str,
    from: Option<IpAddr>,
) -> Result<(StatusCode, Reply), Exceeded> {
    let number = CardNumber::parse(number);
    let Some(number) = number.filter(|number| DIGITS_MIN <= number.reveal().len()) else {
        return Ok((StatusCode::OK, error(NUMBER_WRONG)));
    };
    Ok(
        match app::token::for_payout(app, account, number, from).await {
            Ok(PayoutToken::Made(payout_token, card)) => {
                let data = Data {
                    payout_token,
                    first6: card.first6,
                    last4: card.last4,
                    issuer_name: card.issuer_name,
                    issuer_country: card.issuer_country,
                    card_type: card.brand.code(),
                };
                (StatusCode::OK, Reply::Success { data })
            }
            Ok(PayoutToken::CountryForbidden) => (StatusCode::OK, error("card_country_code_error")),
            Ok(PayoutToken::CountryUnknown) => {
                (StatusCode::OK, error("card_unknown_country_code_error"))
            }
            Err(Error::Refused(Refusal::CardAttempts(exceeded))) => return Err(exceeded),
            Err(refused) => (response::failure(app, &refused).status, error(INTERNAL)),
        },
    )
}

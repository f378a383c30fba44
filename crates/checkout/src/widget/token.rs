//! `POST /checkout-js/v1/tokens`: a card of a shop's own form becomes a payment token. Any page may
//! ask, without cookies; the token is worthless without the shop's secret key.

use std::net::IpAddr;
use std::sync::Arc;

use app::{App, Error, Refusal};
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use card::{Card, CardNumber, Csc};
use domain::card::Expiry;
use domain::{Duration, ShopId, Timestamp};
use http::{HeaderName, HeaderValue, StatusCode, header};
use pages::lang::Lang;
use pages::request::ClientAddress;
use pages::response;
use pages::text::Texts;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::card_form::this_month;

/// What the script sends. Cannot be printed.
#[derive(Deserialize)]
struct TokenRequest {
    #[serde(default)]
    shop_id: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    number: Zeroizing<String>,
    #[serde(default)]
    cvc: Zeroizing<String>,
    #[serde(default)]
    month: String,
    #[serde(default)]
    year: String,
}

/// The result of the script's promise.
#[derive(Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Reply {
    Success { data: Data },
    Error { error: Failure },
}

#[derive(Serialize)]
struct Data {
    message: &'static str,
    status_code: u16,
    response: PaymentToken,
}

#[derive(Serialize)]
struct PaymentToken {
    #[serde(rename = "paymentToken")]
    payment_token: String,
}

#[derive(Serialize)]
struct Failure {
    r#type: &'static str,
    status_code: u16,
    params: Vec<Param>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Param {
    code: &'static str,
    message: String,
}

/// The headers that let any page ask, with a body and nothing else.
fn cross_origin(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// `OPTIONS`: what a browser asks before the request.
pub(crate) async fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, "7200"),
    ];
    cross_origin((StatusCode::NO_CONTENT, headers).into_response())
}

/// Makes a token.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    ClientAddress(from): ClientAddress,
    body: Bytes,
) -> Response {
    let reply = match serde_json::from_slice::<TokenRequest>(&body) {
        Ok(request) => exchange(&app, from, &request).await,
        Err(_malformed) => (failure("invalid_request", StatusCode::BAD_REQUEST), None),
    };
    let (reply, wait) = reply;
    let status = match &reply {
        Reply::Success { .. } => StatusCode::OK,
        Reply::Error { error } => {
            StatusCode::from_u16(error.status_code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        }
    };
    let response = (status, axum::Json(reply)).into_response();
    cross_origin(response::after(response, wait))
}

/// The answer, and after how long it is worth trying again.
async fn exchange(
    app: &Arc<App>,
    from: Option<IpAddr>,
    request: &TokenRequest,
) -> (Reply, Option<Duration>) {
    let Ok(shop) = request.shop_id.parse::<ShopId>() else {
        return (failure("invalid_shop_id", StatusCode::NOT_FOUND), None);
    };
    let lang = Lang::from_tag(&request.language).unwrap_or(Lang::Ru);
    let card = match request.card(app.now(), Texts::of(lang)) {
        Ok(card) => card,
        Err(params) => {
            let error = Failure {
                r#type: "validation_error",
                status_code: StatusCode::BAD_REQUEST.as_u16(),
                params,
            };
            return (Reply::Error { error }, None);
        }
    };
    let reply = match app::token::for_payment(app, shop, card, from).await {
        Ok(payment_token) => Reply::Success {
            data: Data {
                message: "Payment token created",
                status_code: StatusCode::OK.as_u16(),
                response: PaymentToken { payment_token },
            },
        },
        Err(Error::NotFound { .. }) => failure("invalid_shop_id", StatusCode::NOT_FOUND),
        Err(Error::Refused(Refusal::CardAttempts(exceeded))) => {
            let reply = failure("too_many_requests", StatusCode::TOO_MANY_REQUESTS);
            return (reply, exceeded.wait);
        }
        Err(Error::Refused(_) | Error::Denied | Error::Forbidden { .. } | Error::Invalid(_)) => {
            failure("forbidden", StatusCode::FORBIDDEN)
        }
        Err(
            error @ (Error::Busy
            | Error::Conflict
            | Error::Unavailable(_)
            | Error::Unconfirmed(_)
            | Error::Internal(_)),
        ) => {
            let status = response::failure(app, &error).status;
            failure("internal_service_error", status)
        }
    };
    (reply, None)
}

fn failure(r#type: &'static str, status: StatusCode) -> Reply {
    Reply::Error {
        error: Failure {
            r#type,
            status_code: status.as_u16(),
            params: Vec::new(),
        },
    }
}

impl TokenRequest {
    /// The card, or every field that is wrong, in the order of the form.
    fn card(&self, now: Timestamp, t: Texts) -> Result<Card, Vec<Param>> {
        let number = CardNumber::parse(&self.number).ok_or("invalid_number");
        let month = two_digits(&self.month).filter(|month| (1..=12).contains(month));
        let month = month.ok_or("invalid_expiry_month");
        let year = two_digits(&self.year).map(|year| year.saturating_add(2000));
        let year = year.ok_or("invalid_expiry_year");
        let csc = Csc::parse(&self.cvc);
        let length = number
            .as_ref()
            .ok()
            .map(|number| number.brand().csc_length());
        let csc = csc.filter(|csc| length.is_none_or(|length| length == csc.reveal().len()));
        let csc = csc.ok_or("invalid_cvc");
        let expiry = match (year, month) {
            (Ok(year), Ok(month)) => in_future(year, month, now),
            (Err(code), _) | (_, Err(code)) => Err(code),
        };
        let past = if month.is_ok() && year.is_ok() {
            expiry.as_ref().err().copied()
        } else {
            None
        };
        let wrong = [
            number.as_ref().err().copied(),
            month.err(),
            year.err(),
            past,
            csc.as_ref().err().copied(),
        ];
        if let (Ok(number), Ok(expiry), Ok(csc)) = (number, expiry, csc) {
            return Ok(Card {
                number,
                expiry,
                csc: Some(csc),
            });
        }
        let param = |code: &'static str| Param {
            code,
            message: t.say(&format!("token-{code}")),
        };
        Err(wrong.into_iter().flatten().map(param).collect())
    }
}

/// A number of two digits, as the documentation wants month and year.
fn two_digits(text: &str) -> Option<u16> {
    let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn in_future(year: u16, month: u16, now: Timestamp) -> Result<Expiry, &'static str> {
    let month = u8::try_from(month).unwrap_or_default();
    let expiry = Expiry::new(year, month).ok_or("invalid_expiry_month")?;
    match this_month(now) {
        Some(this) if expiry.year() < this.year() => Err("invalid_expiry_year"),
        Some(this) if expiry < this => Err("invalid_expiry_month"),
        Some(_) | None => Ok(expiry),
    }
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;
    use pages::lang::Lang;
    use pages::text::Texts;
    use zeroize::Zeroizing;

    use super::TokenRequest;

    /// 21 November 2026.
    const NOW: Timestamp = Timestamp::from_micros(1_795_259_100_000_000);

    #[track_caller]
    fn check([number, cvc, month, year]: [&str; 4], expected: &[&str]) {
        let request = TokenRequest {
            shop_id: String::new(),
            language: String::new(),
            number: Zeroizing::new(number.to_owned()),
            cvc: Zeroizing::new(cvc.to_owned()),
            month: month.to_owned(),
            year: year.to_owned(),
        };
        let wrong = request
            .card(NOW, Texts::of(Lang::Ru))
            .err()
            .unwrap_or_default();
        let codes: Vec<&str> = wrong.iter().map(|param| param.code).collect();
        assert_eq!(codes, expected);
        for param in wrong {
            assert!(!param.message.contains(param.code), "{}", param.message);
            assert!(number.is_empty() || !param.message.contains(number));
        }
    }

    #[test]
    fn each_wrong_field_has_its_documented_code() {
        check(["5555555555554444", "123", "12", "30"], &[]);
        check(["5555 5555 5555 4444", "123", "11", "26"], &[]);
        check(["370000000000002", "1234", "12", "30"], &[]);
        check(["5555555555554445", "123", "12", "30"], &["invalid_number"]);
        check(["5555555555554444", "12", "12", "30"], &["invalid_cvc"]);
        check(["370000000000002", "123", "12", "30"], &["invalid_cvc"]);
        check(
            ["5555555555554444", "123", "13", "30"],
            &["invalid_expiry_month"],
        );
        check(
            ["5555555555554444", "123", "1", "30"],
            &["invalid_expiry_month"],
        );
        check(
            ["5555555555554444", "123", "10", "26"],
            &["invalid_expiry_month"],
        );
        check(
            ["5555555555554444", "123", "12", "25"],
            &["invalid_expiry_year"],
        );
        check(
            ["5555555555554444", "123", "12", "2030"],
            &["invalid_expiry_year"],
        );
        check(
            ["", "", "", ""],
            &[
                "invalid_number",
                "invalid_expiry_month",
                "invalid_expiry_year",
                "invalid_cvc",
            ],
        );
    }
}

//! How pages are sent: as HTML that may not be cached, framed or rewritten, or as a redirect.

use app::{App, Error, Quiet, Refusal};
use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::shop::Site;
use domain::{Duration, WebAddress};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::frame::Frame;
use crate::leave::LeavePage;
use crate::result::{Ending, ResultPage};

/// One line for all pages while the storage is away.
static QUIET: Quiet = Quiet::new();

/// The policy of checkout pages: our own style and script, forms to ourselves.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The policy of the test bank's pages. Like a real bank's, they lead back to any shop, so their
/// form may end anywhere, and they may be shown above a shop's page.
const BANK_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self'; base-uri 'none'; frame-ancestors *";
/// The policy of pages that stand inside shops' pages; the sites that may show them are appended.
const FRAMED_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors ";

/// The policy of the demo's shop: our scripts and our frames, as a strict shop would permit them.
const DEMO_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page of the checkout.
#[must_use]
pub fn page(status: StatusCode, template: &impl Template) -> Response {
    with_policy(POLICY, status, template)
}

/// A page of the demo's shop.
#[must_use]
pub fn demo_page(status: StatusCode, template: &impl Template) -> Response {
    with_policy(DEMO_POLICY, status, template)
}

/// A page inside a shop's page, on the sites that `frame` permits.
#[must_use]
pub fn framed_page(status: StatusCode, template: &impl Template, frame: &Frame) -> Response {
    let sites = frame
        .framed
        .as_ref()
        .map_or(&[][..], |framed| &framed.sites);
    let sites: Vec<&str> = sites.iter().map(Site::as_str).collect();
    let sites = if sites.is_empty() {
        "*".to_owned()
    } else {
        sites.join(" ")
    };
    with_policy(&format!("{FRAMED_POLICY}{sites}"), status, template)
}

/// A page of the test bank.
#[must_use]
pub fn bank_page(status: StatusCode, template: &impl Template) -> Response {
    with_policy(BANK_POLICY, status, template)
}

fn with_policy(policy: &str, status: StatusCode, template: &impl Template) -> Response {
    let html = match template.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            return (StatusCode::INTERNAL_SERVER_ERROR, headers(policy)).into_response();
        }
    };
    (status, headers(policy), Html(html)).into_response()
}

/// The referrer is `same-origin`: shops learn nothing about the page, and browsers still say where
/// our own forms come from.
fn headers(policy: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // A policy that is not a legal header is replaced by one that permits nothing.
    let policy_value = HeaderValue::from_str(policy);
    let policy_value = policy_value.unwrap_or(HeaderValue::from_static("default-src 'none'"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy_value);
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::VARY, "Accept-Language"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // For browsers that do not know policies. This header cannot permit a list of sites.
    if policy.ends_with("frame-ancestors 'none'") {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    headers
}

/// A redirect to one of our own pages.
#[must_use]
pub fn go(address: &str) -> Response {
    let mut response = Redirect::to(address).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    response
}

/// A redirect to a page of the acquirer, after a form: directly if it is on this host, otherwise by
/// a page between, because the answer to a form may not lead to another host.
#[must_use]
pub fn go_to_bank(headers: &HeaderMap, frame: Frame, target: &str) -> Response {
    if is_on_this_host(headers, target) {
        return go(target);
    }
    let target = target.to_owned();
    page(StatusCode::OK, &LeavePage { frame, target })
}

fn is_on_this_host(headers: &HeaderMap, target: &str) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let after_scheme = target.split_once("://").map(|(_, rest)| rest);
    let authority = after_scheme.and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some() && host == authority
}

/// A merchant's or a bank's address as a link, in ASCII. `None` for addresses that a browser cannot
/// open or would execute: older versions accepted such addresses, and banks may send them.
#[must_use]
pub fn safe_link(address: &str) -> Option<String> {
    let address = WebAddress::parse(address)?;
    Some(address.ascii().to_owned())
}

/// How a page answers a use case's error.
#[derive(Debug)]
pub struct Failure {
    /// The status of the answer.
    pub status: StatusCode,
    ending: Ending,
    /// The number under which a failure of ours stands in the log.
    number: Option<String>,
}

/// The answer to a use case's error. A failure of ours is logged here, once, with a number; being
/// busy is not a failure.
#[must_use]
pub fn failure(app: &App, error: &Error) -> Failure {
    let (status, ending) = match error {
        Error::NotFound { .. } => (StatusCode::NOT_FOUND, Ending::NotFound),
        Error::Busy | Error::Conflict | Error::Unavailable(_) | Error::Unconfirmed(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, Ending::Busy)
        }
        Error::Refused(Refusal::ShopDisabled) => (StatusCode::FORBIDDEN, Ending::ShopClosed),
        Error::Refused(Refusal::CardAttempts(_)) => {
            (StatusCode::TOO_MANY_REQUESTS, Ending::AttemptsOver)
        }
        Error::Forbidden { .. } => (StatusCode::FORBIDDEN, Ending::NotPossible),
        Error::Denied | Error::Invalid(_) | Error::Refused(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Ending::NotPossible)
        }
        Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, Ending::NotPossible),
    };
    if error.is_of_storage()
        && let Some(unsaid) = QUIET.turn()
    {
        tracing::error!(cause = ?error, unsaid, "a page failed because of the storage");
    }
    let number = if let Error::Internal(cause) = error {
        let number = format!("{:016x}", app.random_bits());
        tracing::error!(request.id = %number, %cause, ?cause, "a page failed: {number}");
        Some(number)
    } else {
        None
    };
    Failure {
        status,
        ending,
        number,
    }
}

/// The page for a form that does not come from our own pages.
#[must_use]
pub fn foreign_form(frame: Frame) -> Response {
    page(
        StatusCode::FORBIDDEN,
        &ResultPage::new(frame, None, Ending::Refused),
    )
}

/// The same answer with the time after which it is worth trying again.
#[must_use]
pub fn after(mut response: Response, wait: Option<Duration>) -> Response {
    if let Some(wait) = wait {
        let seconds = wait
            .as_millis()
            .saturating_add(999)
            .div_euclid(1_000)
            .max(1);
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The page for a form with values that our page does not offer. Nothing is guessed: a missing or
/// unknown value does nothing.
#[must_use]
pub fn wrong_form(frame: Frame) -> Response {
    page(
        StatusCode::BAD_REQUEST,
        &ResultPage::new(frame, None, Ending::FormWrong),
    )
}

/// The page for a use case's error; for a failure of ours, with its number.
#[must_use]
pub fn error(app: &App, frame: Frame, error: &Error) -> Response {
    let failure = failure(app, error);
    let page_of = match failure.number {
        Some(number) => ResultPage::error(frame, &number),
        None => ResultPage::new(frame, None, failure.ending),
    };
    page(failure.status, &page_of)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header};

    use super::{is_on_this_host, safe_link};

    #[test]
    fn only_links_that_open_something_are_offered() {
        for good in [
            "https://shop.example/o?id=1",
            "http://127.0.0.1/",
            "myshop://order/7",
        ] {
            assert_eq!(safe_link(good).as_deref(), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            "JavaScript:x",
            "data:text/html,x",
            "/o",
            "",
            ":x",
        ] {
            assert_eq!(safe_link(bad), None, "{bad}");
        }
        assert_eq!(safe_link("java\tscript:alert(1)"), None);
        assert_eq!(safe_link("https://shop.example/\r\nX: y"), None);
        let ascii = safe_link("https://shop.example/спасибо").unwrap();
        assert_eq!(
            HeaderValue::from_str(&ascii).unwrap().as_bytes(),
            ascii.as_bytes()
        );
        assert!(ascii.ends_with("%D0%BE"), "{ascii}");
    }

    #[test]
    fn a_bank_on_another_host_or_port_is_another_host() {
        let mut asked = HeaderMap::new();
        assert!(!is_on_this_host(
            &asked,
            "http://127.0.0.1:8080/sandbox/3ds"
        ));
        asked.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8080"));
        assert!(is_on_this_host(
            &asked,
            "http://127.0.0.1:8080/sandbox/3ds?operation=1"
        ));
        assert!(!is_on_this_host(
            &asked,
            "http://127.0.0.1:8081/sandbox/3ds"
        ));
        assert!(!is_on_this_host(
            &asked,
            "https://acs.bank.example/127.0.0.1:8080"
        ));
    }
}

//! `/oauth/v2/authorize`: the page on which a merchant grants an application access to a shop, or
//! refuses it (YooKassa API v3: OAuth for partners).
//!
//! Whoever grants access proves to speak for the shop by its id and secret key. The use case only
//! wants a context of the shop, which a session of its owner can give as well. Browsers are only
//! ever sent to the address that the application was registered with.

use std::sync::Arc;

use app::{App, Error, Refusal};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use domain::application::Callback;
use domain::{Application, ApplicationId};
use http::StatusCode;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::notice::Notice;
use pages::request::PageRequest;
use pages::sent::{Form, Unread};
use pages::{form_guard, response, routes};
use serde::Deserialize;
use zeroize::Zeroizing;

use self::authorize::AuthorizePage;
use self::message::MessagePage;

pub mod authorize;
pub mod message;

/// Longest `state`, in characters.
const STATE_CHARS_MAX: usize = 1_024;

/// The page's address.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new().route(routes::AUTHORIZE, get(show).post(decide))
}

/// What an application asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    client: ApplicationId,
    /// Given back as it came.
    state: Option<String>,
    /// The hash of the secret that the application will prove its code with (RFC 7636), as it came.
    challenge: Option<String>,
}

/// Why access cannot be asked for, as the name of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wrong(&'static str);

/// What the form sends. Cannot be printed.
#[derive(Deserialize)]
struct Decision {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    code_challenge: String,
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    shop_id: String,
    #[serde(default)]
    secret_key: Zeroizing<String>,
    #[serde(default)]
    decision: String,
}

/// Asks the merchant.
async fn show(
    State(app): State<Arc<App>>,
    request: PageRequest,
    RawQuery(query): RawQuery,
) -> Response {
    let lang = request.lang(None);
    let wanted = match Wanted::of_query(query.as_deref().unwrap_or("")) {
        Ok(wanted) => wanted,
        Err(wrong) => return refuse(lang, wrong),
    };
    match app::application::meet(&app, wanted.client).await {
        Ok(application) => {
            let page = AuthorizePage::of(frame(lang, &wanted), &application);
            ask(&app, &request, StatusCode::OK, (page, &wanted))
        }
        Err(error) => failed(&app, lang, &error),
    }
}

/// Takes the merchant's decision.
async fn decide(
    State(app): State<Arc<App>>,
    request: PageRequest,
    sent: Result<Form<Decision>, Unread>,
) -> Response {
    let Ok(Form(sent)) = sent else {
        return refuse(request.lang(None), Wrong("oauth-wrong-fields"));
    };
    let lang = request.lang_of_form(&sent.lang, None);
    if !form_guard::is_ours(&request.headers, &sent.csrf) {
        let page = MessagePage::wrong(Frame::plain(lang), "oauth-wrong-form");
        return response::page(StatusCode::FORBIDDEN, &page);
    }
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let (state, challenge) = (given(&sent.state), given(&sent.code_challenge));
    let wanted = match Wanted::new(&sent.client_id, state, challenge) {
        Ok(wanted) => wanted,
        Err(wrong) => return refuse(lang, wrong),
    };
    let application = match app::application::meet(&app, wanted.client).await {
        Ok(application) => application,
        Err(error) => return failed(&app, lang, &error),
    };
    match sent.decision.as_str() {
        "grant" => grant(&app, &request, lang, (&wanted, &application, &sent)).await,
        "refuse" => {
            let told = [("error", "access_denied")];
            let page = MessagePage::refused(frame(lang, &wanted), &application.name);
            leave(page, &application.callback, (&told, &wanted))
        }
        // Nothing is guessed: only a clear yes grants access.
        _ => refuse(lang, Wrong("oauth-wrong-decision")),
    }
}

async fn grant(
    app: &Arc<App>,
    request: &PageRequest,
    lang: Lang,
    (wanted, application, sent): (&Wanted, &Application, &Decision),
) -> Response {
    let proved = match sent.shop_id.trim().parse() {
        Ok(shop) => app::grant::prove_shop(app, shop, sent.secret_key.trim(), request.from.0).await,
        Err(_no_number) => Err(Error::Denied),
    };
    let agreed = match proved {
        Ok(cx) => {
            let challenge = wanted.challenge.as_deref().and_then(app::grant::challenge);
            app::grant::agree(&cx, application.id, challenge).await
        }
        Err(error) => Err(error),
    };
    let (status, notice, wait) = match agreed {
        Ok(code) => {
            let told = [("code", code.as_str())];
            let page = MessagePage::granted(frame(lang, wanted), &application.name, &code);
            return leave(page, &application.callback, (&told, wanted));
        }
        Err(Error::Denied) => (StatusCode::UNPROCESSABLE_ENTITY, "oauth-wrong-key", None),
        Err(Error::Refused(Refusal::TooManyAttempts { wait })) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            (status, "oauth-wrong-keys", Some(wait))
        }
        Err(error) => return failed(app, lang, &error),
    };
    let mut page = AuthorizePage::of(frame(lang, wanted), application);
    let t = page.frame.t;
    page.shop_id.clone_from(&sent.shop_id);
    page.notice = Some(Notice {
        tone: "bad",
        title: t.say(notice),
        text: t.say(&format!("{notice}-text")),
    });
    response::after(ask(app, request, status, (page, wanted)), wait)
}

fn ask(
    app: &App,
    request: &PageRequest,
    status: StatusCode,
    (mut page, wanted): (AuthorizePage, &Wanted),
) -> Response {
    let secret = form_guard::secret(app, &request.headers);
    page.csrf.clone_from(&secret.field);
    page.client_id = wanted.client.to_string();
    page.state = wanted.state.clone().unwrap_or_default();
    page.challenge = wanted.challenge.clone().unwrap_or_default();
    secret.set(response::page(status, &page))
}

/// Leads on to the application with these pairs and its `state`, by a page between, because the
/// answer to a form may not lead to another host. Without an address the page is the end.
fn leave(
    mut page: MessagePage,
    callback: &Callback,
    (told, wanted): (&[(&str, &str)], &Wanted),
) -> Response {
    let mut pairs = told.to_vec();
    pairs.extend(wanted.state.as_deref().map(|state| ("state", state)));
    page.target = callback.with(&pairs);
    response::page(StatusCode::OK, &page)
}

fn refuse(lang: Lang, Wrong(text): Wrong) -> Response {
    let page = MessagePage::wrong(Frame::plain(lang), text);
    response::page(StatusCode::BAD_REQUEST, &page)
}

fn failed(app: &App, lang: Lang, error: &Error) -> Response {
    match error {
        Error::NotFound { .. } => refuse(lang, Wrong("oauth-wrong-client")),
        Error::Refused(Refusal::ShopDisabled) => refuse(lang, Wrong("oauth-wrong-shop")),
        Error::Denied
        | Error::Forbidden { .. }
        | Error::Invalid(_)
        | Error::Refused(_)
        | Error::Conflict
        | Error::Busy
        | Error::Unavailable(_)
        | Error::Unconfirmed(_)
        | Error::Internal(_) => response::error(app, Frame::plain(lang), error),
    }
}

fn frame(lang: Lang, wanted: &Wanted) -> Frame {
    let client = wanted.client.to_string();
    let state = wanted.state.as_deref().unwrap_or("");
    let challenge = wanted.challenge.as_deref().unwrap_or("");
    Frame::new(lang, |lang| {
        routes::authorize(&client, state, challenge, lang)
    })
}

impl Wanted {
    /// Each parameter comes once.
    fn of_query(query: &str) -> Result<Self, Wrong> {
        let wrong = Wrong("oauth-wrong-request");
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(query).map_err(|_form| wrong)?;
        let get = |wanted: &str| {
            let mut found = pairs.iter().filter(|(name, _)| name == wanted);
            let value = found.next().map(|(_, value)| value.as_str());
            if found.next().is_some() {
                return Err(wrong);
            }
            Ok(value.filter(|value| !value.is_empty()))
        };
        if get("response_type")? != Some("code") {
            return Err(wrong);
        }
        let challenge = get("code_challenge")?.map(str::to_owned);
        // Without a method the standard takes the secret itself as the challenge, which protects
        // nobody.
        let method = get("code_challenge_method")?;
        if method != challenge.as_ref().map(|_| "S256") {
            return Err(Wrong("oauth-wrong-challenge"));
        }
        Self::new(
            get("client_id")?.ok_or(wrong)?,
            get("state")?.map(str::to_owned),
            challenge,
        )
    }

    fn new(client: &str, state: Option<String>, challenge: Option<String>) -> Result<Self, Wrong> {
        let is_hash = |text: &str| app::grant::challenge(text).is_some();
        if !challenge.as_deref().is_none_or(is_hash) {
            return Err(Wrong("oauth-wrong-challenge"));
        }
        let long = |state: &String| STATE_CHARS_MAX < state.chars().count();
        if state.as_ref().is_some_and(long) {
            return Err(Wrong("oauth-wrong-state"));
        }
        let client = client
            .parse()
            .map_err(|_kind| Wrong("oauth-wrong-client"))?;
        Ok(Self {
            client,
            state,
            challenge,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Wanted, Wrong};

    const CLIENT: &str = "ap-31f02180-0061-5000-8123-456789abcdef";

    #[track_caller]
    fn wrong(query: &str, text: &'static str) {
        assert_eq!(Wanted::of_query(query), Err(Wrong(text)), "{query}");
    }

    #[test]
    fn what_is_asked_for_is_read_once() {
        let query = format!("client_id={CLIENT}&response_type=code&state=a%20b%26c&lang=en&x=1");
        let wanted = Wanted::of_query(&query).unwrap();
        assert_eq!(wanted.client.to_string(), CLIENT);
        assert_eq!(wanted.state.as_deref(), Some("a b&c"));
        let query = format!("client_id={CLIENT}&response_type=code");
        assert_eq!(Wanted::of_query(&query).unwrap().state, None);
        let long = "я".repeat(1_024);
        let query = format!("client_id={CLIENT}&response_type=code&state={long}");
        assert_eq!(Wanted::of_query(&query).unwrap().state, Some(long));
    }

    #[test]
    fn what_cannot_be_asked_for_is_said() {
        wrong("", "oauth-wrong-request");
        wrong("response_type=code", "oauth-wrong-request");
        let client = format!("client_id={CLIENT}");
        wrong(&client, "oauth-wrong-request");
        let hash = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        for challenge in [
            format!("code_challenge={hash}"),
            format!("code_challenge={hash}&code_challenge_method=plain"),
            "code_challenge=x&code_challenge_method=S256".to_owned(),
            "code_challenge_method=S256".to_owned(),
        ] {
            let query = format!("{client}&response_type=code&{challenge}");
            wrong(&query, "oauth-wrong-challenge");
        }
        wrong(
            &format!("{client}&response_type=token"),
            "oauth-wrong-request",
        );
        let twice = format!("{client}&{client}&response_type=code");
        wrong(&twice, "oauth-wrong-request");
        wrong("client_id=x&response_type=code", "oauth-wrong-client");
        let long = "x".repeat(1_025);
        let query = format!("{client}&response_type=code&state={long}");
        wrong(&query, "oauth-wrong-state");
    }
}

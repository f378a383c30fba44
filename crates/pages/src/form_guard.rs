//! Checks that forms come from our own pages. Browsers say where a form comes from; for those that
//! do not, the form carries the same secret as a cookie.
//!
//! A buyer has no session that another site could use. The guard keeps other sites from trying
//! cards through their visitors, and it needs neither a key nor storage shared between nodes.

use app::App;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};

/// The cookie over plain HTTP, as on a laptop.
const COOKIE: &str = "altyn_form";
/// The cookie over TLS. Browsers take a cookie with this prefix only from this very host, so no
/// neighbour under the same domain can give a buyer one that it knows.
const HOST_COOKIE: &str = "__Host-altyn_form";

/// Whether buyers reach the pages over TLS.
#[derive(Clone, Copy, Debug)]
pub struct OverTls(bool);

impl OverTls {
    /// Whether the platform's own address begins with `https://`.
    #[must_use]
    pub fn of(app: &App) -> Self {
        Self(app.links().checkout_url.starts_with("https://"))
    }

    /// The request's headers without the cookie whose name does not count here.
    #[must_use]
    pub fn own(self, mut headers: HeaderMap) -> HeaderMap {
        let foreign = if self.0 { COOKIE } else { HOST_COOKIE };
        let lines = headers.get_all(header::COOKIE).iter();
        let lines = lines.filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).map(str::trim);
        let is_own = |pair: &&str| pair.split('=').next() != Some(foreign);
        let own: Vec<&str> = pairs.filter(is_own).collect();
        match HeaderValue::from_str(&own.join("; ")) {
            Ok(own) => headers.insert(header::COOKIE, own),
            Err(_unreadable) => headers.remove(header::COOKIE),
        };
        headers
    }
}

/// The secret of a form, and the cookie that must be set for it if it is new.
#[derive(Debug)]
pub struct FormSecret {
    /// The value of the field `csrf`.
    pub field: String,
    /// The cookie to set; `None` if the browser has it.
    cookie: Option<HeaderValue>,
}

impl FormSecret {
    /// The page with the cookie, if the browser does not have it.
    #[must_use]
    pub fn set(self, mut page: Response) -> Response {
        if let Some(cookie) = self.cookie {
            page.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        page
    }
}

/// The secret for the forms of a page.
#[must_use]
pub fn secret(app: &App, headers: &HeaderMap) -> FormSecret {
    if let Some(known) = cookie(headers) {
        return FormSecret {
            field: known.to_owned(),
            cookie: None,
        };
    }
    let field = format!("{:016x}{:016x}", app.random_bits(), app.random_bits());
    let OverTls(secure) = OverTls::of(app);
    let (name, secure) = if secure {
        (HOST_COOKIE, "; Secure")
    } else {
        (COOKIE, "")
    };
    let cookie = format!("{name}={field}; Path=/; HttpOnly; SameSite=Lax{secure}");
    FormSecret {
        field,
        cookie: HeaderValue::from_str(&cookie).ok(),
    }
}

/// Returns whether the form comes from one of our own pages.
#[must_use]
pub fn is_ours(headers: &HeaderMap, field: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    if let Some(origin) = text("origin") {
        let host = origin.split_once("://").map(|(_, host)| host);
        return host.is_some() && host == text("host");
    }
    is_secret(field) && cookie(headers) == Some(field)
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| [COOKIE, HOST_COOKIE].contains(name) && is_secret(value))
        .map(|(_, value)| value)
}

fn is_secret(value: &str) -> bool {
    value.len() == 32 && value.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{OverTls, is_ours};

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    #[track_caller]
    fn check(headers: &[(&'static str, &'static str)], field: &str, expected: bool) {
        let asked: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        assert_eq!(is_ours(&asked, field), expected, "{headers:?} {field}");
    }

    #[test]
    fn a_browser_that_says_where_the_form_is_from_is_believed() {
        check(&[("sec-fetch-site", "same-origin")], "", true);
        check(&[("sec-fetch-site", "cross-site")], SECRET, false);
        check(&[("sec-fetch-site", "same-site")], SECRET, false);
        check(
            &[("origin", "https://pay.example"), ("host", "pay.example")],
            "",
            true,
        );
        check(
            &[("origin", "https://evil.example"), ("host", "pay.example")],
            "",
            false,
        );
        check(&[("origin", "null"), ("host", "pay.example")], "", false);
    }

    #[test]
    fn a_browser_that_says_nothing_has_to_show_the_secret_twice() {
        let cookie = "a=b; altyn_form=0123456789abcdef0123456789abcdef";
        check(&[("cookie", cookie)], SECRET, true);
        check(
            &[("cookie", cookie)],
            "ffffffffffffffffffffffffffffffff",
            false,
        );
        check(&[("cookie", "altyn_form=")], "", false);
        check(&[], SECRET, false);
        check(&[], "", false);
    }

    #[test]
    fn over_tls_only_a_cookie_of_this_very_host_counts() {
        let both = format!(
            "a=b; altyn_form={SECRET}; __Host-altyn_form={}",
            "f".repeat(32)
        );
        let mut headers = HeaderMap::new();
        headers.insert("cookie", HeaderValue::from_str(&both).unwrap());
        let own = OverTls(true).own(headers.clone());
        assert!(is_ours(&own, &"f".repeat(32)) && !is_ours(&own, SECRET));
        let plain = OverTls(false).own(headers.clone());
        assert!(is_ours(&plain, SECRET));
        headers.insert(
            "cookie",
            HeaderValue::from_str(&format!("altyn_form={SECRET}")).unwrap(),
        );
        assert!(!is_ours(&OverTls(true).own(headers), SECRET));
    }
}

//! Sites of merchants, as browsers tell them apart: scheme, host and port.

use std::fmt;

/// Longest site, in characters.
const CHARS_MAX: usize = 300;

/// A site whose pages may show the shop's widgets: `https://shop.example`, or everything below a
/// name, `https://*.shop.example`. It stands in headers, so it has no character with a meaning
/// there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site(String);

impl Site {
    /// The site; `None` if the text is not one. A name in another alphabet comes as `xn--…`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let (scheme, rest) = text.split_once("://")?;
        let (host, port) = match rest.split_once(':') {
            None => (rest, None),
            Some((host, port)) => (host, Some(port)),
        };
        let port = port.is_none_or(|port| {
            let digits = port.bytes().all(|b| b.is_ascii_digit());
            digits && port.parse::<u16>().is_ok_and(|port| port > 0)
        });
        let name = host.strip_prefix("*.").unwrap_or(host);
        let label = |label: &str| {
            let letters = label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-');
            !label.is_empty() && letters
        };
        let sound = matches!(scheme, "https" | "http")
            && port
            && name.split('.').all(label)
            && text.len() <= CHARS_MAX;
        sound.then_some(Self(text))
    }

    /// The site as browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Site;

    #[test]
    fn a_site_is_scheme_host_and_port_and_nothing_else() {
        for (text, expected) in [
            ("https://shop.example", "https://shop.example"),
            ("HTTPS://Shop.Example:8443", "https://shop.example:8443"),
            ("https://*.shop.example", "https://*.shop.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1", "http://127.0.0.1"),
            ("https://xn--80aswg.xn--p1ai", "https://xn--80aswg.xn--p1ai"),
        ] {
            let site = Site::parse(text);
            assert_eq!(site.as_ref().map(Site::as_str), Some(expected));
        }
        for text in [
            "",
            "*",
            "shop.example",
            "https://",
            "https://*",
            "https://*.",
            "https://a*.shop.example",
            "https://shop.example/",
            "https://shop.example; script-src *",
            "https://shop.example https://x",
            "https://shop..example",
            "https://me@shop.example",
            "https://shop.example:0",
            "https://shop.example:65536",
            "https://shop.example:+80",
            "https://магазин.рф",
            "ftp://shop.example",
            "data:text/html,x",
        ] {
            assert_eq!(Site::parse(text), None, "{text}");
        }
    }
}

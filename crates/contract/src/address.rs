//! Addresses that a merchant wants to be called at, as far as their spelling tells.

use std::net::IpAddr;

use domain::WebAddress;
use url::{Host, Url};

/// Longest address, in bytes.
pub(crate) const BYTES_MAX: usize = 2_048;

/// Can this address be called at all? Addresses inside private networks are refused again when the
/// name has been resolved; whether plain HTTP and this machine are permitted is the operator's
/// choice, so they pass here.
pub(crate) fn may_be_called(text: &str) -> bool {
    if BYTES_MAX < text.len() || WebAddress::parse(text).is_none() {
        return false;
    }
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let scheme = matches!(url.scheme(), "https" | "http");
    let plain = url.username().is_empty() && url.password().is_none();
    let host = match url.host() {
        Some(Host::Domain(name)) => !name.is_empty(),
        Some(Host::Ipv4(address)) => is_open(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_open(IpAddr::V6(address)),
        None => false,
    };
    scheme && plain && host
}

/// Loopback is decided when the call is made; what no platform ever calls is refused at once.
fn is_open(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            !(v4.is_private() || v4.is_link_local() || v4.is_unspecified() || v4.is_multicast())
        }
        IpAddr::V6(v6) => {
            let mapped = v6.to_ipv4_mapped().is_some();
            let inside = v6.is_unique_local() || v6.is_unicast_link_local();
            !(mapped || inside || v6.is_unspecified() || v6.is_multicast())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::may_be_called;

    #[test]
    fn what_can_never_be_called_is_refused_at_once() {
        for good in [
            "https://partner.example/hook?a=1",
            "https://partner.example:8443/",
            "https://магазин.рф/хук",
            "http://127.0.0.1:3000/hook",
            "http://localhost/hook",
        ] {
            assert!(may_be_called(good), "{good}");
        }
        let long = format!("https://partner.example/{}", "x".repeat(2_048));
        for bad in [
            "",
            "/hook",
            "https://",
            "ftp://partner.example/",
            "javascript:alert(1)",
            "https://user:word@partner.example/",
            "http:evil",
            "https://partner.example\\@evil.example/",
            "https://partner.example/\r\nX: y",
            "http://10.0.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest",
            "http://0.0.0.0/",
            "http://[fd00::1]/",
            "http://[fe80::1]/",
            "http://[::ffff:10.0.0.1]/",
            &long,
        ] {
            assert!(!may_be_called(bad), "{bad}");
        }
    }
}

//! Addresses that a merchant wants to be called at, as far as their spelling tells.

use domain::{Reach, WebAddress};
use url::{Host, Url};

/// Longest address, in bytes.
pub(crate) const BYTES_MAX: usize = 2_048;

/// Returns whether an address may be called, as far as its spelling tells. What its name leads to
/// is asked again by the one who connects.
#[must_use]
pub fn may_be_called(text: &str, reach: Reach) -> bool {
    if BYTES_MAX < text.len() || WebAddress::parse(text).is_none() {
        return false;
    }
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let plain = url.username().is_empty() && url.password().is_none();
    let host = match url.host() {
        Some(Host::Domain(name)) => reach.allows_name(name),
        Some(Host::Ipv4(address)) => reach.allows(address.into()),
        Some(Host::Ipv6(address)) => reach.allows(address.into()),
        None => false,
    };
    reach.allows_scheme(url.scheme()) && plain && host
}

#[cfg(test)]
mod tests {
    use domain::Reach;

    use super::may_be_called;

    #[test]
    fn what_can_never_be_called_is_refused_at_once() {
        let (public, demo) = (Reach::Public, Reach::PublicAndLoopback);
        for good in [
            "https://partner.example/hook?a=1",
            "https://partner.example:8443/",
            "https://магазин.рф/хук",
            "https://1.1.1.1/",
            "https://[2606:4700:4700::1111]/",
        ] {
            assert!(may_be_called(good, public), "{good}");
            assert!(may_be_called(good, demo), "{good}");
        }
        for loopback in [
            "http://partner.example/hook",
            "http://127.0.0.1:3000/hook",
            "https://127.0.0.1/hook",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://localhost/hook",
            "https://shop.localhost/hook",
            "http://[::1]/hook",
        ] {
            assert!(!may_be_called(loopback, public), "{loopback}");
            assert!(may_be_called(loopback, demo), "{loopback}");
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
            "https://10.0.0.1/",
            "https://100.64.0.1/",
            "https://192.168.1.1/",
            "https://198.18.0.1/",
            "https://169.254.169.254/latest",
            "https://0.0.0.0/",
            "https://0.1.2.3/",
            "https://192.0.2.1/",
            "https://255.255.255.255/",
            "https://0xa000001/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://[::127.0.0.1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[::ffff:1.1.1.1]/",
            "https://[64:ff9b::10.0.0.1]/",
            "https://[64:ff9b:1::1]/",
            "https://[2002:a00:1::1]/",
            "https://[2001:db8::1]/",
            &long,
        ] {
            assert!(!may_be_called(bad, public), "{bad}");
            assert!(!may_be_called(bad, demo), "{bad}");
        }
    }
}

//! Addresses that a merchant wants to be called at, judged by their spelling alone.

use domain::{Reach, WebAddress};
use url::{Host, ParseError, Url};

/// Longest address, in bytes.
pub(crate) const BYTES_MAX: usize = 2_048;

/// Why an address may not be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is not an address of the web, or it is too long for one.
    #[error("it is not an address such as https://shop.example/hook, of at most {BYTES_MAX} bytes")]
    Malformed,
    /// It begins with another scheme than it should.
    #[error("it does not begin with https://")]
    Scheme,
    /// Its port is not a port.
    #[error("its port is not a number up to 65535")]
    Port,
    /// It holds a name or a password.
    #[error("it holds a user or a password")]
    Credentials,
    /// It leads to a host that nobody outside may send to.
    #[error("its host is not on a public network")]
    Host,
}

/// Returns whether an address may be called, judging by its spelling. Whoever connects asks again
/// about the addresses that its name resolves to.
#[must_use]
pub fn may_be_called(text: &str, reach: Reach) -> bool {
    check(text, reach).is_ok()
}

/// The same, and why not.
///
/// # Errors
/// It may not be called.
pub fn check(text: &str, reach: Reach) -> Result<(), Unusable> {
    let url = Url::parse(text).map_err(|error| {
        if error == ParseError::RelativeUrlWithoutBase {
            Unusable::Scheme
        } else if error == ParseError::InvalidPort {
            Unusable::Port
        } else {
            Unusable::Malformed
        }
    })?;
    if !reach.allows_scheme(url.scheme()) {
        return Err(Unusable::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Unusable::Credentials);
    }
    if BYTES_MAX < text.len() || WebAddress::parse(text).is_none() {
        return Err(Unusable::Malformed);
    }
    let host = match url.host() {
        Some(Host::Domain(name)) => reach.allows_name(name),
        Some(Host::Ipv4(address)) => reach.allows(address.into()),
        Some(Host::Ipv6(address)) => reach.allows(address.into()),
        None => false,
    };
    if host { Ok(()) } else { Err(Unusable::Host) }
}

#[cfg(test)]
mod tests {
    use domain::Reach;

    use super::{Unusable, check, may_be_called};

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

    #[test]
    fn what_is_wrong_is_said() {
        let long = format!("https://partner.example/{}", "x".repeat(2_048));
        for (bad, why) in [
            ("partner.example/hook", Unusable::Scheme),
            ("partner.example:8443/hook", Unusable::Scheme),
            ("http://partner.example/", Unusable::Scheme),
            ("https://partner.example:99999/", Unusable::Port),
            ("https://user:word@partner.example/", Unusable::Credentials),
            ("https://10.0.0.1/", Unusable::Host),
            ("https://", Unusable::Malformed),
            (&long, Unusable::Malformed),
        ] {
            assert_eq!(check(bad, Reach::Public), Err(why), "{bad}");
        }
    }
}

//! The `Authorization` header: a shop's id and secret key (YooKassa API v3: authentication and
//! errors).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ShopId;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use zeroize::Zeroizing;

const SECRET_BYTES_MAX: usize = 256;

/// What a shop shows to prove who it is.
pub(crate) struct Credentials {
    pub(crate) shop: ShopId,
    pub(crate) secret: Zeroizing<String>,
}

/// Why a header proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CredentialsRefused {
    /// There is none.
    #[error("no Authorization header")]
    Missing,
    /// It is not in the form of HTTP, or not of Basic authentication.
    #[error("the Authorization header is malformed")]
    Malformed,
    /// Another kind than the route's; tokens of partners come with later work.
    #[error("another kind of authentication")]
    Kind,
    /// The user name is no shop's id.
    #[error("the login is no shop id")]
    Login,
    /// The password cannot be a secret key.
    #[error("the password is no secret key")]
    Password,
}

impl Credentials {
    /// Reads the header.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, CredentialsRefused> {
        let header = headers
            .get(AUTHORIZATION)
            .ok_or(CredentialsRefused::Missing)?;
        let text = header
            .to_str()
            .map_err(|_not_text| CredentialsRefused::Malformed)?;
        let (kind, value) = text
            .trim()
            .split_once(' ')
            .ok_or(CredentialsRefused::Malformed)?;
        if !kind.eq_ignore_ascii_case("basic") {
            return Err(CredentialsRefused::Kind);
        }
        let malformed = CredentialsRefused::Malformed;
        let pair = Zeroizing::new(
            STANDARD
                .decode(value.trim())
                .map_err(|_encoding| malformed)?,
        );
        let pair = std::str::from_utf8(&pair).map_err(|_encoding| malformed)?;
        let (login, secret) = pair.split_once(':').ok_or(malformed)?;
        let shop = login.parse().map_err(|_kind| CredentialsRefused::Login)?;
        let key = (1..=SECRET_BYTES_MAX).contains(&secret.len())
            && secret.bytes().all(|b| b.is_ascii_graphic());
        if !key {
            return Err(CredentialsRefused::Password);
        }
        let secret = Zeroizing::new(secret.to_owned());
        Ok(Self { shop, secret })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<Credentials, CredentialsRefused> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, header.parse().unwrap());
        Credentials::read(&headers)
    }

    fn basic(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    #[test]
    fn a_shop_shows_its_id_and_key() {
        for scheme in ["Basic", "basic", "BASIC"] {
            let header = basic("100001:test_a:b").replace("Basic", scheme);
            let read = read(&header).ok().unwrap();
            assert_eq!(read.shop.to_string(), "100001");
            assert_eq!(read.secret.as_str(), "test_a:b");
        }
    }

    #[test]
    fn what_proves_nothing_is_named() {
        let refused = |header: &str| read(header).err().unwrap();
        assert_eq!(
            Credentials::read(&HeaderMap::new()).err(),
            Some(CredentialsRefused::Missing)
        );
        for header in ["Basic", "", "Basic ????", &basic("nocolon")] {
            assert_eq!(refused(header), CredentialsRefused::Malformed, "{header}");
        }
        for header in ["Bearer token", "Digest x"] {
            assert_eq!(refused(header), CredentialsRefused::Kind, "{header}");
        }
        for pair in [
            "shop:key",
            ":key",
            "0:key",
            "-1:key",
            "9999999999999999999:key",
        ] {
            assert_eq!(refused(&basic(pair)), CredentialsRefused::Login, "{pair}");
        }
        for pair in [
            "1:",
            "1:with space",
            "1:кириллица",
            &format!("1:{}", "k".repeat(257)),
        ] {
            assert_eq!(
                refused(&basic(pair)),
                CredentialsRefused::Password,
                "{pair}"
            );
        }
    }
}

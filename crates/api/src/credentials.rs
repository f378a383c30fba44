//! The `Authorization` header: a shop's id and secret key, or the token of an application (YooKassa
//! API v3: authentication and errors).

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ShopId;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use zeroize::Zeroizing;

const SECRET_BYTES_MAX: usize = 256;
/// How long tokens may be, by the documentation.
const TOKEN_BYTES: RangeInclusive<usize> = 32..=512;

/// What someone shows to prove who they are.
pub(crate) enum Credentials {
    /// A shop's id and secret key.
    Key {
        shop: ShopId,
        secret: Zeroizing<String>,
    },
    /// An application's token.
    Token(Zeroizing<String>),
}

/// Why a header does not prove who is asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CredentialsRefused {
    /// The header is missing.
    #[error("no Authorization header")]
    Missing,
    /// The header came twice, and it is not clear which one counts.
    #[error("two Authorization headers")]
    Twice,
    /// It does not have the form of the HTTP header, or of Basic authentication.
    #[error("the Authorization header is malformed")]
    Malformed,
    /// Credentials of another kind than the route takes.
    #[error("another kind of authentication")]
    Kind,
    /// The user name is not the id of a shop.
    #[error("the login is not the id of a shop")]
    Login,
    /// The password cannot be a secret key.
    #[error("the password is not a secret key")]
    Password,
    /// The token is unknown, or its time is over.
    #[error("the token is not valid")]
    Token,
}

impl Credentials {
    /// Reads the header.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, CredentialsRefused> {
        let (kind, value) = header(headers)?;
        if kind.eq_ignore_ascii_case("bearer") {
            let fits = TOKEN_BYTES.contains(&value.len()) && value.bytes().all(is_of_token);
            let token = Zeroizing::new(value.to_owned());
            return fits
                .then_some(Self::Token(token))
                .ok_or(CredentialsRefused::Token);
        }
        let (login, secret) = basic(headers)?;
        let shop = login.parse().map_err(|_kind| CredentialsRefused::Login)?;
        let key = (1..=SECRET_BYTES_MAX).contains(&secret.len())
            && secret.bytes().all(|b| b.is_ascii_graphic());
        if !key {
            return Err(CredentialsRefused::Password);
        }
        Ok(Self::Key { shop, secret })
    }
}

/// The user name and password of Basic authentication.
pub(crate) fn basic(
    headers: &HeaderMap,
) -> Result<(String, Zeroizing<String>), CredentialsRefused> {
    let (kind, value) = header(headers)?;
    if !kind.eq_ignore_ascii_case("basic") {
        return Err(CredentialsRefused::Kind);
    }
    let malformed = CredentialsRefused::Malformed;
    let pair = STANDARD.decode(value).map_err(|_encoding| malformed)?;
    let pair = Zeroizing::new(pair);
    let pair = std::str::from_utf8(&pair).map_err(|_encoding| malformed)?;
    let (login, secret) = pair.split_once(':').ok_or(malformed)?;
    Ok((login.to_owned(), Zeroizing::new(secret.to_owned())))
}

/// The scheme and what follows it.
fn header(headers: &HeaderMap) -> Result<(&str, &str), CredentialsRefused> {
    let malformed = CredentialsRefused::Malformed;
    let mut shown = headers.get_all(AUTHORIZATION).iter();
    let header = shown.next().ok_or(CredentialsRefused::Missing)?;
    if shown.next().is_some() {
        return Err(CredentialsRefused::Twice);
    }
    let text = header.to_str().map_err(|_not_text| malformed)?;
    let (kind, value) = text.trim().split_once(' ').ok_or(malformed)?;
    Ok((kind, value.trim()))
}

/// Returns whether a token may have this character (RFC 6750).
fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
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
            let Some(Credentials::Key { shop, secret }) = read(&header).ok() else {
                panic!("{header} is no key");
            };
            assert_eq!(shop.to_string(), "100001");
            assert_eq!(secret.as_str(), "test_a:b");
        }
    }

    #[test]
    fn an_application_shows_its_token() {
        let sent = "a".repeat(43);
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let Some(Credentials::Token(token)) = read(&format!("{scheme} {sent}")).ok() else {
                panic!("{scheme} shows no token");
            };
            assert_eq!(token.as_str(), sent);
        }
        for bad in ["short".to_owned(), "a".repeat(513), format!("{sent}\"")] {
            let refused = read(&format!("Bearer {bad}")).err();
            assert_eq!(refused, Some(CredentialsRefused::Token), "{bad}");
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
        assert_eq!(refused("Digest x"), CredentialsRefused::Kind);
        let mut two = HeaderMap::new();
        two.append(AUTHORIZATION, basic("1:key").parse().unwrap());
        two.append(AUTHORIZATION, basic("2:key").parse().unwrap());
        assert_eq!(
            Credentials::read(&two).err(),
            Some(CredentialsRefused::Twice)
        );
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

//! What applications of partners send to exchange and end tokens, and what they get (YooKassa API
//! v3: OAuth for partners; RFC 6749 and RFC 7009).

use std::borrow::Cow;

use domain::Duration;
use serde::Serialize;
use url::form_urlencoded;
use zeroize::Zeroizing;

/// The answer when a token has been ended.
pub const REVOKED: &[u8] = b"{}";

/// Why a token is not issued or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OauthError {
    /// A parameter is missing, doubled or illegal.
    #[error("a parameter is missing, doubled or illegal")]
    InvalidRequest,
    /// The application is unknown, or its secret is wrong.
    #[error("client_id or client_secret is wrong")]
    InvalidClient,
    /// The code or the token is not valid.
    #[error("the code or token is unknown, used, expired, revoked, or another application's")]
    InvalidGrant,
    /// Only codes can be exchanged.
    #[error("grant_type must be authorization_code")]
    UnsupportedGrantType,
    /// Something is broken.
    #[error("the result is unknown")]
    ServerError,
    /// Too many wrong secrets came from one address.
    #[error("too many wrong secrets from this address; try again later")]
    TooManySecrets {
        /// After how long the next one is accepted.
        wait: Duration,
    },
    /// The platform has too much to do.
    #[error("nothing was done; try again")]
    TemporarilyUnavailable,
}

impl OauthError {
    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::ServerError => "server_error",
            Self::TooManySecrets { .. } | Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

/// What a form says about the application that sends it.
pub struct ClientShown {
    /// `client_id`
    pub id: Option<String>,
    /// `client_secret`
    pub secret: Option<Zeroizing<String>>,
}

/// `POST /oauth/v2/token`. Cannot be printed.
pub struct TokenRequest {
    /// Who is asking, where the form says it.
    pub client: ClientShown,
    /// The code that is exchanged.
    pub code: Zeroizing<String>,
    /// The proof that the code is exchanged by whoever asked for it (RFC 7636).
    pub verifier: Option<Zeroizing<String>>,
}

/// `POST /oauth/v2/revoke_token`. Cannot be printed.
pub struct RevokeRequest {
    /// Who is asking, where the form says it.
    pub client: ClientShown,
    /// The token that is ended.
    pub token: Zeroizing<String>,
}

impl TokenRequest {
    /// Reads a form.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(form: &[u8]) -> Result<Self, OauthError> {
        let form = Form::parse(form)?;
        match form.required("grant_type")?.as_str() {
            "authorization_code" => {}
            _ => return Err(OauthError::UnsupportedGrantType),
        }
        Ok(Self {
            client: form.client(),
            code: form.required("code")?,
            verifier: form.verifier()?,
        })
    }
}

impl RevokeRequest {
    /// Reads a form.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(form: &[u8]) -> Result<Self, OauthError> {
        let form = Form::parse(form)?;
        Ok(Self {
            client: form.client(),
            token: form.required("token")?,
        })
    }
}

/// The pairs of a form. A name comes at most once, and an empty value counts as an absent one.
struct Form<'f>(Vec<(Cow<'f, str>, Zeroizing<String>)>);

impl<'f> Form<'f> {
    fn parse(form: &'f [u8]) -> Result<Self, OauthError> {
        let mut pairs: Vec<(Cow<'f, str>, Zeroizing<String>)> = Vec::new();
        for (name, value) in form_urlencoded::parse(form) {
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(OauthError::InvalidRequest);
            }
            pairs.push((name, Zeroizing::new(value.into_owned())));
        }
        Ok(Self(pairs))
    }

    fn get(&self, name: &str) -> Option<Zeroizing<String>> {
        let found = self.0.iter().find(|(known, _)| known == name);
        let value = found.map(|(_, value)| value.clone());
        value.filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Result<Zeroizing<String>, OauthError> {
        self.get(name).ok_or(OauthError::InvalidRequest)
    }

    /// The verifier: 43 to 128 letters, digits and signs that need no escape in an address.
    fn verifier(&self) -> Result<Option<Zeroizing<String>>, OauthError> {
        let verifier = self.get("code_verifier");
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let fits = verifier
            .as_ref()
            .is_none_or(|text| (43..=128).contains(&text.len()) && text.bytes().all(legal));
        if fits {
            return Ok(verifier);
        }
        Err(OauthError::InvalidRequest)
    }

    fn client(&self) -> ClientShown {
        ClientShown {
            id: self.get("client_id").map(|id| id.as_str().to_owned()),
            secret: self.get("client_secret"),
        }
    }
}

#[derive(Serialize)]
struct TokenBody<'a> {
    access_token: &'a str,
    expires_in: i64,
}

/// The body with a new token.
#[must_use]
pub fn token_body(token: &str, life: Duration) -> Vec<u8> {
    crate::wire::written(&TokenBody {
        access_token: token,
        expires_in: life.as_seconds(),
    })
}

#[derive(Serialize)]
struct ErrorBody {
    error: &'static str,
    error_description: String,
}

/// The body of a refusal.
#[must_use]
pub fn error_body(error: OauthError) -> Vec<u8> {
    crate::wire::written(&ErrorBody {
        error: error.code(),
        error_description: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(form: &str, expected: OauthError) {
        assert_eq!(TokenRequest::parse(form.as_bytes()).err(), Some(expected));
    }

    #[test]
    fn a_form_asks_for_a_token() {
        let form = b"grant_type=authorization_code&code=a%2Bb&client_id=ap-1&client_secret=s";
        let request = TokenRequest::parse(form).ok().unwrap();
        assert_eq!(request.code.as_str(), "a+b");
        assert_eq!(request.client.id.as_deref(), Some("ap-1"));
        assert_eq!(request.client.secret.unwrap().as_str(), "s");
        let form = b"grant_type=authorization_code&code=a&client_secret=";
        let request = TokenRequest::parse(form).ok().unwrap();
        assert!(request.client.id.is_none() && request.client.secret.is_none());
    }

    #[test]
    fn what_is_wrong_with_a_form_has_the_names_of_the_standard() {
        refused("", OauthError::InvalidRequest);
        refused("grant_type=authorization_code", OauthError::InvalidRequest);
        refused(
            "grant_type=authorization_code&code=",
            OauthError::InvalidRequest,
        );
        refused(
            "grant_type=authorization_code&code=a&code=b",
            OauthError::InvalidRequest,
        );
        for other in ["password", "client_credentials", "refresh_token"] {
            refused(
                &format!("grant_type={other}&code=a"),
                OauthError::UnsupportedGrantType,
            );
        }
        assert!(RevokeRequest::parse(b"token=").is_err());
    }

    #[test]
    fn answers_have_the_documented_members() {
        let body = token_body("abc", domain::grant::TOKEN_LIFE);
        insta::assert_snapshot!(
            String::from_utf8(body).unwrap(),
            @r#"{"access_token":"abc","expires_in":94607999}"#
        );
        let body = String::from_utf8(error_body(OauthError::InvalidClient)).unwrap();
        assert!(body.starts_with(r#"{"error":"invalid_client","#), "{body}");
    }
}

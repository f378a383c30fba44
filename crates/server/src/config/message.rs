//! The operator's settings for the mail server and the SMS gateway. Keys and passwords are never
//! printed, nor values that may hold them.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use connectors::courier::Certificates;
use connectors::mail::{self, Login, NoMailer, SmtpMailer, Tls};
use connectors::sms::{self, HttpSms, NoSms, Sign};
use connectors::{Mailer, SmsGateway};
use domain::fiscal::Secret;

/// The mail server.
#[derive(Clone, Debug, Default)]
pub(crate) struct MailConfig {
    /// Host and port; `None` for no mail.
    pub(super) server: Option<(String, u16)>,
    pub(super) tls: MailTls,
    /// Whether mail may go unprotected to other machines.
    pub(super) plain_anywhere: bool,
    pub(super) user: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) from: Option<String>,
}

/// The protection of mail on its way to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum MailTls {
    None,
    #[default]
    StartTls,
    Implicit,
}

/// The SMS gateway.
#[derive(Clone, Debug, Default)]
pub(crate) struct SmsConfig {
    /// `None` for no SMS.
    pub(super) url: Option<Secret>,
    pub(super) header: Option<Secret>,
    pub(super) body: Option<Secret>,
    pub(super) success: Option<Sign>,
    pub(super) refusal: Option<Sign>,
    pub(super) plain_anywhere: bool,
}

impl MailConfig {
    /// Who sends mail.
    pub(crate) fn mailer(&self, certificates: Certificates) -> Result<Arc<dyn Mailer>> {
        let Some((host, port)) = self.server.clone() else {
            return Ok(Arc::new(NoMailer));
        };
        let Some(from) = self.from.clone() else {
            bail!("mail_server needs mail_from, the sender of mail");
        };
        if self.tls == MailTls::None && !self.plain_anywhere && !is_here(&host) {
            bail!(
                "mail_tls is none, so mail to {host} could be read on its way; \
                 allow_plain_mail allows that"
            );
        }
        let login = match (&self.user, &self.password) {
            (Some(user), Some(password)) => Some(Login {
                user: user.clone(),
                password: password.clone(),
            }),
            (None, None) => None,
            (Some(_), None) => bail!("mail_user needs mail_password"),
            (None, Some(_)) => bail!("mail_password needs mail_user"),
        };
        let settings = mail::Settings {
            host,
            port,
            tls: match self.tls {
                MailTls::None => Tls::None,
                MailTls::StartTls => Tls::StartTls,
                MailTls::Implicit => Tls::Implicit,
            },
            certificates,
            login,
            from,
            time_max: mail::TIME_MAX,
        };
        let mailer = SmtpMailer::new(settings).context("set up mail")?;
        Ok(Arc::new(mailer))
    }
}

impl MailTls {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            "starttls" => Ok(Self::StartTls),
            "implicit" => Ok(Self::Implicit),
            _ => Err(format!(
                "{text:?} is neither starttls nor implicit nor none"
            )),
        }
    }
}

impl SmsConfig {
    /// Who sends SMS.
    pub(crate) fn gateway(&self, certificates: Certificates) -> Result<Arc<dyn SmsGateway>> {
        let Some(url) = self.url.clone() else {
            return Ok(Arc::new(NoSms));
        };
        let Some(body) = self.body.clone() else {
            bail!("sms_url needs sms_body, what is posted there");
        };
        let far = is_plain_and_far(url.expose());
        ensure!(
            self.plain_anywhere || !far,
            "sms_url is http:// to another machine, which shows its secret and the messages to \
             everyone between: make it https://, or set allow_plain_sms"
        );
        let settings = sms::Settings {
            url,
            header: self.header.clone(),
            body,
            success: self.success.clone(),
            refusal: self.refusal.clone(),
            certificates,
            time_max: sms::TIME_MAX,
        };
        let gateway = HttpSms::new(settings).context("set up SMS")?;
        Ok(Arc::new(gateway))
    }
}

/// Returns whether an address leads to another machine without TLS.
fn is_plain_and_far(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else {
        // The gateway itself reports that the address cannot be read.
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    url.scheme() == "http" && !is_here(bare)
}

/// Returns whether this name is this machine's own.
fn is_here(host: &str) -> bool {
    let address: Result<IpAddr, _> = host.parse();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Reads `host:port`, `[address]:port` or `off`.
pub(super) fn server(text: &str) -> Result<Option<(String, u16)>, String> {
    if text == "off" {
        return Ok(None);
    }
    let parts = text.rsplit_once(':').and_then(|(host, port)| {
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        let sound = !host.is_empty()
            && !host.contains(['/', '@', '[', ']'])
            && !host.contains(char::is_whitespace)
            && (bare.is_some() || !host.contains(':'));
        Some((host.to_owned(), port.parse().ok()?)).filter(|_| sound)
    });
    let wrong = || format!("{text:?} is not a server such as mail.example.com:587");
    parts.map(Some).ok_or_else(wrong)
}

/// A text, or `none`.
pub(super) fn or_none(text: &str) -> Option<String> {
    (text != "none" && !text.is_empty()).then(|| text.to_owned())
}

/// A text that is never printed, or `none`.
pub(super) fn secret(text: &str) -> Option<Secret> {
    or_none(text).map(Secret::new)
}

/// An address that may hold a key, or `off`.
pub(super) fn url(text: &str) -> Option<Secret> {
    (text != "off").then(|| Secret::new(text.to_owned()))
}

/// A sign that is looked for in an answer, or `none`.
pub(super) fn sign(text: &str) -> Result<Option<Sign>, String> {
    if text == "none" {
        return Ok(None);
    }
    let wrong = || format!("{text:?} is not a sign such as /status=OK");
    Sign::parse(text).map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use connectors::courier::Certificates;

    use super::{MailConfig, MailTls, SmsConfig, or_none, secret, server, sign, url};

    fn mail(address: &str, tls: &str) -> MailConfig {
        MailConfig {
            server: server(address).unwrap(),
            tls: MailTls::parse(tls).unwrap(),
            from: or_none("pay@example.com"),
            ..MailConfig::default()
        }
    }

    #[track_caller]
    fn refused(mail: &MailConfig) -> String {
        match mail.mailer(Certificates::Trusted) {
            Ok(_) => panic!("not refused"),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn servers_are_hosts_with_a_port() {
        let known = |text: &str| server(text).unwrap().unwrap();
        assert_eq!(
            known("mail.example.com:587"),
            ("mail.example.com".to_owned(), 587)
        );
        assert_eq!(known("[::1]:25"), ("::1".to_owned(), 25));
        assert_eq!(server("off"), Ok(None));
        for text in [
            "",
            "mail",
            "mail:",
            ":25",
            "mail:x",
            "mail:99999",
            "::1:25",
            "smtp://a:25",
        ] {
            assert!(server(text).is_err(), "{text}");
        }
    }

    #[test]
    fn unprotected_mail_stays_on_this_machine_unless_that_is_allowed() {
        for address in ["localhost:25", "127.0.0.1:25", "[::1]:25"] {
            mail(address, "none").mailer(Certificates::Trusted).unwrap();
        }
        let mut far = mail("mail.example.com:25", "none");
        assert!(refused(&far).contains("allow_plain_mail"));
        far.plain_anywhere = true;
        far.mailer(Certificates::Trusted).unwrap();
    }

    #[test]
    fn what_is_missing_is_named_and_no_secret_is_said() {
        let mut half = mail("mail.example.com:587", "starttls");
        half.user = or_none("altyn");
        assert!(refused(&half).contains("mail_password"));
        half = mail("mail.example.com:587", "starttls");
        half.password = secret("s3cret");
        assert!(refused(&half).contains("mail_user"));
        assert!(!format!("{half:?}").contains("s3cret"));
        half = mail("mail.example.com:587", "starttls");
        half.from = None;
        assert!(refused(&half).contains("mail_from"));

        let mut sms = SmsConfig {
            url: url("https://s3cret.example.com/?key=s3cret"),
            ..SmsConfig::default()
        };
        let refused = |sms: &SmsConfig| match sms.gateway(Certificates::Trusted) {
            Ok(_) => panic!("not refused"),
            Err(error) => format!("{error:#}"),
        };
        assert!(refused(&sms).contains("sms_body"));
        sms.body = secret("s3cret {text}");
        let said = refused(&sms);
        assert!(
            said.contains("{phone}") && !said.contains("s3cret"),
            "{said}"
        );
        assert!(!format!("{sms:?}").contains("s3cret"));
        sms.body = secret("{phone} {text}");
        for plain in [
            "http://sms.example.com/send",
            "HTTP://127.0.0.1.example.com/",
        ] {
            sms.url = url(plain);
            assert!(refused(&sms).contains("allow_plain_sms"), "{plain}");
        }
        sms.plain_anywhere = true;
        sms.gateway(Certificates::Trusted).unwrap();
        sms.plain_anywhere = false;
        for near in [
            "http://127.0.0.1:1/send",
            "http://[::1]/",
            "http://localhost/",
        ] {
            sms.url = url(near);
            sms.gateway(Certificates::Trusted).unwrap();
        }
        assert!(sign("status").is_err());
    }
}

//! The keys of the configuration: name, default, meaning, and how a value is read.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use app::CardLimits;
use axum::http::HeaderName;

use super::message::{self, MailTls};
use super::proxies::Network;
use super::unit::{parse_bytes, parse_duration};
use super::{
    Config, ConnectorsConfig, DatabaseChoice, LogFormat, MailConfig, Proxies, Role, SmsConfig,
};

/// One key.
pub(crate) struct Key {
    /// The name in the file; the flag has dashes, the variable capitals and `ALTYN_` before it.
    pub(crate) name: &'static str,
    /// The value if nothing is given.
    pub(crate) default: &'static str,
    /// What it means, for help and docs.
    pub(crate) what: &'static str,
    /// Reads a value, or says what is wrong with it.
    pub(crate) set: fn(&mut Config, &str) -> Result<(), String>,
}

impl Key {
    /// `--data-dir` without the dashes before it.
    pub(crate) fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// `ALTYN_DATA_DIR`.
    pub(crate) fn variable(&self) -> String {
        format!("ALTYN_{}", self.name.to_uppercase())
    }

    /// Returns whether it is switched on by its name alone.
    pub(crate) fn is_switch(&self) -> bool {
        self.default == "false"
    }
}

/// All keys, in the order of the docs.
pub(crate) const KEYS: &[Key] = &[
    Key {
        name: "data_dir",
        default: "./altyn-data",
        what: "directory of the SQLite file, the sandbox register's memory and demo.json; made \
               with mode 0700",
        set: |config, text| {
            config.data_dir = PathBuf::from(filled(text)?);
            Ok(())
        },
    },
    Key {
        name: "database",
        default: "sqlite",
        what: "`sqlite` (altyn.db in the data directory), the path of an SQLite file, or \
               postgres://user:password@host/name",
        set: |config, text| {
            config.database = database(filled(text)?)?;
            Ok(())
        },
    },
    Key {
        name: "sealing_key_file",
        default: "auto",
        what: "file of the keys that secrets in the database are sealed with, the same on every \
               node; `auto` is sealing.key in the data directory",
        set: |config, text| {
            config.sealing_key_file = match filled(text)? {
                "auto" => None,
                path => Some(PathBuf::from(path)),
            };
            Ok(())
        },
    },
    Key {
        name: "listen",
        default: "127.0.0.1:8080",
        what: "address and port of the HTTP server; port 0 takes a free one",
        set: |config, text| put(&mut config.listen, address(text)),
    },
    Key {
        name: "metrics_listen",
        default: "127.0.0.1:0",
        what: "address and port of /metrics; `off` for none",
        set: |config, text| {
            config.metrics_listen = match text {
                "off" => None,
                _ => Some(address(text)?),
            };
            Ok(())
        },
    },
    Key {
        name: "public_url",
        default: "auto",
        what: "address under which buyers and merchants reach the server; `auto` is http:// and \
               the listening address",
        set: |config, text| {
            config.public_url = match text {
                "auto" => None,
                _ => Some(url(text)?),
            };
            Ok(())
        },
    },
    Key {
        name: "trusted_proxies",
        default: "127.0.0.0/8,::1",
        what: "addresses and networks of the proxies in front, which are believed when they say \
               where a request comes from; `none` to believe nobody",
        set: |config, text| put(&mut config.proxies.trusted, Network::parse_list(text)),
    },
    Key {
        name: "proxy_header",
        default: "x-real-ip",
        what: "the header in which they say it, such as x-forwarded-for",
        set: |config, text| put(&mut config.proxies.header, header(text)),
    },
    Key {
        name: "roles",
        default: "api,checkout,worker",
        what: "what this process does: the merchant API, the payment pages, the background work",
        set: |config, text| put(&mut config.roles, Role::parse_list(text)),
    },
    Key {
        name: "threads",
        default: "auto",
        what: "threads that serve requests; `auto` is one per core",
        set: |config, text| put(&mut config.threads, count_or_auto(text)),
    },
    Key {
        name: "lanes",
        default: "4",
        what: "writing connections on PostgreSQL; SQLite has one writer",
        set: |config, text| put(&mut config.lanes, count(text)),
    },
    Key {
        name: "readers",
        default: "auto",
        what: "reading connections; `auto` is 2 on SQLite and 4 on PostgreSQL",
        set: |config, text| put(&mut config.readers, count_or_auto(text)),
    },
    Key {
        name: "patient_readers",
        default: "auto",
        what: "connections for what may read a lot, which gives way to all else; `auto` is one for \
               eight cores, 1 to 4",
        set: |config, text| put(&mut config.patient_readers, count_or_auto(text)),
    },
    Key {
        name: "queue_length_max",
        default: "4096",
        what: "units of work that may wait per writer, and reads that may wait, before callers \
               get 429",
        set: |config, text| put(&mut config.queue_length_max, count(text)),
    },
    Key {
        name: "connections_max",
        default: "4096",
        what: "open HTTP connections; when all are taken, idle ones are ended, then one of \
               whoever has most, otherwise the answer is 503",
        set: |config, text| put(&mut config.connections_max, count(text)),
    },
    Key {
        name: "connections_per_address_max",
        default: "1024",
        what: "open connections of one address, or of one /64 of IPv6; behind a trusted proxy, \
               requests under way of one address",
        set: |config, text| put(&mut config.connections_per_address_max, count(text)),
    },
    Key {
        name: "connections_spare",
        default: "64",
        what: "connections beyond these, for /healthz, /readyz and for saying 503",
        set: |config, text| put(&mut config.connections_spare, count(text)),
    },
    Key {
        name: "header_time_max",
        default: "10s",
        what: "time for the head of a request to arrive",
        set: |config, text| put(&mut config.header_time_max, positive(text)),
    },
    Key {
        name: "header_bytes_max",
        default: "32KiB",
        what: "size of the head of a request; at least 8KiB",
        set: |config, text| {
            config.header_bytes_max = parse_bytes(text)?.max(HEADER_BYTES_MIN);
            Ok(())
        },
    },
    Key {
        name: "body_bytes_max",
        default: "256KiB",
        what: "size of a body that the API takes; forms of pages have a smaller limit of their own",
        set: |config, text| put(&mut config.body_bytes_max, parse_bytes(text)),
    },
    Key {
        name: "body_time_max",
        default: "20s",
        what: "time for a body to arrive; a later one is answered with 408",
        set: |config, text| put(&mut config.body_time_max, positive(text)),
    },
    Key {
        name: "body_grace_time",
        default: "10s",
        what: "time in which a body may be slower than `bytes_per_second_min`",
        set: |config, text| put(&mut config.body_grace_time, positive(text)),
    },
    Key {
        name: "bytes_per_second_min",
        default: "1KiB",
        what: "how fast bodies must arrive and answers be read",
        set: |config, text| put(&mut config.bytes_per_second_min, rate(text)),
    },
    Key {
        name: "unread_time_max",
        default: "20s",
        what: "time in which a client may read nothing of its answer, or read it more slowly",
        set: |config, text| put(&mut config.unread_time_max, positive(text)),
    },
    Key {
        name: "unread_bytes_max",
        default: "256MiB",
        what: "bytes of answers, over all connections, that their clients have not read; above \
               it those end first that leave most",
        set: |config, text| put(&mut config.unread_bytes_max, parse_bytes(text)),
    },
    Key {
        name: "ready_time_max",
        default: "1s",
        what: "time for the storage to answer /readyz; after it the answer is 503",
        set: |config, text| put(&mut config.ready_time_max, positive(text)),
    },
    Key {
        name: "request_time_max",
        default: "35s",
        what: "time for a whole request",
        set: |config, text| put(&mut config.request_time_max, positive(text)),
    },
    Key {
        name: "drain_time_max",
        default: "30s",
        what: "time for open requests to end when the server is asked to stop",
        set: |config, text| put(&mut config.drain_time_max, parse_duration(text)),
    },
    Key {
        name: "call_time_max",
        default: "25s",
        what: "time for a call to an acquirer, shorter than 45s; what is unanswered then is \
               looked up later",
        set: |config, text| put(&mut config.call_time_max, call_time(text)),
    },
    Key {
        name: "deliveries_per_webhook_max",
        default: "16",
        what: "notifications under way to one webhook at a time",
        set: |config, text| {
            let most: NonZeroU32 = number(text)?;
            config.deliveries_per_webhook_max = most.get();
            Ok(())
        },
    },
    Key {
        name: "rate_per_second",
        default: "2000",
        what: "API requests per second and shop; above it the answer is 429; 0 for no limit",
        set: |config, text| put(&mut config.rate_per_second, number(text)),
    },
    Key {
        name: "rate_burst",
        default: "4000",
        what: "API requests that a shop may make at once before the rate counts",
        set: |config, text| put(&mut config.rate_burst, number(text)),
    },
    Key {
        name: "card_attempts_per_address",
        default: "240",
        what: "attempts by card that no bank approved, at once and again each hour, from one \
               buyer's address (IPv6: network of 64 bits); 0 for no limit",
        set: |config, text| put(&mut config.card_limits.per_address, number(text)),
    },
    Key {
        name: "card_attempts_per_card",
        default: "20",
        what: "the same with one card; test shops have no such limit",
        set: |config, text| put(&mut config.card_limits.per_card, number(text)),
    },
    Key {
        name: "card_attempts_per_shop",
        default: "20000",
        what: "the same in one shop: a brake for numbers that are tried from many addresses",
        set: |config, text| put(&mut config.card_limits.per_shop, number(text)),
    },
    Key {
        name: "allow_loopback",
        default: "false",
        what: "whether notifications may go to http:// and this machine; the demo allows it",
        set: |config, text| put(&mut config.allow_loopback, switch(text)),
    },
    Key {
        name: "accept_any_certificate",
        default: "false",
        what: "whether notifications may go to servers with self-signed certificates, which others \
               can pretend to be; the mail server and the SMS gateway too",
        set: |config, text| put(&mut config.accept_any_certificate, switch(text)),
    },
    Key {
        name: "mail_server",
        default: "off",
        what: "host:port of the SMTP server that takes mail to buyers; while it is `off`, mail is \
               kept for `altyn message`",
        set: |config, text| put(&mut config.mail.server, message::server(text)),
    },
    Key {
        name: "mail_tls",
        default: "starttls",
        what: "how mail is protected on its way there: `starttls`, `implicit` (mostly port 465) or \
               `none`",
        set: |config, text| put(&mut config.mail.tls, MailTls::parse(text)),
    },
    Key {
        name: "allow_plain_mail",
        default: "false",
        what: "whether `mail_tls` may be `none` for a server that is not on this machine",
        set: |config, text| put(&mut config.mail.plain_anywhere, switch(text)),
    },
    Key {
        name: "mail_user",
        default: "none",
        what: "the user at the mail server",
        set: |config, text| put(&mut config.mail.user, Ok(message::or_none(text))),
    },
    Key {
        name: "mail_password",
        default: "none",
        what: "the password at the mail server; better in the file or the environment than in a \
               flag, which others on the machine can read",
        set: |config, text| put(&mut config.mail.password, Ok(message::secret(text))),
    },
    Key {
        name: "mail_from",
        default: "none",
        what: "the sender of mail, such as `Shop <pay@example.com>`; needed with `mail_server`",
        set: |config, text| put(&mut config.mail.from, Ok(message::or_none(text))),
    },
    Key {
        name: "sms_url",
        default: "off",
        what: "address of the gateway that SMS are posted to; while it is `off`, SMS are kept for \
               `altyn message`",
        set: |config, text| put(&mut config.sms.url, Ok(message::url(text))),
    },
    Key {
        name: "allow_plain_sms",
        default: "false",
        what: "whether `sms_url` may be http:// to a gateway that is not on this machine, which \
               shows the secret and the messages to everyone between",
        set: |config, text| put(&mut config.sms.plain_anywhere, switch(text)),
    },
    Key {
        name: "sms_header",
        default: "none",
        what: "a header of those requests, such as `Authorization: Bearer …`",
        set: |config, text| put(&mut config.sms.header, Ok(message::secret(text))),
    },
    Key {
        name: "sms_body",
        default: "none",
        what: "their body, JSON or a form, with `{phone}`, `{text}` and perhaps `{id}`; needed \
               with `sms_url`",
        set: |config, text| put(&mut config.sms.body, Ok(message::secret(text))),
    },
    Key {
        name: "sms_success",
        default: "none",
        what: "what a JSON answer has if the SMS was taken, `/pointer` or `/pointer=value,value`; \
               `none` if any 2xx means that",
        set: |config, text| put(&mut config.sms.success, message::sign(text)),
    },
    Key {
        name: "sms_refusal",
        default: "none",
        what: "what a JSON answer has if the SMS must not be tried again; `none` if 400, 404 and \
               422 mean that",
        set: |config, text| put(&mut config.sms.refusal, message::sign(text)),
    },
    Key {
        name: "connectors",
        default: "sandbox",
        what: "names of the banks that payments and payouts go through, each a sandbox, in the \
               order in which they are asked for what is new. Keep every name through which money \
               went, `sandbox` too, and never give one to another bank",
        set: |config, text| config.connectors.set_names(filled(text)?),
    },
    Key {
        name: "connectors_off",
        default: "none",
        what: "those of them that take nothing new and only end what they have",
        set: |config, text| config.connectors.set_off(filled(text)?),
    },
    Key {
        name: "sandbox_secret",
        default: "none",
        what: "what calls to /connectors/{name}/callback of a sandbox are signed with; without it \
               they are refused",
        set: |config, text| {
            put(
                &mut config.connectors.sandbox_secret,
                Ok(message::secret(text)),
            )
        },
    },
    Key {
        name: "log",
        default: "auto",
        what: "what is logged, as tracing directives such as `info` or `warn,api=debug`; `auto` \
               is info for the server and warn for commands",
        set: |config, text| {
            config.log = (text != "auto").then(|| text.to_owned());
            Ok(())
        },
    },
    Key {
        name: "log_format",
        default: "text",
        what: "`text` for people or `json` for machines, on the standard error output",
        set: |config, text| {
            config.log_format = match text {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return Err(format!("{text:?} is neither text nor json")),
            };
            Ok(())
        },
    },
];

/// The least that hyper needs.
const HEADER_BYTES_MIN: usize = 8_192;

fn put<T>(place: &mut T, value: Result<T, String>) -> Result<(), String> {
    *place = value?;
    Ok(())
}

fn filled(text: &str) -> Result<&str, String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok(text)
}

fn database(text: &str) -> Result<DatabaseChoice, String> {
    if text == "sqlite" {
        return Ok(DatabaseChoice::InDataDir);
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Ok(DatabaseChoice::Postgres(text.to_owned()));
    }
    if let Some((scheme, _)) = text.split_once("://") {
        return Err(format!(
            "{scheme}:// is not a database that Altyn knows; it knows SQLite files and postgres://"
        ));
    }
    Ok(DatabaseChoice::File(PathBuf::from(text)))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_no_address| {
        format!("{text:?} is not an address and port such as 127.0.0.1:8080")
    })
}

/// The address of a site. Its pages are below it, so it has no query and needs no last slash.
fn url(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let sound = rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.contains(['?', '#', '@']) && !rest.contains(char::is_whitespace)
    });
    if !sound {
        return Err(format!(
            "{text:?} is not an address such as https://pay.example.com"
        ));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn header(text: &str) -> Result<HeaderName, String> {
    let lowercase = text.to_ascii_lowercase();
    lowercase
        .parse()
        .map_err(|_no_name| format!("{text:?} is not the name of a header"))
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_no_number| format!("{text:?} is not a whole number that fits"))
}

fn count(text: &str) -> Result<NonZeroUsize, String> {
    number(text).map_err(|reason| format!("{reason}, 1 or more"))
}

fn count_or_auto(text: &str) -> Result<Option<NonZeroUsize>, String> {
    if text == "auto" {
        return Ok(None);
    }
    count(text).map(Some)
}

/// Bytes per second.
fn rate(text: &str) -> Result<u32, String> {
    let bytes = parse_bytes(text)?;
    u32::try_from(bytes).map_err(|_too_large| format!("{text:?} is too fast for anybody"))
}

fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

fn positive(text: &str) -> Result<Duration, String> {
    let time = parse_duration(text)?;
    if time.is_zero() {
        return Err("it must be longer than 0s".to_owned());
    }
    Ok(time)
}

/// The time of a call, which must end before the reconciler looks for its result.
fn call_time(text: &str) -> Result<Duration, String> {
    let time = positive(text)?;
    let end = domain::operation::CALL_TIME_MAX.as_millis();
    if time.as_millis() >= end.unsigned_abs().into() {
        return Err(format!(
            "it must be shorter than {}",
            domain::operation::CALL_TIME_MAX
        ));
    }
    Ok(time)
}

impl Config {
    /// The settings if nothing is given.
    pub(super) fn defaults() -> Result<Self, String> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut config = Self {
            way: None,
            without_file: false,
            data_dir: PathBuf::new(),
            database: DatabaseChoice::InDataDir,
            sealing_key_file: None,
            listen: any,
            metrics_listen: None,
            public_url: None,
            proxies: Proxies::default(),
            roles: Vec::new(),
            threads: None,
            lanes: NonZeroUsize::MIN,
            readers: None,
            patient_readers: None,
            queue_length_max: NonZeroUsize::MIN,
            connections_max: NonZeroUsize::MIN,
            connections_per_address_max: NonZeroUsize::MIN,
            connections_spare: NonZeroUsize::MIN,
            header_time_max: Duration::ZERO,
            header_bytes_max: 0,
            body_bytes_max: 0,
            body_time_max: Duration::ZERO,
            body_grace_time: Duration::ZERO,
            bytes_per_second_min: 0,
            unread_time_max: Duration::ZERO,
            unread_bytes_max: 0,
            ready_time_max: Duration::ZERO,
            request_time_max: Duration::ZERO,
            drain_time_max: Duration::ZERO,
            call_time_max: Duration::ZERO,
            deliveries_per_webhook_max: 1,
            rate_per_second: 0,
            rate_burst: 0,
            card_limits: CardLimits::default(),
            allow_loopback: false,
            accept_any_certificate: false,
            mail: MailConfig::default(),
            sms: SmsConfig::default(),
            connectors: ConnectorsConfig::default(),
            log: None,
            log_format: LogFormat::Text,
        };
        for key in KEYS {
            (key.set)(&mut config, key.default)
                .map_err(|reason| format!("{}: {reason}", key.name))?;
        }
        Ok(config)
    }
}

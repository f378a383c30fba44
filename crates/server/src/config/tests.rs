//! Tests of the configuration: precedence, refusals, units, and the table of the docs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use store::Database;

use super::file::{nearest, parse};
use super::unit::parse_bytes;
use super::{Config, ConfigError, Given, KEYS, Origin, Role, parse_duration, read};

fn index(name: &str) -> usize {
    KEYS.iter().position(|key| key.name == name).unwrap()
}

fn given(values: &[(&str, &str)]) -> Given {
    let values = values.iter().map(|(name, value)| {
        let origin = Origin::Flag((*name).to_owned());
        (index(name), (*value).to_owned(), origin)
    });
    Given {
        file: None,
        values: values.collect(),
    }
}

fn refused(name: &str, value: &str) -> String {
    read(&given(&[(name, value)])).unwrap_err().to_string()
}

fn parse_error(text: &str) -> String {
    parse(Path::new("altyn.toml"), text)
        .unwrap_err()
        .to_string()
}

#[test]
fn every_default_is_a_value_that_the_key_takes() {
    let config = Config::defaults().unwrap();
    assert_eq!(config.data_dir, PathBuf::from("./altyn-data"));
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.roles, Role::ALL);
    let path = PathBuf::from("./altyn-data/altyn.db");
    assert_eq!(config.database(), Database::Sqlite { path });
    assert_eq!(config.call_time_max, Duration::from_secs(25));
}

#[test]
fn a_call_to_an_acquirer_ends_before_the_request_that_waits_for_it() {
    let config = Config::defaults().unwrap();
    assert!(config.call_time_max < config.request_time_max);
}

#[test]
fn what_is_said_later_counts() {
    let config = read(&given(&[("listen", "127.0.0.1:1"), ("listen", "[::1]:2")])).unwrap();
    assert_eq!(config.listen.to_string(), "[::1]:2");
}

#[test]
fn a_file_says_numbers_texts_switches_and_lists() {
    let text = "lanes = 8\nallow_loopback = true\nroles = [\"api\", \"worker\"]\n\
                listen = \"0.0.0.0:80\"\n";
    let values = parse(Path::new("x.toml"), text).unwrap();
    let mut said: Vec<(&str, &str)> = values
        .iter()
        .map(|(index, value, _)| (KEYS[*index].name, value.as_str()))
        .collect();
    said.sort_unstable();
    let expected = [
        ("allow_loopback", "true"),
        ("lanes", "8"),
        ("listen", "0.0.0.0:80"),
        ("roles", "api,worker"),
    ];
    assert_eq!(said, expected);
    let line = |name: &str| {
        let found = values.iter().find(|(index, ..)| KEYS[*index].name == name);
        found.unwrap().2.to_string()
    };
    assert_eq!(line("listen"), "x.toml, line 4");
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_known_one() {
    let error = parse_error("# what we say\nlanes = 2\nlisten-adress = \"x\"\n");
    let expected =
        "altyn.toml, line 3: there is no key \"listen-adress\"; did you mean \"listen\"?";
    assert_eq!(error, expected);
    assert_eq!(nearest("datadir"), "data_dir");
    assert_eq!(nearest("readrs"), "readers");
    assert_eq!(nearest("Public-URL"), "public_url");
}

#[test]
fn what_is_no_toml_is_refused_with_its_line() {
    let error = parse_error("lanes = 2\nlisten = 127.0.0.1\n");
    assert!(error.starts_with("altyn.toml, line 2: "), "{error}");
    let error = parse_error("[listen]\nport = 80\n");
    assert_eq!(error, "altyn.toml, line 1: listen takes no table");
}

#[test]
fn a_wrong_value_is_refused_with_its_origin() {
    let cases = [
        ("listen", "8080", "not an address and port"),
        ("lanes", "0", "1 or more"),
        ("threads", "-1", "1 or more"),
        ("database", "mysql://x", "not a database that Altyn knows"),
        ("database", "", "empty"),
        ("public_url", "pay.example.com", "not an address such as"),
        ("public_url", "https://a?b", "not an address such as"),
        ("roles", "api,office", "not built yet"),
        ("roles", "cabinet", "not built yet"),
        ("roles", "apy", "there is no role \"apy\""),
        ("call_time_max", "0s", "longer than 0s"),
        ("call_time_max", "10", "not a length of time"),
        ("call_time_max", "45s", "shorter than 45 s"),
        ("allow_loopback", "yes", "neither true nor false"),
        ("log_format", "xml", "neither text nor json"),
        ("header_bytes_max", "1GB", "not a size"),
    ];
    for (name, value, expected) in cases {
        let error = refused(name, value);
        assert!(error.starts_with(&format!("--{name}: ")), "{error}");
        assert!(error.contains(expected), "{name} = {value:?}: {error}");
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let given = Given {
        file: Some(PathBuf::from("/nowhere/altyn.toml")),
        values: Vec::new(),
    };
    assert!(matches!(read(&given), Err(ConfigError::Unreadable(..))));
}

#[test]
fn databases_are_told_apart() {
    let choose = |text: &str| read(&given(&[("database", text)])).unwrap().database();
    let path = PathBuf::from("/var/x.db");
    assert_eq!(choose("/var/x.db"), Database::Sqlite { path });
    let url = "postgres://a@b/c".to_owned();
    assert_eq!(choose(&url), Database::Postgres { url });
}

#[test]
fn a_public_address_loses_its_last_slash() {
    let config = read(&given(&[("public_url", "https://pay.example.com/")])).unwrap();
    assert_eq!(
        config.public_url.as_deref(),
        Some("https://pay.example.com")
    );
}

#[test]
fn lengths_of_time_have_units() {
    let cases = [
        ("250ms", 250),
        ("90s", 90_000),
        ("15m", 900_000),
        ("2h", 7_200_000),
        ("7d", 604_800_000),
        ("0s", 0),
    ];
    for (text, millis) in cases {
        assert_eq!(
            parse_duration(text),
            Ok(Duration::from_millis(millis)),
            "{text}"
        );
    }
    for text in [
        "",
        "7",
        "d",
        "-1d",
        "1.5h",
        "7 d",
        "7w",
        "99999999999999999999s",
        "40000d",
    ] {
        assert!(parse_duration(text).is_err(), "{text}");
    }
}

#[test]
fn sizes_have_units() {
    assert_eq!(parse_bytes("64KiB"), Ok(65_536));
    assert_eq!(parse_bytes("1MiB"), Ok(1_048_576));
    assert_eq!(parse_bytes("100B"), Ok(100));
    assert!(parse_bytes("64").is_err());
    assert!(parse_bytes("64kb").is_err());
}

#[test]
fn the_table_of_the_docs_is_the_one_of_the_code() {
    let docs = include_str!("../../../../docs/running.md");
    let rows: Vec<&str> = docs
        .lines()
        .filter(|line| line.starts_with("| `") && line.matches('|').count() == 5)
        .collect();
    let expected: Vec<String> = KEYS
        .iter()
        .map(|key| {
            let (name, default, what) = (key.name, key.default, key.what);
            format!("| `{name}` | `{}` | `{default}` | {what} |", key.variable())
        })
        .collect();
    assert_eq!(
        rows,
        expected,
        "the table should be:\n{}",
        expected.join("\n")
    );
}

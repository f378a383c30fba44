//! Gateways of both kinds, played by a server on this machine.

use domain::message::Phone;
use domain::{IdSeed, MessageId, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);
const PHONE: &str = "79001234567";
const JSON: &str = r#"{"to": "{phone}", "text": "{text}", "key": "{id}"}"#;
const FORM: &str = "login=l&psw=s3cret&phones={phone}&mes={text}&id={id}&fmt=3";

fn sms(text: &str) -> Sms {
    Sms {
        id: MessageId::new(IdSeed { at: NOW, random: 7 }),
        to: Phone::parse(PHONE).unwrap(),
        text: text.to_owned(),
    }
}

fn settings(url: &str, body: &str) -> Settings {
    Settings {
        url: Secret::new(url.to_owned()),
        header: Some(Secret::new("Authorization: Bearer k3y".to_owned())),
        body: Secret::new(body.to_owned()),
        success: None,
        refusal: None,
        certificates: Certificates::Trusted,
        time_max: Duration::from_millis(500),
    }
}

/// Answers one request; what was asked.
async fn gateway(status: &str, body: &str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://{}/send?api_id=s3cret",
        listener.local_addr().unwrap()
    );
    let length = body.len();
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}");
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = String::new();
        loop {
            let mut part = [0; 4_096];
            let read = stream.read(&mut part).await.unwrap();
            assert!(read > 0, "the request broke off: {seen}");
            seen.push_str(std::str::from_utf8(&part[..read]).unwrap());
            let Some((head, body)) = seen.split_once("\r\n\r\n") else {
                continue;
            };
            let head = head.to_lowercase();
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if body.len() == length {
                break;
            }
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        seen
    });
    (url, asked)
}

async fn asked(template: &str, text: &str) -> String {
    let (url, asked) = gateway("200 OK", "{}").await;
    let gateway = HttpSms::new(settings(&url, template)).unwrap();
    let outcome = gateway.send(sms(text)).await;
    let answer = "200 {}".to_owned();
    assert_eq!(outcome, Outcome::Accepted { answer });
    asked.await.unwrap()
}

/// What becomes of an SMS that is answered like this by a gateway with these signs.
async fn check(signs: (&str, &str), (status, body): (&str, &str), expected: &str) {
    let (url, asked) = gateway(status, body).await;
    let settings = Settings {
        success: Sign::parse(signs.0),
        refusal: Sign::parse(signs.1),
        ..settings(&url, JSON)
    };
    let outcome = HttpSms::new(settings).unwrap().send(sms("Код 1")).await;
    let (kind, said) = match outcome {
        Outcome::Accepted { answer } => ("accepted", answer),
        Outcome::Refused { reason } => ("refused", reason),
        Outcome::Failed { reason } => ("failed", reason),
        Outcome::NoServer => ("no server", String::new()),
    };
    assert_eq!(kind, expected, "{status} {body}");
    let number = status.split(' ').next().unwrap();
    assert_eq!(said, format!("{number} {body}").trim_end());
    asked.await.unwrap();
}

#[tokio::test]
async fn a_body_of_json_is_filled_as_json() {
    let asked = asked(JSON, "Счёт \"7\"\n\\ {phone}").await;
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    let head = head.to_lowercase();
    assert!(
        head.starts_with("post /send?api_id=s3cret http/1.1\r\n"),
        "{head}"
    );
    for line in [
        "content-type: application/json",
        "authorization: bearer k3y",
    ] {
        assert!(head.contains(&format!("\r\n{line}")), "{line} in {head}");
    }
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["to"], PHONE);
    assert_eq!(body["text"], "Счёт \"7\"\n\\ {phone}");
    assert_eq!(body["key"], sms("").id.to_string());
}

#[tokio::test]
async fn any_other_body_is_filled_as_a_form() {
    let asked = asked(FORM, "Счёт & 7=7+1%").await;
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    assert!(
        head.to_lowercase()
            .contains("application/x-www-form-urlencoded"),
        "{head}"
    );
    let fields: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    let field = |name: &str| &fields.iter().find(|field| field.0 == name).unwrap().1;
    assert_eq!(field("mes"), "Счёт & 7=7+1%");
    assert_eq!(field("phones"), PHONE);
    assert_eq!(fields.len(), 6);
}

#[tokio::test]
async fn a_gateway_that_answers_by_the_status_is_understood() {
    for (status, expected) in [
        ("200 OK", "accepted"),
        ("201 Created", "accepted"),
        ("202 Accepted", "accepted"),
        ("400 Bad Request", "refused"),
        ("404 Not Found", "refused"),
        ("422 Unprocessable", "refused"),
        ("401 Unauthorized", "failed"),
        ("402 Payment Required", "failed"),
        ("403 Forbidden", "failed"),
        ("408 Timeout", "failed"),
        ("429 Too Many", "failed"),
        ("500 Oops", "failed"),
        ("503 Busy", "failed"),
        ("302 Found", "failed"),
    ] {
        check(("", ""), (status, "{}"), expected).await;
    }
}

#[tokio::test]
async fn a_gateway_that_says_it_in_a_code_of_its_own_is_understood() {
    let signs = ("/id", "/error_code=7,8");
    for (body, expected) in [
        (r#"{"id": 1, "cnt": 1}"#, "accepted"),
        (r#"{"error": "wrong number", "error_code": 7}"#, "refused"),
        (r#"{"error": "no money", "error_code": 3}"#, "failed"),
        (r#"{"id": null}"#, "failed"),
        ("not json", "failed"),
        ("", "failed"),
    ] {
        check(signs, ("200 OK", body.trim_end()), expected).await;
    }
}

#[tokio::test]
async fn a_gateway_that_says_it_under_the_number_is_understood() {
    let signs = (
        "/sms/{phone}/status_code=100",
        "/sms/{phone}/status_code=202,207",
    );
    for (code, expected) in [(100, "accepted"), (202, "refused"), (201, "failed")] {
        let body = format!(r#"{{"status":"OK","sms":{{"{PHONE}":{{"status_code":{code}}}}}}}"#);
        check(signs, ("200 OK", &body), expected).await;
    }
    check(signs, ("500 Oops", r#"{"status":"ERROR"}"#), "failed").await;
}

#[tokio::test]
async fn silence_and_refused_connections_can_be_repeated() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let gateway = HttpSms::new(settings(&url, JSON)).unwrap();
    let reason = "no answer in time".to_owned();
    assert_eq!(gateway.send(sms("1")).await, Outcome::Failed { reason });
    drop(listener);
    let reason = "no connection to the gateway".to_owned();
    assert_eq!(gateway.send(sms("1")).await, Outcome::Failed { reason });
}

#[test]
fn settings_that_cannot_work_are_refused_without_repeating_them() {
    let refused = |settings| match HttpSms::new(settings) {
        Ok(_) => panic!("not refused"),
        Err(error) => error.to_string(),
    };
    let url = "https://sms.example.com/send?key=s3cret";
    let with_header = |text: &str| Settings {
        header: Some(Secret::new(text.to_owned())),
        ..settings(url, JSON)
    };
    let said = [
        refused(settings("s3cret", JSON)),
        refused(settings("ftp://s3cret/", JSON)),
        refused(settings(url, "s3cret {text}")),
        refused(settings(url, "s3cret {phone}")),
        refused(with_header("s3cret")),
        refused(with_header("Key: s3\ncret")),
    ];
    for said in &said {
        assert!(!said.contains("s3"), "{said}");
    }
    assert!(
        said[2].ends_with("{phone}") && said[3].ends_with("{text}"),
        "{said:?}"
    );
    for sign in ["", "id", "/a=", "/a=1,,2"] {
        assert_eq!(Sign::parse(sign), None, "{sign}");
    }
}

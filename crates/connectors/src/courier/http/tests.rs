//! The real courier against real sockets on this machine.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn local(time_max: StdDuration) -> HttpCourier {
    let reach = Reach::PublicAndLoopback;
    HttpCourier::new(Settings {
        reach,
        time_max,
        ..Settings::default()
    })
    .unwrap()
}

fn courier() -> HttpCourier {
    local(TIME_MAX)
}

fn parcel(url: &str) -> Parcel {
    Parcel {
        url: url.to_owned(),
        headers: vec![("webhook-id", "ev-1".to_owned())],
        body: r#"{"type":"notification"}"#.to_owned(),
    }
}

/// A listener and its URL.
async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    (listener, url)
}

/// Reads one request: head and the body that [`parcel`] sends.
async fn request(stream: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    while !seen.ends_with(br#"{"type":"notification"}"#) {
        let mut part = [0; 1024];
        let read = stream.read(&mut part).await.unwrap();
        assert!(read > 0, "the request broke off");
        seen.extend_from_slice(&part[..read]);
    }
    String::from_utf8(seen).unwrap()
}

/// Answers `times` requests on one connection with `answer`, and tells what was asked.
fn answer(
    listener: TcpListener,
    answer: String,
    times: usize,
) -> JoinHandle<(Vec<String>, TcpStream)> {
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = Vec::new();
        for _ in 0..times {
            seen.push(request(&mut stream).await);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        (seen, stream)
    })
}

#[track_caller]
fn reason(receipt: Receipt) -> String {
    match receipt.outcome {
        Outcome::Failed { reason } => reason,
        other @ (Outcome::Answered { .. } | Outcome::Forbidden { .. }) => {
            panic!("not failed: {other:?}")
        }
    }
}

#[track_caller]
fn check_forbidden(receipt: &Receipt, url: &str) {
    assert!(
        matches!(receipt.outcome, Outcome::Forbidden { .. }),
        "{url}: {receipt:?}"
    );
}

#[tokio::test]
async fn a_parcel_is_posted_with_its_headers_over_a_kept_connection() {
    let (listener, url) = listener().await;
    let receiver = answer(listener, OK.to_owned(), 2);
    let courier = courier();
    for _ in 0..2 {
        let receipt = courier.post(parcel(&url)).await;
        let expected = Outcome::Answered {
            status: 200,
            body: "ok".to_owned(),
        };
        assert_eq!(receipt.outcome, expected);
        assert!(Duration::ZERO < receipt.took);
    }
    let (seen, _stream) = receiver.await.unwrap();
    let request = seen[1].to_lowercase();
    assert!(request.starts_with("post /hook http/1.1\r\n"), "{request}");
    for header in [
        "content-type: application/json",
        "user-agent: altyn",
        "webhook-id: ev-1",
    ] {
        assert!(
            request.contains(&format!("\r\n{header}\r\n")),
            "{header} in {request}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let (target, target_url) = listener().await;
    let (listener, url) = listener().await;
    let head = "HTTP/1.1 307 Temporary Redirect\r\ncontent-length: 0\r\n";
    let receiver = answer(listener, format!("{head}location: {target_url}\r\n\r\n"), 1);
    let receipt = courier().post(parcel(&url)).await;
    assert_eq!(
        receipt.outcome,
        Outcome::Answered {
            status: 307,
            body: String::new()
        }
    );
    receiver.await.unwrap();
    let mut called = std::pin::pin!(target.accept());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(
        called.as_mut().poll(&mut context).is_pending(),
        "the target was called"
    );
}

#[tokio::test]
async fn of_an_endless_answer_a_kilobyte_is_read() {
    let (listener, url) = listener().await;
    let receiver = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await;
        let head = b"HTTP/1.1 500 Oops\r\ncontent-type: text/plain\r\n\r\n";
        stream.write_all(head).await.unwrap();
        let mut sent = 0_usize;
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {
            sent += 4096;
        }
        sent
    });
    let receipt = courier().post(parcel(&url)).await;
    let expected = Outcome::Answered {
        status: 500,
        body: "x".repeat(1_024),
    };
    assert_eq!(receipt.outcome, expected);
    // The connection was closed on the endless receiver: its writes fail at last.
    assert!(receiver.await.unwrap() > 0);
}

#[tokio::test]
async fn an_answer_counts_even_if_its_body_never_comes() {
    let (listener, url) = listener().await;
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n\0begun";
    let receiver = answer(listener, half.to_owned(), 1);
    let receipt = local(StdDuration::from_millis(200))
        .post(parcel(&url))
        .await;
    let body = "\u{fffd}begun".to_owned();
    assert_eq!(receipt.outcome, Outcome::Answered { status: 200, body });
    receiver.await.unwrap();
}

#[tokio::test]
async fn silence_ends_at_the_time_limit() {
    let (listener, url) = listener().await;
    let receipt = local(StdDuration::from_millis(50)).post(parcel(&url)).await;
    assert!(Duration::millis(50) <= receipt.took);
    assert_eq!(reason(receipt), "no answer within 50 ms");
    drop(listener);
}

#[tokio::test]
async fn what_went_wrong_is_said_in_words() {
    let (listener, url) = listener().await;
    let receiver = answer(listener, "what?\r\n\r\n".to_owned(), 1);
    assert_eq!(
        reason(courier().post(parcel(&url)).await),
        "the connection broke"
    );
    drop(receiver.await.unwrap());

    let (closed, url) = self::listener().await;
    drop(closed);
    assert_eq!(
        reason(courier().post(parcel(&url)).await),
        "connection refused"
    );

    let (listener, url) = self::listener().await;
    let plain = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        stream
    });
    let over_tls = url.replace("http://", "https://");
    let said = reason(courier().post(parcel(&over_tls)).await);
    assert!(said.starts_with("TLS: "), "{said}");
    drop(plain.await.unwrap());

    assert!(reason(courier().post(parcel("shop.test")).await).starts_with("invalid URL"));
    let url = "http://127.0.0.1/".to_owned();
    let headers = vec![("webhook-id", "line\nbreak".to_owned())];
    let broken = Parcel {
        url,
        headers,
        body: String::new(),
    };
    assert_eq!(
        reason(courier().post(broken).await),
        "invalid header webhook-id"
    );
}

#[tokio::test]
async fn forbidden_places_are_not_called() {
    let public = HttpCourier::new(Settings::default()).unwrap();
    for url in [
        "http://shop.test/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "file:///etc/passwd",
    ] {
        check_forbidden(&public.post(parcel(url)).await, url);
    }
    for url in [
        "http://10.0.0.1/",
        "http://[fe80::1]/",
        "http://0.0.0.0/",
        "ftp://127.0.0.1/",
    ] {
        check_forbidden(&courier().post(parcel(url)).await, url);
    }
}

#[tokio::test]
async fn a_name_is_judged_by_the_address_it_leads_to() {
    let (listener, url) = listener().await;
    let receiver = answer(listener, OK.to_owned(), 1);
    let by_name = url.replace("127.0.0.1", "localhost");
    let receipt = courier().post(parcel(&by_name)).await;
    assert!(
        matches!(receipt.outcome, Outcome::Answered { status: 200, .. }),
        "{receipt:?}"
    );
    receiver.await.unwrap();
}

#[test]
fn both_kinds_of_trust_can_be_set_up() {
    for certificates in [Certificates::Trusted, Certificates::Any] {
        HttpCourier::new(Settings {
            certificates,
            ..Settings::default()
        })
        .unwrap();
    }
}

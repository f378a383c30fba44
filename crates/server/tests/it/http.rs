//! Limits of the HTTP server.

use std::io::{Read as _, Write as _};

use crate::altyn::{Place, Server, until};

#[test]
fn a_request_has_an_id_that_may_be_the_callers() {
    let place = Place::new();
    let server = place.serve(&[]);
    let made_up = server.get("/v3/me");
    assert_eq!(made_up.header("x-request-id").unwrap().len(), 36);
    let request = "GET /v3/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                   X-Request-Id: order-72\r\n\r\n";
    let taken_over = server.raw(request.as_bytes());
    assert_eq!(taken_over.header("x-request-id"), Some("order-72"));
    server.stop();
    let log = std::fs::read_to_string(place.path("stderr.log")).unwrap();
    let line = log
        .lines()
        .find(|line| line.contains("answered") && line.contains("order-72"));
    let line = line.unwrap_or_else(|| panic!("{log}"));
    for field in [
        "method=\"GET\"",
        "route=\"/v3/me\"",
        "status=401",
        "micros=",
    ] {
        assert!(line.contains(field), "{field} is not in {line}");
    }
}

#[test]
fn a_head_that_is_too_long_or_too_slow_is_refused() {
    let place = Place::new();
    let server = place.serve(&["--header-time-max", "200ms", "--header-bytes-max", "8KiB"]);
    let long = format!(
        "GET /v3/me HTTP/1.1\r\nX-Long: {}\r\n\r\n",
        "a".repeat(100_000)
    );
    let long = server.raw(long.as_bytes());
    assert_eq!(
        (long.status, &long.json()["code"]),
        (431, &"invalid_request".into())
    );
    let many = format!("GET /v3/me HTTP/1.1\r\n{}\r\n", "X-A: b\r\n".repeat(500));
    assert_eq!(server.raw(many.as_bytes()).status, 431);

    let mut slow = server.connect();
    slow.write_all(b"GET /v3/me HTTP/1.1\r\n").unwrap();
    let mut text = String::new();
    slow.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    server.stop();
}

#[test]
fn who_finds_no_place_hears_it_and_health_has_places_of_its_own() {
    let place = Place::new();
    let server = place.serve(&["--connections-max", "1"]);
    let _resting = server.connect();
    assert_eq!(server.get("/v3/me").status, 401, "what rests gives way");
    let mut busy = Vec::new();
    until("the place is taken", || {
        // One that was idle when the next one came is ended as well.
        let mut connection = server.connect();
        drop(connection.write_all(b"GET /v3/me HTTP/1.1\r\n"));
        busy.push(connection);
        server.get("/v3/me").status == 503
    });
    let refused = server.get("/v3/me");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.json()["code"], "too_many_requests");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.get(path).status, 200);
        assert_eq!(server.get_of_metrics(path).status, 200);
    }
    server.stop();
}

#[test]
fn a_proxy_that_says_no_address_shuts_nobody_out_and_is_named() {
    let place = Place::new();
    let server = place.serve(&["--demo", "--connections-per-address-max", "1"]);
    let wrong = |header: &str| wrong_key(&server, header);
    // Too many wrong keys for one address, through a proxy that uses another header.
    for _ in 0..100 {
        assert_eq!(wrong("X-Forwarded-For: 192.0.2.7\r\n"), 401);
    }
    let unplaced = server.metrics();
    let unplaced = unplaced
        .lines()
        .find(|line| line.starts_with("altyn_http_requests_unplaced_total"));
    assert_eq!(unplaced, Some("altyn_http_requests_unplaced_total 100"));
    // Two at once are not two connections of one address.
    let mut first = server.connect();
    let head = "POST /v3/payments HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\n\
                Content-Length: 9\r\nExpect: 100-continue\r\n\r\n";
    first.write_all(head.as_bytes()).unwrap();
    assert_eq!(wrong("X-Forwarded-For: 192.0.2.7\r\n"), 401);
    // A client that is named has its own count.
    assert!((0..100).any(|_| wrong("X-Real-IP: 192.0.2.8\r\n") == 429));
    drop(first);
    server.stop();
    let log = std::fs::read_to_string(place.path("stderr.log")).unwrap();
    let mut lines = log
        .lines()
        .filter(|line| line.contains("does not say for whom it asks"));
    let line = lines.next().unwrap_or_else(|| panic!("{log}"));
    for words in ["proxy 127.0.0.1 ", "proxy_header = \"x-forwarded-for\""] {
        assert!(line.contains(words), "{words} is not in {line}");
    }
    assert_eq!(lines.next(), None, "once in a while");
}

/// Shows a wrong key.
fn wrong_key(server: &Server, header: &str) -> u16 {
    let request = format!(
        "GET /v3/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\
         Authorization: Basic MTp3cm9uZw==\r\n\r\n"
    );
    server.raw(request.as_bytes()).status
}

#[test]
fn a_proxy_on_this_machine_that_says_nothing_is_no_client_but_in_a_demo() {
    for (words, is_client) in [(&[][..], false), (&["--demo"], true)] {
        let place = Place::new();
        let server = place.serve(words);
        let shut_out = (0..100).any(|_| wrong_key(&server, "") == 429);
        assert_eq!(shut_out, is_client, "{words:?}");
        server.stop();
        let named = place.said().contains("does not say for whom it asks");
        assert_eq!(named, !is_client, "{words:?}");
    }
}

#[test]
fn the_echo_answers_with_what_it_was_sent() {
    let place = Place::new();
    let echo = place.server(place.bare(&["bench-echo", "--json", "--listen", "127.0.0.1:0"]));
    let answer = echo.ask(("1", "key"), "POST /v3/payments", r#"{"amount":"1.00"}"#);
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, r#"{"amount":"1.00"}"#)
    );
    let stranger = "POST /v3/payments HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                    Content-Length: 2\r\n\r\n{}";
    assert_eq!(echo.raw(stranger.as_bytes()).status, 401);
    echo.stop();
}

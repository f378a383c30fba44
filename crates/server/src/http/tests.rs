//! Tests of connections over real sockets, with limits so small that nobody waits for them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use app::Random;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::patient::Pace;
use super::places::Most;
use super::wire::Patience;
use super::{Door, Limits, Observer, bind, observe};
use crate::config::{Given, Proxies, read};
use crate::metrics::Metrics;

const HEAD_MAX: usize = 8_192;
const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(20);

struct Same;

impl Random for Same {
    fn bits(&self) -> u64 {
        0xab
    }
}

/// A server in this process.
struct Server {
    address: SocketAddr,
    /// How many large answers were made.
    made: Arc<AtomicUsize>,
    open: Gauge,
    _stop: watch::Sender<bool>,
}

fn limits() -> Limits {
    Limits {
        most: Most {
            in_all: 100,
            per_address: 100,
            spare: 8,
            unread_bytes: 256 << 20,
        },
        patience: Patience {
            header_time_max: LONG,
            header_bytes_max: HEAD_MAX,
            unread_time_max: LONG,
            bytes_per_second_min: 1_024,
        },
        pace: Pace {
            time_max: LONG,
            grace: LONG,
            bytes_per_second_min: 1_024,
        },
        proxies: Proxies::default(),
        drain_time_max: Duration::ZERO,
    }
}

async fn large(State(made): State<Arc<AtomicUsize>>) -> Vec<u8> {
    made.fetch_add(1, Relaxed);
    vec![b'x'; 1 << 20]
}

impl Server {
    async fn start(limits: Limits) -> Self {
        let made = Arc::new(AtomicUsize::new(0));
        let observer = Observer {
            metrics: Metrics::new(),
            random: Arc::new(Same),
            proxies: Proxies::default(),
            time_max: LONG,
        };
        let router = Router::new()
            .route("/v3/echo", post(|body: Bytes| async { body }))
            .route("/v3/at-once", get(|| async { "here\n" }))
            .route("/large", get(large))
            .layer(DefaultBodyLimit::max(1_000))
            .layer(from_fn_with_state(Arc::new(observer), observe))
            .route("/healthz", get(|| async { "alive\n" }))
            .with_state(Arc::clone(&made));
        let (listener, address) = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let open = Gauge::default();
        let door = Door::new(listener, router, limits).counted(open.clone(), Counter::default());
        tokio::spawn(door.serve(stopped));
        Self {
            address,
            made,
            open,
            _stop: stop,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes, and reads all that comes until the server ends the connection.
    async fn ask(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes.as_ref()).await.unwrap();
        rest(&mut stream).await
    }

    /// Waits until no connection is open.
    async fn rests(&self) {
        let mut tick = tokio::time::interval(Duration::from_millis(5));
        while self.open.get() != 0 {
            tick.tick().await;
        }
    }
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.unwrap();
    String::from_utf8(text).unwrap()
}

#[track_caller]
fn check(answer: &str, status: u16, words: &[&str]) {
    let (version, rest) = answer.split_once(' ').unwrap_or_default();
    let said = rest.starts_with(&status.to_string());
    assert!(version.starts_with("HTTP/1.") && said, "{answer}");
    for word in words {
        assert!(answer.contains(word), "{word} is not in {answer}");
    }
}

/// What every refusal by the API contains.
const REFUSED: [&str; 4] = [
    "\r\nconnection: close\r\n",
    "\r\ncontent-type: application/json\r\n",
    "\"type\":\"error\",\"id\":\"00000000-0000-40ab-8000-0000000000ab\"",
    "\"code\":\"invalid_request\"",
];

#[tokio::test]
async fn what_hyper_would_leave_unanswered_is_refused_with_a_body() {
    let server = Server::start(limits()).await;
    let with = |fields: &str| format!("GET /v3/at-once HTTP/1.1\r\nHost: x\r\n{fields}\r\n");
    let sized = |length: usize| {
        let bare = with("Connection: close\r\nX: \r\n").len();
        with(&format!(
            "Connection: close\r\nX: {}\r\n",
            "a".repeat(length - bare)
        ))
    };
    let long = format!("GET /v3/{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(9_000));
    for (status, request) in [
        (
            400,
            with("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"),
        ),
        (400, with("Content-Length: 2\r\nContent-Length: 3\r\n")),
        (400, with("Host: y\r\n")),
        (400, with("no colon\r\n")),
        (400, "GET /v3/at-once HTTP/1.1\r\n\r\n".to_owned()),
        (431, with(&"A: b\r\n".repeat(100))),
        (431, with(&format!("X: {}\r\n", "a".repeat(100_000)))),
        (431, sized(HEAD_MAX + 1)),
        (414, long),
    ] {
        check(&server.ask(request).await, status, &REFUSED);
    }
    check(&server.ask(sized(HEAD_MAX)).await, 200, &["here"]);
    let text = "\r\ncontent-type: text/plain; charset=utf-8\r\n";
    check(&server.ask("\x16\x03\x01\x02\r\n\r\n").await, 400, &[text]);
    check(&server.ask("GET / HTTP/1.1\r\n\r\n").await, 400, &[text]);
    // HTTP/1.0 knows no Host.
    check(
        &server.ask("GET /v3/at-once HTTP/1.0\r\n\r\n").await,
        200,
        &["here"],
    );
}

#[tokio::test]
async fn what_no_handler_answers_is_guarded_like_a_page() {
    let server = Server::start(limits()).await;
    for (status, line) in [
        (404, "GET /nowhere"),
        (405, "POST /large"),
        (405, "POST /healthz"),
        (400, "GET /[ A"),
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let guards = [
            "\r\ncache-control: no-store\r\n",
            "\r\nx-content-type-options: nosniff\r\n",
            "\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'\r\n",
            "\r\nreferrer-policy: same-origin\r\n",
            "\r\nx-frame-options: DENY\r\n",
        ];
        check(&server.ask(request).await, status, &guards);
    }
    let json = "GET /v3/at-once HTTP/1.1\r\n\r\n";
    let guards = [
        "\r\ncache-control: no-store\r\n",
        "\r\nx-content-type-options: nosniff\r\n",
    ];
    check(&server.ask(json).await, 400, &guards);
}

#[tokio::test]
async fn answers_come_in_the_order_of_requests_and_a_refusal_is_the_last() {
    let server = Server::start(limits()).await;
    let chunked = "POST /v3/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\
                   3\r\none\r\n0\r\n\r\n";
    let sized = "POST /v3/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntwo";
    let bare = "\r\nGET /v3/at-once HTTP/1.1\r\nHost: x\r\n\r\n";
    let broken = "GET /v3/at-once HTTP/1.1\r\n\r\n";
    let round = format!("{chunked}{sized}{bare}");
    let all = format!("{}{broken}{}", round.repeat(20), round.repeat(2));
    let answers = server.ask(&all).await;
    let mut said = answers.split("HTTP/1.1 ").skip(1);
    for _ in 0..20 {
        for end in ["\r\n\r\none", "\r\n\r\ntwo", "\r\n\r\nhere\n"] {
            assert!(said.next().unwrap().ends_with(end), "{answers}");
        }
    }
    assert!(said.next().unwrap().starts_with("400 "), "{answers}");
    assert_eq!(said.next(), None, "{answers}");

    // In however many parts the bytes come.
    let mut stream = server.connect().await;
    stream.set_nodelay(true).unwrap();
    for part in format!("{round}{broken}").as_bytes().chunks(7) {
        stream.write_all(part).await.unwrap();
        tokio::task::yield_now().await;
    }
    let answers = rest(&mut stream).await;
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 3, "{answers}");
    assert_eq!(answers.matches("HTTP/1.1 400 ").count(), 1, "{answers}");
}

#[tokio::test]
async fn who_does_not_read_is_given_one_answer_and_is_not_waited_for() {
    let mut limits = limits();
    limits.patience.unread_time_max = SHORT;
    let server = Server::start(limits).await;
    let request = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut stream = server.connect().await;
    stream
        .write_all(request.repeat(200).as_bytes())
        .await
        .unwrap();
    let mut first = [0; 1];
    stream.read_exact(&mut first).await.unwrap();
    server.rests().await;
    // What the system buffers on both sides, and one answer that was waiting.
    let made = server.made.load(Relaxed);
    assert!(made < 16, "{made} answers were made");

    // A client that reads gets all of them.
    let reading = format!("{}{request}", request.repeat(19)).replace("x\r\n\r\n", "x\r\n\r\n");
    let last = "GET /v3/at-once HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answers = server.ask(format!("{reading}{last}")).await;
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 21);
}

#[tokio::test]
async fn what_is_left_unread_in_all_is_bounded() {
    let mut limits = limits();
    limits.most.unread_bytes = 3 << 20;
    let server = Server::start(limits).await;
    let request = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n".repeat(40);
    let mut streams = Vec::new();
    for _ in 0..8 {
        let mut stream = server.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut first = [0; 1];
        stream.read_exact(&mut first).await.unwrap();
        streams.push(stream);
    }
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    while 4 < server.open.get() {
        tick.tick().await;
    }
}

#[tokio::test]
async fn a_request_that_does_not_arrive_in_time_is_answered_with_408() {
    let mut limits = limits();
    limits.patience.header_time_max = SHORT;
    limits.pace = Pace {
        time_max: LONG,
        grace: SHORT,
        bytes_per_second_min: 1_024 * 1_024,
    };
    let server = Server::start(limits.clone()).await;
    let head = "POST /v3/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n";
    check(&server.ask(head).await, 408, &REFUSED);
    check(&server.ask(format!("{head}{{\"a\":")).await, 408, &REFUSED);
    check(
        &server.ask("GET /v3/at-once HTTP/1.1\r\nHost: x\r\n").await,
        408,
        &REFUSED,
    );
    // Without a request there is no answer.
    assert_eq!(server.ask("").await, "");
    check(
        &server.ask(format!("{head}{}", "a".repeat(500))).await,
        200,
        &["aaa"],
    );

    // The same for a body that comes fast.
    limits.pace.time_max = SHORT;
    limits.pace.grace = LONG;
    let server = Server::start(limits).await;
    check(&server.ask(head).await, 408, &REFUSED);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_not_waited_for() {
    let server = Server::start(limits()).await;
    // The rest is read for a moment, so that the answer is not lost with it.
    let head = "POST /v3/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n";
    let mut stream = server.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let sent = async { writing.write_all(&vec![b'a'; 4_000_000]).await };
    let mut text = Vec::new();
    let (_, read) = tokio::join!(sent, reading.read_to_end(&mut text));
    read.unwrap();
    check(&String::from_utf8(text).unwrap(), 413, &[]);
}

#[tokio::test]
async fn who_has_too_many_connections_hears_it_and_health_is_told() {
    let mut limits = limits();
    limits.most.per_address = 2;
    let server = Server::start(limits).await;
    let mut busy = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        let head = "POST /v3/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\
                    Expect: 100-continue\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut leave = [0; 25];
        stream.read_exact(&mut leave).await.unwrap();
        assert_eq!(&leave, b"HTTP/1.1 100 Continue\r\n\r\n");
        busy.push(stream);
    }
    let asked = "GET /v3/at-once HTTP/1.1\r\nHost: x\r\n\r\n";
    let full = server.ask(asked).await;
    let words = [
        "\r\nretry-after: 1\r\n",
        "\"retry_after\":1000",
        "too_many_requests",
    ];
    check(&full, 503, &words);
    check(
        &server.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await,
        200,
        &["alive"],
    );
    // The others are served.
    for mut stream in busy {
        stream.write_all(b"a").await.unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
    }
    check(
        &server
            .ask(asked.replace("x\r\n", "x\r\nConnection: close\r\n"))
            .await,
        200,
        &[],
    );
}

#[tokio::test]
async fn a_proxy_has_any_number_and_each_of_its_clients_so_many() {
    let mut limits = limits();
    limits.most.per_address = 1;
    // This machine is trusted unless the operator says otherwise.
    limits.proxies = read(&Given::default()).unwrap().proxies;
    limits.proxies.at_home = true;
    let server = Server::start(limits).await;
    let asked = |client: &str| {
        let line = "POST /v3/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
        format!("{line}{client}Content-Length: 1\r\nExpect: 100-continue\r\n\r\n")
    };
    // The handler waits for a body once it asks for it.
    let begin = async |client: &str| {
        let mut stream = server.connect().await;
        stream.write_all(asked(client).as_bytes()).await.unwrap();
        let mut line = [0; 12];
        stream.read_exact(&mut line).await.unwrap();
        (stream, String::from_utf8(line.to_vec()).unwrap())
    };
    let (mut own, line) = begin("").await;
    assert_eq!(line, "HTTP/1.1 100");
    assert_eq!(
        begin("").await.1,
        "HTTP/1.1 503",
        "who asks for itself is no proxy"
    );
    let mut waiting = Vec::new();
    for last in 1..5 {
        let (stream, line) = begin(&format!("X-Real-IP: 192.0.2.{last}\r\n")).await;
        assert_eq!(line, "HTTP/1.1 100");
        waiting.push(stream);
    }
    assert_eq!(begin("X-Real-IP: 192.0.2.1\r\n").await.1, "HTTP/1.1 503");
    for stream in waiting.iter_mut().chain([&mut own]) {
        stream.write_all(b"a").await.unwrap();
        assert!(rest(stream).await.contains("HTTP/1.1 200 "));
    }
    assert_eq!(begin("X-Real-IP: 192.0.2.1\r\n").await.1, "HTTP/1.1 100");
}

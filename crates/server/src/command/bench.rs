//! The ceilings that benches compare with: the HTTP server without the platform, and the platform
//! without HTTP. And what a server reads beside its work, to see what that costs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context as _, Result};
use app::shop::NewShop;
use app::{Cx, Once};
use axum::Router;
use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contract::payment::CreatePayment;
use domain::{Currency, MethodKind, Rate};
use serde_json::{Value, json};
use store::payment::{self, Filter};
use store::{Conn, Store, StoreError};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::error;

use crate::cli::{BenchReads, BenchStore};
use crate::clock::{Stopwatch, SystemRandom};
use crate::config::Config;
use crate::http::{Door, Limits, Observer, bind, observe};
use crate::metrics::Metrics;
use crate::output::{Output, say};
use crate::platform::{Platform, make_data_dir};
use crate::serve::Asked;

/// The body of the payments that are created.
const BODY: &str = r#"{"amount":{"value":"1000.00","currency":"RUB"},"capture":true,
"description":"Order 72","metadata":{"order":"72"},
"confirmation":{"type":"redirect","return_url":"https://shop.test/return/72"}}"#;

/// Answers every body with itself, behind the server's own layers, until it is asked to stop.
pub(super) async fn echo(config: &Config, as_json: bool) -> Result<()> {
    let mut asked = Asked::new()?;
    let (listener, address) = bind(config.listen).await?;
    let metrics = Metrics::new();
    let observer = Arc::new(Observer {
        metrics: metrics.clone(),
        random: Arc::new(SystemRandom::new()),
        proxies: config.proxies.clone(),
        time_max: config.request_time_max,
    });
    let router = Router::new()
        .route("/v3/{*path}", post(echo_body))
        .layer(from_fn_with_state(observer, observe))
        .route("/readyz", get(|| async { "ready\n" }));
    let url = format!("http://{address}");
    say(&if as_json {
        json!({ "base_url": url }).to_string()
    } else {
        format!("Echoing at {url}")
    })?;
    let (stopper, stop) = watch::channel(false);
    let door = Door::new(listener, router, Limits::new(config));
    let door = door.counted(metrics.connections, metrics.connections_dropped);
    let door = tokio::spawn(door.serve(stop));
    asked.next().await;
    stopper.send_replace(true);
    door.await.context("echo")
}

async fn echo_body(headers: HeaderMap, body: Bytes) -> Response {
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let coded = given.and_then(|value| value.strip_prefix("Basic "));
    let plain = coded.and_then(|coded| STANDARD.decode(coded).ok());
    if !plain.is_some_and(|plain| plain.contains(&b':')) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match serde_json::from_slice::<Value>(&body) {
        Ok(object) => {
            let json = (CONTENT_TYPE, "application/json");
            ([json], object.to_string()).into_response()
        }
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Creates payments from many tasks at once, without HTTP.
pub(super) async fn store(config: &Config, options: &BenchStore) -> Result<Output> {
    make_data_dir(&config.data_dir)?;
    let metrics = Metrics::new();
    let platform = Platform::of_server(config, "http://127.0.0.1:8080", &metrics).await?;
    let shops = shops(&platform, options.shops.max(1)).await?;
    let (created, ended) = (
        Arc::new(AtomicU64::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let before = platform.store.statistics();
    let watch = Stopwatch::start();
    let mut tasks = JoinSet::new();
    for (task, cx) in (0..options.tasks.max(1)).zip(shops.iter().cycle()) {
        let (created, ended) = (Arc::clone(&created), Arc::clone(&ended));
        tasks.spawn(create(cx.clone(), task, created, ended));
    }
    wait(options.time).await;
    ended.store(true, Relaxed);
    while let Some(joined) = tasks.join_next().await {
        joined.context("a task")??;
    }
    let took = watch.elapsed();
    let after = platform.store.statistics();
    platform.close().await;

    let count = created.load(Relaxed);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    let per_second = count.saturating_mul(1_000_000) / micros;
    let units = after.units.saturating_sub(before.units);
    let batches = after.batches.saturating_sub(before.batches).max(1);
    let json = json!({
        "payments": count,
        "payments_per_second": per_second,
        "units_per_batch": units / batches,
        "unit_micros": after.unit_us.saturating_sub(before.unit_us) / units.max(1),
        "commit_micros": after.commit_us.saturating_sub(before.commit_us) / batches,
    });
    let text = format!("{per_second} payments/s without HTTP; {json}");
    Ok(Output::good(text, json))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a bench measures over a stretch of real time"
)]
async fn wait(time: Duration) {
    tokio::time::sleep(time).await;
}

async fn create(
    cx: Cx,
    task: usize,
    created: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
) -> Result<()> {
    let mut number = 0_u64;
    while !ended.load(Relaxed) {
        number = number.saturating_add(1);
        let command = CreatePayment::parse(BODY.as_bytes()).context("the bench's payment")?;
        let once = Once {
            key: format!("bench-{task}-{number}-{}", cx.app().random_bits()),
            fingerprint: [0; 32],
        };
        app::payment::create(&cx, once, command)
            .await
            .context("create a payment")?;
        created.fetch_add(1, Relaxed);
    }
    Ok(())
}

/// How many payments an export reads at once.
const PAGE: u32 = 1_000;

/// Longer than any of these reads takes.
const READ_TIME_MAX: Duration = Duration::from_mins(10);

const SUMS: &str = "\
select state, cast(count(*) as bigint), cast(sum(amount_minor) as bigint)
  from payment
 group by state";

/// Reads all payments again and again, patiently, until the server stops.
pub(crate) async fn read(store: Store, what: BenchReads, mut stop: watch::Receiver<bool>) {
    let reading = async {
        loop {
            let read = match what {
                BenchReads::Export => export(&store).await,
                BenchReads::Figure => figure(&store).await,
            };
            if let Err(error) = read {
                return error;
            }
        }
    };
    tokio::select! {
        error = reading => error!(%error, "the reads beside the work have ended"),
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn export(store: &Store) -> Result<(), StoreError> {
    let shops = store.read_patiently(READ_TIME_MAX, store::shop::list_any_shop);
    for shop in shops.await? {
        let mut after = None;
        loop {
            let filter = Filter {
                limit: PAGE,
                after,
                ..Filter::default()
            };
            let page = move |conn: &mut Conn<'_>| payment::list(conn, shop.id, &filter);
            let page = store.read_patiently(READ_TIME_MAX, page).await?;
            let Some(last) = page.last() else { break };
            after = Some((last.created_at, last.id));
        }
    }
    Ok(())
}

async fn figure(store: &Store) -> Result<(), StoreError> {
    let sums = |conn: &mut Conn<'_>| conn.query(SUMS, &[], |row| row.get::<i64>(1));
    store.read_patiently(READ_TIME_MAX, sums).await.map(drop)
}

async fn shops(platform: &Platform, count: usize) -> Result<Vec<Cx>> {
    let mut shops = Vec::with_capacity(count);
    for number in 1..=count {
        let new = NewShop {
            kind: domain::ShopKind::Shop,
            name: format!("Bench {number}"),
            test: true,
            currency: Currency::RUB,
            methods: MethodKind::ALL.to_vec(),
            may_send_cards: true,
            may_save_methods: true,
            platform: None,
            deal_life: None,
            may_use_tokens: true,
            widget_retries: true,
            rate: Rate::from_ppm(45_000).context("a commission")?,
            vat: Rate::ZERO,
            inn: None,
        };
        let made = app::shop::create(&platform.cx, new)
            .await
            .context("add a shop")?;
        let (id, key) = (made.shop.id, made.secret_key);
        let cx = app::shop::authenticate(&platform.app, id, &key, String::new()).await;
        shops.push(cx.context("open a shop")?);
    }
    Ok(shops)
}

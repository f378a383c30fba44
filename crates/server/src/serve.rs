//! `altyn serve`: everything in one process, from the first accepted connection to the last
//! answered request.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::App;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use domain::ShopId;
use serde_json::json;
use store::{Database, Serving};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::{error, info, warn};

use crate::cli::Serve;
use crate::clock::SystemRandom;
use crate::command::bench;
use crate::config::{Config, Role};
use crate::demo::{self, Demo};
use crate::heads;
use crate::http::{Door, Limits, Observer, bind, health, observe, refuse};
use crate::metrics::Metrics;
use crate::output::say;
use crate::platform::{
    DataLock, Platform, close_files, own_data_dir, refuse_half_restored, without_password,
};
use crate::sealing::KeyFile;

/// Runs the platform until it is asked to stop.
pub(crate) async fn run(mut config: Config, words: &Serve, as_json: bool) -> Result<()> {
    let with_demo = words.demo;
    config.allow_loopback |= with_demo;
    config.proxies.at_home = with_demo && config.public_url.is_none();
    let (_lock, serving) = take_hold(&config).await?;
    // Once it has said that it has started, the server can be asked to stop.
    let asked = Asked::new()?;
    let (listener, address) = bind(config.listen).await?;
    let base_url = base_url(&config, address);

    let metrics = Metrics::new();
    let platform = Platform::of_server(&config, &base_url, &metrics).await?;
    let demo = if with_demo {
        Some(demo::prepare(&platform.cx, &config.data_dir, &base_url).await?)
    } else {
        None
    };

    let (stopper, stop) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let figures = metrics
        .router()
        .merge(health(Arc::clone(&platform.app), config.ready_time_max))
        .layer(from_fn(refuse));
    let metrics_address = open_metrics(&config, figures, &stop, &mut tasks).await?;
    let store = platform.store.clone();
    if let Some(what) = words.bench_reads {
        tasks.spawn(bench::read(store.clone(), what, stop.clone()));
    }
    tasks.spawn(heads::keep(store, config.data_dir.clone(), stop.clone()));
    let mut workers = if config.has(Role::Worker) {
        worker::start(&platform.app, &stop)
    } else {
        JoinSet::new()
    };
    let router = router(&config, &platform.app, &metrics, (&base_url, demo.as_ref()))?;
    let started = Started {
        config: &config,
        base_url: &base_url,
        metrics: metrics_address,
        demo: demo.as_ref(),
    };
    started.tell(as_json)?;
    let door = Door::new(listener, router, Limits::new(&config))
        .counted(metrics.connections, metrics.connections_dropped);
    serve_until_asked(door, asked, (stopper, stop)).await;

    // The answers to calls that nobody waits for any more are still worth waiting for.
    if timeout(config.drain_time_max, platform.app.settled())
        .await
        .is_err()
    {
        let unwritten = platform.app.answers_waiting();
        if unwritten != 0 {
            error!(
                unwritten,
                "answers that were heard could not be written: the reconciler asks for them again"
            );
        }
        warn!("calls to the acquirer are left for the reconciler");
    }
    while let Some(ended) = workers.join_next().await {
        if let Err(error) = ended {
            warn!(%error, "a worker ended early");
        }
    }
    while tasks.join_next().await.is_some() {}
    heads::note_or_warn(&platform.store, &config.data_dir).await;
    platform.close().await;
    // Dropping it waits for its thread.
    tokio::task::spawn_blocking(move || drop(serving))
        .await
        .context("note that no server runs any more")?;
    info!("stopped");
    Ok(())
}

/// Takes the data directory for this process, and a share of the database's lock.
async fn take_hold(config: &Config) -> Result<(DataLock, Serving)> {
    own_data_dir(&config.data_dir)?;
    let lock = DataLock::take(&config.data_dir)?;
    refuse_half_restored(&config.data_dir)?;
    // Before the rights of others are taken away, or nobody would learn that others could read the
    // keys.
    KeyFile::of(config).refuse_open()?;
    close_files(&config.data_dir)?;
    let database = config.database();
    let serving = tokio::task::spawn_blocking(move || Serving::begin(&database)).await;
    Ok((lock, serving.context("note who serves")??))
}

/// Serves the main door until the process is asked to stop and open requests have ended.
async fn serve_until_asked(
    door: Door,
    mut asked: Asked,
    (stopper, stop): (watch::Sender<bool>, watch::Receiver<bool>),
) {
    let asking = tokio::spawn(async move {
        let by = asked.next().await;
        info!("asked to stop by {by}");
        stopper.send_replace(true);
        // Whoever asks twice does not want to wait.
        let by = asked.next().await;
        warn!("asked again by {by}: not waiting for open requests");
        std::process::exit(ASKED_TWICE)
    });
    door.serve(stop).await;
    asking.abort();
}

/// The exit status of a process that was asked to stop twice.
const ASKED_TWICE: i32 = 130;

/// The signals that ask to stop.
pub(crate) struct Asked {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Asked {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).context("listen for SIGTERM")?,
            interrupt: signal(SignalKind::interrupt()).context("listen for SIGINT")?,
        })
    }

    /// Waits for the next signal. Returns its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// The address of the server, with its real port.
fn base_url(config: &Config, address: SocketAddr) -> String {
    let listening = || format!("http://{address}");
    config.public_url.clone().unwrap_or_else(listening)
}

/// The routers of the chosen roles, with the observer around them, and beside them the health of
/// the process.
fn router(
    config: &Config,
    app: &Arc<App>,
    metrics: &Metrics,
    (base_url, demo): (&str, Option<&Demo>),
) -> Result<Router> {
    let observer = Arc::new(Observer {
        metrics: metrics.clone(),
        random: Arc::new(SystemRandom::new()),
        proxies: config.proxies.clone(),
        time_max: config.request_time_max,
    });
    let mut doors = Router::new();
    if config.has(Role::Api) {
        let settings = api::Settings {
            requests_per_second: config.rate_per_second,
            requests_burst: config.rate_burst,
            body_bytes_max: config.body_bytes_max,
        };
        doors = doors.merge(api::router_with(Arc::clone(app), settings));
    }
    if config.has(Role::Checkout) {
        let documentation = docs::router(&api::openapi::document(), base_url);
        doors = doors
            .merge(checkout::router(Arc::clone(app)))
            .merge(cabinet::router(Arc::clone(app)))
            .merge(docs::sandbox::router(Arc::clone(app)))
            .merge(pages::router(app))
            .merge(documentation.context("the description of the API")?);
        if let Some(demo) = demo {
            doors = doors.merge(docs::demo::router(
                Arc::clone(app),
                demo.shop_id,
                demo.gateway.0,
            ));
        }
    }
    // When two routers are merged, the second one answers unknown paths; the observer has to see
    // these as well.
    Ok(health(Arc::clone(app), config.ready_time_max)
        .merge(doors.layer(from_fn_with_state(observer, observe))))
}

/// Opens `/metrics` on its own listener, with the health of the process beside it. Returns its
/// address.
async fn open_metrics(
    config: &Config,
    figures: Router,
    stop: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<Option<SocketAddr>> {
    let Some(wanted) = config.metrics_listen else {
        return Ok(None);
    };
    let (listener, address) = bind(wanted).await.context("open /metrics")?;
    let door = Door::new(listener, figures, Limits::new(config));
    tasks.spawn(door.serve(stop.clone()));
    Ok(Some(address))
}

/// What is printed when the server has started.
struct Started<'a> {
    config: &'a Config,
    base_url: &'a str,
    metrics: Option<SocketAddr>,
    demo: Option<&'a Demo>,
}

impl Started<'_> {
    fn tell(&self, as_json: bool) -> Result<()> {
        let metrics = self
            .metrics
            .map(|address| format!("http://{address}/metrics"));
        let (place, roles) = (self.place(), self.roles());
        info!(url = self.base_url, roles, "serving");
        if self.config.has(Role::Checkout) && !pages::assets::are_built() {
            warn!("pages are served WITHOUT their scripts; `cargo xtask build` makes them");
        }
        if as_json {
            let shop_id: Option<ShopId> = self.demo.map(|demo| demo.shop_id);
            let line = json!({
                "base_url": self.base_url,
                "metrics_url": metrics,
                "roles": self.config.roles.iter().map(|role| role.name()).collect::<Vec<_>>(),
                "data_dir": self.config.data_dir.display().to_string(),
                "database": place,
                "shop_id": shop_id.map(|id| id.to_string()),
                "secret_key": self.demo.map(|demo| demo.secret_key.as_str()),
            });
            return Ok(say(&line.to_string())?);
        }
        let metrics = metrics.unwrap_or_else(|| "off".to_owned());
        let text = format!(
            "Altyn is running at {}\n  roles       {roles}\n  data        {}\n  \
             database    {place}\n  metrics     {metrics}",
            self.base_url,
            self.config.data_dir.display(),
        );
        say(&text)?;
        if let Some(demo) = self.demo {
            say(&demo::welcome(demo, &self.config.data_dir))?;
        }
        Ok(())
    }

    fn roles(&self) -> String {
        let names: Vec<&str> = self.config.roles.iter().map(|role| role.name()).collect();
        names.join(", ")
    }

    fn place(&self) -> String {
        match self.config.database() {
            Database::Sqlite { path } => path.display().to_string(),
            Database::Postgres { url } => without_password(&url),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_pages_of_the_documentation_read_the_description() {
        let pages = docs::router(&api::openapi::document(), "https://pay.example");
        assert!(pages.is_ok(), "{pages:?}");
    }

    #[test]
    fn the_documented_test_values_are_those_of_the_sandbox() {
        use connectors::sandbox::{TEST_CARDS, TEST_PHONES, TEST_WALLETS};
        use docs::testing::{PHONES, WALLETS};

        for (ours, sandbox) in [(WALLETS, TEST_WALLETS), (PHONES, TEST_PHONES)] {
            let sandbox = sandbox.iter();
            let expected: Vec<(&str, &str)> = sandbox
                .map(|(value, decline)| (*value, decline.reason.code()))
                .collect();
            assert_eq!(ours, expected);
        }
        for number in pages::test_cards::ALL.iter().flat_map(|row| row.cards) {
            assert!(
                TEST_CARDS.iter().any(|(known, _)| known == number),
                "{number}"
            );
        }
    }
}

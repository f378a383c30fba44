//! The ceiling of the storage: the use case that creates a payment, called directly, as many at a
//! time as there are connections; everything but HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, anyhow, bail};
use app::{App, Clock, Once, Parts, Random, Settings};
use async_trait::async_trait;
use connectors::courier::{Courier, Outcome, Parcel, Receipt};
use connectors::sandbox::Sandbox;
use contract::Links;
use contract::payment::CreatePayment;
use domain::{Currency, MethodKind, Rate, Timestamp};
use store::{Database, Options, Store};
use tempfile::TempDir;

use crate::Plan;
use crate::database::{Engine, Postgres};
use crate::load::per_second;
use crate::machine::now;

const WARM_UP: Duration = Duration::from_secs(1);
const SECRET_LENGTH: usize = 32;

/// Payments created in a second.
pub(crate) fn ceiling(plan: &Plan, engine: Engine, body: &[u8]) -> Result<u64> {
    let home = TempDir::new_in(&plan.directory)?;
    let postgres = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(Postgres::create(plan.postgres.as_deref())?),
    };
    let database = match &postgres {
        None => Database::Sqlite {
            path: home.path().join("altyn.db"),
        },
        Some(postgres) => Database::Postgres {
            url: postgres.url.clone(),
        },
    };
    let command = CreatePayment::parse(body).map_err(|wrong| anyhow!("{}", wrong.description))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let rate = runtime.block_on(async {
        let store = Store::open(Options::new(database)).await?;
        let platform = assemble(store.clone());
        let shops = shops(&platform, plan.shops).await?;
        create(&platform, &shops, plan.connections, WARM_UP, &command).await?;
        let seconds = Duration::from_secs(plan.seconds);
        let rate = create(&platform, &shops, plan.connections, seconds, &command).await?;
        store.close().await;
        anyhow::Ok(rate)
    });
    drop(runtime);
    drop(postgres);
    rate
}

type Keys = Arc<Vec<(domain::ShopId, String)>>;

async fn shops(platform: &Arc<App>, count: usize) -> Result<Keys> {
    let mut made = Vec::new();
    for number in 1..=count {
        let new = app::shop::NewShop {
            name: format!("Bench {number}"),
            test: true,
            currency: Currency::RUB,
            methods: MethodKind::ALL.to_vec(),
            may_send_cards: false,
            may_save_methods: false,
            rate: Rate::ZERO,
            vat: Rate::ZERO,
            inn: None,
        };
        let created = app::shop::create(platform, new).await?;
        made.push((created.shop.id, created.secret_key));
    }
    Ok(Arc::new(made))
}

/// Creates payments for that long; returns how many a second.
async fn create(
    platform: &Arc<App>,
    shops: &Keys,
    callers: usize,
    duration: Duration,
    command: &CreatePayment,
) -> Result<u64> {
    static KEYS: AtomicU64 = AtomicU64::new(0);
    let started = now();
    let work = (0..callers).map(|caller| {
        let (platform, shops, command) = (Arc::clone(platform), Arc::clone(shops), command.clone());
        tokio::spawn(async move {
            let mut count: u64 = 0;
            let Some((shop, secret)) = shops.get(caller % shops.len()) else {
                bail!("there are no shops");
            };
            while started.elapsed() < duration {
                let request = String::new();
                let cx = app::shop::authenticate(&platform, *shop, secret, request).await?;
                let number = KEYS.fetch_add(1, Ordering::Relaxed);
                let once = Once {
                    key: format!("bench-{number}"),
                    fingerprint: [7; SECRET_LENGTH],
                };
                app::payment::create(&cx, once, command.clone()).await?;
                count += 1;
            }
            Ok(count)
        })
    });
    let mut made = 0;
    for counted in futures_util::future::join_all(work).await {
        made += counted??;
    }
    Ok(per_second(made, started.elapsed()))
}

fn assemble(store: Store) -> Arc<App> {
    let base = "http://127.0.0.1:1";
    let sandbox = Arc::new(Sandbox::in_memory(base, Arc::new(|| Wall.now())));
    let acquirer: Arc<Sandbox> = Arc::clone(&sandbox);
    App::new(Parts {
        store,
        acquirer,
        sandbox: Some(sandbox),
        courier: Arc::new(Nobody),
        clock: Arc::new(Wall),
        random: Arc::new(Counter(AtomicU64::new(1))),
        settings: Settings {
            links: Links {
                checkout_url: base.to_owned(),
            },
            call_time_max: Duration::from_secs(30),
            deliveries_per_webhook_max: 1,
        },
    })
}

/// The wall clock.
struct Wall;

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "outside of the platform someone reads it"
        )]
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// Counts, scattered over 64 bits: ids need to differ here, not to be secret.
struct Counter(AtomicU64);

impl Random for Counter {
    fn bits(&self) -> u64 {
        self.0
            .fetch_add(1, Ordering::Relaxed)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// There are no webhooks, so nothing is carried.
struct Nobody;

#[async_trait]
impl Courier for Nobody {
    async fn post(&self, _parcel: Parcel) -> Receipt {
        let reason = "the bench carries nothing here".to_owned();
        Receipt {
            outcome: Outcome::Forbidden { reason },
            took: domain::Duration::ZERO,
        }
    }
}

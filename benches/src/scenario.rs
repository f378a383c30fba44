//! What is measured, in order: the ceiling, then what merchants do, then what operators see.

mod beside;
mod paid;

use std::cell::{Cell, RefCell};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http::Method;

use crate::Plan;
use crate::call::{Call, Credentials, Reply};
use crate::database::Engine;
use crate::figure::{Bar, EngineReport, Figure};
use crate::load::{End, Outcome, closed, open};
use crate::machine::resident_kib;
use crate::platform::{Platform, free_address, wait_until_ready};

const BODY: &str = concat!(
    r#""amount":{"value":"1000.00","currency":"RUB"},"capture":true,"#,
    r#""confirmation":{"type":"redirect","return_url":"https://shop.test/return/72"}"#,
);

/// Every figure of a run has a fresh database, so numbers are good enough as keys.
static KEYS: AtomicU64 = AtomicU64::new(0);

const WARM_UP: Duration = Duration::from_secs(1);
const KNOWN_PAYMENTS: u64 = 2_000;
const LISTS: u64 = 200;

const ECHO: &str = "echo: authenticate, parse, send back";
const STORAGE: &str = "storage: create a payment without HTTP";
const CREATE: &str = "POST /payments";
const CREATE_HALF: &str = "POST /payments at half of that rate: p99";
const FIND: &str = "GET /payments/{id}";
const MEMORY: &str = "idle memory";
const START: &str = "start on an existing database";
const LIST: &str = "list the last 50 of";

/// Measures everything the plan wants on one engine.
pub(crate) fn measure(plan: &Plan, engine: Engine) -> Result<EngineReport> {
    let ceiling = echo(plan)?;
    let ceiling_per_second = ceiling.per_second();
    let mut figures = vec![rated(ECHO, &ceiling, Bar::None, ceiling_per_second, None)];
    if plan.wants(STORAGE) {
        figures.push(storage(plan, engine, ceiling_per_second)?);
    }
    let mut platform = Platform::start(plan, engine)?;
    if plan.wants(MEMORY) {
        let value = resident_kib(platform.process());
        figures.push(Figure::plain(MEMORY, value, "KiB", Bar::AtMost(50 * 1024)));
    }
    let mut bench = Bench {
        plan,
        engine,
        shops: platform.shops(plan.shops)?,
        ceiling_per_second,
    };
    if plan.wants(CREATE) || plan.wants(CREATE_HALF) {
        bench.create(&platform, &mut figures)?;
    }
    if plan.wants(FIND) {
        figures.push(bench.find(&platform)?);
    }
    bench.paid(&mut platform, &mut figures)?;
    if plan.wants(LIST) || bench.wants_beside() {
        bench.fill(&platform)?;
    }
    if plan.wants(LIST) {
        figures.push(bench.list(&platform)?);
    }
    bench.beside(&mut platform, &mut figures)?;
    if plan.wants(START) {
        platform.stop()?;
        let taken = u64::try_from(platform.launch()?.as_micros())?;
        figures.push(Figure::plain(START, taken, "µs", Bar::AtMost(300_000)));
    }
    let audit = platform.told(&["audit"]);
    audit.context("the books after the load")?;
    platform.stop()?;
    bench.shops.clear();
    Ok(EngineReport { engine, figures })
}

/// The ceiling: the server's own doors, behind which a body is sent back.
fn echo(plan: &Plan) -> Result<Outcome> {
    let address = free_address()?;
    let mut child = Command::new(&plan.binary)
        .args(["bench-echo", "--listen", &address.to_string()])
        .env("ALTYN_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()?;
    let credentials = nobody()?;
    let make = |worker: usize, number: u64| create_call(&credentials, worker, number, "");
    let measured = wait_until_ready(address, "/readyz", &mut child).and_then(|()| {
        closed(
            address,
            plan.connections,
            End::After(WARM_UP),
            &make,
            &|_, _| (),
        )?;
        let end = End::After(Duration::from_secs(plan.seconds));
        closed(address, plan.connections, end, &make, &|_, _| ())
    });
    child.kill()?;
    child.wait()?;
    measured
}

/// The other ceiling: payments created by the platform without HTTP.
fn storage(plan: &Plan, engine: Engine, ceiling: u64) -> Result<Figure> {
    let platform = Platform::new(plan, engine)?;
    let (tasks, shops) = (plan.connections.to_string(), plan.shops.to_string());
    let time = format!("{}s", plan.seconds);
    let words = [
        "bench-store",
        "--tasks",
        &tasks,
        "--shops",
        &shops,
        "--time",
        &time,
    ];
    let told = platform.told(&words)?;
    let value = told
        .get("payments_per_second")
        .and_then(serde_json::Value::as_u64);
    let value = value.with_context(|| format!("no payments_per_second in {told}"))?;
    Ok(Figure {
        of_ceiling_per_mille: Some(value * 1000 / ceiling.max(1)),
        ..Figure::plain(STORAGE, value, "/s", Bar::None)
    })
}

/// Credentials of the right length, for nobody.
fn nobody() -> Result<Credentials> {
    Credentials::new("100001", "test_0123456789abcdefghijklmnopqrstuvwxyzABCDEF")
}

/// A payment of a page, with more members, each with a comma after it.
fn create_call(credentials: &Credentials, worker: usize, number: u64, more: &str) -> Call {
    // Text, not a JSON value: the load shares the processors with the server.
    let order = format!(r#""description":"Order {worker}-{number}","metadata":{{"order":"72"}}"#);
    post_call(
        credentials,
        "/v3/payments",
        format!("{{{BODY},{more}{order}}}"),
    )
}

fn post_call(credentials: &Credentials, path: &str, body: String) -> Call {
    Call {
        method: Method::POST,
        path: path.to_owned(),
        credentials: credentials.clone(),
        key: Some(format!("bench-{}", KEYS.fetch_add(1, Ordering::Relaxed))),
        body: Bytes::from(body),
    }
}

/// A figure of a load, with its ratio to the ceiling.
fn rated(name: &str, load: &Outcome, bar: Bar, ceiling: u64, cpu_us: Option<u64>) -> Figure {
    Figure {
        of_ceiling_per_mille: Some(load.per_second() * 1000 / ceiling.max(1)),
        p50_us: Some(load.percentile_us(500)),
        p99_us: Some(load.percentile_us(990)),
        processor_us: cpu_us,
        ..Figure::plain(name, load.per_second(), "/s", bar)
    }
}

/// Identifiers of objects, by the worker that made them.
struct Made(Vec<Vec<String>>);

impl Made {
    /// One of the worker's own; starts again after the last one.
    fn of(&self, worker: usize, number: u64) -> &str {
        let own = self.0.get(worker).map_or(&[][..], Vec::as_slice);
        let place = usize::try_from(number).unwrap_or(0) % own.len().max(1);
        own.get(place).map_or("", String::as_str)
    }
}

struct Bench<'a> {
    plan: &'a Plan,
    engine: Engine,
    shops: Vec<Credentials>,
    ceiling_per_second: u64,
}

impl Bench<'_> {
    fn bar(&self, sqlite: u64, postgres: u64) -> Bar {
        Bar::AtLeast(match self.engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        })
    }

    fn shop(&self, worker: usize) -> &Credentials {
        #[expect(clippy::indexing_slicing, reason = "the remainder is within the shops")]
        &self.shops[worker % self.shops.len()]
    }

    fn seconds(&self) -> Duration {
        Duration::from_secs(self.plan.seconds)
    }

    /// A closed loop after a warm-up, with what it cost the server.
    fn busy(
        &self,
        platform: &Platform,
        make: &dyn Fn(usize, u64) -> Call,
    ) -> Result<(Outcome, u64)> {
        let connections = self.plan.connections;
        closed(
            platform.address,
            connections,
            End::After(WARM_UP),
            make,
            &|_, _| (),
        )?;
        let before = platform.processor_us();
        let end = End::After(self.seconds());
        let outcome = closed(platform.address, connections, end, make, &|_, _| ())?;
        let spent = platform.processor_us().saturating_sub(before);
        let each = spent / outcome.requests.max(1);
        Ok((outcome, each))
    }

    fn create(&self, platform: &Platform, figures: &mut Vec<Figure>) -> Result<()> {
        let make = |worker: usize, number| create_call(self.shop(worker), worker, number, "");
        let (load, cpu) = self.busy(platform, &make)?;
        let bar = self.bar(7_000, 5_000);
        figures.push(rated(
            CREATE,
            &load,
            bar,
            self.ceiling_per_second,
            Some(cpu),
        ));
        let half = load.per_second() / 2;
        let calm = open(
            platform.address,
            self.plan.connections,
            half,
            self.seconds(),
            &make,
        )?;
        figures.push(Figure {
            p50_us: Some(calm.percentile_us(500)),
            ..Figure::plain(
                CREATE_HALF,
                calm.percentile_us(990),
                "µs",
                Bar::AtMost(30_000),
            )
        });
        Ok(())
    }

    /// What is asked for to find the payments of [`Bench::made`] one by one.
    fn find_call(&self, known: &Made, worker: usize, number: u64) -> Call {
        let id = known.of(worker, number);
        get_call(self.shop(worker), format!("/v3/payments/{id}"))
    }

    /// Makes so many objects and keeps their identifiers.
    fn made(
        &self,
        platform: &Platform,
        count: u64,
        make: &dyn Fn(usize, u64) -> Call,
    ) -> Result<Made> {
        let connections = self.plan.connections;
        let known: Vec<RefCell<Vec<String>>> =
            (0..connections).map(|_| RefCell::default()).collect();
        let keep = |worker: usize, reply: &Reply| {
            if let (Some(list), Ok(id)) = (known.get(worker), reply.field("id")) {
                list.borrow_mut().push(id);
            }
        };
        let end = End::AfterRequests(count);
        closed(platform.address, connections, end, make, &keep)?;
        Ok(Made(known.into_iter().map(RefCell::into_inner).collect()))
    }

    fn find(&self, platform: &Platform) -> Result<Figure> {
        let make = |worker: usize, number| create_call(self.shop(worker), worker, number, "");
        let known = self.made(platform, KNOWN_PAYMENTS, &make)?;
        let find = |worker: usize, number: u64| self.find_call(&known, worker, number);
        let (load, cpu) = self.busy(platform, &find)?;
        Ok(rated(
            FIND,
            &load,
            self.bar(20_000, 7_000),
            self.ceiling_per_second,
            Some(cpu),
        ))
    }

    /// Gives the first shop so many payments as the plan says.
    fn fill(&self, platform: &Platform) -> Result<()> {
        let shop = self.shop(0);
        let make = |worker: usize, number| create_call(shop, worker, number, "");
        eprintln!("filling a shop with {} payments", self.plan.rows);
        let end = End::AfterRequests(self.plan.rows);
        let connections = self.plan.connections;
        closed(platform.address, connections, end, &make, &|_, _| ()).map(drop)
    }

    fn list(&self, platform: &Platform) -> Result<Figure> {
        let shop = self.shop(0);
        let list = |_: usize, _: u64| get_call(shop, "/v3/payments?limit=50".to_owned());
        let fifty = Cell::new(true);
        let see = |_: usize, reply: &Reply| {
            let count = reply
                .body
                .windows(7)
                .filter(|part| part == b"\"paid\":")
                .count();
            fifty.set(fifty.get() && count == 50);
        };
        let load = closed(platform.address, 1, End::AfterRequests(LISTS), &list, &see)?;
        if !fifty.get() {
            bail!("a list of 50 did not hold 50 payments");
        }
        let name = format!("{LIST} {} payments: p99", self.plan.rows);
        Ok(Figure {
            p50_us: Some(load.percentile_us(500)),
            ..Figure::plain(&name, load.percentile_us(990), "µs", Bar::AtMost(10_000))
        })
    }
}

fn get_call(credentials: &Credentials, path: String) -> Call {
    let credentials = credentials.clone();
    Call {
        method: Method::GET,
        path,
        credentials,
        key: None,
        body: Bytes::new(),
    }
}

//! A whole platform in memory: a database of its own, a clock that stands still, a bank that can be
//! told to fail, a courier that remembers, and the routers called as HTTP without a network.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use app::application::Created as CreatedApplication;
use app::sealing::{Keyring, Sealing};
use app::shop::{Created, NewShop};
use app::{App, CardLimits, Clock, Cx, Parts, Random, Settings};
use axum::body::Body;
use connectors::courier::MemoryCourier;
use connectors::fiscal::SandboxRegister;
use connectors::mail::MemoryMailer;
use connectors::sandbox::Sandbox;
use connectors::{Connector, Connectors, Courier, Fiscal, Mailer, SmsGateway};
use contract::Links;
use domain::access::Machine;
use domain::application::{Callback, NewApplication};
use domain::fiscal::{Fiscalization, Provider, Register, Scenario};
use domain::{
    Application, ConnectorName, Currency, Duration, MethodKind, Money, OperationId, Rate, Reach,
    Scope, Shop, ShopKind, Timestamp,
};
use http::{Request, StatusCode, header};
use serde_json::Value;
use store::Store;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// The address of the pages of a test's platform.
pub const BASE_URL: &str = "http://127.0.0.1:8080";

/// 2026-07-20T12:00:00Z, when every test begins.
pub const BEGIN: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

/// A clock that moves only by hand.
#[derive(Debug)]
pub struct HandClock(AtomicI64);

/// Randomness that is the same for the same seed.
#[derive(Debug)]
pub struct SeededRandom(AtomicU64);

/// A platform with one test shop.
#[derive(Clone)]
pub struct World {
    /// The platform.
    pub app: Arc<App>,
    /// Its storage.
    pub store: Store,
    /// Its clock.
    pub clock: Arc<HandClock>,
    /// Its acquirer.
    pub bank: Arc<Sandbox>,
    /// Its fiscal register.
    pub register: Arc<SandboxRegister>,
    /// Its courier.
    pub courier: Arc<MemoryCourier>,
    /// Its mail server and SMS gateway.
    pub mailer: Arc<MemoryMailer>,
    /// A test shop that may do everything.
    pub shop: Shop,
    /// The shop's secret key.
    pub secret_key: String,
    router: axum::Router,
}

/// An answer over HTTP.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body, byte for byte.
    pub bytes: Vec<u8>,
    /// Its headers.
    pub headers: http::HeaderMap,
}

impl HandClock {
    /// A clock that shows `at`.
    #[must_use]
    pub fn at(at: Timestamp) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(at.as_micros())))
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

impl SeededRandom {
    /// Randomness from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(seed)))
    }
}

impl Random for SeededRandom {
    fn bits(&self) -> u64 {
        // SplitMix64.
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
        let bits = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}

/// The surroundings of the platform, which outlive its crash.
#[derive(Clone)]
pub struct Surroundings {
    /// The clock.
    pub clock: Arc<HandClock>,
    /// The bank.
    pub bank: Arc<Sandbox>,
    /// Connectors that are asked before the bank.
    pub asked_first: Vec<Connector>,
    /// The fiscal register.
    pub register: Arc<SandboxRegister>,
    /// The merchants' servers.
    pub courier: Arc<MemoryCourier>,
    /// The mail server and the SMS gateway.
    pub mailer: Arc<MemoryMailer>,
    /// Chance.
    pub random: Arc<SeededRandom>,
    /// How often cards may be tried.
    pub card_limits: CardLimits,
    /// How long a call to the outside may take.
    pub call_time_max: std::time::Duration,
}

impl Surroundings {
    /// New surroundings, the same for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let clock = HandClock::at(BEGIN);
        let bank_clock = Arc::clone(&clock);
        let bank = Sandbox::in_memory(BASE_URL, Arc::new(move || bank_clock.now()));
        Self {
            clock,
            bank: Arc::new(bank),
            asked_first: Vec::new(),
            register: Arc::new(SandboxRegister::in_memory()),
            courier: Arc::new(MemoryCourier::default()),
            mailer: Arc::new(MemoryMailer::new()),
            random: SeededRandom::new(seed),
            card_limits: CardLimits::default(),
            call_time_max: std::time::Duration::from_secs(5),
        }
    }

    /// A platform in these surroundings.
    #[must_use]
    pub fn app(&self, store: Store) -> Arc<App> {
        self.app_with(store, Arc::new(test_sealing()))
    }

    /// A platform in these surroundings that uses this sealing.
    #[must_use]
    pub fn app_with(&self, store: Store, sealing: Arc<Sealing>) -> Arc<App> {
        let fiscal: Arc<dyn Fiscal> = Arc::<SandboxRegister>::clone(&self.register);
        let own = Connector::sandbox(ConnectorName::SANDBOX, Arc::clone(&self.bank));
        let mut connectors = self.asked_first.clone();
        connectors.push(own);
        let courier: Arc<dyn Courier> = Arc::<MemoryCourier>::clone(&self.courier);
        let mailer: Arc<dyn Mailer> = Arc::<MemoryMailer>::clone(&self.mailer);
        let sms: Arc<dyn SmsGateway> = Arc::<MemoryMailer>::clone(&self.mailer);
        let clock: Arc<dyn Clock> = Arc::<HandClock>::clone(&self.clock);
        let random: Arc<dyn Random> = Arc::<SeededRandom>::clone(&self.random);
        App::new(Parts {
            store,
            connectors: Connectors::new(connectors).expect("names for connectors"),
            fiscal,
            courier,
            mailer,
            sms,
            letters: Arc::new(pages::letter::Writer),
            sealing,
            clock,
            random,
            settings: Settings {
                links: Links {
                    checkout_url: BASE_URL.to_owned(),
                },
                call_time_max: self.call_time_max,
                deliveries_per_webhook_max: 16,
                reach: Reach::Public,
                card_limits: self.card_limits,
            },
        })
    }
}

/// Sealing with a key that all platforms of a test share.
fn test_sealing() -> Sealing {
    let keys = || sealing_keys(&[1]);
    Sealing::new(keys(), Arc::new(move || Ok(keys())))
}

/// Sealing keys with these numbers, the same ones each time.
#[must_use]
pub fn sealing_keys(numbers: &[u8]) -> Keyring {
    let mut keys = Keyring::default();
    for number in numbers {
        keys.add(u32::from(*number), [*number; 32].into());
    }
    keys
}

/// A test shop that may do everything, at 4.5 % without VAT.
#[must_use]
pub fn test_shop() -> NewShop {
    NewShop {
        kind: ShopKind::Shop,
        platform: None,
        name: "Test shop".to_owned(),
        test: true,
        currency: Currency::RUB,
        methods: MethodKind::ALL.to_vec(),
        may_send_cards: true,
        may_save_methods: true,
        deal_life: Some(domain::deal::Life::USUAL),
        may_use_tokens: true,
        widget_retries: true,
        rate: Rate::from_ppm(45_000).unwrap_or(Rate::ZERO),
        vat: Rate::ZERO,
        inn: None,
    }
}

/// A test payout gateway that may do everything and pays to the cards that `shop` saved.
#[must_use]
pub fn test_gateway(shop: &Shop) -> NewShop {
    let cards_of = Some(shop.id);
    NewShop {
        kind: ShopKind::Gateway { cards_of },
        name: "Test gateway".to_owned(),
        methods: vec![MethodKind::BankCard, MethodKind::YooMoney, MethodKind::Sbp],
        deal_life: None,
        ..test_shop()
    }
}

/// A payout gateway beside the world's shop.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// The gateway.
    pub shop: Shop,
    /// Its secret key.
    pub secret_key: String,
}

impl Gateway {
    /// `user:password`.
    #[must_use]
    pub fn credentials(&self) -> String {
        format!("{}:{}", self.shop.id, self.secret_key)
    }
}

impl World {
    /// Adds a payout gateway with `balance` on it, in minor units.
    pub async fn gateway(&self, new: NewShop, balance: i64) -> Gateway {
        let Created { shop, secret_key } = app::shop::create(&self.machine(), new)
            .await
            .expect("create the test's gateway");
        if balance > 0 {
            let sum = Money::new(balance, shop.currency);
            app::shop::top_up(&self.machine(), shop.id, sum)
                .await
                .expect("top the gateway up");
        }
        Gateway { shop, secret_key }
    }

    /// A platform on `store`, which has the schema and nothing else.
    pub async fn new(store: Store) -> Self {
        Self::with(store, Surroundings::new(1), test_shop()).await
    }

    /// A platform with these surroundings and this shop.
    pub async fn with(store: Store, surroundings: Surroundings, shop: NewShop) -> Self {
        let app = surroundings.app(store.clone());
        let Created { shop, secret_key } = app::shop::create(&machine(&app), shop)
            .await
            .expect("create the test's shop");
        Self::of(app, store, surroundings, shop, secret_key)
    }

    /// A platform that is started again on the data it left.
    #[must_use]
    pub fn again(store: Store, surroundings: Surroundings, shop: Shop, secret_key: String) -> Self {
        Self::of(
            surroundings.app(store.clone()),
            store,
            surroundings,
            shop,
            secret_key,
        )
    }

    fn of(
        app: Arc<App>,
        store: Store,
        surroundings: Surroundings,
        shop: Shop,
        secret_key: String,
    ) -> Self {
        let limits = api::Settings {
            requests_per_second: 0,
            ..api::Settings::default()
        };
        let router = api::router_with(Arc::clone(&app), limits);
        let Surroundings {
            clock,
            bank,
            register,
            courier,
            mailer,
            ..
        } = surroundings;
        Self {
            app,
            store,
            clock,
            bank,
            register,
            courier,
            mailer,
            shop,
            secret_key,
            router,
        }
    }

    /// The test's shop registers receipts from now on, at the sandbox register.
    pub async fn registers_receipts(&self, provider: Provider, scenario: Scenario) {
        let settings = Fiscalization {
            provider,
            scenario,
            register: Register::Sandbox,
        };
        app::shop::set_fiscalization(&self.machine(), self.shop.id, Some(settings))
            .await
            .expect("switch receipts on");
    }

    /// Asks the merchant API as the shop: a path below `/v3`, or a whole one of Altyn's own.
    pub async fn call(&self, method: &str, path: &str, key: &str, body: &Value) -> Answer {
        let credentials = format!("{}:{}", self.shop.id, self.secret_key);
        self.call_as(&credentials, method, path, key, body).await
    }

    /// Asks the merchant API as `credentials`, `user:password`.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of a request, each once"
    )]
    pub async fn call_as(
        &self,
        credentials: &str,
        method: &str,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Answer {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(credentials);
        let authorization = format!("Basic {encoded}");
        self.call_with(&authorization, method, path, key, body)
            .await
    }

    /// Asks the merchant API as the application that has this token.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of a request, each once"
    )]
    pub async fn call_by(
        &self,
        token: &str,
        method: &str,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Answer {
        let authorization = format!("Bearer {token}");
        self.call_with(&authorization, method, path, key, body)
            .await
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of a request, each once"
    )]
    async fn call_with(
        &self,
        authorization: &str,
        method: &str,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(below(path))
            .header(header::AUTHORIZATION, authorization)
            .header(header::CONTENT_TYPE, "application/json");
        if !key.is_empty() {
            request = request.header("Idempotence-Key", key);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            Body::from(body.to_string())
        };
        self.send(request.body(body).expect("build a request"))
            .await
    }

    /// Sends any request through the merchant API's door.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await;
        let response = response.unwrap_or_else(|never| match never {});
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 24)
            .await
            .expect("read the answer");
        Answer {
            status: parts.status,
            bytes: bytes.to_vec(),
            headers: parts.headers,
        }
    }

    /// The context of a machine's command line.
    #[must_use]
    pub fn machine(&self) -> Cx {
        machine(&self.app)
    }

    /// An application that asks for these rights, with its secret.
    pub async fn application(&self, scopes: &[Scope]) -> CreatedApplication {
        let new = NewApplication {
            name: "Касса".to_owned(),
            description: Some("Выставляет счета".to_owned()),
            site: Some("https://partner.example".to_owned()),
            callback: Callback::Address("https://partner.example/back".to_owned()),
            scopes: scopes.to_vec(),
        };
        let created = app::application::create(&self.machine(), new).await;
        created.expect("create the test's application")
    }

    /// The code that the application gets for the shop's consent.
    pub async fn code(&self, application: &Application) -> String {
        let cx = app::grant::prove_shop(&self.app, self.shop.id, &self.secret_key, None).await;
        let cx = cx.expect("prove who the shop is");
        let code = app::grant::agree(&cx, application.id, None).await;
        code.expect("agree to the application")
    }

    /// A token of the application in the shop.
    pub async fn token(&self, application: &Application) -> String {
        let code = self.code(application).await;
        let issued = app::grant::exchange(&self.app, application, &code, None).await;
        issued.expect("exchange the code").token
    }

    /// The bank says this of an operation by itself.
    ///
    /// # Errors
    /// The bank has no such operation, or the storage fails.
    pub async fn bank_says(
        &self,
        operation: OperationId,
        answer: domain::Answer,
    ) -> Result<(), app::Error> {
        let connector = ConnectorName::SANDBOX;
        let callback = connectors::Callback { operation, answer };
        let called = app::Called {
            connector,
            callback,
        };
        app::hear(&self.app, called).await
    }

    /// Does everything that is due, sends all notifications and all messages.
    pub async fn run_jobs(&self) {
        worker::run_due(&self.app).await.expect("do what is due");
        self.app.settled().await;
        worker::carry_all_due(&self.app).await;
        self.send_messages().await;
    }

    /// Lets another platform on the same storage send what is due. Returns how many notifications.
    pub async fn carry_by(&self, other: &Arc<App>) -> usize {
        worker::carry_all_due(other).await
    }

    /// Starts the jobs, as a server does; they end when the returned values are dropped.
    #[must_use]
    pub fn work(&self) -> (watch::Sender<bool>, JoinSet<()>) {
        let (stopper, stop) = watch::channel(false);
        (stopper, worker::start(&self.app, &stop))
    }

    /// Sends the messages that are due. Returns how many.
    pub async fn send_messages(&self) -> usize {
        worker::send_all_due(&self.app).await
    }

    /// Lets time pass and does what falls due.
    pub async fn wait(&self, by: Duration) {
        self.clock.advance(by);
        self.run_jobs().await;
    }

    /// Fails unless the books are right.
    pub async fn audit(&self) {
        let report = app::audit::run(&self.machine()).await.expect("audit");
        assert!(
            report.findings.is_empty(),
            "the audit found {:#?}",
            report.findings
        );
    }
}

/// The context of a machine's command line, with all its rights.
#[must_use]
pub fn machine(app: &Arc<App>) -> Cx {
    app.machine(Machine::unbounded("tester@testkit", "test"))
}

/// The whole path, for one below the API's or one of Altyn's own.
fn below(path: &str) -> String {
    if path.starts_with("/altyn/v1/") {
        return path.to_owned();
    }
    format!("/v3{path}")
}

impl Answer {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.bytes);
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("not JSON: {text}"))
    }

    /// A text field of the body, named by a JSON pointer.
    #[must_use]
    pub fn text(&self, pointer: &str) -> String {
        let json = self.json();
        let value = json.pointer(pointer).and_then(Value::as_str);
        value
            .unwrap_or_else(|| panic!("no {pointer} in {json}"))
            .to_owned()
    }
}

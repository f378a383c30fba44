//! The API over HTTP, on SQLite; what use cases do on both engines is tested with them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod access;
mod body;
mod clock;
mod credentials;
mod deal;
mod event;
mod invoice;
mod key;
mod limit;
mod me;
mod oauth;
mod payment;
mod payment_method;
mod payout;
mod pos_link;
mod receipt;
mod refund;
mod route;
mod simulate;
mod split;
mod value;
mod webhook;

use serde_json::{Value, json};
use testkit::database::{ENGINES, TestDatabase};
use testkit::{Answer, World};

/// A card that needs no 3-D Secure.
const PLAIN: &str = "5555555555554444";
/// A card that asks for 3-D Secure.
const SECURE: &str = "5555555555554477";

/// A platform on SQLite that lives as long as this value.
struct Fixture {
    world: World,
    _database: TestDatabase,
}

impl std::ops::Deref for Fixture {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

async fn world() -> Fixture {
    let [sqlite, _postgres] = ENGINES;
    let database = TestDatabase::new(sqlite).await;
    let world = World::new(database.open().await).await;
    Fixture {
        world,
        _database: database,
    }
}

impl Fixture {
    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, "", &Value::Null).await
    }

    async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.call("POST", path, key, body).await
    }

    /// The credentials of another shop, which is not a test shop.
    async fn live_shop(&self) -> String {
        let new = app::shop::NewShop {
            test: false,
            ..testkit::test_shop()
        };
        let made = app::shop::create(&self.machine(), new).await.unwrap();
        format!("{}:{}", made.shop.id, made.secret_key)
    }

    /// A payment of 100.00 by a plain card.
    async fn paid(&self, key: &str, capture: bool) -> String {
        let answer = self
            .post("/payments", key, &card_payment(PLAIN, capture))
            .await;
        let status = if capture {
            "succeeded"
        } else {
            "waiting_for_capture"
        };
        assert_eq!(answer.text("/status"), status);
        answer.text("/id")
    }
}

fn rub(value: &str) -> Value {
    json!({"value": value, "currency": "RUB"})
}

/// The body of a payment of 100.00 on the page.
fn page_payment() -> Value {
    json!({
        "amount": rub("100.00"),
        "capture": true,
        "confirmation": {"type": "redirect", "return_url": "https://shop.test/return"},
    })
}

/// The body of a payment of 100.00 with a card.
fn card_payment(number: &str, capture: bool) -> Value {
    let mut body = page_payment();
    body["capture"] = json!(capture);
    body["payment_method_data"] = json!({"type": "bank_card", "card": {
        "number": number, "expiry_month": "12", "expiry_year": "2035", "csc": "123",
    }});
    body
}

/// Requires the documented form of an error, and returns its parameter.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) -> Option<String> {
    let body = answer.json();
    assert_eq!(answer.status.as_u16(), status, "{body}");
    assert_eq!(body["type"], "error");
    assert_eq!(body["code"], code, "{body}");
    assert!(body["description"].is_string(), "{body}");
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(
        answer.headers["x-request-id"].to_str().ok(),
        body["id"].as_str()
    );
    body["parameter"].as_str().map(str::to_owned)
}

/// Requires the refusal of a request that cannot be understood, with this parameter.
#[track_caller]
fn invalid(answer: &Answer, parameter: &str) {
    let found = refused(answer, 400, "invalid_request");
    assert_eq!(found.as_deref(), Some(parameter), "{}", answer.json());
}

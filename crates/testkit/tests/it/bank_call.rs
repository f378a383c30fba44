//! Banks call: a call with a valid signature is believed, about the operations of its own
//! connector.

use std::sync::Arc;

use app::Clock as _;
use axum::body::Body;
use connectors::Connector;
use connectors::registry::State;
use connectors::sandbox::{CallbackFault, Decision, SIGNATURE, Sandbox};
use domain::OperationId;
use http::Request;
use serde_json::{Value, json};
use store::Store;
use testkit::database::both;
use testkit::{Answer, BASE_URL, Surroundings, World, test_shop};

/// A payment by a card that asks for 3-D Secure.
fn card_payment() -> Value {
    json!({
        "amount": {"value": "1000.00", "currency": "RUB"},
        "capture": true,
        "payment_method_data": {"type": "bank_card", "card": {
            "number": "5555555555554477", "expiry_month": "12", "expiry_year": "2030", "csc": "123",
        }},
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/back"},
    })
}

fn bank(surroundings: &Surroundings, secret: &[u8]) -> Arc<Sandbox> {
    let clock = Arc::clone(&surroundings.clock);
    let bank = Sandbox::in_memory(BASE_URL, Arc::new(move || clock.now()));
    Arc::new(bank.signing_by(secret))
}

async fn call(world: &World, path: &str, signature: Option<&str>, body: &str) -> Answer {
    let mut request = Request::builder().method("POST").uri(path);
    if let Some(signature) = signature {
        request = request.header(SIGNATURE, signature);
    }
    world
        .send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

/// A payment that its payer has confirmed at the bank, of which the platform does not know yet.
async fn unheard(world: &World, bank: &Sandbox, key: &str) -> (String, String) {
    let asked = world.call("POST", "/payments", key, &card_payment()).await;
    let page = asked.text("/confirmation/confirmation_url");
    let operation: OperationId = page.split_once("operation=").unwrap().1.parse().unwrap();
    bank.script().next_callback(CallbackFault::Lost);
    bank.decide(operation, Decision::Approve).await.unwrap();
    let body = format!(r#"{{"operation_id":"{operation}"}}"#);
    (asked.text("/id"), body)
}

async fn status(world: &World, payment: &str) -> String {
    let path = format!("/payments/{payment}");
    world
        .call("GET", &path, "", &Value::Null)
        .await
        .text("/status")
}

struct Banks {
    world: World,
    own: Arc<Sandbox>,
    other: Arc<Sandbox>,
}

/// A platform with three banks, of which one calls without a signature.
async fn banks(store: Store) -> Banks {
    let mut surroundings = Surroundings::new(1);
    let own = bank(&surroundings, b"a secret of both sides");
    let other = bank(&surroundings, b"the secret of another bank");
    let unsigned = bank(&surroundings, b"");
    let connector = |name: &str, bank: &Arc<Sandbox>| Connector {
        state: State::Off,
        ..Connector::sandbox(name.parse().unwrap(), Arc::clone(bank))
    };
    surroundings.bank = Arc::clone(&own);
    surroundings.asked_first = vec![connector("other", &other), connector("mute", &unsigned)];
    let world = World::with(store, surroundings, test_shop()).await;
    Banks { world, own, other }
}

#[tokio::test]
async fn a_signed_call_counts_once_and_others_not_at_all() {
    both(|store, _engine| async move {
        let Banks { world, own, other } = banks(store).await;
        let (payment, body) = unheard(&world, &own, "pay").await;
        let path = "/connectors/sandbox/callback";
        let sign = own.signature(body.as_bytes()).unwrap();
        let foreign = other.signature(body.as_bytes()).unwrap();
        let long = "x".repeat(65 * 1024);
        let changed = body.replace('}', " }");
        for (path, signature, body, expected) in [
            (path, None, &*body, 403),
            (path, Some("bm8="), &*body, 403),
            (path, Some("%"), &*body, 403),
            (path, Some(&*foreign), &*body, 403),
            (path, Some(&*sign), &*changed, 403),
            (path, Some(&*sign), &*long, 413),
            ("/connectors/other/callback", Some(&*sign), &*body, 403),
            // The signature is its own, and it knows nothing of the other's operations.
            ("/connectors/other/callback", Some(&*foreign), &*body, 404),
            ("/connectors/mute/callback", Some(&*sign), &*body, 403),
            ("/connectors/sandbox/other", Some(&*sign), &*body, 404),
            ("/connectors/gone/callback", Some(&*sign), &*body, 404),
            ("/connectors/No%20Name/callback", Some(&*sign), &*body, 404),
        ] {
            let refused = call(&world, path, signature, body).await;
            assert_eq!(refused.status.as_u16(), expected, "{path} {signature:?}");
            assert!(expected == 413 || refused.bytes.is_empty(), "{path}");
        }
        assert_eq!(status(&world, &payment).await, "pending");

        for _again in 0..2 {
            let heard = call(&world, path, Some(&sign), &body).await;
            assert_eq!((heard.status.as_u16(), &*heard.bytes), (200, &b"OK"[..]));
        }
        assert_eq!(status(&world, &payment).await, "succeeded");
        let shop = world.shop.id;
        let events = move |conn: &mut store::Conn<'_>| {
            let begin = domain::Timestamp::from_micros(0);
            store::event::list(conn, shop, begin, None, 100)
        };
        assert_eq!(world.store.read(events).await.unwrap().len(), 1);
        world.audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_bank_does_not_speak_of_what_another_was_asked() {
    both(|store, _engine| async move {
        let Banks { world, own, .. } = banks(store).await;
        let (payment, body) = unheard(&world, &own, "pay").await;
        let theirs = "update operation set connector = 'other' where state = 'challenged'";
        let unit = move |tx: &mut store::Tx<'_>| tx.execute(theirs, &[]);
        let changed: Result<u64, store::StoreError> = world.store.write_any_shop(unit).await;
        assert_eq!(changed.unwrap(), 1);
        let sign = own.signature(body.as_bytes()).unwrap();
        let refused = call(&world, "/connectors/sandbox/callback", Some(&sign), &body).await;
        assert_eq!(refused.status.as_u16(), 404);
        assert_eq!(status(&world, &payment).await, "pending");
    })
    .await;
}

//! Every route with every kind of caller, on their own objects and on those of others, compared
//! with the table of rights.

use std::collections::BTreeMap;

use api::{Endpoint, ROUTES, Route};
use domain::fiscal::{Provider, Scenario};
use domain::{Right, Role, Scope};
use serde_json::{Value, json};
use testkit::{Answer, test_gateway, test_shop};

use crate::{Fixture, PLAIN, card_payment, page_payment, rub, world};

const SOME_ID: &str = "31f00000-000f-5000-8000-1a2b3c4d5e6f";

/// Objects by the name that paths have for them.
type Objects = BTreeMap<&'static str, String>;

/// The credentials that somebody shows.
#[derive(Clone, Debug)]
enum Shown {
    Key(String),
    Token(String),
}

/// Somebody who asks.
#[derive(Clone, Debug)]
struct Caller {
    name: String,
    shown: Shown,
    role: Role,
    scopes: Vec<Scope>,
    /// The objects that they ask for.
    objects: Objects,
    /// Whether these are their own.
    own: bool,
}

impl Caller {
    fn new(name: &str, role: Role, shown: Shown) -> Self {
        Self {
            name: name.to_owned(),
            shown,
            role,
            scopes: Vec::new(),
            objects: Objects::new(),
            own: true,
        }
    }

    async fn ask(&self, world: &Fixture, what: (&str, &str, &str), body: &Value) -> Answer {
        let (method, path, key) = what;
        match &self.shown {
            Shown::Key(key_shown) => world.call_as(key_shown, method, path, key, body).await,
            Shown::Token(token) => world.call_by(token, method, path, key, body).await,
        }
    }

    /// Makes an object, and checks that the route's right was asked for.
    async fn make(&mut self, world: &Fixture, name: &'static str, (path, body): (&str, Value)) {
        drop(world.app.rights_asked());
        let answer = self.ask(world, ("POST", path, name), &body).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.json());
        let named = ROUTES
            .iter()
            .find(|route| route.method.as_str() == "POST" && route.path == format!("/v3{path}"));
        let asked = world.app.rights_asked();
        assert!(asked.contains(&named.unwrap().right), "{path}: {asked:?}");
        self.objects.insert(name, answer.text("/id"));
    }

    fn may(&self, right: Right) -> bool {
        let granted = right
            .scope()
            .is_none_or(|scope| self.scopes.contains(&scope));
        self.role.may(right) && (self.role != Role::Application || granted)
    }

    /// The path with the caller's objects in place of the names, and whether there is such an
    /// object.
    fn path(&self, route: &Route) -> (String, bool) {
        let mut there = true;
        let below = route.path.strip_prefix("/v3").unwrap_or(route.path);
        let parts: Vec<&str> = below
            .split('/')
            .map(|part| match part.strip_prefix('{') {
                Some(name) => match self.objects.get(name.trim_end_matches('}')) {
                    Some(id) => id,
                    None => {
                        there = false;
                        SOME_ID
                    }
                },
                None => part,
            })
            .collect();
        (parts.join("/"), there)
    }
}

/// Objects that every caller who takes payments can make.
async fn make_payments(caller: &mut Caller, world: &Fixture) {
    let paid = card_payment(PLAIN, true);
    caller.make(world, "payment_id", ("/payments", paid)).await;
    let payment = caller.objects["payment_id"].clone();
    let refund = json!({"payment_id": payment, "amount": rub("30.00")});
    caller.make(world, "refund_id", ("/refunds", refund)).await;
    let redirect = json!({"type": "redirect", "return_url": "https://shop.test/back"});
    let binding = json!({"type": "bank_card", "confirmation": redirect});
    let binding = ("/payment_methods", binding);
    caller.make(world, "payment_method_id", binding).await;
}

async fn shop(world: &Fixture) -> Caller {
    let shown = Shown::Key(format!("{}:{}", world.shop.id, world.secret_key));
    let mut shop = Caller::new("shop", Role::Key, shown);
    make_payments(&mut shop, world).await;
    let deal = json!({"type": "safe_deal", "fee_moment": "payment_succeeded"});
    shop.make(world, "deal_id", ("/deals", deal)).await;
    let invoice = json!({
        "payment_data": {"amount": rub("100.00"), "capture": true},
        "cart": [{"description": "Кофе", "price": rub("100.00"), "quantity": 1}],
        "expires_at": "2026-07-30T12:00:00.000Z",
    });
    shop.make(world, "invoice_id", ("/invoices", invoice)).await;
    let plate = json!({
        "recipient": {"gateway_id": world.shop.gateway_id.to_string()},
        "pos_link_data": {"link": "https://qr.nspk.ru/AS10"},
    });
    shop.make(world, "pos_link_id", ("/pos_links", plate)).await;
    let events = world.get("/altyn/v1/events").await;
    let event = events.text("/items/0/id");
    shop.objects.insert("event_id", event);
    // An application with no other right.
    let made = world.application(&[Scope::GetFees]).await;
    world.token(&made.application).await;
    let grants = world.get("/altyn/v1/grants").await;
    shop.objects.insert("grant_id", grants.text("/items/0/id"));

    world
        .registers_receipts(Provider::Atol, Scenario::Separate)
        .await;
    let receipt = json!({
        "type": "payment", "payment_id": shop.objects["payment_id"], "send": true,
        "customer": {"email": "buyer@example.com"},
        "settlements": [{"type": "cashless", "amount": rub("100.00")}],
        "items": [{
            "description": "Book", "quantity": 1, "amount": rub("100.00"), "vat_code": 11,
            "measure": "piece",
        }],
    });
    shop.make(world, "receipt_id", ("/receipts", receipt)).await;
    shop
}

async fn gateway(world: &Fixture) -> Caller {
    let made = world.gateway(test_gateway(&world.shop), 100_000).await;
    let shown = Shown::Key(made.credentials());
    let mut gateway = Caller::new("gateway", Role::Gateway, shown);
    let payout = json!({
        "amount": rub("10.00"),
        "payout_destination_data": {"type": "bank_card", "card": {"number": PLAIN}},
    });
    gateway.make(world, "payout_id", ("/payouts", payout)).await;
    let person = json!({
        "type": "payout_statement_recipient", "last_name": "Иванова", "first_name": "Анна",
        "birthdate": "1990-01-31",
    });
    let person = ("/personal_data", person);
    gateway.make(world, "personal_data_id", person).await;
    let redirect = json!({"type": "redirect"});
    let person = json!({"itn": "123456789012", "confirmation": redirect});
    let person = ("/self_employed", person);
    gateway.make(world, "self_employed_id", person).await;
    let list = ("GET", "/altyn/v1/events", "");
    let events = gateway.ask(world, list, &Value::Null).await;
    let event = events.text("/items/0/id");
    gateway.objects.insert("event_id", event);
    gateway
}

/// An application with all rights and its objects, and then one application for each right alone.
async fn applications(world: &Fixture) -> Vec<Caller> {
    let mut callers = Vec::new();
    for scopes in std::iter::once(Scope::ALL.to_vec()).chain(Scope::ALL.map(|one| vec![one])) {
        let made = world.application(&scopes).await;
        let token = Shown::Token(world.token(&made.application).await);
        let name = format!("application by {scopes:?}");
        let mut caller = Caller::new(&name, Role::Application, token);
        caller.scopes = scopes;
        if callers.is_empty() {
            make_payments(&mut caller, world).await;
        }
        let hook = json!({"event": "payment.succeeded", "url": "https://partner.example/a"});
        caller.make(world, "webhook_id", ("/webhooks", hook)).await;
        callers.push(caller);
    }
    callers
}

/// A body that is good enough to get as far as the object.
fn body(route: &Route, world: &Fixture) -> Value {
    let bodies = [
        (Endpoint::CreatePayment, page_payment()),
        (Endpoint::CapturePayment, json!({})),
        (Endpoint::SimulatePayment, json!({"outcome": "approve"})),
        (
            Endpoint::MovePosLink,
            json!({"recipient": {"gateway_id": world.shop.gateway_id.to_string()}}),
        ),
    ];
    let mut bodies = bodies.into_iter();
    let body = bodies.find(|(endpoint, _body)| *endpoint == route.endpoint);
    body.map_or(Value::Null, |(_endpoint, body)| body)
}

/// Asks, and says how the answer differs from the table.
async fn problem(world: &Fixture, caller: &Caller, route: &Route) -> Option<String> {
    let (path, there) = caller.path(route);
    let key = format!("{} {:?}", caller.name, route.endpoint).replace(' ', "_");
    let key = key.get(key.len().saturating_sub(60)..).unwrap_or(&key);
    let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    drop(world.app.rights_asked());
    let what = (route.method.as_str(), path.as_str(), key.as_str());
    let answer = caller.ask(world, what, &body(route, world)).await;
    let asked = world.app.rights_asked();
    let status = answer.status.as_u16();
    let about_one = route.path.contains('{');
    let expected = if !caller.role.may(route.right) {
        status == 401 && answer.text("/description") == "Authentication type is not allowed"
    } else if !caller.may(route.right) {
        status == 403 && answer.text("/description") == "Operation forbidden"
    } else if about_one && !(there && caller.own) {
        status == 404
    } else {
        ![401, 403, 404, 500].contains(&status)
    };
    if !expected {
        return Some(format!("{} {what:?}: {}", caller.name, answer.json()));
    }
    // A request that was not refused earlier has asked for the right of the table.
    let reached = caller.may(route.right) && (status == 200 || about_one && there);
    if reached && !asked.contains(&route.right) {
        return Some(format!("{} {what:?} asked for {asked:?}", caller.name));
    }
    None
}

#[tokio::test]
async fn every_route_does_what_the_table_of_rights_says() {
    let world = world().await;
    let (shop, gateway) = (shop(&world).await, gateway(&world).await);
    let applications = applications(&world).await;

    let other = app::shop::create(&world.machine(), test_shop()).await;
    let other = other.unwrap();
    let key = format!("{}:{}", other.shop.id, other.secret_key);
    let other_gateway = world.gateway(test_gateway(&world.shop), 0).await;
    let partner = world.application(&Scope::ALL).await;
    let partner = Shown::Token(world.token(&partner.application).await);
    let foreign = |own: &Caller, shown: Shown| Caller {
        name: format!("another {}", own.name),
        shown,
        own: false,
        ..own.clone()
    };
    // An application does not see what the shop made itself, and a shop not what is another's.
    let mut hidden = applications[0].clone();
    hidden.name = "application about the shop's".to_owned();
    hidden.objects = shop.objects.clone();
    hidden.own = false;
    let mut callers = vec![
        foreign(&shop, Shown::Key(key)),
        foreign(&gateway, Shown::Key(other_gateway.credentials())),
        foreign(&applications[0], partner),
        hidden,
    ];
    callers.extend([shop, gateway]);
    callers.extend(applications);

    let mut problems = Vec::new();
    for caller in &callers {
        for route in &ROUTES {
            problems.extend(problem(&world, caller, route).await);
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

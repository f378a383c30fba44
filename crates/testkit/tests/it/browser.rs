//! A browser without script: follows redirects of one host, keeps cookies, fills in forms.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use app::CardLimits;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use domain::{MethodKind, Right};
use http::response::Parts;
use http::{Request, StatusCode, header};
use pages::routes::{ROUTES, Route};
use scraper::{ElementRef, Html, Selector};
use serde_json::json;
use testkit::database::{ENGINES, TestDatabase};
use testkit::{BASE_URL, Surroundings, World, test_shop};
use tower::ServiceExt as _;

/// The shop's page that payers go back to.
pub(crate) const SHOP_URL: &str = "https://shop.example/orders/72";

/// More than any page has.
const BODY_BYTES_MAX: usize = 1 << 20;

/// A buyer in front of a platform of its own.
pub(crate) struct Buyer {
    pub(crate) world: World,
    _database: TestDatabase,
    pages: Router,
    cookies: BTreeMap<String, String>,
    /// Headers that browsers send with every request.
    pub(crate) says: Vec<(&'static str, &'static str)>,
    /// Where the buyer is.
    pub(crate) from: IpAddr,
}

/// A page that was loaded.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) address: String,
    pub(crate) status: StatusCode,
    pub(crate) html: String,
    pub(crate) answer: Parts,
}

impl Buyer {
    pub(crate) async fn new() -> Self {
        Self::with(CardLimits::default()).await
    }

    /// A buyer on a platform with these limits for cards.
    pub(crate) async fn with(card_limits: CardLimits) -> Self {
        let [sqlite, _postgres] = ENGINES;
        let database = TestDatabase::new(sqlite).await;
        let mut surroundings = Surroundings::new(1);
        surroundings.card_limits = card_limits;
        let store = database.open().await;
        let world = World::with(store, surroundings, test_shop()).await;
        let says = vec![("host", "127.0.0.1:8080"), ("accept-language", "en")];
        Self {
            pages: testkit::pages(&world.app),
            world,
            _database: database,
            cookies: BTreeMap::new(),
            says,
            from: [192, 0, 2, 7].into(),
        }
    }

    /// The id of another new payment.
    pub(crate) async fn payment_again(&self, key: &str) -> String {
        self.payment_with(key, json!({})).await
    }

    /// The id of a new payment of 1,000.00 RUB; the members of `more` are put over those of the
    /// request.
    pub(crate) async fn payment(&self, more: serde_json::Value) -> String {
        self.payment_with("key-1", more).await
    }

    async fn payment_with(&self, key: &str, more: serde_json::Value) -> String {
        let mut body = json!({
            "amount": {"value": "1000.00", "currency": "RUB"},
            "capture": true,
            "description": "Order 72",
            "confirmation": {"type": "redirect", "return_url": SHOP_URL},
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let created = self.world.call("POST", "/payments", key, &body).await;
        assert_eq!(created.status, StatusCode::OK, "{}", created.json());
        created.text("/id")
    }

    /// The payment as the merchant sees it.
    pub(crate) async fn as_merchant(&self, id: &str) -> serde_json::Value {
        let path = format!("/payments/{id}");
        self.world
            .call("GET", &path, "", &serde_json::Value::Null)
            .await
            .json()
    }

    /// Opens the payment's page.
    pub(crate) async fn open(&mut self, id: &str) -> Page {
        self.get(&format!("/checkout/payments/v2/contract?orderId={id}"))
            .await
    }

    /// Loads a page and follows redirects within our host.
    pub(crate) async fn get(&mut self, address: &str) -> Page {
        let page = self.send("GET", address, String::new()).await;
        self.follow(page).await
    }

    /// Fills in the form that has the button, and presses it.
    pub(crate) async fn submit(&mut self, page: &Page, form: &str, typed: &[(&str, &str)]) -> Page {
        let answer = self.submit_only(page, form, typed).await;
        self.follow(answer).await
    }

    /// The same without following redirects.
    pub(crate) async fn submit_only(
        &mut self,
        page: &Page,
        form: &str,
        typed: &[(&str, &str)],
    ) -> Page {
        let (action, mut fields) = page.form(form);
        for (name, value) in typed {
            fields.insert((*name).to_owned(), (*value).to_owned());
        }
        let pairs: Vec<(String, String)> = fields.into_iter().collect();
        let body = serde_urlencoded::to_string(pairs).unwrap();
        self.send("POST", &action, body).await
    }

    /// Pays by card on the payment's page.
    pub(crate) async fn pay_by_card(&mut self, id: &str, number: &str) -> Page {
        let page = self.open(id).await;
        let typed = [
            ("card_number", number),
            ("card_expiry", "12/30"),
            ("card_csc", "123"),
        ];
        self.submit(&page, &method(MethodKind::BankCard), &typed)
            .await
    }

    /// Sends a body as a script would.
    pub(crate) async fn post_json(&mut self, address: &str, body: &serde_json::Value) -> Page {
        self.send("POST", address, body.to_string()).await
    }

    /// Sends a form that none of our pages has made.
    pub(crate) async fn post(&mut self, address: &str, form: &str) -> Page {
        self.send("POST", address, form.to_owned()).await
    }

    async fn follow(&mut self, mut page: Page) -> Page {
        for _hop in 0..5 {
            if !page.status.is_redirection() {
                return page;
            }
            let next = page.answer.headers[header::LOCATION]
                .to_str()
                .unwrap()
                .to_owned();
            let local = next.strip_prefix(BASE_URL).unwrap_or(&next).to_owned();
            if !local.starts_with('/') {
                return page;
            }
            page = self.send("GET", &local, String::new()).await;
        }
        panic!("too many redirects, the last to {}", page.address)
    }

    async fn send(&mut self, verb: &str, address: &str, body: String) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder()
            .method(verb)
            .uri(address)
            .extension(ConnectInfo(SocketAddr::new(self.from, 5_000)))
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in &self.says {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap();
        drop(self.world.app.rights_asked());
        let response = self.pages.clone().oneshot(request).await.unwrap();
        let (answer, body) = response.into_parts();
        let body = axum::body::to_bytes(body, BODY_BYTES_MAX).await.unwrap();
        asks_for_what_the_table_says(verb, address, &self.world.app.rights_asked());
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Page {
            address: address.to_owned(),
            status: answer.status,
            html: String::from_utf8(body.to_vec()).unwrap(),
            answer,
        }
    }
}

/// The rights that the platform itself uses during a request: to find out who is asking, to note
/// that a key was used, and to take in what a bank has answered.
const ON_THE_WAY: [Right; 3] = [Right::CallerProve, Right::UseNote, Right::OutcomeTake];

/// Every request of every test is compared with the table of rights.
#[track_caller]
fn asks_for_what_the_table_says(verb: &str, address: &str, asked: &[Right]) {
    let path = address.split('?').next().unwrap_or(address);
    let is_at = |route: &&Route| {
        let alike = |pattern: &str, part: &str| pattern == part || pattern.starts_with('{');
        let (patterns, parts) = (route.path.split('/'), path.split('/'));
        route.method == verb
            && patterns.clone().count() == parts.clone().count()
            && patterns
                .zip(parts)
                .all(|(pattern, part)| alike(pattern, part))
    };
    let rights = ROUTES
        .iter()
        .find(is_at)
        .map_or(&[][..], |route| route.rights);
    for right in asked.iter().filter(|right| !ON_THE_WAY.contains(right)) {
        let is_named = rights.contains(right);
        assert!(is_named, "{verb} {path} asks for {}", right.code());
    }
}

/// The form of a way to pay.
pub(crate) fn method(kind: MethodKind) -> String {
    format!("details[data-method={}] form", kind.code())
}

impl Page {
    /// The texts of all elements that the selector names.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let html = Html::parse_document(&self.html);
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector)
            .map(|element| text_of(&element))
            .collect()
    }

    /// The text of the one element that the selector names.
    #[track_caller]
    pub(crate) fn text(&self, selector: &str) -> String {
        let mut texts = self.texts(selector);
        assert_eq!(
            texts.len(),
            1,
            "{selector} in {}: {}",
            self.address,
            self.html
        );
        texts.remove(0)
    }

    /// An attribute of the first element that the selector names.
    pub(crate) fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let html = Html::parse_document(&self.html);
        let selector = Selector::parse(selector).unwrap();
        let element = html.select(&selector).next()?;
        element.attr(name).map(str::to_owned)
    }

    /// Where a form is sent, and with which values if nothing is typed.
    #[track_caller]
    fn form(&self, selector: &str) -> (String, BTreeMap<String, String>) {
        let html = Html::parse_document(&self.html);
        let wanted = Selector::parse(selector).unwrap();
        let form = html.select(&wanted).next();
        let form = form.unwrap_or_else(|| panic!("no {selector} in {}", self.html));
        let inputs = Selector::parse("input[name]:not([type=checkbox])").unwrap();
        let fields = form.select(&inputs).map(|input| {
            let value = input.attr("value").unwrap_or("");
            (input.attr("name").unwrap().to_owned(), value.to_owned())
        });
        (form.attr("action").unwrap().to_owned(), fields.collect())
    }
}

fn text_of(element: &ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.replace('\u{a0}', " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

//! The demo: one merchant with a test shop that may do everything and a payout gateway, made once
//! and found again.
//!
//! `demo.json` in the data directory tells programs how to use it.

mod token;

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::shop::{self, NewShop};
use app::{App, Cx};
use domain::fiscal::{Fiscalization, Provider, Register, Scenario};
use domain::{Currency, MethodKind, Money, Rate, ShopId, ShopKind};
use serde_json::{Value, json};

use crate::command::gateway::test_gateway;

/// The file in the data directory.
pub(crate) const DEMO_FILE: &str = "demo.json";
/// 4.5 %.
const RATE_PPM: i64 = 45_000;
/// The balance that the gateway begins with: a million roubles.
const GATEWAY_MINOR: i64 = 100_000_000;
/// The names of the shop's members in the file.
const SHOP: [&str; 2] = ["shop_id", "secret_key"];
/// The names of the payout gateway's members.
const GATEWAY: [&str; 2] = ["payout_gateway_id", "payout_secret_key"];

/// How to use the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Demo {
    pub(crate) base_url: String,
    pub(crate) shop_id: ShopId,
    pub(crate) secret_key: String,
    /// The token by which the demo's application acts in the shop.
    pub(crate) oauth_token: String,
    /// A payout gateway with its key.
    pub(crate) gateway: (ShopId, String),
}

impl Demo {
    /// The address of the merchant API.
    pub(crate) fn api_url(&self) -> String {
        format!("{}/v3", self.base_url)
    }

    fn json(&self) -> Value {
        json!({
            "base_url": self.base_url,
            "api_url": self.api_url(),
            "shop_id": self.shop_id.to_string(),
            "secret_key": self.secret_key,
            "oauth_token": self.oauth_token,
            "payout_gateway_id": self.gateway.0.to_string(),
            "payout_secret_key": self.gateway.1,
        })
    }
}

/// Finds the demo that was made before, or makes one; and writes how to use it.
pub(crate) async fn prepare(cx: &Cx, data_dir: &Path, base_url: &str) -> Result<Demo> {
    let path = data_dir.join(DEMO_FILE);
    let (shop_id, secret_key) = match known(cx, &path, SHOP).await? {
        Some(found) => found,
        None => make(cx).await?,
    };
    let oauth_token = token::prepare(cx, &path, (shop_id, &secret_key)).await?;
    let gateway = match known(cx, &path, GATEWAY).await? {
        Some(found) => found,
        None => make_gateway(cx, shop_id).await?,
    };
    let demo = Demo {
        base_url: base_url.to_owned(),
        shop_id,
        secret_key,
        oauth_token,
        gateway,
    };
    write(&path, &demo).with_context(|| format!("write {}", path.display()))?;
    Ok(demo)
}

/// The account of a file that was written before, if this database knows it.
async fn known(cx: &Cx, path: &Path, names: [&str; 2]) -> Result<Option<(ShopId, String)>> {
    match read(path, names)? {
        Some((id, secret_key)) => opens(cx.app(), id, secret_key).await,
        None => Ok(None),
    }
}

/// The account and key in a file of an earlier start; `None` if the file cannot be understood.
fn read(path: &Path, [id, key]: [&str; 2]) -> Result<Option<(ShopId, String)>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
    };
    let parsed: Option<Value> = serde_json::from_str(&text).ok();
    let field = |name: &str| parsed.as_ref()?.get(name)?.as_str().map(str::to_owned);
    let number = field(id).and_then(|id| id.parse().ok());
    Ok(number.zip(field(key)))
}

/// The same shop and key, if this database knows them.
async fn opens(
    app: &Arc<App>,
    shop_id: ShopId,
    secret_key: String,
) -> Result<Option<(ShopId, String)>> {
    match shop::authenticate(app, shop_id, &secret_key, String::new()).await {
        Ok(_) => Ok(Some((shop_id, secret_key))),
        Err(app::Error::Denied) => Ok(None),
        Err(error) => Err(error).context("look for the demo's shop"),
    }
}

async fn make(cx: &Cx) -> Result<(ShopId, String)> {
    let new = NewShop {
        kind: ShopKind::Shop,
        name: "Демо-магазин".to_owned(),
        test: true,
        currency: Currency::RUB,
        methods: MethodKind::ALL.to_vec(),
        may_send_cards: true,
        may_save_methods: true,
        platform: None,
        deal_life: Some(domain::deal::Life::USUAL),
        may_use_tokens: true,
        widget_retries: true,
        rate: Rate::from_ppm(RATE_PPM).context("the demo's commission")?,
        vat: Rate::ZERO,
        inn: None,
    };
    let created = shop::create(cx, new)
        .await
        .context("make the demo's shop")?;
    let receipts = Fiscalization {
        provider: Provider::Atol,
        scenario: Scenario::Separate,
        register: Register::Sandbox,
    };
    shop::set_fiscalization(cx, created.shop.id, Some(receipts))
        .await
        .context("switch the demo's receipts on")?;
    Ok((created.shop.id, created.secret_key))
}

async fn make_gateway(cx: &Cx, shop_id: ShopId) -> Result<(ShopId, String)> {
    let new = test_gateway("Демо-шлюз".to_owned(), true, Some(shop_id));
    let created = shop::create(cx, new)
        .await
        .context("make the demo's payout gateway")?;
    let id = created.shop.id;
    shop::top_up(cx, id, Money::new(GATEWAY_MINOR, created.shop.currency))
        .await
        .context("top the demo's payout gateway up")?;
    Ok((id, created.secret_key))
}

/// Writes the file, readable only by its owner; readers find all of it or none.
fn write(path: &Path, demo: &Demo) -> std::io::Result<()> {
    let partial = path.with_extension("json.part");
    let mut options = File::options();
    options.create(true).truncate(true).write(true).mode(0o600);
    let mut file = options.open(&partial)?;
    writeln!(file, "{:#}", demo.json())?;
    file.sync_all()?;
    fs::rename(&partial, path)
}

/// The text at the start of the demo.
pub(crate) fn welcome(demo: &Demo, data_dir: &Path) -> String {
    let (shop, key, api) = (demo.shop_id, &demo.secret_key, demo.api_url());
    let (gateway, gateway_key) = (demo.gateway.0, &demo.gateway.1);
    let file = data_dir.join(DEMO_FILE);
    let file = file.display();
    let base = &demo.base_url;
    format!(
        r#"
The demo's shop (also in {file}):
  shop id     {shop}
  secret key  {key}
  API         {api}

Its payout gateway:
  gateway id  {gateway}
  secret key  {gateway_key}

What buyers see, in pages: {base}/demo

Create a payment:

  curl {api}/payments -u {shop}:{key} -H 'Content-Type: application/json' \
    -H "Idempotence-Key: $(date +%s%N)" -d '{{"amount": {{"value": "1000.00", "currency": "RUB"}},
    "capture": true, "description": "Order 72",
    "confirmation": {{"type": "redirect", "return_url": "https://example.com/thanks"}}}}'

or in Python (pip install yookassa):

  from yookassa import Configuration, Payment
  Configuration.configure("{shop}", "{key}", api_url="{api}")

Open its confirmation_url and pay with the test card 5555 5555 5555 4477 (with 3-D Secure) or
5555 5555 5555 4444 (without), any later date and any code; the page lists more of them."#
    )
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use domain::ShopId;

    use super::{Demo, GATEWAY, SHOP, read, write};

    fn demo() -> Demo {
        Demo {
            base_url: "http://127.0.0.1:8080".to_owned(),
            shop_id: ShopId::new(100_001).unwrap(),
            secret_key: "test_abc".to_owned(),
            oauth_token: "abc".to_owned(),
            gateway: (ShopId::new(100_002).unwrap(), "test_def".to_owned()),
        }
    }

    #[test]
    fn what_was_written_is_found_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("demo.json");
        assert_eq!(read(&path, SHOP).unwrap(), None);
        write(&path, &demo()).unwrap();
        let expected = (demo().shop_id, "test_abc".to_owned());
        assert_eq!(read(&path, SHOP).unwrap(), Some(expected));
        assert_eq!(read(&path, GATEWAY).unwrap(), Some(demo().gateway));
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_makes_no_sense_counts_as_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("demo.json");
        for text in [
            "",
            "{",
            "[]",
            "{\"shop_id\": \"x\", \"secret_key\": \"y\"}",
            "{}",
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(read(&path, SHOP).unwrap(), None, "{text}");
        }
    }
}

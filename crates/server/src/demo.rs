//! The demo: one merchant with a test shop that may do everything, made once and found again.
//!
//! `demo.json` in the data directory tells programs how to use it; it names only what exists.

mod token;

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::App;
use app::shop::{self, NewShop};
use domain::fiscal::{Fiscalization, Provider, Register, Scenario};
use domain::{Currency, MethodKind, Rate, ShopId};
use serde_json::{Value, json};

/// The file in the data directory.
pub(crate) const DEMO_FILE: &str = "demo.json";
/// 4.5 %.
const RATE_PPM: i64 = 45_000;

/// How to use the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Demo {
    pub(crate) base_url: String,
    pub(crate) shop_id: ShopId,
    pub(crate) secret_key: String,
    /// What the demo's application acts in the shop by.
    pub(crate) oauth_token: String,
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
        })
    }
}

/// Finds the demo that was made before, or makes one; and writes how to use it.
pub(crate) async fn prepare(app: &Arc<App>, data_dir: &Path, base_url: &str) -> Result<Demo> {
    let path = data_dir.join(DEMO_FILE);
    let found = match read(&path)? {
        Some((shop_id, secret_key)) => opens(app, shop_id, secret_key).await?,
        None => None,
    };
    let (shop_id, secret_key) = match found {
        Some(found) => found,
        None => make(app).await?,
    };
    let oauth_token = token::prepare(app, &path, (shop_id, &secret_key)).await?;
    let demo = Demo {
        base_url: base_url.to_owned(),
        shop_id,
        secret_key,
        oauth_token,
    };
    write(&path, &demo).with_context(|| format!("write {}", path.display()))?;
    Ok(demo)
}

/// The shop and key of a file that was written before. A file that makes no sense counts as none.
fn read(path: &Path) -> Result<Option<(ShopId, String)>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
    };
    let parsed: Option<Value> = serde_json::from_str(&text).ok();
    let field = |name: &str| parsed.as_ref()?.get(name)?.as_str().map(str::to_owned);
    let shop_id = field("shop_id").and_then(|id| id.parse().ok());
    Ok(shop_id.zip(field("secret_key")))
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

async fn make(app: &Arc<App>) -> Result<(ShopId, String)> {
    let new = NewShop {
        name: "Демо-магазин".to_owned(),
        test: true,
        currency: Currency::RUB,
        methods: MethodKind::ALL.to_vec(),
        may_send_cards: true,
        may_save_methods: true,
        deal_life: Some(domain::deal::Life::USUAL),
        rate: Rate::from_ppm(RATE_PPM).context("the demo's commission")?,
        vat: Rate::ZERO,
        inn: None,
    };
    let created = shop::create(app, new)
        .await
        .context("make the demo's shop")?;
    let receipts = Fiscalization {
        provider: Provider::Atol,
        scenario: Scenario::Separate,
        register: Register::Sandbox,
    };
    shop::set_fiscalization(app, created.shop.id, Some(receipts))
        .await
        .context("switch the demo's receipts on")?;
    Ok((created.shop.id, created.secret_key))
}

/// Writes the file for its owner alone; whoever reads it finds all of it or none.
fn write(path: &Path, demo: &Demo) -> std::io::Result<()> {
    let partial = path.with_extension("json.part");
    let mut options = File::options();
    options.create(true).truncate(true).write(true).mode(0o600);
    let mut file = options.open(&partial)?;
    writeln!(file, "{:#}", demo.json())?;
    file.sync_all()?;
    fs::rename(&partial, path)
}

/// What people are told at the start of the demo.
pub(crate) fn welcome(demo: &Demo, data_dir: &Path) -> String {
    let (shop, key, api) = (demo.shop_id, &demo.secret_key, demo.api_url());
    let file = data_dir.join(DEMO_FILE);
    let file = file.display();
    format!(
        r#"
The demo's shop (also in {file}):
  shop id     {shop}
  secret key  {key}
  API         {api}

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

    use super::{Demo, read, write};

    fn demo() -> Demo {
        Demo {
            base_url: "http://127.0.0.1:8080".to_owned(),
            shop_id: ShopId::new(100_001).unwrap(),
            secret_key: "test_abc".to_owned(),
            oauth_token: "abc".to_owned(),
        }
    }

    #[test]
    fn what_was_written_is_found_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("demo.json");
        assert_eq!(read(&path).unwrap(), None);
        write(&path, &demo()).unwrap();
        let expected = (demo().shop_id, "test_abc".to_owned());
        assert_eq!(read(&path).unwrap(), Some(expected));
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
            assert_eq!(read(&path).unwrap(), None, "{text}");
        }
    }
}

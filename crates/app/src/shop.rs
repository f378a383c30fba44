//! Shops: who is asking, what the shop is, and what the operator does with it.

use std::sync::Arc;

use contract::account::ShowAccount;
use domain::access::Job;
use domain::connector::Choice;
use domain::deal::Life;
use domain::fiscal::Fiscalization;
use domain::ledger::{Account, Transfer};
use domain::shop::Site;
use domain::{
    Actor, Currency, Duration, GatewayId, MethodKind, Money, Rate, Right, Shop, ShopId, ShopKind,
    Tariff, Timestamp, TopUpId, TransferId,
};

use store::secret_key::SecretKey;
use tracing::info;

use crate::app::{App, Merchant};
use crate::cx::{About, Allowed, Cx};
pub use crate::error::KeyRefused;
use crate::error::{Error, Refusal};
use crate::once::Reply;
use crate::secret;
use crate::use_of_keys::Used;

/// The first shop's number; the next ones count up.
const FIRST_NUMBER: i64 = 100_001;
/// How many characters people recognise a key by.
const HINT_CHARS: usize = 4;
/// A shop's sub-account has the shop's number and this.
const GATEWAY_OFFSET: i64 = 1_900_000;

/// What a new shop is made of.
#[derive(Clone, Debug)]
pub struct NewShop {
    /// What it is for.
    pub kind: ShopKind,
    /// The platform whose payments it gets parts of.
    pub platform: Option<ShopId>,
    /// The name that buyers see.
    pub name: String,
    /// Whether everything in it is only a test.
    pub test: bool,
    /// The one currency that it takes.
    pub currency: Currency,
    /// The methods that buyers are offered.
    pub methods: Vec<MethodKind>,
    /// Whether it may send card numbers itself.
    pub may_send_cards: bool,
    /// Whether it may save methods and charge them again.
    pub may_save_methods: bool,
    /// How long its safe deals live; `None` if it may make none.
    pub deal_life: Option<Life>,
    /// Whether its pages may exchange cards for payment tokens.
    pub may_use_tokens: bool,
    /// Whether a declined buyer may try again in the widget.
    pub widget_retries: bool,
    /// The commission.
    pub rate: Rate,
    /// VAT on the commission.
    pub vat: Rate,
    /// Taxpayer number.
    pub inn: Option<String>,
}

/// Whether a shop works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShopState {
    /// It takes money.
    Enabled,
    /// It cannot begin anything.
    Disabled,
}

/// A shop with the one key that is shown only now.
#[derive(Clone, Debug)]
pub struct Created {
    /// The shop.
    pub shop: Shop,
    /// Its secret key.
    pub secret_key: String,
}

/// Finds out who is asking, by shop id and secret key.
///
/// # Errors
/// [`Error::Denied`] if the shop does not exist or the key is not its. Whether it is switched off
/// is the door's question: see [`Cx::require_enabled`].
pub async fn authenticate(
    app: &Arc<App>,
    shop_id: ShopId,
    secret: &str,
    request_id: String,
) -> Result<Cx, Error> {
    let hash = secret::hash(secret);
    if let Some(merchant) = app.merchant(shop_id, Some(&hash)) {
        return Ok(by_key(app, &merchant, request_id));
    }
    let read_at = app.now();
    let read = move |conn: &mut store::Conn<'_>| {
        let Some(shop) = store::shop::authenticate(conn, shop_id, &hash)? else {
            return Ok(None);
        };
        let tariffs = store::tariff::list(conn, shop.id)?;
        Ok::<_, Error>(Some(Merchant::new(shop, tariffs, Some(hash), read_at)))
    };
    let door = app.job(Job::Door).require_any_shop(Right::CallerProve)?;
    let merchant = door.read(read).await?.ok_or(Error::Denied)?;
    app.note_use(shop_id, hash, Used::Key);
    Ok(by_key(app, &app.remember(merchant), request_id))
}

fn by_key(app: &Arc<App>, merchant: &Merchant, request_id: String) -> Cx {
    let shop = &merchant.shop;
    let actor = match shop.kind {
        ShopKind::Shop => Actor::Key(shop.id),
        ShopKind::Gateway { .. } => Actor::Gateway(shop.id),
    };
    Cx::in_shop(app, actor, merchant, request_id)
}

/// What the shop is, as `GET /me` tells it.
///
/// # Errors
/// [`Refusal::PartnerUnknown`], or the storage fails.
pub async fn account(cx: &Cx, show: ShowAccount) -> Result<Reply, Error> {
    let cx = &cx.require(Right::AccountRead)?;
    if let Some(partner) = show.on_behalf_of.filter(|id| *id != cx.shop.id) {
        return account_of_partner(cx, partner).await;
    }
    if !cx.shop.is_gateway() {
        return Ok(Reply(contract::account::body(&cx.shop)));
    }
    let shop = Arc::clone(&cx.shop);
    let balance = cx
        .read(move |conn| Ok(store::book::balance(conn, &shop, Account::Available)?))
        .await?;
    Ok(Reply(contract::account::gateway(&cx.shop, balance.amount)))
}

/// A partner shop as its platform sees it. Applications speak for no partners.
async fn account_of_partner(cx: &Allowed, id: ShopId) -> Result<Reply, Error> {
    let found = cx
        .read(move |conn| Ok(store::shop::find(conn, id)?))
        .await?;
    let own = |shop: &Shop| shop.platform_id == Some(cx.shop.id) && cx.application().is_none();
    let partner = found.filter(own).ok_or(Refusal::PartnerUnknown)?;
    Ok(Reply(contract::account::body(&partner)))
}

/// Writes down that money came for a payout gateway. Returns its balance after that.
///
/// # Errors
/// [`Refusal::NotToppedUp`] for a shop that is not a gateway, or a sum that is not in its own
/// currency and above zero.
pub async fn top_up(cx: &Cx, gateway: ShopId, amount: Money) -> Result<Money, Error> {
    let cx = cx.require_in(gateway, Right::GatewayTopUp).await?;
    let own = amount.currency() == cx.shop.currency && amount.is_positive();
    if !cx.shop.is_gateway() || !own {
        return Err(Refusal::NotToppedUp.into());
    }
    cx.write(move |work| {
        let cx = work.cx;
        let top_up = TopUpId::new(work.ids.next());
        work.about(top_up);
        let transfer = Transfer::top_up(top_up, amount)?;
        let id = TransferId::new(work.ids.next());
        store::book::post(work.tx, &cx.shop, &transfer, id, cx.now)?;
        let balance = store::book::balance(work.tx, &cx.shop, Account::Available)?;
        Ok(balance.amount)
    })
    .await
}

/// Adds a shop with a secret key.
///
/// # Errors
/// [`Refusal::PlatformUnknown`], or the storage fails.
pub async fn create(cx: &Cx, new: NewShop) -> Result<Created, Error> {
    let rows = cx.require_any_shop(Right::ShopCreate)?;
    let now = rows.app().now();
    let secret_key = new_key(rows.app(), new.test);
    let (hash, hint) = (secret::hash(&secret_key), hint(&secret_key));

    let unit = move |tx: &mut store::Tx<'_>| {
        check_platform(tx, &new)?;
        let number = store::shop::next_number_any_shop(tx)?.max(FIRST_NUMBER);
        let id = ShopId::new(number).ok_or(Error::defect("a shop's number"))?;
        let gateway_id = GatewayId::new(number.saturating_add(GATEWAY_OFFSET));
        let shop = Shop {
            id,
            gateway_id: gateway_id.ok_or(Error::defect("a gateway's number"))?,
            kind: new.kind,
            platform_id: new.platform,
            name: new.name.clone(),
            test: new.test,
            enabled: true,
            currency: new.currency,
            methods: new.methods.clone(),
            may_send_cards: new.may_send_cards,
            may_save_methods: new.may_save_methods,
            deal_life: new.deal_life,
            may_use_tokens: new.may_use_tokens,
            widget_retries: new.widget_retries,
            widget_sites: Vec::new(),
            choices: Vec::new(),
            clock_offset: Duration::ZERO,
            inn: new.inn.clone(),
            fiscalization: None,
            created_at: now,
            version: 1,
        };
        store::shop::insert(tx, &shop)?;
        store::secret_key::insert(tx, id, &hash, &hint, now)?;
        let zero = Money::zero(shop.currency);
        let (rate, vat) = (new.rate, new.vat);
        let tariff = Tariff {
            shop_id: id,
            method: None,
            rate,
            minimum: zero,
            fixed: zero,
            vat,
            starts_at: now,
        };
        store::tariff::insert(tx, &tariff)?;
        let about = About {
            shop: Some(id),
            object: None,
        };
        Ok((shop, about))
    };
    let shop = rows.write_about(unit).await?;
    Ok(Created { shop, secret_key })
}

/// Checks that the platform is a shop of the same kind and not a partner itself.
fn check_platform(tx: &mut store::Tx<'_>, new: &NewShop) -> Result<(), Error> {
    let Some(platform) = new.platform else {
        return Ok(());
    };
    let platform = store::shop::find(tx, platform)?.filter(|platform| {
        platform.platform_id.is_none()
            && platform.test == new.test
            && platform.currency == new.currency
    });
    match platform {
        Some(_) => Ok(()),
        None => Err(Refusal::PlatformUnknown.into()),
    }
}

/// All shops, by number.
///
/// # Errors
/// The storage fails.
pub async fn list(cx: &Cx) -> Result<Vec<Shop>, Error> {
    let rows = cx.require_any_shop(Right::ShopRead)?;
    rows.read(|conn| Ok(store::shop::list_any_shop(conn)?))
        .await
}

/// Gives a shop another secret key; the ones before stay valid until they are revoked.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn add_key(cx: &Cx, shop: ShopId) -> Result<String, Error> {
    let cx = cx.require_in(shop, Right::KeyCreate).await?;
    let secret_key = new_key(&cx.app, cx.shop.test);
    let (hash, hint) = (secret::hash(&secret_key), hint(&secret_key));
    cx.write(move |work| {
        let now = work.now();
        work.about(format_args!("key {hint}"));
        Ok(store::secret_key::insert(
            work.tx,
            work.cx.shop.id,
            &hash,
            &hint,
            now,
        )?)
    })
    .await?;
    Ok(secret_key)
}

/// A secret key, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyView {
    /// Its number in its shop; the oldest is 1.
    pub number: usize,
    /// The key.
    pub key: SecretKey,
}

/// The secret keys of a shop or a gateway, also those that were taken back, the oldest first.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn list_keys(cx: &Cx, shop: ShopId) -> Result<Vec<KeyView>, Error> {
    keys(&cx.require_in(shop, Right::KeyRead).await?).await
}

async fn keys(cx: &Allowed) -> Result<Vec<KeyView>, Error> {
    let shop = cx.shop.id;
    let keys = cx
        .read(move |conn| Ok(store::secret_key::list(conn, shop)?))
        .await?;
    let numbered = (1..).zip(keys);
    Ok(numbered
        .map(|(number, key)| KeyView { number, key })
        .collect())
}

/// The key that is meant by its number, or by its last four characters.
fn meant<'k>(keys: &'k [KeyView], named: &str) -> Result<&'k KeyView, KeyRefused> {
    if named.len() > HINT_CHARS && named.parse::<usize>().is_err() {
        return Err(KeyRefused::Whole);
    }
    let number = keys.iter().filter(|view| view.number.to_string() == named);
    let open = |view: &&KeyView| view.key.revoked_at.is_none();
    let ends_so = || keys.iter().filter(|view| view.key.hint == named);
    let mut found: Vec<&KeyView> = number.chain(ends_so().filter(open)).collect();
    found.dedup_by_key(|view| view.number);
    match found.as_slice() {
        [view] if open(view) => Ok(view),
        [_revoked] => Err(KeyRefused::Revoked),
        [] if ends_so().next().is_some() => Err(KeyRefused::Revoked),
        [] => Err(KeyRefused::Unknown),
        [_, _, ..] => Err(KeyRefused::Ambiguous),
    }
}

/// Takes a secret key back, named by its number or its last four characters. It is refused from
/// now on here, and within a second on other nodes.
///
/// # Errors
/// There is no such shop, [`Refusal::SecretKey`], or the storage fails.
pub async fn revoke_key(cx: &Cx, shop: ShopId, named: &str) -> Result<KeyView, Error> {
    let cx = cx.require_in(shop, Right::KeyRevoke).await?;
    let keys = keys(&cx).await?;
    let view = meant(&keys, named).map_err(Refusal::SecretKey)?.clone();
    let (hash, named) = (view.key.hash, format!("key {}", view.key.hint));
    cx.write(move |work| {
        let now = work.now();
        work.about(&named);
        Ok(store::secret_key::revoke(
            work.tx,
            work.cx.shop.id,
            &hash,
            now,
        )?)
    })
    .await?;
    cx.app.forget(shop);
    Ok(view)
}

/// Lets time pass in a test shop: what falls due by it happens as soon as the workers look.
///
/// # Errors
/// [`Refusal::ClockNotMovable`] for a shop that is no test shop or for steps back.
pub async fn advance_clock(cx: &Cx, shop: ShopId, by: Duration) -> Result<Timestamp, Error> {
    advance(&cx.require_in(shop, Right::ClockMove).await?, by).await
}

async fn advance(cx: &Allowed, by: Duration) -> Result<Timestamp, Error> {
    if !cx.shop.test || by < Duration::ZERO {
        return Err(Refusal::ClockNotMovable.into());
    }
    cx.write(move |work| {
        let found = store::shop::find(work.tx, work.cx.shop.id)?;
        let shop = found.ok_or_else(|| Error::not_found("shop", work.cx.shop.id))?;
        Ok(store::shop::advance_clock(work.tx, &shop, by)?)
    })
    .await?;
    cx.app.forget(cx.shop.id);
    cx.present().await
}

/// Lets time pass in the caller's own shop.
///
/// # Errors
/// As [`advance_clock`].
pub async fn advance_own_clock(cx: &Cx, by: Duration) -> Result<Reply, Error> {
    let cx = &cx.require(Right::ClockMove)?;
    let now = advance(cx, by).await?;
    Ok(Reply(contract::clock::body(now)))
}

/// What time it is in the caller's shop.
///
/// # Errors
/// [`Error::Forbidden`]
pub fn clock(cx: &Cx) -> Result<Reply, Error> {
    let cx = cx.require(Right::ClockRead)?;
    Ok(Reply(contract::clock::body(cx.now)))
}

/// Sets how a shop's receipts are registered, or that they are not. It counts at once here, and
/// within a second on other nodes; what is under way goes on.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn set_fiscalization(
    cx: &Cx,
    shop: ShopId,
    settings: Option<Fiscalization>,
) -> Result<Shop, Error> {
    let cx = cx.require_in(shop, Right::ShopChange).await?;
    change(&cx, move |shop| {
        shop.fiscalization.clone_from(&settings);
    })
    .await
}

/// Sets which sites may show the shop's widgets; any may if none is named. It counts at once here,
/// and within a second on other nodes.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn set_widget_sites(cx: &Cx, shop: ShopId, sites: Vec<Site>) -> Result<Shop, Error> {
    let cx = cx.require_in(shop, Right::ShopChange).await?;
    change(&cx, move |shop| shop.widget_sites.clone_from(&sites)).await
}

/// Sets who is asked for what is new in a shop; without rules it is the platform's order. It counts
/// at once here, and within a second on other nodes. What is under way stays where it is.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn set_choices(cx: &Cx, shop: ShopId, choices: Vec<Choice>) -> Result<Shop, Error> {
    let cx = cx.require_in(shop, Right::ShopChange).await?;
    change(&cx, move |shop| shop.choices.clone_from(&choices)).await
}

/// A shop with all that is set of it.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn show(cx: &Cx, shop: ShopId) -> Result<Shop, Error> {
    let cx = cx.require_in(shop, Right::ShopRead).await?;
    Ok(Shop::clone(&cx.shop))
}

/// Switches a shop or a gateway off, or on again. It counts at once here, and within a second on
/// other nodes. While a shop is off nothing new begins: neither its key nor its pages take money.
/// What was begun goes on: answers are taken in, holds end by their time, notifications and
/// messages go out.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn set_state(cx: &Cx, shop: ShopId, state: ShopState) -> Result<Shop, Error> {
    let cx = cx.require_in(shop, Right::ShopSwitch).await?;
    let enabled = state == ShopState::Enabled;
    let changed = change(&cx, move |shop| shop.enabled = enabled).await?;
    info!(shop.id = %shop, enabled, "a shop was switched");
    Ok(changed)
}

async fn change<F>(cx: &Allowed, change: F) -> Result<Shop, Error>
where
    F: Fn(&mut Shop) + Send + Sync + 'static,
{
    let changed = cx
        .write(move |work| {
            let found = store::shop::find(work.tx, work.cx.shop.id)?;
            let mut shop = found.ok_or_else(|| Error::not_found("shop", work.cx.shop.id))?;
            change(&mut shop);
            store::shop::update(work.tx, &shop)?;
            Ok(shop)
        })
        .await?;
    cx.app.forget(cx.shop.id);
    Ok(changed)
}

/// The sites that may show the widgets of this account; any may if none is named.
///
/// # Errors
/// There is no such account, it is switched off, or the storage fails.
pub async fn widget_sites(app: &Arc<App>, shop: ShopId) -> Result<Vec<Site>, Error> {
    let visitor = app.acting(Actor::Visitor);
    let cx = visitor.require_in(shop, Right::WidgetShow).await?;
    cx.require_enabled()?;
    Ok(cx.shop.widget_sites.clone())
}

/// What people recognise a key by: its last four characters.
fn hint(secret: &str) -> String {
    let skip = secret.chars().count().saturating_sub(HINT_CHARS);
    secret.chars().skip(skip).collect()
}

fn new_key(app: &App, test: bool) -> String {
    let prefix = if test { "test_" } else { "live_" };
    format!("{prefix}{}", secret::fresh(app))
}

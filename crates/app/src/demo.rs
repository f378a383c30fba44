//! The demo's own shop server: does what a merchant's would ask of the API, without a key on any
//! page.

use std::sync::Arc;

use contract::payment::{CreatePayment, PaymentToken, RequestedMeans};
use domain::payment::{Confirmation, Locale};
use domain::token::RedeemRefused;
use domain::{Actor, ConfirmationKind, Money, Payment, PaymentId, Right, ShopId};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::cx::Allowed;
use crate::error::{Error, Refusal};
use crate::once::Once;
use crate::payment;

/// What the demo sells, in minor units of the shop's currency.
const PRICE_MINOR: i64 = 100_000;

/// How the demo's buyer pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// On the platform's page.
    Page,
    /// In the widget.
    Widget,
    /// With a payment token of the demo's own form.
    Token(String),
}

/// A purchase in the demo's shop.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// How it is paid.
    pub way: Way,
    /// What is bought.
    pub description: String,
    /// Where the buyer comes back to.
    pub return_url: String,
    /// The buyer's language.
    pub locale: Locale,
}

/// Creates a payment as the demo's shop.
///
/// # Errors
/// A rule does not allow it, or the storage fails.
pub async fn create(app: &Arc<App>, shop: ShopId, purchase: Purchase) -> Result<Payment, Error> {
    let cx = app.acting(Actor::Demo).at(shop).await?;
    let (kind, means) = match &purchase.way {
        Way::Page => (ConfirmationKind::Redirect, RequestedMeans::PayerChooses),
        Way::Widget => (ConfirmationKind::Embedded, RequestedMeans::PayerChooses),
        Way::Token(token) => {
            let token = PaymentToken::parse(token);
            let token = token.ok_or(Refusal::Token(RedeemRefused::Unknown))?;
            (ConfirmationKind::Redirect, RequestedMeans::Token(token))
        }
    };
    let comes_back = kind == ConfirmationKind::Redirect;
    let confirmation = Confirmation {
        kind,
        return_url: comes_back.then_some(purchase.return_url),
        enforce: false,
        locale: Some(purchase.locale),
    };
    cx.require_enabled()?;
    let allowed = cx.require(Right::PaymentRead)?;
    let amount = Money::new(PRICE_MINOR, allowed.shop.currency);
    let command = CreatePayment {
        description: Some(purchase.description),
        ..CreatePayment::of(amount, means, confirmation)
    };
    let key = format!("demo-{:016x}{:016x}", app.random_bits(), app.random_bits());
    let fingerprint = Sha256::digest(key.as_bytes()).into();
    let reply = payment::create(&cx, Once { key, fingerprint }, command).await?;
    let id = contract::payment::id_of(&reply.0).ok_or(Error::defect("a payment without an id"))?;
    find(&allowed, id).await
}

/// A payment of the demo's shop.
///
/// # Errors
/// There is none, or the storage fails.
async fn find(cx: &Allowed, id: PaymentId) -> Result<Payment, Error> {
    let shop = cx.shop.id;
    let read = move |conn: &mut store::Conn<'_>| {
        let found = store::payment::find(conn, shop, id)?;
        found.ok_or_else(|| Error::not_found("payment", id))
    };
    cx.read(read).await
}

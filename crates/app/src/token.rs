//! Card tokens: a page gives a card and gets a token for it, which the shop's server then uses.
//!
//! Whoever asks for a token shows no key, because a page on the shop's site has none. A token is
//! worthless without the key of the account that it was made for.

use std::net::IpAddr;
use std::sync::Arc;

use card::{Card, CardNumber};
use connectors::CallError;
use connectors::acquirer::{GivenCard, Tokenize, Tokenized};
use connectors::registry::Need;
use domain::access::Job;
use domain::card::CardFacts;
use domain::payout::PayoutCard;
use domain::token::{CardToken, PAYMENT_TOKEN_LIFE, PAYOUT_TOKEN_UNUSED, Purpose, RedeemRefused};
use domain::{Actor, ConnectorName, Duration, Right, ShopId};

use crate::app::App;
use crate::card_attempts::{Key, Tried, Whence};
use crate::cx::{Allowed, Work};
use crate::error::{Cause, Error, Refusal};
use crate::secret;

/// How long a payment token that ended can still be told from one that never existed.
const MEMORY: Duration = Duration::hours(24);

/// A payout token that was made, or why the card is not paid to.
#[derive(Clone, PartialEq, Eq)]
pub enum PayoutToken {
    /// The token, and what may be shown of the card.
    Made(String, PayoutCard),
    /// Cards of this country are not paid to.
    CountryForbidden,
    /// It is not known which country the card is from.
    CountryUnknown,
}

/// Exchanges a card for a payment token of this shop. It pays once, within an hour.
///
/// # Errors
/// There is no such shop, it may not use tokens, the acquirer does not answer, or the storage
/// fails.
pub async fn for_payment(
    app: &Arc<App>,
    shop: ShopId,
    card: Card,
    from: Option<IpAddr>,
) -> Result<String, Error> {
    let cx = open(app, shop).await?;
    if !cx.shop.may_use_tokens || cx.shop.methods.is_empty() {
        return Err(Refusal::TokenizationNotPermitted.into());
    }
    let facts = card.facts();
    let new = NewToken::of(&cx, &card.number, from)?;
    let (keeper, kept) = keep(&cx, GivenCard::Payment(card)).await?;
    let Tokenized::Kept {
        token: acquirer_token,
        issuer_country,
        issuer_name,
    } = kept
    else {
        return Err(Error::defect("a card to pay with has no country rule"));
    };
    let cx = cx.later();
    let purpose = Purpose::Payment {
        card: CardFacts {
            issuer_country,
            issuer_name,
            ..facts
        },
        expires_at: cx.now.plus(PAYMENT_TOKEN_LIFE),
        used_at: None,
    };
    write(&cx, new, (keeper, acquirer_token), purpose).await
}

/// Exchanges a card number for a payout token of this account. It can be used any number of times.
///
/// # Errors
/// There is no such account, the acquirer does not answer, or the storage fails.
pub async fn for_payout(
    app: &Arc<App>,
    account: ShopId,
    number: CardNumber,
    from: Option<IpAddr>,
) -> Result<PayoutToken, Error> {
    let cx = open(app, account).await?;
    let new = NewToken::of(&cx, &number, from)?;
    let (first6, last4, brand) = (number.first6(), number.last4(), number.brand());
    let (keeper, kept) = keep(&cx, GivenCard::Payout(number)).await?;
    let (acquirer_token, issuer_country, issuer_name) = match kept {
        Tokenized::Kept {
            token,
            issuer_country,
            issuer_name,
        } => (token, issuer_country, issuer_name),
        Tokenized::CountryForbidden => return Ok(PayoutToken::CountryForbidden),
        Tokenized::CountryUnknown => return Ok(PayoutToken::CountryUnknown),
    };
    let card = PayoutCard {
        first6,
        last4,
        brand,
        issuer_country,
        issuer_name,
    };
    let cx = cx.later();
    let purpose = Purpose::Payout {
        card: card.clone(),
        kept_until: cx.now.plus(PAYOUT_TOKEN_UNUSED),
    };
    let token = write(&cx, new, (keeper, acquirer_token), purpose).await?;
    Ok(PayoutToken::Made(token, card))
}

async fn open(app: &Arc<App>, shop: ShopId) -> Result<Allowed, Error> {
    let visitor = app.acting(Actor::Visitor);
    let cx = visitor.require_in(shop, Right::TokenCreate).await?;
    cx.require_enabled()?;
    Ok(cx)
}

/// Has an acquirer keep the card: which, and what it says. It moves no money, so nothing is written
/// down before.
async fn keep(cx: &Allowed, card: GivenCard) -> Result<(ConnectorName, Tokenized), Error> {
    let need = match &card {
        GivenCard::Payment(_) => Need::CardToken,
        GivenCard::Payout(_) => Need::CardName,
    };
    let keeper = cx.app.connector(cx.connector_for(need, None));
    let keeper = keeper.ok_or(Error::Internal(Cause::Call(CallError::NotSent(None))))?;
    let shop_id = cx.shop.id;
    let call = keeper.acquirer.tokenize(Tokenize { shop_id, card });
    let answered = tokio::time::timeout(cx.app.settings.call_time_max, call).await;
    let answered = answered.unwrap_or(Err(CallError::Unknown(None)));
    let said = answered.map_err(|error| Error::Internal(Cause::Call(error)))?;
    Ok((keeper.name, said))
}

/// A token that nobody has yet.
struct NewToken {
    token: String,
    hash: [u8; 32],
}

impl NewToken {
    /// For a card that is counted.
    fn of(cx: &Allowed, number: &CardNumber, from: Option<IpAddr>) -> Result<Self, Error> {
        let token = secret::fresh(&cx.app);
        let hash = secret::hash(&token);
        let tried = Tried {
            from: from.map(Whence::Seen),
            number: Some(number),
            shop: None,
        };
        let (attempts, now) = (&cx.app.card_attempts, cx.app.now());
        attempts.take(Key::Token(hash), tried, &cx.shop, now)?;
        Ok(Self { token, hash })
    }
}

async fn write(
    cx: &Allowed,
    NewToken { token, hash }: NewToken,
    (connector, acquirer_token): (ConnectorName, String),
    purpose: Purpose,
) -> Result<String, Error> {
    let row = CardToken {
        hash,
        shop_id: cx.shop.id,
        connector,
        acquirer_token,
        purpose,
        created_at: cx.now,
        version: 1,
    };
    let written = cx.write(move |work| Ok(store::token::insert(work.tx, &row)?));
    // Nobody has the token, so the card is not tried by it.
    let lost = |_: &Error| cx.app.card_attempts.ended(Key::Token(hash), true);
    written.await.inspect_err(lost)?;
    Ok(token)
}

fn find(work: &mut Work<'_, '_>, token: &str) -> Result<CardToken, Error> {
    let found = store::token::find_any_shop(work.tx, &secret::hash(token))?;
    Ok(found.ok_or(RedeemRefused::Unknown)?)
}

/// Uses a payment token up, in the unit of work of its payment: the card, who keeps it, and what
/// that one knows it by ([`connectors::acquirer::Means::CardToken`]). Of two payments at once one
/// gets it.
pub(crate) fn redeem_payment(
    work: &mut Work<'_, '_>,
    token: &str,
) -> Result<(CardFacts, ConnectorName, String), Error> {
    let found = find(work, token)?;
    let (card, next) = found.pay(work.cx.shop.id, work.now())?;
    store::token::update(work.tx, &next)?;
    Ok((card, next.connector, next.acquirer_token))
}

/// The card of a token is tried by the operation that was counted now.
pub(crate) fn carry_over(work: &Work<'_, '_>, token: &str) {
    work.carry_over(secret::hash(token));
}

/// Looks a payout token up: the card, who keeps it, and what that one knows it by, which is like
/// the token of a saved card ([`connectors::payer::CardSource::Saved`]). It is never used up, and
/// ends when nobody has used it for thirteen months.
pub(crate) async fn recipient(
    cx: &Allowed,
    token: &str,
) -> Result<(PayoutCard, ConnectorName, String), Error> {
    let (shop, hash) = (cx.shop.id, secret::hash(token));
    let found = cx
        .read(move |conn| Ok(store::token::find_any_shop(conn, &hash)?))
        .await?;
    let refused = |_refused| Refusal::PayoutTokenUnusable;
    let found = found.ok_or(Refusal::PayoutTokenUnusable)?;
    let card = found.recipient(shop, cx.now).map_err(refused)?.clone();
    if let Some(until) = found.kept_on(cx.now) {
        cx.write(move |work| Ok(store::token::keep_any_shop(work.tx, &hash, until)?))
            .await?;
    }
    Ok((card, found.connector, found.acquirer_token))
}

/// Forgets tokens that ended a day ago. Returns how many.
///
/// # Errors
/// The storage fails.
pub async fn forget(app: &Arc<App>, limit: u32) -> Result<u64, Error> {
    let before = app.now().minus(MEMORY);
    let unit = move |tx: &mut store::Tx<'_>| {
        Ok::<_, Error>(store::token::purge_any_shop(tx, before, limit)?)
    };
    let forgetter = app.job(Job::Forgetter);
    let rows = forgetter.require_any_shop(Right::TraceForget)?;
    rows.write(unit).await
}

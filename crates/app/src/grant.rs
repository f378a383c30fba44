//! Grants: a shop agrees that an application acts in it, the application exchanges the code for a
//! token, and either of them ends it (YooKassa API v3: OAuth for partners).
//!
//! Whoever holds a [`Cx`] of the shop may agree. Today that is proved by the shop's secret key;
//! a session of the shop's owner will do the same.

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::access::Job;
use domain::grant::{ExchangeRefused, RevokedBy};
use domain::{
    Actor, Application, ApplicationId, Duration, Grant, GrantId, Right, ShopId, Timestamp,
};

use crate::app::{App, Bearer, Merchant};
use crate::attempts::{KeyDoor, TooManyKeys};
use crate::cx::{Allowed, Cx};
use crate::error::{Error, Refusal};
use crate::once::Reply;
use crate::use_of_keys::Used;
use crate::{secret, shop};

/// A token on its way to its application, the only time that it is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// How long it opens the shop.
    pub life: Duration,
}

/// A grant as the shop sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantView {
    /// The grant.
    pub grant: Grant,
    /// The application's name.
    pub application_name: String,
}

/// Finds out who is asking, by a token. The context has the rights that the shop has granted.
///
/// # Errors
/// [`Error::Denied`] if the token is unknown or its time is over.
pub async fn authenticate(app: &Arc<App>, token: &str, request_id: String) -> Result<Cx, Error> {
    let hash = secret::hash(token);
    let bearer = match app.bearer(&hash) {
        Some(bearer) => bearer,
        None => app.remember_bearer(hash, read_bearer(app, hash).await?),
    };
    if bearer.grant.open_until(app.now()).is_none() {
        return Err(Error::Denied);
    }
    app.note_use(bearer.merchant.shop.id, hash, Used::Token);
    let actor = Actor::Application(bearer.grant);
    Ok(Cx::in_shop(app, actor, &bearer.merchant, request_id))
}

async fn read_bearer(app: &Arc<App>, hash: [u8; 32]) -> Result<Bearer, Error> {
    let read_at = app.now();
    let read = move |conn: &mut store::Conn<'_>| {
        let Some(grant) = store::grant::find_by_token_any_shop(conn, &hash)? else {
            return Ok::<_, Error>(None);
        };
        let Some(shop) = store::shop::find(conn, grant.shop_id)? else {
            return Ok(None);
        };
        let tariffs = store::tariff::list(conn, shop.id)?;
        let merchant = Merchant::new(shop, tariffs, None, read_at);
        Ok(Some(Bearer {
            merchant,
            grant: Arc::new(grant),
        }))
    };
    let door = app.job(Job::Door).require_any_shop(Right::CallerProve)?;
    door.read(read).await?.ok_or(Error::Denied)
}

/// Finds out whether someone may speak for a shop on a page, by the shop's secret key. `from` is
/// where the browser is: wrong keys are counted by shop and address, so nobody locks the owner out.
///
/// # Errors
/// [`Error::Denied`] if the key is not the shop's, [`Refusal::TooManyAttempts`] after ten wrong
/// ones from there, [`Refusal::ShopDisabled`] if it is switched off.
pub async fn prove_shop(
    app: &Arc<App>,
    shop: ShopId,
    secret_key: &str,
    from: Option<IpAddr>,
) -> Result<Cx, Error> {
    let attempt = app.attempts.take_page(shop, from, app.now());
    let attempt = attempt.map_err(|TooManyKeys(wait)| Refusal::TooManyAttempts { wait })?;
    attempt.slow_down().await;
    let proved = shop::authenticate(app, shop, secret_key, String::new()).await;
    if let Err(Error::Denied) = &proved {
        // It was taken above.
        let _counted = app.wrong_key(KeyDoor::Page, &shop, from);
    } else {
        app.attempts.give_back(&attempt);
    }
    match proved {
        // Applications have no rights to payouts.
        Ok(cx) if matches!(cx.actor(), Actor::Gateway(_)) => Err(Error::Denied),
        Ok(cx) => cx.require_enabled().map(|()| cx),
        Err(error) => Err(error),
    }
}

/// Reads the challenge of an application (RFC 7636): the SHA-256 of a secret of its own, in
/// base64url. `None` if the text is not one.
#[must_use]
pub fn challenge(text: &str) -> Option<[u8; 32]> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    bytes.try_into().ok()
}

/// The shop agrees to all that the application asks for. The code that the application exchanges;
/// with a challenge, only whoever has its secret can.
///
/// # Errors
/// There is no such application, or the storage fails.
pub async fn agree(
    cx: &Cx,
    application: ApplicationId,
    challenge: Option<[u8; 32]>,
) -> Result<String, Error> {
    let cx = &cx.require(Right::GrantAgree)?;
    let code = secret::fresh(&cx.app);
    let hash = secret::hash(&code);
    let now = cx.app.now();
    cx.write(move |work| {
        let application = find_application(work.tx, application)?;
        let id = GrantId::new(work.ids.next());
        let grant = Grant::agree(id, work.cx.shop.id, &application, (hash, challenge), now);
        Ok(store::grant::insert(work.tx, &grant)?)
    })
    .await?;
    Ok(code)
}

/// The application exchanges a code for a token. A code that comes a second time ends what the
/// first time was given: one of the two has stolen it.
///
/// # Errors
/// [`Refusal::Exchange`] if the code is worth nothing, or the storage fails.
pub async fn exchange(
    app: &Arc<App>,
    application: &Application,
    code: &str,
    verifier: Option<&str>,
) -> Result<Issued, Error> {
    let (code_hash, proof) = (secret::hash(code), verifier.map(secret::hash));
    let client = app.acting(Actor::Client(application.id));
    let read = move |conn: &mut store::Conn<'_>| {
        Ok::<_, Error>(store::grant::find_by_code_any_shop(conn, &code_hash)?)
    };
    let codes = client.require_any_shop(Right::GrantExchange)?;
    let found = codes.read(read).await?;
    let (shop, id) = found
        .map(|grant| (grant.shop_id, grant.id))
        .ok_or(Refusal::Exchange(ExchangeRefused::Unknown))?;
    let token = secret::fresh(app);
    let (token_hash, asking, now) = (secret::hash(&token), application.id, app.now());
    let cx = client.require_in(shop, Right::GrantExchange).await?;
    let exchanged = cx
        .write(move |work| {
            let grant = lock(work.tx, work.cx.shop.id, id)?;
            match grant.exchange(asking, (token_hash, proof), now) {
                Ok(next) => {
                    store::grant::update(work.tx, &next)?;
                    Ok(Ok(next))
                }
                Err(refused) => {
                    if refused == ExchangeRefused::Used {
                        close(work.tx, &grant, RevokedBy::SecondUse, now)?;
                    }
                    Ok(Err(refused))
                }
            }
        })
        .await?;
    app.forget(shop);
    let grant = exchanged.map_err(Refusal::Exchange)?;
    let until = grant.open_until(now);
    let until = until.ok_or(Error::defect("a token that opens nothing"))?;
    let life = until.since(now);
    Ok(Issued { token, life })
}

/// The application gives a token back. A token that nobody knows has been given back already.
///
/// # Errors
/// [`Refusal::Exchange`] if the token is another application's, or the storage fails.
pub async fn give_back(
    app: &Arc<App>,
    application: &Application,
    token: &str,
) -> Result<(), Error> {
    let hash = secret::hash(token);
    let read = move |conn: &mut store::Conn<'_>| {
        Ok::<_, Error>(store::grant::find_by_token_any_shop(conn, &hash)?)
    };
    let client = app.acting(Actor::Client(application.id));
    let tokens = client.require_any_shop(Right::GrantExchange)?;
    let Some(grant) = tokens.read(read).await? else {
        return Ok(());
    };
    if grant.application_id != application.id {
        return Err(Refusal::Exchange(ExchangeRefused::Foreign).into());
    }
    let cx = client
        .require_in(grant.shop_id, Right::GrantExchange)
        .await?;
    end(&cx, grant.id, RevokedBy::Application).await?;
    Ok(())
}

/// The shop takes a grant back: its token is refused from now on here, and within a second on
/// other nodes, and its webhooks are gone.
///
/// # Errors
/// There is no such grant in this shop, or the storage fails.
pub async fn revoke(cx: &Cx, shop: ShopId, id: GrantId) -> Result<(), Error> {
    let cx = cx.require_in(shop, Right::GrantRevoke).await?;
    end(&cx, id, RevokedBy::Shop).await?;
    Ok(())
}

/// Ends a grant with its webhooks. Returns whether it was still alive.
pub(crate) async fn end(cx: &Allowed, id: GrantId, by: RevokedBy) -> Result<bool, Error> {
    let now = cx.app.now();
    let ended = cx
        .write(move |work| {
            let grant = lock(work.tx, work.cx.shop.id, id)?;
            work.about(id);
            close(work.tx, &grant, by, now)
        })
        .await?;
    cx.app.forget(cx.shop.id);
    Ok(ended)
}

fn lock(tx: &mut store::Tx<'_>, shop: ShopId, id: GrantId) -> Result<Grant, Error> {
    let found = store::grant::lock(tx, shop, id)?;
    found.ok_or_else(|| Error::not_found("grant", id))
}

fn close(
    tx: &mut store::Tx<'_>,
    grant: &Grant,
    by: RevokedBy,
    now: Timestamp,
) -> Result<bool, Error> {
    let Some(next) = grant.revoke(by, now) else {
        return Ok(false);
    };
    store::grant::update(tx, &next)?;
    for webhook in store::webhook::list_of_grant(tx, grant.shop_id, grant.id)? {
        store::webhook::delete(tx, grant.shop_id, webhook.id)?;
    }
    Ok(true)
}

/// What a shop has granted, the oldest first; also what is over.
///
/// # Errors
/// There is no such shop, or the storage fails.
pub async fn list(cx: &Cx, shop: ShopId) -> Result<Vec<GrantView>, Error> {
    views(&cx.require_in(shop, Right::GrantRead).await?).await
}

async fn views(cx: &Allowed) -> Result<Vec<GrantView>, Error> {
    let shop = cx.shop.id;
    cx.read(move |conn| {
        let mut views = Vec::new();
        for (grant, application_name) in store::grant::list(conn, shop)? {
            let application_name = application_name.ok_or(Error::defect("a grant to nobody"))?;
            views.push(GrantView {
                grant,
                application_name,
            });
        }
        Ok(views)
    })
    .await
}

/// What the caller's own shop has granted.
///
/// # Errors
/// The storage fails.
pub async fn list_own(cx: &Cx) -> Result<Reply, Error> {
    let cx = &cx.require(Right::GrantRead)?;
    let views = views(cx).await?;
    let bodies: Vec<Vec<u8>> = views
        .iter()
        .map(|view| contract::grant::body(&view.grant, &view.application_name))
        .collect();
    Ok(Reply(contract::list::body(&bodies, None)))
}

/// The caller's own shop takes a grant back. One that is over already stays as it is.
///
/// # Errors
/// There is no such grant in this shop, or the storage fails.
pub async fn revoke_own(cx: &Cx, id: GrantId) -> Result<Reply, Error> {
    let cx = &cx.require(Right::GrantRevoke)?;
    end(cx, id, RevokedBy::Shop).await?;
    Ok(Reply(contract::grant::REMOVED.to_vec()))
}

impl Allowed {
    /// Refuses an object that the caller does not see: an application sees what it made itself, and
    /// nothing else in the shop.
    pub(crate) fn require_seen(
        &self,
        conn: &mut store::Conn<'_>,
        kind: &'static str,
        id: impl std::fmt::Display,
    ) -> Result<(), Error> {
        if self.sees(conn, &id.to_string())? {
            return Ok(());
        }
        Err(Error::not_found(kind, id))
    }

    pub(crate) fn sees(&self, conn: &mut store::Conn<'_>, id: &str) -> Result<bool, Error> {
        let Some(application) = self.application() else {
            return Ok(true);
        };
        let author = store::authorship::find(conn, self.shop.id, id)?;
        Ok(author == Some(application))
    }

    /// The idempotency key as it is stored. An application's keys are its own: they cannot meet
    /// those of the shop or of another application, because a key from outside cannot contain a
    /// space.
    pub(crate) fn key(&self, sent: &str) -> String {
        match self.application() {
            Some(application) => format!("{sent} {application}"),
            None => sent.to_owned(),
        }
    }
}

/// An application that is there.
pub(crate) fn find_application(
    conn: &mut store::Conn<'_>,
    id: ApplicationId,
) -> Result<Application, Error> {
    store::application::find(conn, id)?
        .filter(Application::is_there)
        .ok_or_else(|| Error::not_found("application", id))
}

//! Compares keys with the database, and seals anew the secrets that are plain or sealed with an
//! older key: a few rows at a time, so that it can be interrupted anywhere and done again.

use std::collections::BTreeMap;

use domain::{Right, ShopId, Timestamp, WebhookId};
use store::sealing::{Sealed, SealingKey};
use store::webhook::HeldSecret;
use store::{Store, StoreError};

use super::{Keyring, Place, Unopened, key_of, once};
use crate::app::App;
use crate::cx::Cx;
use crate::error::Error;

/// How many rows are read and sealed in one unit.
const BATCH: u32 = 100;

/// How keys differ from those of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The database is sealed with a key that is not among them.
    Lacking(u32),
    /// The key with this number is another one.
    Other(u32),
}

/// What was sealed anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// How many rows.
    pub rows: u64,
    /// Those that could not be opened; they are left as they are.
    pub unreadable: Vec<Unreadable>,
}

/// A webhook whose secret cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Whose it is.
    pub shop_id: ShopId,
    /// The webhook.
    pub id: WebhookId,
    /// Why.
    pub why: Unopened,
}

/// The keys that the database's secrets are sealed with.
///
/// # Errors
/// The storage fails.
pub async fn registered(store: &Store) -> Result<Vec<SealingKey>, Error> {
    store
        .read(|conn| Ok(store::sealing::list(conn)?))
        .await
        .map_err(Error::settled)
}

/// Compares keys with those of a database.
///
/// # Errors
/// How they differ.
pub fn compare(registered: &[SealingKey], keys: &Keyring) -> Result<(), Difference> {
    // If several are lacking, the newest says most: it is the last that was added.
    for key in registered.iter().rev() {
        match keys.check(key.number) {
            Some(check) if check == key.check => {}
            Some(_) => return Err(Difference::Other(key.number)),
            None => return Err(Difference::Lacking(key.number)),
        }
    }
    Ok(())
}

/// Notes in the database that it is sealed with this key from now on, unless another process was
/// faster. Returns the keys that are noted then.
///
/// # Errors
/// The storage fails.
pub async fn register(
    store: &Store,
    keys: &Keyring,
    number: u32,
    now: Timestamp,
) -> Result<Vec<SealingKey>, Error> {
    let check = keys.check(number);
    let key = SealingKey {
        number,
        check: check.ok_or_else(|| Error::defect("a key is noted that is not there"))?,
        created_at: now,
    };
    let unit = move |tx: &mut store::Tx<'_>| {
        let known = store::sealing::list(tx)?;
        if known.iter().all(|known| known.number < key.number) {
            store::sealing::insert(tx, &key)?;
        }
        Ok::<_, StoreError>(())
    };
    match store.write_any_shop(unit).await {
        Ok(()) | Err(StoreError::Duplicate { .. }) => registered(store).await,
        Err(error) => Err(error.into()),
    }
}

/// Forgets keys that nobody has any more, or that nothing uses. What was sealed with them stays
/// unreadable.
///
/// # Errors
/// The storage fails.
pub async fn forget(store: &Store, numbers: Vec<u32>) -> Result<(), Error> {
    let unit = move |tx: &mut store::Tx<'_>| {
        for number in &numbers {
            store::sealing::delete(tx, *number)?;
        }
        Ok::<_, Error>(())
    };
    store.write_any_shop(unit).await.map_err(Error::settled)
}

/// How many secrets are sealed with each key.
///
/// # Errors
/// The storage fails.
pub async fn used(cx: &Cx) -> Result<BTreeMap<u32, u64>, Error> {
    let secrets = cx.require_any_shop(Right::SealingRead)?;
    let mut used = BTreeMap::new();
    let mut after = None;
    loop {
        let page = secrets
            .read(move |conn| Ok(store::webhook::secrets_any_shop(conn, after, BATCH)?))
            .await?;
        let Some(last) = page.last() else {
            return Ok(used);
        };
        after = Some(last.id);
        for number in page.iter().filter_map(|held| key_of(&held.secret)) {
            let count: &mut u64 = used.entry(number).or_default();
            *count = count.saturating_add(1);
        }
    }
}

/// Seals what stands plain or under an older key, from the first row to the last.
///
/// # Errors
/// The storage fails, or there is no key; what was sealed so far is.
pub async fn reseal(cx: &Cx) -> Result<Resealed, Error> {
    let secrets = cx.require_any_shop(Right::SealingRotate)?;
    let app = secrets.app();
    let mut done = Resealed::default();
    let mut after = None;
    loop {
        let page = secrets
            .read(move |conn| Ok(store::webhook::secrets_any_shop(conn, after, BATCH)?))
            .await?;
        let Some(last) = page.last() else {
            return Ok(done);
        };
        after = Some(last.id);
        let mut batch = Vec::new();
        for held in page {
            match anew(app, &held).await {
                Ok(None) => {}
                Ok(Some(sealed)) => batch.push((held, sealed?)),
                Err(why) => done.unreadable.push(Unreadable {
                    shop_id: held.shop_id,
                    id: held.id,
                    why,
                }),
            }
        }
        if batch.is_empty() {
            continue;
        }
        let rows = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        let unit = move |tx: &mut store::Tx<'_>| {
            for (held, sealed) in &batch {
                store::webhook::reseal(tx, held, sealed)?;
            }
            Ok::<_, Error>(())
        };
        secrets.write_part(unit).await?;
        done.rows = done.rows.saturating_add(rows);
    }
}

/// A secret under the key that seals now; `None` if it is already.
async fn anew(app: &App, held: &HeldSecret) -> Result<Option<Result<Sealed, Error>>, Unopened> {
    let sealing = &app.sealing;
    let place = Place::of_webhook(held.shop_id, held.id);
    let opened = sealing.open_or_read(&place, &held.secret, app.now());
    let secret = opened.await?;
    if sealing.is_current(&held.secret) {
        return Ok(None);
    }
    Ok(Some(sealing.seal(&place, &secret, once(app))))
}

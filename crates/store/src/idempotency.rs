//! Requests with their keys and answers, so that a repetition gets the same answer.

use domain::{OperationObject, ShopId, Timestamp};
use sql::StoreError;

use crate::database::{Conn, Tx};
use crate::operation;
use crate::table::{Rows, table};

/// What is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The hash of what was asked.
    pub fingerprint: [u8; 32],
    /// The object that it made or changed.
    pub object: Option<Object>,
    /// The answer, byte for byte; nothing as long as it is worked on.
    pub response: Option<Vec<u8>>,
    /// When it came.
    pub created_at: Timestamp,
}

/// What a request was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// An object that the outside is asked about.
    Asked(OperationObject),
    /// Another one, by its id; also one that a program wrote down that knew no kinds.
    Other(String),
}

impl Object {
    fn kind(&self) -> Option<&'static str> {
        match self {
            Self::Asked(object) => Some(operation::object_kind(*object)),
            Self::Other(_) => None,
        }
    }

    fn id(&self) -> String {
        match self {
            Self::Asked(object) => operation::object_id(*object),
            Self::Other(id) => id.clone(),
        }
    }
}

table! {
    pub(crate) Keys: Stored = "idempotency" conflict "on conflict (shop_id, key) do nothing";
    written of (shop_id: ShopId, sent: str, stored: Stored);
    columns {
        key shop_id = *shop_id;
        key key = sent;
        fixed fingerprint = &stored.fingerprint => hash();
        fixed object_kind = stored.object.as_ref().and_then(Object::kind) => get();
        fixed object_id = stored.object.as_ref().map(Object::id) => key_object(object_kind);
        fixed response = stored.response.as_deref() => get();
        fixed created_at = stored.created_at => time();
    }
    read(cells) { Stored { fingerprint, object: object_id, response, created_at } }
}

const COMPLETE: &str = "\
update idempotency
   set response = $3
 where shop_id = $1 and key = $2 and response is null";

const REPLACE: &str = "\
update idempotency
   set fingerprint = $3, object_id = $4, response = $5, created_at = $6, object_kind = $8
 where shop_id = $1 and key = $2 and created_at = $7";

const PURGE: &str = "\
delete from idempotency
 where (shop_id, key) in (select shop_id, key
                            from idempotency
                           where created_at < $1
                           order by created_at
                           limit $2)";

/// The request with this key.
pub fn find(conn: &mut Conn<'_>, shop: ShopId, key: &str) -> Result<Option<Stored>, StoreError> {
    Keys::find(conn, &[&shop, &key])
}

/// Takes a key. [`StoreError::Conflict`] if someone else was faster: run again, the unit finds
/// what the other has stored.
pub fn insert(tx: &mut Tx<'_>, shop: ShopId, key: &str, stored: &Stored) -> Result<(), StoreError> {
    Keys::insert_one(tx, (&shop, key, stored))
}

/// Keeps the answer to a request. [`StoreError::Conflict`] if it has one: no second one is given.
pub fn complete(
    tx: &mut Tx<'_>,
    shop: ShopId,
    key: &str,
    response: &[u8],
) -> Result<(), StoreError> {
    tx.write_one(COMPLETE, &[&shop, &key, &response])
}

/// Takes a key again whose earlier request `expired` is too old to be answered from.
pub fn replace(
    tx: &mut Tx<'_>,
    shop: ShopId,
    key: &str,
    expired: &Stored,
    stored: &Stored,
) -> Result<(), StoreError> {
    tx.write_one(
        REPLACE,
        &[
            &shop,
            &key,
            &stored.fingerprint,
            &stored.object.as_ref().map(Object::id),
            &stored.response,
            &stored.created_at,
            &expired.created_at,
            &stored.object.as_ref().and_then(Object::kind),
        ],
    )
}

/// Forgets requests from before a time, the oldest first and at most `limit`; answers how many.
pub fn purge_any_shop(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(PURGE, &[&before, &limit])
}

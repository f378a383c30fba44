//! Books that are written anew: right in themselves, every balance and every hash, but with a
//! transfer too few or too many, as a program that forgets to post leaves them.

use domain::ledger::{self, Transfer, TransferKind};
use domain::{IdSeed, Shop, Timestamp, TopUpId, TransferId};
use store::Tx;
use store::book::{PostError, Posted};
use testkit::{BEGIN, World};

/// What is different afterwards.
#[derive(Clone, Copy)]
pub(super) enum Edit {
    /// The first transfer of this kind is not there.
    Without(fn(&TransferKind) -> bool),
    /// Money came once and is posted twice.
    ToppedUpTwice,
}

type Entry = (TransferId, Timestamp, Transfer);

/// Changes the first book where that is possible. Returns whether there was one.
pub(super) async fn rewrite(world: &World, edit: Edit) -> bool {
    for id in super::shops(world).await {
        let unit = move |tx: &mut Tx<'_>| {
            let Some(shop) = store::shop::find(tx, id)? else {
                return Ok(false);
            };
            let posted = store::book::transfers(tx, &shop, 0, 100_000)?;
            match edited(&posted, edit)? {
                Some(entries) => post_anew(tx, &shop, &entries).map(|()| true),
                None => Ok(false),
            }
        };
        let done: Result<bool, PostError> = world.store.write(id, unit).await;
        match done {
            Ok(true) => return true,
            // Without this transfer a later one would have been refused.
            Ok(false) | Err(PostError::Refused(_)) => {}
            Err(PostError::Store(error)) => panic!("{error}"),
        }
    }
    false
}

fn edited(posted: &[Posted], edit: Edit) -> Result<Option<Vec<Entry>>, PostError> {
    let mut entries = Vec::new();
    for one in posted {
        let of_transfer = one.postings.iter().map(|posting| posting.entry).collect();
        let transfer = Transfer::new(one.kind, of_transfer)?;
        entries.push((one.id, one.created_at, transfer));
    }
    let seed = IdSeed {
        at: BEGIN,
        random: 7,
    };
    match edit {
        Edit::Without(fits) => {
            let place = entries.iter().position(|(_, _, it)| fits(&it.kind()));
            Ok(place.map(|place| {
                entries.remove(place);
                entries
            }))
        }
        Edit::ToppedUpTwice => {
            let first = entries
                .iter()
                .find(|(_, _, it)| matches!(it.kind(), TransferKind::TopUp(_)));
            let Some((_, at, first)) = first.cloned() else {
                return Ok(None);
            };
            let kind = TransferKind::TopUp(TopUpId::new(seed));
            let again = Transfer::new(kind, first.entries().to_vec())?;
            entries.push((TransferId::new(seed), at, again));
            Ok(Some(entries))
        }
    }
}

fn post_anew(tx: &mut Tx<'_>, shop: &Shop, entries: &[Entry]) -> Result<(), PostError> {
    for sql in [
        "delete from entry where transfer_id in (select id from transfer where shop_id = $1)",
        "delete from transfer where shop_id = $1",
        "delete from account where shop_id = $1",
    ] {
        tx.execute(sql, &[&shop.id])?;
    }
    let begin = "update book set sequence = 0, hash = $2 where shop_id = $1";
    tx.execute(begin, &[&shop.id, &ledger::GENESIS])?;
    for (id, at, transfer) in entries {
        store::book::post(tx, shop, transfer, *id, *at)?;
    }
    Ok(())
}

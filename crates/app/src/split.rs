//! Money of split payments in the books of partners. The books of a step, the platform's own and
//! its partners', are locked in the order of the shops' numbers before anything is posted.

use std::collections::{BTreeMap, BTreeSet};

use domain::ledger::{Account, LedgerRefused};
use domain::payment::PartnerTransfer;
use domain::{Payment, Shop, ShopId, Timestamp, TransferId};

use crate::cx::Work;
use crate::error::{Error, Refusal};

/// Locks the platform's book and those of the partners, if there are any.
pub(crate) fn lock_books(
    work: &mut Work<'_, '_>,
    partners: &[PartnerTransfer],
) -> Result<(), Error> {
    if partners.is_empty() {
        // Who posts to one book alone locks it then.
        return Ok(());
    }
    hold_books(work, partners)
}

/// Locks the platform's book, also where there are no partners: what is read of the accounts
/// stays so until the posting.
pub(crate) fn hold_books(
    work: &mut Work<'_, '_>,
    partners: &[PartnerTransfer],
) -> Result<(), Error> {
    let mut shops: BTreeSet<ShopId> = partners.iter().map(|partner| partner.shop_id).collect();
    shops.insert(work.cx.shop.id);
    Ok(store::book::lock(work.tx, &shops)?)
}

/// Checks that each partner has enough. Its book is locked, so this stays true.
pub(crate) fn affordable(
    work: &mut Work<'_, '_>,
    partners: &[PartnerTransfer],
) -> Result<bool, Error> {
    for partner in partners {
        let shop = shop(work, partner.shop_id)?;
        let balance = store::book::balance(work.tx, &shop, Account::Available)?;
        let balances = BTreeMap::from([(Account::Available, balance)]);
        match partner.transfer.post(&shop, &balances) {
            Ok(_postings) => {}
            Err(LedgerRefused::InsufficientFunds { .. }) => return Ok(false),
            Err(refused) => return Err(refused.into()),
        }
    }
    Ok(true)
}

/// Posts what moves in the books of partners.
pub(crate) fn post(work: &mut Work<'_, '_>, partners: &[PartnerTransfer]) -> Result<(), Error> {
    for partner in partners {
        let shop = shop(work, partner.shop_id)?;
        let (id, now) = (TransferId::new(work.ids.next()), time_of(work, &shop));
        store::book::post(work.tx, &shop, &partner.transfer, id, now)?;
    }
    Ok(())
}

/// Refuses a payment of which a partner gets a part that is switched off by now.
pub(crate) fn require_enabled(work: &mut Work<'_, '_>, payment: &Payment) -> Result<(), Error> {
    for part in payment.split.iter().flat_map(|split| &split.parts) {
        if !shop(work, part.shop_id)?.enabled {
            return Err(Refusal::ShopDisabled.into());
        }
    }
    Ok(())
}

fn shop(work: &mut Work<'_, '_>, id: ShopId) -> Result<Shop, Error> {
    let found = store::shop::find(work.tx, id)?;
    found.ok_or_else(|| Error::not_found("shop", id))
}

/// The partner's time: test shops have clocks of their own.
fn time_of(work: &Work<'_, '_>, shop: &Shop) -> Timestamp {
    shop.now(work.cx.now.minus(work.cx.shop.clock_offset))
}

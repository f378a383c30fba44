//! The books: each shop's chain of transfers and the accounts that they move.
//!
//! A book's row holds the end of its chain. Who posts locks it first, so the postings of a shop
//! follow each other; the accounts' versions prove it.

use std::collections::BTreeMap;

use domain::ledger::{
    self, Account, Balance, Entry, Hash, LedgerRefused, Posting, Side, Transfer, TransferKind,
};
use domain::{Money, Shop, ShopId, Timestamp, TransferId};
use sql::{Param, StoreError, ToParam, UnitError, many};

use crate::columns::{Cells, refs, text};
use crate::database::{Altyn, Conn, Tx};

/// A transfer as it stands in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its id.
    pub id: TransferId,
    /// Its place in the book, from 1 on without gaps.
    pub sequence: i64,
    /// Why money moved.
    pub kind: TransferKind,
    /// Its entries, with the accounts after them.
    pub postings: Vec<Posting>,
    /// The chain's hash up to and with it.
    pub hash: Hash,
    /// When.
    pub created_at: Timestamp,
}

/// The end of a book's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose book it is.
    pub shop_id: ShopId,
    /// How many transfers it has.
    pub sequence: i64,
    /// The hash of the last one.
    pub hash: Hash,
}

/// Why a transfer was not posted.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PostError {
    /// The books do not allow it.
    #[error(transparent)]
    Refused(#[from] LedgerRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UnitError for PostError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Refused(_) => None,
        }
    }
}

const OPEN: &str = "\
insert into book (shop_id, sequence, hash)
values ($1, 0, $2)";

/// The head, with those of up to four accounts that are there.
const HEAD: &str = "\
select b.shop_id, b.sequence, b.hash, a.name, a.balance_minor, a.floor_minor, a.version
  from book b
  left join account a
    on a.shop_id = b.shop_id and a.currency = $2 and a.name in ($3, $4, $5, $6)
 where b.shop_id = $1";

/// A statement of its own: of one that joins, PostgreSQL reads only the locked row anew when it
/// had to wait, and the accounts stay as they were before.
const LOCK_POSTGRES: &str = "\
select shop_id
  from book
 where shop_id = $1
   for update";

const ADVANCE: &str = "\
update book
   set sequence = sequence + 1, hash = $3
 where shop_id = $1 and sequence = $2";

const INSERT_TRANSFER: &str = "\
insert into transfer (id, shop_id, sequence, kind, object_id, hash, created_at)
values ($1, $2, $3, $4, $5, $6, $7)";

const INSERT_ENTRIES_HEAD: &str = "\
insert into entry (transfer_id, position, account, side, currency, amount_minor, balance_minor,
       account_version)
values";

const OPEN_ACCOUNTS_HEAD: &str = "\
insert into account (shop_id, name, currency, balance_minor, floor_minor, version)
values";

/// One that someone else has opened meanwhile is not opened again, and so not counted.
const OPEN_ACCOUNTS_TAIL: &str = "on conflict (shop_id, name, currency) do nothing";

/// The first row matches nothing; it tells PostgreSQL the columns' types.
const UPDATE_ACCOUNTS_HEAD: &str = "\
update account
   set balance_minor = v.column4, version = v.column5
  from (values (cast(null as bigint), cast(null as text), cast(null as text),
                cast(null as bigint), cast(null as bigint), cast(null as bigint)),";

const UPDATE_ACCOUNTS_TAIL: &str = ") v
 where account.shop_id = v.column1 and account.name = v.column2
   and account.currency = v.column3 and account.version = v.column6";

const HEADS_ANY_SHOP: &str = "\
select shop_id, sequence, hash
  from book
 order by shop_id";

const HEAD_OF_SHOP: &str = "\
select shop_id, sequence, hash
  from book
 where shop_id = $1";

const HASH_AT: &str = "\
select hash
  from transfer
 where shop_id = $1 and sequence = $2";

const TRANSFERS: &str = "\
select t.id, t.sequence, t.kind, t.object_id, t.hash, t.created_at, e.account, e.side, e.currency,
       e.amount_minor, e.balance_minor, e.account_version
  from (select id, sequence, kind, object_id, hash, created_at
          from transfer
         where shop_id = $1 and sequence > $2
         order by sequence
         limit $3) t
  join entry e on e.transfer_id = t.id
 order by t.sequence, e.position";

const ACCOUNTS: &str = "\
select name, currency, balance_minor, floor_minor, version
  from account
 where shop_id = $1
 order by name, currency";

const BALANCE: &str = "\
select name, currency, balance_minor, floor_minor, version
  from account
 where shop_id = $1 and name = $2 and currency = $3";

/// How many accounts [`HEAD`] reads at once.
const ACCOUNTS_AT_ONCE: usize = 4;

/// Locks the books of these shops, which units take in the order of the shops' numbers: what is
/// read of them afterwards stays so until this unit has ended.
pub fn lock(tx: &mut Tx<'_>, shops: &std::collections::BTreeSet<ShopId>) -> Result<(), StoreError> {
    shops
        .iter()
        .try_for_each(|shop| tx.lock(LOCK_POSTGRES, &[shop]))
}

/// Begins a shop's book.
pub(crate) fn open(tx: &mut Tx<'_>, shop: ShopId) -> Result<(), StoreError> {
    tx.write(OPEN, &[&shop, &ledger::GENESIS])
}

/// Posts a transfer to the shop's book: the accounts, the entries and the next link of the chain.
pub fn post(
    tx: &mut Tx<'_>,
    shop: &Shop,
    transfer: &Transfer,
    id: TransferId,
    now: Timestamp,
) -> Result<Posted, PostError> {
    let (head, balances) = read_head(tx, shop, transfer)?;
    let postings = transfer.post(shop, &balances)?;
    let link = (transfer.kind(), postings.as_slice());
    let posted = Posted {
        id,
        sequence: head.sequence.saturating_add(1),
        kind: transfer.kind(),
        hash: ledger::chain(&head.hash, shop.id, id, now, link),
        postings,
        created_at: now,
    };
    tx.write_one(ADVANCE, &[&shop.id, &head.sequence, &posted.hash])?;
    write_accounts(tx, shop.id, &posted.postings, &balances)?;
    tx.write(
        INSERT_TRANSFER,
        &[
            &posted.id,
            &shop.id,
            &posted.sequence,
            &posted.kind.code(),
            &posted.kind.object_id(),
            &posted.hash,
            &posted.created_at,
        ],
    )?;
    write_entries(tx, &posted)?;
    Ok(posted)
}

type Balances = BTreeMap<Account, Balance>;

/// Locks the book and reads where it and the transfer's accounts stand.
fn read_head(
    tx: &mut Tx<'_>,
    shop: &Shop,
    transfer: &Transfer,
) -> Result<(Head, Balances), PostError> {
    let currency = transfer
        .entries()
        .first()
        .ok_or(LedgerRefused::Unbalanced)?
        .amount
        .currency();
    let names: Vec<String> = transfer.accounts().into_iter().map(Account::name).collect();
    tx.lock(LOCK_POSTGRES, &[&shop.id])?;
    let mut head = None;
    let mut balances = Balances::new();
    for names in names.chunks(ACCOUNTS_AT_ONCE) {
        let name = |index: usize| names.get(index).map(String::as_str);
        let code = currency.code();
        let params: [&dyn ToParam<Altyn>; 6] =
            [&shop.id, &code, &name(0), &name(1), &name(2), &name(3)];
        let rows = tx.query(HEAD, &params, |row| {
            let mut cells = Cells::new(row);
            let head = Head {
                shop_id: cells.shop_id()?,
                sequence: cells.get()?,
                hash: hash(&mut cells)?,
            };
            let Some(account) = cells.named_or_null(Account::from_name)? else {
                return Ok((head, None));
            };
            let balance = Balance {
                amount: cells.money(currency)?,
                floor_minor: cells.get()?,
                version: cells.get()?,
            };
            Ok((head, Some((account, balance))))
        })?;
        for (read, account) in rows {
            head = Some(read);
            balances.extend(account);
        }
    }
    let head = head.ok_or_else(|| StoreError::corrupt("book", "shop_id", shop.id))?;
    Ok((head, balances))
}

fn write_accounts(
    tx: &mut Tx<'_>,
    shop: ShopId,
    postings: &[Posting],
    before: &Balances,
) -> Result<(), StoreError> {
    let after: Balances = postings
        .iter()
        .map(|posting| (posting.entry.account, posting.after))
        .collect();
    let (mut opened, mut changed) = (Vec::new(), Vec::new());
    for (account, after) in &after {
        let place = [
            Param::Integer(shop.as_i64()),
            text(account.name()),
            text(after.amount.currency().code()),
            Param::Integer(after.amount.minor()),
        ];
        if let Some(before) = before.get(account) {
            changed.extend(place);
            changed.push(Param::Integer(after.version));
            changed.push(Param::Integer(before.version));
        } else {
            opened.extend(place);
            opened.push(after.floor_minor.map_or(Param::Null, Param::Integer));
            opened.push(Param::Integer(after.version));
        }
    }
    write_many(
        tx,
        UPDATE_ACCOUNTS_HEAD,
        UPDATE_ACCOUNTS_TAIL,
        (6, &changed),
    )?;
    write_many(tx, OPEN_ACCOUNTS_HEAD, OPEN_ACCOUNTS_TAIL, (6, &opened))
}

fn write_entries(tx: &mut Tx<'_>, posted: &Posted) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for (position, Posting { entry, after }) in (1..).zip(&posted.postings) {
        rows.extend([
            text(posted.id.to_string()),
            Param::Integer(position),
            text(entry.account.name()),
            text(entry.side.code()),
            text(entry.amount.currency().code()),
            Param::Integer(entry.amount.minor()),
            Param::Integer(after.amount.minor()),
            Param::Integer(after.version),
        ]);
    }
    write_many(tx, INSERT_ENTRIES_HEAD, "", (8, &rows))
}

/// Writes rows of so many columns, each of which must count.
fn write_many(
    tx: &mut Tx<'_>,
    head: &'static str,
    tail: &'static str,
    (columns, params): (usize, &[Param<'_>]),
) -> Result<(), StoreError> {
    for params in params.chunks(columns.saturating_mul(sql::ROWS_MAX)) {
        let rows = params.chunks(columns).count();
        let expected = u64::try_from(rows).unwrap_or(u64::MAX);
        tx.write_rows(expected, many(head, columns, rows, tail), &refs(params))?;
    }
    Ok(())
}

/// The ends of all books.
pub fn heads_any_shop(conn: &mut Conn<'_>) -> Result<Vec<Head>, StoreError> {
    conn.query(HEADS_ANY_SHOP, &[], read_end)
}

/// The end of the shop's book.
pub fn head(conn: &mut Conn<'_>, shop: ShopId) -> Result<Option<Head>, StoreError> {
    conn.query_opt(HEAD_OF_SHOP, &[&shop], read_end)
}

/// Returns whether this is the end of the shop's book, or an earlier link of it.
pub fn has(conn: &mut Conn<'_>, head: &Head) -> Result<bool, StoreError> {
    if head.sequence == 0 {
        return Ok(self::head(conn, head.shop_id)?.is_some());
    }
    let params: [&dyn ToParam<Altyn>; 2] = [&head.shop_id, &head.sequence];
    let found = conn.query_opt(HASH_AT, &params, |row| hash(&mut Cells::new(row)))?;
    Ok(found == Some(head.hash))
}

fn read_end(row: &sql::Row<'_>) -> Result<Head, StoreError> {
    let mut cells = Cells::new(row);
    Ok(Head {
        shop_id: cells.shop_id()?,
        sequence: cells.get()?,
        hash: hash(&mut cells)?,
    })
}

/// The transfers that follow `after` in the shop's book, at most `limit`.
pub fn transfers(
    conn: &mut Conn<'_>,
    shop: &Shop,
    after: i64,
    limit: u32,
) -> Result<Vec<Posted>, StoreError> {
    let mut transfers: Vec<Posted> = Vec::new();
    let rows = conn.query(TRANSFERS, &[&shop.id, &after, &limit], |row| {
        let mut cells = Cells::new(row);
        let (id, sequence) = (cells.parse()?, cells.get()?);
        let kind: &str = cells.get()?;
        let object: &str = cells.get()?;
        let kind = TransferKind::from_parts(kind, object).ok_or_else(|| cells.corrupt())?;
        let (hash, created_at) = (hash(&mut cells)?, cells.time()?);
        let posting = read_posting(&mut cells, shop)?;
        Ok(Posted {
            id,
            sequence,
            kind,
            postings: vec![posting],
            hash,
            created_at,
        })
    })?;
    for row in rows {
        match transfers.last_mut() {
            Some(last) if last.id == row.id => last.postings.extend(row.postings),
            _ => transfers.push(row),
        }
    }
    Ok(transfers)
}

fn read_posting(cells: &mut Cells<'_>, shop: &Shop) -> Result<Posting, StoreError> {
    let account = cells.named(Account::from_name)?;
    let side = cells.named(Side::from_code)?;
    let currency = cells.currency()?;
    Ok(Posting {
        entry: Entry {
            account,
            side,
            amount: cells.money(currency)?,
        },
        after: Balance {
            amount: cells.money(currency)?,
            floor_minor: account.floor_minor(shop),
            version: cells.get()?,
        },
    })
}

/// All accounts of the shop's book.
pub fn accounts(conn: &mut Conn<'_>, shop: ShopId) -> Result<Vec<(Account, Balance)>, StoreError> {
    conn.query(ACCOUNTS, &[&shop], read_account)
}

/// An account of the shop's book in the shop's currency; one that nothing was posted to is empty.
pub fn balance(conn: &mut Conn<'_>, shop: &Shop, account: Account) -> Result<Balance, StoreError> {
    let params: [&dyn ToParam<Altyn>; 3] = [&shop.id, &account.name(), &shop.currency.code()];
    let found = conn.query_opt(BALANCE, &params, read_account)?;
    Ok(found.map_or_else(|| account.open(shop, shop.currency), |(_, balance)| balance))
}

fn read_account(row: &sql::Row<'_>) -> Result<(Account, Balance), StoreError> {
    let mut cells = Cells::new(row);
    let account = cells.named(Account::from_name)?;
    let currency = cells.currency()?;
    let balance = Balance {
        amount: Money::new(cells.get()?, currency),
        floor_minor: cells.get()?,
        version: cells.get()?,
    };
    Ok((account, balance))
}

fn hash(cells: &mut Cells<'_>) -> Result<Hash, StoreError> {
    let bytes: &[u8] = cells.get()?;
    bytes.try_into().map_err(|_length| cells.corrupt())
}

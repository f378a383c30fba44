//! Proves the books: recomputes every balance and every chain, and compares payments, refunds,
//! payouts, deals, receipts, calls, events and deliveries with postings and with each other. Works
//! beside a running server: each shop is read in one snapshot.

pub mod bank;
mod called;
mod deal;
mod delivery;
mod invoice;
mod payment;
mod payout;
mod receipt;
mod refund;
pub mod secret;
mod told;

use std::collections::BTreeMap;
use std::future::ready;
use std::time::Duration;

use domain::ledger::{self, Account, Balance, GENESIS, Posting, Transfer};
use domain::{Right, Shop, ShopId};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use store::book::{Head, Posted};
use store::{Conn, StoreError};

use crate::cx::Cx;
use crate::error::Error;
use deal::Deals;

/// How many rows are read at once.
const PAGE: u32 = 1_000;
/// How many shops are looked at at once, where there are as many patient readers.
const SHOPS_AT_ONCE: usize = 2;
/// How long the books of one shop may take: what takes longer is stuck, and a snapshot that stays
/// open costs those who write.
pub const TIME_MAX: Duration = Duration::from_hours(6);

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Shops that were looked at.
    pub shops: u64,
    /// Transfers that were recomputed.
    pub transfers: u64,
    /// Payments that were held against their postings.
    pub payments: u64,
    /// Refunds that were held against their postings.
    pub refunds: u64,
    /// Deals that were held against their postings, payments and refunds.
    pub deals: u64,
    /// Payouts that were held against their postings.
    pub payouts: u64,
    /// Invoices that were held against their payments.
    pub invoices: u64,
    /// Receipts that were held against their payments and refunds.
    pub receipts: u64,
    /// Lines of the bank's own list that were held against what is written down.
    pub carried_out: u64,
    /// What is wrong; empty when the books are right.
    pub findings: Vec<Finding>,
    /// Secrets that cannot be opened or stand plain, which is nothing wrong with the books.
    pub secrets: Vec<Finding>,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In whose book.
    pub shop_id: ShopId,
    /// The transfer, account, payment or refund.
    pub object: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Audits all shops.
///
/// # Errors
/// The storage fails. What is wrong with the books is no error but a finding.
pub async fn run(cx: &Cx) -> Result<Report, Error> {
    let rows = cx.require_any_shop(Right::BookAudit)?;
    let list = |conn: &mut Conn<'_>| Ok(store::shop::list_any_shop(conn)?);
    let shops = rows.read_patiently(TIME_MAX, list).await?;
    let parts = stream::iter(shops)
        .map(|shop| rows.read_patiently(TIME_MAX, move |conn| audit_shop(conn, &shop)))
        .buffered(SHOPS_AT_ONCE);
    let report = parts.try_fold(Report::default(), |mut report, part| {
        report.add(part);
        ready(Ok(report))
    });
    let mut report = report.await?;
    let orphans = rows.read_patiently(TIME_MAX, orphans).await?;
    report.findings.extend(orphans);
    Ok(report)
}

/// Audits all shops as one connection sees them.
///
/// # Errors
/// The storage fails.
pub fn of_conn(conn: &mut Conn<'_>) -> Result<Report, Error> {
    let mut report = Report::default();
    for shop in store::shop::list_any_shop(conn)? {
        report.add(audit_shop(conn, &shop)?);
    }
    report.findings.extend(orphans(conn)?);
    Ok(report)
}

/// Compares the books with their known ends, which this file names.
///
/// # Errors
/// The storage fails.
pub fn against(conn: &mut Conn<'_>, known: &[Head], file: &str) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for head in known {
        if !store::book::has(conn, head)? {
            let (sequence, shop_id) = (head.sequence, head.shop_id);
            findings.push(Finding {
                shop_id,
                object: "book".to_owned(),
                problem: format!(
                    "it was known to go up to transfer {sequence}, and does not: its end is gone, \
                     or {file} is of another database"
                ),
            });
        }
    }
    Ok(findings)
}

/// Calls a function for every row of a list, which is read in pages: each begins after the key of
/// the last row of the page before.
fn each<T, K: Copy>(
    conn: &mut Conn<'_>,
    page: impl Fn(&mut Conn<'_>, Option<K>) -> Result<Vec<T>, StoreError>,
    key: impl Fn(&T) -> K,
    mut look: impl FnMut(&mut Conn<'_>, &T) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut after = None;
    loop {
        let rows = page(conn, after)?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = Some(key(last));
        for row in &rows {
            look(conn, row)?;
        }
    }
}

/// The accounts, as the transfers so far leave them.
type Balances = BTreeMap<Account, Balance>;

fn audit_shop(conn: &mut Conn<'_>, shop: &Shop) -> Result<Report, Error> {
    let mut report = Report::default();
    let mut deals = Deals::default();
    let balances = audit_chain(conn, shop, &mut deals, &mut report)?;
    audit_balances(conn, shop, &balances, &mut report)?;
    payment::check(conn, shop, &mut deals, &mut report)?;
    refund::check(conn, shop, &mut deals, &mut report)?;
    payout::check(conn, shop, &mut report)?;
    audit_links(conn, shop, &mut report)?;
    deals.check(conn, shop, &mut report)?;
    delivery::check(conn, shop, &mut report)?;
    invoice::check(conn, shop, &mut report)?;
    receipt::check(conn, shop, &mut report)?;
    Ok(report)
}

impl Report {
    /// Takes in what was found of one more shop.
    fn add(&mut self, part: Self) {
        self.shops = self.shops.saturating_add(1);
        self.transfers = self.transfers.saturating_add(part.transfers);
        self.payments = self.payments.saturating_add(part.payments);
        self.refunds = self.refunds.saturating_add(part.refunds);
        self.deals = self.deals.saturating_add(part.deals);
        self.payouts = self.payouts.saturating_add(part.payouts);
        self.invoices = self.invoices.saturating_add(part.invoices);
        self.receipts = self.receipts.saturating_add(part.receipts);
        self.findings.extend(part.findings);
    }

    fn find(&mut self, shop: &Shop, object: impl Into<String>, problem: impl Into<String>) {
        let (object, problem) = (object.into(), problem.into());
        self.findings.push(Finding {
            shop_id: shop.id,
            object,
            problem,
        });
    }
}

/// Recomputes the chain and every balance along it.
fn audit_chain(
    conn: &mut Conn<'_>,
    shop: &Shop,
    deals: &mut Deals,
    report: &mut Report,
) -> Result<Balances, Error> {
    let mut balances = Balances::new();
    let (mut previous, mut sequence) = (GENESIS, 0_i64);
    loop {
        let page = store::book::transfers(conn, shop, sequence, PAGE)?;
        let Some(last) = page.last() else { break };
        let end = last.sequence;
        for booked in &page {
            report.transfers = report.transfers.saturating_add(1);
            let id = booked.id.to_string();
            if booked.sequence != sequence.saturating_add(1) {
                report.find(shop, &id, "a transfer is missing before it");
            }
            sequence = booked.sequence;
            audit_transfer(shop, booked, &mut balances, report);
            deals.transfer(booked.kind, &booked.postings);
            let link = (booked.kind, booked.postings.as_slice());
            let hash = ledger::chain(&previous, shop.id, booked.id, booked.created_at, link);
            if hash != booked.hash {
                report.find(shop, &id, "its hash does not follow from what it says");
            }
            previous = booked.hash;
        }
        sequence = end;
    }
    let head = store::book::head(conn, shop.id)?;
    let (at, hash) = head.map_or((0, GENESIS), |head| (head.sequence, head.hash));
    if at != sequence || hash != previous {
        report.find(shop, "book", "its head is not its last transfer");
    }
    Ok(balances)
}

fn audit_transfer(shop: &Shop, booked: &Posted, balances: &mut Balances, report: &mut Report) {
    let id = booked.id.to_string();
    let entries = booked
        .postings
        .iter()
        .map(|posting| posting.entry)
        .collect();
    let transfer = match Transfer::new(booked.kind, entries) {
        Ok(transfer) => transfer,
        Err(refused) => return report.find(shop, id, refused.to_string()),
    };
    match transfer.post(shop, balances) {
        Ok(expected) if same(&expected, &booked.postings) => {}
        Ok(_) => report.find(shop, &id, "a balance after it is not what it adds up to"),
        Err(refused) => report.find(shop, &id, refused.to_string()),
    }
    for posting in &booked.postings {
        balances.insert(posting.entry.account, posting.after);
    }
}

/// Returns whether they are the same, except for the floor, which is a rule for the future.
fn same(expected: &[Posting], booked: &[Posting]) -> bool {
    expected.len() == booked.len()
        && expected.iter().zip(booked).all(|(one, other)| {
            one.entry == other.entry
                && one.after.amount == other.after.amount
                && one.after.version == other.after.version
        })
}

fn audit_balances(
    conn: &mut Conn<'_>,
    shop: &Shop,
    balances: &Balances,
    report: &mut Report,
) -> Result<(), Error> {
    let stored: BTreeMap<Account, Balance> =
        store::book::accounts(conn, shop.id)?.into_iter().collect();
    for (account, balance) in &stored {
        let expected = balances.get(account);
        let equal = expected.is_some_and(|expected| {
            expected.amount == balance.amount && expected.version == balance.version
        });
        if !equal {
            report.find(
                shop,
                account.name(),
                "its balance is not the one of its last entry",
            );
        }
    }
    for account in balances
        .keys()
        .filter(|account| !stored.contains_key(account))
    {
        report.find(shop, account.name(), "it has entries but no balance");
    }
    Ok(())
}

/// Finds transfers that belong to nothing, and pairs of books that contradict each other.
fn audit_links(conn: &mut Conn<'_>, shop: &Shop, report: &mut Report) -> Result<(), Error> {
    for transfer in store::audit::unpaired(conn, shop.id)? {
        let problem = "the book of its platform does not say the same";
        report.find(shop, transfer.to_string(), problem);
    }
    for account in store::audit::uncleared(conn, shop.id)? {
        let problem = "the other shop's book does not say the same";
        report.find(shop, account, problem);
    }
    for transfer in store::audit::strays(conn, shop.id)? {
        report.find(shop, transfer.to_string(), "it belongs to no object");
    }
    Ok(())
}

/// Finds what belongs to nothing, over all shops.
fn orphans(conn: &mut Conn<'_>) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for shop_id in store::audit::owners_without_shop(conn)? {
        findings.push(Finding {
            shop_id,
            object: "shop".to_owned(),
            problem: "rows belong to it and it is not there".to_owned(),
        });
    }
    for (what, orphan) in store::audit::orphans_any_shop(conn)? {
        findings.push(Finding {
            shop_id: orphan.shop_id,
            object: format!("{what} {}", orphan.id),
            problem: "what it belongs to is not there".to_owned(),
        });
    }
    Ok(findings)
}

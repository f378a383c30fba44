//! Proves the books: recomputes every balance and every chain, and holds payments and refunds
//! against their postings. Works beside a running server: each shop is read in one snapshot.

use std::collections::BTreeMap;

use domain::ledger::{self, Account, Balance, GENESIS, Posting, Side, Transfer, TransferKind};
use domain::payment::State as PaymentState;
use domain::refund::State as RefundState;
use domain::{Money, Payment, Refund, Shop, ShopId};
use store::book::Posted;
use store::{Conn, Store};

use crate::error::Error;

/// How many rows are read at once.
const PAGE: u32 = 1_000;

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
    /// What is wrong; empty when the books are right.
    pub findings: Vec<Finding>,
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
pub async fn run(store: &Store) -> Result<Report, Error> {
    let shops = store
        .read(|conn| Ok::<_, Error>(store::shop::list_any_shop(conn)?))
        .await?;
    let mut report = Report::default();
    for shop in shops {
        let part = store.read(move |conn| audit_shop(conn, &shop)).await?;
        report.shops = report.shops.saturating_add(1);
        report.transfers = report.transfers.saturating_add(part.transfers);
        report.payments = report.payments.saturating_add(part.payments);
        report.refunds = report.refunds.saturating_add(part.refunds);
        report.findings.extend(part.findings);
    }
    Ok(report)
}

/// What the transfers of a book say, added up.
#[derive(Default)]
struct Book {
    balances: BTreeMap<Account, Balance>,
    /// What was captured, by payment; and moved, by refund.
    moved: BTreeMap<String, Vec<(TransferKind, Money)>>,
}

fn audit_shop(conn: &mut Conn<'_>, shop: &Shop) -> Result<Report, Error> {
    let mut report = Report::default();
    let book = audit_chain(conn, shop, &mut report)?;
    audit_balances(conn, shop, &book, &mut report)?;
    audit_objects(conn, shop, &book, &mut report)?;
    Ok(report)
}

impl Report {
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
fn audit_chain(conn: &mut Conn<'_>, shop: &Shop, report: &mut Report) -> Result<Book, Error> {
    let mut book = Book::default();
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
            audit_transfer(shop, booked, &mut book, report);
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
    Ok(book)
}

fn audit_transfer(shop: &Shop, booked: &Posted, book: &mut Book, report: &mut Report) {
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
    match transfer.post(shop, &book.balances) {
        Ok(expected) if same(&expected, &booked.postings) => {}
        Ok(_) => report.find(shop, &id, "a balance after it is not what it adds up to"),
        Err(refused) => report.find(shop, &id, refused.to_string()),
    }
    for posting in &booked.postings {
        book.balances.insert(posting.entry.account, posting.after);
    }
    let moved = booked
        .postings
        .iter()
        .filter(|posting| posting.entry.side == Side::Debit);
    for posting in moved {
        let object = booked.kind.object_id();
        book.moved
            .entry(object)
            .or_default()
            .push((booked.kind, posting.entry.amount));
    }
}

/// The same but for the floor, which is a rule for the future and no part of the past.
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
    book: &Book,
    report: &mut Report,
) -> Result<(), Error> {
    let stored: BTreeMap<Account, Balance> =
        store::book::accounts(conn, shop.id)?.into_iter().collect();
    for (account, balance) in &stored {
        let expected = book.balances.get(account);
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
    for account in book
        .balances
        .keys()
        .filter(|account| !stored.contains_key(account))
    {
        report.find(shop, account.name(), "it has entries but no balance");
    }
    Ok(())
}

/// Holds each payment and each refund against what the book says of it.
fn audit_objects(
    conn: &mut Conn<'_>,
    shop: &Shop,
    book: &Book,
    report: &mut Report,
) -> Result<(), Error> {
    let mut seen = 0_usize;
    let mut filter = store::payment::Filter {
        limit: PAGE,
        ..store::payment::Filter::default()
    };
    loop {
        let page = store::payment::list(conn, shop.id, &filter)?;
        for payment in &page {
            report.payments = report.payments.saturating_add(1);
            let refunds = store::refund::list_of_payment(conn, shop.id, payment.id)?;
            seen = seen.saturating_add(audit_payment(shop, payment, &refunds, book, report));
        }
        let Some(last) = page.last() else { break };
        filter.after = Some((last.created_at, last.id));
    }
    if seen != book.moved.len() {
        report.find(shop, "book", "it has postings of objects that do not exist");
    }
    Ok(())
}

/// How many objects of the book it accounts for.
fn audit_payment(
    shop: &Shop,
    payment: &Payment,
    refunds: &[Refund],
    book: &Book,
    report: &mut Report,
) -> usize {
    let id = payment.id.to_string();
    let captured = match &payment.state {
        PaymentState::Succeeded { .. } => vec![(TransferKind::Capture(payment.id), payment.amount)],
        PaymentState::Pending
        | PaymentState::Authorizing { .. }
        | PaymentState::Challenged { .. }
        | PaymentState::WaitingForCapture { .. }
        | PaymentState::Capturing { .. }
        | PaymentState::Voiding { .. }
        | PaymentState::Canceled { .. } => Vec::new(),
    };
    let mut seen = expect(shop, id.clone(), &captured, book, report);

    let currency = payment.amount.currency();
    let (mut refunded, mut refunding) = (Some(0_i64), Some(0_i64));
    for refund in refunds {
        report.refunds = report.refunds.saturating_add(1);
        let minor = refund.amount.minor();
        let reserve = (TransferKind::RefundReserve(refund.id), refund.amount);
        let settle = (TransferKind::RefundSettle(refund.id), refund.amount);
        let release = (TransferKind::RefundRelease(refund.id), refund.amount);
        let object = refund.id.to_string();
        let expected = match &refund.state {
            RefundState::Sending { .. } => {
                refunding = refunding.and_then(|sum| sum.checked_add(minor));
                vec![reserve]
            }
            RefundState::Succeeded { .. } => {
                refunded = refunded.and_then(|sum| sum.checked_add(minor));
                vec![reserve, settle]
            }
            // One that was canceled for want of money never moved any.
            RefundState::Canceled { .. } if !book.moved.contains_key(&object) => Vec::new(),
            RefundState::Canceled { .. } => vec![reserve, release],
        };
        seen = seen.saturating_add(expect(shop, object, &expected, book, report));
    }
    if refunded.map(|minor| Money::new(minor, currency)) != Some(payment.refunded) {
        report.find(
            shop,
            &id,
            "what was given back is not the sum of its refunds",
        );
    }
    if refunding.map(|minor| Money::new(minor, currency)) != Some(payment.refunding) {
        report.find(
            shop,
            &id,
            "what is being given back is not the sum of its open refunds",
        );
    }
    let returned = payment
        .refunded
        .minor()
        .checked_add(payment.refunding.minor());
    if !payment.refunded.is_zero() && returned.is_none_or(|sum| sum > payment.amount.minor()) {
        report.find(shop, &id, "more was given back than was taken");
    }
    seen
}

/// Holds one object against the book. One, if the book knows it.
fn expect(
    shop: &Shop,
    object: String,
    expected: &[(TransferKind, Money)],
    book: &Book,
    report: &mut Report,
) -> usize {
    let moved = book.moved.get(&object).map_or(&[][..], Vec::as_slice);
    if moved != expected {
        report.find(shop, object, "its state and its postings do not agree");
    }
    usize::from(!moved.is_empty())
}

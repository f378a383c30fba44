//! Holds deals against the books: what came in is what went out and what is left, per deal.
//!
//! A deal's row is compared with three witnesses that do not know of it: the postings on its
//! account, its payment, and its refunds.

use std::collections::BTreeMap;

use domain::deal::{FeeMoment, Status};
use domain::ledger::{Account, Posting, Side, TransferKind};
use domain::refund::Status as RefundStatus;
use domain::{Deal, DealId, PayoutId, Shop};
use store::Conn;
use store::audit::{PaymentProof, RefundProof};

use super::{PAGE, Report};
use crate::error::Error;

/// What the witnesses say of all deals of a shop.
#[derive(Default)]
pub(super) struct Deals {
    seen: BTreeMap<DealId, Seen>,
    /// Payouts that are on their way out of deals.
    payouts: BTreeMap<PayoutId, DealId>,
}

/// What the witnesses say of one deal, in minor units.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    /// By the postings: what captures brought into it.
    filled: i64,
    /// By the postings: what captures gave the platform at once.
    given: i64,
    /// By the postings: what went into refunds and did not come back.
    to_refunds: i64,
    /// By the postings: set aside for payouts.
    paying_out: i64,
    /// By the postings: paid out.
    paid_out: i64,
    /// By the postings: what the platform gave the seller in its stead, and has not got back.
    advanced: i64,
    /// By the postings: given to the platform at the closing.
    closed: i64,
    /// By its payments: what buyers paid.
    charged: i64,
    /// By its payments: commission and VAT.
    fees: i64,
    /// By its payments: what should have come into it.
    expected: i64,
    /// By its payments: the seller's part.
    payout: i64,
    /// By its refunds: what became less of it.
    payout_refunded: i64,
    /// By its refunds: given back, being given back, and covered by the platform.
    refunded: i64,
    refunding: i64,
    covered: i64,
}

impl Seen {
    fn held(&self) -> i64 {
        self.filled - self.to_refunds - self.paying_out - self.paid_out - self.closed
    }
}

impl Deals {
    /// Takes a transfer of the book in.
    pub(super) fn transfer(&mut self, kind: TransferKind, postings: &[Posting]) {
        let payout = postings.iter().find_map(|posting| {
            let Account::Payout(id) = posting.entry.account else {
                return None;
            };
            Some(id)
        });
        let mut in_deal = false;
        for posting in postings {
            let Account::Deal(id) = posting.entry.account else {
                continue;
            };
            in_deal = true;
            let amount = posting.entry.amount.minor();
            let out = match posting.entry.side {
                Side::Debit => amount,
                Side::Credit => -amount,
            };
            let seen = self.seen.entry(id).or_default();
            match (kind, payout) {
                (_, Some(payout)) => {
                    seen.paying_out += out;
                    self.payouts.insert(payout, id);
                }
                (TransferKind::Capture(_), None) => {
                    seen.filled -= out;
                    seen.given += available(postings);
                }
                (TransferKind::DealClose(_), None) => seen.closed += out,
                (
                    TransferKind::PayoutLate(_)
                    | TransferKind::PayoutRepay(_)
                    | TransferKind::RefundRepay(_),
                    None,
                ) => seen.paid_out += out,
                (_, None) => seen.to_refunds += out,
            }
        }
        self.advance(kind, postings);
        let paid = payout.filter(|_| !in_deal);
        if let Some(deal) = paid.and_then(|payout| self.payouts.remove(&payout)) {
            let seen = self.seen.entry(deal).or_default();
            let debits = postings
                .iter()
                .filter(|posting| matches!(posting.entry.account, Account::Payout(_)));
            let amount: i64 = debits.map(|posting| posting.entry.amount.minor()).sum();
            seen.paying_out -= amount;
            seen.paid_out += amount;
        }
    }

    /// Counts what the platform gives for a payout that came late, and what its deal repays.
    fn advance(&mut self, kind: TransferKind, postings: &[Posting]) {
        let by_account = postings.iter().find_map(|posting| {
            let Account::Deal(id) = posting.entry.account else {
                return None;
            };
            Some(id)
        });
        let deal = match kind {
            TransferKind::PayoutLate(payout) => self.payouts.get(&payout).copied(),
            TransferKind::PayoutRepay(_) | TransferKind::RefundRepay(_) => by_account,
            TransferKind::Capture(_)
            | TransferKind::RefundReserve(_)
            | TransferKind::RefundSettle(_)
            | TransferKind::RefundRelease(_)
            | TransferKind::RefundLate(_)
            | TransferKind::RefundReturn(_)
            | TransferKind::DealClose(_)
            | TransferKind::TopUp(_)
            | TransferKind::PayoutReserve(_)
            | TransferKind::PayoutSettle(_)
            | TransferKind::PayoutRelease(_)
            | TransferKind::SplitCapture(..)
            | TransferKind::SplitReserve(..)
            | TransferKind::SplitRelease(..) => None,
        };
        let Some(deal) = deal else { return };
        let own = postings.iter().map(|posting| posting.entry);
        let own = own.filter(|entry| matches!(entry.account, Account::Available | Account::Claim));
        let given: i64 = own
            .map(|entry| match entry.side {
                Side::Debit => entry.amount.minor(),
                Side::Credit => -entry.amount.minor(),
            })
            .sum();
        self.seen.entry(deal).or_default().advanced += given;
    }

    /// Takes a payment in.
    pub(super) fn payment(&mut self, payment: &PaymentProof) {
        let (Some(deal), Some(captured)) = (&payment.deal, &payment.captured) else {
            return;
        };
        let seen = self.seen.entry(deal.id).or_default();
        let (amount, payout) = (captured.amount.minor(), deal.payout.minor());
        let fees = captured.commission.minor() + captured.vat.minor();
        seen.charged += amount;
        seen.payout += payout;
        seen.fees += fees;
        seen.expected += match deal.fee_moment {
            FeeMoment::PaymentSucceeded => payout,
            FeeMoment::DealClosed => amount - fees,
        };
    }

    /// Takes a refund in.
    pub(super) fn refund(&mut self, refund: &RefundProof) {
        let Some(deal) = &refund.deal else { return };
        let seen = self.seen.entry(deal.id).or_default();
        match refund.status {
            RefundStatus::Succeeded => seen.refunded += refund.amount.minor(),
            RefundStatus::Pending => seen.refunding += refund.amount.minor(),
            RefundStatus::Canceled => return,
        }
        seen.covered += deal.covered.minor();
        seen.payout_refunded += deal.payout.minor();
    }

    /// Compares all deals of the shop with what was taken in.
    pub(super) fn check(
        mut self,
        conn: &mut Conn<'_>,
        shop: &Shop,
        report: &mut Report,
    ) -> Result<(), Error> {
        let mut filter = store::deal::Filter {
            limit: PAGE,
            ..store::deal::Filter::default()
        };
        loop {
            let page = store::deal::list(conn, shop.id, &filter)?;
            let Some(last) = page.last() else { break };
            filter.after = Some((last.created_at, last.id));
            for deal in &page {
                report.deals = report.deals.saturating_add(1);
                let seen = self.seen.remove(&deal.id).unwrap_or_default();
                for problem in problems(deal, &seen) {
                    report.find(shop, deal.id.to_string(), problem);
                }
            }
        }
        for deal in self.seen.keys() {
            report.find(
                shop,
                deal.to_string(),
                "money moved in a deal that is not there",
            );
        }
        Ok(())
    }
}

/// What a transfer credits to the shop.
fn available(postings: &[Posting]) -> i64 {
    let own = postings
        .iter()
        .filter(|posting| posting.entry.account == Account::Available);
    own.map(|posting| posting.entry.amount.minor()).sum()
}

fn problems(deal: &Deal, seen: &Seen) -> Vec<&'static str> {
    let sums = &deal.sums;
    let out = sums.paid_out.minor() + sums.paying_out.minor();
    let back = sums.refunded.minor() + sums.refunding.minor();
    let platform = seen.given + seen.closed;
    let payable = match deal.status() {
        Status::Opened => seen.payout - seen.payout_refunded - out,
        Status::Closed => 0,
    };
    let rules = [
        (
            sums.held.minor() == seen.held(),
            "its balance is not what the postings on its account leave",
        ),
        (
            sums.payable.minor() == payable,
            "what can be paid out is not what is left of the seller's part",
        ),
        (
            seen.filled == seen.expected && sums.charged.minor() == seen.charged,
            "what came into it is not what its payment brought",
        ),
        (
            sums.paying_out.minor() == seen.paying_out && sums.paid_out.minor() == seen.paid_out,
            "what it paid out is not what left its account",
        ),
        (
            0 <= seen.advanced && (seen.advanced == 0 || sums.payable.is_zero()),
            "what the platform has paid in its stead can be paid out once more",
        ),
        (
            sums.refunded.minor() == seen.refunded
                && sums.refunding.minor() == seen.refunding
                && sums.covered.minor() == seen.covered
                && back - seen.covered == seen.to_refunds,
            "what it gave back is not what its refunds say",
        ),
        (
            seen.charged + seen.covered == out + back + seen.fees + platform + sums.held.minor(),
            "payments are not payouts, refunds, fees and balances",
        ),
        (
            deal.status() == Status::Opened || sums.held.is_zero(),
            "it is closed and still holds money",
        ),
    ];
    let broken = rules.into_iter().filter(|(holds, _)| !holds);
    broken.map(|(_, problem)| problem).collect()
}

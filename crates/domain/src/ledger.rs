//! The books: double entry. Every movement of money is a [`Transfer`] whose debits equal its
//! credits; a [`Posting`] is an entry together with the account's balance after it.
//!
//! Each shop has a book of its own. Its transfers form a chain: each carries the hash of the one
//! before it, so nobody changes the past unnoticed.

mod late;
mod split;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::connector::ConnectorName;
use crate::deal::FeeMoment;
use crate::id::{DealId, PaymentId, PayoutId, RefundId, ShopId, TopUpId, TransferId};
use crate::money::{Currency, Money, MoneyError};
use crate::payment::PaymentDeal;
use crate::refund::RefundDeal;
use crate::shop::Shop;
use crate::tariff::Fee;
use crate::time::Timestamp;

/// An account in a shop's book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What this connector's bank owes the platform for this shop's payments.
    Acquirer(ConnectorName),
    /// Money on the platform's own bank account for this shop: what came, less what left.
    Bank,
    /// What the shop owes the platform for money that left without being covered by the shop's own.
    Claim,
    /// What the platform owes the shop.
    Available,
    /// Reserved for one refund while outside systems work on it.
    Refund(RefundId),
    /// Held for a safe deal.
    Deal(DealId),
    /// Reserved for one payout while outside systems work on it.
    Payout(PayoutId),
    /// Owed to a partner of a split payment, or by its platform. The account stands in both books,
    /// and the two balances together are zero.
    Clearing(ShopId),
    /// The platform's commission.
    Fees,
    /// VAT on the commission.
    FeesVat,
}

/// On which side an account grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Assets grow by debits.
    Debit,
    /// Liabilities and income grow by credits.
    Credit,
}

/// One line of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The account.
    pub account: Account,
    /// Debit or credit.
    pub side: Side,
    /// How much, more than zero.
    pub amount: Money,
}

/// Why money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransferKind {
    /// A payment was captured.
    Capture(PaymentId),
    /// The sum of a refund was set aside.
    RefundReserve(RefundId),
    /// A refund reached the payer.
    RefundSettle(RefundId),
    /// A refund failed; its sum goes back.
    RefundRelease(RefundId),
    /// A refund that was over reached the payer after all.
    RefundLate(RefundId),
    /// What had left by a refund that was over has come back.
    RefundReturn(RefundId),
    /// A refund that failed brought money back to its deal, which repays the platform for payouts
    /// that came late.
    RefundRepay(RefundId),
    /// A deal closed; what it still held goes to the platform.
    DealClose(DealId),
    /// Money came for a payout gateway.
    TopUp(TopUpId),
    /// The sum of a payout was set aside.
    PayoutReserve(PayoutId),
    /// A payout reached its receiver.
    PayoutSettle(PayoutId),
    /// A payout failed; its sum goes back.
    PayoutRelease(PayoutId),
    /// A payout that was over reached its receiver after all.
    PayoutLate(PayoutId),
    /// A payout that failed brought money back to its deal, which repays the platform for other
    /// payouts that came late.
    PayoutRepay(PayoutId),
    /// A payment was captured of which this partner gets a part.
    SplitCapture(PaymentId, ShopId),
    /// What this partner gives for a refund was set aside.
    SplitReserve(RefundId, ShopId),
    /// The refund failed; what this partner gave comes back.
    SplitRelease(RefundId, ShopId),
}

/// A balanced movement of money, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    kind: TransferKind,
    entries: Vec<Entry>,
}

/// The balance of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The amount, on the account's own side.
    pub amount: Money,
    /// Least amount; `None` where it may go below zero without limit.
    pub floor_minor: Option<i64>,
    /// Counts its entries.
    pub version: i64,
}

/// An entry with the account's balance after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The entry.
    pub entry: Entry,
    /// The account after it.
    pub after: Balance,
}

/// Why a transfer is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerRefused {
    /// An account would fall below its floor.
    #[error("{} has not enough", account.name())]
    InsufficientFunds {
        /// The account.
        account: Account,
    },
    /// It is not known through which connector the money came.
    #[error("nobody knows through whom the money came")]
    ConnectorUnknown,
    /// Sums overflow, or currencies are mixed.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// Debits and credits differ: the rule that built the transfer is wrong.
    #[error("debits and credits differ")]
    Unbalanced,
}

/// The hash of one link of a book's chain.
pub type Hash = [u8; 32];

/// The hash before a book's first transfer.
pub const GENESIS: Hash = [0; 32];

impl Account {
    /// Its name in the book: `available`, `refund/…`. The account of the sandbox keeps its name
    /// from the time before connectors had names, because it is part of the hashes of chains (ADR
    /// 19).
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Acquirer(ConnectorName::SANDBOX) => "acquirer".to_owned(),
            Self::Acquirer(connector) => format!("acquirer/{connector}"),
            Self::Bank => "bank".to_owned(),
            Self::Claim => "claim".to_owned(),
            Self::Available => "available".to_owned(),
            Self::Refund(id) => format!("refund/{id}"),
            Self::Deal(id) => format!("deal/{id}"),
            Self::Payout(id) => format!("payout/{id}"),
            Self::Clearing(id) => format!("clearing/{id}"),
            Self::Fees => "fees".to_owned(),
            Self::FeesVat => "fees/vat".to_owned(),
        }
    }

    /// The account with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.split_once('/') {
            None => [
                Self::Acquirer(ConnectorName::SANDBOX),
                Self::Bank,
                Self::Claim,
                Self::Available,
                Self::Fees,
            ]
            .into_iter()
            .find(|account| account.name() == name),
            Some(("fees", "vat")) => Some(Self::FeesVat),
            Some(("acquirer", name)) => {
                let other = name.parse().ok();
                let other = other.filter(|connector| *connector != ConnectorName::SANDBOX);
                other.map(Self::Acquirer)
            }
            Some(("refund", id)) => id.parse().ok().map(Self::Refund),
            Some(("deal", id)) => id.parse().ok().map(Self::Deal),
            Some(("payout", id)) => id.parse().ok().map(Self::Payout),
            Some(("clearing", id)) => id.parse().ok().map(Self::Clearing),
            Some(_) => None,
        }
    }

    /// On which side it grows.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Self::Acquirer(_) | Self::Bank | Self::Claim => Side::Debit,
            Self::Available
            | Self::Refund(_)
            | Self::Deal(_)
            | Self::Payout(_)
            | Self::Clearing(_)
            | Self::Fees
            | Self::FeesVat => Side::Credit,
        }
    }

    /// The least amount of this account in this shop's book. What is owed to someone never goes
    /// below zero, except in a test shop, which has no real money: it may give back more than it
    /// took.
    #[must_use]
    pub fn floor_minor(self, shop: &Shop) -> Option<i64> {
        match self {
            Self::Available if shop.test => None,
            Self::Available | Self::Refund(_) | Self::Deal(_) | Self::Payout(_) => Some(0),
            Self::Acquirer(_)
            | Self::Clearing(_)
            | Self::Bank
            | Self::Claim
            | Self::Fees
            | Self::FeesVat => None,
        }
    }

    /// A new account of this kind in this shop's book.
    #[must_use]
    pub fn open(self, shop: &Shop, currency: Currency) -> Balance {
        Balance {
            amount: Money::zero(currency),
            floor_minor: self.floor_minor(shop),
            version: 0,
        }
    }
}

impl Balance {
    /// How much of `amount` can be taken from it.
    #[must_use]
    pub fn spendable(&self, amount: Money) -> Money {
        let Some(floor) = self.floor_minor else {
            return amount;
        };
        let free = self.amount.minor().saturating_sub(floor).max(0);
        Money::new(free.min(amount.minor()), amount.currency())
    }
}

impl Side {
    /// Its name in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Credit => "credit",
        }
    }

    /// The side with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Debit, Self::Credit]
            .into_iter()
            .find(|side| side.code() == code)
    }
}

impl TransferKind {
    /// Its name in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Capture(_) => "capture",
            Self::RefundReserve(_) => "refund_reserve",
            Self::RefundSettle(_) => "refund_settle",
            Self::RefundRelease(_) => "refund_release",
            Self::RefundLate(_) => "refund_late",
            Self::RefundReturn(_) => "refund_return",
            Self::RefundRepay(_) => "refund_repay",
            Self::DealClose(_) => "deal_close",
            Self::TopUp(_) => "top_up",
            Self::PayoutReserve(_) => "payout_reserve",
            Self::PayoutSettle(_) => "payout_settle",
            Self::PayoutRelease(_) => "payout_release",
            Self::PayoutLate(_) => "payout_late",
            Self::PayoutRepay(_) => "payout_repay",
            Self::SplitCapture(..) => "split_capture",
            Self::SplitReserve(..) => "split_reserve",
            Self::SplitRelease(..) => "split_release",
        }
    }

    /// The id of the object that it is about.
    #[must_use]
    pub fn object_id(self) -> String {
        match self {
            Self::Capture(id) => id.to_string(),
            Self::DealClose(id) => id.to_string(),
            Self::RefundReserve(id)
            | Self::RefundSettle(id)
            | Self::RefundRelease(id)
            | Self::RefundLate(id)
            | Self::RefundReturn(id)
            | Self::RefundRepay(id) => id.to_string(),
            Self::TopUp(id) => id.to_string(),
            Self::PayoutReserve(id)
            | Self::PayoutSettle(id)
            | Self::PayoutRelease(id)
            | Self::PayoutLate(id)
            | Self::PayoutRepay(id) => id.to_string(),
            Self::SplitCapture(id, shop) => format!("{id}/{shop}"),
            Self::SplitReserve(id, shop) | Self::SplitRelease(id, shop) => format!("{id}/{shop}"),
        }
    }

    /// The kind with this name and object.
    #[must_use]
    pub fn from_parts(code: &str, object_id: &str) -> Option<Self> {
        if code == "capture" {
            return object_id.parse().ok().map(Self::Capture);
        }
        if code == "deal_close" {
            return object_id.parse().ok().map(Self::DealClose);
        }
        if code == "top_up" {
            return object_id.parse().ok().map(Self::TopUp);
        }
        if let Some((id, shop)) = object_id.split_once('/') {
            let shop = shop.parse().ok()?;
            return match code {
                "split_capture" => Some(Self::SplitCapture(id.parse().ok()?, shop)),
                "split_reserve" => Some(Self::SplitReserve(id.parse().ok()?, shop)),
                "split_release" => Some(Self::SplitRelease(id.parse().ok()?, shop)),
                _ => None,
            };
        }
        if let Ok(payout) = object_id.parse() {
            return [
                Self::PayoutReserve(payout),
                Self::PayoutSettle(payout),
                Self::PayoutRelease(payout),
                Self::PayoutLate(payout),
                Self::PayoutRepay(payout),
            ]
            .into_iter()
            .find(|kind| kind.code() == code);
        }
        let refund = object_id.parse().ok()?;
        [
            Self::RefundReserve(refund),
            Self::RefundSettle(refund),
            Self::RefundRelease(refund),
            Self::RefundLate(refund),
            Self::RefundReturn(refund),
            Self::RefundRepay(refund),
        ]
        .into_iter()
        .find(|kind| kind.code() == code)
    }
}

impl Transfer {
    /// A transfer of balanced entries; entries of zero are left out.
    ///
    /// # Errors
    /// [`LedgerRefused::Unbalanced`] if debits and credits differ, or the currencies are mixed.
    pub fn new(kind: TransferKind, entries: Vec<Entry>) -> Result<Self, LedgerRefused> {
        let entries: Vec<Entry> = entries
            .into_iter()
            .filter(|e| !e.amount.is_zero())
            .collect();
        let currency = entries
            .first()
            .ok_or(LedgerRefused::Unbalanced)?
            .amount
            .currency();
        let mut difference = Money::zero(currency);
        for entry in &entries {
            if !entry.amount.is_positive() {
                return Err(LedgerRefused::Unbalanced);
            }
            difference = match entry.side {
                Side::Debit => difference.checked_add(entry.amount)?,
                Side::Credit => difference.checked_sub(entry.amount)?,
            };
        }
        if difference.is_zero() {
            Ok(Self { kind, entries })
        } else {
            Err(LedgerRefused::Unbalanced)
        }
    }

    /// A captured payment: the connector's bank owes the amount; the shop gets it less the fee.
    ///
    /// # Errors
    /// A fee above the amount, or overflow.
    pub fn capture(
        payment: PaymentId,
        connector: ConnectorName,
        amount: Money,
        fee: Fee,
    ) -> Result<Self, LedgerRefused> {
        let net = amount.checked_sub(fee.total()?)?;
        Self::new(
            TransferKind::Capture(payment),
            vec![
                Entry {
                    account: Account::Acquirer(connector),
                    side: Side::Debit,
                    amount,
                },
                Entry {
                    account: Account::Available,
                    side: Side::Credit,
                    amount: net,
                },
                Entry {
                    account: Account::Fees,
                    side: Side::Credit,
                    amount: fee.commission,
                },
                Entry {
                    account: Account::FeesVat,
                    side: Side::Credit,
                    amount: fee.vat,
                },
            ],
        )
    }

    /// Sets the sum of a refund aside before the outside is asked.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn refund_reserve(refund: RefundId, amount: Money) -> Result<Self, LedgerRefused> {
        let kind = TransferKind::RefundReserve(refund);
        Self::between(kind, Account::Available, Account::Refund(refund), amount)
    }

    /// The reserved sum has reached the payer.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn refund_settle(
        refund: RefundId,
        connector: ConnectorName,
        amount: Money,
    ) -> Result<Self, LedgerRefused> {
        let kind = TransferKind::RefundSettle(refund);
        let acquirer = Account::Acquirer(connector);
        Self::between(kind, Account::Refund(refund), acquirer, amount)
    }

    /// The reserved sum goes back to the shop.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn refund_release(refund: RefundId, amount: Money) -> Result<Self, LedgerRefused> {
        let kind = TransferKind::RefundRelease(refund);
        Self::between(kind, Account::Refund(refund), Account::Available, amount)
    }

    /// A captured payment of a deal: the deal gets the seller's part, and also what the platform
    /// keeps if its fee comes at the closing.
    ///
    /// # Errors
    /// A fee above what the seller's part leaves of the amount, or overflow.
    pub fn capture_in_deal(
        payment: PaymentId,
        connector: ConnectorName,
        deal: &PaymentDeal,
        amount: Money,
        fee: Fee,
    ) -> Result<Self, LedgerRefused> {
        let net = amount.checked_sub(fee.total()?)?;
        let held = match deal.fee_moment {
            FeeMoment::PaymentSucceeded => deal.payout,
            FeeMoment::DealClosed => net,
        };
        let own = net.checked_sub(held)?;
        Self::of(
            TransferKind::Capture(payment),
            [
                (Account::Acquirer(connector), Side::Debit, amount),
                (Account::Deal(deal.id), Side::Credit, held),
                (Account::Available, Side::Credit, own),
                (Account::Fees, Side::Credit, fee.commission),
                (Account::FeesVat, Side::Credit, fee.vat),
            ],
        )
    }

    /// Sets aside the sum of a refund in a deal: out of the deal, and the rest out of the
    /// platform's own money.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn refund_reserve_in_deal(
        refund: RefundId,
        amount: Money,
        deal: &RefundDeal,
    ) -> Result<Self, LedgerRefused> {
        let from_deal = amount.checked_sub(deal.covered)?;
        Self::of(
            TransferKind::RefundReserve(refund),
            [
                (Account::Deal(deal.id), Side::Debit, from_deal),
                (Account::Available, Side::Debit, deal.covered),
                (Account::Refund(refund), Side::Credit, amount),
            ],
        )
    }

    /// The reserved sum goes back to where it came from.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn refund_release_in_deal(
        refund: RefundId,
        amount: Money,
        deal: &RefundDeal,
    ) -> Result<Self, LedgerRefused> {
        let to_deal = amount.checked_sub(deal.covered)?;
        Self::of(
            TransferKind::RefundRelease(refund),
            [
                (Account::Refund(refund), Side::Debit, amount),
                (Account::Deal(deal.id), Side::Credit, to_deal),
                (Account::Available, Side::Credit, deal.covered),
            ],
        )
    }

    fn of(
        kind: TransferKind,
        lines: impl IntoIterator<Item = (Account, Side, Money)>,
    ) -> Result<Self, LedgerRefused> {
        let entry = |(account, side, amount)| Entry {
            account,
            side,
            amount,
        };
        Self::new(kind, lines.into_iter().map(entry).collect())
    }

    /// What is left in a closed deal goes to the platform.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn deal_close(deal: DealId, amount: Money) -> Result<Self, LedgerRefused> {
        let kind = TransferKind::DealClose(deal);
        Self::between(kind, Account::Deal(deal), Account::Available, amount)
    }

    /// Money came to the platform's bank account for a payout gateway.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn top_up(id: TopUpId, amount: Money) -> Result<Self, LedgerRefused> {
        Self::between(
            TransferKind::TopUp(id),
            Account::Bank,
            Account::Available,
            amount,
        )
    }

    /// Sets the sum of a payout aside before the outside is asked: from what the gateway has, or
    /// from what is held for a deal.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn payout_reserve(
        payout: PayoutId,
        from: Account,
        amount: Money,
    ) -> Result<Self, LedgerRefused> {
        let kind = TransferKind::PayoutReserve(payout);
        Self::between(kind, from, Account::Payout(payout), amount)
    }

    /// The reserved sum has reached the receiver.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn payout_settle(payout: PayoutId, amount: Money) -> Result<Self, LedgerRefused> {
        let kind = TransferKind::PayoutSettle(payout);
        Self::between(kind, Account::Payout(payout), Account::Bank, amount)
    }

    /// The reserved sum goes back to where it came from.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn payout_release(
        payout: PayoutId,
        back_to: Account,
        amount: Money,
    ) -> Result<Self, LedgerRefused> {
        let kind = TransferKind::PayoutRelease(payout);
        Self::between(kind, Account::Payout(payout), back_to, amount)
    }

    fn between(
        kind: TransferKind,
        debit: Account,
        credit: Account,
        amount: Money,
    ) -> Result<Self, LedgerRefused> {
        Self::new(
            kind,
            vec![
                Entry {
                    account: debit,
                    side: Side::Debit,
                    amount,
                },
                Entry {
                    account: credit,
                    side: Side::Credit,
                    amount,
                },
            ],
        )
    }

    /// Why money moves.
    #[must_use]
    pub fn kind(&self) -> TransferKind {
        self.kind
    }

    /// Its lines.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The accounts that it touches, sorted: the order in which they are locked.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        let mut accounts: Vec<Account> = self.entries.iter().map(|e| e.account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    /// The postings that this transfer makes on accounts with these `balances`. Accounts that are
    /// not among them are opened.
    ///
    /// # Errors
    /// [`LedgerRefused::InsufficientFunds`] if an account would fall below its floor.
    pub fn post(
        &self,
        shop: &Shop,
        balances: &BTreeMap<Account, Balance>,
    ) -> Result<Vec<Posting>, LedgerRefused> {
        let mut current: BTreeMap<Account, Balance> = BTreeMap::new();
        let mut postings = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let account = entry.account;
            let before = current
                .get(&account)
                .or_else(|| balances.get(&account))
                .copied()
                .unwrap_or_else(|| account.open(shop, entry.amount.currency()));
            let amount = if account.side() == entry.side {
                before.amount.checked_add(entry.amount)?
            } else {
                before.amount.checked_sub(entry.amount)?
            };
            let sinks = amount.minor() < before.amount.minor();
            if sinks
                && before
                    .floor_minor
                    .is_some_and(|floor| amount.minor() < floor)
            {
                return Err(LedgerRefused::InsufficientFunds { account });
            }
            let version = before.version.saturating_add(1);
            let after = Balance {
                amount,
                version,
                ..before
            };
            current.insert(account, after);
            postings.push(Posting {
                entry: *entry,
                after,
            });
        }
        Ok(postings)
    }
}

/// The hash of a link: of the hash before it and of everything the transfer says.
#[must_use]
pub fn chain(
    previous: &Hash,
    shop: ShopId,
    id: TransferId,
    at: Timestamp,
    transfer: (TransferKind, &[Posting]),
) -> Hash {
    let (kind, postings) = transfer;
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(format!(
        "\n{shop}\n{id}\n{}\n{}\n{}\n",
        at.as_micros(),
        kind.code(),
        kind.object_id()
    ));
    for Posting { entry, after } in postings {
        hasher.update(format!(
            "{} {} {} {} {}\n",
            entry.account.name(),
            entry.side.code(),
            entry.amount,
            after.amount.minor(),
            after.version,
        ));
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests;

//! Transfers of split payments. Money that a platform owes a partner, or gets back from it, stands
//! on a clearing account in each of the two books; the two balances together are zero.

use std::collections::BTreeMap;

use super::{Account, Entry, LedgerRefused, Side, Transfer, TransferKind};
use crate::connector::ConnectorName;
use crate::id::{PaymentId, RefundId, ShopId};
use crate::money::Money;
use crate::payment::Source;
use crate::tariff::Fee;

fn entry(account: Account, side: Side, amount: Money) -> Entry {
    Entry {
        account,
        side,
        amount,
    }
}

impl Transfer {
    /// A captured payment that is split, in the platform's book: each partner gets its part, the
    /// platform what is left after the fee.
    ///
    /// # Errors
    /// Parts and fee above the amount, or overflow.
    pub fn capture_split(
        payment: PaymentId,
        connector: ConnectorName,
        amount: Money,
        fee: Fee,
        nets: &BTreeMap<ShopId, Money>,
    ) -> Result<Self, LedgerRefused> {
        let mut own = amount.checked_sub(fee.total()?)?;
        let mut entries = vec![entry(Account::Acquirer(connector), Side::Debit, amount)];
        for (shop, net) in nets {
            own = own.checked_sub(*net)?;
            entries.push(entry(Account::Clearing(*shop), Side::Credit, *net));
        }
        entries.push(entry(Account::Available, Side::Credit, own));
        entries.push(entry(Account::Fees, Side::Credit, fee.commission));
        entries.push(entry(Account::FeesVat, Side::Credit, fee.vat));
        Self::new(TransferKind::Capture(payment), entries)
    }

    /// The same in the book of the partner `shop`.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn split_capture(
        payment: PaymentId,
        shop: ShopId,
        platform: ShopId,
        net: Money,
    ) -> Result<Self, LedgerRefused> {
        let kind = TransferKind::SplitCapture(payment, shop);
        Self::between(kind, Account::Clearing(platform), Account::Available, net)
    }

    /// Sets the sum of a refund aside, in the platform's book: what the partners give and what the
    /// platform gives of what it kept.
    ///
    /// # Errors
    /// An amount that is not positive, or overflow.
    pub fn refund_reserve_split(
        refund: RefundId,
        amount: Money,
        sources: &[Source],
    ) -> Result<Self, LedgerRefused> {
        let mut entries = given(sources, Side::Debit)?;
        entries.push(entry(Account::Refund(refund), Side::Credit, amount));
        Self::new(TransferKind::RefundReserve(refund), entries)
    }

    /// The reserved sum goes back to those who gave it, in the platform's book.
    ///
    /// # Errors
    /// An amount that is not positive, or overflow.
    pub fn refund_release_split(
        refund: RefundId,
        amount: Money,
        sources: &[Source],
    ) -> Result<Self, LedgerRefused> {
        let mut entries = vec![entry(Account::Refund(refund), Side::Debit, amount)];
        entries.extend(given(sources, Side::Credit)?);
        Self::new(TransferKind::RefundRelease(refund), entries)
    }

    /// What the partner `shop` gives for a refund, in its own book; `None` if the platform gives
    /// all.
    ///
    /// # Errors
    /// Overflow.
    pub fn split_reserve(
        refund: RefundId,
        platform: ShopId,
        source: &Source,
    ) -> Result<Option<Self>, LedgerRefused> {
        let kind = TransferKind::SplitReserve(refund, source.shop_id);
        let given = by_partner(source)?;
        let transfer =
            || Self::between(kind, Account::Available, Account::Clearing(platform), given);
        given.is_positive().then(transfer).transpose()
    }

    /// What the partner `shop` gave comes back to it, in its own book; `None` if it gave nothing.
    ///
    /// # Errors
    /// Overflow.
    pub fn split_release(
        refund: RefundId,
        platform: ShopId,
        source: &Source,
    ) -> Result<Option<Self>, LedgerRefused> {
        let kind = TransferKind::SplitRelease(refund, source.shop_id);
        let given = by_partner(source)?;
        let transfer =
            || Self::between(kind, Account::Clearing(platform), Account::Available, given);
        given.is_positive().then(transfer).transpose()
    }
}

/// What a source gives, without the platform's part of it.
fn by_partner(source: &Source) -> Result<Money, LedgerRefused> {
    let zero = Money::zero(source.amount.currency());
    let fee = source.platform_fee.unwrap_or(zero);
    Ok(source.amount.checked_sub(fee)?)
}

/// The lines of the sources in the platform's book.
fn given(sources: &[Source], side: Side) -> Result<Vec<Entry>, LedgerRefused> {
    let mut entries = Vec::with_capacity(sources.len());
    for source in sources {
        let given = by_partner(source)?;
        entries.push(entry(Account::Clearing(source.shop_id), side, given));
        if let Some(fee) = source.platform_fee {
            entries.push(entry(Account::Available, side, fee));
        }
    }
    Ok(entries)
}

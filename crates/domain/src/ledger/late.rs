//! Money that left after its object was over, and what comes back of it.

use super::{Account, LedgerRefused, Side, Transfer, TransferKind};
use crate::connector::ConnectorName;
use crate::id::{DealId, PayoutId, RefundId};
use crate::money::Money;

impl Transfer {
    /// A refund whose reservation was released has reached the payer after all: the shop gives what
    /// it can spend, and owes the rest.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn refund_late(
        refund: RefundId,
        connector: ConnectorName,
        amount: Money,
        spendable: Money,
    ) -> Result<Self, LedgerRefused> {
        let owed = amount.checked_sub(spendable)?;
        Self::of(
            TransferKind::RefundLate(refund),
            [
                (Account::Available, Side::Debit, spendable),
                (Account::Claim, Side::Debit, owed),
                (Account::Acquirer(connector), Side::Credit, amount),
            ],
        )
    }

    /// A payout whose reservation was released has reached its receiver after all: its deal gives
    /// its share, the shop what it can spend, and the shop owes the rest.
    ///
    /// # Errors
    /// An amount that is not positive, or shares above it.
    pub fn payout_late(
        payout: PayoutId,
        amount: Money,
        from_deal: Option<(DealId, Money)>,
        spendable: Money,
    ) -> Result<Self, LedgerRefused> {
        let mut owed = amount.checked_sub(spendable)?;
        let mut lines = Vec::with_capacity(4);
        if let Some((deal, share)) = from_deal {
            owed = owed.checked_sub(share)?;
            lines.push((Account::Deal(deal), Side::Debit, share));
        }
        lines.extend([
            (Account::Available, Side::Debit, spendable),
            (Account::Claim, Side::Debit, owed),
            (Account::Bank, Side::Credit, amount),
        ]);
        Self::of(TransferKind::PayoutLate(payout), lines)
    }

    /// The money of a refund that was over has come back: what the shop still `owes` is settled
    /// first.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn refund_return(
        refund: RefundId,
        connector: ConnectorName,
        amount: Money,
        owes: Money,
    ) -> Result<Self, LedgerRefused> {
        let kind = TransferKind::RefundReturn(refund);
        Self::back_to_shop(kind, Account::Acquirer(connector), amount, owes)
    }

    /// A deal repays its platform for an advance to the seller: what the platform still `owes` is
    /// settled first.
    ///
    /// # Errors
    /// An amount that is not positive.
    pub fn deal_repay(
        kind: TransferKind,
        deal: DealId,
        amount: Money,
        owes: Money,
    ) -> Result<Self, LedgerRefused> {
        Self::back_to_shop(kind, Account::Deal(deal), amount, owes)
    }

    fn back_to_shop(
        kind: TransferKind,
        from: Account,
        amount: Money,
        owes: Money,
    ) -> Result<Self, LedgerRefused> {
        let settled = owes.at_most(amount)?;
        Self::of(
            kind,
            [
                (from, Side::Debit, amount),
                (Account::Claim, Side::Credit, settled),
                (
                    Account::Available,
                    Side::Credit,
                    amount.checked_sub(settled)?,
                ),
            ],
        )
    }
}

//! Rules that hold between the parts of a receipt, its register and the money.

use super::content::Content;
use crate::fiscal::Provider;
use crate::money::{Money, MoneyError};

/// Why a receipt cannot be registered, in order of precedence (YooKassa API v3: receipts).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptRefused {
    /// The shop's payments need a receipt.
    #[error("the receipt is missing")]
    Missing,
    /// The shop registers no receipts.
    #[error("the shop registers no receipts")]
    NotEnabled,
    /// In a safe deal receipts are made by requests of their own.
    #[error("in a deal receipts are made by requests of their own")]
    InDeal,
    /// The same holds for split payments.
    #[error("receipts of a split payment are made by requests of their own")]
    InSplit,
    /// The provider registers nothing of deals and of split payments.
    #[error("the provider registers no receipts of deals and split payments")]
    NotByProvider,
    /// Neither e-mail nor phone, or no e-mail where the provider sends only there.
    #[error("the buyer's {needed} is missing")]
    ContactMissing {
        /// The member that is needed.
        needed: &'static str,
    },
    /// More lines than the provider's registers take.
    #[error("more than {max} items")]
    TooManyItems {
        /// How many they take.
        max: usize,
    },
    /// A line is in another currency than the money.
    #[error("item {index} is in another currency")]
    CurrencyDiffers {
        /// The line, from zero.
        index: usize,
    },
    /// The provider needs to know what is counted.
    #[error("item {index} has no measure")]
    MeasureMissing {
        /// The line, from zero.
        index: usize,
    },
    /// The provider's registers do not know the old product code.
    #[error("item {index} has a product code of the old format")]
    ProductCodeNotTaken {
        /// The line, from zero.
        index: usize,
    },
    /// A line's sum, or all of them, cannot be computed.
    #[error("the items are too dear")]
    TooLarge,
    /// The lines do not add up to the money.
    #[error("the items add up to {items}, not {amount}")]
    SumDiffers {
        /// What they add up to.
        items: Money,
        /// What they should.
        amount: Money,
    },
    /// The parts of the money do not add up to the lines.
    #[error("the settlements add up to {settlements}, not {items}")]
    SettlementsDiffer {
        /// What they add up to.
        settlements: Money,
        /// What the lines do.
        items: Money,
    },
}

impl Content {
    /// Checks the parts against each other and against `amount`, the money that moves; `None` if
    /// the receipt's own sum counts. Returns what the lines add up to.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(
        &self,
        provider: Provider,
        currency: crate::money::Currency,
        amount: Option<Money>,
    ) -> Result<Money, ReceiptRefused> {
        self.check_contact(provider)?;
        let max = provider.items_max();
        if max < self.items.len() {
            return Err(ReceiptRefused::TooManyItems { max });
        }
        for (index, item) in self.items.iter().enumerate() {
            if item.price.currency() != currency {
                return Err(ReceiptRefused::CurrencyDiffers { index });
            }
            if provider.is_platforms_own() && item.measure.is_none() {
                return Err(ReceiptRefused::MeasureMissing { index });
            }
            if provider.is_platforms_own() && item.product_code.is_some() {
                return Err(ReceiptRefused::ProductCodeNotTaken { index });
            }
        }
        let too_large = |_error: MoneyError| ReceiptRefused::TooLarge;
        let items = self.total(currency).map_err(too_large)?;
        if let Some(amount) = amount.filter(|amount| *amount != items) {
            return Err(ReceiptRefused::SumDiffers { items, amount });
        }
        if !self.settlements.is_empty() {
            let mut settlements = Money::zero(currency);
            for part in &self.settlements {
                settlements = settlements.checked_add(part.amount).map_err(too_large)?;
            }
            if settlements != items {
                return Err(ReceiptRefused::SettlementsDiffer { settlements, items });
            }
        }
        Ok(items)
    }

    fn check_contact(&self, provider: Provider) -> Result<(), ReceiptRefused> {
        let customer = &self.customer;
        if provider.is_platforms_own() && customer.email.is_none() {
            return Err(ReceiptRefused::ContactMissing { needed: "email" });
        }
        if customer.email.is_none() && customer.phone.is_none() {
            return Err(ReceiptRefused::ContactMissing { needed: "customer" });
        }
        Ok(())
    }
}

//! What became known of the means of payment; nothing that could be used to pay.

use crate::card::CardFacts;
use crate::money::Money;

/// What became known of the means of payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MethodFacts {
    /// A card, typed in or behind SberPay, T-Pay or Alfa Pay.
    Card(CardFacts),
    /// A wallet.
    Wallet {
        /// Its number, 11 to 33 digits.
        account_number: String,
    },
    /// A transfer through SBP.
    Sbp {
        /// The payer's bank in SBP, 12 letters and digits.
        bank_id: String,
        /// The payer's bank's BIC, 9 digits.
        bic: String,
        /// The operation's number in SBP.
        sbp_operation_id: String,
    },
    /// A company's account.
    Company(Box<CompanyAccount>),
    /// A loan.
    Loan {
        /// The plan: `loan`, or `installments_` and the number of months.
        option: String,
        /// What instalments cost the shop, for information.
        discount: Option<Money>,
    },
    /// Certificates, and the card behind them.
    Certificates {
        /// The card.
        card: CardFacts,
        /// The goods that they pay for.
        articles: Vec<ApprovedArticle>,
    },
}

/// The account of a company that paid (YooKassa API v3: SberBank Business Online).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyAccount {
    /// The company's full name.
    pub full_name: String,
    /// Its short name.
    pub short_name: String,
    /// Its address.
    pub address: String,
    /// Its taxpayer number, 10 or 12 digits.
    pub inn: String,
    /// Its code as a taxpayer, 9 digits; entrepreneurs have none.
    pub kpp: Option<String>,
    /// Its bank.
    pub bank_name: String,
    /// The bank's branch.
    pub bank_branch: String,
    /// The bank's BIC, 9 digits.
    pub bank_bik: String,
    /// The account, 20 digits.
    pub account: String,
}

/// An article of the basket that certificates pay for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovedArticle {
    /// Its place in the basket, 1 to 999.
    pub number: u16,
    /// Its code in the catalogue of the state, 30 characters.
    pub tru_code: String,
    /// The shop's own code for it.
    pub code: Option<String>,
    /// What pays for it.
    pub certificates: Vec<Certificate>,
}

/// The part of a certificate that pays for an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its number, 20 to 30 characters.
    pub id: String,
    /// The number of units that it pays for.
    pub quantity: i64,
    /// The most that it could pay.
    pub available: Money,
    /// What it pays.
    pub applied: Money,
}

impl ApprovedArticle {
    /// How many units were paid for.
    #[must_use]
    pub fn quantity(&self) -> i64 {
        let quantities = self.certificates.iter().map(|one| one.quantity);
        quantities.fold(0, i64::saturating_add)
    }
}

impl MethodFacts {
    /// A short name of the means for people, `Bank card *4444`; `None` for those without one.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        match self {
            Self::Card(card) | Self::Certificates { card, .. } => {
                Some(format!("Bank card *{}", card.last4))
            }
            Self::Wallet { account_number } => Some(format!("YooMoney wallet {account_number}")),
            Self::Sbp { bank_id, .. } => Some(format!("SBP {bank_id}")),
            Self::Company(_) | Self::Loan { .. } => None,
        }
    }
}

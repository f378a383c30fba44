//! What is shown of a company that pays (YooKassa API v3: SberBank Business Online).

use domain::method::{CompanyAccount, VatData};
use serde::Serialize;

use crate::amount::Amount;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum VatBody {
    Calculated { rate: &'static str, amount: Amount },
    Mixed { amount: Amount },
    Untaxed,
}

impl VatBody {
    pub(super) fn new(vat: VatData) -> Self {
        match vat {
            VatData::Calculated { rate, amount } => Self::Calculated {
                rate: rate.code(),
                amount: Amount(amount),
            },
            VatData::Mixed { amount } => Self::Mixed {
                amount: Amount(amount),
            },
            VatData::Untaxed => Self::Untaxed,
        }
    }
}

#[derive(Serialize)]
pub(super) struct CompanyBody<'a> {
    full_name: &'a str,
    short_name: &'a str,
    address: &'a str,
    inn: &'a str,
    bank_name: &'a str,
    bank_branch: &'a str,
    bank_bik: &'a str,
    account: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kpp: Option<&'a str>,
}

impl<'a> CompanyBody<'a> {
    pub(super) fn new(account: &'a CompanyAccount) -> Self {
        Self {
            full_name: &account.full_name,
            short_name: &account.short_name,
            address: &account.address,
            inn: &account.inn,
            bank_name: &account.bank_name,
            bank_branch: &account.bank_branch,
            bank_bik: &account.bank_bik,
            account: &account.account,
            kpp: account.kpp.as_deref(),
        }
    }
}

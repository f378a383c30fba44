//! What is known of companies, loans and certificates that paid, as JSON.

use domain::Money;
use domain::method::{ApprovedArticle, Certificate, CompanyAccount};
use serde::{Deserialize, Serialize};

use super::details::{MoneyJson, money, money_json};

#[derive(Serialize, Deserialize)]
pub(super) struct CompanyJson {
    full_name: String,
    short_name: String,
    address: String,
    inn: String,
    kpp: Option<String>,
    bank_name: String,
    bank_branch: String,
    bank_bik: String,
    account: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ApprovedJson {
    number: u16,
    tru_code: String,
    code: Option<String>,
    certificates: Vec<CertificateJson>,
}

#[derive(Serialize, Deserialize)]
struct CertificateJson {
    id: String,
    quantity: i64,
    available: MoneyJson,
    applied: MoneyJson,
}

impl From<CompanyAccount> for CompanyJson {
    fn from(account: CompanyAccount) -> Self {
        Self {
            full_name: account.full_name,
            short_name: account.short_name,
            address: account.address,
            inn: account.inn,
            kpp: account.kpp,
            bank_name: account.bank_name,
            bank_branch: account.bank_branch,
            bank_bik: account.bank_bik,
            account: account.account,
        }
    }
}

impl From<CompanyJson> for CompanyAccount {
    fn from(json: CompanyJson) -> Self {
        Self {
            full_name: json.full_name,
            short_name: json.short_name,
            address: json.address,
            inn: json.inn,
            kpp: json.kpp,
            bank_name: json.bank_name,
            bank_branch: json.bank_branch,
            bank_bik: json.bank_bik,
            account: json.account,
        }
    }
}

pub(super) fn discount_json(discount: Option<Money>) -> Option<MoneyJson> {
    discount.map(money_json)
}

pub(super) fn approved_json(articles: Vec<ApprovedArticle>) -> Vec<ApprovedJson> {
    let certificate = |certificate: Certificate| CertificateJson {
        id: certificate.id,
        quantity: certificate.quantity,
        available: money_json(certificate.available),
        applied: money_json(certificate.applied),
    };
    let article = |article: ApprovedArticle| ApprovedJson {
        number: article.number,
        tru_code: article.tru_code,
        code: article.code,
        certificates: article.certificates.into_iter().map(certificate).collect(),
    };
    articles.into_iter().map(article).collect()
}

pub(super) fn read_approved(articles: Vec<ApprovedJson>) -> Option<Vec<ApprovedArticle>> {
    let certificate = |json: CertificateJson| {
        Some(Certificate {
            id: json.id,
            quantity: json.quantity,
            available: money(json.available)?,
            applied: money(json.applied)?,
        })
    };
    let article = |json: ApprovedJson| {
        let certificates: Option<Vec<Certificate>> =
            json.certificates.into_iter().map(certificate).collect();
        Some(ApprovedArticle {
            number: json.number,
            tru_code: json.tru_code,
            code: json.code,
            certificates: certificates?,
        })
    };
    articles.into_iter().map(article).collect()
}

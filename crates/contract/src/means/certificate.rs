//! What is shown of certificates that pay (YooKassa API v3: electronic certificates).

use domain::method::{ApprovedArticle, Basket, Certificate};
use serde::Serialize;

use crate::amount::Amount;

#[derive(Serialize)]
pub(super) struct BasketBody<'a> {
    amount: Amount,
    basket_id: &'a str,
}

impl<'a> BasketBody<'a> {
    pub(super) fn new(basket: &'a Basket) -> Self {
        Self {
            amount: Amount(basket.amount),
            basket_id: &basket.id,
        }
    }
}

#[derive(Serialize)]
pub(super) struct ArticleBody<'a> {
    article_number: u16,
    tru_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    article_code: Option<&'a str>,
    certificates: Vec<CertificateBody<'a>>,
}

#[derive(Serialize)]
struct CertificateBody<'a> {
    certificate_id: &'a str,
    tru_quantity: i64,
    available_compensation: Amount,
    applied_compensation: Amount,
}

impl<'a> ArticleBody<'a> {
    pub(super) fn new(article: &'a ApprovedArticle) -> Self {
        let body = |certificate: &'a Certificate| CertificateBody {
            certificate_id: &certificate.id,
            tru_quantity: certificate.quantity,
            available_compensation: Amount(certificate.available),
            applied_compensation: Amount(certificate.applied),
        };
        Self {
            article_number: article.number,
            tru_code: &article.tru_code,
            article_code: article.code.as_deref(),
            certificates: article.certificates.iter().map(body).collect(),
        }
    }
}

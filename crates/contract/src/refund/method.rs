//! How money goes back by other ways than a card: to certificates, both ways, and through SBP.

pub(super) mod schema;

use domain::Money;
use domain::refund::{CertificateRefund, ReturnedArticle};
use serde::Serialize;

use crate::amount::Amount;
use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::payment::{article_number, basket, quantity, tru_code};

const CERTIFICATE: &str = "electronic_certificate";
const SBP: &str = "sbp";

/// Reads `refund_method_data` of a refund of `total`.
pub(super) fn read(
    fields: &Fields<'_>,
    total: Money,
) -> Result<Option<CertificateRefund>, InvalidRequest> {
    let Some(data) = fields.object("refund_method_data")? else {
        return Ok(None);
    };
    if data.required_text("type")? != CERTIFICATE {
        return Err(data.illegal("type"));
    }
    let certificate = data.object(CERTIFICATE)?;
    let articles = data.objects("articles")?;
    match (certificate, articles) {
        (Some(fields), None) => Ok(Some(CertificateRefund::Basket(basket(&fields, total)?))),
        (None, Some(articles)) => {
            let articles: Result<Vec<ReturnedArticle>, _> = articles.iter().map(article).collect();
            Ok(Some(CertificateRefund::Articles(articles?)))
        }
        (Some(_), Some(_)) | (None, None) => Err(data.illegal("articles")),
    }
}

fn article(fields: &Fields<'_>) -> Result<ReturnedArticle, InvalidRequest> {
    Ok(ReturnedArticle {
        number: article_number(fields, "article_number")?,
        payment_number: article_number(fields, "payment_article_number")?,
        tru_code: tru_code(fields)?,
        quantity: quantity(fields)?,
    })
}

/// `refund_method`.
#[derive(Serialize)]
pub(super) struct RefundMethodBody<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sbp_operation_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    electronic_certificate: Option<BasketBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    articles: Option<Vec<ArticleBody<'a>>>,
}

#[derive(Serialize)]
struct BasketBody<'a> {
    basket_id: &'a str,
    amount: Amount,
}

#[derive(Serialize)]
struct ArticleBody<'a> {
    article_number: u16,
    payment_article_number: u16,
    tru_code: &'a str,
    quantity: i64,
}

impl<'a> RefundMethodBody<'a> {
    pub(super) fn sbp(operation_id: &'a str) -> Self {
        Self {
            r#type: SBP,
            sbp_operation_id: Some(operation_id),
            electronic_certificate: None,
            articles: None,
        }
    }

    pub(super) fn certificate(certificate: &'a CertificateRefund) -> Self {
        let (electronic_certificate, articles) = match certificate {
            CertificateRefund::Basket(basket) => {
                let body = BasketBody {
                    basket_id: &basket.id,
                    amount: Amount(basket.amount),
                };
                (Some(body), None)
            }
            CertificateRefund::Articles(articles) => {
                let body = |article: &'a ReturnedArticle| ArticleBody {
                    article_number: article.number,
                    payment_article_number: article.payment_number,
                    tru_code: &article.tru_code,
                    quantity: article.quantity,
                };
                (None, Some(articles.iter().map(body).collect()))
            }
        };
        Self {
            r#type: CERTIFICATE,
            sbp_operation_id: None,
            electronic_certificate,
            articles,
        }
    }
}

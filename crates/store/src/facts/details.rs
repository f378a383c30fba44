//! The seldom parts of a payment, and what certificates give back, as JSON.

use domain::method::{Article, Basket, MethodRequest, VatData, VatRate};
use domain::payment::{Details, Extras};
use domain::refund::{CertificateRefund, ReturnedArticle};
use domain::{Currency, Money};
use serde::{Deserialize, Serialize};
use sql::StoreError;

use super::{read, write};

/// An amount: minor units and the currency's code.
pub(super) type MoneyJson = (i64, String);

pub(super) fn money_json(money: Money) -> MoneyJson {
    (money.minor(), money.currency().code().to_owned())
}

pub(super) fn money((minor, code): MoneyJson) -> Option<Money> {
    Some(Money::new(minor, Currency::from_code(&code)?))
}

#[derive(Serialize, Deserialize)]
struct DetailsJson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    airline: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payment_order: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    receiver: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    statements: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fraud_data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<RequestJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pos_link: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invoice: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum RequestJson {
    Company { purpose: String, vat: VatJson },
    Basket { amount: MoneyJson, id: String },
    Articles { articles: Vec<ArticleJson> },
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum VatJson {
    Calculated { rate: String, amount: MoneyJson },
    Mixed { amount: MoneyJson },
    Untaxed,
}

#[derive(Serialize, Deserialize)]
struct ArticleJson {
    number: u16,
    tru_code: String,
    code: Option<String>,
    name: String,
    quantity: i64,
    price: MoneyJson,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum CertificateJson {
    Basket { amount: MoneyJson, id: String },
    Articles { articles: Vec<ReturnedJson> },
}

#[derive(Serialize, Deserialize)]
struct ReturnedJson {
    number: u16,
    payment_number: u16,
    tru_code: String,
    quantity: i64,
}

pub(crate) fn write_details(details: Option<&Details>) -> Result<Option<String>, StoreError> {
    let Some(details) = details else {
        return Ok(None);
    };
    let extras = details.extras.clone();
    let json = DetailsJson {
        airline: extras.airline,
        payment_order: extras.payment_order,
        receiver: extras.receiver,
        statements: extras.statements,
        fraud_data: extras.fraud_data,
        request: details.request.clone().map(request_json),
        pos_link: details.pos_link.map(|id| id.to_string()),
        invoice: details.invoice.map(|id| id.to_string()),
    };
    write(&json).map(Some)
}

pub(crate) fn read_details(json: &str) -> Option<Box<Details>> {
    let json: DetailsJson = read(json)?;
    let request = match json.request {
        None => None,
        Some(request) => Some(read_request(request)?),
    };
    let pos_link = match json.pos_link {
        None => None,
        Some(id) => Some(id.parse().ok()?),
    };
    let invoice = match json.invoice {
        None => None,
        Some(id) => Some(id.parse().ok()?),
    };
    Some(Box::new(Details {
        extras: Extras {
            airline: json.airline,
            payment_order: json.payment_order,
            receiver: json.receiver,
            statements: json.statements,
            fraud_data: json.fraud_data,
        },
        request,
        pos_link,
        invoice,
    }))
}

fn request_json(request: MethodRequest) -> RequestJson {
    match request {
        MethodRequest::Company { purpose, vat } => RequestJson::Company {
            purpose,
            vat: match vat {
                VatData::Calculated { rate, amount } => VatJson::Calculated {
                    rate: rate.code().to_owned(),
                    amount: money_json(amount),
                },
                VatData::Mixed { amount } => VatJson::Mixed {
                    amount: money_json(amount),
                },
                VatData::Untaxed => VatJson::Untaxed,
            },
        },
        MethodRequest::Basket(basket) => RequestJson::Basket {
            amount: money_json(basket.amount),
            id: basket.id,
        },
        MethodRequest::Articles(articles) => RequestJson::Articles {
            articles: articles.into_iter().map(article_json).collect(),
        },
    }
}

fn article_json(article: Article) -> ArticleJson {
    ArticleJson {
        number: article.number,
        tru_code: article.tru_code,
        code: article.code,
        name: article.name,
        quantity: article.quantity,
        price: money_json(article.price),
    }
}

fn read_request(json: RequestJson) -> Option<MethodRequest> {
    Some(match json {
        RequestJson::Company { purpose, vat } => MethodRequest::Company {
            purpose,
            vat: match vat {
                VatJson::Calculated { rate, amount } => VatData::Calculated {
                    rate: VatRate::from_code(&rate)?,
                    amount: money(amount)?,
                },
                VatJson::Mixed { amount } => VatData::Mixed {
                    amount: money(amount)?,
                },
                VatJson::Untaxed => VatData::Untaxed,
            },
        },
        RequestJson::Basket { amount, id } => MethodRequest::Basket(Basket {
            amount: money(amount)?,
            id,
        }),
        RequestJson::Articles { articles } => {
            let read = |json: ArticleJson| {
                Some(Article {
                    number: json.number,
                    tru_code: json.tru_code,
                    code: json.code,
                    name: json.name,
                    quantity: json.quantity,
                    price: money(json.price)?,
                })
            };
            let articles: Option<Vec<Article>> = articles.into_iter().map(read).collect();
            MethodRequest::Articles(articles?)
        }
    })
}

pub(crate) fn write_certificate(
    certificate: Option<&CertificateRefund>,
) -> Result<Option<String>, StoreError> {
    let Some(certificate) = certificate else {
        return Ok(None);
    };
    let json = match certificate.clone() {
        CertificateRefund::Basket(basket) => CertificateJson::Basket {
            amount: money_json(basket.amount),
            id: basket.id,
        },
        CertificateRefund::Articles(articles) => {
            let json = |article: ReturnedArticle| ReturnedJson {
                number: article.number,
                payment_number: article.payment_number,
                tru_code: article.tru_code,
                quantity: article.quantity,
            };
            CertificateJson::Articles {
                articles: articles.into_iter().map(json).collect(),
            }
        }
    };
    write(&json).map(Some)
}

pub(crate) fn read_certificate(json: &str) -> Option<CertificateRefund> {
    Some(match read(json)? {
        CertificateJson::Basket { amount, id } => CertificateRefund::Basket(Basket {
            amount: money(amount)?,
            id,
        }),
        CertificateJson::Articles { articles } => {
            let article = |json: ReturnedJson| ReturnedArticle {
                number: json.number,
                payment_number: json.payment_number,
                tru_code: json.tru_code,
                quantity: json.quantity,
            };
            CertificateRefund::Articles(articles.into_iter().map(article).collect())
        }
    })
}

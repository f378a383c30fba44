//! The seldom parts: split payments, companies, certificates, what is passed on to others.

use domain::card::CardFacts;
use domain::method::{
    ApprovedArticle, Article, Basket, Certificate, CompanyAccount, MethodRequest, VatData, VatRate,
};
use domain::payment::{Details, Extras, Part, Source, Split};
use domain::refund::{CertificateRefund, ReturnedArticle};
use domain::{InvoiceId, MethodFacts, PosLinkId, Shop};

use super::{metadata, rub, seed};

const TRU_CODE: &str = "329921120.06001010020000000101";

pub(super) fn company() -> CompanyAccount {
    CompanyAccount {
        full_name: "Общество «Ромашка»".to_owned(),
        short_name: "Ромашка".to_owned(),
        address: "г. Москва".to_owned(),
        inn: "7707083893".to_owned(),
        kpp: None,
        bank_name: "Bank".to_owned(),
        bank_branch: "Branch".to_owned(),
        bank_bik: "044525225".to_owned(),
        account: "4".repeat(20),
    }
}

pub(super) fn certificates(card: CardFacts) -> MethodFacts {
    MethodFacts::Certificates {
        card,
        articles: vec![ApprovedArticle {
            number: 1,
            tru_code: TRU_CODE.to_owned(),
            code: Some("a-1".to_owned()),
            certificates: vec![Certificate {
                id: "1".repeat(20),
                quantity: 2,
                available: rub(500),
                applied: rub(400),
            }],
        }],
    }
}

/// Details of each kind, by the number of the payment.
pub(super) fn details(number: u64) -> Option<Box<Details>> {
    let request = match number % 5 {
        0 => return None,
        1 => None,
        2 => Some(MethodRequest::Company {
            purpose: "За товар".to_owned(),
            vat: VatData::Calculated {
                rate: VatRate::TwentyTwo,
                amount: rub(100),
            },
        }),
        3 => Some(MethodRequest::Basket(Basket {
            amount: rub(100),
            id: "1".repeat(24),
        })),
        _ => Some(MethodRequest::Articles(vec![Article {
            number: 1,
            tru_code: TRU_CODE.to_owned(),
            code: None,
            name: "Кресло".to_owned(),
            quantity: 2,
            price: rub(200),
        }])),
    };
    Some(Box::new(Details {
        extras: Extras {
            airline: Some(r#"{"ticket_number":"1"}"#.to_owned()),
            statements: Some("[]".to_owned()),
            ..Extras::default()
        },
        request,
        pos_link: Some(PosLinkId::new(seed(number))),
        invoice: Some(InvoiceId::new(seed(number))),
    }))
}

pub(super) fn split(shop: &Shop) -> Split {
    let part = |platform_fee| Part {
        shop_id: shop.id,
        amount: rub(30_000),
        platform_fee,
        description: Some("Заказ 72".to_owned()),
        metadata: metadata(),
        returned: rub(100),
        fee_returned: rub(10),
    };
    Split {
        parts: vec![part(Some(rub(1_000))), part(None)],
        capturing: Some(vec![part(None)]),
    }
}

pub(super) fn sources(shop: &Shop) -> Vec<Source> {
    vec![Source {
        shop_id: shop.id,
        amount: rub(10_000),
        platform_fee: Some(rub(100)),
    }]
}

pub(super) fn certificate(number: u64) -> Option<CertificateRefund> {
    match number % 3 {
        0 => None,
        1 => Some(CertificateRefund::Basket(Basket {
            amount: rub(100),
            id: "1".repeat(24),
        })),
        _ => Some(CertificateRefund::Articles(vec![ReturnedArticle {
            number: 1,
            payment_number: 2,
            tru_code: TRU_CODE.to_owned(),
            quantity: 3,
        }])),
    }
}

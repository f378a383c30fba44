//! What a refund gives back to certificates (YooKassa API v3: refunds by electronic certificate).

use super::{Refund, Status};
use crate::acquiring::CancellationReason;
use crate::method::{Basket, MethodFacts, MethodKind, MethodRequest};
use crate::payment::{Payment, RefundRefused};

/// What is given back to certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateRefund {
    /// What the state's system has approved, of a payment on the shop's own form.
    Basket(Basket),
    /// Articles of a payment on the platform's page.
    Articles(Vec<ReturnedArticle>),
}

/// An article that comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedArticle {
    /// Its place in this refund, 1 to 999.
    pub number: u16,
    /// Its place in the basket that was paid for.
    pub payment_number: u16,
    /// Its code in the catalogue of the state.
    pub tru_code: String,
    /// How many units.
    pub quantity: i64,
}

impl CertificateRefund {
    /// Checks that it is given where it has to be, and only there.
    pub(super) fn check(payment: &Payment, given: Option<&Self>) -> Result<(), RefundRefused> {
        let by_certificate = payment
            .method
            .as_ref()
            .is_some_and(|method| method.kind == MethodKind::ElectronicCertificate);
        if by_certificate == given.is_some() {
            Ok(())
        } else {
            Err(RefundRefused::CertificatesMismatch)
        }
    }

    /// Why the state's system does not take it back; `earlier` are the payment's refunds until now.
    #[must_use]
    pub fn refusal(&self, payment: &Payment, earlier: &[Refund]) -> Option<CancellationReason> {
        let method = payment.method.as_ref();
        let request = payment.details.as_ref().and_then(|d| d.request.as_ref());
        match self {
            Self::Basket(_) => match request {
                Some(MethodRequest::Basket(_)) => None,
                Some(MethodRequest::Articles(_) | MethodRequest::Company { .. }) | None => {
                    Some(CancellationReason::PaymentBasketIdNotFound)
                }
            },
            Self::Articles(articles) => {
                let approved = match method.and_then(|method| method.facts.as_ref()) {
                    Some(MethodFacts::Certificates { articles, .. }) => articles.as_slice(),
                    Some(_) | None => &[],
                };
                articles.iter().enumerate().find_map(|(index, article)| {
                    let known = approved.iter().find(|a| a.number == article.payment_number);
                    let Some(known) = known else {
                        return Some(CancellationReason::PaymentArticleNumberNotFound);
                    };
                    if known.tru_code != article.tru_code {
                        return Some(CancellationReason::PaymentTruCodeNotFound);
                    }
                    let number = article.payment_number;
                    let so_far = articles.get(..=index).unwrap_or_default();
                    let asked = units(so_far, number);
                    if asked > known.quantity() {
                        return Some(CancellationReason::TooManyRefundingArticles);
                    }
                    let before = earlier.iter().map(|refund| refund.units(number));
                    let before = before.fold(0, i64::saturating_add);
                    (asked > known.quantity().saturating_sub(before))
                        .then_some(CancellationReason::SomeArticlesAlreadyRefunded)
                })
            }
        }
    }
}

fn units(articles: &[ReturnedArticle], payment_number: u16) -> i64 {
    let same = articles
        .iter()
        .filter(|article| article.payment_number == payment_number);
    same.map(|article| article.quantity)
        .fold(0, i64::saturating_add)
}

impl Refund {
    /// How many units of an article it gives back, or has given back.
    fn units(&self, payment_number: u16) -> i64 {
        match &self.certificate {
            Some(CertificateRefund::Articles(articles)) if self.status() != Status::Canceled => {
                units(articles, payment_number)
            }
            Some(CertificateRefund::Articles(_) | CertificateRefund::Basket(_)) | None => 0,
        }
    }
}

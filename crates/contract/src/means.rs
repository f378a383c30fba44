//! The means of a payment as answers show it: `payment_method` and its parts.

use domain::acquiring::Decline;
use domain::method::MethodRequest;
use domain::{MethodFacts, MethodKind, PaymentMethodId, Timestamp};
use serde::Serialize;

mod certificate;
mod company;

use self::certificate::{ArticleBody, BasketBody};
use self::company::{CompanyBody, VatBody};
use crate::amount::Amount;
use crate::card::CardBody;
use crate::moment::Moment;
use crate::wire::Shown;

/// What `payment_method` and a saved method begin with.
#[derive(Serialize)]
pub(crate) struct MeansHead {
    pub(crate) r#type: &'static str,
    pub(crate) id: Shown<PaymentMethodId>,
    pub(crate) saved: bool,
    pub(crate) status: &'static str,
}

/// What is known of the means.
#[derive(Serialize)]
pub(crate) struct MeansTail<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<CardBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_purpose: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_data: Option<VatBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_bank_details: Option<PayerBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sbp_operation_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    loan_option: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suspended_until: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    electronic_certificate: Option<BasketBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    articles: Option<Vec<ArticleBody<'a>>>,
}

/// The payer's bank, or a company's account.
#[derive(Serialize)]
#[serde(untagged)]
enum PayerBody<'a> {
    Bank(BankBody<'a>),
    Company(CompanyBody<'a>),
}

#[derive(Serialize)]
struct BankBody<'a> {
    bank_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bic: Option<&'a str>,
}

impl<'a> MeansTail<'a> {
    /// The means of a payment.
    pub(crate) fn of_payment(
        kind: MethodKind,
        facts: Option<&'a MethodFacts>,
        phone: Option<&'a str>,
    ) -> Self {
        // Only SberPay's answers have the phone.
        let phone = phone.filter(|_| kind == MethodKind::Sberbank);
        Self {
            phone,
            ..Self::of_facts(kind, facts)
        }
    }

    /// The means that is bound without a payment; for SBP only the bank.
    pub(crate) fn of_binding(kind: MethodKind, facts: Option<&'a MethodFacts>) -> Self {
        let mut tail = Self::of_facts(kind, facts);
        tail.sbp_operation_id = None;
        if let Some(PayerBody::Bank(bank)) = &mut tail.payer_bank_details {
            bank.bic = None;
        }
        tail
    }

    fn of_facts(kind: MethodKind, facts: Option<&'a MethodFacts>) -> Self {
        let mut tail = Self {
            title: facts.and_then(MethodFacts::title),
            card: None,
            account_number: None,
            phone: None,
            payment_purpose: None,
            vat_data: None,
            payer_bank_details: None,
            sbp_operation_id: None,
            loan_option: None,
            discount_amount: None,
            suspended_until: None,
            electronic_certificate: None,
            articles: None,
        };
        match facts {
            None => {}
            Some(MethodFacts::Card(card)) => tail.card = Some(CardBody::new(card, kind)),
            Some(MethodFacts::Wallet { account_number }) => {
                tail.account_number = Some(account_number);
            }
            Some(MethodFacts::Sbp {
                bank_id,
                bic,
                sbp_operation_id,
            }) => {
                let bic = Some(bic.as_str());
                tail.payer_bank_details = Some(PayerBody::Bank(BankBody { bank_id, bic }));
                tail.sbp_operation_id = Some(sbp_operation_id);
            }
            Some(MethodFacts::Company(account)) => {
                let body = CompanyBody::new(account);
                tail.payer_bank_details = Some(PayerBody::Company(body));
            }
            Some(MethodFacts::Loan { option, discount }) => {
                tail.loan_option = Some(option);
                tail.discount_amount = discount.map(Amount);
            }
            Some(MethodFacts::Certificates { card, articles }) => {
                tail.card = Some(CardBody::new(card, kind));
                tail.articles = Some(articles.iter().map(ArticleBody::new).collect());
            }
        }
        tail
    }

    /// The same with the end of a loan's cooling-off period that is running.
    pub(crate) fn suspended(mut self, until: Option<Timestamp>) -> Self {
        self.suspended_until = until.map(Moment);
        self
    }

    /// The same with what the merchant said of the method.
    pub(crate) fn with(mut self, request: Option<&'a MethodRequest>) -> Self {
        match request {
            Some(MethodRequest::Company { purpose, vat }) => {
                self.payment_purpose = Some(purpose);
                self.vat_data = Some(VatBody::new(*vat));
            }
            Some(MethodRequest::Basket(basket)) => {
                self.electronic_certificate = Some(BasketBody::new(basket));
            }
            // Articles are shown once they are approved.
            Some(MethodRequest::Articles(_)) | None => {}
        }
        self
    }
}

/// `cancellation_details`.
#[derive(Serialize)]
pub(crate) struct CancellationBody {
    party: &'static str,
    reason: &'static str,
}

impl CancellationBody {
    pub(crate) fn new(cause: Decline) -> Self {
        Self {
            party: cause.party.code(),
            reason: cause.reason.code(),
        }
    }
}

pub(crate) mod schema;

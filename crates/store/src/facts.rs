//! What is kept as JSON: facts that are shown or passed on and that no statement looks into.
//!
//! These shapes are the store's own. Fields may be added as optional ones, never renamed.

mod cart;
mod details;
mod method;
mod split;

pub(crate) use cart::{read_cart, write_cart};
pub(crate) use details::{read_certificate, read_details, write_certificate, write_details};
pub(crate) use split::{read_sources, read_split, write_sources, write_split};

use domain::acquiring::ThreeDSecure;
use domain::card::{CardBrand, CardFacts, Expiry};
use domain::deal::FeeMoment;
use domain::payment::{Authorization, Confirmation, Locale, PaymentDeal};
use domain::refund::RefundDeal;
use domain::{Challenge, ConfirmationKind, Currency, Metadata, MethodFacts, Money, Timestamp};
use serde::{Deserialize, Serialize};
use sql::StoreError;

use self::details::{MoneyJson, money};
use self::method::{ApprovedJson, CompanyJson};

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum FactsJson {
    Card {
        first6: String,
        last4: String,
        year: u16,
        month: u8,
        brand: String,
        issuer_country: Option<String>,
        issuer_name: Option<String>,
    },
    Wallet {
        account_number: String,
    },
    Sbp {
        bank_id: String,
        bic: String,
        sbp_operation_id: String,
    },
    Company {
        account: Box<CompanyJson>,
    },
    Loan {
        option: String,
        discount: Option<MoneyJson>,
    },
    Certificates {
        first6: String,
        last4: String,
        year: u16,
        month: u8,
        brand: String,
        issuer_country: Option<String>,
        issuer_name: Option<String>,
        articles: Vec<ApprovedJson>,
    },
}

#[derive(Serialize, Deserialize)]
struct ConfirmationJson {
    kind: String,
    return_url: Option<String>,
    enforce: bool,
    locale: Option<LocaleJson>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LocaleJson {
    Russian,
    English,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ChallengeJson {
    Redirect {
        url: String,
    },
    Qr {
        data: String,
        url: String,
    },
    External {
        code: Option<String>,
        url: Option<String>,
    },
    CoolingOff {
        until: i64,
    },
}

#[derive(Serialize, Deserialize)]
struct AuthorizationJson {
    rrn: Option<String>,
    auth_code: Option<String>,
    three_d_secure: Option<ThreeDSecureJson>,
}

#[derive(Serialize, Deserialize)]
struct ThreeDSecureJson {
    applied: bool,
    method_completed: bool,
    challenge_completed: bool,
}

fn write(value: &(impl Serialize + ?Sized)) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::engine("write JSON", error))
}

fn read<'de, T: Deserialize<'de>>(json: &'de str) -> Option<T> {
    serde_json::from_str(json).ok()
}

/// A list of pairs, because PostgreSQL does not keep the order of an object's keys. Nothing is kept
/// of metadata without pairs.
pub(crate) fn write_metadata(metadata: &Metadata) -> Result<Option<String>, StoreError> {
    if metadata.is_empty() {
        return Ok(None);
    }
    write(metadata.pairs()).map(Some)
}

pub(crate) fn read_metadata(json: &str) -> Option<Metadata> {
    Metadata::new(read::<Vec<(String, String)>>(json)?).ok()
}

pub(crate) fn write_method(facts: Option<&MethodFacts>) -> Result<Option<String>, StoreError> {
    let Some(facts) = facts else { return Ok(None) };
    let json = match facts.clone() {
        MethodFacts::Card(card) => FactsJson::Card {
            first6: card.first6,
            last4: card.last4,
            year: card.expiry.year(),
            month: card.expiry.month(),
            brand: card.brand.code().to_owned(),
            issuer_country: card.issuer_country,
            issuer_name: card.issuer_name,
        },
        MethodFacts::Wallet { account_number } => FactsJson::Wallet { account_number },
        MethodFacts::Sbp {
            bank_id,
            bic,
            sbp_operation_id,
        } => FactsJson::Sbp {
            bank_id,
            bic,
            sbp_operation_id,
        },
        MethodFacts::Company(account) => FactsJson::Company {
            account: Box::new(CompanyJson::from(*account)),
        },
        MethodFacts::Loan { option, discount } => FactsJson::Loan {
            option,
            discount: method::discount_json(discount),
        },
        MethodFacts::Certificates { card, articles } => FactsJson::Certificates {
            first6: card.first6,
            last4: card.last4,
            year: card.expiry.year(),
            month: card.expiry.month(),
            brand: card.brand.code().to_owned(),
            issuer_country: card.issuer_country,
            issuer_name: card.issuer_name,
            articles: method::approved_json(articles),
        },
    };
    write(&json).map(Some)
}

pub(crate) fn read_method(json: &str) -> Option<MethodFacts> {
    Some(match read(json)? {
        FactsJson::Card {
            first6,
            last4,
            year,
            month,
            brand,
            issuer_country,
            issuer_name,
        } => MethodFacts::Card(CardFacts {
            first6,
            last4,
            expiry: Expiry::new(year, month)?,
            brand: CardBrand::from_code(&brand)?,
            issuer_country,
            issuer_name,
        }),
        FactsJson::Wallet { account_number } => MethodFacts::Wallet { account_number },
        FactsJson::Sbp {
            bank_id,
            bic,
            sbp_operation_id,
        } => MethodFacts::Sbp {
            bank_id,
            bic,
            sbp_operation_id,
        },
        FactsJson::Company { account } => MethodFacts::Company(Box::new((*account).into())),
        FactsJson::Loan { option, discount } => MethodFacts::Loan {
            option,
            discount: match discount {
                None => None,
                Some(discount) => Some(money(discount)?),
            },
        },
        FactsJson::Certificates {
            first6,
            last4,
            year,
            month,
            brand,
            issuer_country,
            issuer_name,
            articles,
        } => MethodFacts::Certificates {
            card: CardFacts {
                first6,
                last4,
                expiry: Expiry::new(year, month)?,
                brand: CardBrand::from_code(&brand)?,
                issuer_country,
                issuer_name,
            },
            articles: method::read_approved(articles)?,
        },
    })
}

pub(crate) fn write_confirmation(
    confirmation: Option<&Confirmation>,
) -> Result<Option<String>, StoreError> {
    let Some(confirmation) = confirmation else {
        return Ok(None);
    };
    let json = ConfirmationJson {
        kind: confirmation.kind.code().to_owned(),
        return_url: confirmation.return_url.clone(),
        enforce: confirmation.enforce,
        locale: confirmation.locale.map(|locale| match locale {
            Locale::Russian => LocaleJson::Russian,
            Locale::English => LocaleJson::English,
        }),
    };
    write(&json).map(Some)
}

pub(crate) fn read_confirmation(json: &str) -> Option<Confirmation> {
    let json: ConfirmationJson = read(json)?;
    Some(Confirmation {
        kind: ConfirmationKind::from_code(&json.kind)?,
        return_url: json.return_url,
        enforce: json.enforce,
        locale: json.locale.map(|locale| match locale {
            LocaleJson::Russian => Locale::Russian,
            LocaleJson::English => Locale::English,
        }),
    })
}

/// A payment's or a refund's part in a deal, in minor units of its own currency.
#[derive(Serialize, Deserialize)]
struct DealJson {
    id: String,
    fee_moment: Option<String>,
    payout_minor: i64,
    payout_capturing_minor: Option<i64>,
    covered_minor: Option<i64>,
}

pub(crate) fn write_payment_deal(deal: Option<&PaymentDeal>) -> Result<Option<String>, StoreError> {
    let Some(deal) = deal else { return Ok(None) };
    let json = DealJson {
        id: deal.id.to_string(),
        fee_moment: Some(deal.fee_moment.code().to_owned()),
        payout_minor: deal.payout.minor(),
        payout_capturing_minor: deal.payout_capturing.map(Money::minor),
        covered_minor: None,
    };
    write(&json).map(Some)
}

pub(crate) fn read_payment_deal(json: &str, currency: Currency) -> Option<PaymentDeal> {
    let json: DealJson = read(json)?;
    let money = |minor| Money::new(minor, currency);
    Some(PaymentDeal {
        id: json.id.parse().ok()?,
        fee_moment: FeeMoment::from_code(&json.fee_moment?)?,
        payout: money(json.payout_minor),
        payout_capturing: json.payout_capturing_minor.map(money),
    })
}

pub(crate) fn write_refund_deal(deal: Option<&RefundDeal>) -> Result<Option<String>, StoreError> {
    let Some(deal) = deal else { return Ok(None) };
    let json = DealJson {
        id: deal.id.to_string(),
        fee_moment: None,
        payout_minor: deal.payout.minor(),
        payout_capturing_minor: None,
        covered_minor: Some(deal.covered.minor()),
    };
    write(&json).map(Some)
}

pub(crate) fn read_refund_deal(json: &str, currency: Currency) -> Option<RefundDeal> {
    let json: DealJson = read(json)?;
    let money = |minor| Money::new(minor, currency);
    Some(RefundDeal {
        id: json.id.parse().ok()?,
        payout: money(json.payout_minor),
        covered: money(json.covered_minor?),
    })
}

pub(crate) fn write_challenge(challenge: Option<&Challenge>) -> Result<Option<String>, StoreError> {
    let Some(challenge) = challenge else {
        return Ok(None);
    };
    let json = match challenge.clone() {
        Challenge::Redirect { url } => ChallengeJson::Redirect { url },
        Challenge::Qr { data, url } => ChallengeJson::Qr { data, url },
        Challenge::External { code, url } => ChallengeJson::External { code, url },
        Challenge::CoolingOff { until } => ChallengeJson::CoolingOff {
            until: until.as_micros(),
        },
    };
    write(&json).map(Some)
}

pub(crate) fn read_challenge(json: &str) -> Option<Challenge> {
    Some(match read(json)? {
        ChallengeJson::Redirect { url } => Challenge::Redirect { url },
        ChallengeJson::Qr { data, url } => Challenge::Qr { data, url },
        ChallengeJson::External { code, url } => Challenge::External { code, url },
        ChallengeJson::CoolingOff { until } => Challenge::CoolingOff {
            until: Timestamp::from_micros(until),
        },
    })
}

pub(crate) fn write_authorization(
    authorization: Option<&Authorization>,
) -> Result<Option<String>, StoreError> {
    let Some(authorization) = authorization else {
        return Ok(None);
    };
    let json = AuthorizationJson {
        rrn: authorization.rrn.clone(),
        auth_code: authorization.auth_code.clone(),
        three_d_secure: authorization.three_d_secure.map(|secure| ThreeDSecureJson {
            applied: secure.applied,
            method_completed: secure.method_completed,
            challenge_completed: secure.challenge_completed,
        }),
    };
    write(&json).map(Some)
}

pub(crate) fn read_authorization(json: &str) -> Option<Authorization> {
    let json: AuthorizationJson = read(json)?;
    Some(Authorization {
        rrn: json.rrn,
        auth_code: json.auth_code,
        three_d_secure: json.three_d_secure.map(|secure| ThreeDSecure {
            applied: secure.applied,
            method_completed: secure.method_completed,
            challenge_completed: secure.challenge_completed,
        }),
    })
}

//! By which means a merchant wants to be paid, and what it says of the method.

pub(crate) mod schema;

use ::card::Card;
use domain::method::{Article, Basket, MethodRequest, VatData, VatRate};
use domain::{MethodKind, Money, PaymentMethodId};

use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::{amount, card, metadata, words};

const SOURCES: [&str; 3] = ["payment_method_data", "payment_method_id", "payment_token"];
/// 256 bits in base64url.
const TOKEN_CHARS: usize = 43;
const PURPOSE_CHARS_MAX: usize = 210;
const ARTICLE_CHARS_MAX: usize = 128;
const BASKET_DIGITS: usize = 24;
/// The largest number of an article in a basket.
pub(crate) const ARTICLE_NUMBER_MAX: i64 = 999;
const TRU_CODE_CHARS: usize = 30;
const QUANTITY_MAX: i64 = 0x7fff_ffff;

/// By which means a merchant wants to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestedMeans {
    /// Whatever the payer chooses.
    PayerChooses,
    /// This method.
    Method {
        /// The method.
        kind: MethodKind,
        /// The payer's phone, digits.
        phone: Option<String>,
    },
    /// This card.
    Card(Card),
    /// This card, with certificates.
    CertificateCard(Card),
    /// This saved method.
    Saved(PaymentMethodId),
    /// The card behind this token.
    Token(PaymentToken),
}

/// A token that has the form of a payment token. Cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentToken(String);

impl PaymentToken {
    /// The token; `None` if the text cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let base64url = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let valid = text.len() == TOKEN_CHARS && text.bytes().all(base64url);
        valid.then(|| Self(text.to_owned()))
    }

    /// The token itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PaymentToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PaymentToken(…)")
    }
}

type Read = (RequestedMeans, Option<MethodRequest>);

/// Reads the means of a payment of `total`, and what is said of the method.
pub(super) fn read(fields: &Fields<'_>, total: Money) -> Result<Read, InvalidRequest> {
    let sources = SOURCES.iter().filter(|name| fields.says(name));
    if 1 < sources.count() {
        return Err(InvalidRequest::new(words::SEVERAL_SOURCES, None));
    }
    if let Some(token) = fields.text("payment_token")? {
        let token = PaymentToken::parse(token).map(RequestedMeans::Token);
        let token = token.ok_or_else(|| fields.refuse("payment_token", words::TOKEN_BADLY_ENCODED));
        return token.map(|token| (token, None));
    }
    if let Some(id) = fields.text("payment_method_id")? {
        let not_found = |_kind| fields.refuse("payment_method_id", words::METHOD_NOT_FOUND);
        let id = id.parse().map_err(not_found)?;
        return Ok((RequestedMeans::Saved(id), None));
    }
    let Some(data) = fields.object("payment_method_data")? else {
        return Ok((RequestedMeans::PayerChooses, None));
    };
    let kind = data.text("type")?.and_then(MethodKind::from_code);
    let kind = kind.ok_or_else(|| data.refuse("type", words::METHOD_ILLEGAL))?;
    let plain = |phone| RequestedMeans::Method { kind, phone };
    match kind {
        MethodKind::BankCard => {
            let card = card::read(&data)?.map(RequestedMeans::Card);
            Ok((card.unwrap_or(plain(None)), None))
        }
        MethodKind::Sberbank | MethodKind::Cash | MethodKind::SberBnpl => {
            Ok((plain(phone(&data)?), None))
        }
        MethodKind::MobileBalance => {
            let phone = phone(&data)?.ok_or_else(|| data.refuse("phone", words::PHONE_MISSING))?;
            Ok((plain(Some(phone)), None))
        }
        MethodKind::B2bSberbank => Ok((plain(None), Some(company(&data, total)?))),
        MethodKind::ElectronicCertificate => certificate(&data, total),
        MethodKind::YooMoney
        | MethodKind::Sbp
        | MethodKind::TinkoffBank
        | MethodKind::AlfaPay
        | MethodKind::SberLoan => Ok((plain(None), None)),
    }
}

fn phone(data: &Fields<'_>) -> Result<Option<String>, InvalidRequest> {
    let name = "phone";
    let Some(text) = data.text(name)? else {
        return Ok(None);
    };
    let valid = (4..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !valid {
        return Err(data.refuse(name, words::PHONE_ILLEGAL));
    }
    Ok(Some(text.to_owned()))
}

fn company(data: &Fields<'_>, total: Money) -> Result<MethodRequest, InvalidRequest> {
    let purpose = data.short_text("payment_purpose", PURPOSE_CHARS_MAX)?;
    let purpose = purpose.filter(|purpose| !purpose.is_empty());
    let purpose = purpose.ok_or_else(|| data.illegal("payment_purpose"))?;
    let vat = data.object("vat_data")?;
    let vat = vat.ok_or_else(|| data.illegal("vat_data"))?;
    let tax = || {
        let tax = amount::read_required(&vat)?;
        let fits = tax.compare(total).is_ok_and(std::cmp::Ordering::is_le);
        if fits {
            Ok(tax)
        } else {
            Err(vat.illegal("amount"))
        }
    };
    let vat = match vat.required_text("type")? {
        "calculated" => {
            let rate = vat.text("rate")?.and_then(VatRate::from_code);
            let rate = rate.ok_or_else(|| vat.illegal("rate"))?;
            let amount = tax()?;
            VatData::Calculated { rate, amount }
        }
        "mixed" => VatData::Mixed { amount: tax()? },
        "untaxed" => VatData::Untaxed,
        _ => return Err(vat.illegal("type")),
    };
    Ok(MethodRequest::Company { purpose, vat })
}

/// Either a card with what the state's system approved, on the shop's own form, or the articles, on
/// the platform's page.
fn certificate(data: &Fields<'_>, total: Money) -> Result<Read, InvalidRequest> {
    let plain = RequestedMeans::Method {
        kind: MethodKind::ElectronicCertificate,
        phone: None,
    };
    if let Some(articles) = data.objects("articles")? {
        for name in ["card", "electronic_certificate"] {
            if data.says(name) {
                return Err(data.illegal(name));
            }
        }
        let mut read: Vec<Article> = Vec::with_capacity(articles.len());
        for fields in &articles {
            let article = article(fields, total)?;
            if read.iter().any(|known| known.number == article.number) {
                return Err(fields.illegal("article_number"));
            }
            read.push(article);
        }
        return Ok((plain, Some(MethodRequest::Articles(read))));
    }
    let Some(basket) = data.object("electronic_certificate")? else {
        return Err(data.illegal("articles"));
    };
    let basket = self::basket(&basket, total)?;
    let card = card::read(data)?.ok_or_else(|| data.illegal("card"))?;
    Ok((
        RequestedMeans::CertificateCard(card),
        Some(MethodRequest::Basket(basket)),
    ))
}

/// Reads what the state's system approved: at most `total`.
pub(crate) fn basket(fields: &Fields<'_>, total: Money) -> Result<Basket, InvalidRequest> {
    let amount = amount::read_required(fields)?;
    if !amount.compare(total).is_ok_and(std::cmp::Ordering::is_le) {
        return Err(fields.illegal("amount"));
    }
    let id = fields.required_text("basket_id")?;
    if id.len() != BASKET_DIGITS || !id.bytes().all(|b| b.is_ascii_digit()) {
        return Err(fields.illegal("basket_id"));
    }
    Ok(Basket {
        amount,
        id: id.to_owned(),
    })
}

fn article(fields: &Fields<'_>, total: Money) -> Result<Article, InvalidRequest> {
    let name = fields.short_text("article_name", ARTICLE_CHARS_MAX)?;
    let price = amount::read_named(fields, "price")?;
    let price = price.ok_or_else(|| fields.illegal("price"))?;
    if price.currency() != total.currency() {
        return Err(fields.illegal("price.currency"));
    }
    // The notes of an article are checked, but never shown again.
    metadata::read(fields)?;
    Ok(Article {
        number: article_number(fields, "article_number")?,
        tru_code: tru_code(fields)?,
        code: fields.short_text("article_code", ARTICLE_CHARS_MAX)?,
        name: name.ok_or_else(|| fields.illegal("article_name"))?,
        quantity: quantity(fields)?,
        price,
    })
}

/// Reads the place of an article in a basket.
pub(crate) fn article_number(fields: &Fields<'_>, name: &str) -> Result<u16, InvalidRequest> {
    let number = fields.integer(name)?;
    let number = number.filter(|number| (1..=ARTICLE_NUMBER_MAX).contains(number));
    let number = number.and_then(|number| u16::try_from(number).ok());
    number.ok_or_else(|| fields.illegal(name))
}

/// Reads an article's code in the catalogue of the state.
pub(crate) fn tru_code(fields: &Fields<'_>) -> Result<String, InvalidRequest> {
    let name = "tru_code";
    let code = fields.required_text(name)?;
    let shaped = code.len() == TRU_CODE_CHARS
        && code
            .bytes()
            .enumerate()
            .all(|(place, b)| (place == 9) == (b == b'.') && (b == b'.' || b.is_ascii_digit()));
    if shaped {
        Ok(code.to_owned())
    } else {
        Err(fields.illegal(name))
    }
}

/// Reads how many units.
pub(crate) fn quantity(fields: &Fields<'_>) -> Result<i64, InvalidRequest> {
    let name = "quantity";
    let quantity = fields.integer(name)?;
    let quantity = quantity.filter(|quantity| (1..=QUANTITY_MAX).contains(quantity));
    quantity.ok_or_else(|| fields.illegal(name))
}

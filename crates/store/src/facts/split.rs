//! The parts of a split payment, and from whom a refund of one comes, as JSON. Amounts are minor
//! units of the payment's currency.

use domain::payment::{Part, Source, Split};
use domain::{Currency, Metadata, Money, ShopId};
use serde::{Deserialize, Serialize};
use sql::StoreError;

use super::{read, write};

#[derive(Serialize, Deserialize)]
struct SplitJson {
    currency: String,
    parts: Vec<PartJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    capturing: Option<Vec<PartJson>>,
}

#[derive(Serialize, Deserialize)]
struct PartJson {
    shop_id: i64,
    amount: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    platform_fee: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    metadata: Vec<(String, String)>,
    returned: i64,
    fee_returned: i64,
}

#[derive(Serialize, Deserialize)]
struct SourceJson {
    currency: String,
    shop_id: i64,
    amount: i64,
    platform_fee: Option<i64>,
}

pub(crate) fn write_split(split: Option<&Split>) -> Result<Option<String>, StoreError> {
    let Some(split) = split else { return Ok(None) };
    let currency = split.parts.first().map(|part| part.amount.currency());
    let json = SplitJson {
        currency: currency.map_or("", Currency::code).to_owned(),
        parts: split.parts.iter().map(part_json).collect(),
        capturing: split
            .capturing
            .as_ref()
            .map(|parts| parts.iter().map(part_json).collect()),
    };
    write(&json).map(Some)
}

fn part_json(part: &Part) -> PartJson {
    PartJson {
        shop_id: part.shop_id.as_i64(),
        amount: part.amount.minor(),
        platform_fee: part.platform_fee.map(Money::minor),
        description: part.description.clone(),
        metadata: part.metadata.pairs().to_vec(),
        returned: part.returned.minor(),
        fee_returned: part.fee_returned.minor(),
    }
}

pub(crate) fn read_split(json: &str) -> Option<Box<Split>> {
    let json: SplitJson = read(json)?;
    let currency = Currency::from_code(&json.currency)?;
    let money = |minor| Money::new(minor, currency);
    let part = |json: PartJson| {
        Some(Part {
            shop_id: ShopId::new(json.shop_id)?,
            amount: money(json.amount),
            platform_fee: json.platform_fee.map(money),
            description: json.description,
            metadata: Metadata::new(json.metadata).ok()?,
            returned: money(json.returned),
            fee_returned: money(json.fee_returned),
        })
    };
    let parts = |json: Vec<PartJson>| json.into_iter().map(part).collect::<Option<Vec<Part>>>();
    let capturing = match json.capturing {
        None => None,
        Some(capturing) => Some(parts(capturing)?),
    };
    Some(Box::new(Split {
        parts: parts(json.parts)?,
        capturing,
    }))
}

pub(crate) fn write_sources(sources: &[Source]) -> Result<Option<String>, StoreError> {
    if sources.is_empty() {
        return Ok(None);
    }
    let json = |source: &Source| SourceJson {
        currency: source.amount.currency().code().to_owned(),
        shop_id: source.shop_id.as_i64(),
        amount: source.amount.minor(),
        platform_fee: source.platform_fee.map(Money::minor),
    };
    let all: Vec<SourceJson> = sources.iter().map(json).collect();
    write(&all).map(Some)
}

pub(crate) fn read_sources(json: &str) -> Option<Vec<Source>> {
    let source = |json: SourceJson| {
        let currency = Currency::from_code(&json.currency)?;
        Some(Source {
            shop_id: ShopId::new(json.shop_id)?,
            amount: Money::new(json.amount, currency),
            platform_fee: json.platform_fee.map(|minor| Money::new(minor, currency)),
        })
    };
    let all: Vec<SourceJson> = read(json)?;
    all.into_iter().map(source).collect()
}

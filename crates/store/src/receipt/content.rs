//! What stands on a receipt, as JSON. The shape is the store's own; members may be added as
//! optional ones, never renamed.

use domain::receipt::{
    AgentType, Content, Customer, IndustryDetails, Item, MarkCode, MarkForm, MarkQuantity, Measure,
    OperationalDetails, PaymentMode, PaymentSubject, Quantity, Settlement, SettlementType,
    Supplier, TaxSystem, UserProps, VatCode,
};
use domain::{Currency, Money, Timestamp};
use serde::{Deserialize, Serialize};
use sql::StoreError;

#[derive(Serialize, Deserialize)]
struct ContentJson {
    currency: String,
    customer: CustomerJson,
    items: Vec<ItemJson>,
    settlements: Vec<(String, i64)>,
    internet: Option<bool>,
    tax_system: Option<i64>,
    timezone: Option<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    industry: Vec<IndustryJson>,
    operational: Option<(u8, String, i64)>,
    user_props: Option<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct CustomerJson {
    full_name: Option<String>,
    inn: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ItemJson {
    description: String,
    price_minor: i64,
    /// Another currency than the receipt's first line; a check refuses those before they get here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    quantity_thousandths: i64,
    vat: i64,
    measure: Option<String>,
    mark_quantity: Option<(i64, i64)>,
    subject: Option<String>,
    mode: Option<String>,
    country: Option<String>,
    customs_declaration: Option<String>,
    excise_minor: Option<i64>,
    product_code: Option<String>,
    planned_status: Option<u8>,
    mark_code: Option<Vec<(String, String)>>,
    mark_mode: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    industry: Vec<IndustryJson>,
    extra: Option<String>,
    supplier: Option<SupplierJson>,
    agent: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct SupplierJson {
    name: Option<String>,
    phone: Option<String>,
    inn: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct IndustryJson {
    federal_id: String,
    document_date: String,
    document_number: String,
    value: String,
}

pub(crate) fn write(content: &Content) -> Result<String, StoreError> {
    let first = content.items.first().map(|item| item.price.currency());
    let currency = first.unwrap_or(Currency::RUB);
    let json = ContentJson {
        currency: currency.code().to_owned(),
        customer: CustomerJson {
            full_name: content.customer.full_name.clone(),
            inn: content.customer.inn.clone(),
            email: content.customer.email.clone(),
            phone: content.customer.phone.clone(),
        },
        items: content
            .items
            .iter()
            .map(|item| write_item(item, currency))
            .collect(),
        settlements: content
            .settlements
            .iter()
            .map(|part| (part.kind.code().to_owned(), part.amount.minor()))
            .collect(),
        internet: content.internet,
        tax_system: content.tax_system.map(TaxSystem::code),
        timezone: content.timezone,
        industry: content.industry.iter().map(write_industry).collect(),
        operational: content.operational.as_ref().map(|details| {
            (
                details.operation_id,
                details.value.clone(),
                details.created_at.as_micros(),
            )
        }),
        user_props: content
            .user_props
            .as_ref()
            .map(|props| (props.name.clone(), props.value.clone())),
    };
    serde_json::to_string(&json).map_err(|error| StoreError::engine("write JSON", error))
}

fn write_item(item: &Item, currency: Currency) -> ItemJson {
    let own = item.price.currency();
    ItemJson {
        description: item.description.clone(),
        price_minor: item.price.minor(),
        currency: (own != currency).then(|| own.code().to_owned()),
        quantity_thousandths: item.quantity.thousandths(),
        vat: item.vat.code(),
        measure: item.measure.map(|one| one.code().to_owned()),
        mark_quantity: item
            .mark_quantity
            .map(|part| (part.numerator, part.denominator)),
        subject: item.subject.map(|one| one.code().to_owned()),
        mode: item.mode.map(|one| one.code().to_owned()),
        country: item.country.clone(),
        customs_declaration: item.customs_declaration.clone(),
        excise_minor: item.excise.map(Money::minor),
        product_code: item.product_code.clone(),
        planned_status: item.planned_status,
        mark_code: item.mark_code.as_ref().map(|code| {
            let forms = code.forms.iter();
            forms
                .map(|(form, text)| (form.code().to_owned(), text.clone()))
                .collect()
        }),
        mark_mode: item.mark_mode.clone(),
        industry: item.industry.iter().map(write_industry).collect(),
        extra: item.extra.clone(),
        supplier: item.supplier.clone().map(|supplier| SupplierJson {
            name: supplier.name,
            phone: supplier.phone,
            inn: supplier.inn,
        }),
        agent: item.agent.map(|one| one.code().to_owned()),
    }
}

fn write_industry(details: &IndustryDetails) -> IndustryJson {
    IndustryJson {
        federal_id: details.federal_id.clone(),
        document_date: details.document_date.clone(),
        document_number: details.document_number.clone(),
        value: details.value.clone(),
    }
}

/// The content of a row; `None` if it makes no sense.
pub(crate) fn read(json: &str) -> Option<Content> {
    let json: ContentJson = serde_json::from_str(json).ok()?;
    let currency = Currency::from_code(&json.currency)?;
    let items: Option<Vec<Item>> = json
        .items
        .into_iter()
        .map(|item| read_item(item, currency))
        .collect();
    let settlements: Option<Vec<Settlement>> = json
        .settlements
        .into_iter()
        .map(|(kind, minor)| {
            Some(Settlement {
                kind: SettlementType::from_code(&kind)?,
                amount: Money::new(minor, currency),
            })
        })
        .collect();
    Some(Content {
        customer: Customer {
            full_name: json.customer.full_name,
            inn: json.customer.inn,
            email: json.customer.email,
            phone: json.customer.phone,
        },
        items: items?,
        settlements: settlements?,
        internet: json.internet,
        tax_system: known(json.tax_system, TaxSystem::from_code)?,
        timezone: json.timezone,
        industry: json.industry.into_iter().map(read_industry).collect(),
        operational: json
            .operational
            .map(|(operation_id, value, micros)| OperationalDetails {
                operation_id,
                value,
                created_at: Timestamp::from_micros(micros),
            }),
        user_props: json
            .user_props
            .map(|(name, value)| UserProps { name, value }),
    })
}

/// Nothing stays nothing; what is there has to be known.
#[expect(
    clippy::option_option,
    reason = "absent and unknown are two different things"
)]
fn known<C, T>(code: Option<C>, read: impl Fn(C) -> Option<T>) -> Option<Option<T>> {
    match code {
        None => Some(None),
        Some(code) => read(code).map(Some),
    }
}

fn read_item(json: ItemJson, currency: Currency) -> Option<Item> {
    let own = known(json.currency.as_deref(), Currency::from_code)?.unwrap_or(currency);
    let forms = |forms: Vec<(String, String)>| {
        let forms = forms.into_iter();
        let forms: Option<Vec<(MarkForm, String)>> = forms
            .map(|(form, text)| Some((MarkForm::from_code(&form)?, text)))
            .collect();
        forms.map(|forms| MarkCode { forms })
    };
    Some(Item {
        description: json.description,
        price: Money::new(json.price_minor, own),
        quantity: Quantity::from_thousandths(json.quantity_thousandths)?,
        vat: VatCode::from_code(json.vat)?,
        measure: known(json.measure.as_deref(), Measure::from_code)?,
        mark_quantity: json
            .mark_quantity
            .map(|(numerator, denominator)| MarkQuantity {
                numerator,
                denominator,
            }),
        subject: known(json.subject.as_deref(), PaymentSubject::from_code)?,
        mode: known(json.mode.as_deref(), PaymentMode::from_code)?,
        country: json.country,
        customs_declaration: json.customs_declaration,
        excise: json.excise_minor.map(|minor| Money::new(minor, own)),
        product_code: json.product_code,
        planned_status: json.planned_status,
        mark_code: known(json.mark_code, forms)?,
        mark_mode: json.mark_mode,
        industry: json.industry.into_iter().map(read_industry).collect(),
        extra: json.extra,
        supplier: json.supplier.map(|supplier| Supplier {
            name: supplier.name,
            phone: supplier.phone,
            inn: supplier.inn,
        }),
        agent: known(json.agent.as_deref(), AgentType::from_code)?,
    })
}

fn read_industry(json: IndustryJson) -> IndustryDetails {
    IndustryDetails {
        federal_id: json.federal_id,
        document_date: json.document_date,
        document_number: json.document_number,
        value: json.value,
    }
}

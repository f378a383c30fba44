//! A receipt as answers show it, with its fields in the order of real ones. The buyer is not
//! shown, and neither is a supplier's taxpayer number: clients refuse one that is masked.

use domain::receipt::{
    IndustryDetails, Item, MarkCode, OperationalDetails, Quantity, Settlement, State, Supplier,
};
use domain::{PaymentId, Receipt, ReceiptId, RefundId, ShopId};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::amount::Amount;
use crate::moment::Moment;
use crate::wire::Shown;

#[derive(Serialize)]
struct ReceiptBody<'a> {
    id: Shown<ReceiptId>,
    r#type: &'static str,
    payment_id: Shown<PaymentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<Shown<RefundId>>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fiscal_document_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fiscal_storage_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fiscal_attribute: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registered_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fiscal_provider_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_system_code: Option<i64>,
    items: Vec<ItemBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    internet: Option<bool>,
    settlements: Vec<SettlementBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<Shown<ShopId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    receipt_industry_details: Vec<IndustryBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_operational_details: Option<OperationalBody<'a>>,
}

#[derive(Serialize)]
struct ItemBody<'a> {
    description: &'a str,
    quantity: Exact,
    amount: Amount,
    vat_code: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_subject: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country_of_origin_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_declaration_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    excise: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<SupplierBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark_code_info: Option<MarkBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measure: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    payment_subject_industry_details: Vec<IndustryBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    planned_status: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark_mode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark_quantity: Option<MarkQuantityBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_payment_subject_props: Option<&'a str>,
}

/// A quantity as a number with its digits, `1.0` or `0.25`.
pub(crate) struct Exact(pub(crate) Quantity);

struct MarkBody<'a>(&'a MarkCode);

#[derive(Serialize)]
struct MarkQuantityBody {
    numerator: i64,
    denominator: i64,
}

#[derive(Serialize)]
struct SupplierBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
}

#[derive(Serialize)]
struct SettlementBody {
    r#type: &'static str,
    amount: Amount,
}

#[derive(Serialize)]
struct IndustryBody<'a> {
    federal_id: &'a str,
    document_date: &'a str,
    document_number: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct OperationalBody<'a> {
    operation_id: u8,
    value: &'a str,
    created_at: Moment,
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.to_string();
        match text.parse::<serde_json::Number>() {
            Ok(number) => number.serialize(serializer),
            Err(_no_number) => serializer.serialize_str(&text),
        }
    }
}

impl Serialize for MarkBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.forms.len()))?;
        for (form, text) in &self.0.forms {
            map.serialize_entry(form.code(), text)?;
        }
        map.end()
    }
}

/// The body of a receipt.
#[must_use]
pub fn body(receipt: &Receipt) -> Vec<u8> {
    let facts = match &receipt.state {
        State::Registered(facts) => Some(facts),
        State::Draft | State::Registering { .. } | State::Canceled { .. } | State::Dropped => None,
    };
    let content = &receipt.content;
    let settlements = content.paid_by(receipt.total);
    crate::wire::written(&ReceiptBody {
        id: Shown(receipt.id),
        r#type: receipt.kind.code(),
        payment_id: Shown(receipt.payment_id),
        refund_id: receipt.refund_id.map(Shown),
        status: receipt.registration().code(),
        fiscal_document_number: facts.map(|facts| facts.document_number.as_str()),
        fiscal_storage_number: facts.map(|facts| facts.storage_number.as_str()),
        fiscal_attribute: facts.map(|facts| facts.attribute.as_str()),
        registered_at: facts.map(|facts| Moment(facts.registered_at)),
        fiscal_provider_id: facts.map(|facts| facts.register_id.as_str()),
        tax_system_code: content.tax_system.map(domain::receipt::TaxSystem::code),
        items: content.items.iter().map(item).collect(),
        internet: content.internet,
        settlements: settlements.iter().map(settlement).collect(),
        on_behalf_of: receipt.on_behalf_of.map(Shown),
        timezone: content.timezone,
        receipt_industry_details: content.industry.iter().map(industry).collect(),
        receipt_operational_details: content.operational.as_ref().map(operational),
    })
}

fn item(item: &Item) -> ItemBody<'_> {
    ItemBody {
        description: &item.description,
        quantity: Exact(item.quantity),
        amount: Amount(item.price),
        vat_code: item.vat.code(),
        payment_mode: item.mode.map(domain::receipt::PaymentMode::code),
        payment_subject: item.subject.map(domain::receipt::PaymentSubject::code),
        country_of_origin_code: item.country.as_deref(),
        customs_declaration_number: item.customs_declaration.as_deref(),
        excise: item.excise.map(domain::Money::value),
        supplier: item.supplier.as_ref().and_then(supplier),
        agent_type: item.agent.map(domain::receipt::AgentType::code),
        mark_code_info: item.mark_code.as_ref().map(MarkBody),
        measure: item.measure.map(domain::receipt::Measure::code),
        payment_subject_industry_details: item.industry.iter().map(industry).collect(),
        product_code: item.product_code.as_deref(),
        planned_status: item.planned_status,
        mark_mode: item.mark_mode.as_deref(),
        mark_quantity: item.mark_quantity.map(|part| MarkQuantityBody {
            numerator: part.numerator,
            denominator: part.denominator,
        }),
        additional_payment_subject_props: item.extra.as_deref(),
    }
}

fn supplier(supplier: &Supplier) -> Option<SupplierBody<'_>> {
    let body = SupplierBody {
        name: supplier.name.as_deref(),
        phone: supplier.phone.as_deref(),
    };
    (body.name.is_some() || body.phone.is_some()).then_some(body)
}

fn settlement(part: &Settlement) -> SettlementBody {
    SettlementBody {
        r#type: part.kind.code(),
        amount: Amount(part.amount),
    }
}

fn industry(details: &IndustryDetails) -> IndustryBody<'_> {
    IndustryBody {
        federal_id: &details.federal_id,
        document_date: &details.document_date,
        document_number: &details.document_number,
        value: &details.value,
    }
}

fn operational(details: &OperationalDetails) -> OperationalBody<'_> {
    OperationalBody {
        operation_id: details.operation_id,
        value: &details.value,
        created_at: Moment(details.created_at),
    }
}

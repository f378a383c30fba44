//! A receipt as ATOL Online takes it. The names of all value tables are mapped here, for v4 to
//! words and for v5 to the numbers of the format.

use std::str::FromStr as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::fiscal::{AtolAccount, AtolVersion};
use domain::receipt::{
    AgentType, Content, IndustryDetails, Item, MarkCode, MarkForm, Measure, PaymentMode,
    PaymentSubject, SettlementType, Supplier, TaxSystem, VatCode,
};
use domain::{Money, MoneyError, Timestamp};
use jiff::tz::{Offset, TimeZone};
use serde_json::{Map, Number, Value, json};

use super::super::Document;
use super::CALLBACK_CHARS_MAX;

/// Why a document cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwritable {
    /// Sums that do not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A text that should be a decimal number and is not.
    #[error("{0:?} is no number")]
    Number(String),
}

/// The body of a registration.
pub(super) fn written(account: &AtolAccount, document: &Document) -> Result<Value, Unwritable> {
    let content = &document.content;
    let items: Result<Vec<Value>, Unwritable> = content
        .items
        .iter()
        .map(|line| item(account.version, line))
        .collect();
    let payments = content.paid_by(document.total);
    let payments: Result<Vec<Value>, Unwritable> = payments
        .iter()
        .map(|part| Ok(json!({"type": payment_type(part.kind), "sum": money(part.amount)?})))
        .collect();
    let mut receipt = json!({
        "client": client(content),
        "company": company(account, content),
        "items": items?,
        "payments": payments?,
        "total": money(document.total)?,
    });
    if let Some(members) = receipt.as_object_mut() {
        additions(account.version, content, members);
    }
    let mut body = json!({
        "external_id": document.operation.to_string(),
        "receipt": receipt,
        "timestamp": moscow(document.created_at),
    });
    let fits = |url: &&String| url.chars().count() <= CALLBACK_CHARS_MAX;
    if let Some(url) = document.callback_url.as_ref().filter(fits)
        && let Some(members) = body.as_object_mut()
    {
        members.insert("service".to_owned(), json!({"callback_url": url}));
    }
    Ok(body)
}

fn additions(version: AtolVersion, content: &Content, receipt: &mut Map<String, Value>) {
    if let Some(props) = &content.user_props {
        let props = json!({"name": props.name, "value": props.value});
        receipt.insert("additional_user_props".to_owned(), props);
    }
    if version == AtolVersion::V4 {
        return;
    }
    if let Some(internet) = content.internet {
        receipt.insert("internet".to_owned(), Value::Bool(internet));
    }
    if let Some(timezone) = content.timezone {
        receipt.insert("timezone".to_owned(), timezone.into());
    }
    if let Some(details) = &content.operational {
        let props = json!({
            "name": details.operation_id.to_string(),
            "value": details.value,
            "timestamp": moscow(details.created_at),
        });
        receipt.insert("operating_check_props".to_owned(), props);
    }
    if !content.industry.is_empty() {
        let props = content.industry.iter().map(industry).collect();
        receipt.insert("sectoral_check_props".to_owned(), Value::Array(props));
    }
}

fn client(content: &Content) -> Value {
    let customer = &content.customer;
    let mut client = Map::new();
    let phone = customer.phone.as_ref().map(|phone| format!("+{phone}"));
    put(&mut client, "email", customer.email.clone());
    put(&mut client, "phone", phone);
    put(&mut client, "name", customer.full_name.clone());
    put(&mut client, "inn", customer.inn.clone());
    Value::Object(client)
}

fn company(account: &AtolAccount, content: &Content) -> Value {
    let mut company = Map::new();
    put(&mut company, "email", Some(account.email.clone()));
    let system = content.tax_system.or(account.tax_system).map(sno);
    put(&mut company, "sno", system.map(str::to_owned));
    put(&mut company, "inn", Some(account.inn.clone()));
    let address = account.payment_address.clone();
    put(&mut company, "payment_address", Some(address));
    Value::Object(company)
}

fn put(members: &mut Map<String, Value>, name: &str, value: Option<String>) {
    if let Some(value) = value {
        members.insert(name.to_owned(), Value::String(value));
    }
}

fn item(version: AtolVersion, item: &Item) -> Result<Value, Unwritable> {
    let sum = item.total()?;
    let mode = item.mode.unwrap_or(PaymentMode::FullPayment);
    let subject = item.subject.unwrap_or(PaymentSubject::Commodity);
    let mut line = json!({
        "name": item.description,
        "price": money(item.price)?,
        "quantity": number(&item.quantity.to_string())?,
        "sum": money(sum)?,
        "payment_method": method(mode),
        "vat": {"type": vat_type(item.vat), "sum": money(vat_of(item.vat, sum)?)?},
    });
    let Some(members) = line.as_object_mut() else {
        return Ok(line);
    };
    match version {
        AtolVersion::V4 => {
            members.insert("payment_object".to_owned(), object_v4(subject).into());
            let unit = item.measure.map(|measure| unit(measure).to_owned());
            put(members, "measurement_unit", unit);
            put(members, "nomenclature_code", item.product_code.clone());
        }
        AtolVersion::V5 => {
            members.insert("payment_object".to_owned(), object_v5(subject).into());
            let measure = item.measure.unwrap_or(Measure::Piece);
            members.insert("measure".to_owned(), measure_v5(measure).into());
            marks(item, members);
        }
    }
    put(members, "user_data", item.extra.clone());
    put(
        members,
        "declaration_number",
        item.customs_declaration.clone(),
    );
    let country = item.country.as_deref().and_then(country).map(str::to_owned);
    put(members, "country_code", country);
    if let Some(excise) = item.excise {
        members.insert("excise".to_owned(), money(excise)?);
    }
    if let Some(agent) = item.agent {
        let info = json!({"type": agent_type(agent)});
        members.insert("agent_info".to_owned(), info);
    }
    if let Some(own) = &item.supplier {
        members.insert("supplier_info".to_owned(), supplier(own));
    }
    Ok(line)
}

/// What format 1.2 says of marked goods.
fn marks(item: &Item, members: &mut Map<String, Value>) {
    if let Some((name, text)) = item.mark_code.as_ref().and_then(mark_code) {
        let code = Map::from_iter([(name.to_owned(), Value::String(text))]);
        members.insert("mark_code".to_owned(), Value::Object(code));
    }
    put(members, "mark_processing_mode", item.mark_mode.clone());
    if let Some(part) = item.mark_quantity {
        let part = json!({"numerator": part.numerator, "denominator": part.denominator});
        members.insert("mark_quantity".to_owned(), part);
    }
    if let Some(status) = item.planned_status {
        members.insert("planned_status".to_owned(), status.into());
    }
    if !item.industry.is_empty() {
        let props = item.industry.iter().map(industry).collect();
        members.insert("sectoral_item_props".to_owned(), Value::Array(props));
    }
}

/// One form of a code: the first that is not the raw scan. The raw scan is sent as GS1 only if
/// there is no other form.
fn mark_code(code: &MarkCode) -> Option<(&'static str, String)> {
    let raw = |form: &MarkForm| *form == MarkForm::Raw;
    let read = code.forms.iter().find(|(form, _)| !raw(form));
    let (form, text) = read.or_else(|| code.forms.first())?;
    let name = match form {
        MarkForm::Raw => return Some(("gs1m", STANDARD.encode(text))),
        MarkForm::Unknown => "unknown",
        MarkForm::Ean8 => "ean8",
        MarkForm::Ean13 => "ean13",
        MarkForm::Itf14 => "itf14",
        MarkForm::Gs10 => "gs10",
        MarkForm::Gs1m => "gs1m",
        MarkForm::Short => "short",
        MarkForm::Fur => "fur",
        MarkForm::Egais20 => "egais20",
        MarkForm::Egais30 => "egais30",
    };
    Some((name, text.clone()))
}

fn supplier(supplier: &Supplier) -> Value {
    let mut info = Map::new();
    if let Some(phone) = &supplier.phone {
        info.insert("phones".to_owned(), json!([format!("+{phone}")]));
    }
    put(&mut info, "name", supplier.name.clone());
    put(&mut info, "inn", supplier.inn.clone());
    Value::Object(info)
}

fn industry(details: &IndustryDetails) -> Value {
    let mut date = details.document_date.split('-').rev();
    let date: Vec<&str> = date.by_ref().collect();
    json!({
        "federal_id": details.federal_id,
        "date": date.join("."),
        "number": details.document_number,
        "value": details.value,
    })
}

/// A sum as a JSON number with its decimals.
fn money(amount: Money) -> Result<Value, Unwritable> {
    number(&amount.value())
}

fn number(text: &str) -> Result<Value, Unwritable> {
    match Number::from_str(text) {
        Ok(number) => Ok(Value::Number(number)),
        Err(_no_number) => Err(Unwritable::Number(text.to_owned())),
    }
}

/// The VAT that a sum includes, rounded half up.
fn vat_of(vat: VatCode, sum: Money) -> Result<Money, MoneyError> {
    let rate = match vat {
        VatCode::None | VatCode::Zero => return Ok(Money::zero(sum.currency())),
        VatCode::Five | VatCode::FiveOf105 => 5_i64,
        VatCode::Seven | VatCode::SevenOf107 => 7,
        VatCode::Ten | VatCode::TenOf110 => 10,
        VatCode::Twenty | VatCode::TwentyOf120 => 20,
        VatCode::TwentyTwo | VatCode::TwentyTwoOf122 => 22,
    };
    let whole = rate.saturating_add(100);
    let doubled = sum.minor().checked_mul(rate).and_then(|x| x.checked_mul(2));
    let rounded = doubled
        .and_then(|doubled| doubled.checked_add(whole))
        .and_then(|sum| sum.checked_div_euclid(whole.saturating_mul(2)));
    let minor = rounded.ok_or(MoneyError::Overflow)?;
    Ok(Money::new(minor, sum.currency()))
}

fn moscow(at: Timestamp) -> String {
    let time = jiff::Timestamp::from_microsecond(at.as_micros());
    let time = time.unwrap_or(jiff::Timestamp::MAX);
    let zoned = time.to_zoned(TimeZone::fixed(Offset::constant(3)));
    zoned.strftime("%d.%m.%Y %H:%M:%S").to_string()
}

const fn payment_type(kind: SettlementType) -> u8 {
    match kind {
        SettlementType::Cashless => 1,
        SettlementType::Prepayment => 2,
        SettlementType::Postpayment => 3,
        SettlementType::Consideration => 4,
    }
}

const fn sno(system: TaxSystem) -> &'static str {
    match system {
        TaxSystem::General => "osn",
        TaxSystem::SimplifiedIncome => "usn_income",
        TaxSystem::SimplifiedIncomeLessExpense => "usn_income_outcome",
        TaxSystem::ImputedIncome => "envd",
        TaxSystem::Agricultural => "esn",
        TaxSystem::Patent => "patent",
    }
}

const fn vat_type(vat: VatCode) -> &'static str {
    match vat {
        VatCode::None => "none",
        VatCode::Zero => "vat0",
        VatCode::Five => "vat5",
        VatCode::Seven => "vat7",
        VatCode::Ten => "vat10",
        VatCode::Twenty => "vat20",
        VatCode::TwentyTwo => "vat22",
        VatCode::FiveOf105 => "vat105",
        VatCode::SevenOf107 => "vat107",
        VatCode::TenOf110 => "vat110",
        VatCode::TwentyOf120 => "vat120",
        VatCode::TwentyTwoOf122 => "vat122",
    }
}

const fn method(mode: PaymentMode) -> &'static str {
    match mode {
        PaymentMode::FullPrepayment => "full_prepayment",
        PaymentMode::PartialPrepayment => "prepayment",
        PaymentMode::Advance => "advance",
        PaymentMode::FullPayment => "full_payment",
        PaymentMode::PartialPayment => "partial_payment",
        PaymentMode::Credit => "credit",
        PaymentMode::CreditPayment => "credit_payment",
    }
}

const fn agent_type(agent: AgentType) -> &'static str {
    match agent {
        AgentType::BankingPaymentAgent => "bank_paying_agent",
        AgentType::BankingPaymentSubagent => "bank_paying_subagent",
        AgentType::PaymentAgent => "paying_agent",
        AgentType::PaymentSubagent => "paying_subagent",
        AgentType::Attorney => "attorney",
        AgentType::Commissioner => "commission_agent",
        AgentType::Agent => "another",
    }
}

/// Format 1.05; what only later formats know is "another".
pub(super) const fn object_v4(subject: PaymentSubject) -> &'static str {
    match subject {
        PaymentSubject::NonOperatingGain => "non-operating_gain",
        PaymentSubject::Commodity
        | PaymentSubject::Excise
        | PaymentSubject::Job
        | PaymentSubject::Service
        | PaymentSubject::GamblingBet
        | PaymentSubject::GamblingPrize
        | PaymentSubject::Lottery
        | PaymentSubject::LotteryPrize
        | PaymentSubject::IntellectualActivity
        | PaymentSubject::Payment
        | PaymentSubject::AgentCommission
        | PaymentSubject::Composite
        | PaymentSubject::PropertyRight
        | PaymentSubject::InsurancePremium
        | PaymentSubject::SalesTax
        | PaymentSubject::ResortFee => subject.code(),
        PaymentSubject::Another
        | PaymentSubject::Fine
        | PaymentSubject::Tax
        | PaymentSubject::Lien
        | PaymentSubject::Cost
        | PaymentSubject::PensionInsuranceWithoutPayouts
        | PaymentSubject::PensionInsuranceWithPayouts
        | PaymentSubject::HealthInsuranceWithoutPayouts
        | PaymentSubject::HealthInsuranceWithPayouts
        | PaymentSubject::HealthInsurance
        | PaymentSubject::Casino
        | PaymentSubject::AgentWithdrawals
        | PaymentSubject::NonMarkedExcise
        | PaymentSubject::MarkedExcise
        | PaymentSubject::NonMarked
        | PaymentSubject::Marked => "another",
    }
}

/// Format 1.2; it has no goods that are several in one.
pub(super) const fn object_v5(subject: PaymentSubject) -> u8 {
    match subject {
        PaymentSubject::Commodity => 1,
        PaymentSubject::Excise => 2,
        PaymentSubject::Job => 3,
        PaymentSubject::Service => 4,
        PaymentSubject::GamblingBet => 5,
        PaymentSubject::GamblingPrize => 6,
        PaymentSubject::Lottery => 7,
        PaymentSubject::LotteryPrize => 8,
        PaymentSubject::IntellectualActivity => 9,
        PaymentSubject::Payment => 10,
        PaymentSubject::AgentCommission => 11,
        PaymentSubject::Fine => 12,
        PaymentSubject::Composite | PaymentSubject::Another => 13,
        PaymentSubject::PropertyRight => 14,
        PaymentSubject::NonOperatingGain => 15,
        PaymentSubject::InsurancePremium => 16,
        PaymentSubject::SalesTax => 17,
        PaymentSubject::ResortFee => 18,
        PaymentSubject::Lien => 19,
        PaymentSubject::Cost => 20,
        PaymentSubject::PensionInsuranceWithoutPayouts => 21,
        PaymentSubject::PensionInsuranceWithPayouts => 22,
        PaymentSubject::HealthInsuranceWithoutPayouts => 23,
        PaymentSubject::HealthInsuranceWithPayouts => 24,
        PaymentSubject::HealthInsurance => 25,
        PaymentSubject::Casino => 26,
        PaymentSubject::AgentWithdrawals => 27,
        PaymentSubject::NonMarkedExcise => 30,
        PaymentSubject::MarkedExcise => 31,
        PaymentSubject::NonMarked => 32,
        PaymentSubject::Marked => 33,
        // Contributions that reduce the tax, which format 1.05 did not know.
        PaymentSubject::Tax => 16,
    }
}

const fn measure_v5(measure: Measure) -> u8 {
    match measure {
        Measure::Piece => 0,
        Measure::Gram => 10,
        Measure::Kilogram => 11,
        Measure::Ton => 12,
        Measure::Centimeter => 20,
        Measure::Decimeter => 21,
        Measure::Meter => 22,
        Measure::SquareCentimeter => 30,
        Measure::SquareDecimeter => 31,
        Measure::SquareMeter => 32,
        Measure::Milliliter => 40,
        Measure::Liter => 41,
        Measure::CubicMeter => 42,
        Measure::KilowattHour => 50,
        Measure::Gigacalorie => 51,
        Measure::Day => 70,
        Measure::Hour => 71,
        Measure::Minute => 72,
        Measure::Second => 73,
        Measure::Kilobyte => 80,
        Measure::Megabyte => 81,
        Measure::Gigabyte => 82,
        Measure::Terabyte => 83,
        Measure::Another => 255,
    }
}

/// What is printed on a receipt of format 1.05.
const fn unit(measure: Measure) -> &'static str {
    match measure {
        Measure::Piece => "шт",
        Measure::Gram => "г",
        Measure::Kilogram => "кг",
        Measure::Ton => "т",
        Measure::Centimeter => "см",
        Measure::Decimeter => "дм",
        Measure::Meter => "м",
        Measure::SquareCentimeter => "кв. см",
        Measure::SquareDecimeter => "кв. дм",
        Measure::SquareMeter => "кв. м",
        Measure::Milliliter => "мл",
        Measure::Liter => "л",
        Measure::CubicMeter => "куб. м",
        Measure::KilowattHour => "кВт·ч",
        Measure::Gigacalorie => "Гкал",
        Measure::Day => "сутки",
        Measure::Hour => "ч",
        Measure::Minute => "мин",
        Measure::Second => "с",
        Measure::Kilobyte => "КБ",
        Measure::Megabyte => "МБ",
        Measure::Gigabyte => "ГБ",
        Measure::Terabyte => "ТБ",
        Measure::Another => "иное",
    }
}

/// The number of a country in OKSM, of those that most goods come from; the tag may be left out.
fn country(code: &str) -> Option<&'static str> {
    const NUMBERS: [(&str, &str); 24] = [
        ("AM", "051"),
        ("AZ", "031"),
        ("BY", "112"),
        ("BR", "076"),
        ("CN", "156"),
        ("CZ", "203"),
        ("DE", "276"),
        ("ES", "724"),
        ("FR", "250"),
        ("GB", "826"),
        ("GE", "268"),
        ("IN", "356"),
        ("IT", "380"),
        ("JP", "392"),
        ("KG", "417"),
        ("KR", "410"),
        ("KZ", "398"),
        ("PL", "616"),
        ("RS", "688"),
        ("RU", "643"),
        ("TR", "792"),
        ("US", "840"),
        ("UZ", "860"),
        ("VN", "704"),
    ];
    let found = NUMBERS.iter().find(|(letters, _)| *letters == code);
    found.map(|(_, number)| *number)
}

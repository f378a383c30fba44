//! `POST /invoices`.

use domain::invoice::{LINES_MAX, Line, Order};
use domain::message::{Address, Email, Phone};
use domain::payment::{CaptureMode, Locale, SaveMethod};
use domain::{GatewayId, Metadata, Timestamp};

use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::payment::{client_ip, gateway_id};
use crate::{amount, confirmation, metadata, moment, receipt, words};

pub(super) const DESCRIPTION_CHARS_MAX: usize = 128;

/// `POST /invoices`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateInvoice {
    /// What its payment is made of.
    pub order: Order,
    /// The sub-account that is paid.
    pub gateway_id: Option<GatewayId>,
    /// What the buyer pays for.
    pub cart: Vec<Line>,
    /// The address to which the platform sends it; `None` if the merchant passes the page's address
    /// on.
    pub to: Option<Address>,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
    /// The language of its page and messages.
    pub locale: Option<Locale>,
    /// What it is for.
    pub description: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
}

impl CreateInvoice {
    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        let data = fields.object("payment_data")?;
        let data = data.ok_or_else(|| fields.illegal("payment_data"))?;
        let order = order(&data)?;
        let gateway_id = gateway_id(&data, "recipient")?;
        let cart = cart(&fields)?;
        let to = to(&fields)?;
        let expires_at = moment::parse(fields.required_text("expires_at")?);
        Ok(Self {
            order,
            gateway_id,
            cart,
            to,
            expires_at: expires_at.ok_or_else(|| fields.illegal("expires_at"))?,
            locale: confirmation::locale(&fields)?,
            description: fields.description(DESCRIPTION_CHARS_MAX)?,
            metadata: metadata::read(&fields)?,
        })
    }
}

fn order(data: &Fields<'_>) -> Result<Order, InvalidRequest> {
    Ok(Order {
        amount: amount::read_required(data)?,
        description: data.description(DESCRIPTION_CHARS_MAX)?,
        metadata: metadata::read(data)?,
        client_ip: client_ip(data)?,
        capture_mode: match data.boolean("capture")? {
            Some(true) => CaptureMode::OneStage,
            Some(false) | None => CaptureMode::TwoStage,
        },
        save_method: match data.boolean("save_payment_method")? {
            Some(true) => SaveMethod::Always,
            Some(false) | None => SaveMethod::PayerDecides,
        },
        receipt: receipt::inside(data)?,
    })
}

fn cart(fields: &Fields<'_>) -> Result<Vec<Line>, InvalidRequest> {
    let lines = fields.objects("cart")?;
    let lines = lines.filter(|lines| lines.len() <= LINES_MAX);
    let lines = lines.ok_or_else(|| fields.illegal("cart"))?;
    let line = |line: &Fields<'_>| {
        let price = amount::read_named(line, "price")?;
        Ok(Line {
            description: receipt::required(line, "description", DESCRIPTION_CHARS_MAX)?,
            price: price.ok_or_else(|| line.illegal("price"))?,
            discount_price: amount::read_from_zero(line, "discount_price")?,
            quantity: receipt::quantity(line)?,
        })
    };
    lines.iter().map(line).collect()
}

/// The address to which the invoice is sent. Merchants who name none pass the page's address on
/// themselves.
fn to(fields: &Fields<'_>) -> Result<Option<Address>, InvalidRequest> {
    let Some(data) = fields.object("delivery_method_data")? else {
        return Ok(None);
    };
    match data.required_text("type")? {
        "self" => Ok(None),
        "sms" => {
            let phone = receipt::phone(&data, "phone")?;
            let phone = phone.ok_or_else(|| data.refuse("phone", words::PHONE_MISSING))?;
            let phone = Phone::parse(&phone);
            let phone = phone.ok_or_else(|| data.refuse("phone", words::PHONE_ILLEGAL))?;
            Ok(Some(Address::Phone(phone)))
        }
        "email" => {
            let address = data.text("email")?.and_then(Email::parse);
            let address = address.ok_or_else(|| data.illegal("email"))?;
            Ok(Some(Address::Email(address)))
        }
        _ => Err(data.illegal("type")),
    }
}

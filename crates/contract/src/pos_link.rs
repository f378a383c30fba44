//! Plates at tills, both ways (YooKassa API v3: payments through a cash register link).

mod schema;

pub use schema::{CREATE_POS_LINK, MOVE_POS_LINK, POS_LINK};

use domain::payment::Status;
use domain::{GatewayId, Payment, PaymentId, PosLink, PosLinkId, WebAddress};
use serde::Serialize;

use crate::fields::Fields;
use crate::invalid::InvalidRequest;
use crate::json::Json;
use crate::payment::gateway_id;
use crate::wire::Shown;

const LINK_CHARS_MAX: usize = 2_048;

/// `POST /pos_links`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatePosLink {
    /// The till that the plate stands at.
    pub gateway_id: GatewayId,
    /// The address in the plate's code.
    pub link: String,
}

impl CreatePosLink {
    /// Reads a body.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let json = Json::parse(body)?;
        let fields = Fields::root(&json)?;
        let gateway_id = recipient(&fields)?;
        let data = fields.object("pos_link_data")?;
        let data = data.ok_or_else(|| fields.illegal("pos_link_data"))?;
        let link = data.required_text("link")?;
        let fits = WebAddress::parse(link).is_some_and(|address| address.is_https());
        if !fits || LINK_CHARS_MAX < link.chars().count() {
            return Err(data.illegal("link"));
        }
        Ok(Self {
            gateway_id,
            link: link.to_owned(),
        })
    }
}

/// `POST /pos_links/{id}/recipient`: the till that a plate is moved to.
///
/// # Errors
/// The first parameter that is wrong.
pub fn parse_recipient(body: &[u8]) -> Result<GatewayId, InvalidRequest> {
    let json = Json::parse(body)?;
    recipient(&Fields::root(&json)?)
}

fn recipient(fields: &Fields<'_>) -> Result<GatewayId, InvalidRequest> {
    let name = "recipient";
    gateway_id(fields, name)?.ok_or_else(|| fields.illegal(name))
}

#[derive(Serialize)]
struct PosLinkBody {
    id: Shown<PosLinkId>,
    status: &'static str,
    r#type: &'static str,
    recipient: TillBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<LastPaymentBody>,
}

#[derive(Serialize)]
struct TillBody {
    gateway_id: Shown<GatewayId>,
}

#[derive(Serialize)]
struct LastPaymentBody {
    id: Shown<PaymentId>,
    status: &'static str,
}

/// The body of a plate with its last payment.
#[must_use]
pub fn body(link: &PosLink, last: Option<&Payment>) -> Vec<u8> {
    crate::wire::written(&PosLinkBody {
        id: Shown(link.id),
        status: if link.active { "active" } else { "inactive" },
        r#type: "nspk",
        recipient: TillBody {
            gateway_id: Shown(link.gateway_id),
        },
        payment: last.map(|payment| LastPaymentBody {
            id: Shown(payment.id),
            status: match payment.status() {
                Status::Pending => "pending",
                Status::WaitingForCapture | Status::Succeeded => "succeeded",
                Status::Canceled => "canceled",
            },
        }),
    })
}

#[cfg(test)]
mod tests;

//! Where a payout goes, as JSON. The shape is the store's own: fields may be added as optional
//! ones, never renamed. No card number is in it.

use domain::card::CardBrand;
use domain::payout::{Destination, PayoutCard};
use serde::{Deserialize, Serialize};
use sql::StoreError;

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum DestinationJson {
    Card {
        first6: String,
        last4: String,
        brand: String,
        issuer_country: Option<String>,
        issuer_name: Option<String>,
        token: String,
    },
    Wallet {
        account_number: String,
    },
    Sbp {
        phone: String,
        bank_id: String,
        recipient_checked: bool,
        operation_id: Option<String>,
    },
}

pub(super) fn write(destination: &Destination) -> Result<String, StoreError> {
    let json = match destination.clone() {
        Destination::Card { card, token } => DestinationJson::Card {
            first6: card.first6,
            last4: card.last4,
            brand: card.brand.code().to_owned(),
            issuer_country: card.issuer_country,
            issuer_name: card.issuer_name,
            token,
        },
        Destination::Wallet { account_number } => DestinationJson::Wallet { account_number },
        Destination::Sbp {
            phone,
            bank_id,
            recipient_checked,
            operation_id,
        } => DestinationJson::Sbp {
            phone,
            bank_id,
            recipient_checked,
            operation_id,
        },
    };
    serde_json::to_string(&json).map_err(|error| StoreError::engine("write JSON", error))
}

pub(super) fn read(json: &str) -> Option<Destination> {
    Some(match serde_json::from_str(json).ok()? {
        DestinationJson::Card {
            first6,
            last4,
            brand,
            issuer_country,
            issuer_name,
            token,
        } => Destination::Card {
            card: PayoutCard {
                first6,
                last4,
                brand: CardBrand::from_code(&brand)?,
                issuer_country,
                issuer_name,
            },
            token,
        },
        DestinationJson::Wallet { account_number } => Destination::Wallet { account_number },
        DestinationJson::Sbp {
            phone,
            bank_id,
            recipient_checked,
            operation_id,
        } => Destination::Sbp {
            phone,
            bank_id,
            recipient_checked,
            operation_id,
        },
    })
}

//! A shop's settings, as `GET /me` shows them (YooKassa API v3: the shop).

use domain::payout::DestinationKind;
use domain::{MethodKind, Money, Shop, ShopId};
use serde::Serialize;

use crate::amount::Amount;
use crate::invalid::InvalidRequest;
use crate::query::Query;

/// `GET /me`: whose settings are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShowAccount {
    /// A partner's shop of the platform that is asking.
    pub on_behalf_of: Option<ShopId>,
}

impl ShowAccount {
    /// Reads a query.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(query: &str) -> Result<Self, InvalidRequest> {
        let query = Query::parse(query)?;
        Ok(Self {
            on_behalf_of: query.read("on_behalf_of", |text| text.parse().ok())?,
        })
    }
}

#[derive(Serialize)]
struct Me<'a> {
    account_id: String,
    status: &'static str,
    test: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fiscalization: Option<FiscalizationBody>,
    fiscalization_enabled: bool,
    payment_methods: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    itn: Option<&'a str>,
}

#[derive(Serialize)]
struct FiscalizationBody {
    enabled: bool,
    provider: &'static str,
}

/// The body of a shop's settings.
#[must_use]
pub fn body(shop: &Shop) -> Vec<u8> {
    crate::wire::written(&Me {
        account_id: shop.id.to_string(),
        status: if shop.enabled { "enabled" } else { "disabled" },
        test: shop.test,
        fiscalization: shop
            .fiscalization
            .as_ref()
            .map(|settings| FiscalizationBody {
                enabled: true,
                provider: settings.provider.code(),
            }),
        fiscalization_enabled: shop.fiscalization.is_some(),
        payment_methods: shop.methods.iter().copied().map(MethodKind::code).collect(),
        itn: shop.inn.as_deref(),
    })
}

#[derive(Serialize)]
struct Gateway<'a> {
    account_id: String,
    status: &'static str,
    test: bool,
    payout_methods: Vec<&'static str>,
    name: &'a str,
    payout_balance: Amount,
}

/// The body of a payout gateway's settings, with its balance.
#[must_use]
pub fn gateway(shop: &Shop, balance: Money) -> Vec<u8> {
    let ways = DestinationKind::ALL.into_iter();
    let ways = ways.filter(|way| shop.takes(way.method()));
    crate::wire::written(&Gateway {
        account_id: shop.id.to_string(),
        status: if shop.enabled { "enabled" } else { "disabled" },
        test: shop.test,
        payout_methods: ways.map(DestinationKind::code).collect(),
        name: &shop.name,
        payout_balance: Amount(balance),
    })
}

mod schema;
pub use schema::ACCOUNT;

#[cfg(test)]
mod tests {
    use domain::{Currency, Duration, GatewayId, ShopId, ShopKind, Timestamp};

    use super::*;

    #[test]
    fn a_shop_shows_its_settings() {
        let mut shop = Shop {
            id: ShopId::new(100_001).unwrap(),
            gateway_id: GatewayId::new(2_000_001).unwrap(),
            kind: ShopKind::Shop,
            platform_id: None,
            name: "Shop".to_owned(),
            test: true,
            enabled: true,
            currency: Currency::RUB,
            methods: vec![MethodKind::YooMoney, MethodKind::BankCard],
            may_send_cards: true,
            may_save_methods: true,
            deal_life: None,
            may_use_tokens: true,
            widget_retries: true,
            widget_sites: Vec::new(),
            choices: Vec::new(),
            clock_offset: Duration::ZERO,
            inn: Some("7750005725".to_owned()),
            fiscalization: None,
            created_at: Timestamp::from_micros(0),
            version: 1,
        };
        let shown = String::from_utf8(body(&shop)).unwrap();
        insta::assert_snapshot!(shown);
        shop.kind = ShopKind::Gateway { cards_of: None };
        let shown = gateway(&shop, Money::new(-100, Currency::RUB));
        insta::assert_snapshot!(String::from_utf8(shown).unwrap());
        shop.enabled = false;
        shop.inn = None;
        let shown = String::from_utf8(body(&shop)).unwrap();
        assert!(
            shown.contains(r#""status":"disabled""#) && !shown.contains("itn"),
            "{shown}"
        );
    }
}

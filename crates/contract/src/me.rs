//! A shop's settings, as `GET /me` shows them (YooKassa API v3: the shop).

use domain::{MethodKind, Shop};
use serde::Serialize;

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

mod schema;
pub use schema::ME;

#[cfg(test)]
mod tests {
    use domain::{Currency, Duration, GatewayId, ShopId, Timestamp};

    use super::*;

    #[test]
    fn a_shop_shows_its_settings() {
        let mut shop = Shop {
            id: ShopId::new(100_001).unwrap(),
            gateway_id: GatewayId::new(2_000_001).unwrap(),
            name: "Shop".to_owned(),
            test: true,
            enabled: true,
            currency: Currency::RUB,
            methods: vec![MethodKind::YooMoney, MethodKind::BankCard],
            may_send_cards: true,
            may_save_methods: true,
            deal_life: None,
            clock_offset: Duration::ZERO,
            inn: Some("7750005725".to_owned()),
            fiscalization: None,
            created_at: Timestamp::from_micros(0),
            version: 1,
        };
        let shown = String::from_utf8(body(&shop)).unwrap();
        insta::assert_snapshot!(shown);
        shop.enabled = false;
        shop.inn = None;
        let shown = String::from_utf8(body(&shop)).unwrap();
        assert!(
            shown.contains(r#""status":"disabled""#) && !shown.contains("itn"),
            "{shown}"
        );
    }
}

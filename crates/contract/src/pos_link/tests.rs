//! What is accepted and refused of plates, and how one is shown.

use domain::{GatewayId, IdSeed, PosLink, PosLinkId, ShopId, Timestamp};

use super::*;

fn refused(body: &str) -> Option<String> {
    CreatePosLink::parse(body.as_bytes()).unwrap_err().parameter
}

#[test]
fn a_plate_is_read_and_what_is_wrong_is_named() {
    let body = r#"{"recipient":{"gateway_id":"2000001"},
        "pos_link_data":{"link":"https://qr.nspk.ru/AS10003P3RH0LJ2A9ROO038L6NT5RU1M"}}"#;
    let link = CreatePosLink::parse(body.as_bytes()).unwrap();
    assert_eq!(Some(link.gateway_id), GatewayId::new(2_000_001));
    for (body, parameter) in [
        ("{}", "recipient"),
        (r#"{"recipient":{}}"#, "recipient.gateway_id"),
        (
            r#"{"recipient":{"gateway_id":"x"}}"#,
            "recipient.gateway_id",
        ),
        (r#"{"recipient":{"gateway_id":"1"}}"#, "pos_link_data"),
        (
            r#"{"recipient":{"gateway_id":"1"},"pos_link_data":{"link":"qr.nspk.ru/1"}}"#,
            "pos_link_data.link",
        ),
        (
            r#"{"recipient":{"gateway_id":"1"},"pos_link_data":{"link":"http://qr.nspk.ru/1"}}"#,
            "pos_link_data.link",
        ),
    ] {
        assert_eq!(refused(body).as_deref(), Some(parameter), "{body}");
    }
    assert_eq!(
        parse_recipient(br#"{"recipient":{"gateway_id":"7"}}"#).ok(),
        GatewayId::new(7)
    );
    assert!(parse_recipient(b"{}").is_err());
}

#[test]
fn a_plate_is_shown() {
    let at = Timestamp::from_micros(1_784_548_800_000_000);
    let mut link = PosLink {
        id: PosLinkId::new(IdSeed { at, random: 1 }),
        shop_id: ShopId::new(100_001).unwrap(),
        gateway_id: GatewayId::new(2_000_001).unwrap(),
        link: "https://qr.nspk.ru/1".to_owned(),
        active: true,
        payment_id: None,
        created_at: at,
        version: 1,
    };
    let shown = String::from_utf8(body(&link, None)).unwrap();
    insta::assert_snapshot!(shown);
    link.active = false;
    let shown = String::from_utf8(body(&link, None)).unwrap();
    assert!(shown.contains(r#""status":"inactive""#), "{shown}");
}

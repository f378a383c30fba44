//! `/v3/pos_links`

use serde_json::{Value, json};

use crate::{invalid, world};

#[tokio::test]
async fn a_plate_is_added_shown_switched_and_moved() {
    let world = world().await;
    let till = world.shop.gateway_id.to_string();
    let body = json!({
        "recipient": {"gateway_id": till},
        "pos_link_data": {"link": "https://qr.nspk.ru/AS10"},
    });
    let made = world.post("/pos_links", "key", &body).await;
    let id = made.text("/id");
    assert_eq!(
        made.json(),
        json!({"id": id, "status": "active", "type": "nspk", "recipient": {"gateway_id": till}})
    );
    let again = world.post("/pos_links", "key", &body).await;
    assert_eq!(again.bytes, made.bytes);
    let taken = world.post("/pos_links", "other", &body).await;
    invalid(&taken, "pos_link_data.link");
    let off = world
        .post(&format!("/pos_links/{id}/deactivate"), "off", &Value::Null)
        .await;
    assert_eq!(off.text("/status"), "inactive");
    let on = world
        .post(&format!("/pos_links/{id}/activate"), "on", &json!({}))
        .await;
    assert_eq!(on.text("/status"), "active");
    let path = format!("/pos_links/{id}/recipient");
    let moved = world
        .post(&path, "move", &json!({"recipient": {"gateway_id": till}}))
        .await;
    assert_eq!(moved.bytes, made.bytes);
    let foreign = world
        .post(&path, "f", &json!({"recipient": {"gateway_id": "7"}}))
        .await;
    invalid(&foreign, "recipient.gateway_id");
    assert_eq!(
        world.get(&format!("/pos_links/{id}")).await.bytes,
        made.bytes
    );
    let unknown = world
        .get("/pos_links/pl-31f00900-000f-5000-8000-1a2b3c4d5e6f")
        .await;
    assert_eq!(unknown.status.as_u16(), 404);
}

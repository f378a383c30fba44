//! `altyn listen`: notifications, live.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::altyn::Place;

#[test]
fn notifications_are_shown_and_forwarded_and_the_webhook_goes_with_the_command() {
    let place = Place::new();
    let server = place.serve(&["--demo"]);
    let shop = server.field("shop_id");
    let receiver = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", receiver.local_addr().unwrap());
    let words = ["listen", "--shop", shop, "--forward-to", &url, "--json"];
    let mut listening = place.start(place.altyn(&words));
    let begun = listening.line().unwrap();
    let webhooks = || place.told(&["shop", "webhook", "list", "--shop", shop]);
    assert_eq!(webhooks()["items"][0]["id"], begun["webhook_id"]);

    let paid = server.paid("72");
    let (mut stream, _) = receiver.accept().unwrap();
    let mut request = Vec::new();
    let mut part = [0; 4096];
    while !String::from_utf8_lossy(&request).contains("payment.succeeded") {
        let length = stream.read(&mut part).unwrap();
        assert!(length > 0);
        request.extend_from_slice(&part[..length]);
    }
    let text = String::from_utf8_lossy(&request).to_lowercase();
    assert!(text.starts_with("post /hook "), "{text}");
    assert!(text.contains("webhook-signature: v1,"), "{text}");
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        .unwrap();

    let line = listening.line().unwrap();
    assert_eq!(line["event"], "payment.succeeded");
    assert_eq!(line["object_id"], paid["id"]);
    assert_eq!(line["forward_status"], 200);
    listening.interrupt();
    assert_eq!(webhooks()["items"], serde_json::json!([]));
    server.stop();
}

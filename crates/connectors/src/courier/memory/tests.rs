//! The courier of the tests is tested too.

use std::sync::Arc;

use super::*;

fn parcel(url: &str, body: &str) -> Parcel {
    Parcel {
        url: url.to_owned(),
        headers: Vec::new(),
        body: body.to_owned(),
    }
}

async fn outcome(courier: &MemoryCourier, url: &str, body: &str) -> Outcome {
    courier.post(parcel(url, body)).await.outcome
}

fn status(status: u16) -> Outcome {
    Outcome::Answered {
        status,
        body: String::new(),
    }
}

#[tokio::test]
async fn queued_replies_come_before_lasting_ones() {
    let courier = MemoryCourier::new();
    courier.always("a", Reply::status(500));
    courier.next("a", Reply::failed("connection refused"));
    courier.next("a", Reply::status(404));
    let refused = Outcome::Failed {
        reason: "connection refused".to_owned(),
    };
    assert_eq!(outcome(&courier, "a", "1").await, refused);
    assert_eq!(outcome(&courier, "a", "2").await, status(404));
    assert_eq!(outcome(&courier, "a", "3").await, status(500));
    assert_eq!(outcome(&courier, "b", "4").await, status(200));
    let bodies: Vec<_> = courier
        .parcels()
        .into_iter()
        .map(|parcel| parcel.body)
        .collect();
    assert_eq!(bodies, ["1", "2", "3", "4"]);
    assert_eq!(courier.take().len(), 4);
    assert!(courier.parcels().is_empty());
}

#[tokio::test]
async fn a_slow_receiver_waits_for_its_gate() {
    let courier = Arc::new(MemoryCourier::new());
    let gate = Gate::closed();
    courier.next("slow", Reply::After(gate.clone(), status(200)));
    let slow = Arc::clone(&courier);
    let call = tokio::spawn(async move { outcome(&slow, "slow", "1").await });
    tokio::task::yield_now().await;
    assert!(!call.is_finished());
    assert_eq!(outcome(&courier, "fast", "2").await, status(200));
    gate.open();
    assert_eq!(call.await.unwrap(), status(200));
}

//! What outlives the process and what several nodes share.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;

use super::super::memory::{Change, InProcess, Memory, MemoryError};
use super::super::{left_in_files, set_files_aside};
use super::*;
use crate::acquirer::{CallError, CarriedOut, Found};
use crate::payer::Payer;
use crate::sandbox::Decision;

fn nodes() -> (Arc<InProcess>, Sandbox, Sandbox) {
    let memory = Arc::new(InProcess::default());
    let node = || {
        let shared: Arc<dyn Memory> = Arc::<InProcess>::clone(&memory);
        Sandbox::on(shared, BASE_URL, clock())
    };
    let (one, other) = (node(), node());
    (memory, one, other)
}

async fn text(memory: &InProcess) -> String {
    let all = memory.list(None, 1_000).await.unwrap();
    all.into_iter().map(|(_, text)| text).collect()
}

#[tokio::test]
async fn any_node_finishes_what_another_began() {
    let (_, one, other) = nodes();
    let held = one
        .authorize(hold(1, card("4111111111111111")))
        .await
        .unwrap();
    let found = Acquirer::look_up(&other, operation(1)).await.unwrap();
    assert_eq!(found, Found::Answered(held.clone()));
    let reference = approved(held).reference;
    approved(
        other
            .capture(follow(2, &reference, rub(600)))
            .await
            .unwrap(),
    );
    declined(one.refund(follow(3, &reference, rub(601))).await.unwrap());
    approved(one.refund(follow(4, &reference, rub(600))).await.unwrap());
    // The same again only hears its answer, whoever is asked.
    approved(other.refund(follow(4, &reference, rub(600))).await.unwrap());
    declined(other.refund(follow(5, &reference, rub(1))).await.unwrap());

    challenged(
        one.authorize(pay(6, card("5555555555554477")))
            .await
            .unwrap(),
    );
    assert!(other.shown(operation(6)).await.unwrap().is_some());
    let decided = other.decide(operation(6), Decision::Approve).await.unwrap();
    let again = one.decide(operation(6), Decision::Decline).await.unwrap();
    assert_eq!(again, decided);
    approved(decided.answer);

    let statement = Acquirer::statement(&one, None).await.unwrap().unwrap();
    let line = |line: &CarriedOut| (line.operation, line.kind.code(), line.amount.minor());
    let lines: Vec<_> = statement.lines.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            (operation(1), "authorize", 100_000),
            (operation(2), "capture", 60_000),
            (operation(4), "refund", 60_000),
            (operation(6), "authorize", 100_000),
        ]
    );
    let payouts = Payer::statement(&one, None).await.unwrap().unwrap();
    assert_eq!(payouts.lines, []);
    let end = Acquirer::statement(&one, statement.next).await.unwrap();
    assert_eq!(end.unwrap().next, None);
}

#[tokio::test]
async fn of_two_changes_of_one_record_the_first_stands() {
    let (memory, one, _) = nodes();
    challenged(
        one.authorize(pay(1, card("5555555555554477")))
            .await
            .unwrap(),
    );
    let found = memory.find(operation(1)).await.unwrap();
    approved(
        one.decide(operation(1), Decision::Approve)
            .await
            .unwrap()
            .answer,
    );
    for before in [found, None] {
        let change = Change {
            operation: operation(1),
            before,
            after: "{}".to_owned(),
        };
        assert!(!memory.change(shop(), vec![change]).await.unwrap());
    }
    assert!(matches!(
        Acquirer::look_up(&one, operation(1)).await.unwrap(),
        Found::Answered(Answer::Approved(_))
    ));
}

#[tokio::test]
async fn records_know_no_card_number() {
    let (memory, sandbox, _) = nodes();
    let number = "2202474301322987";
    let request = Authorize {
        save: true,
        ..pay(1, card(number))
    };
    approved(sandbox.authorize(request).await.unwrap());
    challenged(
        sandbox
            .bind(bind(2, card("5555555555554477")))
            .await
            .unwrap(),
    );
    let text = text(&memory).await;
    assert!(text.contains("220247") && text.contains("2987"), "{text}");
    assert!(
        !text.contains(number) && !text.contains(&number[6..12]),
        "{text}"
    );
    assert!(
        !text.contains("5555555555554477") && !text.contains("\"123\""),
        "{text}"
    );
}

/// Memory that lets others go first, and is away so many times.
#[derive(Default)]
struct Slow {
    inner: InProcess,
    away: AtomicU32,
}

#[async_trait]
impl Memory for Slow {
    async fn find(&self, operation: OperationId) -> Result<Option<String>, MemoryError> {
        let found = self.inner.find(operation).await;
        tokio::task::yield_now().await;
        found
    }

    async fn change(&self, shop: ShopId, changes: Vec<Change>) -> Result<bool, MemoryError> {
        let left = self.away.load(Ordering::SeqCst);
        if left > 0 {
            self.away.store(left - 1, Ordering::SeqCst);
            return Err("away".into());
        }
        tokio::task::yield_now().await;
        self.inner.change(shop, changes).await
    }

    async fn list(
        &self,
        after: Option<OperationId>,
        limit: u32,
    ) -> Result<Vec<(OperationId, String)>, MemoryError> {
        self.inner.list(after, limit).await
    }
}

#[tokio::test]
async fn what_is_decided_at_once_is_not_forgotten_because_the_memory_is_away() {
    let memory = Arc::new(Slow::default());
    memory.away.store(2, Ordering::SeqCst);
    let shared: Arc<dyn Memory> = Arc::<Slow>::clone(&memory);
    let sandbox = Sandbox::on(shared, BASE_URL, clock());
    approved(
        sandbox
            .authorize(pay(1, card("4111111111111111")))
            .await
            .unwrap(),
    );
    assert_eq!(memory.find(operation(1)).await.unwrap(), None);
    // A process that ends waits for it.
    sandbox.settled().await;
    assert!(memory.find(operation(1)).await.unwrap().is_some());
    // What waits for its payer is begun only if it is remembered.
    memory.away.store(1, Ordering::SeqCst);
    let lost = sandbox.authorize(pay(2, card("5555555555554477"))).await;
    assert!(matches!(lost, Err(CallError::Unknown(Some(_)))), "{lost:?}");
}

#[tokio::test]
async fn of_many_refunds_at_once_each_is_answered() {
    let shared: Arc<dyn Memory> = Arc::new(Slow::default());
    let sandbox = Arc::new(Sandbox::on(shared, BASE_URL, clock()));
    let paid = sandbox.authorize(pay(1, card("4111111111111111"))).await;
    let reference = approved(paid.unwrap()).reference;
    let mut refunds = tokio::task::JoinSet::new();
    for id in 2..66 {
        let (sandbox, request) = (Arc::clone(&sandbox), follow(id, &reference, rub(1)));
        refunds.spawn(async move { sandbox.refund(request).await });
    }
    for answer in refunds.join_all().await {
        approved(answer.unwrap());
    }
}

#[tokio::test]
async fn files_of_before_are_taken_over_once() {
    let directory = tempfile::tempdir().unwrap();
    let (memory, sandbox, _) = nodes();
    for id in [1, 2] {
        challenged(
            sandbox
                .authorize(pay(id, card("5555555555554477")))
                .await
                .unwrap(),
        );
    }
    let asked = text(&memory).await.replace("}{", "}\n{");
    sandbox
        .decide(operation(1), Decision::Approve)
        .await
        .unwrap();
    let decided = memory.find(operation(1)).await.unwrap().unwrap();
    let file = |number: u32| {
        directory
            .path()
            .join(format!("operations-{number:06}.jsonl"))
    };
    fs::write(file(9), format!("{asked}\n{{\"purchase\":[\"op-")).unwrap();
    fs::write(file(10), format!("\n{decided}\n")).unwrap();
    fs::write(directory.path().join("register.jsonl"), "{}").unwrap();

    let left = left_in_files(directory.path()).unwrap();
    let texts: Vec<_> = left
        .iter()
        .map(|(_, change)| change.after.clone())
        .collect();
    let waiting = memory.find(operation(2)).await.unwrap().unwrap();
    assert_eq!(texts, [decided, waiting]);
    assert!(left.iter().all(|(owner, _)| *owner == shop()));
    assert_eq!(set_files_aside(directory.path()).unwrap(), 2);
    assert_eq!(left_in_files(directory.path()).unwrap(), []);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3);
}

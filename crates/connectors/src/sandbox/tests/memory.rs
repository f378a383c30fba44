//! What outlives a restart, and how much of it.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::*;
use crate::acquirer::Found;
use crate::sandbox::Decision;

const GENERATION: usize = 10;

fn reopen(directory: &Path) -> Sandbox {
    Sandbox::open_sized(directory, BASE_URL, clock(), GENERATION).unwrap()
}

fn files(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn journal(directory: &Path) -> String {
    let text = |name: String| fs::read_to_string(directory.join(name)).unwrap();
    files(directory).into_iter().map(text).collect()
}

#[tokio::test]
async fn a_restart_forgets_nothing_that_was_answered() {
    let directory = tempfile::tempdir().unwrap();
    let before = reopen(directory.path());
    let paid = before
        .authorize(hold(1, card("4111111111111111")))
        .await
        .unwrap();
    let reference = approved(paid.clone()).reference;
    let captured = before
        .capture(follow(2, &reference, rub(600)))
        .await
        .unwrap();
    let asked = before
        .authorize(pay(3, card("5555555555554477")))
        .await
        .unwrap();
    let statistics = before.statistics();
    drop(before);

    let after = reopen(directory.path());
    assert_eq!(after.statistics(), statistics);
    for (id, answer) in [(1, paid), (2, captured), (3, asked)] {
        assert_eq!(
            after.look_up(operation(id)).await.unwrap(),
            Found::Answered(answer)
        );
    }
    declined(after.refund(follow(4, &reference, rub(601))).await.unwrap());
    approved(after.refund(follow(5, &reference, rub(600))).await.unwrap());
    let decided = after.decide(operation(3), Decision::Approve).unwrap();
    drop(after);
    let later = reopen(directory.path());
    assert_eq!(
        later.decide(operation(3), Decision::Decline).unwrap(),
        decided
    );
}

#[tokio::test]
async fn the_journal_knows_no_card_number() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = reopen(directory.path());
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
    let text = journal(directory.path());
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

#[tokio::test]
async fn a_torn_line_costs_only_itself() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = reopen(directory.path());
    approved(
        sandbox
            .authorize(pay(1, card("4111111111111111")))
            .await
            .unwrap(),
    );
    drop(sandbox);
    let path = directory.path().join(&files(directory.path())[0]);
    let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(b"{\"purchase\":[\"op-").unwrap();

    let sandbox = reopen(directory.path());
    approved(
        sandbox
            .authorize(pay(2, card("4111111111111111")))
            .await
            .unwrap(),
    );
    drop(sandbox);
    let sandbox = reopen(directory.path());
    assert_eq!(sandbox.statistics().len(), 2);
}

#[tokio::test]
async fn memory_is_bounded_and_keeps_payers_who_still_decide() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = reopen(directory.path());
    challenged(
        sandbox
            .authorize(pay(1, card("5555555555554477")))
            .await
            .unwrap(),
    );
    for id in 2..100 {
        approved(
            sandbox
                .authorize(pay(id, card("4111111111111111")))
                .await
                .unwrap(),
        );
        let known = sandbox.statistics().len();
        assert!(known < 2 * GENERATION, "{known} are remembered");
        assert!(files(directory.path()).len() <= 2);
    }
    assert!(journal(directory.path()).lines().count() < 2 * GENERATION + 2);
    let statistics = sandbox.statistics();
    drop(sandbox);

    let sandbox = reopen(directory.path());
    assert_eq!(sandbox.statistics(), statistics);
    assert_eq!(sandbox.look_up(operation(2)).await.unwrap(), Found::Nothing);
    let decided = sandbox.decide(operation(1), Decision::Approve).unwrap();
    approved(decided.answer);
}

#[tokio::test]
async fn a_turn_that_was_cut_short_is_finished_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = reopen(directory.path());
    challenged(
        sandbox
            .authorize(pay(1, card("5555555555554477")))
            .await
            .unwrap(),
    );
    challenged(
        sandbox
            .authorize(pay(2, card("5555555555554477")))
            .await
            .unwrap(),
    );
    drop(sandbox);
    // As if the process had ended right after the third file was made, before the payers who
    // still decide were written to it.
    let second = directory.path().join("operations-000002.jsonl");
    let sandbox = {
        fs::write(directory.path().join("operations-000003.jsonl"), "").unwrap();
        fs::write(second, "").unwrap();
        reopen(directory.path())
    };
    assert_eq!(files(directory.path()).len(), 2);
    drop(sandbox);
    let sandbox = reopen(directory.path());
    for id in [1, 2] {
        approved(
            sandbox
                .decide(operation(id), Decision::Approve)
                .unwrap()
                .answer,
        );
    }
}

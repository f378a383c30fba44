//! A call that never arrived is looked at again: four times if the outside does not know it, and
//! any number of times while a look brings no answer.

use super::*;
use crate::id::IdSeed;
use crate::money::Currency;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn given_up() -> Operation {
    let seed = |random| IdSeed { at: NOW, random };
    let new = NewOperation {
        id: OperationId::new(seed(1)),
        shop_id: ShopId::new(1).unwrap(),
        object: OperationObject::Payment(PaymentId::new(seed(2))),
        kind: OperationKind::Authorize,
        connector: Some(ConnectorName::SANDBOX),
        amount: Money::new(10_000, Currency::RUB),
        reference: None,
    };
    Operation::send(new, NOW).never_arrived(NOW).unwrap()
}

/// How long after `NOW` the next look is due, in seconds.
fn due(operation: &Operation) -> Option<i64> {
    operation
        .due_at
        .map(|due_at| due_at.since(NOW).as_seconds())
}

#[test]
fn four_looks_that_find_nothing_are_the_last() {
    let mut operation = given_up();
    let mut looks = Vec::new();
    while let Some(due_at) = operation.due_at {
        looks.push(due(&operation).unwrap());
        operation = operation.still_absent(due_at).unwrap();
    }
    assert_eq!(looks, [900, 4_500, 26_100, 112_500]);
    assert_eq!(operation.state, OperationState::GivenUp);
    let later = NOW.plus(Duration::days(30));
    assert_eq!(operation.still_absent(later), None);
    assert_eq!(operation.unanswered(later), None);
}

#[test]
fn a_look_without_an_answer_uses_none_up_and_is_made_again_without_end() {
    let mut operation = given_up();
    let mut looks = Vec::new();
    for _ in 0..40 {
        let due_at = operation.due_at.unwrap();
        looks.push(due(&operation).unwrap());
        operation = operation.unanswered(due_at).unwrap();
        assert_eq!(
            (operation.state, operation.looks),
            (OperationState::GivenUp, 1)
        );
    }
    assert_eq!(looks[..6], [900, 1_800, 3_600, 7_200, 14_400, 28_800]);
    let pauses = looks.windows(2).skip(5).map(|two| two[1] - two[0]);
    assert!(pauses.clone().all(|pause| pause == 21_600), "{looks:?}");

    // The bank answers again: all four looks are still to come.
    let mut found_nothing = 0;
    while let Some(due_at) = operation.due_at {
        operation = operation.still_absent(due_at).unwrap();
        found_nothing += 1;
    }
    assert_eq!(found_nothing, 4);
}

#[test]
fn a_look_that_was_not_due_counts_for_nothing() {
    // Two nodes look at once: the second one's result comes after the first one's was written.
    let operation = given_up();
    let due_at = operation.due_at.unwrap();
    let early = due_at.minus(Duration::micros(1));
    assert_eq!(operation.still_absent(early), None);
    assert_eq!(operation.unanswered(early), None);
    let looked = operation.still_absent(due_at).unwrap();
    assert_eq!(looked.still_absent(due_at), None);
    assert_eq!(looked.unanswered(due_at), None);
    let open = Operation {
        state: OperationState::Unknown,
        ..operation
    };
    assert_eq!(open.still_absent(due_at), None);
}

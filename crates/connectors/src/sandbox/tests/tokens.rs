//! Cards that are given for tokens.

use domain::MethodFacts;

use super::*;
use crate::acquirer::{GivenCard, Tokenize, Tokenized};
use crate::sandbox::{Call, Decision, Fault, TEST_CARDS};

fn given(number: &str) -> GivenCard {
    match card(number) {
        Means::Card(card) => GivenCard::Payment(card),
        Means::Token(_) | Means::CardToken(_) | Means::Method { .. } => unreachable!(),
    }
}

fn recipient(number: &str) -> GivenCard {
    GivenCard::Payout(CardNumber::parse(number).unwrap())
}

async fn tokenize(sandbox: &Sandbox, card: GivenCard) -> Tokenized {
    let shop_id = shop();
    let kept = sandbox.tokenize(Tokenize { shop_id, card }).await;
    kept.unwrap()
}

async fn token(sandbox: &Sandbox, card: GivenCard) -> String {
    match tokenize(sandbox, card).await {
        Tokenized::Kept { token, .. } => token,
        Tokenized::CountryForbidden | Tokenized::CountryUnknown => panic!("not kept"),
    }
}

#[tokio::test]
async fn a_token_is_as_good_as_its_card_for_each_test_card() {
    let (sandbox, id) = (sandbox(), std::cell::Cell::new(1));
    let next = || id.replace(id.get() + 1);
    for (number, _) in TEST_CARDS {
        let token = token(&sandbox, given(number)).await;
        assert!(!token.contains(number), "{token}");
        for challenge in [ChallengePolicy::Never, ChallengePolicy::IfNeeded] {
            let by_card = Authorize {
                challenge,
                ..pay(next(), card(number))
            };
            let by_token = Authorize {
                challenge,
                ..pay(next(), Means::CardToken(token.clone()))
            };
            let by_card = kind_of(sandbox.authorize(by_card).await.unwrap());
            let by_token = kind_of(sandbox.authorize(by_token).await.unwrap());
            assert_eq!(by_card, by_token, "{number}");
        }
    }
}

/// What the answers of two operations share.
fn kind_of(answer: Answer) -> (&'static str, Option<MethodFacts>, Option<Decline>) {
    match answer {
        Answer::Approved(approval) => ("approved", approval.facts, None),
        Answer::Challenged(_) => ("challenged", None, None),
        Answer::Declined { decline, facts } => ("declined", facts, Some(decline)),
    }
}

#[tokio::test]
async fn a_token_is_no_saved_means_and_a_saved_means_no_token() {
    let sandbox = sandbox();
    let kept = token(&sandbox, given("5555555555554477")).await;
    let answer = sandbox.authorize(pay(1, Means::Token(kept))).await.unwrap();
    assert!(matches!(answer, Answer::Declined { .. }), "{answer:?}");
    let saved = token(&sandbox, recipient("5555555555554444")).await;
    let answer = sandbox.authorize(pay(2, Means::CardToken(saved))).await;
    assert!(matches!(answer.unwrap(), Answer::Declined { .. }));
}

#[tokio::test]
async fn the_payer_passes_3_d_secure_with_a_token() {
    let sandbox = sandbox();
    let kept = token(&sandbox, given("5555555555554477")).await;
    let answer = sandbox.authorize(pay(1, Means::CardToken(kept))).await;
    assert!(matches!(answer.unwrap(), Answer::Challenged(_)));
    let decided = sandbox
        .decide(operation(1), Decision::Approve)
        .await
        .unwrap();
    assert!(matches!(decided.answer, Answer::Approved(_)));
}

#[tokio::test]
async fn cards_that_are_paid_to_have_to_be_of_a_known_country() {
    let sandbox = sandbox();
    let kept = tokenize(&sandbox, recipient("2200000000000004")).await;
    assert!(matches!(
        kept,
        Tokenized::Kept { issuer_country: Some(country), .. } if country == "RU"
    ));
    let foreign = tokenize(&sandbox, recipient("5555555555554584")).await;
    assert!(matches!(foreign, Tokenized::CountryForbidden));
    let nobodys = tokenize(&sandbox, recipient("9900000000000002")).await;
    assert!(matches!(nobodys, Tokenized::CountryUnknown));
}

#[tokio::test]
async fn a_lost_answer_is_unknown() {
    let sandbox = sandbox();
    sandbox.script().next(Call::Tokenize, Fault::ReplyLost);
    let (shop_id, card) = (shop(), given("5555555555554444"));
    let lost = sandbox.tokenize(Tokenize { shop_id, card }).await;
    assert!(matches!(lost, Err(crate::CallError::Unknown(None))));
}

//! Each test card, and what 3-D Secure and saving do to cards.

use domain::MethodFacts;
use domain::acquiring::ThreeDSecure;

use super::*;
use crate::sandbox::{Decision, Outcome, ShownKind, ShownStatus, TEST_CARDS};

/// The table of the documentation, written down a second time, by payment system.
const TABLE: [(&str, &[&str]); 16] = [
    (
        "payment_network 3d_secure_failed",
        &["5555555555554592", "4839665499603842", "2200000000000012"],
    ),
    (
        "payment_network call_issuer",
        &["5555555555554535", "4926946416239025", "2200000000000020"],
    ),
    (
        "payment_network card_expired",
        &["5555555555554543", "4141435412630840", "2200000000000038"],
    ),
    (
        "payment_network fraud_suspected",
        &["5555555555554568", "4483274282299972", "2200000000000046"],
    ),
    (
        "payment_network general_decline",
        &["5555555555554527", "4889971706588753", "2202202212312379"],
    ),
    (
        "payment_network insufficient_funds",
        &["5555555555554600", "4562265587712390", "2200000000000053"],
    ),
    (
        "payment_network invalid_card_number",
        &["5555555555554618", "4951017853630544", "2201382000000013"],
    ),
    (
        "payment_network invalid_csc",
        &["5555555555554626", "4194180666146368", "2200770212727079"],
    ),
    (
        "payment_network issuer_unavailable",
        &["5555555555554501", "4654130848359150", "2201382000000021"],
    ),
    (
        "payment_network payment_method_limit_exceeded",
        &["5555555555554576", "4565231022577548", "2201382000000039"],
    ),
    (
        "payment_network payment_method_restricted",
        &["5555555555554550", "4233961169071671", "2201382000000047"],
    ),
    (
        "yoo_money country_forbidden",
        &["5555555555554584", "4969751510013864", "2201382000000054"],
    ),
    (
        "yoo_money fraud_suspected",
        &["5555555555554634", "4119098878796485", "2201696981989955"],
    ),
    (
        "challenge",
        &["5555555555554477", "4793128161644804", "2200000000000004"],
    ),
    (
        "success",
        &[
            "5555555555554444",
            "4111111111111111",
            "2202474301322987",
            "6759649826438453",
            "4175001000000017",
            "370000000000002",
            "3528000700000000",
            "36700102000000",
        ],
    ),
    ("success once", &["5555555555554642"]),
];

async fn outcome(sandbox: &Sandbox, id: u64, number: &str) -> String {
    let answer = sandbox
        .authorize(Authorize {
            save: true,
            ..pay(id, card(number))
        })
        .await;
    match answer.unwrap() {
        Answer::Declined { decline, facts } => {
            let MethodFacts::Card(facts) = facts.unwrap() else {
                panic!("not a card")
            };
            assert!(number.starts_with(&facts.first6) && number.ends_with(&facts.last4));
            format!("{} {}", decline.party.code(), decline.reason.code())
        }
        Answer::Challenged(Challenge::Redirect { url }) => {
            assert_eq!(
                url,
                format!("http://pay.test/sandbox/3ds?operation={}", operation(id))
            );
            "challenge".to_owned()
        }
        Answer::Challenged(other) => panic!("not a page: {other:?}"),
        Answer::Approved(approval) => {
            let again = pay(id + 10_000, Means::Token(approval.token.unwrap()));
            let never = Authorize {
                challenge: ChallengePolicy::Never,
                ..again
            };
            match sandbox.authorize(never).await.unwrap() {
                Answer::Declined { decline, .. } => {
                    assert_eq!(decline, by_network(CancellationReason::PermissionRevoked));
                    "success once".to_owned()
                }
                Answer::Approved(_) | Answer::Challenged(_) => "success".to_owned(),
            }
        }
    }
}

#[tokio::test]
async fn every_test_card_has_its_documented_outcome() {
    let sandbox = sandbox();
    let mut id = 0;
    for (expected, numbers) in TABLE {
        for number in numbers {
            id += 1;
            assert_eq!(outcome(&sandbox, id, number).await, expected, "{number}");
        }
    }
    assert_eq!(usize::try_from(id).unwrap(), TEST_CARDS.len());
}

#[test]
fn test_cards_are_valid_numbers_and_each_is_named_once() {
    let mut numbers: Vec<_> = TEST_CARDS.iter().map(|(number, _)| *number).collect();
    for number in &numbers {
        assert!(CardNumber::parse(number).is_some(), "{number}");
    }
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), TEST_CARDS.len());
}

#[tokio::test]
async fn any_other_card_pays_and_is_told_of_by_its_brand() {
    let sandbox = sandbox();
    let answer = sandbox.authorize(pay(1, card("2200 0000 0000 0061"))).await;
    let approval = approved(answer.unwrap());
    let Some(MethodFacts::Card(facts)) = approval.facts else {
        panic!("no card")
    };
    assert_eq!(facts.brand.code(), "Mir");
    assert_eq!(facts.issuer_country.as_deref(), Some("RU"));
    assert_eq!(facts.issuer_name.as_deref(), Some("Sandbox Bank"));
    assert_eq!(
        (facts.first6.as_str(), facts.last4.as_str()),
        ("220000", "0061")
    );

    let answer = sandbox.authorize(pay(2, card("4111111111111111"))).await;
    let Some(MethodFacts::Card(facts)) = approved(answer.unwrap()).facts else {
        panic!("no card")
    };
    assert_eq!(facts.issuer_country.as_deref(), Some("US"));
    assert_eq!(approval.rrn.unwrap().len(), 12);
    assert_eq!(approval.auth_code.unwrap().len(), 6);
    assert_eq!(approval.token, None, "nobody asked to save it");
}

#[tokio::test]
async fn a_card_is_good_to_the_end_of_its_month() {
    let sandbox = sandbox();
    let with_expiry = |id, year, month| {
        let Means::Card(card) = card("5555555555554444") else {
            panic!("not a card")
        };
        let expiry = Expiry::new(year, month).unwrap();
        pay(id, Means::Card(Card { expiry, ..card }))
    };
    approved(sandbox.authorize(with_expiry(1, 2026, 11)).await.unwrap());
    let late = sandbox.authorize(with_expiry(2, 2026, 10)).await.unwrap();
    assert_eq!(declined(late), by_network(CancellationReason::CardExpired));
}

#[tokio::test]
async fn a_passed_challenge_pays_and_a_failed_one_declines() {
    let sandbox = sandbox();
    for (id, decision) in [(1, Decision::Approve), (2, Decision::Decline)] {
        let first = sandbox
            .authorize(pay(id, card("5555555555554477")))
            .await
            .unwrap();
        let shown = sandbox.shown(operation(id)).await.unwrap().unwrap();
        assert_eq!(
            (shown.kind, shown.status),
            (ShownKind::ThreeDSecure, ShownStatus::Waiting)
        );
        assert_eq!(shown.card_last4.as_deref(), Some("4477"));
        assert_eq!((shown.amount, shown.shop_id), (rub(1_000), shop()));

        let closed = sandbox
            .decide(operation(id), Decision::Close)
            .await
            .unwrap();
        assert_eq!(
            (closed.answer, closed.return_url.as_str()),
            (first, "https://shop.test/back")
        );

        let decided = sandbox.decide(operation(id), decision).await.unwrap();
        let other = sandbox
            .decide(operation(id), Decision::Approve)
            .await
            .unwrap();
        assert_eq!(decided, other, "the first decision stands");
        let again = sandbox
            .authorize(pay(id, card("5555555555554477")))
            .await
            .unwrap();
        assert_eq!(decided.answer, again);
        match decision {
            Decision::Approve => assert_eq!(
                approved(decided.answer).three_d_secure,
                Some(ThreeDSecure {
                    applied: true,
                    method_completed: false,
                    challenge_completed: true
                })
            ),
            Decision::Decline | Decision::Close => assert_eq!(
                declined(decided.answer),
                by_network(CancellationReason::ThreeDSecureFailed)
            ),
        }
    }
    assert_eq!(sandbox.statistics().len(), 1);
}

#[tokio::test]
async fn the_shop_may_insist_on_a_challenge_or_do_without_the_payer() {
    let sandbox = sandbox();
    let policy = |id, number, challenge| Authorize {
        challenge,
        ..pay(id, card(number))
    };
    let always = policy(1, "5555555555554444", ChallengePolicy::Always);
    challenged(sandbox.authorize(always).await.unwrap());
    let never = policy(2, "5555555555554477", ChallengePolicy::Never);
    let reason = declined(sandbox.authorize(never).await.unwrap());
    assert_eq!(reason, by_network(CancellationReason::ThreeDSecureFailed));
    let never = policy(3, "5555555555554444", ChallengePolicy::Never);
    approved(sandbox.authorize(never).await.unwrap());
    let poor = policy(4, "5555555555554600", ChallengePolicy::Always);
    let reason = declined(sandbox.authorize(poor).await.unwrap());
    assert_eq!(reason, by_network(CancellationReason::InsufficientFunds));
}

#[tokio::test]
async fn a_token_charges_without_the_payer_and_tells_nothing_of_the_number() {
    let sandbox = sandbox();
    let number = "4793128161644804";
    challenged(sandbox.bind(bind(1, card(number))).await.unwrap());
    let decided = sandbox
        .decide(operation(1), Decision::Approve)
        .await
        .unwrap();
    let bound = approved(decided.answer);
    let token = bound.token.unwrap();
    assert!(
        !token.contains(number) && !token.contains(&number[6..12]),
        "{token}"
    );

    let never = ChallengePolicy::Never;
    let charge = Authorize {
        challenge: never,
        ..pay(2, Means::Token(token.clone()))
    };
    let charged = approved(sandbox.authorize(charge).await.unwrap());
    assert_eq!(charged.facts, bound.facts);
    let insist = ChallengePolicy::Always;
    let charge = Authorize {
        challenge: insist,
        ..pay(3, Means::Token(token))
    };
    challenged(sandbox.authorize(charge).await.unwrap());
    let strange = sandbox
        .authorize(pay(4, Means::Token("stolen".to_owned())))
        .await
        .unwrap();
    assert_eq!(
        declined(strange),
        by_network(CancellationReason::GeneralDecline)
    );
    assert_eq!(
        TEST_CARDS
            .iter()
            .filter(|(_, o)| *o == Outcome::FirstOnly)
            .count(),
        1
    );
}

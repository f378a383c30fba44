//! Every token against every use.

use super::*;
use crate::card::{CardBrand, Expiry};

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn shop(number: i64) -> ShopId {
    ShopId::new(number).unwrap()
}

fn token(purpose: Purpose) -> CardToken {
    CardToken {
        hash: [7; 32],
        shop_id: shop(1),
        connector: ConnectorName::SANDBOX,
        acquirer_token: "secret of the acquirer".to_owned(),
        purpose,
        created_at: NOW,
        version: 1,
    }
}

fn payment(used_at: Option<Timestamp>) -> CardToken {
    let card = CardFacts {
        first6: "555555".to_owned(),
        last4: "4444".to_owned(),
        expiry: Expiry::new(2030, 12).unwrap(),
        brand: CardBrand::MasterCard,
        issuer_country: None,
        issuer_name: None,
    };
    token(Purpose::Payment {
        card,
        expires_at: NOW.plus(PAYMENT_TOKEN_LIFE),
        used_at,
    })
}

fn payout() -> CardToken {
    token(Purpose::Payout {
        card: PayoutCard {
            first6: "220000".to_owned(),
            last4: "0004".to_owned(),
            brand: CardBrand::Mir,
            issuer_country: None,
            issuer_name: None,
        },
        kept_until: NOW.plus(PAYOUT_TOKEN_UNUSED),
    })
}

#[test]
fn a_payout_token_ends_when_nobody_uses_it() {
    let token = payout();
    let end = NOW.plus(PAYOUT_TOKEN_UNUSED);
    assert!(
        token
            .recipient(shop(1), end.minus(Duration::micros(1)))
            .is_ok()
    );
    let refused = token.recipient(shop(1), end).err();
    assert_eq!(refused, Some(RedeemRefused::Expired));
    let until = token.kept_on(NOW).unwrap();
    assert_eq!(until, NOW.plus(PAYOUT_TOKEN_USED));
    let mut used = token;
    if let Purpose::Payout { kept_until, .. } = &mut used.purpose {
        *kept_until = until;
    }
    assert_eq!(used.kept_on(NOW.plus(Duration::hours(23))), None);
    assert!(used.kept_on(NOW.plus(Duration::hours(25))).is_some());
}

#[test]
fn tokens_are_used_for_what_they_were_made_by_whom_they_were_made_for() {
    let mut matrix = String::new();
    let tokens = [
        ("fresh payment token", payment(None)),
        ("used payment token", payment(Some(NOW))),
        ("payout token", payout()),
    ];
    let late = NOW.plus(PAYMENT_TOKEN_LIFE);
    for (name, token) in &tokens {
        let said = |result: Result<(), RedeemRefused>| match result {
            Ok(()) => "yes".to_owned(),
            Err(refused) => refused.to_string(),
        };
        let uses = [
            ("pay", token.pay(shop(1), NOW).map(|_| ())),
            ("pay after an hour", token.pay(shop(1), late).map(|_| ())),
            ("pay in another shop", token.pay(shop(2), NOW).map(|_| ())),
            ("be paid", token.recipient(shop(1), NOW).map(|_| ())),
            (
                "be paid elsewhere",
                token.recipient(shop(2), NOW).map(|_| ()),
            ),
        ];
        for (verb, result) in uses {
            matrix.push_str(&format!("{name} | {verb}: {}\n", said(result)));
        }
    }
    insta::assert_snapshot!(matrix);
}

#[test]
fn a_token_that_paid_does_not_pay_again() {
    let (card, used) = payment(None).pay(shop(1), NOW).unwrap();
    assert_eq!(card.last4, "4444");
    assert_eq!(used.pay(shop(1), NOW), Err(RedeemRefused::Used));
    assert_eq!(used.version, 1, "the store counts");
}

#[test]
fn a_token_is_printed_without_its_secrets() {
    let printed = format!("{:?}", payment(None));
    assert!(
        !printed.contains("secret") && !printed.contains("hash"),
        "{printed}"
    );
}

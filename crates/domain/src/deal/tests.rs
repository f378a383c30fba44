//! Deals: arithmetic, refusals in their order, states and commands, and random histories.

mod late;

use proptest::prelude::*;

use super::*;
use crate::id::{GatewayId, IdSeed, ShopId};
use crate::ledger::{Account, Side};
use crate::money::Rate;
use crate::shop::Shop;
use crate::tariff::{Fee, Tariff};
use crate::time::Duration;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB)
}

fn seed(random: u64) -> IdSeed {
    IdSeed { at: NOW, random }
}

fn shop(life: Option<Life>) -> Shop {
    Shop {
        platform_id: None,
        id: ShopId::new(100_001).unwrap(),
        gateway_id: GatewayId::new(2_000_001).unwrap(),
        kind: crate::shop::ShopKind::Shop,
        name: "Platform".to_owned(),
        test: false,
        enabled: true,
        currency: Currency::RUB,
        methods: Vec::new(),
        may_send_cards: true,
        may_save_methods: true,
        may_use_tokens: false,
        widget_retries: false,
        widget_sites: Vec::new(),
        choices: Vec::new(),
        deal_life: life,
        clock_offset: Duration::ZERO,
        inn: None,
        fiscalization: None,
        created_at: NOW,
        version: 1,
    }
}

fn opened(fee_moment: FeeMoment) -> Deal {
    let new = NewDeal {
        id: DealId::new(seed(1)),
        fee_moment,
        description: None,
        metadata: Metadata::default(),
    };
    Deal::create(&shop(Some(Life::USUAL)), new, NOW).unwrap()
}

fn payment() -> PaymentId {
    PaymentId::new(seed(2))
}

/// The commission of 4.5 %, with VAT on it.
fn fee(amount: Money, vat_ppm: i64) -> Fee {
    let tariff = Tariff {
        shop_id: ShopId::new(100_001).unwrap(),
        method: None,
        rate: Rate::from_ppm(45_000).unwrap(),
        minimum: rub(0),
        fixed: rub(0),
        vat: Rate::from_ppm(vat_ppm).unwrap(),
        starts_at: NOW,
    };
    tariff.fee(amount).unwrap()
}

/// A deal after a payment with a seller's part.
fn filled(fee_moment: FeeMoment, amount: i64, payout: i64) -> Deal {
    let filled = Filled {
        amount: rub(amount),
        payout: rub(payout),
        fee: fee(rub(amount), 0),
    };
    let deal = opened(fee_moment).attach(payment(), NOW).unwrap();
    deal.fill(&filled).unwrap()
}

#[test]
fn a_payment_brings_what_the_documentation_says() {
    for (moment, amount, payout, vat, balance) in [
        (FeeMoment::PaymentSucceeded, 100_000, 80_000, 0, "800.00"),
        (FeeMoment::DealClosed, 100_000, 80_000, 0, "955.00"),
        (FeeMoment::PaymentSucceeded, 60_000, 48_000, 0, "480.00"),
        (FeeMoment::DealClosed, 60_000, 48_000, 0, "573.00"),
        // 45.00 and 22 % of it; 27.00 and 22 % of it.
        (FeeMoment::DealClosed, 100_000, 80_000, 220_000, "945.10"),
        (FeeMoment::DealClosed, 60_000, 48_000, 220_000, "567.06"),
        (
            FeeMoment::PaymentSucceeded,
            100_000,
            80_000,
            220_000,
            "800.00",
        ),
    ] {
        let filled = Filled {
            amount: rub(amount),
            payout: rub(payout),
            fee: fee(rub(amount), vat),
        };
        let deal = opened(moment).fill(&filled).unwrap();
        assert_eq!(deal.balance().value(), balance, "{moment:?} {vat}");
        assert_eq!(deal.sums.payable, rub(payout));
    }
}

#[test]
fn the_sellers_part_leaves_more_than_the_commission() {
    for (payout, vat, excess) in [
        (80_000, 0, None),
        (95_499, 0, None),
        (95_500, 0, Some(1)),
        (100_000, 0, Some(4_501)),
        (120_000, 0, Some(24_501)),
        (94_509, 220_000, None),
        (94_510, 220_000, Some(1)),
    ] {
        let settled = settle(rub(100_000), rub(payout), fee(rub(100_000), vat));
        let expected = excess.map(rub);
        match settled {
            Ok(()) => assert_eq!(expected, None, "{payout}"),
            Err(SettlementRefused::TooLarge { excess }) => assert_eq!(Some(excess), expected),
            Err(other) => panic!("{other}"),
        }
    }
    let usd = Money::new(1, Currency::from_code("USD").unwrap());
    let refused = settle(rub(100), usd, fee(rub(100), 0)).unwrap_err();
    assert_eq!(refused.to_string(), "the payment is in RUB");
}

#[test]
fn a_deal_lives_as_long_as_the_platforms_deals_do() {
    for days in [0, 181, -1] {
        assert_eq!(Life::from_days(days), None);
    }
    for days in [1, 90, 180] {
        let new = NewDeal {
            id: DealId::new(seed(1)),
            fee_moment: FeeMoment::DealClosed,
            description: None,
            metadata: Metadata::default(),
        };
        let deal = Deal::create(&shop(Life::from_days(days)), new.clone(), NOW).unwrap();
        assert_eq!(deal.expires_at, NOW.plus(Duration::days(days)));
        let refused = Deal::create(&shop(None), new, NOW).unwrap_err();
        assert_eq!(refused, CreateRefused::NotPermitted);
    }
}

#[test]
fn one_payment_counts_until_it_is_canceled() {
    let deal = opened(FeeMoment::DealClosed);
    let taken = deal.attach(payment(), NOW).unwrap();
    let other = PaymentId::new(seed(3));
    let refused = taken.attach(other, NOW).unwrap_err();
    let payment = payment();
    assert_eq!(refused, AttachRefused::Taken { payment });
    assert_eq!(taken.detach(other), None);
    let free = taken.detach(payment).unwrap();
    assert_eq!(free.attach(other, NOW).unwrap().payment_id, Some(other));
    let late = free.attach(other, deal.expires_at).unwrap_err();
    assert_eq!(late, AttachRefused::Expired);
    let closed = deal.close(NOW).unwrap().next;
    assert_eq!(
        closed.attach(other, NOW).unwrap_err(),
        AttachRefused::Closed
    );
}

/// A refund in words: what comes from where, or why not.
fn refund(deal: &Deal, amount: i64, payout: i64) -> String {
    let parts = RefundParts {
        amount: rub(amount),
        payout: rub(payout),
    };
    match deal.reserve_refund(parts, NOW) {
        Ok(reserved) => format!("{} and {}", reserved.from_deal, reserved.covered),
        Err(refused) => refused.to_string(),
    }
}

#[test]
fn refunds_keep_the_sellers_part_and_say_by_how_much_they_are_wrong() {
    let early = filled(FeeMoment::PaymentSucceeded, 100_000, 80_000);
    let late = filled(FeeMoment::DealClosed, 100_000, 80_000);
    let lines = [
        refund(&early, 80_000, 80_000),
        refund(&early, 30_000, 30_000),
        refund(&early, 30_000, 20_000),
        refund(&early, 20_000, 30_000),
        refund(&early, 80_001, 80_001),
        refund(&late, 100_000, 80_000),
        refund(&late, 15_500, 0),
        refund(&late, 20_000, 0),
        refund(&late, 20_001, 0),
        refund(&late, 50_000, 40_000),
        refund(&late, 96_000, 76_000),
        refund(&late, 100_001, 80_000),
        refund(&late.close(NOW).unwrap().next, 1, 1),
        refund(
            &Deal {
                expires_at: NOW,
                ..late
            },
            1,
            1,
        ),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    800.00 RUB and 0.00 RUB
    300.00 RUB and 0.00 RUB
    the refund exceeds the seller's part and the platform's fee by 100.00 RUB
    the seller's part exceeds the refund by 100.00 RUB
    the seller's part exceeds what is left of it by 0.01 RUB
    955.00 RUB and 45.00 RUB
    155.00 RUB and 0.00 RUB
    155.00 RUB and 45.00 RUB
    the refund exceeds the seller's part and the platform's fee by 0.01 RUB
    500.00 RUB and 0.00 RUB
    915.00 RUB and 45.00 RUB
    the refund exceeds the seller's part and the platform's fee by 0.01 RUB
    the deal is closed
    the deal has expired
    ");
}

#[test]
fn a_full_refund_closes_the_deal_below_zero_by_the_commission() {
    let deal = filled(FeeMoment::DealClosed, 100_000, 80_000);
    let parts = RefundParts {
        amount: rub(100_000),
        payout: rub(80_000),
    };
    let reserved = deal.reserve_refund(parts, NOW).unwrap();
    let step = reserved.deal.settle_refund(parts.amount, NOW).unwrap();
    assert_eq!(step.next.status(), Status::Closed);
    assert_eq!(step.next.balance(), rub(-4_500));
    assert_eq!(step.next.sums.payable, rub(0));
    assert!(step.transfers.is_empty());
    assert_eq!(step.events.len(), 1);

    let back = reserved
        .deal
        .release_refund(parts, reserved.covered, rub(0), NOW)
        .unwrap();
    assert_eq!(back.next, deal);
}

#[test]
fn the_last_payout_closes_the_deal_and_the_rest_is_the_platforms() {
    let deal = filled(FeeMoment::DealClosed, 100_000, 80_000);
    let first = deal.reserve_payout(rub(30_000), NOW).unwrap();
    let first = first.settle_payout(rub(30_000), NOW).unwrap();
    assert_eq!(first.next.status(), Status::Opened);
    assert!(first.events.is_empty());
    let second = first.next.reserve_payout(rub(50_000), NOW).unwrap();
    let released = second.release_payout(rub(50_000), rub(0), NOW).unwrap();
    assert_eq!(released.next, first.next);
    let closed = second.settle_payout(rub(50_000), NOW).unwrap();
    assert_eq!(closed.next.status(), Status::Closed);
    assert_eq!(closed.next.balance(), rub(0));
    assert_eq!(closed.events.len(), 1);
    let [transfer] = closed.transfers.as_slice() else {
        panic!("{:?}", closed.transfers)
    };
    let [debit, credit] = transfer.entries() else {
        panic!("{transfer:?}")
    };
    assert_eq!(
        (debit.account, debit.side, debit.amount),
        (Account::Deal(deal.id), Side::Debit, rub(15_500))
    );
    assert_eq!(credit.account, Account::Available);

    let early = filled(FeeMoment::PaymentSucceeded, 100_000, 80_000);
    let paying = early.reserve_payout(rub(80_000), NOW).unwrap();
    let closed = paying.settle_payout(rub(80_000), NOW).unwrap();
    assert_eq!(closed.next.status(), Status::Closed);
    assert!(closed.transfers.is_empty());
}

#[test]
fn payouts_are_refused_in_their_order() {
    let deal = filled(FeeMoment::DealClosed, 100_000, 80_000);
    let usd = Money::new(1, Currency::from_code("USD").unwrap());
    let refusal = |deal: &Deal, amount, now| match deal.reserve_payout(amount, now) {
        Ok(next) => format!("{} left", next.sums.payable),
        Err(refused) => refused.to_string(),
    };
    let lines = [
        refusal(&deal.close(NOW).unwrap().next, rub(1), NOW),
        refusal(&deal, rub(1), deal.expires_at),
        refusal(&deal, usd, NOW),
        refusal(&deal, rub(80_001), NOW),
        refusal(&deal, rub(0), NOW),
        refusal(&opened(FeeMoment::DealClosed), rub(1), NOW),
        refusal(&deal, rub(80_000), NOW),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    the deal is closed
    the deal has expired
    the deal is in RUB
    the amount is not between zero and 800.00 RUB
    the amount is not between zero and 800.00 RUB
    the amount is not between zero and 0.00 RUB
    0.00 RUB left
    ");
}

#[test]
fn time_gives_back_waits_for_what_is_under_way_and_closes() {
    let end = NOW.plus(Duration::days(90));
    let moment = FeeMoment::DealClosed;
    let empty = opened(moment);
    let pending = empty.attach(payment(), NOW).unwrap();
    let full = filled(moment, 100_000, 80_000);
    let whole = full.give_back(Cover::Whole, rub(100_000)).unwrap();
    let paying = full.reserve_payout(rub(80_000), NOW).unwrap();
    let mut declined = full.clone();
    let mut pauses = Vec::new();
    for _ in 0..4 {
        let at = declined.due_at().unwrap();
        pauses.push(format!("{:?}", declined.due(at)));
        let reserved = declined.give_back(Cover::Whole, rub(100_000)).unwrap();
        let parts = RefundParts {
            amount: rub(100_000),
            payout: rub(80_000),
        };
        let released = reserved
            .deal
            .release_refund(parts, reserved.covered, rub(0), at)
            .unwrap();
        declined = released.next;
    }
    assert!(pauses.iter().all(|due| due.starts_with("GiveBack")));
    assert_eq!(declined.due(declined.due_at().unwrap()), Due::Close);
    for (deal, due) in [
        (&empty, Due::Close),
        (&pending, Due::EndPayment(payment())),
        (&pending.await_payment(), Due::Nothing),
        (&full, Due::GiveBack(payment())),
        (&whole.deal, Due::Nothing),
        (&paying, Due::Nothing),
        (&full.close(NOW).unwrap().next, Due::Nothing),
    ] {
        assert_eq!(deal.due(end), due);
        assert_eq!(deal.due(end.minus(Duration::micros(1))), Due::Nothing);
    }
    assert_eq!((whole.from_deal, whole.covered), (rub(95_500), rub(4_500)));
    let part = full.give_back(Cover::Nothing, rub(100_000)).unwrap();
    assert_eq!((part.from_deal, part.covered), (rub(95_500), rub(0)));
    // The payer has more of the payment already than the deal knows of.
    let rest = full.give_back(Cover::Whole, rub(40_000)).unwrap();
    assert_eq!((rest.from_deal, rest.covered), (rub(40_000), rub(0)));
    assert_eq!(rest.deal.sums.payable, rub(40_000));
    let closing = part.deal.settle_refund(rub(95_500), end).unwrap().next;
    assert_eq!(closing.due(end), Due::Close);
}

/// A random command on a deal.
#[derive(Clone, Debug)]
enum Command {
    Pay(i64),
    PaySettle,
    PayRelease,
    Refund(i64, i64),
    RefundSettle,
    RefundRelease,
    Wait(i64),
    Expire,
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        (1..=90_000_i64).prop_map(Command::Pay),
        Just(Command::PaySettle),
        Just(Command::PayRelease),
        (1..=100_000_i64, 0..=80_000_i64).prop_map(|(a, p)| Command::Refund(a, p.min(a))),
        (1..=80_000_i64).prop_map(|a| Command::Refund(a, a)),
        Just(Command::RefundSettle),
        Just(Command::RefundRelease),
        (1..=30_i64).prop_map(Command::Wait),
        Just(Command::Expire),
    ]
}

proptest! {
    #[test]
    fn no_history_pays_twice_or_loses_money(
        late in any::<bool>(),
        commands in prop::collection::vec(command(), 1..40),
    ) {
        let moment = if late { FeeMoment::DealClosed } else { FeeMoment::PaymentSucceeded };
        let mut deal = filled(moment, 100_000, 80_000);
        let (mut now, mut paying, mut refunding) = (NOW, Vec::new(), Vec::new());
        let (mut closings, mut platform) = (0, if late { 0 } else { 15_500 });
        for command in commands {
            let step = match command {
                Command::Pay(amount) => deal.reserve_payout(rub(amount), now).ok().map(|next| {
                    paying.push(amount);
                    Step::to(next)
                }),
                Command::PaySettle => paying
                    .pop()
                    .map(|amount| deal.settle_payout(rub(amount), now).unwrap()),
                Command::PayRelease => paying
                    .pop()
                    .map(|amount| deal.release_payout(rub(amount), rub(0), now).unwrap()),
                Command::Refund(amount, payout) => {
                    let parts = RefundParts { amount: rub(amount), payout: rub(payout) };
                    deal.reserve_refund(parts, now).ok().map(|reserved| {
                        refunding.push((parts, reserved.covered));
                        Step::to(reserved.deal)
                    })
                }
                Command::RefundSettle => refunding
                    .pop()
                    .map(|(parts, _)| deal.settle_refund(parts.amount, now).unwrap()),
                Command::RefundRelease => refunding
                    .pop()
                    .map(|(parts, covered)| {
                        deal.release_refund(parts, covered, rub(0), now).unwrap()
                    }),
                Command::Wait(days) => {
                    now = now.plus(Duration::days(days));
                    None
                }
                Command::Expire => match deal.due(now) {
                    Due::GiveBack(_) => {
                        let reserved = deal.give_back(Cover::Whole, deal.sums.charged).unwrap();
                        let parts = RefundParts {
                            amount: reserved.from_deal.checked_add(reserved.covered).unwrap(),
                            payout: deal.sums.payable,
                        };
                        refunding.push((parts, reserved.covered));
                        Some(Step::to(reserved.deal))
                    }
                    Due::Close => Some(deal.close(now).unwrap()),
                    Due::Nothing | Due::EndPayment(_) => None,
                },
            };
            if let Some(step) = step {
                prop_assert_eq!(deal.status(), Status::Opened, "a closed deal changed");
                closings += step.events.len();
                let closed = step.transfers.iter().map(|it| it.entries()[0].amount.minor());
                platform += closed.sum::<i64>();
                deal = step.next;
            }
            let sums = deal.sums;
            let of = |money: Money| money.minor();
            prop_assert!(closings <= 1);
            prop_assert_eq!(closings == 1, deal.status() == Status::Closed);
            for sum in [sums.held, sums.payable, sums.paying_out, sums.paid_out, sums.refunding,
                        sums.refunded, sums.covered] {
                prop_assert!(0 <= sum.minor(), "{:?}", sums);
            }
            prop_assert!(of(sums.payable) <= of(sums.held), "{:?}", sums);
            prop_assert!(of(sums.covered) <= 4_500, "{:?}", sums);
            // Payments and what the platform covers are payouts, refunds, fees and balances.
            let out = of(sums.paid_out) + of(sums.paying_out) + of(sums.refunded)
                + of(sums.refunding) + 4_500 + platform + of(sums.held);
            prop_assert_eq!(of(sums.charged) + of(sums.covered), out, "{:?}", sums);
        }
    }
}

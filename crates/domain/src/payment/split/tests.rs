//! What a split is refused for, who gets how much, and that nothing is lost on the way back.

use proptest::prelude::*;

use super::*;
use crate::connector::ConnectorName;
use crate::id::{GatewayId, IdSeed, PaymentId};
use crate::ledger::{Account, Side, TransferKind};
use crate::method::MethodKind;
use crate::money::Currency;
use crate::time::{Duration, Timestamp};

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);
const SANDBOX: ConnectorName = ConnectorName::SANDBOX;

fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB)
}

fn id(number: i64) -> ShopId {
    ShopId::new(number).unwrap()
}

fn shop(number: i64, platform: Option<i64>) -> Shop {
    Shop {
        id: id(number),
        gateway_id: GatewayId::new(number).unwrap(),
        kind: crate::shop::ShopKind::Shop,
        platform_id: platform.map(id),
        name: "Shop".to_owned(),
        test: true,
        enabled: true,
        currency: Currency::RUB,
        methods: vec![MethodKind::BankCard],
        may_send_cards: true,
        may_save_methods: true,
        deal_life: None,
        may_use_tokens: false,
        widget_retries: true,
        widget_sites: Vec::new(),
        choices: Vec::new(),
        fiscalization: None,
        clock_offset: Duration::ZERO,
        inn: None,
        created_at: NOW,
        version: 1,
    }
}

fn part(number: i64, amount: i64, fee: Option<i64>) -> NewPart {
    NewPart {
        shop_id: id(number),
        amount: rub(amount),
        platform_fee: fee.map(rub),
        description: None,
        metadata: Metadata::default(),
    }
}

fn split(parts: Vec<NewPart>, amount: i64) -> Result<Split, SplitRefused> {
    let partners = [shop(2, Some(1)), shop(3, Some(1)), shop(4, Some(9))];
    Split::create(&shop(1, None), &partners, rub(amount), parts)
}

fn fee(minor: i64) -> Fee {
    Fee {
        commission: rub(minor),
        vat: rub(0),
    }
}

#[test]
fn what_cannot_be_split_so_is_refused_by_name() {
    let refused = |parts, amount| split(parts, amount).unwrap_err().to_string();
    let usd = Money::new(1, Currency::from_code("USD").unwrap());
    let mut foreign = part(2, 1_000, None);
    foreign.amount = usd;
    let lines = [
        refused(vec![part(4, 1_000, None)], 1_000),
        refused(vec![part(2, 500, None), part(7, 500, None)], 1_000),
        refused(vec![foreign], 1_000),
        refused(vec![part(2, 1_000, Some(1_001))], 1_000),
        refused(vec![part(2, 1_000, Some(-1))], 1_000),
        refused(vec![part(2, 1_000, None), part(3, 500, None)], 1_400),
        refused(vec![part(2, 1_000, None)], 1_400),
        refused(vec![part(2, 10, None); PARTS_MAX + 1], 1_000),
        refused(vec![part(7, 10, None); PARTS_MAX + 1], 1_000),
        refused(vec![part(2, i64::MAX, None), part(3, i64::MAX, None)], -2),
        refused(vec![part(2, i64::MIN, None), part(3, i64::MIN, None)], 0),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    the shop of part 0 is not a partner of the platform
    the shop of part 1 is not a partner of the platform
    part 0 is in another currency
    the platform's fee of part 0 is not between zero and the part
    the platform's fee of part 0 is not between zero and the part
    the parts differ from the whole by 1.00 RUB
    the parts differ from the whole by -4.00 RUB
    more than 50 parts
    more than 50 parts
    the parts differ from the whole by 92233720368547758.07 RUB
    the parts differ from the whole by -92233720368547758.08 RUB
    ");
    let mut disabled = shop(2, Some(1));
    disabled.enabled = false;
    let parts = vec![part(2, 1_000, None)];
    let refused = Split::create(&shop(1, None), &[disabled], rub(1_000), parts).unwrap_err();
    assert_eq!(refused, SplitRefused::PartnerUnknown { index: 0 });
}

#[test]
fn each_part_bears_its_share_of_the_fee_and_what_the_platform_keeps() {
    // 4.5 % of 1,000.00: 600.00 bear 27.00, 400.00 bear 18.00.
    let split = split(
        vec![part(2, 60_000, Some(5_000)), part(3, 40_000, None)],
        100_000,
    )
    .unwrap();
    let nets = split.nets(fee(4_500)).unwrap();
    assert_eq!(nets[&id(2)], rub(52_300));
    assert_eq!(nets[&id(3)], rub(38_200));
    let payment = PaymentId::new(IdSeed { at: NOW, random: 1 });
    let own = Transfer::capture_split(payment, SANDBOX, rub(100_000), fee(4_500), &nets).unwrap();
    let on = |account| {
        let entry = own.entries().iter().find(|e| e.account == account);
        entry.map(|entry| (entry.side, entry.amount.minor()))
    };
    assert_eq!(on(Account::Available), Some((Side::Credit, 5_000)));
    assert_eq!(on(Account::Clearing(id(2))), Some((Side::Credit, 52_300)));
    assert_eq!(on(Account::Fees), Some((Side::Credit, 4_500)));
}

#[test]
fn a_part_too_small_for_fee_and_platform_costs_the_platform_and_not_the_partner() {
    let split = split(
        vec![part(2, 1_000, Some(1_000)), part(3, 9_000, None)],
        10_000,
    )
    .unwrap();
    let nets = split.nets(fee(450)).unwrap();
    assert!(!nets.contains_key(&id(2)));
    let payment = PaymentId::new(IdSeed { at: NOW, random: 1 });
    let own = Transfer::capture_split(payment, SANDBOX, rub(10_000), fee(450), &nets).unwrap();
    let available = own
        .entries()
        .iter()
        .find(|e| e.account == Account::Available)
        .unwrap();
    assert_eq!(available.amount, rub(955));
}

#[test]
fn a_capture_names_shops_of_the_payment_and_adds_up() {
    let split = split(
        vec![part(2, 60_000, Some(5_000)), part(3, 40_000, None)],
        100_000,
    )
    .unwrap();
    let capture = |amount, parts| split.capture(rub(100_000), rub(amount), parts);
    assert_eq!(capture(100_000, vec![]).unwrap(), split.parts);
    assert_eq!(
        capture(90_000, vec![]).unwrap_err(),
        SplitRefused::PartsMissing
    );
    let parts = capture(
        60_000,
        vec![part(3, 20_000, Some(100)), part(2, 40_000, None)],
    );
    assert_eq!(parts.unwrap()[0].platform_fee, Some(rub(100)));
    assert_eq!(
        capture(60_000, vec![part(2, 30_000, None), part(2, 30_000, None)]).unwrap_err(),
        SplitRefused::PartnerUnknown { index: 1 }
    );
    let wrong = capture(60_000, vec![part(2, 60_001, None)]).unwrap_err();
    assert_eq!(wrong, SplitRefused::SumDiffers { difference: rub(1) });
}

#[test]
fn kinds_of_partners_transfers_are_read_back() {
    let payment = PaymentId::new(IdSeed { at: NOW, random: 1 });
    let kind = TransferKind::SplitCapture(payment, id(2));
    assert_eq!(
        TransferKind::from_parts(kind.code(), &kind.object_id()),
        Some(kind)
    );
    let account = Account::Clearing(id(2));
    assert_eq!(Account::from_name(&account.name()), Some(account));
    assert_eq!(account.name(), "clearing/2");
}

proptest! {
    /// Whatever the parts and the fee: no net is above its part, and parts less nets cover the fee.
    #[test]
    fn nets_and_fee_fit_into_the_whole(
        amounts in prop::collection::vec(1_i64..5_000_000_000, 1..8),
        rate in 0_i64..=1_000,
        kept in 0_i64..=1_000,
    ) {
        let whole: i64 = amounts.iter().sum();
        let parts: Vec<NewPart> = amounts
            .iter()
            .zip([2, 3].into_iter().cycle())
            .map(|(amount, number)| part(number, *amount, Some(amount * kept / 1_000)))
            .collect();
        let split = split(parts, whole).unwrap();
        let total = whole * rate / 1_000;
        let nets = split.nets(fee(total)).unwrap();
        let given: i64 = nets.values().map(|net| net.minor()).sum();
        prop_assert!(given + total <= whole);
        let payment = PaymentId::new(IdSeed { at: NOW, random: 1 });
        let posted = Transfer::capture_split(payment, SANDBOX, rub(whole), fee(total), &nets);
        prop_assert!(posted.is_ok());
    }

    /// What sources set aside and give back again leaves the parts as they were.
    #[test]
    fn noting_and_undoing_is_nothing(
        amounts in prop::collection::vec(1_i64..1_000_000, 2..6),
        asked in 1_i64..1_000_000,
    ) {
        let whole: i64 = amounts.iter().sum();
        let parts = amounts.iter().map(|amount| part(2, *amount, Some(amount / 10))).collect();
        let mut split = split(parts, whole).unwrap();
        let before = split.clone();
        let amount = rub(asked.min(whole));
        let source = Source { shop_id: id(2), amount, platform_fee: Some(rub(0)) };
        split.note(&source, false).unwrap();
        let (rest, _fee) = split.remaining(id(2), Currency::RUB).unwrap();
        prop_assert_eq!(rest, rub(whole - amount.minor()));
        split.note(&source, true).unwrap();
        prop_assert_eq!(split, before);
    }
}

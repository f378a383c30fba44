//! Transfers balance, accounts keep their floors, and the chain notices every change.

use std::collections::BTreeMap;

use super::*;
use crate::id::{GatewayId, IdSeed};
use crate::method::MethodKind;
use crate::shop::ShopKind;
use crate::time::Duration;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB)
}

fn shop(test: bool) -> Shop {
    Shop {
        id: ShopId::new(1).unwrap(),
        gateway_id: GatewayId::new(2).unwrap(),
        kind: ShopKind::Shop,
        platform_id: None,
        name: "Shop".to_owned(),
        test,
        enabled: true,
        currency: Currency::RUB,
        methods: vec![MethodKind::BankCard],
        may_send_cards: false,
        may_save_methods: false,
        deal_life: None,
        may_use_tokens: false,
        widget_retries: false,
        widget_sites: Vec::new(),
        choices: Vec::new(),
        clock_offset: Duration::ZERO,
        inn: None,
        fiscalization: None,
        created_at: NOW,
        version: 1,
    }
}

fn capture(minor: i64, fee: i64, vat: i64) -> Result<Transfer, LedgerRefused> {
    let payment = PaymentId::new(IdSeed { at: NOW, random: 1 });
    Transfer::capture(
        payment,
        ConnectorName::SANDBOX,
        rub(minor),
        Fee {
            commission: rub(fee),
            vat: rub(vat),
        },
    )
}

fn refund() -> RefundId {
    RefundId::new(IdSeed { at: NOW, random: 2 })
}

fn apply(
    shop: &Shop,
    balances: &mut BTreeMap<Account, Balance>,
    transfer: &Transfer,
) -> Result<Vec<Posting>, LedgerRefused> {
    let postings = transfer.post(shop, balances)?;
    for posting in &postings {
        balances.insert(posting.entry.account, posting.after);
    }
    Ok(postings)
}

#[test]
fn a_capture_gives_the_shop_the_amount_less_the_fee() {
    let (shop, mut balances) = (shop(false), BTreeMap::new());
    apply(&shop, &mut balances, &capture(100_000, 4_500, 990).unwrap()).unwrap();
    let lines: Vec<String> = balances
        .iter()
        .map(|(a, b)| format!("{} {}", a.name(), b.amount.value()))
        .collect();
    assert_eq!(
        lines,
        [
            "acquirer 1000.00",
            "available 945.10",
            "fees 45.00",
            "fees/vat 9.90"
        ]
    );
    assert_eq!(capture(100, 101, 0), Err(LedgerRefused::Unbalanced));
    assert_eq!(capture(0, 0, 0), Err(LedgerRefused::Unbalanced));
}

#[test]
fn a_live_shop_cannot_give_back_more_than_it_has() {
    let (live, test) = (shop(false), shop(true));
    let mut balances = BTreeMap::new();
    apply(&live, &mut balances, &capture(10_000, 450, 0).unwrap()).unwrap();
    let reserve = Transfer::refund_reserve(refund(), rub(10_000)).unwrap();
    let account = Account::Available;
    assert_eq!(
        reserve.post(&live, &balances),
        Err(LedgerRefused::InsufficientFunds { account })
    );
    // In a test shop there is no money, so the account may go below zero.
    let mut balances = BTreeMap::new();
    apply(&test, &mut balances, &capture(10_000, 450, 0).unwrap()).unwrap();
    apply(&test, &mut balances, &reserve).unwrap();
    assert_eq!(balances[&Account::Available].amount, rub(-450));
}

#[test]
fn a_refund_leaves_its_reserve_empty() {
    let (shop, mut balances) = (shop(false), BTreeMap::new());
    apply(&shop, &mut balances, &capture(10_000, 0, 0).unwrap()).unwrap();
    for transfer in [
        Transfer::refund_reserve(refund(), rub(4_000)).unwrap(),
        Transfer::refund_release(refund(), rub(4_000)).unwrap(),
        Transfer::refund_reserve(refund(), rub(6_000)).unwrap(),
        Transfer::refund_settle(refund(), ConnectorName::SANDBOX, rub(6_000)).unwrap(),
    ] {
        apply(&shop, &mut balances, &transfer).unwrap();
    }
    assert_eq!(balances[&Account::Refund(refund())].amount, rub(0));
    assert_eq!(balances[&Account::Available].amount, rub(4_000));
    let acquirer = Account::Acquirer(ConnectorName::SANDBOX);
    assert_eq!(balances[&acquirer].amount, rub(4_000));
    let settle = Transfer::refund_settle(refund(), ConnectorName::SANDBOX, rub(1)).unwrap();
    assert!(
        settle.post(&shop, &balances).is_err(),
        "nothing is reserved any more"
    );
}

#[test]
fn account_names_are_read_back() {
    let refund = Account::Refund(refund());
    let bank = Account::Acquirer("t-bank".parse().unwrap());
    for account in [
        Account::Acquirer(ConnectorName::SANDBOX),
        bank,
        Account::Available,
        refund,
        Account::Fees,
        Account::FeesVat,
    ] {
        assert_eq!(Account::from_name(&account.name()), Some(account));
    }
    assert_eq!(bank.name(), "acquirer/t-bank");
    let others = ["acquirer/", "acquirer/Bank", "acquirer/sandbox"];
    let bad = ["", "fees/", "refund/x", "deal/1", "Available"];
    for bad in bad.into_iter().chain(others) {
        assert_eq!(Account::from_name(bad), None, "{bad}");
    }
}

#[test]
fn the_chain_notices_every_change() {
    let shop = shop(false);
    let transfer = capture(10_000, 450, 0).unwrap();
    let postings = transfer.post(&shop, &BTreeMap::new()).unwrap();
    let id = TransferId::new(IdSeed { at: NOW, random: 3 });
    let link = |previous, at, postings: &[Posting]| {
        chain(previous, shop.id, id, at, (transfer.kind(), postings))
    };
    let hash = link(&GENESIS, NOW, &postings);
    assert_eq!(hash, link(&GENESIS, NOW, &postings));
    assert_ne!(hash, link(&hash, NOW, &postings));
    assert_ne!(
        hash,
        link(&GENESIS, NOW.plus(Duration::micros(1)), &postings)
    );
    let mut changed = postings.clone();
    changed[1].entry.amount = rub(9_551);
    assert_ne!(hash, link(&GENESIS, NOW, &changed));
    assert_ne!(hash, link(&GENESIS, NOW, &postings[..2]));
}

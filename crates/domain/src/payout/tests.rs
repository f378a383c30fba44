//! Payouts: what is refused, what is canceled at once, and what an answer does.

use crate::acquiring::{Answer, Approval, CancellationReason, Decline, Party};
use crate::card::CardBrand;
use crate::connector::ConnectorName;
use crate::id::{
    DealId, GatewayId, IdSeed, OperationId, PayoutId, PersonalDataId, SelfEmployedId, ShopId,
};
use crate::ledger::{Account, TransferKind};
use crate::metadata::Metadata;
use crate::method::{MethodFacts, MethodKind};
use crate::money::{Currency, Money};
use crate::operation::Operation;
use crate::payout::limit::{Standing, Usage};
use crate::payout::{
    CreateRefused, Destination, Funds, NewPayout, Payout, PayoutCard, State, Status, Step,
};
use crate::personal_data::{Kind, Person, PersonalData};
use crate::self_employed::{self, Confirmation, SelfEmployed};
use crate::shop::{Shop, ShopKind};
use crate::time::{Duration, Timestamp};

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);
const ENOUGH: Funds = Funds::Enough(Standing {
    day: Usage { count: 0, minor: 0 },
    month: Usage { count: 0, minor: 0 },
});

fn seed(random: u64) -> IdSeed {
    IdSeed { at: NOW, random }
}

fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB)
}

fn gateway() -> Shop {
    Shop {
        platform_id: None,
        id: ShopId::new(1).unwrap(),
        gateway_id: GatewayId::new(2).unwrap(),
        kind: ShopKind::Gateway { cards_of: None },
        name: "Gateway".to_owned(),
        test: false,
        enabled: true,
        currency: Currency::RUB,
        methods: vec![MethodKind::BankCard, MethodKind::YooMoney, MethodKind::Sbp],
        may_send_cards: true,
        may_save_methods: false,
        may_use_tokens: false,
        widget_retries: false,
        widget_sites: Vec::new(),
        choices: Vec::new(),
        deal_life: None,
        fiscalization: None,
        clock_offset: Duration::ZERO,
        inn: None,
        created_at: NOW,
        version: 1,
    }
}

fn card() -> Destination {
    Destination::Card {
        card: PayoutCard {
            first6: "555555".to_owned(),
            last4: "4477".to_owned(),
            brand: CardBrand::MasterCard,
            issuer_country: None,
            issuer_name: None,
        },
        token: "tok".to_owned(),
    }
}

fn sbp() -> Destination {
    Destination::Sbp {
        phone: "79000000000".to_owned(),
        bank_id: "100000000111".to_owned(),
        recipient_checked: false,
        operation_id: None,
    }
}

fn data(kind: Kind, random: u64) -> PersonalData {
    let person = Person {
        last_name: "Иванова".to_owned(),
        first_name: "Анна".to_owned(),
        middle_name: None,
        birthdate: None,
    };
    let id = PersonalDataId::new(seed(random));
    let shop = ShopId::new(1).unwrap();
    PersonalData::create(id, shop, (kind, person), Metadata::default(), NOW)
}

fn person(state: self_employed::State) -> SelfEmployed {
    SelfEmployed {
        id: SelfEmployedId::new(seed(1)),
        shop_id: ShopId::new(1).unwrap(),
        test: true,
        itn: None,
        phone: None,
        confirmation: Confirmation::Redirect,
        state,
        created_at: NOW,
        version: 1,
    }
}

fn new(destination: Destination, minor: i64) -> NewPayout {
    NewPayout {
        id: PayoutId::new(seed(1)),
        amount: rub(minor),
        connector: ConnectorName::SANDBOX,
        destination,
        payee: Some("payee".to_owned()),
        description: None,
        deal_id: None,
        personal_data: Vec::new(),
        self_employed: None,
        receipt: None,
        metadata: Metadata::default(),
        operation: OperationId::new(seed(2)),
    }
}

fn told(step: Result<Step, CreateRefused>) -> String {
    match step {
        Ok(step) => match &step.next.state {
            State::Canceled { cause, .. } => {
                assert!(step.transfers.is_empty() && step.operations.is_empty());
                assert_eq!(step.usage, None);
                format!("canceled: {} {}", cause.party.code(), cause.reason.code())
            }
            State::Sending { .. } | State::Succeeded { .. } => {
                format!("{} {}", step.next.status().code(), step.next.amount)
            }
        },
        Err(refused) => refused.to_string(),
    }
}

fn in_deal(destination: Destination, minor: i64) -> NewPayout {
    NewPayout {
        deal_id: Some(DealId::new(seed(3))),
        ..new(destination, minor)
    }
}

fn with_data(destination: Destination, kinds: &[Kind]) -> NewPayout {
    let people = kinds.iter().zip(1..).map(|(kind, n)| data(*kind, n));
    NewPayout {
        personal_data: people.collect(),
        ..new(destination, 10_000)
    }
}

fn to_person(state: self_employed::State) -> NewPayout {
    NewPayout {
        self_employed: Some(person(state)),
        ..new(card(), 10_000)
    }
}

fn used(count: i64, minor: i64) -> Funds {
    Funds::Enough(Standing {
        day: Usage { count, minor },
        month: Usage { count, minor },
    })
}

#[test]
fn refusals_and_cancellations_come_in_their_order() {
    let shop = Shop {
        kind: ShopKind::Shop,
        ..gateway()
    };
    let cards_only = Shop {
        methods: vec![MethodKind::BankCard],
        ..gateway()
    };
    let usd = NewPayout {
        amount: Money::new(10_000, Currency::from_code("USD").unwrap()),
        ..new(card(), 1)
    };
    let create = |shop: &Shop, new, funds| told(Payout::create(shop, new, funds, NOW));
    let gate = gateway();
    let (name, statement) = (Kind::SbpPayoutRecipient, Kind::PayoutStatementRecipient);
    let lines = [
        create(&shop, new(card(), 10_000), ENOUGH),
        create(&gate, in_deal(card(), 10_000), ENOUGH),
        create(&gate, usd, ENOUGH),
        create(&cards_only, new(sbp(), 10_000), ENOUGH),
        create(&shop, in_deal(sbp(), 10_000), ENOUGH),
        create(&gate, new(card(), 499), ENOUGH),
        create(&shop, in_deal(card(), 99), ENOUGH),
        create(&gate, with_data(card(), &[name]), ENOUGH),
        create(&gate, with_data(sbp(), &[name, name]), ENOUGH),
        create(&gate, to_person(self_employed::State::Pending), ENOUGH),
        create(&gate, new(card(), 50_000_001), Funds::Short),
        create(&gate, new(card(), 10_000), Funds::Short),
        create(&gate, new(card(), 10_000), used(20, 1)),
        create(&gate, new(card(), 10_000), used(1, 149_990_001)),
        create(&gate, new(card(), 10_000), used(19, 149_990_000)),
        create(&gate, with_data(sbp(), &[name, statement]), ENOUGH),
        create(&gate, to_person(self_employed::State::Confirmed), ENOUGH),
        create(&shop, in_deal(card(), 100), ENOUGH),
        create(&shop, in_deal(card(), 15_000_001), ENOUGH),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    a shop pays out of deals only
    a gateway has no deals
    the gateway pays in RUB
    payouts by sbp are not made here
    payouts by sbp are not made here
    the amount is below the least sum
    the amount is below the least sum
    a receiver's name is compared by SBP only
    personal data of one type are given twice
    the self-employed person has not confirmed
    canceled: yoo_money one_time_limit_exceeded
    canceled: yoo_money insufficient_funds
    canceled: yoo_money periodic_limit_exceeded
    canceled: yoo_money periodic_limit_exceeded
    pending 100.00 RUB
    pending 100.00 RUB
    pending 100.00 RUB
    pending 1.00 RUB
    canceled: yoo_money one_time_limit_exceeded
    ");
}

fn operation(step: &Step) -> Operation {
    Operation::send(step.operations[0].clone(), NOW)
}

fn approved(facts: Option<MethodFacts>) -> Answer {
    Answer::Approved(Approval {
        reference: "ref".to_owned(),
        facts,
        rrn: None,
        auth_code: None,
        three_d_secure: None,
        token: None,
    })
}

fn declined(party: Party, reason: CancellationReason) -> Answer {
    Answer::Declined {
        decline: Decline::new(party, reason),
        facts: None,
    }
}

#[test]
fn an_answer_settles_or_releases_what_was_set_aside_once() {
    let sent = Payout::create(&gateway(), new(card(), 10_000), ENOUGH, NOW).unwrap();
    let call = operation(&sent);
    assert_eq!(sent.usage.as_ref().unwrap().count, 1);
    let yes = approved(None);
    let no = declined(Party::PaymentNetwork, CancellationReason::CallIssuer);
    let hear = |payout: &Payout, answer| payout.answered(&call, answer, NOW).unwrap();

    let settled = hear(&sent.next, &yes).unwrap();
    assert_eq!(settled.next.status(), Status::Succeeded);
    assert_eq!(
        settled.transfers[0].kind(),
        TransferKind::PayoutSettle(sent.next.id)
    );
    assert_eq!(settled.usage, None);
    assert_eq!(
        (hear(&settled.next, &yes), hear(&settled.next, &no)),
        (None, None)
    );

    let released = hear(&sent.next, &no).unwrap();
    let State::Canceled { cause, .. } = released.next.state else {
        panic!("not canceled")
    };
    // A payer may give reasons that belong to payments; they are translated where that is possible.
    let expected = Decline::new(Party::PayoutNetwork, CancellationReason::GeneralDecline);
    assert_eq!(cause, expected);
    let usage = released.usage.clone().unwrap();
    assert_eq!((usage.count, usage.amount), (-1, rub(-10_000)));
    assert_eq!(usage.periods, sent.usage.unwrap().periods);
    assert_eq!(
        (hear(&released.next, &yes), hear(&released.next, &no)),
        (None, None)
    );
}

#[test]
fn money_of_a_deal_goes_back_to_the_deal() {
    let shop = Shop {
        kind: ShopKind::Shop,
        ..gateway()
    };
    let deal = DealId::new(seed(3));
    let asked = NewPayout {
        deal_id: Some(deal),
        ..new(card(), 10_000)
    };
    let sent = Payout::create(&shop, asked, ENOUGH, NOW).unwrap();
    let own = Account::Payout(sent.next.id);
    assert_eq!(sent.transfers[0].accounts(), [Account::Deal(deal), own]);
    let no = declined(Party::PayoutNetwork, CancellationReason::RejectedByPayee);
    let released = sent
        .next
        .answered(&operation(&sent), &no, NOW)
        .unwrap()
        .unwrap();
    assert_eq!(released.transfers[0].accounts(), [Account::Deal(deal), own]);
}

#[test]
fn sbp_tells_its_id_and_whether_a_name_was_compared() {
    let asked = NewPayout {
        personal_data: vec![data(Kind::SbpPayoutRecipient, 1)],
        ..new(sbp(), 10_000)
    };
    let sent = Payout::create(&gateway(), asked, ENOUGH, NOW).unwrap();
    let facts = MethodFacts::Sbp {
        bank_id: "100000000111".to_owned(),
        bic: "044525225".to_owned(),
        sbp_operation_id: "ABC".to_owned(),
    };
    let step = sent
        .next
        .answered(&operation(&sent), &approved(Some(facts)), NOW);
    let Destination::Sbp {
        recipient_checked,
        operation_id,
        ..
    } = step.unwrap().unwrap().next.destination
    else {
        panic!("not by SBP")
    };
    assert!(recipient_checked);
    assert_eq!(operation_id.as_deref(), Some("ABC"));
}

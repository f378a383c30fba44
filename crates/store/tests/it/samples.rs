//! Domain values in every state, for the tests of rows.

use domain::acquiring::ThreeDSecure;
use domain::card::{CardBrand, CardFacts, Expiry};
use domain::deal::{FeeMoment, Sums};
use domain::payment::{
    Authorization, CaptureMode, Confirmation, Flow, Hold, Locale, PaymentDeal, PaymentReceipt,
    ReceiptOrder, Registering, SaveMethod, State, UsedMethod,
};
use domain::receipt::Registration;
use domain::refund::RefundDeal;
use domain::shop::Site;
use domain::{
    CancellationReason, Challenge, ConfirmationKind, ConnectorName, Currency, Deal, DealId,
    Decline, Duration, Fee, GatewayId, IdSeed, Metadata, MethodFacts, MethodKind, Money,
    NewOperation, Operation, OperationId, OperationKind, OperationObject, OperationState, Party,
    Payment, PaymentId, PaymentMethod, PaymentMethodId, Refund, RefundId, Shop, ShopId, ShopKind,
    Timestamp,
};
use store::{Store, StoreError, Tx};

mod split;

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

pub(crate) fn seed(random: u64) -> IdSeed {
    IdSeed { at: NOW, random }
}

pub(crate) fn after(seconds: i64) -> Timestamp {
    NOW.plus(Duration::seconds(seconds))
}

pub(crate) fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB)
}

pub(crate) fn payment_id(number: u64) -> PaymentId {
    PaymentId::new(seed(number))
}

pub(crate) fn refund_id(number: u64) -> RefundId {
    RefundId::new(seed(number))
}

pub(crate) fn operation_id(number: u64) -> OperationId {
    OperationId::new(seed(number))
}

pub(crate) fn cause() -> Decline {
    Decline::new(
        Party::PaymentNetwork,
        CancellationReason::ThreeDSecureFailed,
    )
}

/// Runs a unit of work that must succeed.
pub(crate) async fn done<T: Send + 'static>(
    store: &Store,
    unit: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.write(shop(1).id, unit).await.unwrap()
}

/// Runs a unit of work that must be refused.
pub(crate) async fn refused(
    store: &Store,
    unit: impl Fn(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static,
) -> StoreError {
    store.write(shop(1).id, unit).await.unwrap_err()
}

/// A test shop whose clock is a day ahead.
pub(crate) fn shop(number: i64) -> Shop {
    Shop {
        id: ShopId::new(100_000 + number).unwrap(),
        gateway_id: GatewayId::new(2_000_000 + number).unwrap(),
        kind: ShopKind::Shop,
        platform_id: None,
        name: "Лавка «У дома»".to_owned(),
        test: true,
        enabled: true,
        currency: Currency::RUB,
        methods: MethodKind::ALL.to_vec(),
        may_send_cards: true,
        may_save_methods: false,
        deal_life: domain::deal::Life::from_days(180),
        may_use_tokens: true,
        widget_retries: false,
        choices: ["bank_card:100-5000=t-bank", "*=sandbox"]
            .map(|rule| rule.parse().unwrap())
            .to_vec(),
        widget_sites: ["https://shop.example", "https://*.shop.example"]
            .iter()
            .map(|site| Site::parse(site).unwrap())
            .collect(),
        clock_offset: Duration::days(1),
        inn: Some("7707083893".to_owned()),
        fiscalization: None,
        created_at: NOW,
        version: 1,
    }
}

pub(crate) async fn with_shop(store: &Store, number: i64) -> Shop {
    let shop = shop(number);
    let added = shop.clone();
    done(store, move |tx| store::shop::insert(tx, &added)).await;
    shop
}

pub(crate) fn metadata() -> Metadata {
    let pairs = [("zeta", "1"), ("alpha", "Ё \"quoted\" 😀")];
    Metadata::new(pairs.map(|(key, value)| (key.to_owned(), value.to_owned()))).unwrap()
}

fn card() -> MethodFacts {
    MethodFacts::Card(card_facts())
}

fn card_facts() -> CardFacts {
    CardFacts {
        first6: "555555".to_owned(),
        last4: "4444".to_owned(),
        expiry: Expiry::new(2030, 12).unwrap(),
        brand: CardBrand::MasterCard,
        issuer_country: Some("RU".to_owned()),
        issuer_name: None,
    }
}

fn all_facts() -> [Option<MethodFacts>; 7] {
    [
        None,
        Some(card()),
        Some(MethodFacts::Wallet {
            account_number: "410011758831136".to_owned(),
        }),
        Some(MethodFacts::Sbp {
            bank_id: "100000000004".to_owned(),
            bic: "044525974".to_owned(),
            sbp_operation_id: "1027088AE4CB48CB81287833347A8777".to_owned(),
        }),
        Some(MethodFacts::Company(Box::new(split::company()))),
        Some(MethodFacts::Loan {
            option: "installments_3".to_owned(),
            discount: Some(rub(100)),
        }),
        Some(split::certificates(card_facts())),
    ]
}

fn challenges() -> [Challenge; 4] {
    [
        Challenge::Redirect {
            url: "https://bank.test/3ds".to_owned(),
        },
        Challenge::Qr {
            data: "https://qr.nspk.ru/x".to_owned(),
            url: "https://bank.test/sbp".to_owned(),
        },
        Challenge::External {
            code: Some("123456".to_owned()),
            url: None,
        },
        Challenge::CoolingOff { until: after(9) },
    ]
}

/// A payment that waits, with nothing that may be left out.
pub(crate) fn payment(shop: &Shop, number: u64) -> Payment {
    Payment {
        id: payment_id(number),
        shop_id: shop.id,
        gateway_id: shop.gateway_id,
        test: shop.test,
        amount: rub(100_000),
        amount_asked: rub(100_000),
        description: None,
        metadata: Metadata::default(),
        merchant_customer_id: None,
        client_ip: None,
        capture_mode: CaptureMode::OneStage,
        save_method: SaveMethod::PayerDecides,
        confirmation: None,
        flow: Flow::Page,
        method_asked: None,
        method: None,
        connector: None,
        details: None,
        split: None,
        authorization: None,
        fee: None,
        deal: None,
        receipt: None,
        refunded: rub(0),
        refunding: rub(0),
        confirm_until: after(3_600),
        state: State::Pending { last_attempt: None },
        created_at: NOW,
        version: 1,
    }
}

fn hold() -> Hold {
    Hold {
        reference: "acq-1".to_owned(),
        expires_at: after(604_800),
    }
}

fn payment_states() -> Vec<State> {
    let operation = operation_id(1);
    let mut states = vec![
        State::Pending { last_attempt: None },
        State::Pending {
            last_attempt: Some(operation),
        },
        State::Authorizing { operation },
        State::WaitingForCapture { hold: hold() },
        State::Capturing {
            hold: hold(),
            operation,
            amount: rub(60_000),
        },
        State::Voiding {
            hold: hold(),
            operation,
            cause: cause(),
        },
        State::Registering {
            hold: hold(),
            amount: rub(60_000),
            stage: CaptureMode::OneStage,
            step: Registering::Asked,
        },
        State::Registering {
            hold: hold(),
            amount: rub(60_000),
            stage: CaptureMode::TwoStage,
            step: Registering::Taking { operation },
        },
        State::Registering {
            hold: hold(),
            amount: rub(60_000),
            stage: CaptureMode::TwoStage,
            step: Registering::LettingGo {
                operation,
                cause: cause(),
            },
        },
        State::Succeeded {
            reference: "acq-1".to_owned(),
            captured_at: after(60),
        },
        State::Canceled {
            cause: cause(),
            canceled_at: after(61),
        },
    ];
    states.extend(challenges().map(|challenge| State::Challenged {
        operation,
        challenge,
    }));
    states
}

/// A payment in each state, and ones with everything that may be there.
pub(crate) fn payments(shop: &Shop) -> Vec<Payment> {
    let mut payments: Vec<Payment> = (1..)
        .zip(payment_states())
        .map(|(number, state)| Payment {
            connector: Some(bank()),
            state,
            ..payment(shop, number)
        })
        .collect();
    for (number, facts) in (100..).zip(all_facts()) {
        let plain = payment(shop, number);
        payments.push(Payment {
            amount: rub(60_000),
            receipt: Some(PaymentReceipt {
                order: ReceiptOrder::BeforeMoney,
                registration: Registration::Succeeded,
            }),
            description: Some("Заказ № 37 \u{1}".to_owned()),
            metadata: metadata(),
            merchant_customer_id: Some("мария@example.test".to_owned()),
            client_ip: Some("2001:db8::1".parse().unwrap()),
            capture_mode: CaptureMode::TwoStage,
            save_method: SaveMethod::PayerAgreed,
            confirmation: Some(Confirmation {
                kind: ConfirmationKind::Redirect,
                return_url: Some("https://shop.test/?a=1&b=2".to_owned()),
                enforce: true,
                locale: Some(Locale::English),
            }),
            flow: Flow::Direct,
            method_asked: Some(MethodKind::BankCard),
            connector: Some(bank()),
            method: Some(UsedMethod {
                id: plain.id.method_id(),
                kind: MethodKind::Sbp,
                saved: true,
                phone: Some("79000000000".to_owned()),
                facts,
            }),
            details: split::details(number),
            split: Some(Box::new(split::split(shop))),
            authorization: Some(Authorization {
                rrn: Some("603668680243".to_owned()),
                auth_code: None,
                three_d_secure: Some(ThreeDSecure {
                    applied: true,
                    method_completed: false,
                    challenge_completed: true,
                }),
            }),
            deal: Some(PaymentDeal {
                id: deal_id(1),
                fee_moment: FeeMoment::DealClosed,
                payout: rub(48_000),
                payout_capturing: (number % 2 == 0).then(|| rub(1)),
            }),
            fee: Some(Fee {
                commission: rub(4_500),
                vat: rub(900),
            }),
            refunded: rub(10_000),
            refunding: rub(50_000),
            state: State::Succeeded {
                reference: "acq-1".to_owned(),
                captured_at: after(60),
            },
            version: 7,
            ..plain
        });
    }
    payments
}

/// A payment method in each state.
pub(crate) fn payment_methods(shop: &Shop) -> Vec<PaymentMethod> {
    use domain::payment_method::State;
    let operation = operation_id(1);
    let mut states = vec![
        State::Pending,
        State::Binding { operation },
        State::Active {
            token: "tok-1".to_owned(),
        },
        State::Inactive { cause: cause() },
    ];
    states.extend(challenges().map(|challenge| State::Challenged {
        operation,
        challenge,
    }));
    (1..)
        .zip(states)
        .map(|(number, state)| PaymentMethod {
            id: PaymentMethodId::new(seed(number)),
            shop_id: shop.id,
            gateway_id: shop.gateway_id,
            kind: MethodKind::BankCard,
            facts: (number % 2 == 0).then(card),
            connector: Some(bank()),
            metadata: metadata(),
            confirmation: Some(Confirmation {
                kind: ConfirmationKind::Redirect,
                return_url: None,
                enforce: false,
                locale: None,
            }),
            client_ip: (number % 2 == 0).then(|| [192, 0, 2, 7].into()),
            flow: Flow::Page,
            state,
            confirm_until: after(3_600),
            created_at: NOW,
            version: 1,
        })
        .collect()
}

pub(crate) fn refund(shop: &Shop, number: u64, payment: PaymentId) -> Refund {
    Refund {
        sources: split::sources(shop),
        certificate: split::certificate(number),
        id: refund_id(number),
        shop_id: shop.id,
        payment_id: payment,
        amount: rub(10_000),
        description: Some("Не подошло".to_owned()),
        metadata: metadata(),
        deal: number.is_multiple_of(2).then(|| RefundDeal {
            id: deal_id(1),
            payout: rub(9_000),
            covered: rub(500),
        }),
        receipt: None,
        state: domain::refund::State::Sending {
            operation: operation_id(number),
        },
        created_at: NOW,
        version: 1,
    }
}

/// A refund in each state.
pub(crate) fn refunds(shop: &Shop, payment: PaymentId) -> Vec<Refund> {
    use domain::refund::State;
    let states = [
        State::Sending {
            operation: operation_id(1),
        },
        State::Succeeded {
            rrn: Some("603668680243".to_owned()),
            sbp_operation_id: None,
            succeeded_at: after(5),
        },
        State::Succeeded {
            rrn: None,
            sbp_operation_id: Some("1027088AE4CB48CB81287833347A8777".to_owned()),
            succeeded_at: after(5),
        },
        State::Canceled {
            cause: cause(),
            canceled_at: after(6),
        },
    ];
    (1..)
        .zip(states)
        .map(|(number, state)| Refund {
            receipt: (number % 2 == 0).then_some(Registration::Canceled),
            state,
            ..refund(shop, number, payment)
        })
        .collect()
}

/// A connector that is not the one from before names.
pub(crate) fn bank() -> ConnectorName {
    "t-bank".parse().unwrap()
}

pub(crate) fn operation(shop: &Shop, number: u64, object: OperationObject) -> Operation {
    let new = NewOperation {
        id: operation_id(number),
        shop_id: shop.id,
        object,
        kind: OperationKind::Authorize,
        connector: None,
        amount: rub(100_000),
        reference: None,
    };
    Operation::send(new, NOW)
}

/// An operation of each kind, for each kind of object, in each state.
pub(crate) fn operations(shop: &Shop) -> Vec<Operation> {
    let objects = [
        OperationObject::Payment(payment_id(1)),
        OperationObject::Refund(refund_id(1)),
        OperationObject::PaymentMethod(payment_id(2).method_id()),
        OperationObject::Payout(domain::PayoutId::new(seed(1))),
    ];
    let states = [
        OperationState::Sent,
        OperationState::Unknown,
        OperationState::Challenged,
        OperationState::GivenUp,
        OperationState::Approved,
        OperationState::Declined(cause()),
        OperationState::Sent,
    ];
    let mut operations = Vec::new();
    for object in objects {
        for (kind, state) in OperationKind::ALL
            .into_iter()
            .zip(states.into_iter().cycle())
        {
            let number = u64::try_from(operations.len()).unwrap();
            let sent = operation(shop, number, object);
            let open = sent.clone();
            operations.push(Operation {
                kind,
                state,
                connector: (kind != OperationKind::Register).then(bank),
                reference: (kind != OperationKind::Bind).then(|| "acq-1".to_owned()),
                answered_at: Some(after(3)).filter(|_| state == OperationState::Approved),
                due_at: open.due_at.filter(|_| !sent.is_final()),
                looks: 3,
                ..sent
            });
        }
    }
    operations
}

pub(crate) fn deal_id(number: u64) -> DealId {
    DealId::new(seed(number))
}

/// A new deal of 90 days.
pub(crate) fn deal(shop: &Shop, number: u64) -> Deal {
    let expires_at = NOW.plus(Duration::days(90));
    Deal {
        id: deal_id(number),
        shop_id: shop.id,
        test: shop.test,
        fee_moment: FeeMoment::PaymentSucceeded,
        description: None,
        metadata: Metadata::default(),
        payment_id: None,
        sums: Sums::none(Currency::RUB),
        state: domain::deal::State::Opened {
            look_at: expires_at,
            awaits_payment: false,
            declined: 0,
        },
        created_at: NOW,
        expires_at,
        version: 1,
    }
}

/// A deal in each state, and with everything that may be there.
pub(crate) fn deals(shop: &Shop) -> Vec<Deal> {
    let full = Deal {
        fee_moment: FeeMoment::DealClosed,
        description: Some("Заказ № 37 «Ёлка»".to_owned()),
        metadata: metadata(),
        payment_id: Some(payment_id(1)),
        sums: Sums {
            charged: rub(100_000),
            held: rub(80_000),
            payable: rub(70_000),
            paying_out: rub(1),
            paid_out: rub(2),
            refunding: rub(3),
            refunded: rub(4),
            covered: rub(5),
        },
        state: domain::deal::State::Opened {
            look_at: after(60),
            awaits_payment: true,
            declined: 2,
        },
        ..deal(shop, 2)
    };
    let closed = Deal {
        state: domain::deal::State::Closed {
            closed_at: after(9),
        },
        ..deal(shop, 3)
    };
    vec![deal(shop, 1), full, closed]
}

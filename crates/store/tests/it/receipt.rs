//! Receipts as rows, and the settings that shops keep for them.

use domain::fiscal::{
    AtolAccount, AtolVersion, FiscalFacts, Fiscalization, Provider, Register, Scenario,
};
use domain::receipt::{
    AgentType, Content, Customer, IndustryDetails, Item, MarkCode, MarkForm, MarkQuantity, Measure,
    NewReceipt, OperationalDetails, Origin, PaymentMode, PaymentSubject, Quantity, ReceiptKind,
    Registration, Settlement, SettlementType, State, Supplier, TaxSystem, UserProps, VatCode,
};
use domain::{PaymentId, Receipt, ReceiptId, RefundId, Shop};
use store::receipt::{Filter, all_of_payment, find, insert, list, update};
use store::{Range, Store, StoreError};

use crate::database::both;
use crate::samples::{
    NOW, after, done, operation_id, payment_id, refund_id, refused, rub, seed, shop, with_shop,
};

fn receipt_id(number: u64) -> ReceiptId {
    ReceiptId::new(seed(number))
}

fn industry() -> Vec<IndustryDetails> {
    vec![IndustryDetails {
        federal_id: "001".to_owned(),
        document_date: "2020-11-18".to_owned(),
        document_number: "123/43".to_owned(),
        value: "id1=val1&id2=val2".to_owned(),
    }]
}

/// A line with nothing that may be left out.
fn plain_item() -> Item {
    Item {
        description: "Книга".to_owned(),
        price: rub(10_000),
        quantity: Quantity::parse("1").unwrap(),
        vat: VatCode::TwentyTwo,
        measure: None,
        mark_quantity: None,
        subject: None,
        mode: None,
        country: None,
        customs_declaration: None,
        excise: None,
        product_code: None,
        planned_status: None,
        mark_code: None,
        mark_mode: None,
        industry: Vec::new(),
        extra: None,
        supplier: None,
        agent: None,
    }
}

fn plain() -> Content {
    Content {
        customer: Customer {
            phone: Some("79000000000".to_owned()),
            ..Customer::default()
        },
        items: vec![plain_item()],
        settlements: Vec::new(),
        internet: None,
        tax_system: None,
        timezone: None,
        industry: Vec::new(),
        operational: None,
        user_props: None,
    }
}

/// Everything that may stand on a receipt.
pub(crate) fn full() -> Content {
    let item = Item {
        measure: Some(Measure::SquareMeter),
        mark_quantity: Some(MarkQuantity {
            numerator: 1,
            denominator: 3,
        }),
        subject: Some(PaymentSubject::NonMarkedExcise),
        mode: Some(PaymentMode::CreditPayment),
        country: Some("RU".to_owned()),
        customs_declaration: Some("10714040/140917/0090376".to_owned()),
        excise: Some(rub(2_000)),
        product_code: Some("00 AB".to_owned()),
        planned_status: Some(6),
        mark_code: Some(MarkCode {
            forms: vec![
                (MarkForm::Gs1m, "MDEw".to_owned()),
                (MarkForm::Egais30, "12345678901234".to_owned()),
            ],
        }),
        mark_mode: Some("0".to_owned()),
        industry: industry(),
        extra: Some("mdlp2/12&".to_owned()),
        supplier: Some(Supplier {
            name: Some("ООО «Поставщик»".to_owned()),
            phone: Some("79000000001".to_owned()),
            inn: Some("7707083893".to_owned()),
        }),
        agent: Some(AgentType::BankingPaymentSubagent),
        ..plain_item()
    };
    Content {
        customer: Customer {
            full_name: Some("Иванов Иван".to_owned()),
            inn: Some("500100732259".to_owned()),
            email: Some("buyer@example.test".to_owned()),
            phone: None,
        },
        items: vec![item, plain_item()],
        settlements: vec![Settlement {
            kind: SettlementType::Consideration,
            amount: rub(20_000),
        }],
        internet: Some(false),
        tax_system: Some(TaxSystem::Patent),
        timezone: Some(11),
        industry: industry(),
        operational: Some(OperationalDetails {
            operation_id: 255,
            value: "data".to_owned(),
            created_at: after(-5),
        }),
        user_props: Some(UserProps {
            name: "mdlp".to_owned(),
            value: "ps45102".to_owned(),
        }),
    }
}

fn receipt(
    shop: &Shop,
    number: u64,
    payment_id: PaymentId,
    refund_id: Option<RefundId>,
) -> Receipt {
    let new = NewReceipt {
        id: receipt_id(number),
        shop_id: shop.id,
        kind: match refund_id {
            None => ReceiptKind::Payment,
            Some(_) => ReceiptKind::Refund,
        },
        origin: Origin::ALL[usize::try_from(number % 3).unwrap()],
        payment_id,
        refund_id,
        on_behalf_of: number.is_multiple_of(3).then_some(shop.id),
        content: if number.is_multiple_of(2) {
            plain()
        } else {
            full()
        },
        total: rub(10_000),
    };
    Receipt::draft(new, after(i64::try_from(number).unwrap()))
}

fn states() -> Vec<State> {
    vec![
        State::Draft,
        State::Registering {
            operation: operation_id(7),
        },
        State::Registered(FiscalFacts {
            document_number: "3986".to_owned(),
            storage_number: "9288000100115785".to_owned(),
            attribute: "2617603921".to_owned(),
            registered_at: NOW,
            register_id: "fd9e9404".to_owned(),
        }),
        State::Canceled {
            reason: "неверный ИНН".to_owned(),
            canceled_at: after(9),
        },
        State::Dropped,
    ]
}

#[tokio::test]
async fn a_receipt_comes_back_as_it_was_stored_and_changed() {
    both(|store, _| async move {
        let shop = with_shop(&store, 1).await;
        for (number, state) in (1..).zip(states()) {
            let stored = Receipt {
                state,
                attempts: 3,
                ..receipt(&shop, number, payment_id(1), None)
            };
            let (added, owner, id) = (stored.clone(), shop.clone(), stored.id);
            let found = done(&store, move |tx| {
                insert(tx, &owner, &added)?;
                find(tx, owner.id, id)
            });
            assert_eq!(found.await, Some(stored));
        }
        let first = receipt(&shop, 1, payment_id(1), None);
        for (version, state) in (1..).zip(states()) {
            let next = Receipt {
                state,
                version,
                content: plain(),
                total: rub(version),
                ..first.clone()
            };
            let (changed, owner, id) = (next.clone(), shop.clone(), next.id);
            let found = done(&store, move |tx| {
                update(tx, &owner, &changed)?;
                find(tx, owner.id, id)
            });
            let expected = Receipt {
                version: version + 1,
                ..next.clone()
            };
            assert_eq!(found.await, Some(expected));
            let owner = shop.clone();
            let error = refused(&store, move |tx| update(tx, &owner, &next)).await;
            assert!(matches!(error, StoreError::Conflict));
        }
    })
    .await;
}

/// Ten receipts, two in each state: one of a payment, one of a refund of it.
async fn with_list(store: &Store) -> Shop {
    let shop = with_shop(store, 1).await;
    let owner = shop.clone();
    done(store, move |tx| {
        for (number, state) in (0..).zip(states()) {
            for (number, refund) in [(number, None), (number + 5, Some(refund_id(1)))] {
                let added = Receipt {
                    state: state.clone(),
                    ..receipt(&owner, number, payment_id(1), refund)
                };
                insert(tx, &owner, &added)?;
            }
        }
        Ok(())
    })
    .await;
    shop
}

#[tokio::test]
async fn lists_show_what_is_asked_for_and_never_drafts() {
    both(|store, _| async move {
        let shop = with_list(&store).await.id;
        let all = Filter {
            limit: 100,
            ..Filter::default()
        };
        let numbers = async |filter: Filter| {
            let found = done(&store, move |tx| list(tx, shop, &filter)).await;
            let number = |receipt: Receipt| receipt.created_at.since(NOW).as_seconds();
            found.into_iter().map(number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(all.clone()).await, [8, 7, 6, 3, 2, 1]);
        let of_payment = Filter {
            payment_id: Some(payment_id(1)),
            ..all.clone()
        };
        assert_eq!(numbers(of_payment).await, [8, 7, 6, 3, 2, 1]);
        let of_refund = Filter {
            refund_id: Some(refund_id(1)),
            ..all.clone()
        };
        assert_eq!(numbers(of_refund).await, [8, 7, 6]);
        let of_nobody = Filter {
            refund_id: Some(refund_id(2)),
            ..all.clone()
        };
        assert_eq!(numbers(of_nobody).await, [0_i64; 0]);
        for (status, expected) in [
            (Registration::Pending, [6, 1]),
            (Registration::Succeeded, [7, 2]),
            (Registration::Canceled, [8, 3]),
        ] {
            let filter = Filter {
                status: Some(status),
                ..all.clone()
            };
            assert_eq!(numbers(filter).await, expected);
        }
        let page = Filter {
            created: Range {
                gte: Some(after(2)),
                lt: Some(after(8)),
                ..Range::default()
            },
            limit: 2,
            after: Some((after(7), receipt_id(7))),
            ..all
        };
        assert_eq!(numbers(page).await, [6, 3]);
        let everything = done(&store, move |tx| all_of_payment(tx, shop, payment_id(1))).await;
        assert_eq!(everything.len(), 10);
        let foreign = crate::samples::shop(2).id;
        let nothing = done(&store, move |tx| all_of_payment(tx, foreign, payment_id(1))).await;
        assert!(nothing.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_shop_keeps_how_its_receipts_are_registered() {
    both(|store, _| async move {
        let mut shop = with_shop(&store, 1).await;
        let account = AtolAccount {
            version: AtolVersion::V5,
            base_url: "https://online.atol.ru/possystem".to_owned(),
            login: "login".to_owned(),
            password_file: "/etc/altyn/\"atol\"".to_owned(),
            group_code: "group_1".to_owned(),
            inn: "7707083893".to_owned(),
            payment_address: "https://shop.test".to_owned(),
            email: "shop@shop.test".to_owned(),
            tax_system: Some(TaxSystem::SimplifiedIncome),
        };
        for register in [Register::Sandbox, Register::Atol(account)] {
            shop.fiscalization = Some(Fiscalization {
                provider: Provider::Atol,
                scenario: Scenario::ReceiptFirst,
                register,
            });
            let changed = shop.clone();
            let found = done(&store, move |tx| {
                store::shop::update(tx, &changed)?;
                store::shop::find(tx, changed.id)
            });
            shop.version += 1;
            assert_eq!(found.await, Some(shop.clone()));
        }
    })
    .await;
    assert!(shop(1).fiscalization.is_none());
}

/// A register's account as it was kept before.
const WITH_PASSWORD: &str = r#"{"provider": "atol", "scenario": "together", "register": {
    "type": "atol", "version": "v5", "base_url": "https://online.atol.ru/possystem",
    "login": "login", "password": "pass", "group_code": "group_1", "inn": "7707083893",
    "payment_address": "https://shop.test", "email": "shop@shop.test", "tax_system": null}}"#;

#[tokio::test]
async fn passwords_that_stood_in_the_database_leave_it() {
    const KEPT: &str = "select cast(fiscalization as text) from shop where id = $1";
    const BEFORE: &str = "update shop set fiscalization = $2 where id = $1";
    both(|store, engine| async move {
        let atol = with_shop(&store, 1).await;
        let mut sandbox = with_shop(&store, 2).await;
        sandbox.fiscalization = Some(Fiscalization {
            provider: Provider::YooReceipt,
            scenario: Scenario::Separate,
            register: Register::Sandbox,
        });
        let migration = store::MIGRATIONS
            .iter()
            .find(|it| it.name.ends_with("_register_password"))
            .unwrap();
        let sql = match engine {
            store::Engine::Sqlite => migration.sqlite,
            store::Engine::Postgres => migration.postgres,
        };
        let changed = sandbox.clone();
        let (kept, atol, other) = done(&store, move |tx| {
            store::shop::update(tx, &changed)?;
            let json = sql::Param::Json(WITH_PASSWORD.into());
            tx.write_one(BEFORE, &[&atol.id, &json])?;
            tx.execute(sql, &[])?;
            let kept = tx.query_one(KEPT, &[&atol.id], |row| row.get::<String>(0))?;
            let found = store::shop::find(tx, atol.id)?;
            Ok((kept, found, store::shop::find(tx, changed.id)?))
        })
        .await;
        assert!(!kept.contains("pass\""), "{kept}");
        let register = atol.and_then(|shop| shop.fiscalization).unwrap().register;
        let Register::Atol(account) = register else {
            panic!("{register:?}")
        };
        assert_eq!(account.password_file, "/etc/altyn/atol-100001");
        assert_eq!(account.login, "login");
        assert_eq!(other.unwrap().fiscalization, sandbox.fiscalization);
    })
    .await;
}

//! What the sandbox register does with documents, again and again, and across restarts.

use domain::fiscal::Register;
use domain::receipt::{Content, Customer, Item, Quantity, VatCode};
use domain::{Currency, IdSeed, Money};

use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

pub(crate) fn document(number: u64, email: &str) -> Document {
    let price = Money::new(10_000, Currency::RUB);
    Document {
        operation: OperationId::new(IdSeed {
            at: NOW,
            random: number,
        }),
        shop_id: ShopId::new(100_001).unwrap(),
        register: Register::Sandbox,
        kind: ReceiptKind::Payment,
        content: Content {
            customer: Customer {
                email: Some(email.to_owned()),
                ..Customer::default()
            },
            items: vec![Item {
                description: "Book".to_owned(),
                price,
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
            }],
            settlements: Vec::new(),
            internet: None,
            tax_system: None,
            timezone: None,
            industry: Vec::new(),
            operational: None,
            user_props: None,
        },
        total: price,
        created_at: NOW,
        callback_url: None,
    }
}

fn asked(document: &Document) -> Asked {
    Asked {
        operation: document.operation,
        register: Register::Sandbox,
        register_id: document.operation.to_string(),
        now: NOW,
    }
}

fn number(said: &Said) -> Option<&str> {
    match said {
        Said::Registered(facts) => Some(&facts.document_number),
        Said::Accepted { .. } | Said::Refused { .. } | Said::Failed { .. } => None,
    }
}

#[tokio::test]
async fn a_document_is_registered_once_whatever_gets_lost() {
    let register = SandboxRegister::in_memory();
    let document = document(1, "buyer@example.com");
    register.next(Fault::NotSent);
    register.next(Fault::RequestLost);
    register.next(Fault::ReplyLost);
    for _ in 0..3 {
        assert!(register.register(document.clone()).await.is_err());
    }
    let first = register.register(document.clone()).await.unwrap();
    let again = register.register(document.clone()).await.unwrap();
    let report = register.report(asked(&document)).await.unwrap();
    assert_eq!(number(&first), Some("1"));
    assert_eq!((&first, &first), (&again, &report));
    assert_eq!(register.registered().len(), 1);
}

#[tokio::test]
async fn buyers_of_test_shops_choose_what_happens() {
    let register = SandboxRegister::in_memory();
    let refused = register.register(document(1, "refused@example.com")).await;
    assert!(matches!(refused, Ok(Said::Refused { .. })));
    let late = document(2, "late@example.com");
    let said = register.register(late.clone()).await;
    assert!(matches!(said, Ok(Said::Accepted { .. })));
    let said = register.report(asked(&late)).await.unwrap();
    assert!(number(&said).is_some());
    let failed = register.register(document(3, "failing@example.com")).await;
    assert!(matches!(failed, Ok(Said::Failed { .. })));
    let second = register.register(document(4, "failing@example.com")).await;
    assert!(number(&second.unwrap()).is_some());
}

#[tokio::test]
async fn a_register_remembers_across_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let (one, late) = (document(1, "a@b.ru"), document(2, "late@b.ru"));
    let register = SandboxRegister::open(folder.path()).unwrap();
    let first = register.register(one.clone()).await.unwrap();
    register.register(late.clone()).await.unwrap();
    register.report(asked(&late)).await.unwrap();
    drop(register);
    // A crash may leave half a line.
    let path = folder.path().join("register.jsonl");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend_from_slice(b"{\"operation\":\"");
    std::fs::write(&path, bytes).unwrap();
    let register = SandboxRegister::open(folder.path()).unwrap();
    assert_eq!(register.register(one).await.unwrap(), first);
    let third = register.register(document(3, "a@b.ru")).await.unwrap();
    assert_eq!(number(&third), Some("3"));
    assert_eq!(register.registered().len(), 3);
}

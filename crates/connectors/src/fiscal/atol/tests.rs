//! The connector against a local server that answers like ATOL Online.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::fiscal::AtolVersion;
use domain::receipt::{
    AgentType, Measure, PaymentMode, PaymentSubject, Quantity, Settlement, SettlementType,
    Supplier, TaxSystem,
};
use domain::{Currency, Money};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::document::written;
use super::*;
use crate::fiscal::sandbox::tests::document as sample;

/// What the server answers next; `None` hangs up without an answer.
type Script = Arc<Mutex<VecDeque<Option<(u16, Value)>>>>;

/// A request: its first line, its token and its body.
type Seen = Arc<Mutex<Vec<(String, String, Value)>>>;

struct Service {
    url: String,
    script: Script,
    seen: Seen,
    passwords: TempDir,
}

impl Service {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/possystem", listener.local_addr().unwrap());
        let (script, seen) = (Script::default(), Seen::default());
        let (answers, requests) = (Arc::clone(&script), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serve(stream, &answers, &requests).await;
            }
        });
        let passwords = TempDir::with_prefix("altyn-test-").unwrap();
        std::fs::write(passwords.path().join("atol"), "pass\n").unwrap();
        Self {
            url,
            script,
            seen,
            passwords,
        }
    }

    fn says(&self, status: u16, body: Value) {
        self.script.lock().unwrap().push_back(Some((status, body)));
    }

    fn hangs_up(&self) {
        self.script.lock().unwrap().push_back(None);
    }

    fn gives_token(&self, token: &str) {
        self.says(200, json!({"error": null, "token": token}));
    }

    fn seen(&self) -> Vec<(String, String, Value)> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }

    fn password_file(&self, name: &str) -> String {
        self.passwords.path().join(name).display().to_string()
    }

    fn account(&self, version: AtolVersion) -> AtolAccount {
        AtolAccount {
            version,
            base_url: self.url.clone(),
            login: "login".to_owned(),
            password_file: self.password_file("atol"),
            group_code: "group_1".to_owned(),
            inn: "7707083893".to_owned(),
            payment_address: "https://shop.test".to_owned(),
            email: "shop@shop.test".to_owned(),
            tax_system: Some(TaxSystem::General),
        }
    }

    fn document(&self, version: AtolVersion) -> Document {
        Document {
            register: Register::Atol(self.account(version)),
            ..sample(1, "buyer@example.com")
        }
    }

    fn asked(&self) -> Asked {
        let document = self.document(AtolVersion::V5);
        Asked {
            operation: document.operation,
            register: document.register,
            register_id: "uuid-1".to_owned(),
            now: document.created_at,
        }
    }
}

/// One request a connection.
async fn serve(mut stream: TcpStream, script: &Script, seen: &Seen) {
    let mut bytes = Vec::new();
    let (head, body) = loop {
        let mut part = [0; 4_096];
        let read = stream.read(&mut part).await.unwrap_or(0);
        if read == 0 {
            return;
        }
        bytes.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let lower = head.to_lowercase();
        let length = lower.split("content-length: ").nth(1);
        let length = length.and_then(|rest| rest.lines().next());
        let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
        if length <= body.len() {
            break (head.to_owned(), body.to_owned());
        }
    };
    let line = head.lines().next().unwrap_or_default().to_owned();
    let token = head.lines().find_map(|line| line.strip_prefix("token: "));
    let token = token.unwrap_or_default().to_owned();
    let json = serde_json::from_str(&body).unwrap_or(Value::Null);
    seen.lock().unwrap().push((line, token, json));
    let answer = script.lock().unwrap().pop_front().flatten();
    let Some((status, body)) = answer else {
        return;
    };
    let body = body.to_string();
    let answer = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    drop(stream.write_all(answer.as_bytes()).await);
}

fn connector() -> AtolOnline {
    AtolOnline::with_time_max(Duration::from_secs(5)).unwrap()
}

fn wait(uuid: &str) -> Value {
    json!({"uuid": uuid, "status": "wait", "error": null, "timestamp": "20.07.2026 15:00:00"})
}

fn fault(code: i64, kind: &str) -> Value {
    json!({"uuid": null, "status": "fail", "error": {
        "error_id": "e", "code": code, "text": "text", "type": kind,
    }})
}

fn accepted(uuid: &str) -> Said {
    Said::Accepted {
        register_id: uuid.to_owned(),
    }
}

#[tokio::test]
async fn a_document_is_accepted_and_polled_until_it_is_done() {
    let service = Service::start().await;
    let atol = connector();
    service.gives_token("t1");
    service.says(200, wait("uuid-1"));
    let said = atol.register(service.document(AtolVersion::V5)).await;
    assert_eq!(said.unwrap(), accepted("uuid-1"));
    service.says(200, wait("uuid-1"));
    assert_eq!(
        atol.report(service.asked()).await.unwrap(),
        accepted("uuid-1")
    );
    service.says(200, fault(34, "system"));
    assert_eq!(
        atol.report(service.asked()).await.unwrap(),
        accepted("uuid-1")
    );
    service.says(200, json!({"uuid": "uuid-1", "status": "done", "error": null, "payload": {
        "fiscal_receipt_number": 6, "shift_number": 12, "receipt_datetime": "20.07.2026 15:01:00",
        "total": 100.0, "fn_number": "9288000100115785", "ecr_registration_number": "0",
        "fiscal_document_number": 3986, "fiscal_document_attribute": 2617603921_i64,
    }}));
    let Said::Registered(facts) = atol.report(service.asked()).await.unwrap() else {
        panic!("not registered")
    };
    assert_eq!(facts.document_number, "3986");
    assert_eq!(facts.attribute, "2617603921");
    // 12:01 UTC.
    assert_eq!(facts.registered_at.as_micros(), 1_784_548_860_000_000);
    let seen = service.seen();
    let lines: Vec<&str> = seen.iter().map(|(line, _, _)| line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "POST /possystem/v5/getToken HTTP/1.1",
            "POST /possystem/v5/group_1/sell HTTP/1.1",
            "GET /possystem/v5/group_1/report/uuid-1 HTTP/1.1",
            "GET /possystem/v5/group_1/report/uuid-1 HTTP/1.1",
            "GET /possystem/v5/group_1/report/uuid-1 HTTP/1.1",
        ]
    );
    assert_eq!(seen[0].2, json!({"login": "login", "pass": "pass"}));
    assert!(seen[1..].iter().all(|(_, token, _)| token == "t1"));
}

#[tokio::test]
async fn a_token_that_ended_is_replaced_once() {
    let service = Service::start().await;
    let atol = connector();
    service.gives_token("old");
    service.says(401, fault(11, "system"));
    service.gives_token("new");
    service.says(200, wait("uuid-1"));
    let said = atol.register(service.document(AtolVersion::V4)).await;
    assert_eq!(said.unwrap(), accepted("uuid-1"));
    let tokens: Vec<String> = service
        .seen()
        .into_iter()
        .map(|(_, token, _)| token)
        .collect();
    assert_eq!(tokens, ["", "old", "", "new"]);
    service.says(401, fault(11, "system"));
    service.gives_token("newer");
    service.says(401, fault(10, "system"));
    let refused = atol.register(service.document(AtolVersion::V4)).await;
    assert!(matches!(refused, Err(CallError::NotSent(_))));
}

#[tokio::test]
async fn each_code_has_its_meaning() {
    let service = Service::start().await;
    let atol = connector();
    service.gives_token("t");
    let mut table = String::new();
    let mut existing = fault(33, "system");
    existing["uuid"] = json!("uuid-0");
    existing["status"] = json!("wait");
    for (status, body) in [
        (200, existing),
        (400, fault(33, "system")),
        (400, fault(1, "system")),
        (200, fault(1, "timeout")),
        (401, fault(12, "system")),
        (400, fault(13, "system")),
        (401, fault(20, "system")),
        (400, fault(32, "system")),
        (500, fault(50, "system")),
        (200, fault(-1, "driver")),
        (200, fault(-3_803, "driver")),
        (200, fault(-3_822, "driver")),
        (200, fault(1, "agent")),
        (200, fault(3, "agent")),
        (400, fault(0, "unknown")),
        (502, json!({"error": null})),
        (200, json!({"uuid": "u", "status": "done", "error": null})),
    ] {
        let error = &body["error"];
        let what = format!("{status} {} {}", error["code"], error["type"]);
        service.says(status, body);
        let said = match atol.register(service.document(AtolVersion::V5)).await {
            Ok(Said::Accepted { register_id }) => format!("accepted as {register_id}"),
            Ok(Said::Registered(_)) => "registered".to_owned(),
            Ok(Said::Refused { .. }) => "refused".to_owned(),
            Ok(Said::Failed { .. }) => "failed, attempt again".to_owned(),
            Err(CallError::NotSent(_)) => "not sent".to_owned(),
            Err(CallError::Unknown(_)) => "unknown".to_owned(),
        };
        table.push_str(&format!("{what}: {said}\n"));
    }
    insta::assert_snapshot!(table, @r#"
    200 33 "system": accepted as uuid-0
    400 33 "system": unknown
    400 1 "system": unknown
    200 1 "timeout": failed, attempt again
    401 12 "system": not sent
    400 13 "system": refused
    401 20 "system": not sent
    400 32 "system": refused
    500 50 "system": unknown
    200 -1 "driver": failed, attempt again
    200 -3803 "driver": refused
    200 -3822 "driver": failed, attempt again
    200 1 "agent": refused
    200 3 "agent": failed, attempt again
    400 0 "unknown": unknown
    502 null null: unknown
    200 null null: unknown
    "#);
}

#[tokio::test]
async fn silence_and_closed_doors_are_told_apart() {
    let service = Service::start().await;
    let atol = connector();
    service.gives_token("t");
    service.hangs_up();
    let silent = atol.register(service.document(AtolVersion::V5)).await;
    assert!(matches!(silent, Err(CallError::Unknown(_))));
    let mut nowhere = service.document(AtolVersion::V5);
    let mut account = service.account(AtolVersion::V5);
    account.base_url = "http://127.0.0.1:1/possystem".to_owned();
    nowhere.register = Register::Atol(account);
    let closed = atol.register(nowhere).await;
    assert!(matches!(closed, Err(CallError::NotSent(_))));
    let other = atol.register(sample(1, "a@b.ru")).await;
    assert!(matches!(other, Err(CallError::NotSent(_))), "no account");
}

#[tokio::test]
async fn a_password_that_is_not_there_stops_the_document_and_says_which() {
    let service = Service::start().await;
    let atol = connector();
    let mut document = service.document(AtolVersion::V5);
    let mut account = service.account(AtolVersion::V5);
    account.password_file = service.password_file("gone");
    document.register = Register::Atol(account.clone());
    let said = atol.register(document.clone()).await;
    let Err(CallError::NotSent(Some(why))) = said else {
        panic!("{said:?}")
    };
    let why = why.to_string();
    assert!(why.contains(&account.password_file), "{why}");
    std::fs::write(&account.password_file, "\n").unwrap();
    let said = atol.register(document.clone()).await;
    assert!(matches!(said, Err(CallError::NotSent(_))), "empty");
    assert!(service.seen().is_empty());
    // As soon as it is there, the document is sent.
    std::fs::write(&account.password_file, "later").unwrap();
    service.gives_token("t");
    service.says(200, wait("uuid-1"));
    assert_eq!(atol.register(document).await.unwrap(), accepted("uuid-1"));
    assert_eq!(service.seen()[0].2["pass"], "later");
}

#[tokio::test]
async fn a_token_is_for_who_has_the_password_and_is_forgotten_by_who_used_it() {
    let service = Service::start().await;
    let atol = connector();
    service.gives_token("first");
    service.says(200, wait("uuid-1"));
    atol.register(service.document(AtolVersion::V5))
        .await
        .unwrap();
    // The same login with another password proves itself anew.
    let mut other = service.document(AtolVersion::V5);
    let mut account = service.account(AtolVersion::V5);
    account.password_file = service.password_file("other");
    std::fs::write(&account.password_file, "wrong").unwrap();
    other.register = Register::Atol(account);
    service.says(401, fault(12, "system"));
    let refused = atol.register(other).await;
    assert!(matches!(refused, Err(CallError::NotSent(_))));
    // A token that another question has replaced meanwhile stays.
    let key = key(&service.account(AtolVersion::V5));
    atol.forget(&key, "older");
    assert_eq!(atol.tokens().get(&key).map(String::as_str), Some("first"));
    atol.forget(&key, "first");
    assert_eq!(atol.tokens().get(&key), None);
}

#[tokio::test]
async fn an_answer_without_end_is_no_answer() {
    let service = Service::start().await;
    let atol = connector();
    service.gives_token("t");
    let long = "x".repeat(BODY_BYTES_MAX);
    service.says(
        200,
        json!({"uuid": "uuid-1", "status": "wait", "text": long}),
    );
    let said = atol.register(service.document(AtolVersion::V5)).await;
    let Err(CallError::Unknown(Some(why))) = said else {
        panic!("{said:?}")
    };
    assert!(why.to_string().contains("longer"), "{why}");
}

/// What format 1.05 has no word for is something else, not a word of the API.
#[test]
fn each_subject_has_its_word_and_its_number() {
    let mut table = String::new();
    for subject in PaymentSubject::ALL {
        let (code, v4) = (subject.code(), document::object_v4(subject));
        let v5 = document::object_v5(subject);
        table.push_str(&format!("{code}: {v4}, {v5}\n"));
    }
    insta::assert_snapshot!("subjects", table);
}

/// Everything that a document may carry, in both protocols.
#[test]
fn documents_are_written_as_the_protocols_say() {
    let account = |version| AtolAccount {
        version,
        base_url: String::new(),
        login: String::new(),
        password_file: String::new(),
        group_code: String::new(),
        inn: "7707083893".to_owned(),
        payment_address: "https://shop.test".to_owned(),
        email: "shop@shop.test".to_owned(),
        tax_system: Some(TaxSystem::SimplifiedIncome),
    };
    let mut document = sample(1, "buyer@example.com");
    let rub = |minor| Money::new(minor, Currency::RUB);
    let item = &mut document.content.items[0];
    item.price = rub(33_333);
    item.quantity = Quantity::parse("1.5").unwrap();
    item.measure = Some(Measure::SquareMeter);
    item.subject = Some(PaymentSubject::NonOperatingGain);
    item.mode = Some(PaymentMode::PartialPrepayment);
    item.country = Some("RU".to_owned());
    item.excise = Some(rub(2_000));
    item.agent = Some(AgentType::Commissioner);
    item.supplier = Some(Supplier {
        name: Some("ООО".to_owned()),
        phone: Some("79000000001".to_owned()),
        inn: Some("7707083893".to_owned()),
    });
    let mut gift = sample(1, "").content.items.remove(0);
    gift.price = rub(0);
    document.content.items.push(gift);
    document.total = rub(50_000);
    document.content.settlements = vec![Settlement {
        kind: SettlementType::Postpayment,
        amount: rub(50_000),
    }];
    document.content.internet = Some(true);
    document.callback_url = Some("https://pay.test/fiscal/v1/callback/1".to_owned());
    for version in AtolVersion::ALL {
        let written = written(&account(version), &document).unwrap();
        let pretty = serde_json::to_string_pretty(&written).unwrap();
        insta::assert_snapshot!(version.code(), pretty);
    }
}

//! What happens outside and the platform does not know of: the bank, the register, the servers for
//! messages and the merchant's server were asked behind its back, or have lost something.

use card::{Card, CardNumber, Csc};
use connectors::acquirer::{Authorize, ChallengePolicy, Follow, Means};
use connectors::courier::Parcel;
use connectors::fiscal::Document;
use connectors::mail::Mail;
use connectors::payer::{PayOut, Receiver};
use connectors::sms::Sms;
use connectors::{Acquirer as _, Courier as _, Fiscal as _, Mailer, Payer as _, SmsGateway};
use domain::card::Expiry;
use domain::fiscal::Register;
use domain::message::{Email, Phone};
use domain::payment::Locale;
use domain::{Currency, IdSeed, MessageId, Money, OperationId, Receipt};
use testkit::{BEGIN, World};

use crate::business::{BUYER, HOOK, PHONE};

/// What goes wrong.
#[derive(Clone, Copy)]
pub(super) enum Fault {
    /// The payer is asked twice.
    PaidTwice,
    /// The acquirer is asked twice to give money back.
    RefundedTwice,
    /// Money of a payer is taken.
    Taken,
    /// Money of a payer is held.
    Held,
    /// The register is asked twice.
    RegisteredTwice,
    /// A mail goes out.
    Mailed,
    /// A text message goes out.
    Texted,
    /// A notification goes out.
    Notified,
    /// None of the notifications went out.
    NotificationsLost,
}

const SEED: IdSeed = IdSeed {
    at: BEGIN,
    random: 7,
};

/// Lets it happen. Returns whether that was possible.
pub(super) async fn happens(world: &World, fault: Fault) -> bool {
    let operation = OperationId::new(SEED);
    match fault {
        Fault::PaidTwice => pay_again(world, operation).await,
        Fault::RefundedTwice => refund_again(world, operation).await,
        Fault::Taken => authorize(world, operation, true).await,
        Fault::Held => authorize(world, operation, false).await,
        Fault::RegisteredTwice => register_again(world, operation).await,
        Fault::Mailed => {
            let mail = Mail {
                id: MessageId::new(SEED),
                to: Email::parse(BUYER).unwrap(),
                locale: Locale::Russian,
                subject: "Here".to_owned(),
                text: "you are".to_owned(),
                html: None,
                written_at: BEGIN,
            };
            Mailer::send(world.mailer.as_ref(), mail).await;
            true
        }
        Fault::Texted => {
            let sms = Sms {
                id: MessageId::new(SEED),
                to: Phone::parse(PHONE).unwrap(),
                text: "Here you are".to_owned(),
            };
            SmsGateway::send(world.mailer.as_ref(), sms).await;
            true
        }
        Fault::Notified => {
            let parcel = Parcel {
                url: HOOK.to_owned(),
                headers: vec![("webhook-id", "ev-1".to_owned())],
                body: "{}".to_owned(),
            };
            world.courier.post(parcel).await;
            true
        }
        Fault::NotificationsLost => !world.courier.take().is_empty(),
    }
}

async fn pay_again(world: &World, operation: OperationId) -> bool {
    let paid = world.bank.paid_out();
    let Some(paid) = paid.values().next() else {
        return false;
    };
    let request = PayOut {
        operation,
        shop_id: paid.shop_id,
        amount: paid.amount,
        receiver: Receiver::Wallet {
            account_number: "41001614575714".to_owned(),
        },
    };
    world.bank.pay_out(request).await.is_ok()
}

async fn refund_again(world: &World, operation: OperationId) -> bool {
    let statistics = world.bank.statistics();
    let partly = statistics
        .iter()
        .find(|(_, effects)| effects.refunded.minor() + 100 <= effects.captured.minor());
    let Some((reference, effects)) = partly else {
        return false;
    };
    let request = Follow {
        operation,
        shop_id: effects.shop_id,
        reference: reference.clone(),
        amount: Money::new(100, Currency::RUB),
    };
    world.bank.refund(request).await.is_ok()
}

async fn authorize(world: &World, operation: OperationId, capture: bool) -> bool {
    let request = Authorize {
        operation,
        shop_id: world.shop.id,
        amount: Money::new(10_000, Currency::RUB),
        capture,
        means: Means::Card(Card {
            number: CardNumber::parse("5555555555554444").unwrap(),
            expiry: Expiry::new(2030, 12).unwrap(),
            csc: Csc::parse("123"),
        }),
        challenge: ChallengePolicy::IfNeeded,
        client_ip: None,
        by_qr: false,
        save: false,
        articles: Vec::new(),
        return_url: "https://shop.example/".to_owned(),
    };
    world.bank.authorize(request).await.is_ok()
}

async fn register_again(world: &World, operation: OperationId) -> bool {
    let Some(receipt) = any_receipt(world).await else {
        return false;
    };
    let document = Document {
        operation,
        shop_id: receipt.seller(),
        register: Register::Sandbox,
        kind: receipt.kind,
        content: receipt.content,
        total: receipt.total,
        created_at: receipt.created_at,
        callback_url: None,
    };
    world.register.register(document).await.is_ok()
}

/// A receipt that was registered, of a buyer with whom the register has no trouble.
async fn any_receipt(world: &World) -> Option<Receipt> {
    let shop = world.shop.id;
    let filter = store::receipt::Filter {
        status: Some(domain::receipt::Registration::Succeeded),
        limit: 1_000,
        ..store::receipt::Filter::default()
    };
    let list = move |conn: &mut store::Conn<'_>| store::receipt::list(conn, shop, &filter);
    let receipts = world.store.read(list).await.unwrap();
    let calm = |receipt: &Receipt| {
        let email = receipt.content.customer.email.as_deref();
        email.is_some_and(|email| email.starts_with("buyer@"))
    };
    receipts.into_iter().find(calm)
}

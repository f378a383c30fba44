//! `POST /checkout/payments/v2/pay`, and what follows it.

use app::webhook::NewWebhook;
use domain::{Duration, EventKind, MethodKind};
use http::StatusCode;
use serde_json::json;

use crate::browser::{Buyer, SHOP_URL, method};

const WITH_3DS: &str = "5555 5555 5555 4477";
const WITHOUT_3DS: &str = "4111 1111 1111 1111";
const NO_MONEY: &str = "5555 5555 5555 4600";

#[tokio::test]
async fn a_card_without_3ds_pays_at_once_and_reloading_does_not_pay_again() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let page = buyer.pay_by_card(&id, WITHOUT_3DS).await;
    assert_eq!(page.text("h1"), "Paid");
    assert!(
        page.address.starts_with("/checkout/payments/v2/contract?"),
        "{}",
        page.address
    );
    assert_eq!(page.text(".result__sum"), "₽1,000.00");
    assert!(
        page.texts("dd").contains(&"Card •• 1111".to_owned()),
        "{}",
        page.html
    );
    assert_eq!(
        page.attribute("a.button", "href").as_deref(),
        Some(SHOP_URL)
    );
    assert_eq!(buyer.as_merchant(&id).await["status"], "succeeded");
    buyer.world.clock.advance(Duration::minutes(10));
    assert_eq!(buyer.open(&id).await.text("h1"), "Already paid");
    buyer.world.audit().await;
}

#[tokio::test]
async fn that_the_shop_knows_is_said_once_it_does() {
    let mut buyer = Buyer::new().await;
    let alone = buyer.payment_again("alone").await;
    let page = buyer.pay_by_card(&alone, WITHOUT_3DS).await;
    let (arrived, known) = ("The money has arrived.", "The shop already knows.");
    assert_eq!(page.text(".result__text"), arrived);
    let cx = buyer.world.machine();
    let hook = NewWebhook::of(&cx, SHOP_URL.to_owned(), EventKind::ALL.to_vec());
    let added = app::webhook::add(&cx, buyer.world.shop.id, hook).await;
    added.unwrap();
    let told = buyer.payment_again("told").await;
    let page = buyer.pay_by_card(&told, WITHOUT_3DS).await;
    assert_eq!(page.text(".result__text"), arrived, "it is on its way");
    buyer.world.run_jobs().await;
    for (id, expected) in [
        (&told, format!("{arrived} {known}")),
        (&alone, arrived.to_owned()),
    ] {
        assert_eq!(buyer.open(id).await.text(".result__text"), expected);
    }
}

#[tokio::test]
async fn a_payment_knows_from_where_it_was_paid_unless_the_merchant_has_said_it() {
    for (said, expected) in [
        (json!({}), "192.0.2.7"),
        (json!({"client_ip": "::ffff:198.51.100.3"}), "198.51.100.3"),
        (json!({"client_ip": "2001:DB8::0:3"}), "2001:db8::3"),
    ] {
        let mut buyer = Buyer::new().await;
        let id = buyer.payment(said).await;
        buyer.pay_by_card(&id, WITHOUT_3DS).await;
        let view = app::checkout::show(&buyer.world.app, id.parse().unwrap()).await;
        let found = view.unwrap().payment.client_ip;
        assert_eq!(found, Some(expected.parse().unwrap()));
    }
}

#[tokio::test]
async fn a_card_with_3ds_is_confirmed_on_the_banks_page() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let bank = buyer.pay_by_card(&id, WITH_3DS).await;
    assert!(
        bank.address.starts_with("/sandbox/3ds?operation="),
        "{}",
        bank.address
    );
    assert_eq!(buyer.as_merchant(&id).await["status"], "pending");
    let page = buyer.submit(&bank, "form", &[("decision", "accept")]).await;
    assert_eq!(page.text("h1"), "Paid");
    let payment = buyer.as_merchant(&id).await;
    assert_eq!(
        payment["authorization_details"]["three_d_secure"]["applied"],
        true
    );
    let again = buyer.get(&bank.address).await;
    assert_eq!(again.text("h1"), "The payment is confirmed");
    buyer.world.audit().await;
}

#[tokio::test]
async fn a_declined_attempt_is_explained_and_another_pays() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let page = buyer.pay_by_card(&id, NO_MONEY).await;
    assert_eq!(page.text(".notice__title"), "Not enough money");
    assert!(
        page.text(".notice").contains("No money was taken."),
        "{}",
        page.html
    );
    let page = buyer.pay_by_card(&id, WITHOUT_3DS).await;
    assert_eq!(page.text("h1"), "Paid");
    buyer.world.audit().await;
}

#[tokio::test]
async fn cards_are_over_after_ten_declines_and_other_ways_are_not() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    for _ in 1..app::checkout::ATTEMPTS_MAX {
        let page = buyer.pay_by_card(&id, NO_MONEY).await;
        assert_eq!(page.text(".notice__title"), "Not enough money");
    }
    let form = buyer.open(&id).await;
    let page = buyer.pay_by_card(&id, NO_MONEY).await;
    let over = "Cards are no longer accepted here";
    assert_eq!(page.text(".notice__title"), over);
    assert!(
        !page
            .texts(".method__name")
            .contains(&"Bank card".to_owned())
    );
    // An old form does not reach the acquirer either.
    let typed = [
        ("card_number", WITHOUT_3DS),
        ("card_expiry", "12/30"),
        ("card_csc", "123"),
    ];
    let page = buyer
        .submit(&form, &method(MethodKind::BankCard), &typed)
        .await;
    assert_eq!(page.text(".notice__title"), over);
    assert_eq!(buyer.as_merchant(&id).await["status"], "pending");
    let page = buyer.submit(&page, &method(MethodKind::Sbp), &[]).await;
    assert!(page.html.contains("<svg"), "{}", page.html);
}

#[tokio::test]
async fn who_tries_cards_too_often_is_told_so_by_every_door_and_when_it_goes_on() {
    let limits = app::CardLimits {
        per_address: 2,
        ..app::CardLimits::default()
    };
    let mut buyer = Buyer::with(limits).await;
    let id = buyer.payment(json!({})).await;
    for _ in 0..2 {
        let page = buyer.pay_by_card(&id, NO_MONEY).await;
        assert_eq!(page.text(".notice__title"), "Not enough money");
    }
    let page = buyer.pay_by_card(&id, WITHOUT_3DS).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.answer.headers["retry-after"], "1800");
    assert_eq!(page.text(".notice__title"), "Cards were tried too often");
    let text = page.text(".notice");
    assert!(
        text.contains("from your network") && text.contains("30 min"),
        "{text}"
    );
    assert_eq!(buyer.as_merchant(&id).await["status"], "pending");

    let shop = buyer.world.shop.id.to_string();
    let card = json!({
        "shop_id": shop, "number": "5555555555554444", "cvc": "123", "month": "12", "year": "30",
    });
    let script = buyer.post_json("/checkout-js/v1/tokens", &card).await;
    assert_eq!(script.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(script.answer.headers["retry-after"], "1800");
    assert!(script.html.contains("too_many_requests"), "{}", script.html);
    buyer.says.push(("sec-fetch-site", "same-origin"));
    let payout = json!({"account_id": shop, "number": "2200000000000004"});
    let frame = buyer.post_json("/payouts-data/tokens", &payout).await;
    assert_eq!(frame.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(frame.answer.headers["retry-after"], "1800");

    // Other methods are open, and so are cards from elsewhere, or later.
    let other = buyer.submit(&page, &method(MethodKind::Sbp), &[]).await;
    assert!(other.html.contains("<svg"), "{}", other.html);
    buyer.world.clock.advance(Duration::minutes(30));
    let id = buyer.payment_again("key-2").await;
    assert_eq!(buyer.pay_by_card(&id, WITHOUT_3DS).await.text("h1"), "Paid");
    buyer.world.audit().await;
}

#[tokio::test]
async fn a_shop_that_is_switched_off_says_so_on_every_page() {
    let mut buyer = Buyer::new().await;
    let (id, off) = (
        buyer.payment(json!({})).await,
        app::shop::ShopState::Disabled,
    );
    let form = buyer.open(&id).await;
    let begun = buyer.payment_again("key-2").await;
    let bank = buyer.pay_by_card(&begun, WITH_3DS).await;
    let shop = buyer.world.shop.id;
    app::shop::set_state(&buyer.world.machine(), shop, off)
        .await
        .unwrap();
    let closed = "The shop takes no payments now";
    assert_eq!(buyer.open(&id).await.text("h1"), closed);
    let typed = [
        ("card_number", WITHOUT_3DS),
        ("card_expiry", "12/30"),
        ("card_csc", "123"),
    ];
    let page = buyer
        .submit(&form, &method(MethodKind::BankCard), &typed)
        .await;
    assert_eq!(page.text("h1"), closed);
    assert_eq!(buyer.as_merchant(&id).await["status"], "pending");
    let card = json!({
        "shop_id": shop.to_string(), "number": "5555555555554444", "cvc": "123", "month": "12",
        "year": "30",
    });
    let script = buyer.post_json("/checkout-js/v1/tokens", &card).await;
    assert_eq!(script.status, StatusCode::FORBIDDEN);
    let frame = format!("/payouts-data/frame?type=payout&account_id={shop}");
    assert_ne!(buyer.get(&frame).await.status, StatusCode::OK);
    // The payment that the bank was asked about is finished.
    let page = buyer.submit(&bank, "form", &[("decision", "accept")]).await;
    assert_eq!(page.text("h1"), "Paid");
    buyer.world.audit().await;
}

#[tokio::test]
async fn a_payment_that_takes_only_cards_says_when_they_are_over() {
    let mut buyer = Buyer::new().await;
    let only = json!({"payment_method_data": {"type": "bank_card"}});
    let id = buyer.payment(only).await;
    let mut page = buyer.pay_by_card(&id, NO_MONEY).await;
    for _ in 1..app::checkout::ATTEMPTS_MAX {
        page = buyer.pay_by_card(&id, NO_MONEY).await;
    }
    assert_eq!(page.text("h1"), "Too many attempts");
    let back = page.attribute("a.button", "href");
    assert_eq!(back.as_deref(), Some(SHOP_URL));
}

#[tokio::test]
async fn a_refusal_at_the_bank_leads_back_to_the_form() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let bank = buyer.pay_by_card(&id, WITH_3DS).await;
    let page = buyer
        .submit(&bank, "form", &[("decision", "decline")])
        .await;
    assert_eq!(page.text(".notice__title"), "The payment was not confirmed");
    assert_eq!(page.texts("details.method").len(), 9);
}

#[tokio::test]
async fn a_payer_who_leaves_the_bank_can_go_back_or_choose_another_way() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let bank = buyer.pay_by_card(&id, WITH_3DS).await;
    let page = buyer.submit(&bank, "form", &[("decision", "close")]).await;
    assert_eq!(page.text("h1"), "Waiting for confirmation");
    let go = page.attribute("a.button", "href").unwrap();
    assert!(go.contains("/sandbox/3ds?operation="), "{go}");
    let other = page.attribute(".aside a", "href").unwrap();
    let page = buyer.get(&other).await;
    assert_eq!(page.texts("details.method").len(), 9);
    let typed = [
        ("card_number", WITHOUT_3DS),
        ("card_expiry", "12/30"),
        ("card_csc", "123"),
    ];
    let form = buyer.get(&other).await;
    let page = buyer
        .submit(&form, &method(MethodKind::BankCard), &typed)
        .await;
    assert_eq!(page.text("h1"), "Paid");
}

#[tokio::test]
async fn mistakes_in_the_form_are_shown_beside_the_fields_and_the_number_is_not() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let page = buyer.open(&id).await;
    let typed = [
        ("card_number", "5555 5555 5555 4478"),
        ("card_expiry", "10/21"),
        ("card_csc", "77"),
    ];
    let page = buyer
        .submit(&page, &method(MethodKind::BankCard), &typed)
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.text("#card-number-error").contains("typo"),
        "{}",
        page.html
    );
    assert!(
        page.text("#card-expiry-error").contains("expired"),
        "{}",
        page.html
    );
    assert!(
        page.text("#card-csc-error").contains("three digits"),
        "{}",
        page.html
    );
    assert_eq!(
        page.attribute("#card-expiry", "value").as_deref(),
        Some("10/21")
    );
    assert!(!page.html.contains("4478"), "{}", page.html);
    let payment = buyer.as_merchant(&id).await;
    assert_eq!(payment["status"], "pending");
}

#[tokio::test]
async fn sbp_shows_a_code_and_a_link_and_its_page_looks_again_by_itself() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let page = buyer.open(&id).await;
    let page = buyer.submit(&page, &method(MethodKind::Sbp), &[]).await;
    assert_eq!(page.text("h1"), "Pay with SBP");
    assert!(
        page.attribute(".qr svg", "viewBox").is_some(),
        "{}",
        page.html
    );
    assert!(
        page.html.contains("<noscript><meta http-equiv=\"refresh\""),
        "{}",
        page.html
    );
    let status = page.attribute("[data-wait]", "data-wait").unwrap();
    let stamp = page.attribute("[data-wait]", "data-stamp").unwrap();
    assert!(buyer.get(&status).await.html.contains(&stamp));
    let bank = page.attribute("a.wait__bank", "href").unwrap();
    let bank = buyer
        .get(bank.strip_prefix(testkit::BASE_URL).unwrap())
        .await;
    let page = buyer.submit(&bank, "form", &[("decision", "accept")]).await;
    assert_eq!(page.text("h1"), "Paid");
    assert!(!buyer.get(&status).await.html.contains(&stamp));
    buyer.world.audit().await;
}

#[tokio::test]
async fn the_other_ways_lead_to_a_page_a_code_or_a_message() {
    for (kind, heading) in [
        (MethodKind::YooMoney, "Test wallet"),
        (MethodKind::Sberbank, "Test SberPay"),
        (MethodKind::TinkoffBank, "Test T-Pay"),
        (MethodKind::MobileBalance, "Confirm by text message"),
        (MethodKind::Cash, "Pay in cash"),
    ] {
        let mut buyer = Buyer::new().await;
        let id = buyer.payment(json!({})).await;
        let page = buyer.open(&id).await;
        let page = buyer
            .submit(&page, &method(kind), &[("phone", "+7 921 123-45-67")])
            .await;
        assert_eq!(page.text("h1"), heading, "{}", page.html);
        let decide = page.attribute(".help--test a", "href");
        let bank = match decide {
            Some(address) => {
                buyer
                    .get(address.strip_prefix(testkit::BASE_URL).unwrap())
                    .await
            }
            None => page,
        };
        let page = buyer.submit(&bank, "form", &[("decision", "accept")]).await;
        assert_eq!(page.text("h1"), "Paid", "{}", kind.code());
        buyer.world.audit().await;
    }
}

#[tokio::test]
async fn a_phone_with_a_mistake_is_kept_and_nothing_is_sent() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let page = buyer.open(&id).await;
    let form = method(MethodKind::MobileBalance);
    let page = buyer.submit(&page, &form, &[("phone", "+7 921")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.attribute("#phone", "value").as_deref(), Some("+7 921"));
    assert!(page.text("#phone-error").contains("11 digits"));
    assert_eq!(
        page.texts("details.method[open] .method__name"),
        ["Mobile phone balance"]
    );
}

#[tokio::test]
async fn a_hold_is_shown_as_held() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({"capture": false})).await;
    let page = buyer.pay_by_card(&id, WITHOUT_3DS).await;
    assert_eq!(page.text("h1"), "The sum is on hold");
    assert_eq!(
        buyer.as_merchant(&id).await["status"],
        "waiting_for_capture"
    );
    let path = format!("/payments/{id}/cancel");
    buyer.world.call("POST", &path, "key-2", &json!({})).await;
    assert_eq!(buyer.open(&id).await.text("h1"), "The payment is canceled");
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let page = buyer.open(&id).await;
    let typed = [
        ("card_number", WITHOUT_3DS),
        ("card_expiry", "12/30"),
        ("card_csc", "123"),
    ];
    let form = method(MethodKind::BankCard);
    buyer.says.push(("origin", "https://evil.example"));
    let refused = buyer.submit(&page, &form, &typed).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    buyer.says.pop();
    let forged = [
        typed[0],
        typed[1],
        typed[2],
        ("csrf", "00000000000000000000000000000000"),
    ];
    let refused = buyer.submit(&page, &form, &forged).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(buyer.as_merchant(&id).await["status"], "pending");
}

#[tokio::test]
async fn a_form_that_says_what_no_form_of_ours_does_pays_nothing() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    let page = buyer.open(&id).await;
    for wrong in [
        ("method", ""),
        ("method", "card"),
        ("method", "Bank_card"),
        ("save", "on"),
        ("save", "True"),
    ] {
        let typed = [
            ("card_number", WITHOUT_3DS),
            ("card_expiry", "12/30"),
            ("card_csc", "123"),
            wrong,
        ];
        let form = method(MethodKind::BankCard);
        let answer = buyer.submit(&page, &form, &typed).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong:?}");
    }
    assert_eq!(buyer.as_merchant(&id).await["status"], "pending");
}

#[tokio::test]
async fn a_bank_on_another_host_is_reached_by_a_page_between() {
    let mut buyer = Buyer::new().await;
    let id = buyer.payment(json!({})).await;
    buyer.says[0] = ("host", "pay.example");
    let page = buyer.open(&id).await;
    let typed = [
        ("card_number", WITH_3DS),
        ("card_expiry", "12/30"),
        ("card_csc", "123"),
    ];
    let page = buyer
        .submit(&page, &method(MethodKind::BankCard), &typed)
        .await;
    assert_eq!(page.text("h1"), "Going to the bank’s page");
    let go = page.attribute("a.button", "href").unwrap();
    assert!(
        go.starts_with("http://127.0.0.1:8080/sandbox/3ds?operation="),
        "{go}"
    );
}

#[tokio::test]
async fn a_card_that_the_merchant_took_goes_back_to_the_merchant_after_3ds() {
    let mut buyer = Buyer::new().await;
    let card = json!({
        "type": "bank_card",
        "card": {
            "number": "5555555555554477", "expiry_month": "12", "expiry_year": "2030",
            "csc": "123",
        },
    });
    let id = buyer.payment(json!({"payment_method_data": card})).await;
    let payment = buyer.as_merchant(&id).await;
    let bank = payment["confirmation"]["confirmation_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let bank = buyer
        .get(bank.strip_prefix(testkit::BASE_URL).unwrap())
        .await;
    let back = buyer.submit(&bank, "form", &[("decision", "accept")]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(back.answer.headers["location"], SHOP_URL);
    assert_eq!(buyer.as_merchant(&id).await["status"], "succeeded");
}

//! `/oauth/v2/authorize`

use domain::application::{Callback, NewApplication};
use domain::{Application, Scope};
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY};

use crate::browser::{Buyer, Page};

fn address(application: &Application, more: &str) -> String {
    let id = application.id;
    format!("/oauth/v2/authorize?client_id={id}&response_type=code{more}")
}

async fn decide(merchant: &mut Buyer, page: &Page, typed: &[(&str, &str)]) -> Page {
    merchant.submit(page, "form", typed).await
}

/// Grants with the shop's own key.
async fn grant(merchant: &mut Buyer, page: &Page) -> Page {
    let shop = merchant.world.shop.id.to_string();
    let key = merchant.world.secret_key.clone();
    let typed = [
        ("shop_id", shop.as_str()),
        ("secret_key", &key),
        ("decision", "grant"),
    ];
    decide(merchant, page, &typed).await
}

fn target(page: &Page) -> Option<String> {
    page.attribute("main a.button", "href")
}

#[tokio::test]
async fn a_merchant_grants_access_and_the_application_gets_a_token() {
    let mut merchant = Buyer::new().await;
    let scopes = [Scope::PaymentsCreate, Scope::GetFees];
    let application = merchant.world.application(&scopes).await.application;
    let page = merchant
        .get(&address(&application, "&state=a%26b%3D1%20%23"))
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.text("h1"), "“Касса” asks for access to your shop");
    assert_eq!(page.texts(".rights li").len(), 2);
    assert!(page.text("#life").contains("three years"), "{}", page.html);
    let policy = page.answer.headers[CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(page.answer.headers[REFERRER_POLICY], "same-origin");

    let page = grant(&mut merchant, &page).await;
    assert_eq!(page.text("h1"), "Access granted");
    let target = target(&page).unwrap();
    let query = target
        .strip_prefix("https://partner.example/back?code=")
        .unwrap();
    let (code, state) = query.split_once('&').unwrap();
    assert_eq!(state, "state=a%26b%3D1%20%23");
    let refresh = page.attribute("meta[http-equiv=refresh]", "content");
    assert_eq!(refresh, Some(format!("0; url={target}")));
    assert!(!page.html.contains(&merchant.world.secret_key));

    let issued = app::grant::exchange(&merchant.world.app, &application, code, None).await;
    let token = issued.unwrap().token;
    let none = serde_json::Value::Null;
    let me = merchant
        .world
        .call_by(&token, "GET", "/me", "", &none)
        .await;
    assert_eq!(me.text("/account_id"), merchant.world.shop.id.to_string());
    let payments = merchant
        .world
        .call_by(&token, "GET", "/payments", "", &none)
        .await;
    assert_eq!(payments.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_merchant_refuses_without_a_key() {
    let mut merchant = Buyer::new().await;
    let application = merchant.world.application(&Scope::ALL).await.application;
    let page = merchant.get(&address(&application, "&state=7")).await;
    let page = decide(&mut merchant, &page, &[("decision", "refuse")]).await;
    assert_eq!(page.text("h1"), "You refused access");
    let expected = "https://partner.example/back?error=access_denied&state=7";
    assert_eq!(target(&page).as_deref(), Some(expected));
    let grants = app::grant::list(&merchant.world.machine(), merchant.world.shop.id).await;
    assert!(grants.unwrap().is_empty());
}

#[tokio::test]
async fn only_who_says_grant_grants() {
    let mut merchant = Buyer::new().await;
    let application = merchant.world.application(&Scope::ALL).await.application;
    let page = merchant.get(&address(&application, "&state=7")).await;
    let (shop, key) = (
        merchant.world.shop.id.to_string(),
        merchant.world.secret_key.clone(),
    );
    for decision in [
        None,
        Some(""),
        Some("yes"),
        Some("Grant"),
        Some("grant "),
        Some("1"),
    ] {
        let mut typed = vec![("shop_id", shop.as_str()), ("secret_key", &key)];
        typed.extend(decision.map(|decision| ("decision", decision)));
        let answer = decide(&mut merchant, &page, &typed).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{decision:?}");
        assert!(answer.html.contains("neither yes nor no"), "{decision:?}");
        assert_eq!(target(&answer), None, "{decision:?}");
    }
    let grants = app::grant::list(&merchant.world.machine(), merchant.world.shop.id).await;
    assert!(grants.unwrap().is_empty());
}

#[tokio::test]
async fn a_code_is_shown_where_there_is_no_address() {
    let mut merchant = Buyer::new().await;
    let new = NewApplication {
        name: "Касса".to_owned(),
        description: None,
        site: None,
        callback: Callback::Shown,
        scopes: vec![Scope::PaymentsGet],
    };
    let created = app::application::create(&merchant.world.machine(), new).await;
    let application = created.unwrap().application;
    let page = merchant.get(&address(&application, "")).await;
    let page = grant(&mut merchant, &page).await;
    assert_eq!(target(&page), None);
    let code = page.text("#code");
    let issued = app::grant::exchange(&merchant.world.app, &application, &code, None).await;
    assert!(issued.is_ok());
}

#[tokio::test]
async fn wrong_keys_grant_nothing_and_are_counted() {
    let mut merchant = Buyer::new().await;
    let application = merchant.world.application(&Scope::ALL).await.application;
    let first = merchant.get(&address(&application, "&state=7")).await;
    let shop = merchant.world.shop.id.to_string();
    for shop in [shop.as_str(), "999999", "shop", ""] {
        let typed = [
            ("shop_id", shop),
            ("secret_key", "test_wrong"),
            ("decision", "grant"),
        ];
        let page = decide(&mut merchant, &first, &typed).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.text(".notice__title"), "The shop or the key is wrong");
        assert_eq!(page.attribute("#shop-id", "value").as_deref(), Some(shop));
        assert_eq!(page.attribute("#secret-key", "value"), None);
        assert_eq!(
            page.attribute("[name=state]", "value").as_deref(),
            Some("7")
        );
    }
    for _ in 0..9 {
        let typed = [
            ("shop_id", shop.as_str()),
            ("secret_key", "test_wrong"),
            ("decision", "grant"),
        ];
        decide(&mut merchant, &first, &typed).await;
    }
    let page = grant(&mut merchant, &first).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.text(".notice__title"), "Too many attempts");
    let grants = app::grant::list(&merchant.world.machine(), merchant.world.shop.id).await;
    assert!(grants.unwrap().is_empty());
}

#[tokio::test]
async fn nobody_is_sent_anywhere_but_to_the_registered_address() {
    let mut merchant = Buyer::new().await;
    let made = merchant.world.application(&Scope::ALL).await;
    let application = made.application;
    let evil = "https%3A%2F%2Fevil.example%2F";
    let more = format!("&redirect_uri={evil}&callback={evil}&state={evil}");
    let page = merchant.get(&address(&application, &more)).await;
    let page = grant(&mut merchant, &page).await;
    let target = target(&page).unwrap();
    assert!(
        target.starts_with("https://partner.example/back?code="),
        "{target}"
    );
    assert!(target.ends_with(&format!("&state={evil}")), "{target}");

    let id = application.id;
    let unknown = "ap-31f02180-0061-5000-8123-456789abcdef";
    let long = "x".repeat(1_025);
    for query in [
        String::new(),
        "response_type=code".to_owned(),
        format!("client_id={id}"),
        format!("client_id={id}&response_type=token"),
        format!("client_id={id}&client_id={id}&response_type=code"),
        format!("client_id={unknown}&response_type=code&redirect_uri={evil}"),
        format!("client_id={evil}&response_type=code&redirect_uri={evil}"),
        format!("client_id={id}&response_type=code&state={long}"),
        format!("client_id={id}&response_type=code&state=a&state=b"),
    ] {
        let page = merchant.get(&format!("/oauth/v2/authorize?{query}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(page.text("h1"), "Access cannot be asked for", "{query}");
        assert!(!page.answer.headers.contains_key(LOCATION));
        assert!(!page.html.contains("evil.example"), "{query}");
    }
    app::application::delete(&merchant.world.machine(), id)
        .await
        .unwrap();
    let page = merchant.get(&address(&application, "")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_form_from_elsewhere_grants_nothing() {
    let mut merchant = Buyer::new().await;
    let application = merchant.world.application(&Scope::ALL).await.application;
    let page = merchant.get(&address(&application, "")).await;
    merchant.says.push(("sec-fetch-site", "cross-site"));
    let answer = grant(&mut merchant, &page).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    merchant.says.pop();
    merchant.says.push(("origin", "https://evil.example"));
    let answer = grant(&mut merchant, &page).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    merchant.says.pop();
    let forged = decide(
        &mut merchant,
        &page,
        &[("csrf", "0"), ("decision", "refuse")],
    )
    .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let grants = app::grant::list(&merchant.world.machine(), merchant.world.shop.id).await;
    assert!(grants.unwrap().is_empty());
}

#[tokio::test]
async fn what_comes_in_is_shown_as_text() {
    let mut merchant = Buyer::new().await;
    let application = merchant.world.application(&Scope::ALL).await.application;
    let markup = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let page = merchant
        .get(&address(&application, &format!("&state={markup}")))
        .await;
    assert!(!page.html.contains("<script>alert"));
    let state = page.attribute("[name=state]", "value");
    assert_eq!(state.as_deref(), Some("\"><script>alert(1)</script>"));
}

//! What a buyer reads, as text, as HTML and on a phone.

use domain::invoice::{Delivery, Line, Order, State};
use domain::payment::{CaptureMode, SaveMethod};
use domain::receipt::Quantity;
use domain::{Currency, Metadata, Money, ShopId, Timestamp};
use scraper::{Html, Selector};

use super::*;

const PAGE: &str = "https://pay.example/invoice/in-31f00400-0031-5000-8000-1a2b3c4d5e6f";

fn mail(lang: Lang, shop: &str, description: &str) -> InvoiceMail {
    let rub = |minor| Money::new(minor, Currency::RUB);
    let line = |name: &str, discount_price, thousandths| Line {
        description: name.to_owned(),
        price: rub(100_000),
        discount_price,
        quantity: Quantity::from_thousandths(thousandths).unwrap(),
    };
    let invoice = Invoice {
        id: "in-31f00400-0031-5000-8000-1a2b3c4d5e6f".parse().unwrap(),
        shop_id: ShopId::new(100_001).unwrap(),
        test: true,
        cart: vec![
            line("Кофе & <b>чай</b>", Some(rub(94_500)), 1_500),
            line("Доставка", None, 1_000),
        ],
        order: Order {
            amount: rub(241_750),
            description: None,
            metadata: Metadata::default(),
            client_ip: None,
            capture_mode: CaptureMode::OneStage,
            save_method: SaveMethod::PayerDecides,
            receipt: None,
        },
        delivery: Delivery::Link,
        locale: None,
        description: Some(description.to_owned()),
        metadata: Metadata::default(),
        expires_at: Timestamp::from_micros(1_795_259_100_000_000),
        state: State::Open { attempt: None },
        created_at: Timestamp::from_micros(0),
        version: 1,
    };
    InvoiceMail::of(lang, shop, &invoice, PAGE)
}

#[test]
fn the_words_of_a_message() {
    let shown = |lang| {
        let mail = mail(lang, "Кофе на Чистых", "Заказ № 72");
        let words = [mail.subject.clone(), mail.text(), mail.short()];
        words.join("\n---\n").replace('\u{a0}', "_")
    };
    insta::assert_snapshot!("ru", shown(Lang::Ru));
    insta::assert_snapshot!("en", shown(Lang::En));
}

#[test]
fn a_letter_is_html_that_leads_to_the_page_and_loads_nothing() {
    for lang in Lang::ALL {
        let mail = mail(lang, "<b>Shop</b>", "\"1\" <script>alert(1)</script>");
        let html = mail.render().unwrap();
        let page = Html::parse_document(&html);
        assert_eq!(page.errors, Vec::<String>::new());
        let of = |selector: &str| {
            let selector = Selector::parse(selector).unwrap();
            page.select(&selector).count()
        };
        assert_eq!(of("script, link, img, iframe, [src], b"), 0);
        assert_eq!(of(&format!("a[href=\"{PAGE}\"]")), 1);
        let text: String = page.root_element().text().collect();
        let text: Vec<&str> = text.split_whitespace().collect();
        let text = text.join(" ");
        for line in &mail.lines {
            for part in [&line.name, &line.count, &line.sum] {
                let part: Vec<&str> = part.split_whitespace().collect();
                assert!(text.contains(&part.join(" ")), "{part:?} in {text}");
            }
        }
    }
}

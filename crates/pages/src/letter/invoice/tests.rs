//! What a buyer reads, as text, as HTML and on a phone.

use scraper::{Html, Selector};

use super::*;

const PAGE: &str = "https://pay.example/invoice/in-31f00400-0031-5000-8000-1a2b3c4d5e6f";

#[test]
fn the_words_of_a_message() {
    let shown = |lang| {
        let mail = InvoiceMail::samples(lang).swap_remove(0).1;
        let words = [mail.subject.clone(), mail.text(), mail.short()];
        words.join("\n---\n").replace('\u{a0}', "_")
    };
    insta::assert_snapshot!("ru", shown(Lang::Ru));
    insta::assert_snapshot!("en", shown(Lang::En));
}

#[test]
fn a_letter_is_html_that_leads_to_the_page_and_loads_nothing() {
    for (lang, (name, mail)) in Lang::ALL.into_iter().flat_map(|lang| {
        InvoiceMail::samples(lang)
            .into_iter()
            .map(move |one| (lang, one))
    }) {
        let html = mail.render().unwrap();
        let page = Html::parse_document(&html);
        assert_eq!(page.errors, Vec::<String>::new(), "{name}");
        assert_eq!(page.root_element().attr("lang"), Some(lang.tag()), "{name}");
        let of = |selector: &str| {
            let selector = Selector::parse(selector).unwrap();
            page.select(&selector).count()
        };
        assert_eq!(of("script, link, img, iframe, [src], b"), 0, "{name}");
        assert_eq!(of(&format!("a[href=\"{PAGE}\"]")), 1, "{name}");
        let text: String = page.root_element().text().collect();
        let text: Vec<&str> = text.split_whitespace().collect();
        let text = text.join(" ");
        for line in &mail.lines {
            for part in [&line.name, &line.count, &line.sum] {
                let part: Vec<&str> = part.split_whitespace().collect();
                assert!(text.contains(&part.join(" ")), "{name}: {part:?} in {text}");
            }
        }
    }
}

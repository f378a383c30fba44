//! What a buyer reads, as text and as HTML.

use scraper::{Html, Selector};

use super::*;

fn rendered(lang: Lang) -> Vec<(String, OverviewLetter, String)> {
    let samples = OverviewLetter::samples(lang).into_iter();
    samples
        .map(|(name, letter)| {
            let html = letter.render().unwrap();
            (name, letter, html)
        })
        .collect()
}

#[test]
fn a_letter_is_html_without_errors_and_needs_nothing_from_elsewhere() {
    for lang in Lang::ALL {
        for (name, letter, html) in rendered(lang) {
            let page = Html::parse_document(&html);
            assert_eq!(page.errors, Vec::<String>::new(), "{name}");
            assert_eq!(page.root_element().attr("lang"), Some(lang.tag()), "{name}");
            let loads = Selector::parse("script, link, img, iframe, [src], [href]").unwrap();
            assert_eq!(page.select(&loads).count(), 0, "{name}");
            let text: String = page.root_element().text().collect();
            for fact in &letter.facts {
                assert!(text.contains(&fact.value), "{name}: {}", fact.value);
            }
            assert!(text.contains(&letter.sum), "{name}");
        }
    }
}

#[test]
fn text_and_html_tell_the_same() {
    for lang in Lang::ALL {
        for (name, letter, html) in rendered(lang) {
            let page = Html::parse_document(&html);
            let html: String = page.root_element().text().collect();
            let html: Vec<&str> = html.split_whitespace().collect();
            let html = html.join(" ");
            for line in letter.text().lines().filter(|line| !line.is_empty()) {
                let value = line.split_once(": ").map_or(line, |(_, value)| value);
                let value: Vec<&str> = value.split_whitespace().collect();
                assert!(html.contains(&value.join(" ")), "{name}: {line} in {html}");
            }
        }
    }
}

#[test]
fn the_words_of_a_letter() {
    let plain = |lang| OverviewLetter::samples(lang).swap_remove(1).1;
    let shown = |letter: OverviewLetter| {
        let text = format!("{}\n---\n{}", letter.subject, letter.text());
        text.replace('\u{a0}', "_")
    };
    insta::assert_snapshot!("ru", shown(plain(Lang::Ru)));
    insta::assert_snapshot!("en", shown(plain(Lang::En)));
}

//! What is true for every page in each of its looks, in both languages.

use std::collections::BTreeSet;

use pages::assets;
use pages::lang::Lang;
use pages::samples::Sample;
use scraper::{ElementRef, Html, Selector};

/// The whole checkout page as it is loaded: HTML, style and script, uncompressed.
const PAGE_BYTES_MAX: usize = 60 * 1024;

fn each_page(mut check: impl FnMut(&Sample, &Html, Lang)) {
    for lang in Lang::ALL {
        for sample in testkit::samples(lang) {
            let page = Html::parse_document(&sample.html);
            check(&sample, &page, lang);
        }
    }
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

#[test]
fn every_way_to_pay_has_a_mark_of_its_own() {
    let mut most = 0;
    each_page(|sample, page, _| {
        let marks = select(page, "summary svg.mark");
        let different: BTreeSet<String> = marks.iter().map(ElementRef::html).collect();
        assert_eq!(different.len(), marks.len(), "{}", sample.name);
        most = most.max(marks.len());
    });
    assert_eq!(
        most,
        domain::MethodKind::ALL.len(),
        "no sample has all of them"
    );
}

#[test]
fn every_page_is_html_without_errors_and_says_its_language() {
    each_page(|sample, page, lang| {
        assert_eq!(page.errors, Vec::<String>::new(), "{}", sample.name);
        assert_eq!(
            page.root_element().attr("lang"),
            Some(lang.tag()),
            "{}",
            sample.name
        );
        assert_eq!(select(page, "title").len(), 1, "{}", sample.name);
        assert_eq!(select(page, "main h1").len(), 1, "{}", sample.name);
    });
}

#[test]
fn every_field_has_a_label_and_every_reference_a_target() {
    each_page(|sample, page, _| {
        let mut ids = BTreeSet::new();
        for element in select(page, "[id]") {
            let id = element.attr("id").unwrap().to_owned();
            assert!(
                ids.insert(id.clone()),
                "{}: id {id} is doubled",
                sample.name
            );
        }
        let targets: BTreeSet<String> = select(page, "label")
            .iter()
            .map(|label| label.attr("for").unwrap().to_owned())
            .collect();
        for input in select(page, "input:not([type=hidden])") {
            let id = input.attr("id").unwrap();
            assert!(targets.contains(id), "{}: {id} has no label", sample.name);
        }
        let described = select(page, "[aria-describedby]");
        let mentioned = described.iter().flat_map(|element| {
            element
                .attr("aria-describedby")
                .unwrap()
                .split(' ')
                .map(str::to_owned)
        });
        for id in mentioned.chain(targets.iter().cloned()) {
            assert!(
                ids.contains(&id),
                "{}: nothing has the id {id}",
                sample.name
            );
        }
    });
}

#[test]
fn no_page_has_script_or_style_of_its_own_or_loads_from_another_host() {
    each_page(|sample, page, _| {
        assert!(
            select(page, "style, [style], iframe, base").is_empty(),
            "{}",
            sample.name
        );
        for script in select(page, "script") {
            assert!(script.inner_html().is_empty(), "{}", sample.name);
        }
        for loaded in select(page, "script, link, img") {
            let address = loaded.attr("src").or_else(|| loaded.attr("href")).unwrap();
            // The demo's shop loads what other shops load.
            let shops = ["/checkout-widget/", "/checkout-js/", "/payouts-data/"];
            let is_demo = sample.name.starts_with("demo/");
            let permitted = address.starts_with("/checkout/assets/")
                || (is_demo && shops.iter().any(|script| address.starts_with(script)));
            assert!(permitted, "{}: {address}", sample.name);
        }
        for element in select(page, "*") {
            for (name, value) in element.value().attrs() {
                assert!(!name.starts_with("on"), "{}: {name}", sample.name);
                assert!(
                    !value.starts_with("javascript:"),
                    "{}: {value}",
                    sample.name
                );
            }
        }
    });
}

#[test]
fn every_page_with_its_style_and_script_is_under_sixty_kibibytes() {
    let shared: usize = ["checkout.css", "checkout.js", "icon.svg"]
        .iter()
        .filter_map(|name| assets::content(name))
        .map(|bytes| bytes.len())
        .sum();
    each_page(|sample, _, _| {
        // Readers of the documentation do not come to pay.
        if sample.name.starts_with("docs") {
            return;
        }
        let total = sample.html.len() + shared;
        assert!(total < PAGE_BYTES_MAX, "{}: {total} bytes", sample.name);
    });
}

#[test]
fn every_text_is_found() {
    let prefixes = [
        "card-", "result-", "method-", "wait-", "bank-", "bind-", "decline-", "test-", "docs-",
        "oauth-", "invoice-",
    ];
    let shown = "main *, footer *";
    each_page(|sample, page, _| {
        for element in select(page, shown) {
            for text in element.text() {
                let missing = prefixes.iter().any(|prefix| text.starts_with(prefix));
                assert!(!missing, "{}: {text}", sample.name);
            }
        }
    });
}

#[test]
fn a_number_and_a_code_are_never_put_into_a_field() {
    each_page(|sample, page, _| {
        for field in select(page, "[autocomplete=cc-number], [autocomplete=cc-csc]") {
            assert_eq!(field.attr("value"), None, "{}", sample.name);
        }
        // Search words are no secret, and the forms with example keys send nothing.
        for form in select(page, "form:not([role=search]):not([data-keys])") {
            assert_eq!(form.attr("method"), Some("post"), "{}", sample.name);
        }
    });
}

#[test]
fn what_a_merchant_wrote_is_text_and_never_markup() {
    each_page(|sample, page, _| {
        assert!(select(page, "main b").is_empty(), "{}", sample.name);
    });
}

//! The tree and the one spelling of it.

use super::{Json, canonical};

fn same(left: &str, right: &str) -> bool {
    canonical(left.as_bytes()) == canonical(right.as_bytes())
}

#[test]
fn order_spaces_and_escapes_do_not_matter() {
    assert!(same(
        r#"{"a":1,"b":["x",true,null]}"#,
        "{ \"b\" : [\"x\", true, null],\n \"a\" : 1 }"
    ));
    assert!(same(r#"{"name":"Заказ"}"#, "{\"name\":\"\\u0417аказ\"}"));
    assert!(same(r#"{"a":{"c":1,"b":2}}"#, r#"{"a":{"b":2,"c":1}}"#));
}

#[test]
fn content_matters() {
    assert!(!same(r#"{"a":"1"}"#, r#"{"a":1}"#));
    assert!(!same(r#"{"a":["x","y"]}"#, r#"{"a":["y","x"]}"#));
    assert!(!same(r#"{"a":["x,y"]}"#, r#"{"a":["x","y"]}"#));
    assert!(!same(r#"{"a":null}"#, "{}"));
    assert!(!same("{", "{}"));
}

#[test]
fn of_a_card_only_what_may_be_kept_is_in_it() {
    let body = br#"{"payment_method_data":{"type":"bank_card","card":{
        "number":"5555555555554444","csc":"987","expiry_year":"2035","expiry_month":"12"}}}"#;
    let text = String::from_utf8(canonical(body).to_vec()).unwrap();
    assert!(
        text.contains("5555554444") && text.contains("2035"),
        "{text}"
    );
    assert!(
        !text.contains("5555555555554444") && !text.contains("987"),
        "{text}"
    );
}

#[test]
fn numbers_keep_their_digits_and_equal_ones_are_the_same() {
    let body = "[1, -2.50,\n{\"a 3 \\\" 4\":-0.10e+5,\"\\\\\":\"5\\u0036\"}, 18446744073709551616,\
                [0.1000000000000000055511151231257827], \"7\", 8]";
    let json = Json::parse(body.as_bytes()).unwrap();
    let mut seen = Vec::new();
    numbers(&json, &mut seen);
    assert_eq!(
        seen,
        [
            "1",
            "-2.50",
            "-0.10e+5",
            "18446744073709551616",
            "0.1000000000000000055511151231257827",
            "8"
        ]
    );
    assert!(same("[1.50]", "[1.5]") && same("[100]", " [ 100 ] ") && !same("[1]", "[1.0]"));
    assert!(!same("[20261128123456789012]", "[20261128123456789013]"));
    assert!(!same("[0.12345678901234567]", "[0.12345678901234568]"));
    assert!(Json::parse(b"[1e999]").is_err() && Json::parse(b"[01]").is_err());
}

fn numbers<'a>(json: &Json<'a>, seen: &mut Vec<&'a str>) {
    match json {
        Json::Number(number) => seen.push(number.as_str()),
        Json::Array(values) => values.iter().for_each(|value| numbers(value, seen)),
        Json::Object(members) => members.iter().for_each(|(_, value)| numbers(value, seen)),
        Json::Null | Json::Bool(_) | Json::Text(_) => {}
    }
}

#[test]
fn deep_nesting_does_not_end_the_process() {
    let body = "[".repeat(100_000);
    assert_eq!(canonical(body.as_bytes()).as_slice(), body.as_bytes());
}

#[test]
fn a_name_that_comes_twice_is_refused_with_its_place() {
    use super::Json;

    let refused = |body: &str| match Json::parse(body.as_bytes()) {
        Ok(_) => panic!("{body} is taken"),
        Err(refused) => (refused.description.into_owned(), refused.parameter),
    };
    let at = |place: Option<&str>| {
        let words = "Parameter is given twice".to_owned();
        (words, place.map(ToOwned::to_owned))
    };
    assert_eq!(
        refused(r#"{"capture":true,"a":1,"capture":true}"#),
        at(Some("capture"))
    );
    let deep = r#"{"receipt":{"items":[{"a":1},{"amount":{"value":"1","v\u0061lue":"2"}}]}}"#;
    assert_eq!(refused(deep), at(Some("receipt.items.amount.value")));
    // An unknown name is not repeated.
    let card = r#"{"metadata":{"5555555555554444":"1","5555555555554444":"1"}}"#;
    assert_eq!(refused(card), at(Some("metadata")));
    let many: Vec<String> = (0..100).map(|number| format!("\"n{number}\":1")).collect();
    let many = many.join(",");
    assert!(Json::parse(format!("{{{many}}}").as_bytes()).is_ok());
    assert_eq!(refused(&format!("{{{many},\"n7\":1}}")), at(None));
    let apart = r#"[{"a":1},{"a":1,"b":{"a":1}}]"#;
    assert!(Json::parse(apart.as_bytes()).is_ok());
}

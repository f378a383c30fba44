//! The tree and the one spelling of it.

use super::canonical;

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
fn deep_nesting_does_not_end_the_process() {
    let body = "[".repeat(100_000);
    assert_eq!(canonical(body.as_bytes()).as_slice(), body.as_bytes());
}

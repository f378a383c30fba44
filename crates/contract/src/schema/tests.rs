//! Schemas are JSON in the order in which they were made, and know what they need.

use domain::PaymentId;

use super::*;

static INNER: Named = Named {
    name: "Inner",
    schema: || Schema::object([may("amount", Schema::refer(&AMOUNT))]),
};
static OUTER: Named = Named {
    name: "Outer",
    schema: || {
        Schema::object([
            must("z", Schema::array(Schema::refer(&INNER)).items(1, 6)),
            may("a", Schema::id::<PaymentId>().says("An id.")),
        ])
    },
};

#[test]
fn a_schema_keeps_the_order_of_its_members() {
    insta::assert_snapshot!((OUTER.schema)().node().written());
}

#[test]
fn a_schema_brings_along_what_it_refers_to() {
    let names: Vec<&str> = closure([&OUTER]).iter().map(|named| named.name).collect();
    assert_eq!(names, ["Inner", "MonetaryAmount", "Outer"]);
}

#[test]
fn an_example_keeps_its_order_and_numbers() {
    let text = r#"{"z":[1,2.5,null],"a":{"b":true,"я":"\n"}}"#;
    let node = Node::parse(text).unwrap();
    assert_eq!(serde_json::to_string(&node).unwrap(), text);
    assert!(Node::parse("{").is_err());
}

#[test]
fn what_is_said_last_counts() {
    let schema = Schema::boolean().says("First.").says("Last.");
    let said = serde_json::to_string(&schema.node()).unwrap();
    assert_eq!(said, r#"{"type":"boolean","description":"Last."}"#);
}

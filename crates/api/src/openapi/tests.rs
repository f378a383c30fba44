//! The description is complete: no route, error or example is forgotten.

use std::collections::BTreeSet;
use std::path::Path;

use contract::payment::CreatePayment;
use serde_json::Value;

use super::*;

fn parsed() -> Value {
    serde_json::from_str(&document()).unwrap()
}

#[test]
fn the_page_of_the_description_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let expected = document() + "\n";
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "run the tests of `api` once with UPDATE_DOCS=1"
    );
}

#[test]
fn every_route_is_described_once() {
    for route in &ROUTES {
        let described = describe::operations().filter(|one| one.endpoint == route.endpoint);
        assert_eq!(
            described.count(),
            1,
            "{route:?} needs one row in `describe`"
        );
    }
    let ids: BTreeSet<&str> = describe::operations().map(|one| one.id).collect();
    assert_eq!(
        ids.len(),
        describe::operations().count(),
        "two operations have one id"
    );
}

#[test]
fn every_path_names_its_id_and_nothing_else() {
    for (route, operation) in described() {
        assert_eq!(
            path_name(route.path).is_some(),
            operation.path_id.is_some(),
            "{}",
            route.path
        );
        assert!(route.path.matches('{').count() <= 1, "{}", route.path);
    }
}

#[test]
fn every_operation_speaks_both_languages() {
    let check = |text: describe::Bilingual| {
        assert!(!text.en.is_empty() && text.en.is_ascii(), "{text:?}");
        assert!(
            text.ru.chars().any(|c| ('а'..='я').contains(&c)),
            "{text:?}"
        );
    };
    for operation in describe::operations() {
        check(operation.summary);
        check(operation.says);
    }
    for topic in Topic::ALL {
        check(topic.name());
        check(topic.says());
        assert!(
            describe::operations().any(|one| one.topic == topic),
            "{topic:?} is empty"
        );
    }
}

#[test]
fn every_example_of_a_request_is_accepted() {
    for operation in describe::operations() {
        assert!(
            Node::parse(operation.gives.example).is_ok(),
            "{}",
            operation.id
        );
        if let Takes::Json(body) = &operation.takes {
            let accepted = (body.parse)(body.example.as_bytes());
            assert_eq!(accepted, Ok(()), "{}", operation.id);
        }
    }
}

#[test]
fn every_error_has_advice_and_an_operation() {
    for row in rows::all() {
        assert!(
            10 <= row.advice.len() && row.advice.ends_with('.'),
            "{row:?}"
        );
        let given = described().any(|(route, operation)| gives_error(route, operation, row.name));
        let elsewhere = ELSEWHERE.iter().any(|pattern| is_meant(pattern, row.name));
        assert!(
            given != elsewhere,
            "{} belongs to an operation or elsewhere",
            row.name
        );
    }
    for operation in describe::operations() {
        for pattern in operation.errors {
            let meant = rows::all().any(|row| is_meant(pattern, row.name));
            assert!(meant, "{}: no error is called {pattern}", operation.id);
        }
    }
}

#[test]
fn every_link_leads_to_an_operation_and_its_parameters() {
    for operation in describe::operations() {
        for link in operation.links {
            let target = described().find(|(_, target)| target.id == link.operation);
            let (route, target) = target.unwrap_or_else(|| panic!("{} is none", link.operation));
            for (name, _) in link.parameters {
                let of_path = path_name(route.path) == Some(*name);
                let of_query = (target.query)().iter().any(|one| one.name == *name);
                assert!(of_path || of_query, "{}: {name}", operation.id);
            }
            assert!(link.body.is_none_or(|body| Node::parse(body).is_ok()));
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn check(whole: &Value, part: &Value) {
        match part {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(whole.pointer(pointer).is_some(), "{reference}");
                }
                members.values().for_each(|value| check(whole, value));
            }
            Value::Array(values) => values.iter().for_each(|value| check(whole, value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let whole = parsed();
    check(&whole, &whole);
}

/// Finds the members and parameters of this part that have a name but no description.
fn silent(whole: &Value, part: &Value, place: &str, found: &mut Vec<String>) {
    let members = match part {
        Value::Object(members) => members,
        Value::Array(values) => {
            for (at, value) in values.iter().enumerate() {
                silent(whole, value, &format!("{place}/{at}"), found);
            }
            return;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return,
    };
    if members.contains_key("in") && !is_said(whole, part) {
        found.push(format!("{place}: {}", members["name"]));
    }
    let properties = members.get("properties").and_then(Value::as_object);
    for (name, member) in properties.into_iter().flatten() {
        if !is_said(whole, member) {
            found.push(format!("{place}: {name}"));
        }
    }
    for (name, value) in members {
        if !name.starts_with("example") {
            silent(whole, value, &format!("{place}/{name}"), found);
        }
    }
}

/// Returns whether there is a description, its own or that of what it refers to. That something is
/// an amount does not say yet which amount it is.
fn is_said(whole: &Value, part: &Value) -> bool {
    let own = part.get("description").and_then(Value::as_str);
    let referred = part.get("$ref").and_then(Value::as_str);
    let referred = referred.filter(|name| !name.contains("/MonetaryAmount"));
    let referred = referred.and_then(|name| whole.pointer(name.strip_prefix('#')?));
    let words = own.or_else(|| referred?.get("description")?.as_str());
    words.is_some_and(|words| 5 <= words.len() && words.ends_with(['.', '?']))
}

#[test]
fn every_member_and_parameter_says_what_it_is() {
    let whole = parsed();
    let mut found = Vec::new();
    for part in ["components", "paths", "webhooks"] {
        silent(&whole, &whole[part], part, &mut found);
    }
    assert!(found.is_empty(), "nobody knows what these are: {found:#?}");
    let mute = serde_json::json!({
        "properties": {"a": {"type": "string"}, "b": {"$ref": "#/components/schemas/Payment"}},
        "parameters": [{"in": "query", "name": "limit"}],
    });
    silent(&whole, &mute, "mute", &mut found);
    let expected = ["mute: a", "mute: b", "mute/parameters/0: \"limit\""];
    assert_eq!(found, expected, "the check sees what is missing");
}

#[test]
fn every_event_has_a_notification() {
    let known: Vec<&str> = describe::notifications()
        .flat_map(|one| one.events)
        .map(|event| event.code())
        .collect();
    let unique: BTreeSet<&str> = known.iter().copied().collect();
    assert_eq!(unique.len(), known.len(), "{known:?}");
}

#[test]
fn the_description_of_a_payment_agrees_with_its_parser() {
    let whole = parsed();
    let request = &whole["components"]["schemas"]["CreatePaymentRequest"]["properties"];
    let most = usize::try_from(request["description"]["maxLength"].as_u64().unwrap()).unwrap();
    let with = |chars: usize| {
        let text = "я".repeat(chars);
        let body =
            format!(r#"{{"amount":{{"value":"1.00","currency":"RUB"}},"description":"{text}"}}"#);
        CreatePayment::parse(body.as_bytes()).is_ok()
    };
    assert!(with(most) && !with(most + 1));
}

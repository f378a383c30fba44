//! Requests as people write them: for curl, and for the official SDK in Python.

use serde::Deserialize;
use serde_json::Number;

use super::description::{Operation, Ordered};

/// The id in the path of an example.
const SOME_ID: &str = "31f00000-000f-5000-8000-1a2b3c4d5e6f";

/// An example's text without the indentation of the place it was taken from.
pub(super) fn dedented(text: &str) -> String {
    let rest = text.lines().skip(1);
    let common = rest.clone().filter(|line| !line.trim().is_empty());
    let common = common.map(|line| line.len().saturating_sub(line.trim_start().len()));
    let common = common.min().unwrap_or(0);
    let mut out = text.lines().next().unwrap_or("").to_owned();
    for line in rest {
        out.push('\n');
        out.push_str(line.get(common..).unwrap_or(line));
    }
    out
}

/// The request for curl.
pub(super) fn curl(
    operation: &Operation,
    (path, method): (&str, &str),
    base_url: &str,
    body: Option<&str>,
) -> String {
    let mut lines = vec![format!("curl {base_url}{}", filled(path))];
    if method != "get" && body.is_none() {
        lines.push(format!("  -X {}", method.to_ascii_uppercase()));
    }
    lines.push(match caller(operation) {
        Caller::Shop => "  -u \"$ALTYN_SHOP_ID:$ALTYN_SECRET_KEY\"".to_owned(),
        Caller::Application => "  -H \"Authorization: Bearer $ALTYN_TOKEN\"".to_owned(),
    });
    if has_key(operation) {
        lines.push("  -H \"Idempotence-Key: $(uuidgen)\"".to_owned());
    }
    if let Some(body) = body {
        lines.push("  -H \"Content-Type: application/json\"".to_owned());
        lines.push(format!("  -d '{body}'"));
    }
    lines.join(" \\\n")
}

/// The request for Python; by the official SDK if that has a method for it.
pub(super) fn python(
    operation: &Operation,
    (path, method): (&str, &str),
    base_url: &str,
    body: Option<&str>,
) -> String {
    let parsed: Option<Json> = body.and_then(|body| serde_json::from_str(body).ok());
    let body = parsed.map(|body| literal(&body, 0));
    let id = path.contains('{').then(|| format!("\"{SOME_ID}\""));
    let Some(call) = &operation.python else {
        let mut arguments = vec![format!("\"{base_url}{}\"", filled(path))];
        arguments.extend(body.map(|body| format!("json={body}")));
        arguments.push(match caller(operation) {
            Caller::Shop => "auth=(shop_id, secret_key)".to_owned(),
            Caller::Application => "headers={\"Authorization\": f\"Bearer {token}\"}".to_owned(),
        });
        return format!(
            "import requests\n\nrequests.{method}({})",
            arguments.join(", ")
        );
    };
    let class = call.split('.').next().unwrap_or(call);
    let mut arguments: Vec<String> = id.into_iter().collect();
    arguments.extend(body);
    let mut head = format!("from yookassa import Configuration, {class}\n");
    if has_key(operation) {
        arguments.push("uuid.uuid4()".to_owned());
        head = format!("import uuid\n\n{head}");
    }
    let configure = match caller(operation) {
        Caller::Shop => "configure(shop_id, secret_key,",
        Caller::Application => "configure_auth_token(token,",
    };
    format!(
        "{head}\nConfiguration.{configure} api_url=\"{base_url}/v3\")\n\
         answer = {call}({})",
        arguments.join(", ")
    )
}

/// Who calls in an example.
enum Caller {
    /// A shop or a gateway, with its key.
    Shop,
    /// An application, with its token.
    Application,
}

fn caller(operation: &Operation) -> Caller {
    let ways = &operation.security;
    let by_token = |way: &Ordered<Vec<String>>| way.get("application").is_some();
    if !ways.is_empty() && ways.iter().all(by_token) {
        Caller::Application
    } else {
        Caller::Shop
    }
}

fn has_key(operation: &Operation) -> bool {
    operation
        .parameters
        .iter()
        .any(|parameter| parameter.name.is_empty())
}

/// A path with an id in place of a name in braces.
fn filled(path: &str) -> String {
    match path.split_once('{') {
        Some((before, rest)) => {
            let after = rest.split_once('}').map_or("", |(_, after)| after);
            format!("{before}{SOME_ID}{after}")
        }
        None => path.to_owned(),
    }
}

/// JSON whose members keep their order.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Json>),
    Map(Ordered<Json>),
}

/// JSON as Python writes it.
fn literal(value: &Json, depth: usize) -> String {
    let inner = "    ".repeat(depth.saturating_add(1));
    let outer = "    ".repeat(depth);
    let deeper = depth.saturating_add(1);
    match value {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Number(number) => number.to_string(),
        // Python reads strings as JSON writes them.
        Json::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Json::List(values) => {
            let values = values.iter();
            let values: Vec<String> = values.map(|one| literal(one, deeper)).collect();
            format!("[{}]", values.join(", "))
        }
        Json::Map(Ordered(members)) => {
            let member = |(name, value): &(String, Json)| {
                format!("{inner}\"{name}\": {},\n", literal(value, deeper))
            };
            let members: String = members.iter().map(member).collect();
            format!("{{\n{members}{outer}}}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, dedented, literal};

    #[test]
    fn an_example_loses_the_indentation_of_its_place() {
        assert_eq!(
            dedented("{\n      \"a\": [\n        1\n      ]\n    }"),
            "{\n  \"a\": [\n    1\n  ]\n}"
        );
        assert_eq!(dedented("{}"), "{}");
    }

    #[test]
    fn json_becomes_python() {
        let value = r#"{"z": true, "b": [null, "я\"", 2.5], "a": {}}"#;
        let value: Json = serde_json::from_str(value).unwrap();
        let expected =
            "{\n    \"z\": True,\n    \"b\": [None, \"я\\\"\", 2.5],\n    \"a\": {\n    },\n}";
        assert_eq!(literal(&value, 0), expected);
    }
}

//! The description of the API, generated: OpenAPI 3.1 as JSON.
//!
//! Paths, methods and who may call come from the access table, words and examples from
//! [`crate::describe`], schemas from `contract`, errors from the table of errors. Members that
//! OpenAPI does not have begin with `x-`.

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::response::IntoResponse;
use bytes::Bytes;
use contract::schema::{self, ERROR, Named, Node};
use domain::{Right, Role, Scope};
use http::Method;

use crate::describe::{self, Body, Gives, Link, Operation, Takes, Topic};
use crate::error::rows::{self, Row};
use crate::key::KEY_BYTES_MAX;
use crate::routes::{AUTHORIZE, OWN, ROUTES, Route, TOKEN};
use crate::russian;

/// Errors of every request.
const ALWAYS: &[&str] = &[
    "credentials.",
    "too_many_requests",
    "busy",
    "conflict",
    "unavailable",
    "unconfirmed",
    "internal",
];
/// Errors of requests with a query or a body.
const OF_WORDS: &[&str] = &["invalid_parameter"];
/// Errors of requests that change something.
const OF_CHANGES: &[&str] = &["shop.disabled"];
/// Errors of requests that have a key.
const OF_KEYS: &[&str] = &["key."];
/// Errors of requests that need a right.
const OF_GRANTS: &[&str] = &["scope_missing"];
/// Errors of requests that have a body.
const OF_BODIES: &[&str] = &["body_broken", "not_json", "encoded", "body_too_large"];
/// Errors that no described operation gives: those of paths and methods that do not exist, and of
/// the operator's own commands.
#[cfg(test)]
const ELSEWHERE: &[&str] = &[
    "unknown_path",
    "method_not_allowed",
    "not_found",
    "right_missing",
    "webhook.unusable",
    "tokenization_not_permitted",
    "application.unusable",
    "grant.refused",
    "grant.proof_too_often",
    "top_up.refused",
    "shop.key_refused",
];

/// The pattern of a key. In the documented set of characters, `+-_` is a range.
const KEY_PATTERN: &str = "^[0-9a-zA-Z+-_.]{1,64}$";

type Members = Vec<(Cow<'static, str>, Node)>;

static WRITTEN: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(document()));

/// Answers with the description.
pub(crate) async fn show() -> impl IntoResponse {
    WRITTEN.clone()
}

/// The description, as JSON.
#[must_use]
pub fn document() -> String {
    let schemas = schema::closure(used()).into_iter();
    let schemas = schemas.map(|named| (named.name, russian::beside((named.schema)().node())));
    let components = Node::map([
        ("schemas", Node::map(schemas)),
        ("securitySchemes", security_schemes()),
        (
            "parameters",
            Node::map([("IdempotenceKey", key_parameter())]),
        ),
    ]);
    let document = Node::map([
        ("openapi", Node::from("3.1.0")),
        ("info", info()),
        (
            "servers",
            Node::List(vec![Node::map([("url", Node::from("/"))])]),
        ),
        ("tags", Node::List(Topic::ALL.map(tag).to_vec())),
        ("paths", paths()),
        ("webhooks", webhooks()),
        ("components", components),
        ("x-errors", Node::List(rows::all().map(error).collect())),
    ]);
    document.written()
}

/// The schemas that operations and notifications name.
fn used() -> Vec<&'static Named> {
    let mut used = vec![&ERROR];
    for operation in described() {
        used.push(operation.1.gives.schema);
        if let Takes::Json(body) = &operation.1.takes {
            used.push(body.schema);
        }
    }
    used.extend(describe::notifications().map(|notification| notification.object));
    used
}

/// The routes with their descriptions.
fn described() -> impl Iterator<Item = (&'static Route, &'static Operation)> {
    describe::operations().filter_map(|operation| {
        let mut routes = ROUTES.iter();
        let route = routes.find(|route| route.endpoint == operation.endpoint)?;
        Some((route, operation))
    })
}

fn info() -> Node {
    let says = "A payment platform that you run yourself, compatible with YooKassa API v3. What \
                Altyn adds stands under `/altyn/v1`, with the same keys.";
    Node::map([
        ("title", Node::from("Altyn")),
        ("version", Node::from(env!("CARGO_PKG_VERSION"))),
        ("description", Node::from(says)),
        (
            "license",
            Node::map([
                ("name", Node::from("Apache-2.0")),
                ("identifier", Node::from("Apache-2.0")),
            ]),
        ),
    ])
}

fn security_schemes() -> Node {
    let basic = |says: &'static str| {
        Node::map([
            ("type", Node::from("http")),
            ("scheme", Node::from("basic")),
            ("description", Node::from(says)),
        ])
    };
    let shop = "The shop's id as the user name, its secret key as the password.";
    let gateway = "The payout gateway's id as the user name, its secret key as the password.";
    let scopes = Scope::ALL.map(|scope| (scope.code(), Node::from(scope_says(scope))));
    let code = Node::map([
        ("authorizationUrl", Node::from(AUTHORIZE)),
        ("tokenUrl", Node::from(TOKEN)),
        ("scopes", Node::map(scopes)),
    ]);
    let says = "The token of an application that acts in the shop as far as the shop granted it.";
    let token = Node::map([
        ("type", Node::from("oauth2")),
        ("description", Node::from(says)),
        ("flows", Node::map([("authorizationCode", code)])),
    ]);
    Node::map([
        ("shop", basic(shop)),
        ("gateway", basic(gateway)),
        ("application", token),
    ])
}

fn scope_says(scope: Scope) -> &'static str {
    match scope {
        Scope::PaymentsCreate => "Creates payments, saves payment methods and charges saved ones.",
        Scope::PaymentsCapture => "Captures held payments.",
        Scope::PaymentsCancel => "Cancels held payments.",
        Scope::PaymentsGet => "Reads its payments and payment methods.",
        Scope::RefundsCreate => "Refunds its payments.",
        Scope::RefundsGet => "Reads its refunds.",
        Scope::ReceiptsGet => "Reads receipts.",
        Scope::GetFees => "Sees what the shop pays for a payment.",
    }
}

/// Who may call: anyone with one of the listed kinds of credentials.
fn security(right: Right) -> Node {
    let scopes = right.scope().map(|scope| Node::from(scope.code()));
    let ways = [
        (Role::Key, "shop", Vec::new()),
        (Role::Gateway, "gateway", Vec::new()),
        (
            Role::Application,
            "application",
            scopes.into_iter().collect(),
        ),
    ];
    let ways = ways.into_iter().filter(|(role, ..)| role.may(right));
    Node::List(
        ways.map(|(_role, name, scopes)| Node::map([(name, Node::List(scopes))]))
            .collect(),
    )
}

fn key_parameter() -> Node {
    let says = "A fresh value for every new operation, such as a UUID. The same request with the \
                same key is carried out once and gets the first answer again, for 24 hours.";
    let schema = Node::map([
        ("type", Node::from("string")),
        ("pattern", Node::from(KEY_PATTERN)),
        ("maxLength", Node::from(KEY_BYTES_MAX)),
    ]);
    russian::beside(Node::map([
        ("name", Node::from("Idempotence-Key")),
        ("in", Node::from("header")),
        ("required", Node::Bool(true)),
        ("description", Node::from(says)),
        ("schema", schema),
        (
            "example",
            Node::from("018e5f0a-1b2c-7d4e-9f0a-1b2c3d4e5f6a"),
        ),
    ]))
}

fn tag(topic: Topic) -> Node {
    Node::map([
        ("name", Node::from(topic.name().en)),
        ("description", Node::from(topic.says().en)),
        ("x-name-ru", Node::from(topic.name().ru)),
        ("x-description-ru", Node::from(topic.says().ru)),
    ])
}

fn paths() -> Node {
    let mut paths: Vec<(&'static str, Members)> = Vec::new();
    for (route, operation) in described() {
        let method = route.method.as_str().to_ascii_lowercase();
        let member = (Cow::Owned(method), operation_node(route, operation));
        match paths.iter_mut().find(|(path, _)| *path == route.path) {
            Some((_, members)) => members.push(member),
            None => paths.push((route.path, vec![member])),
        }
    }
    Node::map(
        paths
            .into_iter()
            .map(|(path, members)| (path, Node::Map(members))),
    )
}

fn operation_node(route: &'static Route, operation: &'static Operation) -> Node {
    let mut node: Members = vec![
        ("operationId".into(), operation.id.into()),
        (
            "tags".into(),
            Node::List(vec![operation.topic.name().en.into()]),
        ),
        ("summary".into(), operation.summary.en.into()),
        ("description".into(), operation.says.en.into()),
        ("x-summary-ru".into(), operation.summary.ru.into()),
        ("x-description-ru".into(), operation.says.ru.into()),
        ("security".into(), security(route.right)),
    ];
    if let Some(name) = operation.python {
        node.push(("x-python".into(), name.into()));
    }
    let parameters = parameters(route, operation);
    if !parameters.is_empty() {
        node.push(("parameters".into(), Node::List(parameters)));
    }
    if let Takes::Json(body) = &operation.takes {
        node.push(("requestBody".into(), request_body(body)));
    }
    node.push(("responses".into(), responses(route, operation)));
    let names = errors(route, operation).map(|row| Node::from(row.name));
    node.push(("x-errors".into(), Node::List(names.collect())));
    Node::Map(node)
}

/// Returns whether the operation needs an idempotency key.
fn has_key(route: &Route, operation: &Operation) -> bool {
    let changes = match operation.takes {
        Takes::Nothing => false,
        Takes::Bare | Takes::Json(_) => true,
    };
    changes && !route.path.starts_with(OWN)
}

fn parameters(route: &Route, operation: &Operation) -> Vec<Node> {
    let mut nodes = Vec::new();
    if has_key(route, operation) {
        let reference = Node::from("#/components/parameters/IdempotenceKey");
        nodes.push(Node::map([("$ref", reference)]));
    }
    if let (Some(name), Some(id)) = (path_name(route.path), operation.path_id) {
        nodes.push(russian::beside(Node::map([
            ("name", Node::from(name)),
            ("in", Node::from("path")),
            ("required", Node::Bool(true)),
            (
                "description",
                Node::from("The id that its creation answered."),
            ),
            ("schema", id().node()),
        ])));
    }
    for parameter in (operation.query)() {
        nodes.push(russian::beside(Node::map([
            ("name", Node::from(parameter.name)),
            ("in", Node::from("query")),
            ("description", Node::from(parameter.says)),
            ("schema", parameter.schema.node()),
        ])));
    }
    nodes
}

/// The name in braces in a path.
fn path_name(path: &'static str) -> Option<&'static str> {
    let (_, rest) = path.split_once('{')?;
    rest.split_once('}').map(|(name, _)| name)
}

fn request_body(body: &Body) -> Node {
    Node::map([
        ("required", Node::Bool(!body.optional)),
        ("content", content(body.schema, body.example)),
    ])
}

/// A body in JSON with this schema and an example.
fn content(schema: &'static Named, example: &str) -> Node {
    let example = Node::parse(example).unwrap_or(Node::Null);
    let json = Node::map([
        ("schema", schema::Schema::refer(schema).node()),
        ("example", example),
    ]);
    Node::map([("application/json", json)])
}

fn responses(route: &'static Route, operation: &'static Operation) -> Node {
    let Gives { schema, example } = &operation.gives;
    let mut done: Members = vec![
        (
            "description".into(),
            "It was done; the object's `status` says how far it is.".into(),
        ),
        ("content".into(), content(schema, example)),
    ];
    if !operation.links.is_empty() {
        let links = operation
            .links
            .iter()
            .map(|link| (link.name, link_node(link)));
        done.push(("links".into(), Node::map(links)));
    }
    let mut responses: Vec<(String, Node)> = vec![("200".to_owned(), Node::Map(done))];
    let rows: Vec<&'static Row> = errors(route, operation).collect();
    let mut statuses: Vec<u16> = rows.iter().map(|row| row.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        let rows = rows.iter().copied().filter(|row| row.status == status);
        responses.push((status.to_string(), refusal(status, rows)));
    }
    Node::map(responses)
}

/// A refusal, with every reason for it as an example.
fn refusal(status: u16, rows: impl Iterator<Item = &'static Row>) -> Node {
    let examples = rows.map(|row| {
        let example = Node::map([
            ("summary", Node::from(row.advice)),
            ("value", error_body(row)),
        ]);
        (row.name, example)
    });
    let json = Node::map([
        ("schema", schema::Schema::refer(&ERROR).node()),
        ("examples", Node::map(examples)),
    ]);
    let content = Node::map([("application/json", json)]);
    Node::map([
        ("description", Node::from(meaning(status))),
        ("content", content),
    ])
}

/// The meaning of a status.
fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request is wrong, or not possible now.",
        401 => "Nobody knows who is asking.",
        403 => "The right is not granted.",
        404 => "There is no such object.",
        413 => "The body is too large.",
        415 => "The body is not announced as JSON, or packed.",
        429 => "More than is permitted, or more than can be done; nothing was done.",
        500 => "The result is unknown: repeat with the same key, or look at the object.",
        _ => "It was not done.",
    }
}

fn error_body(row: &Row) -> Node {
    let mut body: Members = vec![
        ("type".into(), "error".into()),
        ("id".into(), "019c0000-0000-4000-8000-000000000001".into()),
        ("code".into(), row.code.code().into()),
        ("description".into(), row.description.into()),
    ];
    if let Some(parameter) = row.parameter {
        body.push(("parameter".into(), parameter.into()));
    }
    if let Some(millis) = row.retry_after {
        body.push(("retry_after".into(), Node::from(i64::from(millis))));
    }
    Node::Map(body)
}

fn link_node(link: &Link) -> Node {
    let mut node: Members = vec![("operationId".into(), link.operation.into())];
    if !link.parameters.is_empty() {
        let parameters = link.parameters.iter();
        let parameters = parameters.map(|(name, value)| (*name, Node::from(*value)));
        node.push(("parameters".into(), Node::map(parameters)));
    }
    if let Some(body) = link.body.and_then(|body| Node::parse(body).ok()) {
        node.push(("requestBody".into(), body));
    }
    Node::Map(node)
}

/// The errors that an operation may give.
fn errors(
    route: &'static Route,
    operation: &'static Operation,
) -> impl Iterator<Item = &'static Row> {
    rows::all().filter(move |row| gives_error(route, operation, row.name))
}

fn gives_error(route: &Route, operation: &Operation, name: &str) -> bool {
    let has_body = matches!(operation.takes, Takes::Json(_));
    let has_words = has_body || !(operation.query)().is_empty();
    let groups = [
        (ALWAYS, true),
        (OF_WORDS, has_words),
        (OF_CHANGES, route.method != Method::GET),
        (OF_KEYS, has_key(route, operation)),
        (OF_BODIES, has_body),
        (OF_GRANTS, route.right.scope().is_some()),
        (operation.errors, true),
    ];
    let mut named = groups.into_iter().filter(|(_, given)| *given);
    named.any(|(names, _)| names.iter().any(|pattern| is_meant(pattern, name)))
}

/// Returns whether a pattern names this error: by its whole name, or by its beginning and a dot.
fn is_meant(pattern: &str, name: &str) -> bool {
    pattern == name || (pattern.ends_with('.') && name.starts_with(pattern))
}

fn webhooks() -> Node {
    let operations = describe::notifications().map(|notification| {
        let body = schema::notification(notification.events, notification.object);
        let json = Node::map([("schema", russian::beside(body.node()))]);
        let content = Node::map([("application/json", json)]);
        let request = Node::map([("required", Node::Bool(true)), ("content", content)]);
        let answer = "Received. Any other answer, or none, and it is sent again: for 24 hours.";
        let answers = Node::map([("200", Node::map([("description", Node::from(answer))]))]);
        let post = Node::map([
            ("summary", Node::from(notification.says.en)),
            ("x-summary-ru", Node::from(notification.says.ru)),
            ("requestBody", request),
            ("responses", answers),
        ]);
        (notification.name, Node::map([("post", post)]))
    });
    Node::map(operations)
}

/// A row of the table of errors.
fn error(row: &'static Row) -> Node {
    let mut node: Members = vec![
        ("name".into(), row.name.into()),
        ("status".into(), Node::from(i64::from(row.status))),
        ("code".into(), row.code.code().into()),
        ("description".into(), row.description.into()),
    ];
    if let Some(parameter) = row.parameter {
        node.push(("parameter".into(), parameter.into()));
    }
    node.push(("advice".into(), row.advice.into()));
    node.extend(russian::of(row.advice).map(|advice| ("x-advice-ru".into(), advice.into())));
    Node::Map(node)
}

#[cfg(test)]
mod tests;

//! The page of one operation.

use askama::Template;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::routes;
use pages::text::Texts;

use super::description::{Body, Description, Operation, Parameter, in_lang};
use super::index::frame;
use super::problems::{ProblemRow, problem_row};
use super::rows::{self, Group, Row};
use super::side::Side;
use super::snippet;
use super::words::{self, Piece};

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "operation.html")]
pub struct OperationPage {
    /// Language and style.
    pub frame: Frame,
    /// The pages and the search beside it.
    pub side: Side,
    /// Its name.
    pub title: String,
    /// What it does.
    pub says: Vec<Piece>,
    /// `GET`, `POST`, `DELETE`.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Who may call it.
    pub who: Vec<Vec<Piece>>,
    /// Whether it needs an idempotency key.
    pub has_key: bool,
    /// What its path and query take.
    pub parameters: Vec<Group>,
    /// What its body takes.
    pub asked: Vec<Group>,
    /// What its answer has.
    pub answered: Vec<Group>,
    /// The request for curl.
    pub curl: String,
    /// The request for Python.
    pub python: String,
    /// The answer.
    pub answer: String,
    /// Its errors.
    pub problems: Vec<ProblemRow>,
}

impl OperationPage {
    /// The page in a language, if there is such an operation.
    pub(super) fn of(
        (lang, side): (Lang, Side),
        description: &Description,
        base_url: &str,
        id: &str,
    ) -> Option<Self> {
        let mut operations = description.operations();
        let (path, method, operation) = operations.find(|(_, _, one)| one.operation_id == id)?;
        let frame = frame(lang, |lang| routes::docs_operation(id, lang));
        let request = operation.request_body.as_ref();
        let answer = operation.responses.get("200");
        let example = request.and_then(example);
        let call = (path, method);
        let table = |body: Option<&Body>, part| {
            let json = body.and_then(Body::json);
            let rows = json.map(|json| rows::of(description, &json.schema, lang, part));
            rows.unwrap_or_default()
        };
        let problems = description.errors.iter();
        let problems = problems.filter(|problem| operation.errors.contains(&problem.name));
        Some(Self {
            side,
            who: who(operation, &frame),
            title: in_lang(lang, &operation.summary, Some(&operation.summary_ru)).to_owned(),
            says: words::of(in_lang(
                lang,
                &operation.description,
                Some(&operation.description_ru),
            )),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            has_key: operation.parameters.iter().any(|one| one.name.is_empty()),
            parameters: parameters(operation, lang),
            asked: table(request, rows::REQUEST),
            answered: table(answer, rows::ANSWER),
            curl: snippet::curl(operation, call, base_url, example.as_deref()),
            python: snippet::python(operation, call, base_url, example.as_deref()),
            answer: answer.and_then(self::example).unwrap_or_default(),
            problems: problems.map(|problem| problem_row(lang, problem)).collect(),
            frame,
        })
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let description = super::description::sample();
        let operations = description.operations();
        let ids: Vec<String> = operations
            .map(|(_, _, one)| one.operation_id.clone())
            .collect();
        let page = |id: String| {
            let side = Side::of(lang, &description);
            let page = Self::of((lang, side), &description, "https://pay.example", &id);
            page.map(|page| (id, page))
        };
        ids.into_iter().filter_map(page).collect()
    }
}

fn example(body: &Body) -> Option<String> {
    let example = body.json()?.example.as_ref()?;
    Some(snippet::dedented(example.get()))
}

fn says(lang: Lang, parameter: &Parameter) -> Vec<Piece> {
    let (en, ru) = (&parameter.description, parameter.description_ru.as_deref());
    words::of(in_lang(lang, en, ru))
}

/// The kinds of credentials, in words.
fn who(operation: &Operation, frame: &Frame) -> Vec<Vec<Piece>> {
    let ways = operation.security.iter().flat_map(|way| &way.0);
    let said = ways.map(|(way, rights)| match (way.as_str(), rights.first()) {
        ("gateway", _) => frame.t.say("docs-who-gateway"),
        ("application", Some(right)) => frame.t.say_with("docs-who-right", "value", right),
        ("application", None) => frame.t.say("docs-who-application"),
        _ => frame.t.say("docs-who-shop"),
    });
    said.map(|said| words::of(&said)).collect()
}

/// The table of the parameters in path and query.
pub(super) fn parameters(operation: &Operation, lang: Lang) -> Vec<Group> {
    let t = Texts::of(lang);
    let named = operation
        .parameters
        .iter()
        .filter(|one| !one.name.is_empty());
    let rows = named.map(|parameter| Row {
        anchor: rows::anchor("parameters", &parameter.name, None),
        path: parameter.name.clone(),
        variant: Some(parameter.place.clone()),
        kind: parameter.schema.kind.clone().unwrap_or_default(),
        required: parameter.required,
        says: says(lang, parameter),
        values: parameter.schema.values(),
        limits: rows::limits(&parameter.schema, &parameter.schema, t),
    });
    rows::grouped(rows.collect())
}

//! The search: operations, recipes, fields and errors that have all of the words.

use std::collections::BTreeSet;

use askama::Template;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::routes;
use pages::text::Texts;

use super::description::{Body, Description, Operation, Schema, in_lang};
use super::index::frame;
use super::recipe::RECIPES;
use super::rows::{self, Group, Row};
use super::side::Side;
use super::words::{self, Piece};

/// The most hits of one kind that are shown.
const SHOWN_MAX: usize = 40;
/// The most characters of a query that are searched for.
const QUERY_CHARS_MAX: usize = 100;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// Language and style.
    pub frame: Frame,
    /// The pages and the search beside it.
    pub side: Side,
    /// What was found, by kind; empty kinds are left out.
    pub found: Vec<Found>,
}

/// The hits of one kind.
#[derive(Clone, Debug)]
pub struct Found {
    /// The kind.
    pub title: String,
    /// What was found.
    pub hits: Vec<Hit>,
    /// How many more there are, if any.
    pub more: Option<String>,
}

/// Something that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Its address.
    pub url: String,
    /// Its name.
    pub title: String,
    /// Whether its name is code.
    pub code: bool,
    /// A note beside it.
    pub aside: String,
    /// Its description.
    pub says: Vec<Piece>,
}

/// Everything that can be found in one language.
#[derive(Debug)]
pub(super) struct Index {
    kinds: [(&'static str, Vec<Item>); 5],
}

#[derive(Debug)]
struct Item {
    hit: Hit,
    /// The last word of the name, which is what people type.
    name: String,
    words: String,
}

impl Item {
    fn of(hit: Hit) -> Self {
        let says: String = hit.says.iter().map(|piece| piece.text.as_str()).collect();
        let name = hit.title.rsplit('.').next().unwrap_or(&hit.title);
        Self {
            name: plain(name),
            words: plain(&format!("{} {} {says}", hit.title, hit.aside)),
            hit,
        }
    }
}

/// The text in small letters and without the dots of `ё`, as people type it.
fn plain(text: &str) -> String {
    text.to_lowercase().replace('ё', "е")
}

impl Index {
    /// What can be found in `lang`.
    pub(super) fn of(lang: Lang, description: &Description) -> Self {
        let items = |hits: Vec<Hit>| hits.into_iter().map(Item::of).collect::<Vec<_>>();
        let operations = description.operations();
        Self {
            kinds: [
                (
                    "docs-operations",
                    items(operations.map(|found| operation(lang, found)).collect()),
                ),
                ("docs-recipes", items(recipes(lang))),
                ("docs-more", items(pages(lang))),
                ("docs-fields", items(fields(lang, description))),
                ("docs-errors", items(problems(lang, description))),
            ],
        }
    }

    /// The entries that have all words of `query`; first those that have them in their name.
    fn find(&self, lang: Lang, query: &str) -> Vec<Found> {
        let query = plain(query);
        let words: Vec<&str> = query.split_whitespace().collect();
        if words.is_empty() {
            return Vec::new();
        }
        let has_all = |item: &&Item| words.iter().all(|word| item.words.contains(word));
        let found = self.kinds.iter().map(|(title, items)| {
            let mut items: Vec<&Item> = items.iter().filter(has_all).collect();
            items.sort_by_key(|item| !words.iter().any(|word| item.name == **word));
            Found {
                title: Texts::of(lang).say(title),
                more: items
                    .get(SHOWN_MAX..)
                    .filter(|more| !more.is_empty())
                    .map(|more| more.len().to_string()),
                hits: items
                    .iter()
                    .take(SHOWN_MAX)
                    .map(|item| item.hit.clone())
                    .collect(),
            }
        });
        found.filter(|found| !found.hits.is_empty()).collect()
    }
}

fn operation(lang: Lang, (path, method, operation): (&str, &str, &Operation)) -> Hit {
    let says = in_lang(
        lang,
        &operation.description,
        Some(&operation.description_ru),
    );
    let python = operation.python.as_deref().unwrap_or_default();
    Hit {
        url: routes::docs_operation(&operation.operation_id, lang),
        title: in_lang(lang, &operation.summary, Some(&operation.summary_ru)).to_owned(),
        code: false,
        aside: format!("{} {path} {python}", method.to_ascii_uppercase())
            .trim()
            .to_owned(),
        says: words::of(says),
    }
}

fn recipes(lang: Lang) -> Vec<Hit> {
    let t = Texts::of(lang);
    let hit = |recipe: &super::recipe::Recipe| Hit {
        url: routes::docs_recipe(recipe.name, lang),
        title: t.say(recipe.title),
        code: false,
        aside: recipe.name.to_owned(),
        says: words::of(&t.say(recipe.says)),
    };
    RECIPES.iter().map(hit).collect()
}

/// The pages that belong to no topic, with the words on them.
fn pages(lang: Lang) -> Vec<Hit> {
    let t = Texts::of(lang);
    let hit = |url: String, title: &str, says: &str, parts: [&str; 2]| Hit {
        url,
        title: t.say(title),
        code: false,
        aside: parts.map(|part| t.say(part)).join(", "),
        says: words::of(&t.say(says)),
    };
    vec![
        hit(
            routes::docs_notifications(lang),
            "docs-notifications",
            "docs-notifications-lead",
            ["docs-events", "docs-notifications-how"],
        ),
        hit(
            routes::docs_testing(lang),
            "docs-testing",
            "docs-testing-lead",
            ["docs-testing-cards", "docs-testing-payouts"],
        ),
    ]
}

fn problems(lang: Lang, description: &Description) -> Vec<Hit> {
    let hit = |problem: &super::description::Problem| {
        let row = super::problems::problem_row(lang, problem);
        let named = row.parameter.as_deref().unwrap_or_default();
        Hit {
            url: format!("{}#{}", routes::docs_errors(lang), row.name),
            aside: format!("{} {} {named}", row.class, row.description),
            title: row.name,
            code: true,
            says: row.advice,
        }
    };
    description.errors.iter().map(hit).collect()
}

/// The fields of requests and filters of every operation; those of answers once for each kind of
/// object.
fn fields(lang: Lang, description: &Description) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut shown: Vec<&str> = Vec::new();
    for (_, _, operation) in description.operations() {
        let page = routes::docs_operation(&operation.operation_id, lang);
        let title = in_lang(lang, &operation.summary, Some(&operation.summary_ru));
        let mut own: BTreeSet<String> = BTreeSet::new();
        let mut add = |groups: Vec<Group>| {
            for group in groups {
                let rows = std::iter::once(group.row).chain(group.inner);
                // A field of the answer that repeats the request is found with the request.
                let rows = rows.filter(|row| own.insert(format!("{}: {:?}", row.path, row.says)));
                hits.extend(rows.map(|row| field(&page, title, row)));
            }
        };
        add(super::operation::parameters(operation, lang));
        let asked = operation.request_body.as_ref().and_then(Body::json);
        if let Some(json) = asked {
            add(rows::of(description, &json.schema, lang, rows::REQUEST));
        }
        let answer = operation.responses.get("200").and_then(Body::json);
        let Some(schema) = answer.map(|json| &json.schema) else {
            continue;
        };
        let name = object_of(description, schema);
        if !shown.contains(&name) {
            shown.push(name);
            add(rows::of(description, schema, lang, rows::ANSWER));
        }
    }
    hits
}

/// The object that an answer shows; for a list, its items.
fn object_of<'d>(description: &'d Description, schema: &'d Schema) -> &'d str {
    let inner = description.resolve(schema).properties.get("items");
    let inner = inner
        .and_then(|items| items.items.as_deref())
        .unwrap_or(schema);
    inner.reference.as_deref().unwrap_or_default()
}

fn field(page: &str, operation: &str, row: Row) -> Hit {
    Hit {
        url: format!("{page}#{}", row.anchor),
        title: row.path,
        code: true,
        aside: operation.to_owned(),
        says: row.says,
    }
}

impl SearchPage {
    /// The page in a language, for words that somebody typed.
    pub(super) fn of(lang: Lang, index: &Index, side: &Side, query: &str) -> Self {
        let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
        Self {
            frame: frame(lang, |lang| routes::docs_search(&query, lang)),
            found: index.find(lang, &query),
            side: Side {
                query,
                ..side.clone()
            },
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let description = super::description::sample();
        let index = Index::of(lang, &description);
        let side = Side::of(lang, &description);
        let looks = [("empty", ""), ("found", "AMOUNT"), ("nothing", "<b>\"'")];
        let page = |(name, query): (&str, &str)| {
            let page = Self::of(lang, &index, &side, query);
            (name.to_owned(), page)
        };
        looks.map(page).into()
    }
}

#[cfg(test)]
mod tests {
    use pages::lang::Lang;

    use super::{Index, SHOWN_MAX};
    use crate::description::sample;

    fn found(query: &str) -> Vec<(String, Vec<String>)> {
        let index = Index::of(Lang::Ru, &sample());
        let found = index.find(Lang::Ru, query).into_iter();
        found
            .map(|one| {
                let titles = one.hits.into_iter().map(|hit| hit.title);
                (one.title, titles.collect())
            })
            .collect()
    }

    #[test]
    fn words_find_what_has_all_of_them() {
        let titles = |query| -> Vec<String> {
            let found = found(query).into_iter();
            found.flat_map(|(_, titles)| titles).collect()
        };
        assert!(titles("платеж создать").contains(&"Создать платёж".to_owned()));
        assert!(titles("ПЛАТЁЖ payments").contains(&"Создать платёж".to_owned()));
        assert!(titles("payment.create").contains(&"Создать платёж".to_owned()));
        assert!(titles("не больше нуля").is_empty());
        assert!(titles("больше нуля").contains(&"payment.create.amount_not_positive".to_owned()));
        assert!(titles("return_url").contains(&"confirmation.return_url".to_owned()));
        assert!(titles("тестовый карты").contains(&"Тестовый магазин".to_owned()));
        assert!(titles("").is_empty() && titles("  ").is_empty());
    }

    #[test]
    fn a_field_of_that_name_comes_first() {
        let index = Index::of(Lang::En, &sample());
        let found = index.find(Lang::En, "value");
        let hits = found.iter().flat_map(|one| &one.hits);
        assert_eq!(hits.clone().next().unwrap().title, "amount.value");
        assert!(hits.clone().count() <= SHOWN_MAX);
        for hit in hits {
            assert!(hit.url.contains('#'), "{hit:?}");
        }
    }
}

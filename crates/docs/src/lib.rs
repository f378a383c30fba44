//! The documentation that the product serves: `/docs`, made of the API's own description and of
//! recipes that tests run. Whoever wires the routers hands the description over, as JSON. Beside it
//! the demo's shop and the test bank's pages.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use pages::lang::Lang;
use pages::request::PageRequest;
use pages::sent::{Path, Query};
use pages::{response, routes};

use self::description::Description;
use self::index::IndexPage;
use self::notifications::NotificationsPage;
use self::operation::OperationPage;
use self::problems::ProblemsPage;
use self::recipe::RecipePage;
use self::search::{Index, SearchPage};
use self::side::Side;
use self::testing::TestingPage;

pub mod demo;
pub mod description;
pub mod index;
pub mod notifications;
pub mod operation;
pub mod problems;
pub mod recipe;
mod rows;
pub mod samples;
pub mod sandbox;
pub mod search;
pub mod side;
mod snippet;
pub mod testing;
pub mod words;

/// What the pages are made of.
#[derive(Clone)]
struct Library {
    description: Arc<Description>,
    /// The address of the platform.
    base_url: Arc<str>,
    ru: Arc<Shelf>,
    en: Arc<Shelf>,
}

/// What is the same for all pages in a language.
#[derive(Debug)]
struct Shelf {
    side: Side,
    /// Made by the first search, because it is large.
    index: OnceLock<Index>,
}

impl Library {
    fn shelf(&self, lang: Lang) -> &Shelf {
        match lang {
            Lang::Ru => &self.ru,
            Lang::En => &self.en,
        }
    }

    fn index(&self, lang: Lang) -> &Index {
        let index = &self.shelf(lang).index;
        index.get_or_init(|| Index::of(lang, &self.description))
    }
}

impl Shelf {
    fn of(lang: Lang, description: &Description) -> Self {
        Self {
            side: Side::of(lang, description),
            index: OnceLock::new(),
        }
    }
}

/// The documentation of the API by `description`, for a platform with the address `base_url`.
///
/// # Errors
/// `description` is not a description.
pub fn router(description: &str, base_url: &str) -> Result<Router, serde_json::Error> {
    let description: Description = serde_json::from_str(description)?;
    let library = Library {
        ru: Arc::new(Shelf::of(Lang::Ru, &description)),
        en: Arc::new(Shelf::of(Lang::En, &description)),
        description: Arc::new(description),
        base_url: Arc::from(base_url),
    };
    let pages = Router::new()
        .route(routes::DOCS, get(index))
        .route(routes::DOCS_OPERATION, get(operation))
        .route(routes::DOCS_RECIPE, get(recipe))
        .route(routes::DOCS_ERRORS, get(problems))
        .route(routes::DOCS_NOTIFICATIONS, get(notifications))
        .route(routes::DOCS_TESTING, get(testing))
        .route(routes::DOCS_SEARCH, get(search))
        .with_state(library);
    Ok(pages)
}

async fn index(State(library): State<Library>, request: PageRequest) -> Response {
    let lang = request.lang(None);
    let side = library.shelf(lang).side.clone();
    let page = IndexPage::of(lang, &library.description, &library.base_url, side);
    response::page(StatusCode::OK, &page)
}

async fn operation(
    State(library): State<Library>,
    request: PageRequest,
    Path(id): Path,
) -> Response {
    let lang = request.lang(None);
    let side = library.shelf(lang).side.clone();
    let description = &library.description;
    match OperationPage::of((lang, side), description, &library.base_url, &id) {
        Some(page) => response::page(StatusCode::OK, &page),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn recipe(
    State(library): State<Library>,
    request: PageRequest,
    Path(name): Path,
) -> Response {
    let lang = request.lang(None);
    match RecipePage::of(lang, library.shelf(lang).side.clone(), &name) {
        Some(page) => response::page(StatusCode::OK, &page),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn problems(State(library): State<Library>, request: PageRequest) -> Response {
    let lang = request.lang(None);
    let side = library.shelf(lang).side.clone();
    response::page(
        StatusCode::OK,
        &ProblemsPage::of(lang, side, &library.description),
    )
}

async fn notifications(State(library): State<Library>, request: PageRequest) -> Response {
    let lang = request.lang(None);
    let side = library.shelf(lang).side.clone();
    response::page(
        StatusCode::OK,
        &NotificationsPage::of(lang, side, &library.description),
    )
}

async fn testing(State(library): State<Library>, request: PageRequest) -> Response {
    let lang = request.lang(None);
    let side = library.shelf(lang).side.clone();
    response::page(
        StatusCode::OK,
        &TestingPage::of(lang, side, &library.description),
    )
}

/// What was typed into the search field.
#[derive(Debug, serde::Deserialize)]
struct Typed {
    #[serde(default)]
    q: String,
}

async fn search(
    State(library): State<Library>,
    request: PageRequest,
    Query(typed): Query<Typed>,
) -> Response {
    let lang = request.lang(None);
    let side = &library.shelf(lang).side;
    let page = SearchPage::of(lang, library.index(lang), side, &typed.q);
    response::page(StatusCode::OK, &page)
}

//! The documentation that the product serves: `/docs`, made of the API's own description and of
//! recipes that tests run. Whoever wires the doors hands the description over, as JSON.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use self::description::Description;
use self::index::IndexPage;
use self::operation::OperationPage;
use self::problems::ProblemsPage;
use self::recipe::RecipePage;
use crate::asked::Asked;
use crate::{answer, routes};

pub mod description;
pub mod index;
pub mod operation;
pub mod problems;
pub mod recipe;
mod rows;
mod snippet;
pub mod words;

/// What the pages are made of.
#[derive(Clone)]
struct Library {
    description: Arc<Description>,
    /// Where the platform is reached.
    base_url: Arc<str>,
}

/// The documentation of the API that `description` describes, at a platform that is reached at
/// `base_url`.
///
/// # Errors
/// The description is none.
pub fn router(description: &str, base_url: &str) -> Result<Router, serde_json::Error> {
    let library = Library {
        description: Arc::new(serde_json::from_str(description)?),
        base_url: Arc::from(base_url),
    };
    let pages = Router::new()
        .route(routes::DOCS, get(index))
        .route(routes::DOCS_OPERATION, get(operation))
        .route(routes::DOCS_RECIPE, get(recipe))
        .route(routes::DOCS_ERRORS, get(problems))
        .with_state(library);
    Ok(pages)
}

async fn index(State(library): State<Library>, asked: Asked) -> Response {
    let page = IndexPage::of(asked.lang(None), &library.description, &library.base_url);
    answer::page(StatusCode::OK, &page)
}

async fn operation(
    State(library): State<Library>,
    asked: Asked,
    Path(id): Path<String>,
) -> Response {
    let lang = asked.lang(None);
    match OperationPage::of(lang, &library.description, &library.base_url, &id) {
        Some(page) => answer::page(StatusCode::OK, &page),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn recipe(asked: Asked, Path(name): Path<String>) -> Response {
    match RecipePage::of(asked.lang(None), &name) {
        Some(page) => answer::page(StatusCode::OK, &page),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn problems(State(library): State<Library>, asked: Asked) -> Response {
    let page = ProblemsPage::of(asked.lang(None), &library.description);
    answer::page(StatusCode::OK, &page)
}

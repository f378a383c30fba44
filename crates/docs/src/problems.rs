//! The page of all errors, with advice.

use askama::Template;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::routes;

use super::description::{Description, Problem, in_lang};
use super::index::frame;
use super::side::Side;
use super::words::{self, Piece};

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "problems.html")]
pub struct ProblemsPage {
    /// Language and style.
    pub frame: Frame,
    /// The pages and the search beside it.
    pub side: Side,
    /// The errors.
    pub problems: Vec<ProblemRow>,
}

/// An error.
#[derive(Clone, Debug)]
pub struct ProblemRow {
    /// Its own name, as in the log.
    pub name: String,
    /// HTTP status and class.
    pub class: String,
    /// The words of the wire.
    pub description: String,
    /// The parameter that is named.
    pub parameter: Option<String>,
    /// What to do.
    pub advice: Vec<Piece>,
}

/// An error as tables show it.
pub(super) fn problem_row(lang: Lang, problem: &Problem) -> ProblemRow {
    ProblemRow {
        name: problem.name.clone(),
        class: format!("{} {}", problem.status, problem.code),
        description: problem.description.clone(),
        parameter: problem.parameter.clone(),
        advice: words::of(in_lang(lang, &problem.advice, problem.advice_ru.as_deref())),
    }
}

impl ProblemsPage {
    /// The page in a language.
    pub(super) fn of(lang: Lang, side: Side, description: &Description) -> Self {
        Self {
            frame: frame(lang, routes::docs_errors),
            side,
            problems: {
                let problems = description.errors.iter();
                problems.map(|problem| problem_row(lang, problem)).collect()
            },
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let description = super::description::sample();
        let page = Self::of(lang, Side::of(lang, &description), &description);
        vec![("plain".to_owned(), page)]
    }
}

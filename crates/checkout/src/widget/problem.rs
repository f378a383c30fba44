//! What a frame shows in place of a form, and the code that the page around it is told.

use app::{App, Error};
use askama::Template;
use axum::response::Response;
use http::StatusCode;
use pages::frame::Frame;
use pages::lang::Lang;
use pages::response;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "widget/problem.html")]
pub struct ProblemPage {
    /// Language, style, script.
    pub frame: Frame,
}

/// Why a frame has nothing to show (YooKassa API v3: widget, error codes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No payment has this token, or it is not for the widget.
    InvalidToken,
    /// A method that does not exist.
    InvalidPaymentMethods,
    /// The payment names its method itself.
    CustomizationNotAllowed,
    /// None of the methods that are asked for can pay this payment.
    NoPaymentMethods,
    /// A form that does not come from our pages, or an account that does not exist.
    Refused,
    /// A form with values that the frame does not offer, or an address that cannot be read.
    FormWrong,
    /// A passing failure of ours.
    Busy,
    /// A failure of ours.
    Internal,
}

impl Problem {
    const WITH_CODES: [Self; 5] = [
        Self::InvalidToken,
        Self::InvalidPaymentMethods,
        Self::CustomizationNotAllowed,
        Self::NoPaymentMethods,
        Self::Internal,
    ];

    /// Its code in the widget's `error_callback`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidToken => "invalid_token",
            Self::InvalidPaymentMethods => "invalid_payment_methods",
            Self::CustomizationNotAllowed => "customization_of_payment_methods_not_allowed",
            Self::NoPaymentMethods => "no_payment_methods_to_display",
            Self::Refused | Self::FormWrong | Self::Busy | Self::Internal => {
                "internal_service_error"
            }
        }
    }

    /// What a use case's error means for a frame.
    pub(crate) fn of(app: &App, error: &Error) -> Self {
        match response::failure(app, error).status {
            StatusCode::NOT_FOUND => Self::InvalidToken,
            StatusCode::SERVICE_UNAVAILABLE => Self::Busy,
            _ => Self::Internal,
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::InvalidToken => StatusCode::NOT_FOUND,
            Self::InvalidPaymentMethods
            | Self::CustomizationNotAllowed
            | Self::NoPaymentMethods => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused => StatusCode::FORBIDDEN,
            Self::FormWrong => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The answer with the page of this problem.
    pub(crate) fn page(self, lang: Lang) -> Response {
        let page = ProblemPage::new(lang, self);
        response::framed_page(self.status(), &page, &page.frame)
    }
}

impl ProblemPage {
    /// The page of a problem.
    #[must_use]
    pub fn new(lang: Lang, problem: Problem) -> Self {
        let frame = Frame::new(lang, |_| String::new());
        Self {
            frame: frame.framed("error", problem.code(), &[]),
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let look = |problem: Problem| (problem.code().to_owned(), Self::new(lang, problem));
        Problem::WITH_CODES.into_iter().map(look).collect()
    }
}

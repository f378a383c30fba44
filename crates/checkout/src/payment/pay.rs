//! `POST …/pay`: an attempt. Every outcome is shown by the payment's page, so that reloading never
//! pays again. Only a form with mistakes is answered here, because what was typed is not kept.

use std::sync::Arc;

use app::checkout::{Buyer, CheckoutView};
use app::{App, Error, Refusal};
use axum::extract::State;
use axum::response::Response;
use card::Card;
use domain::acquiring::Challenge;
use domain::{MethodKind, PaymentId, Timestamp, payment};
use http::StatusCode;
use pages::lang::Lang;
use pages::notice::Notice;
use pages::request::{self, PageRequest};
use pages::sent::Form;
use pages::text::Texts;
use pages::{form_guard, response, routes};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::page::PaymentPage;
use super::show;
use crate::card_form::{CardFields, CardInput};
use crate::phone_form::{self, PhoneField};

/// What the form sends. Cannot be printed.
#[derive(Deserialize)]
pub(crate) struct PayForm {
    #[serde(rename = "orderId", default)]
    order_id: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    pub(crate) csrf: String,
    #[serde(default)]
    pub(crate) lang: String,
    #[serde(default)]
    card_number: Zeroizing<String>,
    #[serde(default)]
    card_expiry: String,
    #[serde(default)]
    card_csc: Zeroizing<String>,
    #[serde(default)]
    save: String,
    #[serde(default)]
    phone: String,
}

/// What a ticked box sends.
const TICKED: &str = "true";

impl PayForm {
    /// The method whose form was sent; `None` if the method or the box has a value that none of our
    /// forms sends.
    pub(crate) fn method(&self) -> Option<MethodKind> {
        let box_fits = self.save.is_empty() || self.save == TICKED;
        MethodKind::from_code(&self.method).filter(|_| box_fits)
    }

    /// Who sent it.
    pub(crate) fn buyer(&self, request: &PageRequest) -> Buyer {
        Buyer {
            client_ip: request.from.0,
            agreed_to_save: self.save == TICKED,
        }
    }
}

/// Tries to pay.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    request: PageRequest,
    Form(form): Form<PayForm>,
) -> Response {
    let lang = request.lang_of_form(&form.lang, None);
    let frame = || show::frame(lang, &form.order_id);
    if !form_guard::is_ours(&request.headers, &form.csrf) {
        return response::foreign_form(frame());
    }
    match attempt(&app, &request, lang, &form).await {
        Ok(answer) => answer,
        // Someone else was faster, or the time was over: the payment's page shows the state.
        Err(Error::Refused(_) | Error::Conflict) => {
            response::go(&routes::contract(&form.order_id, lang))
        }
        Err(error) => response::error(&app, frame(), &error),
    }
}

async fn attempt(
    app: &Arc<App>,
    request: &PageRequest,
    lang: Lang,
    form: &PayForm,
) -> Result<Response, Error> {
    let id = request::id(&form.order_id)?;
    let Some(kind) = form.method() else {
        return Ok(response::wrong_form(show::frame(lang, &form.order_id)));
    };
    let view = app::checkout::show(app, id).await?;
    if !view.methods.contains(&kind) {
        return Ok(response::go(&routes::contract(&form.order_id, lang)));
    }
    let means = match read(form, kind, view.now, Texts::of(lang)) {
        Ok(means) => means,
        Err(mistakes) => {
            let page = mistakes.shown_in(show::form(lang, &view, Some(kind)));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(show::with_form_secret(app, request, status, page));
        }
    };
    let id = view.payment.id;
    match start(app, id, kind, means, form.buyer(request)).await {
        Err(Error::Refused(Refusal::CardAttempts(exceeded))) if exceeded.wait.is_some() => {
            let page = show::form(lang, &view, Some(kind));
            Ok(show::too_often(app, request, exceeded, page))
        }
        after => Ok(on(request, lang, kind, &after?)),
    }
}

/// Asks the acquirer.
pub(crate) async fn start(
    app: &Arc<App>,
    id: PaymentId,
    kind: MethodKind,
    means: EnteredMeans,
    buyer: Buyer,
) -> Result<CheckoutView, Error> {
    match means {
        EnteredMeans::Card(card) => app::checkout::pay_by_card(app, id, card, buyer).await,
        EnteredMeans::Phone(phone) => {
            app::checkout::pay_by(app, id, kind, Some(phone), buyer).await
        }
        EnteredMeans::Elsewhere => app::checkout::pay_by(app, id, kind, None, buyer).await,
    }
}

/// What the buyer pays with.
pub(crate) enum EnteredMeans {
    /// A card.
    Card(Card),
    /// The balance of this phone.
    Phone(String),
    /// Whatever the acquirer's own page asks for.
    Elsewhere,
}

/// What is wrong with the form.
pub(crate) enum Mistakes {
    /// In the card's fields.
    Card(CardFields),
    /// In the phone's field.
    Phone(PhoneField),
}

impl Mistakes {
    pub(crate) fn shown_in(self, mut page: PaymentPage) -> PaymentPage {
        page.notice = Some(Notice::form_wrong(page.frame.t));
        match self {
            Self::Card(fields) => page.card = fields,
            Self::Phone(field) => page.phone = field,
        }
        page
    }
}

/// Reads what was typed for a method.
pub(crate) fn read(
    form: &PayForm,
    kind: MethodKind,
    now: Timestamp,
    t: Texts,
) -> Result<EnteredMeans, Mistakes> {
    match kind {
        MethodKind::BankCard => {
            let typed = CardInput {
                number: &form.card_number,
                expiry: &form.card_expiry,
                csc: &form.card_csc,
            };
            typed
                .parse(now, t)
                .map(EnteredMeans::Card)
                .map_err(|mut fields| {
                    fields.save = form.save == TICKED;
                    Mistakes::Card(fields)
                })
        }
        MethodKind::MobileBalance => {
            let phone = phone_form::parse(&form.phone, t);
            phone.map(EnteredMeans::Phone).map_err(Mistakes::Phone)
        }
        MethodKind::YooMoney
        | MethodKind::Sbp
        | MethodKind::Sberbank
        | MethodKind::TinkoffBank
        | MethodKind::AlfaPay
        | MethodKind::SberLoan
        | MethodKind::SberBnpl
        | MethodKind::B2bSberbank
        | MethodKind::ElectronicCertificate
        | MethodKind::Cash => Ok(EnteredMeans::Elsewhere),
    }
}

/// A redirect to the bank's page, or to the payment's own.
fn on(request: &PageRequest, lang: Lang, kind: MethodKind, after: &CheckoutView) -> Response {
    let id = after.payment.id.to_string();
    if let payment::State::Challenged {
        challenge: Challenge::Redirect { url },
        ..
    } = &after.payment.state
        && let Some(target) = response::safe_link(url)
    {
        return response::go_to_bank(&request.headers, show::frame(lang, &id), &target);
    }
    let declined = matches!(after.payment.state, payment::State::Pending { .. });
    response::go(&if declined {
        routes::contract_with_method(&id, kind.code(), lang)
    } else {
        routes::contract(&id, lang)
    })
}

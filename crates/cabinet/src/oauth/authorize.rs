//! The page that asks a merchant to grant an application access, right by right.

use askama::Template;
use domain::{Application, Scope};
use pages::frame::Frame;
use pages::lang::Lang;
use pages::notice::Notice;
use pages::routes;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "oauth/authorize.html")]
pub struct AuthorizePage {
    /// Language, style, script.
    pub frame: Frame,
    /// Who is asking.
    pub name: String,
    /// What the application does, in its own words.
    pub description: Option<String>,
    /// The address of its site.
    pub site: Option<String>,
    /// The messages that name the rights it asks for.
    pub rights: Vec<&'static str>,
    /// What went wrong with the last attempt.
    pub notice: Option<Notice>,
    /// The shop's id as it was typed.
    pub shop_id: String,
    /// The application's id.
    pub client_id: String,
    /// Given back as it came.
    pub state: String,
    /// The hash of the secret that the application will prove its code with.
    pub challenge: String,
    /// Proof that the form was served by us.
    pub csrf: String,
    /// The address that the form is sent to.
    pub action: &'static str,
}

impl AuthorizePage {
    /// The page for an application.
    pub(crate) fn of(frame: Frame, application: &Application) -> Self {
        Self {
            frame,
            name: application.name.clone(),
            description: application.description.clone(),
            site: application.site.clone(),
            rights: application.scopes.iter().copied().map(right).collect(),
            notice: None,
            shop_id: String::new(),
            client_id: application.id.to_string(),
            state: String::new(),
            challenge: String::new(),
            csrf: String::new(),
            action: routes::AUTHORIZE,
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        let frame = || Frame::new(lang, |lang| routes::authorize("ap-1", "a&b", "", lang));
        let full = Self {
            frame: frame(),
            name: "Касса <b>Альфа</b>".to_owned(),
            description: Some("Выставляет счета и сверяет платежи".to_owned()),
            site: Some("https://partner.example".to_owned()),
            rights: Scope::ALL.map(right).to_vec(),
            notice: None,
            shop_id: String::new(),
            client_id: "ap-1".to_owned(),
            state: "a&\"b".to_owned(),
            challenge: String::new(),
            csrf: "0123456789abcdef".to_owned(),
            action: routes::AUTHORIZE,
        };
        let t = full.frame.t;
        let wrong = Self {
            notice: Some(Notice {
                tone: "bad",
                title: t.say("oauth-wrong-key"),
                text: t.say("oauth-wrong-key-text"),
            }),
            shop_id: "100001\"".to_owned(),
            description: None,
            site: None,
            rights: vec![right(Scope::PaymentsCreate)],
            ..full.clone()
        };
        vec![("full".to_owned(), full), ("wrong".to_owned(), wrong)]
    }
}

/// The message that names a right in plain words.
const fn right(scope: Scope) -> &'static str {
    match scope {
        Scope::PaymentsCreate => "oauth-may-payments_create",
        Scope::PaymentsCapture => "oauth-may-payments_capture",
        Scope::PaymentsCancel => "oauth-may-payments_cancel",
        Scope::PaymentsGet => "oauth-may-payments_get",
        Scope::RefundsCreate => "oauth-may-refunds_create",
        Scope::RefundsGet => "oauth-may-refunds_get",
        Scope::ReceiptsGet => "oauth-may-receipts_get",
        Scope::GetFees => "oauth-may-get_fees",
    }
}

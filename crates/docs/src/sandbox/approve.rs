//! The test bank's page to accept or decline: wallet, SBP, SberPay, T-Pay, phone, terminal.

use app::sandbox::Shown;
use askama::Template;
use domain::method::MethodKind;
use domain::{Currency, Money};
use pages::frame::Frame;
use pages::lang::Lang;
use pages::money;
use pages::routes;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "sandbox/approve.html")]
pub struct ApprovePage {
    /// Language, style, script.
    pub frame: Frame,
    /// The message that names what this page stands for.
    pub title: &'static str,
    /// The shop's number.
    pub shop: String,
    /// How much.
    pub amount: String,
    /// With what.
    pub means: Option<String>,
    /// The operation's id.
    pub operation: String,
    /// Proof that the form was served by us.
    pub csrf: String,
    /// The address that the form is sent to.
    pub action: &'static str,
}

impl ApprovePage {
    /// The page for what the test bank asks the payer.
    pub(crate) fn of(frame: Frame, operation: &str, shown: &Shown) -> Self {
        Self {
            title: Self::title_of(shown.method),
            shop: shown.shop_id.to_string(),
            amount: super::sum(&frame, shown),
            means: super::means(&frame, shown),
            operation: operation.to_owned(),
            csrf: String::new(),
            action: routes::SANDBOX_APPROVE,
            frame,
        }
    }

    /// The page with the secret of its form.
    pub(crate) fn with_secret(mut self, secret: &str) -> Self {
        secret.clone_into(&mut self.csrf);
        self
    }

    /// The message that names what this page stands for, for `kind`.
    #[must_use]
    pub const fn title_of(kind: MethodKind) -> &'static str {
        match kind {
            MethodKind::YooMoney => "bank-title-yoo_money",
            MethodKind::Sbp => "bank-title-sbp",
            MethodKind::Sberbank => "bank-title-sberbank",
            MethodKind::TinkoffBank => "bank-title-tinkoff_bank",
            MethodKind::MobileBalance => "bank-title-mobile_balance",
            MethodKind::Cash => "bank-title-cash",
            MethodKind::AlfaPay => "bank-title-alfa_pay",
            MethodKind::SberLoan => "bank-title-sber_loan",
            MethodKind::SberBnpl => "bank-title-sber_bnpl",
            MethodKind::B2bSberbank => "bank-title-b2b_sberbank",
            MethodKind::ElectronicCertificate => "bank-title-electronic_certificate",
            MethodKind::BankCard => "bank-title-other",
        }
    }

    /// The page in each of its looks.
    #[must_use]
    pub fn samples(lang: Lang) -> Vec<(String, Self)> {
        MethodKind::ALL
            .into_iter()
            .map(|kind| {
                let page = Self {
                    frame: Frame::new(lang, |lang| routes::sandbox_approve("1", lang)),
                    title: Self::title_of(kind),
                    shop: "100001".to_owned(),
                    amount: money::text(Money::new(100_000, Currency::RUB), lang),
                    means: None,
                    operation: "1".to_owned(),
                    csrf: "0123456789abcdef".to_owned(),
                    action: routes::SANDBOX_APPROVE,
                };
                (kind.code().to_owned(), page)
            })
            .collect()
    }
}

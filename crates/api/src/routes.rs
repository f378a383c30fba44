//! The access table: every route, and who may use it. The router is built from it.

use domain::Scope;
use http::Method;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// A shop, by its id and secret key, on what is its own.
    Shop,
    /// A shop, or an application of a partner with this right, on what it made itself.
    ShopOrGranted(Scope),
    /// A shop, or any application that the shop has granted anything.
    ShopOrApplication,
    /// Applications of partners only, on what is their own.
    Application,
}

/// What a route does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// Creates a payment.
    CreatePayment,
    /// Lists payments.
    ListPayments,
    /// Shows a payment.
    ShowPayment,
    /// Takes held money.
    CapturePayment,
    /// Lets held money go.
    CancelPayment,
    /// Gives money back.
    CreateRefund,
    /// Lists refunds.
    ListRefunds,
    /// Shows a refund.
    ShowRefund,
    /// Binds a payment method without a payment.
    CreatePaymentMethod,
    /// Shows a payment method.
    ShowPaymentMethod,
    /// Opens a safe deal.
    CreateDeal,
    /// Lists safe deals.
    ListDeals,
    /// Shows a safe deal.
    ShowDeal,
    /// Registers a receipt.
    CreateReceipt,
    /// Lists receipts.
    ListReceipts,
    /// Shows a receipt.
    ShowReceipt,
    /// Shows the shop's own settings.
    ShowMe,
    /// Lists what happened in the shop.
    ListEvents,
    /// Shows what happened, and who was told.
    ShowEvent,
    /// Tells it again.
    ResendEvent,
    /// Shows the shop's time.
    ShowClock,
    /// Lets time pass in a test shop.
    AdvanceClock,
    /// Decides a test payment in the place of its buyer.
    SimulatePayment,
    /// Tells an application of an event from now on.
    CreateWebhook,
    /// Lists the webhooks of a token.
    ListWebhooks,
    /// Takes one of them away.
    RemoveWebhook,
}

/// A row of the access table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with names of its variable parts in braces.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    /// What it does.
    pub endpoint: Endpoint,
}

/// Every route of the merchant API.
pub static ROUTES: [Route; 26] = [
    post("/v3/payments", Endpoint::CreatePayment, WHO_CREATES),
    get("/v3/payments", Endpoint::ListPayments, WHO_READS),
    get(
        "/v3/payments/{payment_id}",
        Endpoint::ShowPayment,
        WHO_READS,
    ),
    post(
        "/v3/payments/{payment_id}/capture",
        Endpoint::CapturePayment,
        Who::ShopOrGranted(Scope::PaymentsCapture),
    ),
    post(
        "/v3/payments/{payment_id}/cancel",
        Endpoint::CancelPayment,
        Who::ShopOrGranted(Scope::PaymentsCancel),
    ),
    post(
        "/v3/refunds",
        Endpoint::CreateRefund,
        Who::ShopOrGranted(Scope::RefundsCreate),
    ),
    get("/v3/refunds", Endpoint::ListRefunds, WHO_READS_REFUNDS),
    get(
        "/v3/refunds/{refund_id}",
        Endpoint::ShowRefund,
        WHO_READS_REFUNDS,
    ),
    post(
        "/v3/payment_methods",
        Endpoint::CreatePaymentMethod,
        WHO_CREATES,
    ),
    get(
        "/v3/payment_methods/{payment_method_id}",
        Endpoint::ShowPaymentMethod,
        WHO_READS,
    ),
    get("/v3/me", Endpoint::ShowMe, Who::ShopOrApplication),
    post("/v3/webhooks", Endpoint::CreateWebhook, Who::Application),
    get("/v3/webhooks", Endpoint::ListWebhooks, Who::Application),
    delete(
        "/v3/webhooks/{webhook_id}",
        Endpoint::RemoveWebhook,
        Who::Application,
    ),
    post("/v3/deals", Endpoint::CreateDeal, Who::Shop),
    get("/v3/deals", Endpoint::ListDeals, Who::Shop),
    get("/v3/deals/{deal_id}", Endpoint::ShowDeal, Who::Shop),
    post("/v3/receipts", Endpoint::CreateReceipt, Who::Shop),
    get("/v3/receipts", Endpoint::ListReceipts, Who::Shop),
    get(
        "/v3/receipts/{receipt_id}",
        Endpoint::ShowReceipt,
        Who::Shop,
    ),
    get("/altyn/v1/events", Endpoint::ListEvents, Who::Shop),
    get(
        "/altyn/v1/events/{event_id}",
        Endpoint::ShowEvent,
        Who::Shop,
    ),
    post(
        "/altyn/v1/events/{event_id}/resend",
        Endpoint::ResendEvent,
        Who::Shop,
    ),
    get("/altyn/v1/clock", Endpoint::ShowClock, Who::Shop),
    post("/altyn/v1/clock/advance", Endpoint::AdvanceClock, Who::Shop),
    post(
        "/altyn/v1/payments/{payment_id}/simulate",
        Endpoint::SimulatePayment,
        Who::Shop,
    ),
];

/// Payment methods have no right of their own: they go with payments.
const WHO_CREATES: Who = Who::ShopOrGranted(Scope::PaymentsCreate);
const WHO_READS: Who = Who::ShopOrGranted(Scope::PaymentsGet);
const WHO_READS_REFUNDS: Who = Who::ShopOrGranted(Scope::RefundsGet);

/// Paths that a shop may use by and by.
pub(crate) const LATER: [&str; 11] = [
    "/v3/invoices",
    "/v3/invoices/{*rest}",
    "/v3/payouts",
    "/v3/payouts/{*rest}",
    "/v3/personal_data",
    "/v3/personal_data/{*rest}",
    "/v3/self_employed",
    "/v3/self_employed/{*rest}",
    "/v3/pos_links",
    "/v3/pos_links/{*rest}",
    "/v3/sbp_banks",
];

/// Where merchants grant access; a page of another door.
pub(crate) const AUTHORIZE: &str = "/oauth/v2/authorize";
/// Where applications exchange codes for tokens.
pub(crate) const TOKEN: &str = "/oauth/v2/token";
/// Where they end them.
pub(crate) const REVOKE_TOKEN: &str = "/oauth/v2/revoke_token";

/// What Altyn adds to YooKassa's API stands under a path of its own, with the same keys.
pub(crate) const OWN: &str = "/altyn/v1/";

/// The description of the API; anybody may read it.
pub const DESCRIPTION: &str = "/openapi.json";

/// Everything else under the door.
pub(crate) const REST: [&str; 4] = ["/v3", "/v3/", "/v3/{*rest}", "/altyn/v1/{*rest}"];

const fn get(path: &'static str, endpoint: Endpoint, who: Who) -> Route {
    Route {
        method: Method::GET,
        path,
        who,
        endpoint,
    }
}

const fn post(path: &'static str, endpoint: Endpoint, who: Who) -> Route {
    Route {
        method: Method::POST,
        path,
        who,
        endpoint,
    }
}

const fn delete(path: &'static str, endpoint: Endpoint, who: Who) -> Route {
    Route {
        method: Method::DELETE,
        path,
        who,
        endpoint,
    }
}

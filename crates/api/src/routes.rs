//! The access table: every route, and who may use it. The router is built from it.

use http::Method;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// A shop, by its id and secret key, on what is its own.
    Shop,
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
pub static ROUTES: [Route; 20] = [
    post("/v3/payments", Endpoint::CreatePayment),
    get("/v3/payments", Endpoint::ListPayments),
    get("/v3/payments/{payment_id}", Endpoint::ShowPayment),
    post(
        "/v3/payments/{payment_id}/capture",
        Endpoint::CapturePayment,
    ),
    post("/v3/payments/{payment_id}/cancel", Endpoint::CancelPayment),
    post("/v3/refunds", Endpoint::CreateRefund),
    get("/v3/refunds", Endpoint::ListRefunds),
    get("/v3/refunds/{refund_id}", Endpoint::ShowRefund),
    post("/v3/payment_methods", Endpoint::CreatePaymentMethod),
    get(
        "/v3/payment_methods/{payment_method_id}",
        Endpoint::ShowPaymentMethod,
    ),
    post("/v3/deals", Endpoint::CreateDeal),
    get("/v3/deals", Endpoint::ListDeals),
    get("/v3/deals/{deal_id}", Endpoint::ShowDeal),
    get("/v3/me", Endpoint::ShowMe),
    get("/altyn/v1/events", Endpoint::ListEvents),
    get("/altyn/v1/events/{event_id}", Endpoint::ShowEvent),
    post("/altyn/v1/events/{event_id}/resend", Endpoint::ResendEvent),
    get("/altyn/v1/clock", Endpoint::ShowClock),
    post("/altyn/v1/clock/advance", Endpoint::AdvanceClock),
    post(
        "/altyn/v1/payments/{payment_id}/simulate",
        Endpoint::SimulatePayment,
    ),
];

/// Paths that a shop may use by and by.
pub(crate) const LATER: [&str; 13] = [
    "/v3/invoices",
    "/v3/invoices/{*rest}",
    "/v3/receipts",
    "/v3/receipts/{*rest}",
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

/// Webhooks by API are for tokens of partners; a shop's own are set by the operator.
pub(crate) const WEBHOOKS: [&str; 2] = ["/v3/webhooks", "/v3/webhooks/{*rest}"];

/// What Altyn adds to YooKassa's API stands under a path of its own, with the same keys.
pub(crate) const OWN: &str = "/altyn/v1/";

/// The description of the API; anybody may read it.
pub const DESCRIPTION: &str = "/openapi.json";

/// Everything else under the door.
pub(crate) const REST: [&str; 4] = ["/v3", "/v3/", "/v3/{*rest}", "/altyn/v1/{*rest}"];

const fn get(path: &'static str, endpoint: Endpoint) -> Route {
    Route {
        method: Method::GET,
        path,
        who: Who::Shop,
        endpoint,
    }
}

const fn post(path: &'static str, endpoint: Endpoint) -> Route {
    Route {
        method: Method::POST,
        path,
        who: Who::Shop,
        endpoint,
    }
}

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
    /// A payout gateway, by its id and secret key, on what is its own.
    Gateway,
    /// A shop or a payout gateway; a shop pays out of its deals only.
    ShopOrGateway,
    /// A shop, a payout gateway, or any application that the shop has granted anything.
    Anyone,
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
    /// Makes an invoice.
    CreateInvoice,
    /// Shows an invoice.
    ShowInvoice,
    /// Registers a receipt.
    CreateReceipt,
    /// Lists receipts.
    ListReceipts,
    /// Shows a receipt.
    ShowReceipt,
    /// Pays out.
    CreatePayout,
    /// Lists payouts.
    ListPayouts,
    /// Finds payouts by their metadata.
    SearchPayouts,
    /// Shows a payout.
    ShowPayout,
    /// Lists the banks that SBP reaches.
    ListSbpBanks,
    /// Keeps data of a person who is to be paid.
    CreatePersonalData,
    /// Shows such data.
    ShowPersonalData,
    /// Adds a self-employed person.
    CreateSelfEmployed,
    /// Shows a self-employed person.
    ShowSelfEmployed,
    /// Adds a plate at a till.
    CreatePosLink,
    /// Shows a plate.
    ShowPosLink,
    /// Switches a plate on.
    ActivatePosLink,
    /// Switches a plate off.
    DeactivatePosLink,
    /// Moves a plate to another till.
    MovePosLink,
    /// Shows the shop's or the gateway's own settings.
    ShowMe,
    /// Lists what happened in the shop.
    ListEvents,
    /// Shows what happened, and who was told.
    ShowEvent,
    /// Tells it again.
    ResendEvent,
    /// Lists what the shop has granted to applications.
    ListGrants,
    /// Takes a grant back.
    RemoveGrant,
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
pub static ROUTES: [Route; 44] = [
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
    get("/v3/me", Endpoint::ShowMe, Who::Anyone),
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
    post("/v3/invoices", Endpoint::CreateInvoice, Who::Shop),
    get(
        "/v3/invoices/{invoice_id}",
        Endpoint::ShowInvoice,
        Who::Shop,
    ),
    post("/v3/receipts", Endpoint::CreateReceipt, Who::Shop),
    get("/v3/receipts", Endpoint::ListReceipts, WHO_READS_RECEIPTS),
    get(
        "/v3/receipts/{receipt_id}",
        Endpoint::ShowReceipt,
        WHO_READS_RECEIPTS,
    ),
    post("/v3/payouts", Endpoint::CreatePayout, Who::ShopOrGateway),
    get("/v3/payouts", Endpoint::ListPayouts, Who::ShopOrGateway),
    get(
        "/v3/payouts/search",
        Endpoint::SearchPayouts,
        Who::ShopOrGateway,
    ),
    get(
        "/v3/payouts/{payout_id}",
        Endpoint::ShowPayout,
        Who::ShopOrGateway,
    ),
    get("/v3/sbp_banks", Endpoint::ListSbpBanks, Who::Gateway),
    post(
        "/v3/personal_data",
        Endpoint::CreatePersonalData,
        Who::Gateway,
    ),
    get(
        "/v3/personal_data/{personal_data_id}",
        Endpoint::ShowPersonalData,
        Who::Gateway,
    ),
    post(
        "/v3/self_employed",
        Endpoint::CreateSelfEmployed,
        Who::Gateway,
    ),
    get(
        "/v3/self_employed/{self_employed_id}",
        Endpoint::ShowSelfEmployed,
        Who::Gateway,
    ),
    get("/altyn/v1/events", Endpoint::ListEvents, Who::ShopOrGateway),
    get(
        "/altyn/v1/events/{event_id}",
        Endpoint::ShowEvent,
        Who::ShopOrGateway,
    ),
    post(
        "/altyn/v1/events/{event_id}/resend",
        Endpoint::ResendEvent,
        Who::ShopOrGateway,
    ),
    get("/altyn/v1/grants", Endpoint::ListGrants, Who::Shop),
    Route {
        method: Method::DELETE,
        path: "/altyn/v1/grants/{grant_id}",
        who: Who::Shop,
        endpoint: Endpoint::RemoveGrant,
    },
    get("/altyn/v1/clock", Endpoint::ShowClock, Who::ShopOrGateway),
    post(
        "/altyn/v1/clock/advance",
        Endpoint::AdvanceClock,
        Who::ShopOrGateway,
    ),
    post(
        "/altyn/v1/payments/{payment_id}/simulate",
        Endpoint::SimulatePayment,
        Who::Shop,
    ),
    post("/v3/pos_links", Endpoint::CreatePosLink, Who::Shop),
    get(
        "/v3/pos_links/{pos_link_id}",
        Endpoint::ShowPosLink,
        Who::Shop,
    ),
    post(
        "/v3/pos_links/{pos_link_id}/activate",
        Endpoint::ActivatePosLink,
        Who::Shop,
    ),
    post(
        "/v3/pos_links/{pos_link_id}/deactivate",
        Endpoint::DeactivatePosLink,
        Who::Shop,
    ),
    post(
        "/v3/pos_links/{pos_link_id}/recipient",
        Endpoint::MovePosLink,
        Who::Shop,
    ),
];

/// Payment methods have no right of their own: they go with payments.
const WHO_CREATES: Who = Who::ShopOrGranted(Scope::PaymentsCreate);
const WHO_READS: Who = Who::ShopOrGranted(Scope::PaymentsGet);
const WHO_READS_RECEIPTS: Who = Who::ShopOrGranted(Scope::ReceiptsGet);
const WHO_READS_REFUNDS: Who = Who::ShopOrGranted(Scope::RefundsGet);

/// Where merchants grant access; a page of another door.
pub(crate) const AUTHORIZE: &str = "/oauth/v2/authorize";
/// Where applications exchange codes for tokens.
pub(crate) const TOKEN: &str = "/oauth/v2/token";
/// Where they end them.
pub(crate) const REVOKE_TOKEN: &str = "/oauth/v2/revoke_token";

/// Where fiscal registers call back. Anybody may: what they say is not believed.
pub(crate) const FISCAL_CALLBACK: &str = "/fiscal/v1/callback/{operation_id}";

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

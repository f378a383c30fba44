//! The access table: every route, and the right that it asks for. The router is built from it.
//! Which role has which right stands in [`domain::access`].

use domain::Right;
use http::Method;

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
    ShowAccount,
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
    /// Notifies an application of an event from now on.
    CreateWebhook,
    /// Lists the webhooks of a token.
    ListWebhooks,
    /// Removes one of them.
    RemoveWebhook,
}

/// A row of the access table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with names of its variable parts in braces.
    pub path: &'static str,
    /// The right that it asks for.
    pub right: Right,
    /// What it does.
    pub endpoint: Endpoint,
}

/// Every route of the merchant API.
pub static ROUTES: [Route; 44] = [
    post(
        "/v3/payments",
        Endpoint::CreatePayment,
        Right::PaymentCreate,
    ),
    get("/v3/payments", Endpoint::ListPayments, Right::PaymentRead),
    get(
        "/v3/payments/{payment_id}",
        Endpoint::ShowPayment,
        Right::PaymentRead,
    ),
    post(
        "/v3/payments/{payment_id}/capture",
        Endpoint::CapturePayment,
        Right::PaymentCapture,
    ),
    post(
        "/v3/payments/{payment_id}/cancel",
        Endpoint::CancelPayment,
        Right::PaymentCancel,
    ),
    post("/v3/refunds", Endpoint::CreateRefund, Right::RefundCreate),
    get("/v3/refunds", Endpoint::ListRefunds, Right::RefundRead),
    get(
        "/v3/refunds/{refund_id}",
        Endpoint::ShowRefund,
        Right::RefundRead,
    ),
    post(
        "/v3/payment_methods",
        Endpoint::CreatePaymentMethod,
        Right::MethodBind,
    ),
    get(
        "/v3/payment_methods/{payment_method_id}",
        Endpoint::ShowPaymentMethod,
        Right::MethodRead,
    ),
    get("/v3/me", Endpoint::ShowAccount, Right::AccountRead),
    post(
        "/v3/webhooks",
        Endpoint::CreateWebhook,
        Right::OwnWebhookChange,
    ),
    get(
        "/v3/webhooks",
        Endpoint::ListWebhooks,
        Right::OwnWebhookRead,
    ),
    delete(
        "/v3/webhooks/{webhook_id}",
        Endpoint::RemoveWebhook,
        Right::OwnWebhookChange,
    ),
    post("/v3/deals", Endpoint::CreateDeal, Right::DealCreate),
    get("/v3/deals", Endpoint::ListDeals, Right::DealRead),
    get("/v3/deals/{deal_id}", Endpoint::ShowDeal, Right::DealRead),
    post(
        "/v3/invoices",
        Endpoint::CreateInvoice,
        Right::InvoiceCreate,
    ),
    get(
        "/v3/invoices/{invoice_id}",
        Endpoint::ShowInvoice,
        Right::InvoiceRead,
    ),
    post(
        "/v3/receipts",
        Endpoint::CreateReceipt,
        Right::ReceiptCreate,
    ),
    get("/v3/receipts", Endpoint::ListReceipts, Right::ReceiptRead),
    get(
        "/v3/receipts/{receipt_id}",
        Endpoint::ShowReceipt,
        Right::ReceiptRead,
    ),
    post("/v3/payouts", Endpoint::CreatePayout, Right::PayoutCreate),
    get("/v3/payouts", Endpoint::ListPayouts, Right::PayoutRead),
    get(
        "/v3/payouts/search",
        Endpoint::SearchPayouts,
        Right::PayoutRead,
    ),
    get(
        "/v3/payouts/{payout_id}",
        Endpoint::ShowPayout,
        Right::PayoutRead,
    ),
    get("/v3/sbp_banks", Endpoint::ListSbpBanks, Right::SbpBankRead),
    post(
        "/v3/personal_data",
        Endpoint::CreatePersonalData,
        Right::PersonalDataCreate,
    ),
    get(
        "/v3/personal_data/{personal_data_id}",
        Endpoint::ShowPersonalData,
        Right::PersonalDataRead,
    ),
    post(
        "/v3/self_employed",
        Endpoint::CreateSelfEmployed,
        Right::SelfEmployedCreate,
    ),
    get(
        "/v3/self_employed/{self_employed_id}",
        Endpoint::ShowSelfEmployed,
        Right::SelfEmployedRead,
    ),
    get("/altyn/v1/events", Endpoint::ListEvents, Right::EventRead),
    get(
        "/altyn/v1/events/{event_id}",
        Endpoint::ShowEvent,
        Right::EventRead,
    ),
    post(
        "/altyn/v1/events/{event_id}/resend",
        Endpoint::ResendEvent,
        Right::EventResend,
    ),
    get("/altyn/v1/grants", Endpoint::ListGrants, Right::GrantRead),
    delete(
        "/altyn/v1/grants/{grant_id}",
        Endpoint::RemoveGrant,
        Right::GrantRevoke,
    ),
    get("/altyn/v1/clock", Endpoint::ShowClock, Right::ClockRead),
    post(
        "/altyn/v1/clock/advance",
        Endpoint::AdvanceClock,
        Right::ClockMove,
    ),
    post(
        "/altyn/v1/payments/{payment_id}/simulate",
        Endpoint::SimulatePayment,
        Right::PaymentSimulate,
    ),
    post(
        "/v3/pos_links",
        Endpoint::CreatePosLink,
        Right::PosLinkCreate,
    ),
    get(
        "/v3/pos_links/{pos_link_id}",
        Endpoint::ShowPosLink,
        Right::PosLinkRead,
    ),
    post(
        "/v3/pos_links/{pos_link_id}/activate",
        Endpoint::ActivatePosLink,
        Right::PosLinkChange,
    ),
    post(
        "/v3/pos_links/{pos_link_id}/deactivate",
        Endpoint::DeactivatePosLink,
        Right::PosLinkChange,
    ),
    post(
        "/v3/pos_links/{pos_link_id}/recipient",
        Endpoint::MovePosLink,
        Right::PosLinkChange,
    ),
];

/// Where merchants grant access; a page of another door.
pub(crate) const AUTHORIZE: &str = "/oauth/v2/authorize";
/// Where applications exchange codes for tokens.
pub(crate) const TOKEN: &str = "/oauth/v2/token";
/// Where they end tokens.
pub(crate) const REVOKE_TOKEN: &str = "/oauth/v2/revoke_token";

/// Where fiscal registers call back. It is open to anybody, because what comes here is not
/// believed.
pub(crate) const FISCAL_CALLBACK: &str = "/fiscal/v1/callback/{operation_id}";

/// Where banks call. Whoever has not signed as the connector's bank is not believed.
pub(crate) const BANK_CALL: &str = "/connectors/{name}/{*path}";

/// What Altyn adds to YooKassa's API has a path of its own, with the same keys.
pub(crate) const OWN: &str = "/altyn/v1/";

/// The description of the API; anybody may read it.
pub const DESCRIPTION: &str = "/openapi.json";

/// Addresses outside of the table: they take other credentials than a shop's, or none.
pub static BESIDE: [(Method, &str, &[Right]); 5] = [
    (
        Method::POST,
        TOKEN,
        &[Right::CallerProve, Right::GrantExchange],
    ),
    (
        Method::POST,
        REVOKE_TOKEN,
        &[Right::CallerProve, Right::GrantExchange],
    ),
    (Method::POST, FISCAL_CALLBACK, &[Right::OutcomeTake]),
    (Method::POST, BANK_CALL, &[Right::OutcomeTake]),
    (Method::GET, DESCRIPTION, &[]),
];

/// Everything else under the door.
pub(crate) const REST: [&str; 4] = ["/v3", "/v3/", "/v3/{*rest}", "/altyn/v1/{*rest}"];

const fn get(path: &'static str, endpoint: Endpoint, right: Right) -> Route {
    Route {
        method: Method::GET,
        path,
        right,
        endpoint,
    }
}

const fn post(path: &'static str, endpoint: Endpoint, right: Right) -> Route {
    Route {
        method: Method::POST,
        path,
        right,
        endpoint,
    }
}

const fn delete(path: &'static str, endpoint: Endpoint, right: Right) -> Route {
    Route {
        method: Method::DELETE,
        path,
        right,
        endpoint,
    }
}

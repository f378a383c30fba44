//! Every address of the pages. Handlers are mounted by the constants, pages link by the functions.

use domain::{Right, web_address};

use crate::lang::Lang;

/// A row of the access table.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    /// The rights that it asks for; empty if it needs none.
    pub rights: &'static [Right],
}

/// Every page, and every address that is not of the API, with the rights that it asks for.
pub static ROUTES: [Route; 37] = [
    route("GET", CONTRACT, &[Right::PaymentFollow]),
    route("POST", PAY, &[Right::PaymentFollow, Right::PaymentPay]),
    route("GET", STATUS, &[Right::PaymentFollow]),
    route("GET", RETURN, &[Right::PaymentFollow]),
    route("GET", INVOICE, &[Right::InvoiceFollow]),
    route("POST", INVOICE_PAY, &[Right::InvoicePay]),
    route("GET", BIND, &[Right::MethodFollow]),
    route("POST", BIND, &[Right::MethodFollow, Right::MethodConfirm]),
    route("GET", BIND_STATUS, &[Right::MethodFollow]),
    route("GET", BIND_RETURN, &[Right::MethodFollow]),
    route("GET", WIDGET_FRAME, &[Right::PaymentFollow]),
    route(
        "POST",
        WIDGET_PAY,
        &[Right::PaymentFollow, Right::PaymentPay],
    ),
    route("POST", CHECKOUT_JS_TOKENS, &[Right::TokenCreate]),
    route("GET", PAYOUTS_FRAME, &[Right::WidgetShow]),
    route("POST", PAYOUTS_TOKENS, &[Right::TokenCreate]),
    route("GET", AUTHORIZE, &[Right::ApplicationMeet]),
    route(
        "POST",
        AUTHORIZE,
        &[Right::GrantAgree, Right::ApplicationMeet],
    ),
    route("GET", SANDBOX_3DS, &[Right::BankDecide]),
    route("POST", SANDBOX_3DS, &[Right::BankDecide]),
    route("GET", SANDBOX_APPROVE, &[Right::BankDecide]),
    route("POST", SANDBOX_APPROVE, &[Right::BankDecide]),
    route("GET", SANDBOX_SELF_EMPLOYED, &[Right::BankDecide]),
    route("POST", SANDBOX_SELF_EMPLOYED, &[Right::BankDecide]),
    route("GET", DEMO, &[]),
    route(
        "POST",
        DEMO_BUY,
        &[Right::PaymentRead, Right::PaymentCreate],
    ),
    route(
        "POST",
        DEMO_TOKEN,
        &[Right::PaymentRead, Right::PaymentCreate],
    ),
    route("GET", ASSETS, &[]),
    route("GET", WIDGET_SCRIPT, &[]),
    route("GET", CHECKOUT_JS, &[]),
    route("GET", PAYOUTS_SCRIPT, &[]),
    route("GET", DOCS, &[]),
    route("GET", DOCS_OPERATION, &[]),
    route("GET", DOCS_RECIPE, &[]),
    route("GET", DOCS_ERRORS, &[]),
    route("GET", DOCS_NOTIFICATIONS, &[]),
    route("GET", DOCS_TESTING, &[]),
    route("GET", DOCS_SEARCH, &[]),
];

const fn route(method: &'static str, path: &'static str, rights: &'static [Right]) -> Route {
    Route {
        method,
        path,
        rights,
    }
}

/// The hosted payment page; shown for as long as the payment is remembered.
pub const CONTRACT: &str = "/checkout/payments/v2/contract";
/// Takes the form of the payment page.
pub const PAY: &str = "/checkout/payments/v2/pay";
/// Asked by the page's script while it waits.
pub const STATUS: &str = "/checkout/payments/v2/status";
/// Where acquirers send the buyer back to.
pub const RETURN: &str = "/checkout/payments/v2/return";
/// The page of an invoice.
pub const INVOICE: &str = "/invoice/{id}";
/// Takes the button of an invoice's page.
pub const INVOICE_PAY: &str = "/invoice/{id}/pay";
/// The page that binds a card without paying.
pub const BIND: &str = "/checkout/bind";
/// Asked by the binding page's script while it waits.
pub const BIND_STATUS: &str = "/checkout/bind/status";
/// Where acquirers send the buyer back to after a binding.
pub const BIND_RETURN: &str = "/checkout/bind/return";
/// Styles and scripts.
pub const ASSETS: &str = "/checkout/assets/{name}";
/// The test bank's 3-D Secure page.
pub const SANDBOX_3DS: &str = "/sandbox/3ds";
/// The test bank's page to accept or decline.
pub const SANDBOX_APPROVE: &str = "/sandbox/approve";
/// The page on which a self-employed person agrees.
pub const SANDBOX_SELF_EMPLOYED: &str = "/sandbox/self_employed";

/// The documentation's first page.
pub const DOCS: &str = "/docs";
/// The documentation of one operation.
pub const DOCS_OPERATION: &str = "/docs/operations/{id}";
/// A recipe.
pub const DOCS_RECIPE: &str = "/docs/recipes/{name}";
/// All errors.
pub const DOCS_ERRORS: &str = "/docs/errors";
/// Notifications, and how they are sent.
pub const DOCS_NOTIFICATIONS: &str = "/docs/notifications";
/// Values that can be used in a test shop.
pub const DOCS_TESTING: &str = "/docs/testing";
/// The search in the documentation.
pub const DOCS_SEARCH: &str = "/docs/search";

/// The documentation's first page.
#[must_use]
pub fn docs(lang: Lang) -> String {
    with_query(DOCS, &[("lang", lang.tag())])
}

/// The documentation of one operation.
#[must_use]
pub fn docs_operation(id: &str, lang: Lang) -> String {
    with_query(&DOCS_OPERATION.replace("{id}", id), &[("lang", lang.tag())])
}

/// A recipe.
#[must_use]
pub fn docs_recipe(name: &str, lang: Lang) -> String {
    with_query(
        &DOCS_RECIPE.replace("{name}", name),
        &[("lang", lang.tag())],
    )
}

/// All errors.
#[must_use]
pub fn docs_errors(lang: Lang) -> String {
    with_query(DOCS_ERRORS, &[("lang", lang.tag())])
}

/// Notifications, and how they are sent.
#[must_use]
pub fn docs_notifications(lang: Lang) -> String {
    with_query(DOCS_NOTIFICATIONS, &[("lang", lang.tag())])
}

/// Values that can be used in a test shop.
#[must_use]
pub fn docs_testing(lang: Lang) -> String {
    with_query(DOCS_TESTING, &[("lang", lang.tag())])
}

/// The search for `query`; an empty one asks for words.
#[must_use]
pub fn docs_search(query: &str, lang: Lang) -> String {
    let words = (!query.is_empty()).then_some(("q", query));
    let pairs: Vec<(&str, &str)> = words.into_iter().chain([("lang", lang.tag())]).collect();
    with_query(DOCS_SEARCH, &pairs)
}

/// The page on which a merchant grants an application access.
pub const AUTHORIZE: &str = "/oauth/v2/authorize";

/// The page on which a merchant grants the application `client_id` access.
#[must_use]
pub fn authorize(client_id: &str, state: &str, challenge: &str, lang: Lang) -> String {
    let query = [
        ("client_id", client_id),
        ("response_type", "code"),
        ("state", state),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
        ("lang", lang.tag()),
    ];
    let asked = |name: &str| !name.starts_with("code_challenge") || !challenge.is_empty();
    let query: Vec<_> = query.into_iter().filter(|(name, _)| asked(name)).collect();
    with_query(AUTHORIZE, &query)
}
/// The script of the payment widget, as merchants write it into their pages.
pub const WIDGET_SCRIPT: &str = "/checkout-widget/v1/checkout-widget.js";
/// The payment page inside a shop's page.
pub const WIDGET_FRAME: &str = "/checkout-widget/v1/frame";
/// Takes the form of the payment page inside a shop's page.
pub const WIDGET_PAY: &str = "/checkout-widget/v1/pay";
/// The script that exchanges cards for payment tokens.
pub const CHECKOUT_JS: &str = "/checkout-js/v1/checkout.js";
/// Exchanges a card for a payment token.
pub const CHECKOUT_JS_TOKENS: &str = "/checkout-js/v1/tokens";
/// The script of the payout widget.
pub const PAYOUTS_SCRIPT: &str = "/payouts-data/{version}/widget.js";
/// The payout widget's form.
pub const PAYOUTS_FRAME: &str = "/payouts-data/frame";
/// Exchanges a card for a payout token.
pub const PAYOUTS_TOKENS: &str = "/payouts-data/tokens";

/// The demo's shop.
pub const DEMO: &str = "/demo";
/// Takes an order of the demo's shop.
pub const DEMO_BUY: &str = "/demo/buy";
/// Takes a payment token of the demo's shop.
pub const DEMO_TOKEN: &str = "/demo/token";

/// The payment page of `order_id`, in the buyer's language.
#[must_use]
pub fn contract(order_id: &str, lang: Lang) -> String {
    with_query(CONTRACT, &[("orderId", order_id), ("lang", lang.tag())])
}

/// The payment page of `order_id` with `method` opened.
#[must_use]
pub fn contract_with_method(order_id: &str, method: &str, lang: Lang) -> String {
    let query = [
        ("orderId", order_id),
        ("method", method),
        ("lang", lang.tag()),
    ];
    with_query(CONTRACT, &query)
}

/// The frame of a widget token, with the methods that its page asks for and one of them opened.
#[must_use]
pub fn widget_frame(
    token: &str,
    methods: Option<&str>,
    method: Option<&str>,
    lang: Lang,
) -> String {
    let mut query = vec![("token", token)];
    query.extend(methods.map(|methods| ("methods", methods)));
    query.extend(method.map(|method| ("method", method)));
    query.push(("lang", lang.tag()));
    with_query(WIDGET_FRAME, &query)
}

/// The address that the form in the frame of a widget token is sent to.
#[must_use]
pub fn widget_pay(token: &str, methods: Option<&str>) -> String {
    let mut query = vec![("token", token)];
    query.extend(methods.map(|methods| ("methods", methods)));
    with_query(WIDGET_PAY, &query)
}

/// The script of the payout widget, in the documented version.
#[must_use]
pub fn payouts_script() -> String {
    PAYOUTS_SCRIPT.replace("{version}", "3.1.0")
}

/// The demo's page in a look, with the widget's token where it needs one.
#[must_use]
pub fn demo(look: &str, token: &str, lang: Lang) -> String {
    let mut query = Vec::new();
    if !look.is_empty() {
        query.push(("look", look));
    }
    if !token.is_empty() {
        query.push(("token", token));
    }
    query.push(("lang", lang.tag()));
    with_query(DEMO, &query)
}

/// The stamp of `order_id`'s state.
#[must_use]
pub fn status(order_id: &str) -> String {
    with_query(STATUS, &[("orderId", order_id)])
}

/// The page of an invoice.
#[must_use]
pub fn invoice(invoice_id: &str, lang: Lang) -> String {
    with_query(
        &INVOICE.replace("{id}", invoice_id),
        &[("lang", lang.tag())],
    )
}

/// The address that the button of an invoice's page is sent to.
#[must_use]
pub fn invoice_pay(invoice_id: &str) -> String {
    INVOICE_PAY.replace("{id}", invoice_id)
}

/// The binding page of a payment method.
#[must_use]
pub fn bind(payment_method_id: &str, lang: Lang) -> String {
    with_query(BIND, &[("id", payment_method_id), ("lang", lang.tag())])
}

/// The stamp of a binding's state.
#[must_use]
pub fn bind_status(payment_method_id: &str) -> String {
    with_query(BIND_STATUS, &[("id", payment_method_id)])
}

/// The test bank's 3-D Secure page of an operation.
#[must_use]
pub fn sandbox_3ds(operation: &str, lang: Lang) -> String {
    with_query(
        SANDBOX_3DS,
        &[("operation", operation), ("lang", lang.tag())],
    )
}

/// The test bank's page to accept or decline an operation.
#[must_use]
pub fn sandbox_approve(operation: &str, lang: Lang) -> String {
    with_query(
        SANDBOX_APPROVE,
        &[("operation", operation), ("lang", lang.tag())],
    )
}

/// The page on which a self-employed person agrees.
#[must_use]
pub fn sandbox_self_employed(id: &str, lang: Lang) -> String {
    with_query(SANDBOX_SELF_EMPLOYED, &[("id", id), ("lang", lang.tag())])
}

/// A file of the pages, with its version in the address.
#[must_use]
pub fn asset(name: &str, version: &str) -> String {
    with_query(&ASSETS.replace("{name}", name), &[("v", version)])
}

/// Values may come from anybody, so they are escaped.
fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (place, (name, value)) in pairs.iter().enumerate() {
        address.push(if place == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.extend(web_address::in_query(value));
    }
    address
}

#[cfg(test)]
mod tests {
    use super::{Lang, contract};

    #[test]
    fn an_address_escapes_what_it_carries() {
        assert_eq!(
            contract("30b1\"&x=1 я", Lang::En),
            "/checkout/payments/v2/contract?orderId=30b1%22%26x%3D1%20%D1%8F&lang=en"
        );
    }
}

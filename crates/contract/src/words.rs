//! The wire's words for what may be wrong with a parameter (YooKassa API v3: errors). Clients
//! compare them, so they stand here together and do not change. `{x}` stands for a value.

/// For whatever the catalogue has no words of its own.
pub const ILLEGAL_VALUE: &str = "Invalid parameter's value (for example, the value is illegal or \
                                 its format is incorrect). Send the value in accordance with the \
                                 documentation.";
/// The body is not a JSON object.
pub const UNREADABLE: &str = "Failed to parse request body";
/// A name comes twice in one object.
pub const NAME_TWICE: &str = "Parameter is given twice";

/// The amount is not a number, is too large, or is not more than zero.
pub const AMOUNT_ILLEGAL: &str = "Payment amount is illegal";
/// The currency is not one that is paid with.
pub const CURRENCY_ILLEGAL: &str = "Currency code is illegal";
/// More characters than permitted.
pub const DESCRIPTION_TOO_LONG: &str = "Description is too long. Max. length is {x}";
/// Not a number, or not this shop's.
pub const GATEWAY_ILLEGAL: &str = "Invalid gateway_id format";

/// Not the id of a deal, or not of this shop's.
pub const DEAL_NOT_FOUND: &str = "Deal not found or forbidden";
/// Not a number, or not a shop that may be paid a part.
pub const ACCOUNT_ILLEGAL: &str = "Invalid account_id format";
/// An order to a bank is for the whole payment.
pub const ORDER_SUM_DIFFERS: &str = "The amount of payment_order differs from the payment amount \
                                     by {x}";

/// More than one way to name the means.
pub const SEVERAL_SOURCES: &str = "Request should contain only one of: payment_method_data, \
                                   payment_method_id, payment_token";
/// More than one way to name the receiver.
pub const SEVERAL_DESTINATIONS: &str = "Request should contain only one of: \
                                        payout_destination_data, payout_token, payment_method_id";
/// Not a token of Checkout.js.
pub const TOKEN_BADLY_ENCODED: &str = "Badly encoded payment token";
/// Not the id of a saved method.
pub const METHOD_NOT_FOUND: &str = "Payment method is not found";
/// The method does not exist, or is not possible here.
pub const METHOD_ILLEGAL: &str = "Illegal payment method type";
/// The method needs a phone.
pub const PHONE_MISSING: &str = "Phone is missing";
/// The phone has not 4 to 15 digits.
pub const PHONE_ILLEGAL: &str = "Phone format is illegal";

/// The way to confirm does not exist, or is not possible here.
pub const CONFIRMATION_ILLEGAL: &str = "Illegal confirmation type";
/// The way to confirm needs an address to return to.
pub const RETURN_URL_MISSING: &str = "Return url is missing";

/// The number has not 14 to 19 digits, or its check digit is wrong.
pub const CARD_NUMBER_ILLEGAL: &str = "Card number is illegal";
/// Not a month.
pub const CARD_MONTH_ILLEGAL: &str =
    "Card expiry month is illegal. Must be a 2-digit number from 01 to 12";
/// Not a year.
pub const CARD_YEAR_ILLEGAL: &str = "Card expiry year is illegal. Must be a 4-digit number";
/// Not a verification code.
pub const CARD_CSC_ILLEGAL: &str = "Card csc is illegal. Must be a 3- or 4-digit number";
/// The name has other than Latin letters, or is too long.
pub const CARDHOLDER_ILLEGAL: &str = "Cardholder is illegal. Must not be longer than 26 characters";

/// A text that is kept and shown has a card number in it.
pub const CARD_NUMBER_INSIDE: &str = "This text is kept and must not have a card number in it. \
                                      Leave the number out; if it is another one, write it with \
                                      other signs between its digits.";

/// All of them, as `docs/errors.md` shows them. Those of `metadata` stand in the domain.
pub const ALL: [&str; 25] = [
    ILLEGAL_VALUE,
    UNREADABLE,
    NAME_TWICE,
    AMOUNT_ILLEGAL,
    CURRENCY_ILLEGAL,
    DESCRIPTION_TOO_LONG,
    GATEWAY_ILLEGAL,
    DEAL_NOT_FOUND,
    ACCOUNT_ILLEGAL,
    ORDER_SUM_DIFFERS,
    SEVERAL_SOURCES,
    SEVERAL_DESTINATIONS,
    TOKEN_BADLY_ENCODED,
    METHOD_NOT_FOUND,
    METHOD_ILLEGAL,
    PHONE_MISSING,
    PHONE_ILLEGAL,
    CONFIRMATION_ILLEGAL,
    RETURN_URL_MISSING,
    CARD_NUMBER_ILLEGAL,
    CARD_MONTH_ILLEGAL,
    CARD_YEAR_ILLEGAL,
    CARD_CSC_ILLEGAL,
    CARDHOLDER_ILLEGAL,
    CARD_NUMBER_INSIDE,
];

//! Which row each refusal of a rule has. The match is exhaustive: a new refusal without a row does
//! not compile.

mod invoice;
mod split;

use app::Refusal;
use domain::payment::{
    AuthorizeRefused, CancelRefused, CaptureRefused, CreateRefused, RefundRefused, Status,
};
use domain::payment_method::BindRefused;
use domain::receipt::ReceiptRefused;
use domain::token::RedeemRefused;
use domain::{ConfirmationKind, Money, deal, payout};

use super::rows;
use super::{Face, Row};

/// A refusal as the wire shows it.
pub(super) fn face(refusal: &Refusal) -> Face<'static> {
    match refusal {
        Refusal::CreatePayment(refused) => create_payment(refused),
        Refusal::Authorize(refused) => Face::of(authorize(*refused)),
        Refusal::Capture(CaptureRefused::Split(refused)) => split::split(*refused),
        Refusal::Capture(refused) => Face::of(capture(*refused)),
        Refusal::Cancel(refused) => Face::of(cancel(*refused)),
        Refusal::Refund(RefundRefused::Source(refused)) => split::source(*refused),
        Refusal::Refund(refused) => Face::of(refund(*refused)),
        Refusal::Bind(refused) => Face::of(bind(*refused)),
        Refusal::CreateDeal(refused) => Face::of(create_deal(*refused)),
        Refusal::DealNotFound => Face::of(&rows::DEAL_UNKNOWN),
        Refusal::DealPayment(refused) => Face::of(deal_payment(*refused)),
        Refusal::Settlement(refused) => settlement(*refused),
        Refusal::DealRefund(refused) => deal_refund(*refused),
        Refusal::RefundWithoutDeal => Face::of(&rows::DEAL_REFUND_SETTLEMENTS_MISSING),
        Refusal::PaymentNotInDeal => Face::of(&rows::DEAL_PAYMENT_NOT_IN_DEAL),
        Refusal::DealPayout(refused) => deal_payout(*refused),
        Refusal::Receipt(refused) => receipt(refused, "receipt"),
        Refusal::ReceiptAlone(refused) => receipt(refused, ""),
        Refusal::ReceiptPaymentNotFound => Face::of(&rows::RECEIPT_PAYMENT_UNKNOWN),
        Refusal::ReceiptRefundNotFound => Face::of(&rows::RECEIPT_REFUND_UNKNOWN),
        Refusal::ReceiptPaymentStatus => Face::of(&rows::RECEIPT_PAYMENT_STATUS),
        Refusal::ReceiptSellerUnknown => Face::of(&rows::RECEIPT_SELLER_UNKNOWN),
        Refusal::ReceiptRefundStatus => Face::of(&rows::RECEIPT_REFUND_STATUS),
        Refusal::ReceiptsTooMany => Face::of(&rows::RECEIPTS_TOO_MANY),
        Refusal::CreatePayout(refused) => Face::of(create_payout(refused)),
        Refusal::PayoutCardsNotPermitted => Face::of(&rows::PAYOUT_CARDS_NOT_PERMITTED),
        Refusal::PersonalDataNotFound => Face::of(&rows::PAYOUT_PERSONAL_DATA_UNKNOWN),
        Refusal::SelfEmployedNotFound => Face::of(&rows::PAYOUT_SELF_EMPLOYED_UNKNOWN),
        Refusal::NotToppedUp => Face::of(&rows::NOT_TOPPED_UP),
        Refusal::Token(refused) => Face::of(token(*refused)),
        Refusal::PayoutTokenUnusable => Face::of(&rows::PAYOUT_TOKEN_UNUSABLE),
        Refusal::TokenizationNotPermitted => Face::of(&rows::TOKENIZATION_NOT_PERMITTED),
        Refusal::PosLink(refused) => Face::of(split::pos_link(*refused)),
        Refusal::PosLinkChange(refused) => Face::of(split::pos_link_change(*refused)),
        Refusal::InvoicePayment(refused) => invoice::payment(refused),
        Refusal::Cart(refused) => invoice::cart(*refused),
        Refusal::InvoiceExpiry => Face::of(&rows::INVOICE_EXPIRY),
        Refusal::PosLinkNotFound => Face::of(&rows::POS_LINK_UNKNOWN),
        Refusal::PlatformUnknown => Face::of(&rows::GATEWAY_UNKNOWN),
        Refusal::KeyReused => Face::of(&rows::KEY_REUSED),
        Refusal::PaymentMethodNotFound => Face::of(&rows::SAVED_METHOD_UNKNOWN),
        Refusal::PaymentNotFound => Face::of(&rows::REFUND_PAYMENT_UNKNOWN),
        Refusal::GatewayUnknown => Face::of(&rows::GATEWAY_UNKNOWN),
        Refusal::ClockNotMovable => Face::of(&rows::CLOCK_NOT_MOVABLE),
        Refusal::NotATest => Face::of(&rows::NOT_A_TEST),
        Refusal::WebhookUnusable => Face::of(&rows::WEBHOOK_UNUSABLE),
        Refusal::PartnerUnknown => Face::of(&rows::PARTNER_UNKNOWN),
        Refusal::Application(_) => Face::of(&rows::APPLICATION_UNUSABLE),
        Refusal::Exchange(_) => Face::of(&rows::GRANT_REFUSED),
        Refusal::SecretKey(_) => Face::of(&rows::SECRET_KEY_REFUSED),
        Refusal::ShopDisabled => Face::of(&rows::SHOP_DISABLED),
        Refusal::CardAttempts(_) => Face::of(&rows::CARDS_TOO_OFTEN),
        Refusal::TooManyAttempts { .. } => Face::of(&rows::PROOF_TOO_OFTEN),
    }
}

fn create_payment(refused: &CreateRefused) -> Face<'static> {
    match refused {
        CreateRefused::AmountNotPositive => Face::of(&rows::PAYMENT_AMOUNT_NOT_POSITIVE),
        CreateRefused::CurrencyNotTaken { .. } => Face::of(&rows::PAYMENT_CURRENCY_NOT_TAKEN),
        CreateRefused::MethodNotTaken { .. } => Face::of(&rows::PAYMENT_METHOD_NOT_TAKEN),
        CreateRefused::MethodNotInDeals { .. } => Face::of(&rows::DEAL_METHOD_NOT_ACCEPTED),
        CreateRefused::NoMethod => Face::of(&rows::PAYMENT_NO_METHOD),
        CreateRefused::AmountOutsideLimits { .. } => Face::of(&rows::PAYMENT_AMOUNT_OUTSIDE_LIMITS),
        CreateRefused::CardsNotPermitted => Face::of(&rows::PAYMENT_CARDS_NOT_PERMITTED),
        CreateRefused::TokensNotPermitted => Face::of(&rows::TOKENS_NOT_PERMITTED),
        CreateRefused::SavingNotPermitted => Face::of(&rows::PAYMENT_SAVING_NOT_PERMITTED),
        CreateRefused::MethodNotSaved => Face::of(&rows::PAYMENT_METHOD_NOT_SAVED),
        CreateRefused::MethodNotSaveable { .. } => Face::of(&rows::PAYMENT_METHOD_NOT_SAVEABLE),
        CreateRefused::MethodNotHeld { .. } => Face::of(&rows::PAYMENT_METHOD_NOT_HELD),
        CreateRefused::ConfirmationMissing { method: None } => {
            Face::of(&rows::PAYMENT_CONFIRMATION_MISSING)
        }
        CreateRefused::ConfirmationMissing {
            method: Some(method),
        } => Face::with(&rows::PAYMENT_CONFIRMATION_MISSING_FOR, method.code()),
        CreateRefused::ConfirmationWithSaved => Face::of(&rows::PAYMENT_CONFIRMATION_WITH_SAVED),
        CreateRefused::ConfirmationNotSupported { supported } => match supported {
            [only] => Face::with(
                &rows::PAYMENT_CONFIRMATION_MUST_BE,
                ConfirmationKind::code(*only),
            ),
            _ => Face::of(&rows::PAYMENT_CONFIRMATION_NOT_SUPPORTED),
        },
        CreateRefused::PhoneMissing => Face::of(&rows::PAYMENT_PHONE_MISSING),
        CreateRefused::MethodNotSplit { .. } => Face::of(&rows::SPLIT_METHOD),
        CreateRefused::Split(refused) => split::split(*refused),
    }
}

/// `inside` is the member that holds the receipt; empty where the body is the receipt.
fn receipt(refused: &ReceiptRefused, inside: &str) -> Face<'static> {
    let at = |path: &str| match (inside, path) {
        ("", path) => path.to_owned(),
        (inside, "") => inside.to_owned(),
        (inside, path) => format!("{inside}.{path}"),
    };
    let row = |row, path: &str| Face::of(row).at(at(path));
    match refused {
        ReceiptRefused::Missing => Face::of(&rows::RECEIPT_MISSING),
        ReceiptRefused::NotEnabled if inside.is_empty() => Face {
            parameter: None,
            ..Face::of(&rows::RECEIPT_NOT_ENABLED)
        },
        ReceiptRefused::NotEnabled => Face::of(&rows::RECEIPT_NOT_ENABLED),
        ReceiptRefused::InDeal => Face::of(&rows::RECEIPT_IN_DEAL),
        ReceiptRefused::InSplit => Face::of(&rows::RECEIPT_IN_SPLIT),
        ReceiptRefused::NotByProvider => Face::of(&rows::RECEIPT_NOT_BY_PROVIDER),
        ReceiptRefused::ContactMissing { needed: "email" } => {
            Face::with(&rows::RECEIPT_CONTACT_MISSING, "email").at(at("customer.email"))
        }
        ReceiptRefused::ContactMissing { .. } => {
            Face::with(&rows::RECEIPT_CONTACT_MISSING, "email or phone").at(at("customer"))
        }
        ReceiptRefused::TooManyItems { max } => {
            Face::with(&rows::RECEIPT_TOO_MANY_ITEMS, &max.to_string()).at(at("items"))
        }
        ReceiptRefused::CurrencyDiffers { index } => {
            let path = format!("items[{index}].amount.currency");
            row(&rows::RECEIPT_ITEM_CURRENCY, &path)
        }
        ReceiptRefused::MeasureMissing { index } => row(
            &rows::RECEIPT_ITEM_MEASURE,
            &format!("items[{index}].measure"),
        ),
        ReceiptRefused::ProductCodeNotTaken { index } => {
            let path = format!("items[{index}].product_code");
            row(&rows::RECEIPT_ITEM_PRODUCT_CODE, &path)
        }
        ReceiptRefused::TooLarge => row(&rows::RECEIPT_TOO_LARGE, "items"),
        ReceiptRefused::SumDiffers { items, amount } => {
            let difference = differs(*items, *amount);
            Face::with(&rows::RECEIPT_SUM_DIFFERS, &difference).at(at("items"))
        }
        ReceiptRefused::SettlementsDiffer { settlements, items } => {
            let difference = differs(*settlements, *items);
            Face::with(&rows::RECEIPT_SETTLEMENTS_DIFFER, &difference).at(at("settlements"))
        }
    }
}

/// By how much a sum is wrong.
fn differs(found: Money, needed: Money) -> String {
    let more = found.compare(needed).is_ok_and(std::cmp::Ordering::is_gt);
    let (difference, word) = if more {
        (found.checked_sub(needed), "more")
    } else {
        (needed.checked_sub(found), "less")
    };
    match difference {
        Ok(difference) => format!("{found}, {difference} {word} than {needed}"),
        Err(_incomparable) => format!("{found}, not {needed}"),
    }
}

fn create_payout(refused: &payout::CreateRefused) -> &'static Row {
    use payout::CreateRefused;
    match refused {
        CreateRefused::DealMissing | CreateRefused::DealNotPermitted => &rows::PAYOUT_KIND,
        CreateRefused::CurrencyNotPaid { .. } => &rows::PAYOUT_CURRENCY_NOT_PAID,
        CreateRefused::DestinationNotPaid { .. } => &rows::PAYOUT_DESTINATION_NOT_PAID,
        CreateRefused::BelowMinimum => &rows::PAYOUT_BELOW_MINIMUM,
        CreateRefused::PersonalDataNotPermitted => &rows::PAYOUT_PERSONAL_DATA_NOT_PERMITTED,
        CreateRefused::PersonalDataNotForDestination => {
            &rows::PAYOUT_PERSONAL_DATA_NOT_FOR_DESTINATION
        }
        CreateRefused::PersonalDataTwice => &rows::PAYOUT_PERSONAL_DATA_TWICE,
        CreateRefused::PersonalDataUnusable => &rows::PAYOUT_PERSONAL_DATA_UNUSABLE,
        CreateRefused::SelfEmployedNotPermitted => &rows::PAYOUT_SELF_EMPLOYED_NOT_PERMITTED,
        CreateRefused::SelfEmployedNotConfirmed => &rows::PAYOUT_SELF_EMPLOYED_NOT_CONFIRMED,
        // The use case turns it into an internal error.
        CreateRefused::Ledger(_) => &rows::INTERNAL,
    }
}

fn authorize(refused: AuthorizeRefused) -> &'static Row {
    match refused {
        AuthorizeRefused::NotPending { .. } => &rows::ATTEMPT_NOT_PENDING,
        AuthorizeRefused::InProgress => &rows::ATTEMPT_IN_PROGRESS,
        AuthorizeRefused::Expired => &rows::ATTEMPT_EXPIRED,
        AuthorizeRefused::MethodNotAccepted { .. } => &rows::ATTEMPT_METHOD_NOT_ACCEPTED,
    }
}

fn capture(refused: CaptureRefused) -> &'static Row {
    match refused {
        CaptureRefused::OneStage => &rows::CAPTURE_ONE_STAGE,
        CaptureRefused::NotWaiting { .. } => &rows::CAPTURE_NOT_WAITING,
        CaptureRefused::InProgress => &rows::CAPTURE_IN_PROGRESS,
        CaptureRefused::Expired => &rows::CAPTURE_EXPIRED,
        CaptureRefused::AmountNotHeld { .. } => &rows::CAPTURE_AMOUNT_NOT_HELD,
        CaptureRefused::Split(refused) => split::split(refused).row,
    }
}

fn cancel(refused: CancelRefused) -> &'static Row {
    match refused {
        CancelRefused::OneStage => &rows::CANCEL_ONE_STAGE,
        CancelRefused::NotWaiting { .. } => &rows::CANCEL_NOT_WAITING,
        CancelRefused::InProgress => &rows::CANCEL_IN_PROGRESS,
    }
}

fn refund(refused: RefundRefused) -> &'static Row {
    match refused {
        RefundRefused::NotSucceeded {
            status: Status::Canceled,
        } => &rows::REFUND_PAYMENT_CANCELED,
        RefundRefused::NotSucceeded {
            status: Status::Pending | Status::WaitingForCapture | Status::Succeeded,
        } => &rows::REFUND_NOT_SUCCEEDED,
        RefundRefused::MethodNotRefundable => &rows::REFUND_METHOD_NOT_REFUNDABLE,
        RefundRefused::CurrencyDiffers { .. } => &rows::REFUND_CURRENCY_DIFFERS,
        RefundRefused::AlreadyRefunded => &rows::REFUND_ALREADY_REFUNDED,
        RefundRefused::ExceedsRemaining { .. } => &rows::REFUND_EXCEEDS_REMAINING,
        RefundRefused::PartNotPermitted => &rows::REFUND_PART_NOT_PERMITTED,
        RefundRefused::BelowMinimum => &rows::REFUND_BELOW_MINIMUM,
        RefundRefused::RestBelowMinimum => &rows::REFUND_REST_BELOW_MINIMUM,
        RefundRefused::TooOld => &rows::REFUND_TOO_OLD,
        RefundRefused::Source(refused) => split::source(refused).row,
        RefundRefused::CertificatesMismatch => &rows::REFUND_CERTIFICATES_MISMATCH,
    }
}

fn create_deal(refused: deal::CreateRefused) -> &'static Row {
    match refused {
        deal::CreateRefused::NotPermitted => &rows::DEAL_NOT_PERMITTED,
    }
}

fn deal_payment(refused: deal::AttachRefused) -> &'static Row {
    match refused {
        deal::AttachRefused::Closed => &rows::DEAL_CLOSED,
        deal::AttachRefused::Expired => &rows::DEAL_EXPIRED,
        deal::AttachRefused::Taken { .. } => &rows::DEAL_PAYMENT_TAKEN,
    }
}

fn settlement(refused: deal::SettlementRefused) -> Face<'static> {
    match refused {
        deal::SettlementRefused::CurrencyDiffers { .. } => {
            Face::of(&rows::DEAL_SETTLEMENT_CURRENCY_DIFFERS)
        }
        deal::SettlementRefused::TooLarge { excess } => {
            Face::with(&rows::DEAL_SETTLEMENT_TOO_LARGE, &excess.to_string())
        }
        deal::SettlementRefused::Missing => Face::of(&rows::DEAL_SETTLEMENT_MISSING),
    }
}

fn deal_refund(refused: deal::RefundRefused) -> Face<'static> {
    match refused {
        deal::RefundRefused::Closed => Face::of(&rows::DEAL_REFUND_CLOSED),
        deal::RefundRefused::Expired => Face::of(&rows::DEAL_REFUND_EXPIRED),
        deal::RefundRefused::CurrencyDiffers { .. } => {
            Face::of(&rows::DEAL_REFUND_CURRENCY_DIFFERS)
        }
        deal::RefundRefused::PartAboveAmount { excess } => {
            Face::with(&rows::DEAL_REFUND_PART_ABOVE_AMOUNT, &excess.to_string())
        }
        deal::RefundRefused::PartAboveBalance { excess } => {
            Face::with(&rows::DEAL_REFUND_PART_ABOVE_BALANCE, &excess.to_string())
        }
        deal::RefundRefused::AmountAboveFee { excess } => {
            Face::with(&rows::DEAL_REFUND_AMOUNT_ABOVE_FEE, &excess.to_string())
        }
    }
}

fn deal_payout(refused: deal::PayoutRefused) -> Face<'static> {
    match refused {
        deal::PayoutRefused::Closed => Face::of(&rows::DEAL_PAYOUT_CLOSED),
        deal::PayoutRefused::Expired => Face::of(&rows::DEAL_PAYOUT_EXPIRED),
        deal::PayoutRefused::CurrencyDiffers { .. } => {
            Face::of(&rows::DEAL_PAYOUT_CURRENCY_DIFFERS)
        }
        deal::PayoutRefused::ExceedsBalance { balance } => {
            Face::with(&rows::DEAL_PAYOUT_EXCEEDS_BALANCE, &balance.to_string())
        }
    }
}

fn bind(refused: BindRefused) -> &'static Row {
    match refused {
        BindRefused::SavingNotPermitted => &rows::BIND_SAVING_NOT_PERMITTED,
        BindRefused::MethodNotBindable { .. } => &rows::BIND_METHOD_NOT_BINDABLE,
        BindRefused::CardsNotPermitted => &rows::BIND_CARDS_NOT_PERMITTED,
        BindRefused::ConfirmationMissing => &rows::BIND_CONFIRMATION_MISSING,
        BindRefused::ConfirmationNotSupported => &rows::BIND_CONFIRMATION_NOT_SUPPORTED,
        BindRefused::NotPending => &rows::BIND_NOT_PENDING,
        BindRefused::InProgress => &rows::BIND_IN_PROGRESS,
        BindRefused::Expired => &rows::BIND_EXPIRED,
    }
}

fn token(refused: RedeemRefused) -> &'static Row {
    match refused {
        RedeemRefused::Unknown => &rows::TOKEN_UNKNOWN,
        RedeemRefused::Foreign => &rows::TOKEN_FOREIGN,
        RedeemRefused::OtherPurpose => &rows::TOKEN_OTHER_PURPOSE,
        RedeemRefused::Used => &rows::TOKEN_USED,
        RedeemRefused::Expired => &rows::TOKEN_EXPIRED,
    }
}

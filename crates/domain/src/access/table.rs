//! Who has which right: the one table of it, printed into `docs/rights.md`.

use super::right::Right as R;
use super::role::Role::{
    self, Accountant, Application, Carrier, Chief, Client, Demo, Developer, Door, Expiry,
    Forgetter, Gateway, Key, Listener, Machine, Manager, Meter, Operator, Owner, Payer, Reconciler,
    Reviewer, Sender, Settlement, Support, Visitor,
};
use super::role::Roles;

/// What a right asks for beside the role: a fresh second factor of a merchant's person, or a second
/// person among the staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Nothing.
    Plain,
    /// It moves money or decides what is owed.
    Money,
    /// It decides who may what.
    Access,
}

/// A right with those who have it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The right.
    pub right: R,
    /// Its name in tables, refusals and the journal.
    pub code: &'static str,
    /// What it asks for beside the role.
    pub mark: Mark,
    /// Who has it. An application needs the scope as well, where there is one.
    pub roles: Roles,
}

/// The six merchant roles.
const EACH: Roles = Roles::of(&Role::MERCHANT);
const NOT_OPERATORS: Roles = EACH.without(Operator);
const NOT_DEVELOPERS: Roles = EACH.without(Developer);
const CLERKS: Roles = NOT_OPERATORS.without(Developer);
const LEADING: Roles = Roles::of(&[Owner, Manager]);
const TECHNICAL: Roles = LEADING.and(&[Developer]);
const BOOKKEEPING: Roles = LEADING.and(&[Accountant]);

/// Every right, in order.
pub static RIGHTS: [Row; 108] = [
    // Payments.
    row(
        R::PaymentRead,
        "payment.read",
        Mark::Plain,
        EACH.and(&[Key, Application, Demo, Support, Settlement]),
    ),
    row(
        R::PaymentCreate,
        "payment.create",
        Mark::Plain,
        Roles::of(&[Key, Application, Demo]),
    ),
    row(
        R::PaymentCapture,
        "payment.capture",
        Mark::Money,
        NOT_OPERATORS.and(&[Key, Application]),
    ),
    row(
        R::PaymentCancel,
        "payment.cancel",
        Mark::Plain,
        NOT_OPERATORS.and(&[Key, Application]),
    ),
    row(
        R::PaymentExport,
        "payment.export",
        Mark::Plain,
        NOT_DEVELOPERS,
    ),
    row(
        R::PaymentSimulate,
        "payment.simulate",
        Mark::Plain,
        TECHNICAL.and(&[Key]),
    ),
    row(
        R::FeeRead,
        "fee.read",
        Mark::Plain,
        CLERKS.and(&[Key, Gateway, Application, Settlement]),
    ),
    row(
        R::RefundRead,
        "refund.read",
        Mark::Plain,
        EACH.and(&[Key, Application, Support, Settlement]),
    ),
    row(
        R::RefundCreate,
        "refund.create",
        Mark::Money,
        NOT_OPERATORS.and(&[Key, Application]),
    ),
    row(
        R::MethodRead,
        "method.read",
        Mark::Plain,
        Roles::of(&[Key, Application]),
    ),
    row(
        R::MethodBind,
        "method.bind",
        Mark::Plain,
        Roles::of(&[Key, Application]),
    ),
    row(
        R::DealRead,
        "deal.read",
        Mark::Plain,
        EACH.and(&[Key, Support, Settlement]),
    ),
    row(R::DealCreate, "deal.create", Mark::Plain, Roles::of(&[Key])),
    row(
        R::InvoiceRead,
        "invoice.read",
        Mark::Plain,
        EACH.and(&[Key, Support]),
    ),
    row(
        R::InvoiceCreate,
        "invoice.create",
        Mark::Plain,
        EACH.and(&[Key]),
    ),
    row(
        R::ReceiptRead,
        "receipt.read",
        Mark::Plain,
        EACH.and(&[Key, Application, Support]),
    ),
    row(
        R::ReceiptCreate,
        "receipt.create",
        Mark::Plain,
        Roles::of(&[Key]),
    ),
    row(
        R::PosLinkRead,
        "pos_link.read",
        Mark::Plain,
        Roles::of(&[Key]),
    ),
    row(
        R::PosLinkCreate,
        "pos_link.create",
        Mark::Plain,
        Roles::of(&[Key]),
    ),
    row(
        R::PosLinkChange,
        "pos_link.change",
        Mark::Plain,
        Roles::of(&[Key]),
    ),
    // Payouts.
    row(
        R::PayoutRead,
        "payout.read",
        Mark::Plain,
        EACH.and(&[Key, Gateway, Support, Settlement]),
    ),
    row(
        R::PayoutCreate,
        "payout.create",
        Mark::Money,
        CLERKS.and(&[Key, Gateway]),
    ),
    row(
        R::PayoutExport,
        "payout.export",
        Mark::Plain,
        NOT_DEVELOPERS,
    ),
    row(
        R::PayoutConfigure,
        "payout.configure",
        Mark::Access,
        TECHNICAL,
    ),
    row(
        R::SbpBankRead,
        "sbp_bank.read",
        Mark::Plain,
        Roles::of(&[Gateway]),
    ),
    row(
        R::PersonalDataRead,
        "personal_data.read",
        Mark::Plain,
        Roles::of(&[Gateway]),
    ),
    row(
        R::PersonalDataCreate,
        "personal_data.create",
        Mark::Plain,
        Roles::of(&[Gateway]),
    ),
    row(
        R::SelfEmployedRead,
        "self_employed.read",
        Mark::Plain,
        Roles::of(&[Gateway]),
    ),
    row(
        R::SelfEmployedCreate,
        "self_employed.create",
        Mark::Plain,
        Roles::of(&[Gateway]),
    ),
    // Shop.
    row(
        R::AccountRead,
        "account.read",
        Mark::Plain,
        EACH.and(&[Key, Gateway, Application]),
    ),
    row(
        R::ShopRead,
        "shop.read",
        Mark::Plain,
        EACH.and(&[Reviewer, Support, Settlement, Chief, Machine]),
    ),
    row(
        R::ShopCreate,
        "shop.create",
        Mark::Access,
        LEADING.and(&[Machine]),
    ),
    row(
        R::ShopChange,
        "shop.change",
        Mark::Plain,
        TECHNICAL.and(&[Machine]),
    ),
    row(
        R::ShopSwitch,
        "shop.switch",
        Mark::Access,
        Roles::of(&[Chief, Machine]),
    ),
    row(
        R::GatewayTopUp,
        "gateway.top_up",
        Mark::Money,
        Roles::of(&[Settlement, Machine]),
    ),
    row(
        R::KeyRead,
        "key.read",
        Mark::Plain,
        TECHNICAL.and(&[Machine]),
    ),
    row(
        R::KeyCreate,
        "key.create",
        Mark::Access,
        TECHNICAL.and(&[Machine]),
    ),
    row(
        R::KeyRevoke,
        "key.revoke",
        Mark::Access,
        TECHNICAL.and(&[Machine]),
    ),
    row(
        R::WebhookRead,
        "webhook.read",
        Mark::Plain,
        TECHNICAL.and(&[Support, Machine]),
    ),
    row(
        R::WebhookChange,
        "webhook.change",
        Mark::Access,
        TECHNICAL.and(&[Machine]),
    ),
    row(
        R::OwnWebhookRead,
        "own_webhook.read",
        Mark::Plain,
        Roles::of(&[Application]),
    ),
    row(
        R::OwnWebhookChange,
        "own_webhook.change",
        Mark::Plain,
        Roles::of(&[Application]),
    ),
    row(
        R::EventRead,
        "event.read",
        Mark::Plain,
        TECHNICAL.and(&[Key, Gateway, Support, Machine]),
    ),
    row(
        R::EventResend,
        "event.resend",
        Mark::Plain,
        TECHNICAL.and(&[Key, Gateway, Support, Machine]),
    ),
    row(
        R::GrantRead,
        "grant.read",
        Mark::Plain,
        TECHNICAL.and(&[Key, Machine]),
    ),
    row(
        R::GrantAgree,
        "grant.agree",
        Mark::Access,
        TECHNICAL.and(&[Key]),
    ),
    row(
        R::GrantRevoke,
        "grant.revoke",
        Mark::Access,
        TECHNICAL.and(&[Key, Machine]),
    ),
    row(
        R::GrantExchange,
        "grant.exchange",
        Mark::Plain,
        Roles::of(&[Client]),
    ),
    row(
        R::ClockRead,
        "clock.read",
        Mark::Plain,
        Roles::of(&[Key, Gateway, Machine]),
    ),
    row(
        R::ClockMove,
        "clock.move",
        Mark::Plain,
        Roles::of(&[Key, Gateway, Machine]),
    ),
    // Cabinet.
    row(R::StatisticsRead, "statistics.read", Mark::Plain, CLERKS),
    row(
        R::SettlementRead,
        "settlement.read",
        Mark::Plain,
        CLERKS.and(&[Settlement]),
    ),
    row(
        R::RefundBalanceRead,
        "refund_balance.read",
        Mark::Plain,
        BOOKKEEPING,
    ),
    row(
        R::RefundBalanceTopUp,
        "refund_balance.top_up",
        Mark::Money,
        Roles::of(&[Owner]),
    ),
    row(
        R::RegistryRead,
        "registry.read",
        Mark::Plain,
        NOT_DEVELOPERS,
    ),
    row(R::ContractRead, "contract.read", Mark::Plain, CLERKS),
    row(R::ActRead, "act.read", Mark::Plain, BOOKKEEPING),
    row(
        R::TransferDocumentRead,
        "transfer_document.read",
        Mark::Plain,
        BOOKKEEPING,
    ),
    row(
        R::OrganisationChange,
        "organisation.change",
        Mark::Access,
        Roles::of(&[Owner]),
    ),
    row(
        R::IntegrationChange,
        "integration.change",
        Mark::Plain,
        TECHNICAL,
    ),
    row(R::UserRead, "user.read", Mark::Plain, LEADING),
    row(
        R::UserChange,
        "user.change",
        Mark::Access,
        Roles::of(&[Owner]),
    ),
    row(R::SupportWrite, "support.write", Mark::Plain, EACH),
    row(R::SellerRead, "seller.read", Mark::Plain, LEADING),
    row(R::SellerAdd, "seller.add", Mark::Plain, LEADING),
    row(R::PlatformAdd, "platform.add", Mark::Access, LEADING),
    // Office.
    row(
        R::SignUpRead,
        "sign_up.read",
        Mark::Plain,
        Roles::of(&[Reviewer, Chief]),
    ),
    row(
        R::SignUpDecide,
        "sign_up.decide",
        Mark::Access,
        Roles::of(&[Reviewer]),
    ),
    row(
        R::MerchantRead,
        "merchant.read",
        Mark::Plain,
        Roles::of(&[Reviewer, Support, Settlement, Chief]),
    ),
    row(
        R::SupportAnswer,
        "support.answer",
        Mark::Plain,
        Roles::of(&[Support]),
    ),
    row(
        R::TariffPropose,
        "tariff.propose",
        Mark::Money,
        Roles::of(&[Settlement]),
    ),
    row(
        R::TariffSign,
        "tariff.sign",
        Mark::Money,
        Roles::of(&[Settlement]),
    ),
    row(
        R::RequisitesSign,
        "requisites.sign",
        Mark::Access,
        Roles::of(&[Settlement]),
    ),
    row(
        R::RepairPropose,
        "repair.propose",
        Mark::Money,
        Roles::of(&[Settlement]),
    ),
    row(
        R::RepairSign,
        "repair.sign",
        Mark::Money,
        Roles::of(&[Settlement]),
    ),
    row(
        R::BookRead,
        "book.read",
        Mark::Plain,
        Roles::of(&[Settlement]),
    ),
    row(
        R::ConnectorChange,
        "connector.change",
        Mark::Access,
        Roles::of(&[Chief]),
    ),
    row(R::StaffRead, "staff.read", Mark::Plain, Roles::of(&[Chief])),
    row(
        R::StaffChange,
        "staff.change",
        Mark::Access,
        Roles::of(&[Chief]),
    ),
    row(
        R::JournalRead,
        "journal.read",
        Mark::Plain,
        LEADING.and(&[Chief, Machine]),
    ),
    row(
        R::ApplicationRead,
        "application.read",
        Mark::Plain,
        Roles::of(&[Chief, Machine]),
    ),
    row(
        R::ApplicationChange,
        "application.change",
        Mark::Access,
        Roles::of(&[Chief, Machine]),
    ),
    row(
        R::DiscrepancyRead,
        "discrepancy.read",
        Mark::Plain,
        Roles::of(&[Settlement, Machine]),
    ),
    row(
        R::DiscrepancySettle,
        "discrepancy.settle",
        Mark::Money,
        Roles::of(&[Settlement, Machine]),
    ),
    row(
        R::MessageRead,
        "message.read",
        Mark::Plain,
        Roles::of(&[Support, Machine]),
    ),
    row(
        R::BookAudit,
        "book.audit",
        Mark::Plain,
        Roles::of(&[Settlement, Machine]),
    ),
    row(
        R::SealingRead,
        "sealing.read",
        Mark::Plain,
        Roles::of(&[Machine]),
    ),
    row(
        R::SealingRotate,
        "sealing.rotate",
        Mark::Access,
        Roles::of(&[Machine]),
    ),
    row(
        R::DataMove,
        "data.move",
        Mark::Access,
        Roles::of(&[Machine]),
    ),
    // Pages without a login.
    row(
        R::PaymentFollow,
        "payment.follow",
        Mark::Plain,
        Roles::of(&[Payer]),
    ),
    row(
        R::PaymentPay,
        "payment.pay",
        Mark::Plain,
        Roles::of(&[Payer]),
    ),
    row(
        R::InvoiceFollow,
        "invoice.follow",
        Mark::Plain,
        Roles::of(&[Payer]),
    ),
    row(
        R::InvoicePay,
        "invoice.pay",
        Mark::Plain,
        Roles::of(&[Payer]),
    ),
    row(
        R::MethodFollow,
        "method.follow",
        Mark::Plain,
        Roles::of(&[Payer]),
    ),
    row(
        R::MethodConfirm,
        "method.confirm",
        Mark::Plain,
        Roles::of(&[Payer]),
    ),
    row(
        R::BankDecide,
        "bank.decide",
        Mark::Plain,
        Roles::of(&[Payer]),
    ),
    row(
        R::WidgetShow,
        "widget.show",
        Mark::Plain,
        Roles::of(&[Visitor]),
    ),
    row(
        R::TokenCreate,
        "token.create",
        Mark::Plain,
        Roles::of(&[Visitor]),
    ),
    row(
        R::ApplicationMeet,
        "application.meet",
        Mark::Plain,
        Roles::of(&[Visitor]),
    ),
    // What the platform does by itself.
    row(
        R::CallerProve,
        "caller.prove",
        Mark::Plain,
        Roles::of(&[Door]),
    ),
    row(R::TimePass, "time.pass", Mark::Plain, Roles::of(&[Expiry])),
    row(
        R::OutcomeAsk,
        "outcome.ask",
        Mark::Plain,
        Roles::of(&[Reconciler]),
    ),
    row(
        R::OutcomeTake,
        "outcome.take",
        Mark::Plain,
        Roles::of(&[Listener]),
    ),
    row(
        R::EventCarry,
        "event.carry",
        Mark::Plain,
        Roles::of(&[Carrier]),
    ),
    row(
        R::MessageSend,
        "message.send",
        Mark::Plain,
        Roles::of(&[Sender]),
    ),
    row(
        R::TraceForget,
        "trace.forget",
        Mark::Plain,
        Roles::of(&[Forgetter]),
    ),
    row(R::UseNote, "use.note", Mark::Plain, Roles::of(&[Meter])),
    row(
        R::FigureRead,
        "figure.read",
        Mark::Plain,
        Roles::of(&[Meter]),
    ),
];

const fn row(right: R, code: &'static str, mark: Mark, roles: Roles) -> Row {
    Row {
        right,
        code,
        mark,
        roles,
    }
}

//! What somebody may want to do, in the words of the field. Who may stands in the table.
//!
//! `docs/rights.md` prints each right with the sentence that stands above it here.

use super::role::Role;
use super::table::{RIGHTS, Row};
use crate::application::Scope;

/// One thing that somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Looks at payments and what became of them.
    PaymentRead,
    /// Creates payments, also by saved methods.
    PaymentCreate,
    /// Takes held money.
    PaymentCapture,
    /// Lets held money go.
    PaymentCancel,
    /// Exports payments to a file.
    PaymentExport,
    /// Decides a test payment in the place of its buyer.
    PaymentSimulate,
    /// Sees what the shop pays for each payment.
    FeeRead,
    /// Looks at refunds.
    RefundRead,
    /// Gives money back.
    RefundCreate,
    /// Looks at saved payment methods.
    MethodRead,
    /// Binds a payment method without a payment.
    MethodBind,
    /// Looks at safe deals.
    DealRead,
    /// Opens safe deals.
    DealCreate,
    /// Looks at invoices.
    InvoiceRead,
    /// Makes invoices.
    InvoiceCreate,
    /// Looks at receipts.
    ReceiptRead,
    /// Registers receipts.
    ReceiptCreate,
    /// Looks at plates at tills.
    PosLinkRead,
    /// Adds plates at tills.
    PosLinkCreate,
    /// Switches plates on and off and moves them.
    PosLinkChange,
    /// Looks at payouts and the balance that they are made of.
    PayoutRead,
    /// Pays out, one or a list.
    PayoutCreate,
    /// Exports payouts to a file.
    PayoutExport,
    /// Sets how payouts are made.
    PayoutConfigure,
    /// Looks at the banks that SBP reaches.
    SbpBankRead,
    /// Looks at data of persons who are to be paid.
    PersonalDataRead,
    /// Keeps data of a person who is to be paid.
    PersonalDataCreate,
    /// Looks at self-employed persons.
    SelfEmployedRead,
    /// Adds self-employed persons.
    SelfEmployedCreate,
    /// Looks at the settings of the own shop or payout gateway.
    AccountRead,
    /// Looks at shops and payout gateways.
    ShopRead,
    /// Adds shops and payout gateways.
    ShopCreate,
    /// Changes how a shop is called, where its widgets stand and how its receipts are registered.
    ShopChange,
    /// Switches shops and payout gateways off and on.
    ShopSwitch,
    /// Writes down that money came for a payout gateway.
    GatewayTopUp,
    /// Looks at secret keys, without the secrets.
    KeyRead,
    /// Gives secret keys.
    KeyCreate,
    /// Takes secret keys back.
    KeyRevoke,
    /// Looks at a shop's webhooks.
    WebhookRead,
    /// Adds, renews and removes a shop's webhooks.
    WebhookChange,
    /// Looks at the webhooks of the own token.
    OwnWebhookRead,
    /// Adds and removes webhooks of the own token.
    OwnWebhookChange,
    /// Looks at a shop's events and their notifications.
    EventRead,
    /// Sends notifications again.
    EventResend,
    /// Looks at what a shop has granted to applications.
    GrantRead,
    /// Grants an application access to a shop.
    GrantAgree,
    /// Takes a grant back.
    GrantRevoke,
    /// Exchanges codes for tokens, and gives tokens back.
    GrantExchange,
    /// Looks at a shop's time.
    ClockRead,
    /// Lets time pass in a test shop.
    ClockMove,
    /// Looks at the figures of a shop.
    StatisticsRead,
    /// Sees what is paid to the merchant each day.
    SettlementRead,
    /// Sees the balance for refunds.
    RefundBalanceRead,
    /// Tops the balance for refunds up.
    RefundBalanceTopUp,
    /// Gets registries of operations.
    RegistryRead,
    /// Looks at the contract, the fees and the bank details.
    ContractRead,
    /// Gets acts and reports.
    ActRead,
    /// Gets universal transfer documents.
    TransferDocumentRead,
    /// Changes the company's details.
    OrganisationChange,
    /// Chooses ready modules and sets them up.
    IntegrationChange,
    /// Looks at the people of the merchant and their roles.
    UserRead,
    /// Invites people, changes roles and takes them away.
    UserChange,
    /// Writes to support.
    SupportWrite,
    /// Looks at the sellers of a marketplace.
    SellerRead,
    /// Adds sellers.
    SellerAdd,
    /// Adds platforms.
    PlatformAdd,
    /// Looks at what merchants want to connect, and at their documents.
    SignUpRead,
    /// Accepts, returns and refuses what merchants want to connect.
    SignUpDecide,
    /// Looks at merchants, their shops and tariffs.
    MerchantRead,
    /// Answers merchants.
    SupportAnswer,
    /// Proposes a tariff.
    TariffPropose,
    /// Signs or declines a tariff that somebody else proposed.
    TariffSign,
    /// Signs or declines new bank details of a merchant.
    RequisitesSign,
    /// Proposes how a stuck operation ends.
    RepairPropose,
    /// Signs or declines a repair that somebody else proposed.
    RepairSign,
    /// Looks at the books.
    BookRead,
    /// Changes connectors.
    ConnectorChange,
    /// Looks at the platform's staff and their roles.
    StaffRead,
    /// Gives and takes roles of the platform's staff.
    StaffChange,
    /// Looks at the journal of actions.
    JournalRead,
    /// Looks at applications of partners.
    ApplicationRead,
    /// Adds applications of partners, renews their secrets and takes them away.
    ApplicationChange,
    /// Looks at discrepancies between the outside and what was written down.
    DiscrepancyRead,
    /// Notes that a person has dealt with a discrepancy.
    DiscrepancySettle,
    /// Looks at mail and SMS: what was sent, and what waits.
    MessageRead,
    /// Runs the audit of everything that is written down.
    BookAudit,
    /// Looks at the keys that secrets are sealed with.
    SealingRead,
    /// Changes the keys that secrets are sealed with.
    SealingRotate,
    /// Copies the data, brings a copy back and brings the schema up to date.
    DataMove,
    /// Sees the page of the own payment.
    PaymentFollow,
    /// Pays on the page of the own payment.
    PaymentPay,
    /// Sees the page of the own invoice.
    InvoiceFollow,
    /// Begins to pay the own invoice.
    InvoicePay,
    /// Sees the page of the own binding.
    MethodFollow,
    /// Enters a card on the page of the own binding.
    MethodConfirm,
    /// Decides at the test bank and the test tax service.
    BankDecide,
    /// Learns where a shop's widgets may stand.
    WidgetShow,
    /// Exchanges a card for a token.
    TokenCreate,
    /// Reads who an application is that asks for access.
    ApplicationMeet,
    /// Finds out who is asking, by a key or a token.
    CallerProve,
    /// Ends what nobody has finished in time.
    TimePass,
    /// Asks the outside what became of a call.
    OutcomeAsk,
    /// Takes in what the outside says of its own accord.
    OutcomeTake,
    /// Sends notifications.
    EventCarry,
    /// Sends mail and SMS.
    MessageSend,
    /// Forgets what nobody can ask for any more.
    TraceForget,
    /// Writes down when keys and tokens were last used.
    UseNote,
    /// Reads what the platform says of itself.
    FigureRead,
}

/// What applications may by each scope.
const BY_SCOPE: [(Right, Scope); 10] = [
    (Right::PaymentCreate, Scope::PaymentsCreate),
    (Right::MethodBind, Scope::PaymentsCreate),
    (Right::PaymentRead, Scope::PaymentsGet),
    (Right::MethodRead, Scope::PaymentsGet),
    (Right::PaymentCapture, Scope::PaymentsCapture),
    (Right::PaymentCancel, Scope::PaymentsCancel),
    (Right::RefundCreate, Scope::RefundsCreate),
    (Right::RefundRead, Scope::RefundsGet),
    (Right::ReceiptRead, Scope::ReceiptsGet),
    (Right::FeeRead, Scope::GetFees),
];

impl Right {
    /// Its row of the table.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "the table is in order, as a test proves"
    )]
    pub const fn row(self) -> &'static Row {
        &RIGHTS[self.place()]
    }

    /// Its place in the table.
    #[must_use]
    #[expect(clippy::as_conversions, reason = "a variant's number has no other way")]
    pub const fn place(self) -> usize {
        self as usize
    }

    /// Its name in tables, in refusals and in the journal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().code
    }

    /// The right with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let row = RIGHTS.iter().find(|row| row.code == code);
        row.map(|row| row.right)
    }

    /// The scope that an application needs for it; `None` if no scope is needed, or if no
    /// application may have the right.
    #[must_use]
    pub fn scope(self) -> Option<Scope> {
        let given = BY_SCOPE.iter().find(|(right, _scope)| *right == self);
        given.map(|(_right, scope)| *scope)
    }

    /// Returns whether a merchant may put it into a role of their own.
    #[must_use]
    pub fn is_for_custom_roles(self) -> bool {
        Role::MERCHANT.into_iter().any(|role| role.may(self))
    }
}

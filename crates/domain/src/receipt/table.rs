//! The value tables of 54-FZ (YooKassa API v3: receipts). Names are the wire's; SDKs refuse others.

/// What is sold: tag 1212.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaymentSubject {
    /// Goods.
    Commodity,
    /// Goods under excise.
    Excise,
    /// Work.
    Job,
    /// A service.
    Service,
    /// A bet.
    GamblingBet,
    /// A prize of gambling.
    GamblingPrize,
    /// A lottery ticket.
    Lottery,
    /// A prize of a lottery.
    LotteryPrize,
    /// Rights to results of intellectual activity.
    IntellectualActivity,
    /// An advance or another payment.
    Payment,
    /// An agent's fee.
    AgentCommission,
    /// A property right.
    PropertyRight,
    /// Non-operating income.
    NonOperatingGain,
    /// Insurance, or what reduces the tax.
    InsurancePremium,
    /// The trade fee.
    SalesTax,
    /// The resort fee.
    ResortFee,
    /// Several in one.
    Composite,
    /// Something else.
    Another,
    /// A payout or a fine.
    Fine,
    /// Contributions that reduce the tax.
    Tax,
    /// A deposit.
    Lien,
    /// An expense.
    Cost,
    /// Pension insurance by an entrepreneur without employees.
    PensionInsuranceWithoutPayouts,
    /// Pension insurance by whoever has employees.
    PensionInsuranceWithPayouts,
    /// Health insurance by an entrepreneur without employees.
    HealthInsuranceWithoutPayouts,
    /// Health insurance by whoever has employees.
    HealthInsuranceWithPayouts,
    /// Social insurance.
    HealthInsurance,
    /// A payment of a casino.
    Casino,
    /// Cash that a payment agent hands out.
    AgentWithdrawals,
    /// Excise goods that have to be marked and have no code.
    NonMarkedExcise,
    /// Excise goods with a code.
    MarkedExcise,
    /// Goods that have to be marked and have no code.
    NonMarked,
    /// Goods with a code.
    Marked,
}

impl PaymentSubject {
    /// All of them.
    pub const ALL: [Self; 33] = [
        Self::Commodity,
        Self::Excise,
        Self::Job,
        Self::Service,
        Self::GamblingBet,
        Self::GamblingPrize,
        Self::Lottery,
        Self::LotteryPrize,
        Self::IntellectualActivity,
        Self::Payment,
        Self::AgentCommission,
        Self::PropertyRight,
        Self::NonOperatingGain,
        Self::InsurancePremium,
        Self::SalesTax,
        Self::ResortFee,
        Self::Composite,
        Self::Another,
        Self::Fine,
        Self::Tax,
        Self::Lien,
        Self::Cost,
        Self::PensionInsuranceWithoutPayouts,
        Self::PensionInsuranceWithPayouts,
        Self::HealthInsuranceWithoutPayouts,
        Self::HealthInsuranceWithPayouts,
        Self::HealthInsurance,
        Self::Casino,
        Self::AgentWithdrawals,
        Self::NonMarkedExcise,
        Self::MarkedExcise,
        Self::NonMarked,
        Self::Marked,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Commodity => "commodity",
            Self::Excise => "excise",
            Self::Job => "job",
            Self::Service => "service",
            Self::GamblingBet => "gambling_bet",
            Self::GamblingPrize => "gambling_prize",
            Self::Lottery => "lottery",
            Self::LotteryPrize => "lottery_prize",
            Self::IntellectualActivity => "intellectual_activity",
            Self::Payment => "payment",
            Self::AgentCommission => "agent_commission",
            Self::PropertyRight => "property_right",
            Self::NonOperatingGain => "non_operating_gain",
            Self::InsurancePremium => "insurance_premium",
            Self::SalesTax => "sales_tax",
            Self::ResortFee => "resort_fee",
            Self::Composite => "composite",
            Self::Another => "another",
            Self::Fine => "fine",
            Self::Tax => "tax",
            Self::Lien => "lien",
            Self::Cost => "cost",
            Self::PensionInsuranceWithoutPayouts => "pension_insurance_without_payouts",
            Self::PensionInsuranceWithPayouts => "pension_insurance_with_payouts",
            Self::HealthInsuranceWithoutPayouts => "health_insurance_without_payouts",
            Self::HealthInsuranceWithPayouts => "health_insurance_with_payouts",
            Self::HealthInsurance => "health_insurance",
            Self::Casino => "casino",
            Self::AgentWithdrawals => "agent_withdrawals",
            Self::NonMarkedExcise => "non_marked_excise",
            Self::MarkedExcise => "marked_excise",
            Self::NonMarked => "non_marked",
            Self::Marked => "marked",
        }
    }

    /// The one with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// How far the buyer has paid and the seller has delivered: tag 1214.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaymentMode {
    /// Everything is paid before delivery.
    FullPrepayment,
    /// A part is paid before delivery.
    PartialPrepayment,
    /// Paid before it is known what for.
    Advance,
    /// Everything is paid, and handed over.
    FullPayment,
    /// Handed over, paid in part, the rest on credit.
    PartialPayment,
    /// Handed over on credit.
    Credit,
    /// A payment of the credit.
    CreditPayment,
}

impl PaymentMode {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::FullPrepayment,
        Self::PartialPrepayment,
        Self::Advance,
        Self::FullPayment,
        Self::PartialPayment,
        Self::Credit,
        Self::CreditPayment,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::FullPrepayment => "full_prepayment",
            Self::PartialPrepayment => "partial_prepayment",
            Self::Advance => "advance",
            Self::FullPayment => "full_payment",
            Self::PartialPayment => "partial_payment",
            Self::Credit => "credit",
            Self::CreditPayment => "credit_payment",
        }
    }

    /// The one with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// In which form it was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettlementType {
    /// Without cash.
    Cashless,
    /// An advance that was paid before.
    Prepayment,
    /// On credit.
    Postpayment,
    /// By something in return.
    Consideration,
}

impl SettlementType {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Cashless,
        Self::Prepayment,
        Self::Postpayment,
        Self::Consideration,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cashless => "cashless",
            Self::Prepayment => "prepayment",
            Self::Postpayment => "postpayment",
            Self::Consideration => "consideration",
        }
    }

    /// The one with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// What the quantity counts: tag 2108.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Pieces, or units.
    Piece,
    /// Grams.
    Gram,
    /// Kilograms.
    Kilogram,
    /// Tons.
    Ton,
    /// Centimeters.
    Centimeter,
    /// Decimeters.
    Decimeter,
    /// Meters.
    Meter,
    /// Square centimeters.
    SquareCentimeter,
    /// Square decimeters.
    SquareDecimeter,
    /// Square meters.
    SquareMeter,
    /// Milliliters.
    Milliliter,
    /// Liters.
    Liter,
    /// Cubic meters.
    CubicMeter,
    /// Kilowatt-hours.
    KilowattHour,
    /// Gigacalories.
    Gigacalorie,
    /// Days.
    Day,
    /// Hours.
    Hour,
    /// Minutes.
    Minute,
    /// Seconds.
    Second,
    /// Kilobytes.
    Kilobyte,
    /// Megabytes.
    Megabyte,
    /// Gigabytes.
    Gigabyte,
    /// Terabytes.
    Terabyte,
    /// Something else.
    Another,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::Piece,
        Self::Gram,
        Self::Kilogram,
        Self::Ton,
        Self::Centimeter,
        Self::Decimeter,
        Self::Meter,
        Self::SquareCentimeter,
        Self::SquareDecimeter,
        Self::SquareMeter,
        Self::Milliliter,
        Self::Liter,
        Self::CubicMeter,
        Self::KilowattHour,
        Self::Gigacalorie,
        Self::Day,
        Self::Hour,
        Self::Minute,
        Self::Second,
        Self::Kilobyte,
        Self::Megabyte,
        Self::Gigabyte,
        Self::Terabyte,
        Self::Another,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Piece => "piece",
            Self::Gram => "gram",
            Self::Kilogram => "kilogram",
            Self::Ton => "ton",
            Self::Centimeter => "centimeter",
            Self::Decimeter => "decimeter",
            Self::Meter => "meter",
            Self::SquareCentimeter => "square_centimeter",
            Self::SquareDecimeter => "square_decimeter",
            Self::SquareMeter => "square_meter",
            Self::Milliliter => "milliliter",
            Self::Liter => "liter",
            Self::CubicMeter => "cubic_meter",
            Self::KilowattHour => "kilowatt_hour",
            Self::Gigacalorie => "gigacalorie",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Second => "second",
            Self::Kilobyte => "kilobyte",
            Self::Megabyte => "megabyte",
            Self::Gigabyte => "gigabyte",
            Self::Terabyte => "terabyte",
            Self::Another => "another",
        }
    }

    /// The one with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// For whom an intermediary sells: tag 1057.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgentType {
    /// A bank's payment agent.
    BankingPaymentAgent,
    /// Its subagent.
    BankingPaymentSubagent,
    /// A payment agent.
    PaymentAgent,
    /// Its subagent.
    PaymentSubagent,
    /// An attorney.
    Attorney,
    /// A commission agent.
    Commissioner,
    /// Another agent.
    Agent,
}

impl AgentType {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::BankingPaymentAgent,
        Self::BankingPaymentSubagent,
        Self::PaymentAgent,
        Self::PaymentSubagent,
        Self::Attorney,
        Self::Commissioner,
        Self::Agent,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BankingPaymentAgent => "banking_payment_agent",
            Self::BankingPaymentSubagent => "banking_payment_subagent",
            Self::PaymentAgent => "payment_agent",
            Self::PaymentSubagent => "payment_subagent",
            Self::Attorney => "attorney",
            Self::Commissioner => "commissioner",
            Self::Agent => "agent",
        }
    }

    /// The one with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// Which way the money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReceiptKind {
    /// To the shop: income.
    Payment,
    /// Back to the buyer: return of income.
    Refund,
}

impl ReceiptKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Payment, Self::Refund];

    /// Its name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Refund => "refund",
        }
    }

    /// The one with this name on the wire.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

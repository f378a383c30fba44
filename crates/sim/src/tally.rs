//! What happened, over all seeds: a simulation in which nothing happens proves nothing.

use std::fmt;

/// What happened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Lives that ended by a crash.
    pub crashes: u64,
    /// Requests to the platform.
    pub requests: u64,
    /// Requests that were never answered.
    pub unanswered: u64,
    /// Answered requests that were sent once more with the same key.
    pub repeated: u64,
    /// Payments that were created.
    pub payments: u64,
    /// Payments that were captured.
    pub captured: u64,
    /// Refunds that succeeded.
    pub refunded: u64,
    /// Deals that were opened.
    pub deals: u64,
    /// Payments in deals.
    pub in_deals: u64,
    /// Payouts of deals that were asked for.
    pub payouts: u64,
    /// Payouts of gateways that were asked for.
    pub gateway_payouts: u64,
    /// Payouts that reached their receiver.
    pub paid_out: u64,
    /// Payments that were split between shops.
    pub split: u64,
    /// Payments by a token.
    pub by_token: u64,
    /// Invoices that were made.
    pub invoices: u64,
    /// What buyers did on the pages of invoices and of their payments.
    pub visits: u64,
    /// Invoices that were paid.
    pub invoices_paid: u64,
    /// Mails, repetitions too.
    pub mails: u64,
    /// Text messages, repetitions too.
    pub sms: u64,
    /// Notifications, repetitions too.
    pub notifications: u64,
    /// What the bank had refused and carried out after all.
    pub overruled: u64,
    /// Receipts that were registered.
    pub registered: u64,
    /// Receipts that were registered by partners.
    pub by_partners: u64,
    /// Receipts that the register refused.
    pub refused: u64,
}

impl Tally {
    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        self.crashes += other.crashes;
        self.requests += other.requests;
        self.unanswered += other.unanswered;
        self.repeated += other.repeated;
        self.payments += other.payments;
        self.captured += other.captured;
        self.refunded += other.refunded;
        self.deals += other.deals;
        self.in_deals += other.in_deals;
        self.payouts += other.payouts;
        self.gateway_payouts += other.gateway_payouts;
        self.paid_out += other.paid_out;
        self.split += other.split;
        self.by_token += other.by_token;
        self.invoices += other.invoices;
        self.visits += other.visits;
        self.invoices_paid += other.invoices_paid;
        self.mails += other.mails;
        self.sms += other.sms;
        self.notifications += other.notifications;
        self.overruled += other.overruled;
        self.registered += other.registered;
        self.by_partners += other.by_partners;
        self.refused += other.refused;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            requests,
            unanswered,
            repeated,
            crashes,
            payments,
            captured,
            refunded,
            deals,
            in_deals,
            payouts,
            gateway_payouts,
            paid_out,
            split,
            by_token,
            invoices,
            visits,
            invoices_paid,
            mails,
            sms,
            notifications,
            overruled,
            registered,
            by_partners,
            refused,
        } = self;
        writeln!(
            f,
            "{requests} requests, {unanswered} unanswered, {repeated} repeated, {crashes} crashes;"
        )?;
        writeln!(
            f,
            "{payments} payments ({split} split, {by_token} by token), {captured} captured, \
             {refunded} refunds;"
        )?;
        writeln!(
            f,
            "{deals} deals, {in_deals} payments in them; {payouts} payouts of deals, \
             {gateway_payouts} of gateways, {paid_out} arrived;"
        )?;
        writeln!(
            f,
            "{invoices} invoices, {visits} visits to them, {invoices_paid} paid;"
        )?;
        write!(
            f,
            "{registered} receipts registered ({by_partners} by partners), {refused} refused; \
             {notifications} notifications, {mails} mails, {sms} SMS; \
             {overruled} refused and carried out"
        )
    }
}

//! The damages and the words that the auditor has to find for them.

use domain::ledger::TransferKind;

use super::books::Edit;
use super::outside::Fault;

/// A damage.
pub(super) struct Damage {
    /// What a faulty program did.
    pub(super) name: &'static str,
    /// How it is done to a history that is right.
    pub(super) how: How,
    /// What the auditor has to say.
    pub(super) words: &'static str,
}

/// How a damage is done.
pub(super) enum How {
    /// Rows are changed when everything is at rest.
    Rows(&'static str),
    /// The row of a payment, `$1`, that the merchant was told has succeeded is changed.
    Told(&'static str),
    /// The books are written anew with this edit, so that they are right in themselves.
    Books(Edit),
    /// Rows are changed before everything is at rest.
    BeforeRest(&'static str),
    /// The key of a request that was carried out and not answered is forgotten.
    KeyForgotten,
    /// Something happens outside that the platform does not know of, or has lost.
    Outside(Fault),
}

const fn rows(name: &'static str, sql: &'static str, words: &'static str) -> Damage {
    let how = How::Rows(sql);
    Damage { name, how, words }
}

const fn without(
    name: &'static str,
    kind: fn(&TransferKind) -> bool,
    words: &'static str,
) -> Damage {
    let how = How::Books(Edit::Without(kind));
    Damage { name, how, words }
}

const fn outside(name: &'static str, fault: Fault, words: &'static str) -> Damage {
    let how = How::Outside(fault);
    Damage { name, how, words }
}

/// All of them.
pub(super) static DAMAGES: &[Damage] = &[
    // Payments, and what the merchant was told of them.
    Damage {
        name: "an acknowledged payment is dropped",
        how: How::Told("delete from payment where id = $1"),
        words: "was acknowledged and is lost",
    },
    Damage {
        name: "a payment that succeeded is canceled after all",
        how: How::Told(
            "update payment
                set state = 'canceled', captured_at = null, canceled_at = 1,
                    canceled_by = 'merchant', canceled_for = 'canceled_by_merchant',
                    refunded_minor = 0, refunding_minor = 0
              where id = $1",
        ),
        words: "was succeeded and is canceled",
    },
    rows(
        "money is taken and the payment is canceled",
        "update payment
            set state = 'canceled', captured_at = null, canceled_at = 1,
                canceled_by = 'merchant', canceled_for = 'canceled_by_merchant'
          where id = (select min(id) from payment
                       where state = 'succeeded' and refunded_minor = 0 and refunding_minor = 0)",
        "was taken and not booked",
    ),
    rows(
        "a payment says more than was posted",
        "update payment
            set amount_asked_minor = amount_asked_minor + 100, amount_minor = amount_minor + 100
          where id = (select min(id) from payment where state = 'succeeded')",
        "what it says, its postings and its refunds do not agree",
    ),
    Damage {
        name: "a call is not written down before it is made",
        how: How::BeforeRest(
            "delete from operation
              where state = 'sent' and kind in ('authorize', 'capture', 'refund', 'pay_out')",
        ),
        words: "is still",
    },
    rows(
        "a call is never looked after",
        "update operation set state = 'unknown', due_at = null
          where id = (select min(id) from operation where object_kind in ('payment', 'payout'))",
        "operation op-",
    ),
    rows(
        "an approval that comes after the end is dropped without a word",
        "update operation set state = 'given_up', due_at = null
          where id = (select min(id) from operation
                       where kind = 'authorize' and state = 'approved')",
        "was carried out and is not known as that",
    ),
    rows(
        "money that the bank keeps for nobody is on no list",
        "delete from discrepancy where remedy = 'giving_back' and resolved_at is null",
        "is stuck and not on the operator's list",
    ),
    // Keys.
    Damage {
        name: "a key is forgotten",
        how: How::KeyForgotten,
        words: "was made by key",
    },
    rows(
        "a repeated request makes a second refund",
        "insert into refund (id, shop_id, payment_id, currency, amount_minor, metadata, created_at,
                state, canceled_by, canceled_for, canceled_at, version)
         select substr(id, 1, 35) || case substr(id, 36) when '0' then '1' else '0' end, shop_id,
                payment_id, currency, amount_minor, metadata, created_at, 'canceled',
                'yoo_money', 'insufficient_funds', created_at, 1
           from refund
          where metadata is not null and deal_facts is null and sources is null
          order by id
          limit 1",
        "was made by key",
    ),
    rows(
        "a request that is refused leaves a deal behind",
        "update deal set metadata = replace(metadata, 'key-', 'refused-')
          where id = (select min(id) from deal)",
        "was made by key",
    ),
    // Refunds, payouts, deals.
    outside(
        "a refund is sent twice",
        Fault::RefundedTwice,
        "refunded by the books",
    ),
    outside("a payout is sent twice", Fault::PaidTwice, "paid out and not booked"),
    rows(
        "a payout that failed is said to have arrived",
        "update payout
            set state = 'succeeded', reference = 'x', succeeded_at = created_at,
                canceled_by = null, canceled_for = null, canceled_at = null
          where id = (select min(id) from payout
                       where state = 'canceled'
                         and id not in (select object_id from discrepancy))",
        "Succeeded and arrived as []",
    ),
    rows(
        "a payout that arrived is said to have failed",
        "update payout
            set state = 'canceled', succeeded_at = null, canceled_by = 'yoo_money',
                canceled_for = 'general_decline', canceled_at = created_at
          where id = (select min(id) from payout where state = 'succeeded')",
        "Canceled and arrived as [PaidOut",
    ),
    without(
        "what a failed payout had reserved is not released",
        |kind| matches!(kind, TransferKind::PayoutRelease(_)),
        "its state and its postings do not agree",
    ),
    without(
        "a payout is not settled",
        |kind| matches!(kind, TransferKind::PayoutSettle(_)),
        "still holds",
    ),
    without(
        "a refund is not settled",
        |kind| matches!(kind, TransferKind::RefundSettle(_)),
        "still holds",
    ),
    without(
        "what a failed refund had reserved is not released",
        |kind| matches!(kind, TransferKind::RefundRelease(_)),
        "its state and its postings do not agree",
    ),
    without(
        "a capture is not posted",
        |kind| matches!(kind, TransferKind::Capture(_)),
        "the acquirer owes",
    ),
    without(
        "a deal's rest does not go to the platform",
        |kind| matches!(kind, TransferKind::DealClose(_)),
        "its balance is not what the postings on its account leave",
    ),
    without(
        "a partner does not get its part",
        |kind| matches!(kind, TransferKind::SplitCapture(..)),
        "the other shop's book does not say the same",
    ),
    Damage {
        name: "a gateway is topped up twice",
        how: How::Books(Edit::ToppedUpTwice),
        words: "money is lost or made",
    },
    rows(
        "a balance is wrong",
        "update account set balance_minor = balance_minor + 1 where name = 'fees'",
        "money is lost or made",
    ),
    rows(
        "a deal counts a payout twice",
        "update deal set paid_out_minor = paid_out_minor + 100
          where id = (select min(id) from deal where 0 < paid_out_minor)",
        "what it paid out is not what left its account",
    ),
    rows(
        "a deal pays its seller too much",
        "update payout set amount_minor = amount_minor + 100000
          where id = (select min(id) from payout
                       where deal_id is not null and state = 'succeeded')",
        "paid its seller",
    ),
    rows(
        "a deal is paid for twice",
        "update payment
            set deal_facts = (select max(deal_facts) from payment where state = 'succeeded')
          where id = (select min(id) from payment
                       where state = 'succeeded'
                         and (deal_facts is null
                              or deal_facts <> (select max(deal_facts) from payment
                                                 where state = 'succeeded')))
            and exists (select 1 from payment
                         where state = 'succeeded' and deal_facts is not null)",
        "is paid for by",
    ),
    rows(
        "a deal does not end",
        "update deal set state = 'opened', closed_at = null, look_at = expires_at,
                awaits_payment = 0, declined = 0
          where id = (select min(id) from deal)",
        "is still Opened",
    ),
    // The bank.
    outside(
        "money is taken of which nobody knows",
        Fault::Taken,
        "was taken and not booked",
    ),
    outside("held money is not let go", Fault::Held, "is still held"),
    // Events and notifications.
    rows(
        "an event is not recorded",
        "delete from event
          where id = (select min(id) from event
                       where kind = 'payment.succeeded'
                         and object_id not in (select object_id from event
                                                where kind = 'payment.waiting_for_capture'))",
        "is told of as [] and not as [\"payment.succeeded\"]",
    ),
    rows(
        "an event is recorded twice",
        "insert into event (id, shop_id, kind, object_id, body, created_at)
         select substr(id, 1, 38) || case substr(id, 39) when '0' then '1' else '0' end, shop_id,
                kind, object_id, body, created_at
           from event
          where kind = 'refund.succeeded'
          order by id
          limit 1",
        "[\"refund.succeeded\", \"refund.succeeded\"]",
    ),
    rows(
        "an event tells of a state that was not",
        "insert into event (id, shop_id, kind, object_id, body, created_at)
         select substr(id, 1, 38) || case substr(id, 39) when '0' then '1' else '0' end, shop_id,
                'payout.succeeded', object_id, replace(body, 'canceled', 'succeeded'), created_at
           from event
          where kind = 'payout.canceled'
          order by id
          limit 1",
        "[\"payout.canceled\", \"payout.succeeded\"]",
    ),
    rows(
        "an event shows its object as it was not",
        "update event set body = replace(body, '\"status\":\"succeeded\"', '\"status\":\"pending\"')
          where id = (select min(id) from event where kind = 'refund.succeeded')",
        "refund.succeeded of",
    ),
    rows(
        "an event is never delivered",
        "delete from delivery where id = (select min(id) from delivery)",
        "has 0 deliveries",
    ),
    rows(
        "a delivery is given up too early",
        "update delivery set state = 'exhausted'
          where id = (select min(id) from delivery where attempts = 1)",
        "is still Exhausted",
    ),
    outside(
        "a notification is said to be delivered and was never sent",
        Fault::NotificationsLost,
        "was never sent",
    ),
    outside(
        "a notification is sent of what never happened",
        Fault::Notified,
        "a notification was sent that nobody wrote",
    ),
    // Receipts.
    outside(
        "a receipt is registered twice",
        Fault::RegisteredTwice,
        "registered and not known",
    ),
    rows(
        "a receipt is lost",
        "delete from receipt
          where id = (select min(id) from receipt where state = 'registered' and origin = 'flow')",
        "has a receipt that is not there",
    ),
    rows(
        "a receipt says another sum",
        "update receipt set total_minor = total_minor + 100
          where id = (select min(id) from receipt where state = 'registered')",
        "is another in the register",
    ),
    rows(
        "a partner's receipt is taken for the platform's",
        "update receipt set on_behalf_of = null
          where on_behalf_of is not null and state = 'registered'",
        "is another in the register",
    ),
    // Messages.
    rows(
        "the letter with an invoice is not written",
        "delete from message
          where id = (select min(id) from message where about_kind = 'invoice')",
        "has 0 messages",
    ),
    rows(
        "a letter is written twice",
        "insert into message (id, shop_id, about_kind, about_id, channel, locale, address, subject,
                body, html, state, attempts, said, created_at, ended_at, forget_at)
         select substr(id, 1, 38) || case substr(id, 39) when '0' then '1' else '0' end, shop_id,
                about_kind, about_id, channel, locale, address, subject, body, html, state,
                attempts, said, created_at, ended_at, forget_at
           from message
          order by id
          limit 1",
        "is one too many",
    ),
    rows(
        "a letter is said to be sent and was not",
        "update message
            set id = substr(id, 1, 38) || case substr(id, 39) when '0' then '1' else '0' end
          where id = (select min(id) from message where state = 'sent')",
        "was never sent",
    ),
    rows(
        "a refused letter is said to be sent",
        "update message set state = 'sent'
          where id = (select min(id) from message where state = 'failed')",
        "was never taken",
    ),
    rows(
        "a letter is given up",
        "update message set state = 'failed'
          where id = (select min(id) from message where state = 'sent')",
        "is given up",
    ),
    rows(
        "a letter is dropped that was still of use",
        "update message set state = 'dropped', ended_at = created_at
          where id = (select min(id) from message where state = 'sent')",
        "was dropped for no reason",
    ),
    rows(
        "a letter goes to somebody else",
        "update message set address = 'other@shop.example'
          where id = (select min(id) from message where channel = 'email')",
        "goes to somebody else",
    ),
    outside(
        "a letter is sent that was never written",
        Fault::Mailed,
        "a mail was sent that nobody wrote",
    ),
    outside(
        "an SMS is sent that was never written",
        Fault::Texted,
        "an SMS was sent that nobody wrote",
    ),
    // Invoices.
    rows(
        "an invoice is lost",
        "delete from invoice where id = (select min(id) from invoice)",
        "is lost",
    ),
    rows(
        "an invoice that is paid expires",
        "update invoice
            set state = 'canceled', payment_id = null, canceled_by = 'yoo_money',
                canceled_for = 'invoice_expired', canceled_at = expires_at
          where id = (select min(id) from invoice where state = 'succeeded')",
        "is canceled, paid by",
    ),
    rows(
        "an invoice ends before its time",
        "update invoice set canceled_at = created_at
          where id = (select min(id) from invoice where canceled_for = 'invoice_expired')",
        "ended before its time",
    ),
    rows(
        "an invoice does not end",
        "update invoice
            set state = 'open', canceled_by = null, canceled_for = null, canceled_at = null
          where id = (select min(id) from invoice where canceled_for = 'invoice_expired')",
        "is still Open",
    ),
    rows(
        "an invoice is paid twice",
        "insert into invoice_payment (payment_id, invoice_id, shop_id)
         select p.id, i.id, i.shop_id
           from invoice i
           join payment p on p.shop_id = i.shop_id and p.state = 'succeeded'
          where p.id not in (select payment_id from invoice_payment)
            and i.state = 'succeeded'
          order by p.id
          limit 1",
        "its state and its payments do not agree",
    ),
    rows(
        "a payment outlives its invoice",
        "update payment set confirm_until = confirm_until + 3600000000
          where id in (select p.payment_id
                         from invoice_payment p
                         join invoice i on i.id = p.invoice_id
                         join payment q on q.id = p.payment_id
                        where q.confirm_until = i.expires_at)",
        "outlives invoice",
    ),
];

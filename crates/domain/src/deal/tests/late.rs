//! Payouts that failed and reached the seller after all, in every order beside another payout or a
//! refund: what the seller has got is not payable again, and the platform has lost no more than
//! what the seller got beyond the seller's part.

use super::*;

/// Something that takes money from the seller's part, and what happens to it.
#[derive(Clone, Copy)]
struct Actor {
    name: char,
    amount: i64,
    events: &'static [Happens],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Happens {
    /// A payout is asked for, and set aside.
    Pay,
    /// A refund is asked for, and set aside.
    Refund,
    /// The outside has carried it out.
    Done,
    /// The outside refuses it.
    Refused,
    /// The outside has carried out the payout that it had refused.
    Late,
}

use Happens::{Done, Late, Pay, Refund, Refused};

const PART: i64 = 80_000;

/// The payout that comes late, beside each of the others.
const FIRST: Actor = Actor {
    name: 'A',
    amount: 50_000,
    events: &[Pay, Refused, Late],
};

const OTHERS: [Actor; 6] = [
    actor('B', 50_000, &[Pay, Refused]),
    actor('B', 50_000, &[Pay, Done]),
    actor('B', 50_000, &[Pay, Refused, Late]),
    actor('B', 30_000, &[Pay, Refused]),
    actor('R', 60_000, &[Refund, Refused]),
    actor('R', 60_000, &[Refund, Done]),
];

const fn actor(name: char, amount: i64, events: &'static [Happens]) -> Actor {
    Actor {
        name,
        amount,
        events,
    }
}

/// A deal beside what really happened.
struct History {
    deal: Deal,
    /// What the seller has got.
    got: i64,
    /// What of the seller's part is going back, or went back, to the buyer.
    returned: i64,
    /// What the platform has given in place of the deal and has not got back.
    advanced: i64,
    /// The requests that were refused.
    refused: Vec<char>,
}

impl History {
    fn take(&mut self, step: Step) {
        self.advanced -= step.repaid.minor();
        self.deal = step.next;
    }

    fn happens(&mut self, actor: Actor, event: Happens) {
        let (amount, deal) = (rub(actor.amount), self.deal.clone());
        let parts = RefundParts {
            amount,
            payout: amount,
        };
        let advanced = rub(self.advanced);
        let is_refund = actor.events.contains(&Refund);
        match event {
            Pay => match deal.reserve_payout(amount, NOW) {
                Ok(next) => self.deal = next,
                Err(_) => self.refused.push(actor.name),
            },
            Refund => match deal.reserve_refund(parts, NOW) {
                Ok(reserved) => {
                    self.deal = reserved.deal;
                    self.returned += actor.amount;
                }
                Err(_) => self.refused.push(actor.name),
            },
            Done if is_refund => self.take(deal.settle_refund(amount, NOW).unwrap()),
            Done => {
                self.got += actor.amount;
                self.take(deal.settle_payout(amount, NOW).unwrap());
            }
            Refused if is_refund => {
                self.returned -= actor.amount;
                self.take(deal.release_refund(parts, rub(0), advanced, NOW).unwrap());
            }
            Refused => self.take(deal.release_payout(amount, advanced, NOW).unwrap()),
            Late => {
                let share = deal.share_of_late(amount).unwrap();
                self.got += actor.amount;
                self.advanced += actor.amount - share.minor();
                if share.is_positive() {
                    self.take(deal.paid_out_late(share, NOW).unwrap());
                }
            }
        }
    }

    /// Checks the rule, after every event.
    fn check(&self, order: &str) {
        let sums = &self.deal.sums;
        let left = PART - self.returned - sums.paying_out.minor() - self.got;
        if self.deal.status() == Status::Opened {
            assert_eq!(sums.payable.minor(), left.max(0), "{order}");
        }
        assert!(self.advanced == 0 || sums.payable.is_zero(), "{order}");
        assert_eq!(sums.paid_out.minor() + self.advanced, self.got, "{order}");
        if !sums.in_flight() {
            let beyond = self.got + self.returned - PART;
            assert_eq!(self.advanced, beyond.max(0), "{order}");
        }
    }
}

/// Every order of so many events of the first with so many of the other.
fn orders(first: usize, other: usize) -> Vec<Vec<bool>> {
    if first == 0 || other == 0 {
        return vec![[vec![true; first], vec![false; other]].concat()];
    }
    let begun = |is_first: bool, rest: Vec<Vec<bool>>| {
        rest.into_iter()
            .map(move |rest| [vec![is_first], rest].concat())
    };
    let with_first = begun(true, orders(first - 1, other));
    with_first
        .chain(begun(false, orders(first, other - 1)))
        .collect()
}

#[test]
fn the_matrix_of_payouts_that_come_late_is_the_committed_one() {
    let mut matrix = String::from(
        "# A pays 500.00 of 800.00; ? asks, + is done, - is refused, ! has left after all\n",
    );
    for other in OTHERS {
        let mut lines = Vec::new();
        matrix.push_str(&format!(
            "\nbeside {} of {}\n",
            other.name,
            rub(other.amount)
        ));
        for order in orders(FIRST.events.len(), other.events.len()) {
            let mut history = History {
                deal: filled(FeeMoment::DealClosed, 100_000, PART),
                got: 0,
                returned: 0,
                advanced: 0,
                refused: Vec::new(),
            };
            let mut line = String::new();
            let (mut first, mut beside) = (FIRST.events.iter(), other.events.iter());
            for is_first in order {
                let (actor, event) = match is_first {
                    true => (FIRST, first.next()),
                    false => (other, beside.next()),
                };
                let event = *event.unwrap();
                let sign = match event {
                    Pay | Refund => '?',
                    Done => '+',
                    Refused => '-',
                    Late => '!',
                };
                if history.refused.contains(&actor.name) {
                    continue;
                }
                line.push_str(&format!("{}{sign} ", actor.name));
                history.happens(actor, event);
                if history.refused.contains(&actor.name) {
                    line.push_str("(no) ");
                }
                history.check(&line);
            }
            let sums = &history.deal.sums;
            line.push_str(&format!(
                "= the seller has {}, of which the platform gave {}; {} payable, {}\n",
                rub(history.got).value(),
                rub(history.advanced).value(),
                sums.payable.value(),
                history.deal.status().code(),
            ));
            // Whoever was refused does not act, so such orders are the same.
            if !lines.contains(&line) {
                matrix.push_str(&line);
                lines.push(line);
            }
        }
    }
    insta::assert_snapshot!("matrix", matrix);
}

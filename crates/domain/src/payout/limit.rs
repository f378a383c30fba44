//! How much may be paid out at once, in a day and in a month (YooKassa API v3: payouts, limits).
//!
//! Days and months are those of Moscow. What counts towards them is counted per gateway and
//! receiver when a payout is created, and given back when it is canceled.

use super::DestinationKind;
use crate::money::{Currency, Money, MoneyError};
use crate::time::{Duration, Timestamp};

/// Moscow's offset, all year round.
const MOSCOW: Duration = Duration::hours(3);

/// The limits of a kind of destination, in minor units of the rouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Least sum of one payout.
    pub least_minor: i64,
    /// Largest sum of one payout.
    pub most_minor: Option<i64>,
    /// Most payouts to one receiver in a day.
    pub day_count: Option<i64>,
    /// Largest sum to one receiver in a month.
    pub month_minor: Option<i64>,
}

/// Whose money is paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purse {
    /// The gateway's own.
    Gateway,
    /// What is held for a safe deal.
    Deal,
}

/// What a receiver got in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many payouts.
    pub count: i64,
    /// How much, in minor units.
    pub minor: i64,
}

/// A receiver's day and month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// So far today.
    pub day: Usage,
    /// So far this month.
    pub month: Usage,
}

/// A payout begins to count, or does not count any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageChange {
    /// Whose limits.
    pub payee: String,
    /// Names of the periods: the day, the month.
    pub periods: [String; 2],
    /// One payout more, or one less.
    pub count: i64,
    /// How much more, or, below zero, less.
    pub amount: Money,
}

impl Limits {
    /// The limits of payouts of this kind.
    #[must_use]
    pub const fn of(kind: DestinationKind, purse: Purse) -> Self {
        match (kind, purse) {
            (DestinationKind::Card, Purse::Gateway) => Self {
                least_minor: 500,
                most_minor: Some(50_000_000),
                day_count: Some(20),
                month_minor: Some(150_000_000),
            },
            (DestinationKind::Card, Purse::Deal) => Self {
                least_minor: 100,
                most_minor: Some(15_000_000),
                day_count: Some(20),
                month_minor: Some(150_000_000),
            },
            (DestinationKind::Wallet, Purse::Gateway | Purse::Deal) => Self {
                least_minor: 100,
                most_minor: None,
                day_count: None,
                month_minor: Some(60_000_000),
            },
            (DestinationKind::Sbp, Purse::Gateway | Purse::Deal) => Self {
                least_minor: 100,
                most_minor: Some(50_000_000),
                day_count: None,
                month_minor: None,
            },
        }
    }

    /// Returns whether it is at least the least sum. Limits are in roubles; other currencies have
    /// none.
    #[must_use]
    pub fn reaches_least(&self, amount: Money) -> bool {
        amount.currency() != Currency::RUB || self.least_minor <= amount.minor()
    }

    /// Returns whether it is at most the largest sum.
    #[must_use]
    pub fn keeps_most(&self, amount: Money) -> bool {
        let most = self
            .most_minor
            .filter(|_| amount.currency() == Currency::RUB);
        most.is_none_or(|most| amount.minor() <= most)
    }

    /// Returns whether a receiver with this `standing` may get `amount` more.
    #[must_use]
    pub fn keeps_periods(&self, standing: &Standing, amount: Money) -> bool {
        if amount.currency() != Currency::RUB {
            return true;
        }
        let month = standing.month.minor.saturating_add(amount.minor());
        self.day_count.is_none_or(|most| standing.day.count < most)
            && self.month_minor.is_none_or(|most| month <= most)
    }
}

impl UsageChange {
    /// A payout that begins to count.
    #[must_use]
    pub fn taken(payee: &str, amount: Money, created_at: Timestamp) -> Self {
        Self {
            payee: payee.to_owned(),
            periods: periods(created_at),
            count: 1,
            amount,
        }
    }

    /// A payout that does not count any more, in the periods in which it was created.
    ///
    /// # Errors
    /// An amount that has no negative.
    pub fn given_back(
        payee: &str,
        amount: Money,
        created_at: Timestamp,
    ) -> Result<Self, MoneyError> {
        Ok(Self {
            payee: payee.to_owned(),
            periods: periods(created_at),
            count: -1,
            amount: amount.checked_neg()?,
        })
    }
}

/// The names of the day and the month that `at` is in: `2026-07-20` and `2026-07`.
#[must_use]
pub fn periods(at: Timestamp) -> [String; 2] {
    let days = at.plus(MOSCOW).as_seconds().div_euclid(86_400);
    let (year, month, day) = civil(days);
    [
        format!("{year:04}-{month:02}-{day:02}"),
        format!("{year:04}-{month:02}"),
    ]
}

/// The Gregorian date, `days` days after 1970-01-01. Counts in years that begin in March, so that
/// the day which not every year has is the last one.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "times are microseconds in 64 bits, so days and what follows from them are small"
)]
fn civil(days: i64) -> (i64, i64, i64) {
    const DAYS_IN_400_YEARS: i64 = 146_097;
    /// From 0000-03-01 to 1970-01-01.
    const TO_EPOCH: i64 = 719_468;
    let shifted = days + TO_EPOCH;
    let era = shifted.div_euclid(DAYS_IN_400_YEARS);
    let of_era = shifted.rem_euclid(DAYS_IN_400_YEARS);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let january_or_february = i64::from(month <= 2);
    (year_of_era + era * 400 + january_or_february, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn days_and_months_are_moscows() {
        for (seconds, day, month) in [
            (0, "1970-01-01", "1970-01"),
            (1_784_548_800, "2026-07-20", "2026-07"),
            // 2026-07-31T20:59:59Z and the second after it.
            (1_785_531_599, "2026-07-31", "2026-07"),
            (1_785_531_600, "2026-08-01", "2026-08"),
            (951_782_400, "2000-02-29", "2000-02"),
            (4_107_542_400, "2100-03-01", "2100-03"),
            (-86_400, "1969-12-31", "1969-12"),
        ] {
            assert_eq!(periods(at(seconds)), [day, month], "{seconds}");
        }
    }

    #[test]
    fn limits_hold_to_the_kopeck() {
        let rub = |minor| Money::new(minor, Currency::RUB);
        let card = Limits::of(DestinationKind::Card, Purse::Gateway);
        assert!(card.reaches_least(rub(500)) && !card.reaches_least(rub(499)));
        assert!(card.keeps_most(rub(50_000_000)) && !card.keeps_most(rub(50_000_001)));
        let standing = |count, minor| Standing {
            day: Usage { count, minor },
            month: Usage { count, minor },
        };
        assert!(card.keeps_periods(&standing(19, 0), rub(500)));
        assert!(!card.keeps_periods(&standing(20, 0), rub(500)));
        assert!(card.keeps_periods(&standing(3, 149_999_500), rub(500)));
        assert!(!card.keeps_periods(&standing(3, 149_999_501), rub(500)));
        let wallet = Limits::of(DestinationKind::Wallet, Purse::Deal);
        assert!(wallet.keeps_periods(&standing(99, 59_999_900), rub(100)));
        assert!(!wallet.keeps_periods(&standing(99, 59_999_901), rub(100)));
    }
}

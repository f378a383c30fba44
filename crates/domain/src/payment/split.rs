//! Payments that are split between the shops of a platform (YooKassa API v3: split payments).
//!
//! The payment is the platform's: it is taken, and its fee is computed, by the platform's terms.
//! Each part bears its share of the fee and what the platform keeps of it; the rest is the
//! partner's. If a part is too small for both, the platform bears the difference.

use std::collections::BTreeMap;

use super::Payment;
use crate::id::ShopId;
use crate::ledger::{LedgerRefused, Transfer};
use crate::metadata::Metadata;
use crate::money::{Currency, Money, MoneyError};
use crate::shop::Shop;
use crate::tariff::Fee;

/// Most parts of one payment; each of them locks a book.
pub const PARTS_MAX: usize = 50;

/// A split payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Who gets what.
    pub parts: Vec<Part>,
    /// Who is to get what of the capture that is under way.
    pub capturing: Option<Vec<Part>>,
}

/// What one shop gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The shop, a partner of the platform.
    pub shop_id: ShopId,
    /// Its part of the payment.
    pub amount: Money,
    /// What the platform keeps of it.
    pub platform_fee: Option<Money>,
    /// What for, at most 128 characters.
    pub description: Option<String>,
    /// The platform's notes.
    pub metadata: Metadata,
    /// How much of the part was given back, or is on its way back.
    pub returned: Money,
    /// How much of that the platform gave from what it had kept.
    pub fee_returned: Money,
}

/// What a platform asks for one shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPart {
    /// The shop.
    pub shop_id: ShopId,
    /// Its part.
    pub amount: Money,
    /// What the platform keeps of it.
    pub platform_fee: Option<Money>,
    /// What for.
    pub description: Option<String>,
    /// The platform's notes.
    pub metadata: Metadata,
}

/// From whom money of a split payment comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The shop.
    pub shop_id: ShopId,
    /// How much, including the platform's part.
    pub amount: Money,
    /// The platform's part, from what it had kept.
    pub platform_fee: Option<Money>,
}

/// A transfer in the book of another shop than the payment's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerTransfer {
    /// Whose book.
    pub shop_id: ShopId,
    /// What moves in it.
    pub transfer: Transfer,
}

/// Why a payment cannot be split in this way, in order of precedence. `index` is the place in the
/// list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitRefused {
    /// More parts than [`PARTS_MAX`].
    #[error("more than {PARTS_MAX} parts")]
    TooMany,
    /// No such shop, or not a partner of the platform.
    #[error("the shop of part {index} is not a partner of the platform")]
    PartnerUnknown {
        /// Which part.
        index: usize,
    },
    /// Another currency than the payment's.
    #[error("part {index} is in another currency")]
    CurrencyDiffers {
        /// Which part.
        index: usize,
    },
    /// The platform keeps more than there is, or less than nothing.
    #[error("the platform's fee of part {index} is not between zero and the part")]
    FeeOutsidePart {
        /// Which part.
        index: usize,
    },
    /// The parts do not sum to the whole.
    #[error("the parts differ from the whole by {difference}")]
    SumDiffers {
        /// The parts less the whole, or the most that fits.
        difference: Money,
    },
    /// The payment is not split.
    #[error("the payment is not split")]
    NotSplit,
    /// Only a part of a split payment is taken, and the request does not say of whom.
    #[error("the parts of the part are missing")]
    PartsMissing,
}

/// Why money of a split payment cannot come from these sources, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceRefused {
    /// The payment is not split.
    #[error("the payment is not split")]
    NotSplit,
    /// Only a part is given back, and the request does not say of whom.
    #[error("the source of a part is missing")]
    Missing,
    /// More than one source.
    #[error("only one shop can give back at a time")]
    Several,
    /// The shop got no part.
    #[error("the shop got no part of the payment")]
    ShopUnknown,
    /// Another currency than the payment's.
    #[error("the source is in another currency")]
    CurrencyDiffers,
    /// The sources do not sum to the refund.
    #[error("the sources differ from the refund by {difference}")]
    SumDiffers {
        /// The sources less the refund.
        difference: Money,
    },
    /// More than is left of the shop's part.
    #[error("only {remaining} is left of the shop's part")]
    ExceedsPart {
        /// What is left.
        remaining: Money,
    },
    /// More than is left of what the platform kept, or than the source.
    #[error("only {remaining} is left of the platform's fee")]
    FeeExceeds {
        /// What is left.
        remaining: Money,
    },
}

impl Split {
    /// The parts of a new payment of `amount` to `platform`. `partners` are the named shops that
    /// were found.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn create(
        platform: &Shop,
        partners: &[Shop],
        amount: Money,
        parts: Vec<NewPart>,
    ) -> Result<Self, SplitRefused> {
        check_count(&parts)?;
        let is_partner = |id: ShopId| {
            partners.iter().any(|shop| {
                shop.id == id
                    && shop.platform_id == Some(platform.id)
                    && shop.enabled
                    && shop.test == platform.test
                    && shop.currency == platform.currency
            })
        };
        for (index, part) in parts.iter().enumerate() {
            if !is_partner(part.shop_id) {
                return Err(SplitRefused::PartnerUnknown { index });
            }
        }
        check_sums(amount, &parts)?;
        Ok(Self {
            parts: parts.into_iter().map(Part::new).collect(),
            capturing: None,
        })
    }

    /// The parts of a capture of `amount`. The shops are those of the payment, each at most once.
    pub(super) fn capture(
        &self,
        held: Money,
        amount: Money,
        asked: Vec<NewPart>,
    ) -> Result<Vec<Part>, SplitRefused> {
        if asked.is_empty() {
            return if amount == held {
                Ok(self.parts.clone())
            } else {
                Err(SplitRefused::PartsMissing)
            };
        }
        check_count(&asked)?;
        let mut parts = Vec::with_capacity(asked.len());
        let mut left: Vec<&Part> = self.parts.iter().collect();
        for (index, part) in asked.iter().enumerate() {
            let place = left.iter().position(|known| known.shop_id == part.shop_id);
            let known = place.map(|place| left.remove(place));
            let known = known.ok_or(SplitRefused::PartnerUnknown { index })?;
            let mut next = Part::new(part.clone());
            next.description.clone_from(&known.description);
            next.metadata.clone_from(&known.metadata);
            parts.push(next);
        }
        check_sums(amount, &asked)?;
        Ok(parts)
    }

    /// What each shop gets after a fee on the whole. Shops that get nothing are left out.
    ///
    /// # Errors
    /// Overflow.
    pub fn nets(&self, fee: Fee) -> Result<BTreeMap<ShopId, Money>, MoneyError> {
        let fee = fee.total()?;
        let mut whole = Money::zero(fee.currency());
        for part in &self.parts {
            whole = whole.checked_add(part.amount)?;
        }
        let mut nets = BTreeMap::new();
        let mut so_far = Money::zero(fee.currency());
        let mut charged = so_far;
        for part in &self.parts {
            so_far = so_far.checked_add(part.amount)?;
            let due = proportion(fee, so_far, whole)?;
            let share = due.checked_sub(charged)?;
            charged = due;
            let kept = part.platform_fee.unwrap_or(Money::zero(fee.currency()));
            let net = part.amount.checked_sub(share)?.checked_sub(kept)?;
            if net.is_positive() {
                let before = nets.get(&part.shop_id).copied();
                let before = before.unwrap_or(Money::zero(fee.currency()));
                nets.insert(part.shop_id, before.checked_add(net)?);
            }
        }
        Ok(nets)
    }

    /// What a shop may still give back of its parts, and the platform of what it kept.
    fn remaining(&self, shop_id: ShopId, currency: Currency) -> Result<(Money, Money), MoneyError> {
        let zero = Money::zero(currency);
        let (mut rest, mut fee) = (zero, zero);
        for part in self.parts.iter().filter(|part| part.shop_id == shop_id) {
            rest = rest.checked_add(part.amount.checked_sub(part.returned)?)?;
            let kept = part.platform_fee.unwrap_or(zero);
            fee = fee.checked_add(kept.checked_sub(part.fee_returned)?)?;
        }
        Ok((rest, fee))
    }

    /// Notes what `source` gives back, or with `undo` takes the note back. Returns what found no
    /// room.
    fn note(&mut self, source: &Source, undo: bool) -> Result<(Money, Money), MoneyError> {
        let zero = Money::zero(source.amount.currency());
        let (mut rest, mut fee) = (source.amount, source.platform_fee.unwrap_or(zero));
        let parts = self.parts.iter_mut();
        for part in parts.filter(|part| part.shop_id == source.shop_id) {
            let kept = part.platform_fee.unwrap_or(zero);
            (part.returned, rest) = moved(part.returned, part.amount, rest, undo)?;
            (part.fee_returned, fee) = moved(part.fee_returned, kept, fee, undo)?;
        }
        Ok((rest, fee))
    }

    /// Notes the whole of what `source` gives back, or with `undo` takes the note back.
    fn note_whole(&mut self, source: &Source, undo: bool) -> Result<(), MoneyError> {
        let (rest, fee) = self.note(source, undo)?;
        if rest.is_zero() && fee.is_zero() {
            Ok(())
        } else {
            Err(MoneyError::Overflow)
        }
    }
}

/// Fills `done` up to `whole` from `rest`, or with `undo` empties it into `rest`. Returns both.
fn moved(done: Money, whole: Money, rest: Money, undo: bool) -> Result<(Money, Money), MoneyError> {
    let room = if undo { done } else { whole.checked_sub(done)? };
    let step = if room.compare(rest)?.is_lt() {
        room
    } else {
        rest
    };
    let done = if undo {
        done.checked_sub(step)?
    } else {
        done.checked_add(step)?
    };
    Ok((done, rest.checked_sub(step)?))
}

/// `fee` times `part` by `whole`, rounded down. The difference of this between two running sums is
/// a part's share: the shares add up to the fee, and none exceeds its part.
fn proportion(fee: Money, part: Money, whole: Money) -> Result<Money, MoneyError> {
    let product = i128::from(fee.minor()).checked_mul(i128::from(part.minor()));
    let share = product.and_then(|product| product.checked_div(i128::from(whole.minor())));
    let share = share.and_then(|share| i64::try_from(share).ok());
    Ok(Money::new(
        share.ok_or(MoneyError::Overflow)?,
        fee.currency(),
    ))
}

fn check_count(parts: &[NewPart]) -> Result<(), SplitRefused> {
    if parts.len() > PARTS_MAX {
        return Err(SplitRefused::TooMany);
    }
    Ok(())
}

/// Checks that these parts, [`PARTS_MAX`] at most, sum to the whole. Their sum fits twice the bits
/// of one.
fn check_sums(amount: Money, parts: &[NewPart]) -> Result<(), SplitRefused> {
    let mut difference = i128::from(amount.minor()).saturating_neg();
    for (index, part) in parts.iter().enumerate() {
        if part.amount.currency() != amount.currency() {
            return Err(SplitRefused::CurrencyDiffers { index });
        }
        difference = difference.saturating_add(i128::from(part.amount.minor()));
        if let Some(fee) = part.platform_fee {
            let differs = |_error: MoneyError| SplitRefused::CurrencyDiffers { index };
            let order = fee.compare(part.amount).map_err(differs)?;
            if order.is_gt() || fee.minor() < 0 {
                return Err(SplitRefused::FeeOutsidePart { index });
            }
        }
    }
    if difference == 0 {
        return Ok(());
    }
    let most = if difference < 0 { i64::MIN } else { i64::MAX };
    let minor = i64::try_from(difference).unwrap_or(most);
    Err(SplitRefused::SumDiffers {
        difference: Money::new(minor, amount.currency()),
    })
}

impl Part {
    fn new(part: NewPart) -> Self {
        let zero = Money::zero(part.amount.currency());
        Self {
            shop_id: part.shop_id,
            amount: part.amount,
            platform_fee: part.platform_fee,
            description: part.description,
            metadata: part.metadata,
            returned: zero,
            fee_returned: zero,
        }
    }
}

impl Payment {
    /// What a capture moves: in the shop's own book, and in those of its partners.
    pub(super) fn capture_transfers(
        &self,
        fee: Fee,
    ) -> Result<(Transfer, Vec<PartnerTransfer>), LedgerRefused> {
        let Some(split) = &self.split else {
            return Ok((self.capture_transfer(fee)?, Vec::new()));
        };
        let nets = split.nets(fee)?;
        let holder = self.holder()?;
        let own = Transfer::capture_split(self.id, holder, self.amount, fee, &nets)?;
        let mut partners = Vec::with_capacity(nets.len());
        for (shop_id, net) in nets {
            let transfer = Transfer::split_capture(self.id, shop_id, self.shop_id, net)?;
            partners.push(PartnerTransfer { shop_id, transfer });
        }
        Ok((own, partners))
    }

    /// Sets aside what `sources` give back for a refund of `amount`; without sources, each shop
    /// gives back what is left of its part. Returns who gives how much.
    pub(crate) fn reserve_sources(
        &mut self,
        amount: Money,
        sources: &[Source],
        remaining: Money,
    ) -> Result<Vec<Source>, SourceRefused> {
        let Some(split) = &mut self.split else {
            return if sources.is_empty() {
                Ok(Vec::new())
            } else {
                Err(SourceRefused::NotSplit)
            };
        };
        let currency = amount.currency();
        let sources = match sources {
            [] if amount == remaining => {
                let shops: std::collections::BTreeSet<ShopId> =
                    split.parts.iter().map(|part| part.shop_id).collect();
                let mut all = Vec::with_capacity(shops.len());
                for shop_id in shops {
                    let (rest, _fee) = split
                        .remaining(shop_id, currency)
                        .map_err(nothing(amount))?;
                    if rest.is_positive() {
                        all.push(Source {
                            shop_id,
                            amount: rest,
                            platform_fee: None,
                        });
                    }
                }
                let sum = all.iter().try_fold(Money::zero(currency), |sum, source| {
                    sum.checked_add(source.amount)
                });
                // Some of it was given back without them: nobody can tell who gives the rest.
                if sum.map_err(nothing(amount))? != amount {
                    return Err(SourceRefused::Missing);
                }
                all
            }
            [] => return Err(SourceRefused::Missing),
            [source] => {
                check_source(split, amount, source)?;
                vec![*source]
            }
            _ => return Err(SourceRefused::Several),
        };
        for source in &sources {
            split.note_whole(source, false).map_err(nothing(amount))?;
        }
        Ok(sources)
    }

    /// The refund of these `sources` has reached the payer although it was canceled: what they were
    /// to give is held, up to what they have, so that they are not asked for it again.
    pub(crate) fn hold_sources(&mut self, sources: &[Source]) -> Result<(), MoneyError> {
        let Some(split) = &mut self.split else {
            return Ok(());
        };
        for source in sources {
            let _without_room = split.note(source, false)?;
        }
        Ok(())
    }

    /// Counts anew what each shop gives back: all of `standing`, and of `gone` as much as there is
    /// room for.
    pub(super) fn recount_sources(
        &mut self,
        standing: &[&Source],
        gone: &[&Source],
    ) -> Result<(), MoneyError> {
        let Some(split) = &mut self.split else {
            return Ok(());
        };
        for part in &mut split.parts {
            part.returned = Money::zero(part.amount.currency());
            part.fee_returned = part.returned;
        }
        for source in standing {
            split.note_whole(source, false)?;
        }
        for source in gone {
            let _without_room = split.note(source, false)?;
        }
        Ok(())
    }

    /// What `sources` were to give back stays with them.
    pub(crate) fn release_sources(&mut self, sources: &[Source]) -> Result<(), MoneyError> {
        let Some(split) = &mut self.split else {
            return Ok(());
        };
        for source in sources {
            split.note_whole(source, true)?;
        }
        Ok(())
    }
}

/// The refusal for parts whose sums make no sense: nothing is left of them.
fn nothing(of: Money) -> impl Fn(MoneyError) -> SourceRefused {
    move |_error| SourceRefused::ExceedsPart {
        remaining: Money::zero(of.currency()),
    }
}

fn check_source(split: &Split, amount: Money, source: &Source) -> Result<(), SourceRefused> {
    let currency = amount.currency();
    if !split.parts.iter().any(|p| p.shop_id == source.shop_id) {
        return Err(SourceRefused::ShopUnknown);
    }
    let fee_currency = source.platform_fee.map(Money::currency);
    if source.amount.currency() != currency || fee_currency.is_some_and(|own| own != currency) {
        return Err(SourceRefused::CurrencyDiffers);
    }
    let difference = source.amount.checked_sub(amount).map_err(nothing(amount))?;
    if !difference.is_zero() {
        return Err(SourceRefused::SumDiffers { difference });
    }
    let remaining = split.remaining(source.shop_id, currency);
    let (remaining, kept) = remaining.map_err(nothing(amount))?;
    if source.amount.minor() > remaining.minor() {
        return Err(SourceRefused::ExceedsPart { remaining });
    }
    let Some(fee) = source.platform_fee else {
        return Ok(());
    };
    let most = kept.minor().min(source.amount.minor());
    if fee.minor() < 0 || most < fee.minor() {
        return Err(SourceRefused::FeeExceeds { remaining: kept });
    }
    Ok(())
}

#[cfg(test)]
mod tests;

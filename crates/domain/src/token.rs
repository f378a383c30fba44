//! Card tokens: what a page that takes a card gets in place of its number. A payment token pays
//! once and lives for an hour; a payout token stands for a card that is paid to, again and again.
//!
//! The token itself is a secret that nobody keeps: what is stored is its hash, and the name by
//! which the acquirer knows the card.

use crate::card::CardFacts;
use crate::connector::ConnectorName;
use crate::id::ShopId;
use crate::payout::PayoutCard;
use crate::time::{Duration, Timestamp};

/// How long a payment token can be used.
pub const PAYMENT_TOKEN_LIFE: Duration = Duration::hours(1);

/// How long a payout token is kept if nobody uses it.
pub const PAYOUT_TOKEN_UNUSED: Duration = Duration::days(30);
/// How long one is kept after its last use: thirteen months, for people who are paid once a year.
pub const PAYOUT_TOKEN_USED: Duration = Duration::days(396);
/// A use is written down only if it prolongs the time by at least so much.
const PAYOUT_TOKEN_STEP: Duration = Duration::days(1);

/// What a token can be used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To pay, once.
    Payment {
        /// The card.
        card: CardFacts,
        /// Until when, in the shop's time.
        expires_at: Timestamp,
        /// When it was used, in the shop's time.
        used_at: Option<Timestamp>,
    },
    /// To be paid to.
    Payout {
        /// The card.
        card: PayoutCard,
        /// Until when it can be used, in the shop's time; each use moves it on.
        kept_until: Timestamp,
    },
}

/// A card that was exchanged for a token.
#[derive(Clone, PartialEq, Eq)]
pub struct CardToken {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Who may use it.
    pub shop_id: ShopId,
    /// The connector that keeps the card.
    pub connector: ConnectorName,
    /// The name by which that connector knows the card. Not to be shown.
    pub acquirer_token: String,
    /// What for.
    pub purpose: Purpose,
    /// When it was made, in the shop's time.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// Why a token cannot be used, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedeemRefused {
    /// No such token was made, or it is forgotten.
    #[error("there is no such token")]
    Unknown,
    /// It was made for another shop.
    #[error("the token was made for another shop")]
    Foreign,
    /// A token to be paid to cannot pay, and the other way round.
    #[error("the token is for something else")]
    OtherPurpose,
    /// It pays once.
    #[error("the token was used")]
    Used,
    /// Its time is over.
    #[error("the token's time is over")]
    Expired,
}

impl CardToken {
    /// Uses the token to pay: the card, and the token as it is afterwards.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn pay(&self, shop: ShopId, now: Timestamp) -> Result<(CardFacts, Self), RedeemRefused> {
        if self.shop_id != shop {
            return Err(RedeemRefused::Foreign);
        }
        match &self.purpose {
            Purpose::Payout { .. } => Err(RedeemRefused::OtherPurpose),
            Purpose::Payment {
                used_at: Some(_), ..
            } => Err(RedeemRefused::Used),
            Purpose::Payment { expires_at, .. } if *expires_at <= now => {
                Err(RedeemRefused::Expired)
            }
            Purpose::Payment {
                card, expires_at, ..
            } => {
                let used = Purpose::Payment {
                    card: card.clone(),
                    expires_at: *expires_at,
                    used_at: Some(now),
                };
                let next = Self {
                    purpose: used,
                    ..self.clone()
                };
                Ok((card.clone(), next))
            }
        }
    }

    /// The card that is paid to; asking changes nothing.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn recipient(&self, shop: ShopId, now: Timestamp) -> Result<&PayoutCard, RedeemRefused> {
        if self.shop_id != shop {
            return Err(RedeemRefused::Foreign);
        }
        match &self.purpose {
            Purpose::Payout { kept_until, .. } if *kept_until <= now => Err(RedeemRefused::Expired),
            Purpose::Payout { card, .. } => Ok(card),
            Purpose::Payment { .. } => Err(RedeemRefused::OtherPurpose),
        }
    }

    /// Until when a payout token is kept if it is used now; `None` if that is hardly later than
    /// what is known.
    #[must_use]
    pub fn kept_on(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.purpose {
            Purpose::Payout { kept_until, .. } => {
                let until = now.plus(PAYOUT_TOKEN_USED);
                (kept_until.plus(PAYOUT_TOKEN_STEP) < until).then_some(until)
            }
            Purpose::Payment { .. } => None,
        }
    }
}

impl std::fmt::Debug for CardToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardToken")
            .field("shop_id", &self.shop_id)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

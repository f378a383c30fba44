//! Cards that were given for a token. Rows are found by the token's hash, which nobody can guess,
//! whoever's they are: whose token it is, the rules ask.

use domain::Timestamp;
use domain::card::{CardBrand, CardFacts, Expiry};
use domain::payout::PayoutCard;
use domain::token::{CardToken, PAYOUT_TOKEN_USED, Purpose};
use sql::StoreError;

use crate::database::{Conn, Tx};
use crate::table::{Rows, table};

table! {
    pub(crate) CardTokens: CardToken = "card_token";
    written of (token: CardToken) with {
        let facts = PurposeColumns::of(&token.purpose);
    };
    columns {
        key hash = &token.hash => hash();
        fixed shop_id = token.shop_id => shop_id();
        fixed purpose = facts.purpose => get();
        fixed acquirer_token = token.acquirer_token.as_str() => get();
        fixed first6 = facts.first6 => get();
        fixed last4 = facts.last4 => get();
        fixed brand = facts.brand.code() => named(CardBrand::from_code);
        fixed expiry_year = facts.expiry.map(|expiry| i64::from(expiry.year())) => get();
        fixed expiry_month = facts.expiry.map(|expiry| i64::from(expiry.month()))
            => expiry_or_null(expiry_year);
        fixed issuer_country = facts.issuer_country => get();
        fixed issuer_name = facts.issuer_name => get();
        fixed expires_at = facts.expires_at => time_or_null();
        changing used_at = facts.used_at => time_or_null();
        fixed created_at = token.created_at => time();
        fixed connector = token.connector => parse();
        fixed kept_until = facts.kept_until => time_or_null();
        version version = token.version => get();
    }
    read(cells) {
        let purpose = match (purpose, expiry_month, expires_at) {
            ("payment", Some(expiry), Some(expires_at)) => Purpose::Payment {
                card: CardFacts { first6, last4, expiry, brand, issuer_country, issuer_name },
                expires_at,
                used_at,
            },
            ("payout", None, None) => Purpose::Payout {
                card: PayoutCard { first6, last4, brand, issuer_country, issuer_name },
                // A node of before the column writes none.
                kept_until: kept_until.unwrap_or_else(|| created_at.plus(PAYOUT_TOKEN_USED)),
            },
            ("payment" | "payout", _, _) => return Err(cells.corrupt_at("expiry_month")),
            _ => return Err(cells.corrupt_at("purpose")),
        };
        CardToken { hash, shop_id, connector, acquirer_token, purpose, created_at, version }
    }
}

/// What a purpose carries, spread over columns.
struct PurposeColumns<'a> {
    purpose: &'static str,
    first6: &'a str,
    last4: &'a str,
    brand: CardBrand,
    expiry: Option<Expiry>,
    issuer_country: Option<&'a str>,
    issuer_name: Option<&'a str>,
    expires_at: Option<Timestamp>,
    used_at: Option<Timestamp>,
    kept_until: Option<Timestamp>,
}

impl<'a> PurposeColumns<'a> {
    fn of(purpose: &'a Purpose) -> Self {
        match purpose {
            Purpose::Payment {
                card,
                expires_at,
                used_at,
            } => Self {
                purpose: "payment",
                first6: &card.first6,
                last4: &card.last4,
                brand: card.brand,
                expiry: Some(card.expiry),
                issuer_country: card.issuer_country.as_deref(),
                issuer_name: card.issuer_name.as_deref(),
                expires_at: Some(*expires_at),
                used_at: *used_at,
                kept_until: None,
            },
            Purpose::Payout { card, kept_until } => Self {
                purpose: "payout",
                first6: &card.first6,
                last4: &card.last4,
                brand: card.brand,
                expiry: None,
                issuer_country: card.issuer_country.as_deref(),
                issuer_name: card.issuer_name.as_deref(),
                expires_at: None,
                used_at: None,
                kept_until: Some(*kept_until),
            },
        }
    }
}

const PURGE: &str = "\
delete from card_token
 where hash in (select hash
                  from card_token
                 where expires_at < $1
                 order by expires_at
                 limit $2)";

const PURGE_PAYOUT: &str = "\
delete from card_token
 where hash in (select hash
                  from card_token
                 where kept_until < $1
                 order by kept_until
                 limit $2)";

const KEEP_ANY_SHOP: &str = "\
update card_token
   set kept_until = $2
 where hash = $1 and kept_until < $2";

/// Adds a token.
pub fn insert(tx: &mut Tx<'_>, token: &CardToken) -> Result<(), StoreError> {
    CardTokens::insert(tx, (token,))
}

/// Stores that a token was used, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, token: &CardToken) -> Result<(), StoreError> {
    CardTokens::update(tx, (token,))
}

/// The token with this hash.
pub fn find_any_shop(
    conn: &mut Conn<'_>,
    hash: &[u8; 32],
) -> Result<Option<CardToken>, StoreError> {
    CardTokens::find(conn, &[hash])
}

/// Keeps a payout token until a later time.
pub fn keep_any_shop(tx: &mut Tx<'_>, hash: &[u8; 32], until: Timestamp) -> Result<(), StoreError> {
    tx.write(KEEP_ANY_SHOP, &[hash, &until])
}

/// Forgets tokens that ended before a time, of each kind the oldest first and at most `limit`;
/// answers how many.
pub fn purge_any_shop(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let payment = tx.execute(PURGE, &[&before, &limit])?;
    let payout = tx.execute(PURGE_PAYOUT, &[&before, &limit])?;
    Ok(payment.saturating_add(payout))
}

//! Cards that were given for a token. Rows are found by the token's hash, which nobody can guess,
//! whoever's they are: whose token it is, the rules ask.

use domain::ShopId;
use domain::card::{CardBrand, CardFacts, Expiry};
use domain::payout::PayoutCard;
use domain::token::{CardToken, PAYOUT_TOKEN_USED, Purpose};
use sql::{Param, Row, StoreError};

use crate::columns::{Cells, integer_or_null, refs, text, text_or_null, time_or_null};
use crate::database::{Conn, Tx};

const INSERT: &str = "\
insert into card_token (hash, shop_id, purpose, acquirer_token, first6, last4, brand, expiry_year,
       expiry_month, issuer_country, issuer_name, expires_at, used_at, created_at, version,
       kept_until, connector)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

const UPDATE: &str = "\
update card_token
   set used_at = $3, version = version + 1
 where hash = $1 and version = $2";

const FIND_ANY_SHOP: &str = "\
select hash, shop_id, purpose, acquirer_token, first6, last4, brand, expiry_year, expiry_month,
       issuer_country, issuer_name, expires_at, used_at, created_at, version, kept_until,
       connector
  from card_token
 where hash = $1";

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
    let purpose = match &token.purpose {
        Purpose::Payment { .. } => "payment",
        Purpose::Payout { .. } => "payout",
    };
    let mut params = vec![
        Param::Bytes(token.hash.as_slice().into()),
        Param::Integer(token.shop_id.as_i64()),
        text(purpose),
        text(token.acquirer_token.as_str()),
    ];
    params.extend(card(&token.purpose));
    params.extend([
        Param::Integer(token.created_at.as_micros()),
        Param::Integer(token.version),
        time_or_null(match &token.purpose {
            Purpose::Payment { .. } => None,
            Purpose::Payout { kept_until, .. } => Some(*kept_until),
        }),
        text(token.connector.to_string()),
    ]);
    tx.write(INSERT, &refs(&params))
}

fn card(purpose: &Purpose) -> [Param<'_>; 9] {
    match purpose {
        Purpose::Payment {
            card,
            expires_at,
            used_at,
        } => [
            text(card.first6.as_str()),
            text(card.last4.as_str()),
            text(card.brand.code()),
            Param::Integer(card.expiry.year().into()),
            Param::Integer(card.expiry.month().into()),
            text_or_null(card.issuer_country.as_deref()),
            text_or_null(card.issuer_name.as_deref()),
            time_or_null(Some(*expires_at)),
            time_or_null(*used_at),
        ],
        Purpose::Payout { card, .. } => [
            text(card.first6.as_str()),
            text(card.last4.as_str()),
            text(card.brand.code()),
            integer_or_null(None),
            integer_or_null(None),
            text_or_null(card.issuer_country.as_deref()),
            text_or_null(card.issuer_name.as_deref()),
            time_or_null(None),
            time_or_null(None),
        ],
    }
}

/// Stores that a token was used, unless someone else was faster.
pub fn update(tx: &mut Tx<'_>, token: &CardToken) -> Result<(), StoreError> {
    let used_at = match &token.purpose {
        Purpose::Payment { used_at, .. } => *used_at,
        Purpose::Payout { .. } => None,
    };
    tx.write_one(UPDATE, &[&token.hash, &token.version, &used_at])
}

/// The token with this hash.
pub fn find_any_shop(
    conn: &mut Conn<'_>,
    hash: &[u8; 32],
) -> Result<Option<CardToken>, StoreError> {
    conn.query_opt(FIND_ANY_SHOP, &[hash], read)
}

/// Keeps a payout token until a later time.
pub fn keep_any_shop(
    tx: &mut Tx<'_>,
    hash: &[u8; 32],
    until: domain::Timestamp,
) -> Result<(), StoreError> {
    tx.write(KEEP_ANY_SHOP, &[hash, &until])
}

/// Forgets tokens that ended before a time, of each kind the oldest first and at most `limit`;
/// answers how many.
pub fn purge_any_shop(
    tx: &mut Tx<'_>,
    before: domain::Timestamp,
    limit: u32,
) -> Result<u64, StoreError> {
    let payment = tx.execute(PURGE, &[&before, &limit])?;
    let payout = tx.execute(PURGE_PAYOUT, &[&before, &limit])?;
    Ok(payment.saturating_add(payout))
}

fn read(row: &Row<'_>) -> Result<CardToken, StoreError> {
    let mut cells = Cells::new(row);
    let hash: &[u8] = cells.get()?;
    let hash = hash.try_into().map_err(|_length| cells.corrupt())?;
    let shop_id: ShopId = cells.shop_id()?;
    let is_payment = cells.named(|purpose| match purpose {
        "payment" => Some(true),
        "payout" => Some(false),
        _ => None,
    })?;
    let acquirer_token = cells.get()?;
    let (first6, last4) = (cells.get()?, cells.get()?);
    let brand = cells.named(CardBrand::from_code)?;
    let year: Option<i64> = cells.get()?;
    let month: Option<i64> = cells.get()?;
    let expiry = || Expiry::new(year?.try_into().ok()?, month?.try_into().ok()?);
    let expiry = expiry();
    let incomplete = cells.corrupt();
    let issuer_country = cells.get()?;
    let issuer_name = cells.get()?;
    let (expires_at, used_at) = (cells.time_or_null()?, cells.time_or_null()?);
    let (created_at, version) = (cells.time()?, cells.get()?);
    // A node of before the column writes none.
    let kept_until = cells.time_or_null()?;
    let kept_until = kept_until.unwrap_or_else(|| created_at.plus(PAYOUT_TOKEN_USED));
    let purpose = match (is_payment, expiry, expires_at) {
        (true, Some(expiry), Some(expires_at)) => Purpose::Payment {
            card: CardFacts {
                first6,
                last4,
                expiry,
                brand,
                issuer_country,
                issuer_name,
            },
            expires_at,
            used_at,
        },
        (false, None, None) => Purpose::Payout {
            card: PayoutCard {
                first6,
                last4,
                brand,
                issuer_country,
                issuer_name,
            },
            kept_until,
        },
        (true, _, _) | (false, _, _) => return Err(incomplete),
    };
    Ok(CardToken {
        hash,
        shop_id,
        connector: cells.parse()?,
        acquirer_token,
        purpose,
        created_at,
        version,
    })
}

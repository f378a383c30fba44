//! Grants: what a shop has allowed an application to do in it. A consent gives a code, and the code
//! gives a token, once (YooKassa API v3: OAuth for partners; RFC 6749).
//!
//! Only hashes of codes and tokens are kept. All times here are the platform's: a test shop's clock
//! ends no grant.

use crate::application::{Application, Scope};
use crate::id::{ApplicationId, GrantId, ShopId};
use crate::time::{Duration, Timestamp};

/// How long a code can be exchanged.
pub const CODE_LIFE: Duration = Duration::minutes(5);
/// How long a token opens the shop: three years, as documented.
pub const TOKEN_LIFE: Duration = Duration::seconds(94_607_999);

/// What a shop has allowed an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The application that has the grant.
    pub application_id: ApplicationId,
    /// The shop that gave it.
    pub shop_id: ShopId,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// SHA-256 of the code.
    pub code_hash: [u8; 32],
    /// How far it is.
    pub state: State,
    /// SHA-256 of the secret that proves who asked for the code (RFC 7636), if the application
    /// wanted that.
    pub challenge: Option<[u8; 32]>,
    /// When the shop agreed.
    pub granted_at: Timestamp,
    /// When the token was last used, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// Counts changes.
    pub version: i64,
}

/// How far a grant is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A code was given, and not exchanged yet.
    Coded {
        /// Until when it can be exchanged.
        expires_at: Timestamp,
    },
    /// The application has its token.
    Issued {
        /// SHA-256 of the token.
        token_hash: [u8; 32],
        /// Since when.
        issued_at: Timestamp,
        /// Until when it opens the shop.
        expires_at: Timestamp,
    },
    /// It is over.
    Revoked {
        /// Who ended it.
        by: RevokedBy,
        /// When.
        revoked_at: Timestamp,
    },
}

/// Who ended a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevokedBy {
    /// The shop took it back.
    Shop,
    /// The application gave it back.
    Application,
    /// Someone used the code a second time: it may have been stolen.
    SecondUse,
    /// The application was taken away.
    Deletion,
}

/// Why a code cannot be exchanged, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeRefused {
    /// No such code was given.
    #[error("the code is not known")]
    Unknown,
    /// It was given to another application.
    #[error("the code was given to another application")]
    Foreign,
    /// The grant is over.
    #[error("the grant is revoked")]
    Revoked,
    /// It was exchanged before.
    #[error("the code was used before")]
    Used,
    /// Five minutes are over.
    #[error("the code has expired")]
    Expired,
    /// The proof is wrong, or missing, or was not asked for.
    #[error("code_verifier does not fit the code_challenge")]
    Unproved,
}

impl RevokedBy {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Shop,
        Self::Application,
        Self::SecondUse,
        Self::Deletion,
    ];

    /// Its name in the database and in reports.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Application => "application",
            Self::SecondUse => "second_use",
            Self::Deletion => "deletion",
        }
    }

    /// The value with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.code() == code)
    }
}

impl State {
    /// Its name in the database and in reports.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Coded { .. } => "coded",
            Self::Issued { .. } => "issued",
            Self::Revoked { .. } => "revoked",
        }
    }
}

impl Grant {
    /// The shop agrees to all that the application asks for.
    #[must_use]
    pub fn agree(
        id: GrantId,
        shop_id: ShopId,
        application: &Application,
        (code_hash, challenge): ([u8; 32], Option<[u8; 32]>),
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            application_id: application.id,
            shop_id,
            scopes: application.scopes.clone(),
            code_hash,
            state: State::Coded {
                expires_at: now.plus(CODE_LIFE),
            },
            challenge,
            granted_at: now,
            last_used_at: None,
            version: 1,
        }
    }

    /// The application exchanges its code for a token.
    ///
    /// # Errors
    /// The first rule that is broken. After [`ExchangeRefused::Used`] the grant is to be revoked.
    pub fn exchange(
        &self,
        application: ApplicationId,
        (token_hash, proof): ([u8; 32], Option<[u8; 32]>),
        now: Timestamp,
    ) -> Result<Self, ExchangeRefused> {
        if application != self.application_id {
            return Err(ExchangeRefused::Foreign);
        }
        match &self.state {
            State::Revoked { .. } => Err(ExchangeRefused::Revoked),
            State::Issued { .. } => Err(ExchangeRefused::Used),
            State::Coded { expires_at } if *expires_at <= now => Err(ExchangeRefused::Expired),
            State::Coded { .. } if proof != self.challenge => Err(ExchangeRefused::Unproved),
            State::Coded { .. } => Ok(Self {
                state: State::Issued {
                    token_hash,
                    issued_at: now,
                    expires_at: now.plus(TOKEN_LIFE),
                },
                ..self.clone()
            }),
        }
    }

    /// Ends the grant. `None` if it has ended before.
    #[must_use]
    pub fn revoke(&self, by: RevokedBy, now: Timestamp) -> Option<Self> {
        let revoked_at = now;
        match &self.state {
            State::Revoked { .. } => None,
            State::Coded { .. } | State::Issued { .. } => Some(Self {
                state: State::Revoked { by, revoked_at },
                ..self.clone()
            }),
        }
    }

    /// Until when its token opens the shop; `None` if it opens nothing now.
    #[must_use]
    pub fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.state {
            State::Issued { expires_at, .. } => Some(*expires_at).filter(|until| now < *until),
            State::Coded { .. } | State::Revoked { .. } => None,
        }
    }

    /// Returns whether the shop granted this right.
    #[must_use]
    pub fn permits(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

#[cfg(test)]
mod tests;

//! What a shop has granted to applications of partners, as the shop sees it (Altyn's own).

use domain::grant::{RevokedBy, State};
use domain::{ApplicationId, Grant, GrantId};
use serde::Serialize;

use crate::moment::Moment;
use crate::wire::Shown;

/// The answer when a grant is taken back.
pub const REMOVED: &[u8] = b"{}";

#[derive(Serialize)]
struct GrantBody<'a> {
    id: Shown<GrantId>,
    client_id: Shown<ApplicationId>,
    application: &'a str,
    scopes: Vec<&'static str>,
    status: &'static str,
    granted_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Moment>,
}

/// The body of a grant to the application of this name.
#[must_use]
pub fn body(grant: &Grant, application: &str) -> Vec<u8> {
    let (expires_at, revoked) = match &grant.state {
        State::Coded { expires_at } | State::Issued { expires_at, .. } => (Some(*expires_at), None),
        State::Revoked { by, revoked_at } => (None, Some((*by, *revoked_at))),
    };
    crate::wire::written(&GrantBody {
        id: Shown(grant.id),
        client_id: Shown(grant.application_id),
        application,
        scopes: grant.scopes.iter().map(|scope| scope.code()).collect(),
        status: grant.state.code(),
        granted_at: Moment(grant.granted_at),
        expires_at: expires_at.map(Moment),
        last_used_at: grant.last_used_at.map(Moment),
        revoked_by: revoked.map(|(by, _)| RevokedBy::code(by)),
        revoked_at: revoked.map(|(_, at)| Moment(at)),
    })
}

mod schema;
pub use schema::{GRANT, GRANT_LIST, GRANT_REMOVED};

//! Accounts and sessions as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::account::{Account, AccountState};
use crate::interfaces::http::tokens::RoleName;
use crate::services::accounts::Session;

/// What an account can be used for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccountStateName {
    /// Its holder has not followed the invitation yet, or must choose a new password.
    Invited,
    /// Its holder can sign in.
    Active,
    /// Nobody can sign in.
    Closed,
}

/// An account: a key to a post.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountView {
    /// Its id.
    id: String,
    /// Counts its changes; `"…"` of it is the entity tag.
    revision: u64,
    /// The login name; absent once it was deleted after closing.
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    /// The line its holder chose to be shown as; absent once it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    display: Option<String>,
    /// What its holder may do.
    #[schema(inline)]
    role: RoleName,
    /// The body it acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    /// What it can be used for.
    #[schema(inline)]
    state: AccountStateName,
    /// Since when it exists.
    #[schema(format = DateTime)]
    created_at: String,
    /// Since when it is closed.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<String>,
    /// Whether signing in needs a second factor.
    has_second_factor: bool,
}

/// A session of a browser.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// Its public name, for ending it.
    id: String,
    /// Whether it is that of this request.
    is_current: bool,
    /// Whether its second factor is still missing.
    is_pending: bool,
    /// When it began.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last used, to within five minutes.
    #[schema(format = DateTime)]
    used_at: String,
    /// When it ends at the latest.
    #[schema(format = DateTime)]
    expires_at: String,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let (state, closed_at) = match account.state {
            AccountState::Invited => (AccountStateName::Invited, None),
            AccountState::Active => (AccountStateName::Active, None),
            AccountState::Closed { at } => (AccountStateName::Closed, Some(at.to_string())),
        };
        Self {
            id: account.id.to_string(),
            revision: account.revision.0,
            login: account.login.map(|login| login.to_string()),
            display: account.display,
            role: account.role.into(),
            organisation: account.organisation.map(|slug| slug.to_string()),
            state,
            created_at: account.created_at.to_string(),
            closed_at,
            has_second_factor: account.has_second_factor,
        }
    }
}

impl SessionView {
    /// A session as its holder sees it from the session `current`.
    pub(super) fn new(session: &Session, current: &Session) -> Self {
        Self {
            id: session.id.clone(),
            is_current: session.id == current.id,
            is_pending: session.is_pending,
            created_at: session.created_at.to_string(),
            used_at: session.used_at.to_string(),
            expires_at: session.expires_at.to_string(),
        }
    }
}
